"""syndicator accounts …"""

from typing import Annotated

import typer

from syndicator.cli.options import Format, Listing, Reason, of

app = typer.Typer(no_args_is_help=True, help="The accounts: who they are, whether they may post.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account's name in the configuration.")]
Names = Annotated[list[str] | None, typer.Argument(metavar="NAME", help="These accounts only.", show_default=False)]


@app.command("list")
def list_(ctx: typer.Context, form: Format = Listing.TABLE) -> None:
    """List the accounts: identity, state, what waits."""
    from syndicator.cli.places import list_accounts

    list_accounts(of(ctx), form)


@app.command()
def verify(ctx: typer.Context, names: Names = None, form: Format = Listing.TABLE) -> None:
    """Ask the platforms whose the tokens are.

    A refused account is paused; one that works again resumes.
    """
    from syndicator.cli.places import verify_accounts

    verify_accounts(of(ctx), names or [], form)


@app.command()
def pause(ctx: typer.Context, name: Name, reason: Reason = "") -> None:
    """Let nothing leave from one account."""
    from syndicator.cli.places import pause_account

    pause_account(of(ctx), name, reason or "paused by a person")


@app.command()
def resume(ctx: typer.Context, name: Name) -> None:
    """Let an account send again."""
    from syndicator.cli.places import resume_account

    resume_account(of(ctx), name)
