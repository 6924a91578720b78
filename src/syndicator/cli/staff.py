"""The people of the desk and their tokens at work: added, listed, changed."""

import getpass
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from syndicator.cli import show
from syndicator.cli.failures import remark
from syndicator.cli.options import Listing, Options
from syndicator.cli.rooms import opened
from syndicator.cli.show import local
from syndicator.errors import ConfigError
from syndicator.models import Person, Role, Token

HEADS = ("name", "shown as", "role", "state", "last seen", "password of")
TOKEN_HEADS = ("token", "user", "for", "made", "last used")


def add_person(options: Options, name: str, role: str, display: str, *, piped: bool) -> None:
    """Add a person, asking for the password. ConfigError for a name that is taken, or a bad password."""
    with opened(options) as (_, ledger):
        people = ledger.people
        if name in {one.name for one in people.list()}:  # before anybody types a password in vain
            raise ConfigError(f"there is a person {name!r} already; `syndicator user list` lists them")
        person = people.add(name, Role(role), _hashed_password(name, piped=piped), datetime.now(UTC), display)
        print(show.plain(f"{person.name} may use the desk as {person.role.value}"))
        if not any(one.role is Role.ADMINISTRATOR and one.disabled_at is None for one in people.list()):
            remark(f"nobody is administrator yet: syndicator user role {name} administrator")


def _hashed_password(name: str, *, piped: bool) -> str:
    from syndicator.desk import passwords

    typed = _piped() if piped else _asked(name)
    passwords.check(name, typed)
    return passwords.hashed(typed)


def _piped() -> str:
    line = sys.stdin.readline()
    if not line:
        raise ConfigError("no password came from standard input")
    return line.rstrip("\r\n")


def _asked(name: str) -> str:
    if not sys.stdin.isatty():
        raise ConfigError(
            "the password is asked for on a terminal; in a pipe give it as one line, and --password-stdin"
        )
    try:
        typed = getpass.getpass(f"Password of {name}: ")
        again = getpass.getpass("Once more: ")
    except EOFError:
        raise ConfigError("no password was typed") from None
    if typed != again:
        raise ConfigError("the two passwords differ; nothing was changed")
    return typed


def list_people(options: Options, form: Listing) -> None:
    """Print everybody, those who may not log in too."""
    with opened(options) as (config, ledger):
        found = ledger.people.list()
    if form is Listing.JSON:
        show.stream_json(map(_facts, found))
    else:
        show.table(HEADS, (_line(one, config.newsroom.zone) for one in found), empty="nobody yet: syndicator user add")


def _facts(one: Person) -> dict[str, Any]:
    return {
        "name": one.name, "display": one.display, "role": one.role.value, "created_at": one.created_at,
        "disabled_at": one.disabled_at, "password_at": one.password_at, "last_seen": one.last_seen,
    }  # fmt: skip


def _line(one: Person, zone: ZoneInfo) -> tuple[object, ...]:
    state = f"disabled since {local(one.disabled_at, zone)}" if one.disabled_at else "active"
    return one.name, one.display, one.role, state, local(one.last_seen, zone) or "never", local(one.password_at, zone)


def set_role(options: Options, name: str, role: str) -> None:
    """Give a person another role. LookupError for nobody of that name, ConfigError for the last administrator."""
    with opened(options) as (_, ledger):
        person = ledger.people.set_role(name, Role(role))
    print(f"{person.name} is {person.role.value} now")


def disable_person(options: Options, name: str) -> None:
    """End a person's sessions and keep them out. Raises as `set_role` does."""
    with opened(options) as (_, ledger):
        ledger.people.disable(name, datetime.now(UTC))
    print(f"{name} may use the desk no more, and was logged out; the tokens of {name} are refused")


def enable_person(options: Options, name: str) -> None:
    """Let a person in again. LookupError for nobody of that name."""
    with opened(options) as (_, ledger):
        ledger.people.enable(name)
    print(f"{name} may use the desk")


def set_password(options: Options, name: str, *, piped: bool) -> None:
    """Give a person a new password, which ends their sessions. Raises as `add_person` does, or LookupError."""
    with opened(options) as (_, ledger):
        ledger.people.get(name)
        ledger.people.set_password(name, _hashed_password(name, piped=piped), datetime.now(UTC))
    print(f"{name} has a new password, and was logged out")


# ---------------------------------------------------------------------------------------------- tokens


def make_token(options: Options, name: str, user: str, scopes: Sequence[str]) -> None:
    """Make a token and print it, alone on standard output. ConfigError for a name that is taken."""
    from syndicator.desk import passwords

    secret = passwords.new_secret()
    with opened(options) as (_, ledger):
        made = ledger.people.add_token(user, name, passwords.digest(secret), scopes, datetime.now(UTC))
    remark(f"token {made.name} is for: {', '.join(made.scopes)}; it is shown this once, and only its hash is kept")
    print(secret)


def show_tokens(options: Options, form: Listing) -> None:
    """Print the tokens that are not revoked, never what they are."""
    with opened(options) as (config, ledger):
        found = ledger.people.tokens()
    if form is Listing.JSON:
        show.stream_json(map(_token_facts, found))
        return
    zone = config.newsroom.zone
    lines = (
        (one.name, one.person.name if one.person else "", ", ".join(one.scopes), local(one.created_at, zone),
         local(one.last_used, zone) or "never")
        for one in found
    )  # fmt: skip
    show.table(TOKEN_HEADS, lines, empty="no tokens")


def _token_facts(one: Token) -> dict[str, Any]:
    return {
        "name": one.name, "user": one.person.name if one.person else None, "scopes": one.scopes,
        "created_at": one.created_at, "last_used": one.last_used,
    }  # fmt: skip


def end_token(options: Options, name: str, user: str) -> None:
    """Revoke a token. LookupError for one there is not."""
    with opened(options) as (_, ledger):
        ledger.people.revoke_token(user, name, datetime.now(UTC))
    print(f"token {name} is worth nothing any more")
