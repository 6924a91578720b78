"""`syndicator demo`: the whole job on loopback, no credentials."""

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Option("--folder", help="Where everything is kept; a second run goes on there.")]


def demo(
    folder: Folder = Path("demo"),
    keep: Annotated[bool, typer.Option("--keep", help="Leave the networks up afterwards, until Ctrl-C.")] = False,
) -> None:
    """The whole job on this machine alone: a newsroom, four networks, no credentials.

    Exit code 1 when a post is lost or doubled, or a photo has no alt text.
    """
    from syndicator.cli.demo_play import play

    raise typer.Exit(play(folder, keep=keep))
