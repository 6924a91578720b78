"""What every page has at hand: the newsroom's room, who asks, and the frame that pages are drawn in."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from syndicator.desk import i18n, outcomes, times, tokens
from syndicator.desk.drawing import environment
from syndicator.desk.stream import Hub
from syndicator.desk.wayin import Place
from syndicator.errors import SyndicatorError
from syndicator.ledger.accounts import Stop as Stopped
from syndicator.ledger.people import People
from syndicator.models import Person, Role, Session
from syndicator.room import Room

COOKIE = "syndicator_desk"
NAV = (
    ("/queue", "Queue"),
    ("/compose", "Compose"),
    ("/calendar", "Calendar"),
    ("/history", "History"),
    ("/accounts", "Accounts"),
    ("/sources", "Sources"),
)
PLURAL = {Role.VIEWER: "Viewers", Role.EDITOR: "Editors", Role.CHIEF: "Chiefs", Role.ADMINISTRATOR: "Administrators"}


class NeedsLogin(SyndicatorError):
    """Nobody is logged in, or not any more."""


class NotAllowed(SyndicatorError):
    """The person may not do this; the message says who may."""


@dataclass(eq=False)
class Desk:
    """One desk. Everything a handler needs hangs on it; `desk_of(request)` finds it."""

    room: Room
    place: Place
    hub: Hub
    static: str  # version of the desk's own files
    env: Environment = field(init=False)

    def __post_init__(self) -> None:
        self.env = environment(self.room)

    @property
    def now(self) -> datetime:
        """The room's clock."""
        return self.room.clock()

    @property
    def people(self) -> People:
        """Who may use the desk."""
        return self.room.ledger.people

    @property
    def soon(self) -> datetime:
        """When a post leaves that a person lets go now: a few seconds later, so that it can be undone."""
        return self.now + self.room.config.desk.undo_send

    # ------------------------------------------------------------------------------------------ who asks

    def session(self, request: Request) -> Session | None:
        """The log-in of a request, None without a valid one. Read once per request."""
        if not hasattr(request.state, "session"):
            cookie = request.cookies.get(COOKIE, "")
            found = self.room.ledger.people.session(digest(cookie), self.now) if cookie else None
            request.state.session = found
        session: Session | None = request.state.session
        return session

    def still(self, request: Request) -> bool:
        """Whether a request that lasts is still somebody's: asked anew. Listening does not keep a log-in alive."""
        cookie = request.cookies.get(COOKIE, "")
        return self.people.alive(digest(cookie), self.now)

    def person(self, request: Request, least: Role = Role.VIEWER) -> Person:
        """Who is logged in. Raises NeedsLogin, or NotAllowed for a lesser role."""
        session = self.session(request)
        if session is None:
            raise NeedsLogin("You are not logged in.")
        if not session.person.role.at_least(least):
            raise NotAllowed(self.refusal(session.person, least))
        return session.person

    def refusal(self, person: Person, least: Role) -> str:
        """Why a person may not, and who may."""
        able = [
            one.display for one in self.room.ledger.people.list() if one.role.at_least(least) and not one.disabled_at
        ]
        names = f": {', '.join(able[:6])}" if able else ""
        return f"Your role is {person.role.value}. {PLURAL[least]} can do this{names}."

    # ------------------------------------------------------------------------------------------ where things are

    def url(self, path: str, **query: Any) -> str:
        """A path of the desk as links need it, with the proxy's prefix; empty values are left out of the query."""
        asked = {key: value for key, value in query.items() if value not in (None, "", (), [])}
        if path.startswith("/static/"):
            asked["v"] = self.static
        mark = "&" if "?" in path else "?"
        return f"{self.place.prefix}{path}" + (f"{mark}{urlencode(asked, doseq=True)}" if asked else "")

    def go(self, path: str, **query: Any) -> RedirectResponse:
        """See other: after a POST, so that Back and Reload ask for nothing twice."""
        return RedirectResponse(self.url(path, **query), 303)

    # ------------------------------------------------------------------------------------------ drawing

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """A whole page, or a part of one where the template is a part."""
        return HTMLResponse(self.draw(request, template, **values), status)

    def draw(self, request: Request, template: str, **values: Any) -> str:
        """A template with what every page needs."""
        session = self.session(request)
        person = session.person if session else None
        frame = {
            "newsroom": self.room.config.newsroom.name,
            "language": i18n.spoken(),
            "person": person,
            "role": person.role.value if person else "",
            "prefix": self.place.prefix,
            "url": self.url,
            "csrf": tokens.masked(session.csrf) if session else "",
            "form_key": lambda: secrets.token_hex(16),
            "theme": "",
            "flash": self._flash(request),
            "nav": [(path, word, request.url.path.startswith(path)) for path, word in NAV],
            "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            "now": self.now,
            "now_line": times.newsroom_line(self.now, self.room.zone),
            "zone": self.room.zone.key,
            "stopped": self._stopped() if person else None,
            "keys_on": person.keys if person else False,
            "part": bool(request.headers.get("hx-request")),
        }
        return self.env.get_template(f"desk/{template}").render(frame | values)

    def own_zone(self, person: Person | None) -> ZoneInfo | None:
        """The reader's own clock, where they have chosen one."""
        return ZoneInfo(person.zone) if person and person.zone else None

    def _flash(self, request: Request) -> dict[str, str] | None:
        """What the page before has done, named in the address by its action."""
        number = request.query_params.get("did", "")
        try:
            action = self.people.action(number) if number else None
        except LookupError:
            return None
        if action is None:
            return None
        told = outcomes.done(action)
        kind = "" if all(result.done for result in told.results) else "failed"
        return {"words": told.words, "kind": kind, "undo": told.id if told.undo else ""}

    def _stopped(self) -> dict[str, Any] | None:
        stop = self.room.ledger.accounts.stopped()
        return self.stop_words(stop) if stop else None

    def stop_words(self, stop: Stopped) -> dict[str, Any]:
        """What the red bar says."""
        counts = self.room.ledger.history.counts()
        waiting = sum(states.get("queued", 0) for states in counts.values())
        at = times.at(stop.at, self.now, self.room.zone)
        return {"at": at, "by": self.display(stop.by), "reason": stop.reason, "waiting": waiting}

    def display(self, actor: str) -> str:
        """Who did it, for people."""
        kind, _, name = actor.partition(":")
        if kind == "person":
            known = {one.name: one.display for one in self.room.ledger.people.list()}
            return known.get(name, name)
        return f"{name.partition('@')[0]} (command line)" if kind == "cli" else name or actor


def desk_of(request: Request) -> Desk:
    """The desk a request came to."""
    desk: Desk = request.app.state.desk
    return desk


def digest(secret: str) -> str:
    """What the ledger keeps of a secret that a browser or a machine holds."""
    return sha256(secret.encode()).hexdigest()
