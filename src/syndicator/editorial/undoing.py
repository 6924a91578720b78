"""Taking a verb back: the row as it was before, where nothing has happened to it since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndicator.delivery import HELD, QUEUED, SUPPRESSED, Move
from syndicator.errors import Stale
from syndicator.models import Delivery, Status
from syndicator.room import Room

# What verbs of people change in a row. `code` and `detail` go with the move itself.
_PLAIN = ("wanted", "urgent", "approved", "tries", "looks", "clears", "closed", "frozen")
_TIMES = ("due", "expires", "next_look")
_SAID = ("status", "code", "detail", "version", "actor")

BACK: Mapping[tuple[Status, Status], str] = {
    (HELD, HELD): "move",
    (HELD, QUEUED): "approve",
    (HELD, SUPPRESSED): "suppress",
    (QUEUED, QUEUED): "move",
    (QUEUED, HELD): "hold",
    (QUEUED, SUPPRESSED): "suppress",
    (SUPPRESSED, HELD): "release",
    (SUPPRESSED, QUEUED): "release",
}
"""The verb that leads from a state back to another; "undo" for all other pairs."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one verb did to one row: `snapshot`s of before and after."""

    delivery: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def snapshot(row: Delivery) -> dict[str, Any]:
    """A row's state and all that people's verbs change, as JSON; times in ISO 8601, to the ledger's millisecond."""
    times = {name: getattr(row, name) for name in (*_TIMES, "changed_at")}
    plain: dict[str, Any] = {name: getattr(row, name) for name in (*_SAID, *_PLAIN)}
    plain |= {name: str(plain[name]) for name in ("status", "wanted")}
    return plain | {name: _text(at) for name, at in times.items()}


def _text(at: datetime | None) -> str | None:
    # A row as it was moved has the clock's microseconds, the same row read again has not.
    return at.isoformat(timespec="milliseconds") if at else None


def undo(room: Room, change: Change, actor: str) -> Delivery:
    """Bring a row back to what it was. Its words stay: a version is never taken away.

    Raises Stale when it has moved on since, IllegalMove for what cannot be undone, LookupError.
    """
    before = change.before
    then = Status(before["status"])

    def decide(row: Delivery) -> Move:
        if snapshot(row) != change.after:
            raise Stale(_since(row))
        times = {name: datetime.fromisoformat(before[name]) if before[name] else None for name in _TIMES}
        changes = {name: before[name] for name in _PLAIN} | times
        return Move(BACK.get((row.status, then), "undo"), then, before["code"], before["detail"], changes)

    return room.ledger.deliveries.move(change.delivery, decide, actor, room.clock())


def _since(row: Delivery) -> str:
    if row.status in {HELD, QUEUED, SUPPRESSED}:
        return f"post {row.id} was changed meanwhile by {row.actor}; it is {row.status.value}"
    return f"post {row.id} has left meanwhile; it is {row.status.value}"
