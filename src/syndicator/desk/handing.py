"""Secrets that are shown once: first passwords, and the tokens of people and machines."""

import secrets
from dataclasses import dataclass

from starlette.requests import Request

from syndicator.desk import forms, passwords
from syndicator.desk.context import Desk
from syndicator.desk.i18n import N_, _
from syndicator.errors import ConfigError
from syndicator.models import Role

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another one
GROUPS, LONG = 4, 5
NAME_LIMIT, TEXT_LIMIT, PASSWORD_LIMIT = 60, 100, 2_000

SCOPES = (
    ("read", Role.VIEWER, N_("read: look at everything")),
    ("act", Role.EDITOR, N_("act: decide about posts, accounts and sources, and stop sending")),
    ("compose", Role.EDITOR, N_("compose: add articles and posts")),
    ("admin", Role.CHIEF, N_("admin: all of these, and what needs a chief")),
)
"""What a token may be for, the least role whose tokens may, and its words."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What is shown this once: whose it is, and the words themselves."""

    of: str
    words: str


def first_password() -> str:
    """A random password that can be read out: 99 bits."""
    groups = ("".join(secrets.choice(LETTERS) for _letter in range(LONG)) for _group in range(GROUPS))
    return "-".join(groups)


def given_password(request: Request, name: str) -> tuple[str, bool]:
    """The password of a form, or a random one where the field was left empty: it, and whether it is random.

    Raises ConfigError for a bad one.
    """
    typed = forms.field(request, "password", PASSWORD_LIMIT)
    if not typed:
        return first_password(), True
    passwords.check(name, typed)
    return typed, False


def scopes_for(role: Role) -> list[tuple[str, str]]:
    """The scopes that a role's tokens may have, each with its words."""
    return [(scope, _(words)) for scope, least, words in SCOPES if role.at_least(least)]


def make_token(request: Request, desk: Desk, owner: str, role: Role) -> Secret:
    """A token by the form's name and scopes; `owner` "" for a machine's. Raises ConfigError."""
    name = forms.field(request, "name", NAME_LIMIT).strip()
    scopes = forms.fields(request, "scope")
    if not scopes:
        raise ConfigError(_("Choose what the token is for."))
    if not set(scopes) <= {scope for scope, _words in scopes_for(role)}:
        raise ConfigError(_("Your role has no such scope."))
    secret = passwords.new_secret()
    desk.room.ledger.people.add_token(owner, name, passwords.digest(secret), scopes, desk.now)
    return Secret(name, secret)
