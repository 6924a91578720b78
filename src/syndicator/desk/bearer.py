"""Who asks the API: a token's bearer, or a person with the browser's session. And what they may do there.

A token's scopes bound what it is for: "read" looks, "act" decides about posts, accounts, sources and the stop switch,
"compose" adds articles, "admin" is all of these. Its role is its person's; a machine's may do what an editor may, and
with "admin" everything.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from weakref import WeakKeyDictionary

from fastapi import Request

from syndicator.desk import acts, passwords
from syndicator.desk.context import Desk, NotAllowed, desk_of
from syndicator.models import Person, Token
from syndicator.models.people import SCOPES

RATE = 10.0  # requests a second that a token may make, day in, day out
BURST = 600.0  # and how many it may have saved up
GUESSES = 60.0  # requests with a token there is not, from one address, one more each second
TOKEN_LIMIT = 200  # characters


class Unknown(NotAllowed):
    """Nobody: no token, one there is not (any more), and no session. `tried`: there was a token."""

    def __init__(self, message: str, *, tried: bool) -> None:
        super().__init__(message)
        self.tried = tried


class TooMany(NotAllowed):
    """Asked too often; `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"Too many requests. Ask again in {wait} seconds.")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Asker(Person):
    """Who asks, as a person with the role that counts here. `token` is the token's name, "" for a session."""

    token: str = ""
    scopes: frozenset[str] = frozenset(SCOPES)

    @property
    def actor(self) -> str:
        """How events name them."""
        return f"token:{self.token}" if self.token else f"person:{self.name}"


def needs(scope: str) -> Callable[[Request], Asker]:
    """A route's dependency: lets those in who have the scope. Raises Unknown, NotAllowed or TooMany."""

    def asking(request: Request) -> Asker:
        asker: Asker = _who(request)
        if scope not in asker.scopes:
            raise NotAllowed(f"This token is for {' and '.join(sorted(asker.scopes))}; this needs the scope “{scope}”.")
        request.state.asker = asker
        return asker

    return asking


def asker_of(request: Request) -> Asker:
    """Who asks, on a route that `needs` a scope."""
    asker: Asker = request.state.asker
    return asker


def still(request: Request) -> bool:
    """Whether a request that lasts is still somebody's: its token or its log-in asked anew."""
    desk, sent = desk_of(request), request.headers.get("authorization")
    if sent is None:
        return desk.still(request)
    secret = sent.partition(" ")[2].strip()
    return desk.room.ledger.people.find_token(passwords.digest(secret), desk.now) is not None


def _who(request: Request) -> Asker:
    """A token, where one is sent, counts alone: a wrong one does not fall back to the browser's session."""
    desk, sent = desk_of(request), request.headers.get("authorization")
    if sent is not None:
        return _bearer(request, desk, sent)
    session = desk.session(request)
    if session is None:
        raise Unknown("Send a token: “Authorization: Bearer …”, or log in at the desk.", tried=False)
    return Asker(**{one.name: getattr(session.person, one.name) for one in fields(Person)})


def _bearer(request: Request, desk: Desk, sent: str) -> Asker:
    kind, _, secret = sent.partition(" ")
    secret = secret.strip()
    fits = kind.lower() == "bearer" and 0 < len(secret) <= TOKEN_LIMIT
    token = desk.room.ledger.people.find_token(passwords.digest(secret), desk.now) if fits else None
    if token is None:
        address = request.client.host if request.client else ""
        _slow(desk, f"address:{address}", GUESSES, 1.0)
        raise Unknown("There is no such token, or it was revoked.", tried=True)
    _slow(desk, f"token:{token.id}", BURST, RATE)
    return asker(token)


def asker(token: Token) -> Asker:
    """What a token may do: no more than its scopes, and no more than its person."""
    return Asker(
        name=token.person.name if token.person else token.name,
        display=token.name,
        role=acts.who(token).role,
        created_at=token.created_at,
        password_at=token.created_at,
        token=token.name,
        scopes=frozenset(SCOPES) if "admin" in token.scopes else frozenset(token.scopes),
    )


# ---------------------------------------------------------------------------------------------- not too often


class Pace:
    """Buckets by key, in memory: each gives so many requests at once and fills up again with time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, datetime]] = {}

    def take(self, key: str, most: float, rate: float, now: datetime) -> int:
        """0, or how many seconds to wait for the next one."""
        with self._lock:
            left, seen = self._left.get(key, (most, now))
            left = min(most, left + max(0.0, (now - seen).total_seconds()) * rate)
            if left < 1:
                self._left[key] = (left, now)
                return max(1, round((1 - left) / rate + 0.5))
            if len(self._left) > 10_000:
                self._left.clear()  # a flood of addresses; everybody begins anew
            self._left[key] = (left - 1, now)
            return 0


_PACES: "WeakKeyDictionary[Desk, Pace]" = WeakKeyDictionary()


def _slow(desk: Desk, key: str, most: float, rate: float) -> None:
    wait = _PACES.setdefault(desk, Pace()).take(key, most, rate, desk.now)
    if wait:
        raise TooMany(wait)
