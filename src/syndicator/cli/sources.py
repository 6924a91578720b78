"""syndicator sources …"""

from pathlib import Path
from typing import Annotated

import typer

from syndicator.cli.options import Format, Listing, of

app = typer.Typer(no_args_is_help=True, help="Where articles come from.")


@app.command("list")
def list_(ctx: typer.Context, form: Format = Listing.TABLE) -> None:
    """List the sources: when they were read, and what went wrong."""
    from syndicator.cli.feeds import list_sources

    list_sources(of(ctx), form)


@app.command()
def poll(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="These sources only.", show_default=False)
    ] = None,
    backfill: Annotated[
        int, typer.Option("--backfill", metavar="N", min=0, help="Post the N newest articles too, known or not.")
    ] = 0,
    form: Format = Listing.TABLE,
) -> None:
    """Read sources now. What is new is planned by the daemon."""
    from syndicator.cli.feeds import poll_sources

    poll_sources(of(ctx), names or [], backfill, form)


@app.command()
def push(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A source of the type push.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What its CMS would send; - reads standard input.")],
    form: Format = Listing.TABLE,
) -> None:
    """Sign a push as the CMS would, and send it to the desk that runs on this machine."""
    from syndicator.cli.pushes import send

    send(of(ctx), name, file, form)
