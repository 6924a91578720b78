"""Why a post has not left, and when it will: the gates that send it, asked in advance."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from syndicator.delivery import needs_person
from syndicator.models import Account, Delivery, Features, Status
from syndicator.policy import HOUR, Gate, Recent, gate
from syndicator.room import Room

AHEAD = 8  # gates behind one another that are asked; each moves the time on, and none leads back


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a queued post leaves as things stand now. `leaves` (aware UTC) is None while only a person opens the way.

    `code` and `why` are those of the gate that keeps it past its own time, "" when nothing does. Posts of the same
    account that leave before it are not counted.
    """

    leaves: datetime | None
    code: str = ""
    why: str = ""


def recent(room: Room, account: Account) -> Recent:
    """What an account has done lately; nothing for one the ledger has not seen."""
    return room.ledger.attempts.recent(account.uid, room.clock()) if account.uid else Recent()


def forecast(
    row: Delivery, account: Account, features: Features, lately: Recent, now: datetime, zone: ZoneInfo
) -> Forecast:
    """When one queued post leaves. `lately` is its account's; times are aware."""
    at = max(now, row.due or now)
    shut = closed(row, account, features, lately, at, zone)
    if shut is None:
        return Forecast(at)
    return Forecast(shut.until, shut.code, shut.why)


def forecasts(room: Room, rows: Iterable[Delivery]) -> dict[int, Forecast]:
    """The forecast of every queued row, by its number. Other states, and accounts no longer configured, have none."""
    now, zone = room.clock(), room.zone
    known: dict[str, tuple[Account, Features, Recent]] = {}
    found: dict[int, Forecast] = {}
    for row in rows:
        account = room.account(row.account)
        if row.status is not Status.QUEUED or account is None:
            continue
        if row.account not in known:
            known[row.account] = account, room.features(account), recent(room, account)
        found[row.id] = forecast(row, *known[row.account], now, zone)
    return found


def closed(
    row: Delivery, account: Account, features: Features, lately: Recent, at: datetime, zone: ZoneInfo
) -> Gate | None:
    """The last of the gates that will be closed from `at` on, one after another; None when the way is open then."""
    last: Gate | None = None
    for _ in range(AHEAD):
        hour = tuple(moment for moment in lately.hour if moment > at - HOUR)
        shut = gate(row, account, features, replace(lately, hour=hour), at, zone)
        if shut is None:
            return last
        last = shut
        if shut.until is None or shut.until <= at:
            return last
        at = shut.until
    return last


# ---------------------------------------------------------------------------------------------- in words


def departure(room: Room, row: Delivery, account: Account, lately: Recent) -> str:
    """When a queued post leaves and what keeps it, in words for a terminal."""
    now = room.clock()
    seen = forecast(row, account, room.features(account), lately, now, room.zone)
    if seen.code:
        return f"{seen.why} until {when(room, seen.leaves)}" if seen.leaves else seen.why
    if row.due and row.due > now:
        embargo = room.ledger.articles.get(row.article).embargo
        if embargo == row.due:
            return f"embargo until {when(room, embargo, seconds=True)}"
        return f"waits until {when(room, row.due)}"
    return "leaves next"


def when(room: Room, moment: datetime, *, seconds: bool = False) -> str:
    """A time to come by the newsroom's clock, the day only when it is not today's."""
    local, today = moment.astimezone(room.zone), room.clock().astimezone(room.zone).date()
    clock = "%H:%M:%S" if seconds else "%H:%M"
    return local.strftime(clock if local.date() == today else f"%Y-%m-%d {clock}")


def reason(room: Room, row: Delivery, lately: Recent | None) -> str:
    """Why an unfinished post is where it is. `lately` is None for an account that is no longer configured."""
    account = room.account(row.account)
    if account is None or lately is None:
        return "its account is no longer configured"
    if row.status is Status.QUEUED:
        words = departure(room, row, account, lately)
        return f"{words} ({row.detail})" if row.detail else words
    if row.status is Status.UNCONFIRMED:
        return _unconfirmed(room, row, account)
    return row.detail or {Status.SENDING: "is being sent", Status.HELD: "waits for a person"}.get(row.status, "")


def _unconfirmed(room: Room, row: Delivery, account: Account) -> str:
    if row.closed:
        return f"left as it is: {row.detail}"
    if needs_person(row, account.delivery):
        return f"may be public, please look: syndicator queue settle {row.id} ({row.detail})"
    return f"may be public; next look {when(room, row.next_look)}" if row.next_look else row.detail
