"""One's own page: password, sessions, tokens, keys, the clock one reads by. And the list of keys."""

import secrets
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from fastapi import APIRouter, Request
from starlette.responses import Response

from syndicator.desk import forms, handing, passwords, times
from syndicator.desk.context import COOKIE, Desk, desk_of, digest
from syndicator.desk.failures import sentence
from syndicator.desk.i18n import N_, _
from syndicator.desk.posts import time_of
from syndicator.errors import ConfigError
from syndicator.models import Person, Session

router = APIRouter()

Errors = list[tuple[str, str]]
KEYS = (
    (
        N_("Stories and posts"),
        (
            ("j k", N_("next, previous story")),
            ("n p", N_("next, previous post of a story")),
            ("o Enter", N_("open")),
            ("u", N_("back to the list")),
            ("x", N_("select the story")),
            ("* a", N_("select all")),
            ("* n", N_("select none")),
            ("Esc", N_("close; leave a field; clear the selection")),
        ),
    ),
    (
        N_("On the selection, the post or the story"),
        (
            ("a", N_("approve")),
            ("h", N_("hold")),
            ("s", N_("suppress…")),
            ("e", N_("edit")),
            ("b", N_("send now (“breaking”)")),
            ("m", N_("move…")),
            ("r", N_("retry")),
            ("P", N_("pause the post's account")),
            ("z", N_("undo")),
            ("v", N_("open the article")),
            ("y", N_("copy the link")),
            (".", N_("more verbs")),
        ),
    ),
    (
        N_("Anywhere"),
        (
            ("/", N_("search")),
            ("c", N_("compose")),
            ("?", N_("this list")),
            ("!", N_("stop all sending")),
            ("g q", N_("go to the queue")),
            ("g c", N_("go to the calendar")),
            ("g h", N_("go to the history")),
            ("g a", N_("go to the accounts")),
            ("g s", N_("go to the sources")),
            ("g p", N_("go to the people")),
            ("Ctrl+Enter ⌘+Enter", N_("save, in a text field")),
        ),
    ),
)
_SAID = {
    "password": N_("Your password is changed. You were logged out everywhere else."),
    "sessions": N_("You were logged out everywhere else."),
    "zone": N_("Times are shown as you chose."),
    "keys-on": N_("Keys are on."),
    "keys-off": N_("Keys are off."),
    "revoked": N_("The token is worth nothing any more."),
}


@router.get("/me")
def show(request: Request, said: str = "") -> Response:
    """One's own page."""
    return _me(request, desk_of(request), said=said)


@router.get("/keys")
def keys(request: Request, said: str = "") -> Response:
    """What keys do, and the switch that turns them off."""
    desk = desk_of(request)
    desk.person(request)
    groups = [
        (_(title), [(key.split(" "), _(words)) for key, words in lines]) for title, lines in KEYS
    ]  # fmt: skip
    return desk.page(request, "keys.html", groups=groups, **_flash(said))


@router.post("/keys")
def set_keys(request: Request) -> Response:
    """Turn single keys on or off."""
    desk = desk_of(request)
    on = forms.checked(request, "keys")
    desk.room.ledger.people.set_preferences(desk.person(request).name, keys=on)
    return desk.go("/me" if forms.checked(request, "stay") else "/keys", said="keys-on" if on else "keys-off")


@router.post("/me/zone")
def set_zone(request: Request) -> Response:
    """Choose the clock that times are also shown by."""
    desk = desk_of(request)
    person = desk.person(request)
    chosen, typed = forms.field(request, "clock", 20), forms.field(request, "zone", 60).strip()
    zone = {"utc": "UTC", "own": typed}.get(chosen, "")
    if (chosen == "own" and not zone) or (zone and zone not in available_timezones()):
        words = _("There is no such place: write it as Europe/Berlin.")
        return _me(request, desk, errors=[("zone", words)], typed={"clock": chosen, "zone": typed}, status=422)
    desk.room.ledger.people.set_preferences(person.name, zone=zone)
    return desk.go("/me", said="zone")


@router.post("/me/password")
def set_password(request: Request) -> Response:
    """Change one's own password. Everything else that is logged in as this person is logged out."""
    desk = desk_of(request)
    person = desk.person(request)
    error = _wrong(request, desk, person)
    if error:
        return _me(request, desk, errors=[error], status=422)
    fresh = passwords.hashed(forms.field(request, "password_new", handing.PASSWORD_LIMIT))
    desk.room.ledger.people.set_password(person.name, fresh, desk.now)
    return _logged_in_again(request, desk, person)


@router.post("/me/sessions")
def end_sessions(request: Request) -> Response:
    """Log oneself out everywhere else."""
    desk = desk_of(request)
    person, session = desk.person(request), desk.session(request)
    desk.room.ledger.people.end_sessions(person.name, keep=session.id if session else "")
    return desk.go("/me", said="sessions")


@router.post("/me/tokens")
def add_token(request: Request) -> Response:
    """A token for the API, shown this once."""
    desk = desk_of(request)
    person = desk.person(request)
    try:
        secret = handing.make_token(request, desk, person.name, person.role)
    except ConfigError as error:
        return _me(request, desk, errors=[("token-name", sentence(str(error)))], status=422)
    return _me(request, desk, secret=secret)


@router.post("/me/tokens/revoke")
def revoke_token(request: Request) -> Response:
    """Make one of one's own tokens worth nothing."""
    desk = desk_of(request)
    person = desk.person(request)
    desk.room.ledger.people.revoke_token(person.name, forms.field(request, "name", handing.NAME_LIMIT), desk.now)
    return desk.go("/me", said="revoked")


# ---------------------------------------------------------------------------------------------- the password


def _wrong(request: Request, desk: Desk, person: Person) -> tuple[str, str] | None:
    """The field that is wrong and why; None when the password may be changed."""
    fresh = forms.field(request, "password_new", handing.PASSWORD_LIMIT)
    try:
        passwords.check(person.name, fresh)
    except ConfigError as error:
        return "password_new", sentence(str(error))
    if fresh != forms.field(request, "password_again", handing.PASSWORD_LIMIT):
        return "password_again", _("The two new passwords differ.")
    return _not_yours(request, desk, person)


def _not_yours(request: Request, desk: Desk, person: Person) -> tuple[str, str] | None:
    """Whether the old password is wrong. Counted apart from log-ins, so that nobody is locked out of those by it."""
    people, key = desk.room.ledger.people, (f"user:{person.name}/own",)
    until = people.note_failure(key, desk.now)
    if until is not None:
        wait = max(1, round((until - desk.now).total_seconds()))
        return "password", _("Too many attempts. Try again in {n} seconds.").format(n=wait)
    if not passwords.verify(people.password_of(person.name), forms.field(request, "password", handing.PASSWORD_LIMIT)):
        return "password", _("This is not your password.")
    people.note_success(key)
    return None


def _logged_in_again(request: Request, desk: Desk, person: Person) -> Response:
    """Whoever changed the password stays, under a cookie that nobody had before."""
    token, before = secrets.token_urlsafe(32), desk.session(request)
    ip, agent = (before.ip, before.agent) if before else ("", "")
    csrf = secrets.token_urlsafe(32)
    desk.room.ledger.people.start_session(person.name, digest(token), csrf, desk.now, ip=ip, agent=agent)
    answer = desk.go("/me", said="password")
    place = desk.place
    answer.set_cookie(COOKIE, token, path=f"{place.prefix}/", httponly=True, samesite="lax", secure=place.secure)
    return answer


# ---------------------------------------------------------------------------------------------- drawing


def _me(
    request: Request, desk: Desk, *, said: str = "", errors: Errors | None = None,
    typed: dict[str, str] | None = None, secret: handing.Secret | None = None, status: int = 200,
) -> Response:  # fmt: skip
    person, session = desk.person(request), desk.session(request)
    people = desk.room.ledger.people
    clock = {"": "newsroom", "UTC": "utc"}.get(person.zone, "own")
    values: dict[str, Any] = {
        "sessions": [_session(desk, person, one, session) for one in people.sessions(person.name, desk.now)],
        "tokens": token_rows(desk, person, person.name),
        "scopes": handing.scopes_for(person.role),
        "typed": typed or {"clock": clock, "zone": person.zone if clock == "own" else ""},
        "place": times.place(desk.room.zone),
        "zones": sorted(available_timezones()),
        "errors": errors or [],
        "wrong": dict(errors or []),
        "secret": secret,
    }
    return desk.page(request, "me.html", status, **values, **_flash(said))


def _flash(said: str) -> dict[str, Any]:
    return {"flash": {"words": _(_SAID[said])}} if said in _SAID else {}


def token_rows(desk: Desk, asker: Person, owner: str) -> list[dict[str, Any]]:
    """A person's tokens, or the machines' ("")."""

    def when(moment: datetime | None) -> dict[str, str] | None:
        return time_of(desk, asker, moment)

    return [
        {"name": one.name, "scopes": ", ".join(one.scopes), "made": when(one.created_at), "used": when(one.last_used)}
        for one in desk.room.ledger.people.tokens(owner)
    ]


def _session(desk: Desk, person: Person, one: Session, mine: Session | None) -> dict[str, Any]:
    return {
        "seen": time_of(desk, person, one.seen_at), "ip": one.ip, "agent": agent_words(one.agent),
        "mine": mine is not None and one.id == mine.id,
    }  # fmt: skip


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def agent_words(agent: str) -> str:
    """A browser as people know it: "Firefox, Linux"; the program's own name where it is none."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return ", ".join(filter(None, (browser, system))) or agent.partition(" ")[0][:40] or _("unknown program")
