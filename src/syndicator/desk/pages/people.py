"""Who may use the desk, and as what; the tokens of machines. For administrators."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from syndicator.desk import forms, handing, passwords, sorting, times
from syndicator.desk.context import Desk, desk_of
from syndicator.desk.failures import sentence
from syndicator.desk.i18n import N_, _, several
from syndicator.desk.pages.me import agent_words, token_rows
from syndicator.desk.posts import time_of
from syndicator.errors import ConfigError
from syndicator.models import Person, Role

router = APIRouter()

Errors = list[tuple[str, str]]
COLUMNS = (
    sorting.Column("name", N_("Name")),
    sorting.Column("role", N_("Role"), down=True),
    sorting.Column("state", N_("State"), wide=True),
    sorting.Column("seen", N_("Last seen"), wide=True, down=True),
)
ROLE_WORDS = {
    Role.VIEWER: N_("viewer: sees everything, changes nothing"),
    Role.EDITOR: N_("editor: holds, edits, approves, sends, pauses, stops"),
    Role.CHIEF: N_("chief: also approves what a policy holds, resumes, takes down"),
    Role.ADMINISTRATOR: N_("administrator: also manages people"),
}
_RANK = {role: rank for rank, role in enumerate(Role)}


@router.get("/people")
def show(request: Request, sort: str = "") -> Response:
    """Everybody, those who may not log in too."""
    desk = desk_of(request)
    desk.person(request, Role.ADMINISTRATOR)
    return _people(request, desk, sort)


@router.post("/people")
def add(request: Request) -> Response:
    """Let somebody use the desk. A password that nobody typed is shown this once."""
    desk = desk_of(request)
    desk.person(request, Role.ADMINISTRATOR)
    name = forms.field(request, "name", handing.NAME_LIMIT).strip().lower()
    display = forms.field(request, "display", handing.TEXT_LIMIT).strip()
    try:
        role = _role(request)
        password, random = handing.given_password(request, name)
        desk.room.ledger.people.add(name, role, passwords.hashed(password), desk.now, display)
    except ConfigError as error:
        field = "password" if "password" in str(error) else "name"
        typed = {"name": name, "display": display, "role": forms.field(request, "role", 20)}
        return _people(request, desk, "", errors=[(field, sentence(str(error)))], typed=typed, status=422)
    if not random:
        return desk.go(f"/people/{name}", said="added")
    return _one(request, desk, name, secret=handing.Secret(name, password), said="added")


@router.post("/people/tokens")
def add_token(request: Request) -> Response:
    """A token for a machine, shown this once."""
    desk = desk_of(request)
    person = desk.person(request, Role.ADMINISTRATOR)
    try:
        secret = handing.make_token(request, desk, "", person.role)
    except ConfigError as error:
        return _people(request, desk, "", errors=[("token-name", sentence(str(error)))], status=422)
    return _people(request, desk, "", secret=secret)


@router.post("/people/tokens/revoke")
def revoke_token(request: Request) -> Response:
    """Make a token worth nothing, a machine's or a person's."""
    desk = desk_of(request)
    desk.person(request, Role.ADMINISTRATOR)
    owner = forms.field(request, "owner", handing.NAME_LIMIT)
    desk.room.ledger.people.revoke_token(owner, forms.field(request, "name", handing.NAME_LIMIT), desk.now)
    return desk.go(f"/people/{owner}" if owner else "/people", said="revoked")


@router.get("/people/{name}")
def show_one(request: Request, name: str, said: str = "") -> Response:
    """One person: role, sessions, tokens, and what can be changed."""
    desk = desk_of(request)
    desk.person(request, Role.ADMINISTRATOR)
    return _one(request, desk, name, said=said)


@router.post("/people/{name}/role")
def set_role(request: Request, name: str) -> Response:
    """Another role, at once."""
    desk = desk_of(request)
    desk.person(request, Role.ADMINISTRATOR)
    try:
        desk.room.ledger.people.set_role(name, _role(request))
    except ConfigError as error:
        return _one(request, desk, name, errors=[("role", sentence(str(error)))], status=422)
    return desk.go(f"/people/{name}", said="role")


@router.post("/people/{name}/disable")
def disable(request: Request, name: str) -> Response:
    """Log somebody out everywhere, and let them in no more."""
    desk = desk_of(request)
    desk.person(request, Role.ADMINISTRATOR)
    try:
        desk.room.ledger.people.disable(name, desk.now)
    except ConfigError as error:
        return _one(request, desk, name, errors=[("disable", sentence(str(error)))], status=422)
    return desk.go(f"/people/{name}", said="disabled")


@router.post("/people/{name}/enable")
def enable(request: Request, name: str) -> Response:
    """Let somebody in again."""
    desk = desk_of(request)
    desk.person(request, Role.ADMINISTRATOR)
    desk.room.ledger.people.enable(name)
    return desk.go(f"/people/{name}", said="enabled")


@router.post("/people/{name}/password")
def set_password(request: Request, name: str) -> Response:
    """A new password, typed or random; it logs the person out everywhere."""
    desk = desk_of(request)
    desk.person(request, Role.ADMINISTRATOR)
    people = desk.room.ledger.people
    people.get(name)
    try:
        password, random = handing.given_password(request, name)
    except ConfigError as error:
        return _one(request, desk, name, errors=[("password", sentence(str(error)))], status=422)
    people.set_password(name, passwords.hashed(password), desk.now)
    if not random:
        return desk.go(f"/people/{name}", said="password")
    return _one(request, desk, name, secret=handing.Secret(name, password), said="password")


@router.post("/people/{name}/sessions")
def end_sessions(request: Request, name: str) -> Response:
    """Log somebody out everywhere."""
    desk = desk_of(request)
    desk.person(request, Role.ADMINISTRATOR)
    desk.room.ledger.people.end_sessions(desk.room.ledger.people.get(name).name)
    return desk.go(f"/people/{name}", said="sessions")


# ---------------------------------------------------------------------------------------------- drawing

_SAID = {
    "added": N_("{name} may use the desk."),
    "role": N_("{name} is {role} now."),
    "disabled": N_("{name} may use the desk no more, and was logged out."),
    "enabled": N_("{name} may use the desk again."),
    "password": N_("{name} has a new password, and was logged out everywhere."),
    "sessions": N_("{name} was logged out everywhere."),
    "revoked": N_("The token is worth nothing any more."),
}


def _people(
    request: Request, desk: Desk, sort: str, *, errors: Errors | None = None, typed: dict[str, str] | None = None,
    secret: handing.Secret | None = None, status: int = 200,
) -> Response:  # fmt: skip
    asker = desk.person(request)
    found = desk.room.ledger.people.list()
    values = {
        "rows": sorting.ordered([_row(desk, asker, one) for one in found], COLUMNS, sort),
        "cols": sorting.heads(COLUMNS, "/people", sort),
        "counted": several("{n} person", "{n} people", len(found)),
        "roles": [(role.value, _(words)) for role, words in ROLE_WORDS.items()],
        "typed": typed or {"name": "", "display": "", "role": Role.EDITOR.value},
        "tokens": token_rows(desk, asker, ""),
        "scopes": handing.scopes_for(Role.ADMINISTRATOR),
        "errors": errors or [],
        "wrong": dict(errors or []),
        "secret": secret,
    }
    if request.query_params.get("said") == "revoked":
        values["flash"] = {"words": _(_SAID["revoked"])}
    return desk.page(request, "people.html", status, **values)


def _one(
    request: Request, desk: Desk, name: str, *, errors: Errors | None = None, said: str = "",
    secret: handing.Secret | None = None, status: int = 200,
) -> Response:  # fmt: skip
    asker, people = desk.person(request), desk.room.ledger.people
    one = people.get(name)
    values: dict[str, Any] = {
        "one": _row(desk, asker, one),
        "own": one.name == asker.name,
        "roles": [(role.value, _(words)) for role, words in ROLE_WORDS.items()],
        "facts": _facts(desk, one),
        "sessions": [
            {"seen": time_of(desk, asker, each.seen_at), "ip": each.ip, "agent": agent_words(each.agent)}
            for each in people.sessions(name, desk.now)
        ],
        "tokens": token_rows(desk, asker, name),
        "errors": errors or [],
        "wrong": dict(errors or []),
        "secret": secret,
    }
    if said in _SAID:
        values["flash"] = {"words": _(_SAID[said]).format(name=one.display, role=one.role.value)}
    return desk.page(request, "person.html", status, **values)


def _row(desk: Desk, asker: Person, one: Person) -> dict[str, Any]:
    state = _("may log in")
    if one.disabled_at:
        state = _("disabled since {time}").format(time=times.at(one.disabled_at, desk.now, desk.room.zone))
    return {
        "name": one.name, "display": one.display, "role": one.role.value, "disabled": one.disabled_at is not None,
        "state": state, "seen": time_of(desk, asker, one.last_seen),
        "sort": {
            "name": one.display.casefold(), "role": (_RANK[one.role], one.name),
            "state": (one.disabled_at is not None, one.name), "seen": one.last_seen,
        },
    }  # fmt: skip


def _facts(desk: Desk, one: Person) -> list[tuple[str, str]]:
    now, zone = desk.now, desk.room.zone
    return [
        (_("Logs in as"), one.name),
        (_("There since"), times.at(one.created_at, now, zone)),
        (_("Password of"), times.at(one.password_at, now, zone)),
        (_("Last seen"), times.at(one.last_seen, now, zone) if one.last_seen else _("never")),
    ]


def _role(request: Request) -> Role:
    value = forms.field(request, "role", 20)
    if value not in {role.value for role in Role}:
        raise ConfigError(_("There is no such role."))
    return Role(value)
