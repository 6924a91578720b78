"""syndicator history: what was sent, where, when and by whom."""

from enum import StrEnum
from typing import Annotated

import typer

from syndicator.cli.options import of


class HistoryFormat(StrEnum):
    """How the history is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def history(
    ctx: typer.Context,
    account: Annotated[
        str, typer.Option("--account", metavar="NAME", help="Only this account.", show_default=False)
    ] = "",
    status: Annotated[
        list[str] | None, typer.Option("--status", metavar="STATE", help="Only this state; may be repeated.")
    ] = None,
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help='"2026-11-24", "2026-11-24 08:30", "2h" or "3d".')
    ] = "",
    until: Annotated[str, typer.Option("--until", metavar="WHEN", help="Likewise; a day counts to its end.")] = "",
    search: Annotated[str, typer.Option("--search", metavar="WORDS", help="Words of the title or address.")] = "",
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many; 50 in a table, else all.")
    ] = None,
    form: Annotated[HistoryFormat, typer.Option("--format", help="For people, or for machines.")] = HistoryFormat.TABLE,
) -> None:
    """List posts of all times, newest change first."""
    from syndicator.cli.listing import Question, list_history

    list_history(of(ctx), Question(account, tuple(status or ()), since, until, search, limit), form.value)
