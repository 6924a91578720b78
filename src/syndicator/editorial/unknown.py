"""A person's word on a post of which nobody knows whether it is public."""

from datetime import datetime

from syndicator.delivery import MAX_CLEARS, Move, back
from syndicator.editorial.parts import account_of, must_be
from syndicator.errors import ConfigError, IllegalMove
from syndicator.models import Delivery, Status
from syndicator.room import Room


def settle_at(room: Room, number: int, actor: str, permalink: str) -> Delivery:
    """A person found it: SENT with that permalink. Raises ConfigError for an address that is not the account's."""
    row = room.ledger.deliveries.get(number)
    if row.status is Status.SENDING:
        raise IllegalMove(f"post {number} is being sent right now; wait for its end")
    account = account_of(room, row)
    try:
        receipt = room.adapter(account).locate(permalink)
    except ValueError as error:
        raise ConfigError(f"{permalink}: {error}") from error
    return room.ledger.attempts.receive(
        number, receipt, "person", actor=actor, now=room.clock(), detail="found by a person"
    )


def settle_absent(room: Room, number: int, actor: str, *, due: datetime | None = None) -> Delivery:
    """A person says it is not there: sent again, now or at `due`. If it is there after all, it will be public twice."""
    now = room.clock()

    def decide(row: Delivery) -> Move:
        must_be(row, {Status.UNCONFIRMED}, "clear")
        # A person's word opens the way again for the platform's own proofs.
        changes = {"looks": 0, "next_look": None, "clears": min(row.clears, MAX_CLEARS - 1), "frozen": False}
        return back(row, "clear", "person", "a person looked: not there", due=due or now, **changes)

    return room.ledger.deliveries.move(number, decide, actor, now)


def leave(room: Room, number: int, actor: str) -> Delivery:
    """Not known, and nobody needs to know: no more looks, off the list of what needs attention."""

    def decide(row: Delivery) -> Move:
        must_be(row, {Status.UNCONFIRMED}, "leave")
        return Move("leave", Status.UNCONFIRMED, row.code, "left as it is by a person", {"closed": True})

    return room.ledger.deliveries.move(number, decide, actor, room.clock())
