"""Log in and out. Guessing is slowed down per account and per address; no answer tells whether a name exists."""

import secrets
from datetime import datetime

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from syndicator.desk import forms, passwords, tokens
from syndicator.desk.context import COOKIE, Desk, desk_of, digest
from syndicator.ledger.throttle import login_keys

router = APIRouter()
log = structlog.get_logger("syndicator.desk")

BEFORE = "syndicator_before"  # holds the token of the log-in form
WRONG = "Name and password do not match, or the account is switched off."
NAME_LIMIT, PASSWORD_LIMIT = 100, 1_000


@router.get("/login")
def show(request: Request, next: str = "") -> Response:  # noqa: A002 - the query's word
    """The form; who is logged in already goes on."""
    desk = desk_of(request)
    if desk.session(request):
        return desk.go(_inside(next))
    return draw(request, next_page=next)


@router.post("/login")
def log_in(request: Request) -> Response:
    """Start a session and go where the person wanted to."""
    desk = desk_of(request)
    if not tokens.matches(forms.field(request, "csrf"), request.cookies.get(BEFORE, "")):
        return draw(request, status=403, trouble=forms.OLD)
    name = forms.field(request, "name", NAME_LIMIT).strip().lower()
    # Counted before the password is looked at: many tries at once are many tries.
    until = desk.people.note_failure(login_keys(name, _address(request)), desk.now)
    if until is not None:
        return _too_many(request, desk, name, until)
    if not _right(desk, name, forms.field(request, "password", PASSWORD_LIMIT)):
        log.warning("log-in refused", name=name[:40], address=_address(request))
        return draw(request, status=401, trouble=WRONG, name=name)
    return _started(request, desk, name)


def _too_many(request: Request, desk: Desk, name: str, until: datetime) -> Response:
    wait = max(1, round((until - desk.now).total_seconds()))
    answer = draw(request, status=429, trouble=f"Too many attempts. Try again in {wait} seconds.", name=name)
    answer.headers["retry-after"] = str(wait)
    return answer


def _right(desk: Desk, name: str, password: str) -> bool:
    people = desk.room.ledger.people
    known = people.password_of(name)
    # A name that does not exist takes as long as one that does.
    good = passwords.verify(known, password)
    if good and known and passwords.is_old(known):
        people.renew_hash(name, known, passwords.hashed(password))
    return good


def _started(request: Request, desk: Desk, name: str) -> Response:
    people, token = desk.room.ledger.people, secrets.token_urlsafe(32)
    old = request.cookies.get(COOKIE)
    if old:
        people.end_session(digest(old))  # never carry a session over a log-in
    agent = request.headers.get("user-agent", "")[:200]
    people.note_success(login_keys(name, _address(request)))
    people.start_session(name, digest(token), secrets.token_urlsafe(32), desk.now, ip=_address(request), agent=agent)
    carry = forms.unpacked(forms.field(request, "carry"))
    answer = _offered(request, desk, token, carry) if carry else desk.go(_inside(forms.field(request, "next")))
    _set(desk, answer, COOKIE, token)
    _drop(desk, answer, BEFORE)
    return answer


def _offered(request: Request, desk: Desk, token: str, carry: tuple[str, list[tuple[str, str]]]) -> Response:
    """The form that came without a log-in, to be sent by the person who has logged in now."""
    request.state.session = desk.room.ledger.people.session(digest(token), desk.now)
    path, sent = carry
    return desk.page(request, "carried.html", path=path, sent=sent)


@router.post("/logout")
def log_out(request: Request) -> Response:
    """End the session here and in the ledger."""
    desk = desk_of(request)
    session = desk.session(request)
    if session:
        desk.room.ledger.people.end_session(session.id)
    answer = desk.go("/login")
    answer.headers["clear-site-data"] = '"storage"'
    _drop(desk, answer, COOKIE)
    return answer


def draw(request: Request, *, status: int = 200, trouble: str = "", name: str = "", carry: str = "",
         next_page: str = "") -> Response:  # fmt: skip
    """The log-in page."""
    desk, before = desk_of(request), secrets.token_urlsafe(24)
    values = {"trouble": trouble, "name": name, "carry": carry, "next": next_page, "token": tokens.masked(before)}
    nobody = not desk.room.ledger.people.list()
    answer = desk.page(request, "login.html", status, nobody=nobody, **values)
    _set(desk, answer, BEFORE, before)
    return answer


def _set(desk: Desk, answer: Response, name: str, value: str) -> None:
    answer.set_cookie(
        name, value, path=f"{desk.place.prefix}/", httponly=True, samesite="lax", secure=desk.place.secure
    )


def _drop(desk: Desk, answer: Response, name: str) -> None:
    answer.delete_cookie(name, path=f"{desk.place.prefix}/", httponly=True, samesite="lax", secure=desk.place.secure)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _inside(path: str) -> str:
    """A path of the desk; anything that could lead elsewhere becomes the first page."""
    return path if forms.inside(path) and path.partition("?")[0] not in {"/login", "/logout"} else "/queue"
