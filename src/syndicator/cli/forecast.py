"""Why a post has not left, and when it will: the gates that send it, asked in advance."""

from dataclasses import replace
from datetime import datetime

from syndicator.cli.rooms import readable
from syndicator.cli.show import local
from syndicator.delivery import needs_person
from syndicator.models import Account, Delivery, Status
from syndicator.policy import HOUR, Gate, Recent, gate
from syndicator.room import Room


def recent(room: Room, account: Account) -> Recent:
    """What an account has done lately; nothing for one the ledger has not seen."""
    if not account.uid or not readable(room):
        return Recent()
    return room.ledger.attempts.recent(account.uid, room.clock())


def closed(room: Room, row: Delivery, account: Account, lately: Recent) -> Gate | None:
    """The gate that will be closed when the post's time has come."""
    at = max(room.clock(), row.due or room.clock())
    hour = tuple(moment for moment in lately.hour if moment > at - HOUR)
    return gate(row, account, room.features(account), replace(lately, hour=hour), at, room.zone)


def departure(room: Room, row: Delivery, account: Account, lately: Recent) -> str:
    """When a queued post leaves and what keeps it, in words."""
    shut = closed(room, row, account, lately)
    if shut:
        return f"{shut.why} until {when(room, shut.until)}" if shut.until else shut.why
    if row.due and row.due > room.clock():
        return f"waits until {when(room, row.due)}"
    return "leaves next"


def when(room: Room, moment: datetime) -> str:
    """A time to come, the day only when it is not today's."""
    words = local(moment, room.zone)
    return words[11:] if words[:10] == local(room.clock(), room.zone)[:10] else words


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
