"""What several commands share: the global options, and types of parameters. Imports nothing heavy."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Level(StrEnum):
    """What is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Listing(StrEnum):
    """How a listing is printed: for people (tab-separated lines when piped), or for machines."""

    TABLE = "table"
    JSON = "json"


@dataclass(slots=True)
class Options:
    """The global options. `logged` is set once the log hides the configuration's secrets."""

    config: Path | None = None
    level: Level | None = None
    logged: bool = False


ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The configuration; else $SYNDICATOR_CONFIG, ./syndicator.toml, ./config/syndicator.toml.",
        show_default=False,
    ),
]
Format = Annotated[Listing, typer.Option("--format", help="For people, or as JSON.")]
Number = Annotated[int, typer.Argument(metavar="ID", min=1, help="The post's number, as `queue list` shows it.")]
Numbers = Annotated[list[int], typer.Argument(metavar="ID", min=1, help="Posts' numbers, as `queue list` shows them.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for everybody who asks later.", show_default=False)]
Seen = Annotated[
    int | None,
    typer.Option("--version", metavar="N", min=1, help="The version you have read; another one is refused."),
]
AccountNames = Annotated[
    list[str] | None, typer.Option("--account", metavar="NAME", help="Only this account; may be repeated.")
]


def of(ctx: typer.Context) -> Options:
    """The global options of a command."""
    return ctx.ensure_object(Options)
