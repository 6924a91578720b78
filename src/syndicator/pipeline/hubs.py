"""What is to be done about a subscription at a hub, and what becomes of it. Pure: no clock, ledger or network.

WebSub (W3C Recommendation, 23 January 2018). States: "wanted" is to be asked for; "asked" waits for the hub to come
and verify; "active" was verified and has a lease; "refused" by the hub, or by us; "leaving" is to be ended at the hub;
"ended" is over, and remembered so that the hub hears 410 instead of 404. The last two have a name of their own beside
the source's, so that the source can have a new subscription meanwhile.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, auto
from urllib.parse import urlsplit

from syndicator.models import Source, Subscription

LEASE = timedelta(days=10)  # what we ask for, and what counts where the hub names none
LONGEST_LEASE = timedelta(days=366)
FIRST_BACKOFF = timedelta(minutes=10)  # also how long a hub has for its verification
LONGEST_BACKOFF = timedelta(hours=24)
SHORTEST_RENEWAL = timedelta(minutes=1)
FAREWELLS = 3  # times a hub is asked to end a subscription; then its lease ends it
REMEMBERED = timedelta(days=30)  # how long an ended subscription's address answers 410

NOT_SECURE = "it is reached without TLS, and our secret must not travel in the clear"
NEVER_CAME = "it has not come back to verify; can it reach desk.public_url from where it is?"
METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})  # section 7.1 of the Recommendation


class Step(Enum):
    """What is to be done now."""

    NOTHING = auto()
    ASK = auto()  # subscribe, or renew
    REFUSE = auto()  # no hub may be told a secret
    PART = auto()  # the source wants it no more
    LEAVE = auto()  # ask the hub to end it
    END = auto()  # the hub was asked often enough
    FORGET = auto()


def decide(one: Subscription, source: Source | None, now: datetime) -> Step:
    """The next step for a subscription of this source (None: no longer configured)."""
    due = one.next_try is None or one.next_try <= now
    if one.state == "ended":
        return Step.FORGET if due else Step.NOTHING
    if one.state == "leaving":
        last = Step.END if one.failures >= FAREWELLS else Step.LEAVE
        return last if due else Step.NOTHING
    if not wants(source):
        return Step.PART
    if not usable(one, source):
        return Step.NOTHING if one.error == NOT_SECURE else Step.REFUSE
    return Step.ASK if due or one.error == NOT_SECURE else Step.NOTHING


def wants(source: Source | None) -> bool:
    """Whether a source is to be subscribed to where a hub is named."""
    return source is not None and source.type == "feed" and source.websub


def usable(one: Subscription, source: Source | None) -> tuple[str, ...]:
    """The hubs that may know the secret, the next one first: those with TLS, and any of a private network's source."""
    private = source is not None and source.allow_private
    return tuple(hub for hub in one.hub.split() if private or hub.lower().startswith("https://"))


def name_of(one: Subscription) -> str:
    """The source a subscription is of, also when it has been set apart."""
    return one.source.partition("/")[0]


def host(one: Subscription) -> str:
    """The name of the hub that is asked, for people."""
    return urlsplit(next(iter(one.hub.split()), "")).hostname or ""


def backoff(failures: int) -> timedelta:
    """The pause after so many askings in a row without success: from ten minutes, doubled, to a day."""
    doubled: timedelta = FIRST_BACKOFF * (1 << min(max(failures - 1, 0), 10))
    return min(doubled, LONGEST_BACKOFF)


# ---------------------------------------------------------------------------------------------- what becomes of it


def asked(one: Subscription, now: datetime) -> Subscription:
    """Before the hub is asked: its failure is assumed until it verifies. A lease that runs stays in force."""
    silent = one.failures > 0 and one.state in {"asked", "active"}
    return replace(
        one,
        state="active" if is_active(one, now) else "asked",
        asked_at=now,
        failures=one.failures + 1,
        next_try=now + backoff(one.failures + 1),
        error=one.error or (NEVER_CAME if silent else ""),
    )


def missed(one: Subscription, now: datetime, error: str, *, refused: bool, again: datetime | None) -> Subscription:
    """The hub could not be asked, or said no. The next one it names is tried at once, each only once in a row."""
    if one.state not in {"asked", "active"} or one.failures == 0:
        return one  # the hub came while its answer was awaited, or the source has left it
    hubs = one.hub.split()
    pause = one.next_try if again is None else max(now, min(again, now + LONGEST_BACKOFF))
    state = "active" if one.state == "active" else "refused" if refused else "wanted"
    following = now if one.failures < len(hubs) else pause
    return replace(one, state=state, hub=" ".join(hubs[1:] + hubs[:1]), next_try=following, error=error)


def unsafe(one: Subscription) -> Subscription:
    """None of its hubs may be told a secret."""
    return replace(one, state="refused", next_try=None, lease_until=None, error=NOT_SECURE)


def verified(one: Subscription, lease: timedelta, now: datetime) -> Subscription:
    """The hub agreed. It is asked again at two thirds of its lease and a little later, each subscription its own."""
    lease = min(lease, LONGEST_LEASE)
    renewal = max(lease * 2 / 3 + lease / 10 * _share(one.path), SHORTEST_RENEWAL)
    return replace(one, state="active", lease_until=now + lease, next_try=now + renewal, failures=0, error="")


def denied(one: Subscription, reason: str, now: datetime) -> Subscription:
    """The hub said no, before or after it had agreed; it is asked again later."""
    failures = one.failures + (one.state == "active")
    later = now + backoff(max(failures, 1))
    return replace(one, state="refused", lease_until=None, next_try=later, failures=failures, error=reason)


def parted(one: Subscription, now: datetime) -> Subscription:
    """The source wants it no more: the hub is asked to end it."""
    return replace(one, source=f"{one.source}/{one.path[:12]}", state="leaving", failures=0, next_try=now, error="")


def farewell(one: Subscription, now: datetime) -> Subscription:
    """Before the hub is asked to end it."""
    return replace(one, failures=one.failures + 1, next_try=now + FIRST_BACKOFF)


def ended(one: Subscription, now: datetime) -> Subscription:
    """It is over."""
    return replace(one, state="ended", next_try=now + REMEMBERED, lease_until=None)


def _share(path: str) -> float:
    """0.0 to 1.0, always the same for the same path."""
    return int.from_bytes(hashlib.sha256(path.encode()).digest()[:4]) / 0xFFFFFFFF


# ---------------------------------------------------------------------------------------------- what is true of it


def is_active(one: Subscription, now: datetime) -> bool:
    """Whether the hub agreed, and its lease runs."""
    return one.state == "active" and one.lease_until is not None and one.lease_until > now


def told(known: Iterable[Subscription], now: datetime) -> frozenset[str]:
    """The sources whose hub speaks for them: it agreed, and has told something. Many feeds name a hub nobody pings."""
    return frozenset(one.source for one in known if is_active(one, now) and one.heard_at is not None)


def is_wrong(one: Subscription) -> bool:
    """Whether a person should know: the hub said no, or cannot be reached, or cannot reach us."""
    return not is_over(one) and bool(one.error)


def expects(one: Subscription, mode: str) -> bool:
    """Whether we wanted what a hub wants verified."""
    if mode == "subscribe":
        return one.asked_at is not None and one.state in {"wanted", "asked", "active"}
    if mode == "unsubscribe":
        return one.state in {"leaving", "ended"}
    return mode == "denied" and one.state in {"wanted", "asked", "active", "refused"}


def is_over(one: Subscription) -> bool:
    """Whether its hub is to be told that there is nobody here any more."""
    return one.state in {"leaving", "ended"}


def hears(one: Subscription) -> bool:
    """Whether deliveries count: the hub agreed once, and nobody has said no since. A late one counts."""
    return one.lease_until is not None and one.state in {"active", "asked", "wanted"}


def signed(one: Subscription, signature: str, body: bytes) -> bool:
    """Whether a body carries our secret's mark: `signature` is "sha256=HEX", by one of four methods."""
    method, _, given = signature.strip().partition("=")
    method = method.strip().lower()
    if method not in METHODS or not given.isascii():
        return False
    return hmac.compare_digest(hmac.new(one.secret.encode(), body, method).hexdigest(), given.strip().lower())
