"""Making a working directory, trying it, and looking after the ledger's file."""

from pathlib import Path
from typing import Annotated

import typer

from syndicator.cli.options import Format, Listing, of


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where; here unless given.", show_default=False)
    ] = Path(),
) -> None:
    """Make a working directory.

    Configuration, templates and secrets file; nothing that exists is overwritten.
    """
    from syndicator.cli.beginning import make

    make(folder)


def check(ctx: typer.Context, form: Format = Listing.TABLE) -> None:
    """Try what could fail, before it does.

    Configuration, secrets, ledger, templates, sources, accounts. Nothing is sent, nothing is stored.
    """
    from syndicator.cli.checking import check_all

    check_all(of(ctx), form)


def backup(
    ctx: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy; it must not exist.")]
) -> None:
    """Copy the ledger, while everything runs."""
    from syndicator.cli.rooms import opened

    with opened(of(ctx)) as (config, ledger):
        ledger.copy(file)
        print(f"the ledger was copied to {file}")
        print(f"copy the photos too: {config.photos.dir}")


def migrate(ctx: typer.Context) -> None:
    """Bring the ledger's schema up to date.

    Makes a copy before, and a ledger where there is none.
    """
    from contextlib import closing
    from datetime import UTC, datetime

    from syndicator.cli.rooms import ReadingLedger, configuration

    with closing(ReadingLedger(configuration(of(ctx)).ledger_url)) as ledger:
        before = ledger.state
        copy = ledger.migrate(datetime.now(UTC))
        if copy:
            print(f"the ledger as it was is kept in {copy}")
        said = {"ready": "was up to date already", "none": "was made"}.get(before, "was brought up to date")
        print(f"the ledger {ledger.store.name} {said}")
