"""syndicator user … and syndicator user token …"""

from enum import StrEnum
from typing import Annotated

import typer

from syndicator.cli.options import Format, Listing, of

app = typer.Typer(no_args_is_help=True, help="Who may use the desk, and as what.")
tokens = typer.Typer(no_args_is_help=True, help="Keys to the API, for machines and people.")
app.add_typer(tokens, name="token")


class RoleName(StrEnum):
    """What a person may do; each may do what those before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    CHIEF = "chief"
    ADMINISTRATOR = "administrator"


class ScopeName(StrEnum):
    """What a token is for."""

    READ = "read"
    ACT = "act"
    COMPOSE = "compose"
    ADMIN = "admin"


Name = Annotated[str, typer.Argument(metavar="NAME", help="The name the person logs in with.")]
TokenName = Annotated[str, typer.Argument(metavar="NAME", help="What the token is called in the history.")]
Owner = Annotated[
    str,
    typer.Option("--user", metavar="USER", help="The person whose token it is; else a machine's.", show_default=False),
]
Piped = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password, one line, from standard input; else it is asked for."),
]


@app.command()
def add(
    ctx: typer.Context,
    name: Name,
    role: Annotated[RoleName, typer.Option("--role", help="What the person may do.")] = RoleName.EDITOR,
    display: Annotated[
        str,
        typer.Option("--display", metavar="TEXT", help="How others see the name; else as it is.", show_default=False),
    ] = "",
    password_stdin: Piped = False,
) -> None:
    """Let a person use the desk."""
    from syndicator.cli.staff import add_person

    add_person(of(ctx), name, role.value, display, piped=password_stdin)


@app.command("list")
def list_(ctx: typer.Context, form: Format = Listing.TABLE) -> None:
    """List the people: role, state, last seen."""
    from syndicator.cli.staff import list_people

    list_people(of(ctx), form)


@app.command()
def role(
    ctx: typer.Context, name: Name, role: Annotated[RoleName, typer.Argument(metavar="ROLE", help="The new role.")]
) -> None:
    """Give a person another role, at once."""
    from syndicator.cli.staff import set_role

    set_role(of(ctx), name, role.value)


@app.command()
def disable(ctx: typer.Context, name: Name) -> None:
    """Log a person out, and let them in no more."""
    from syndicator.cli.staff import disable_person

    disable_person(of(ctx), name)


@app.command()
def enable(ctx: typer.Context, name: Name) -> None:
    """Let a person in again."""
    from syndicator.cli.staff import enable_person

    enable_person(of(ctx), name)


@app.command()
def password(ctx: typer.Context, name: Name, password_stdin: Piped = False) -> None:
    """Give a person a new password, and log them out."""
    from syndicator.cli.staff import set_password

    set_password(of(ctx), name, piped=password_stdin)


@tokens.command("add")
def add_token(
    ctx: typer.Context,
    name: TokenName,
    user: Owner = "",
    scope: Annotated[
        list[ScopeName] | None,
        typer.Option("--scope", help="What it is for; may be repeated. Else read.", show_default=False),
    ] = None,
) -> None:
    """Make a token, and show it this once."""
    from syndicator.cli.staff import make_token

    make_token(of(ctx), name, user, [one.value for one in scope or (ScopeName.READ,)])


@tokens.command("list")
def list_tokens(ctx: typer.Context, form: Format = Listing.TABLE) -> None:
    """List the tokens: whose, what for, last used."""
    from syndicator.cli.staff import show_tokens

    show_tokens(of(ctx), form)


@tokens.command("revoke")
def revoke_token(ctx: typer.Context, name: TokenName, user: Owner = "") -> None:
    """Make a token worth nothing, at once."""
    from syndicator.cli.staff import end_token

    end_token(of(ctx), name, user)
