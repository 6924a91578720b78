"""Verbs of a post that waits, and of one that must not be public."""

from datetime import datetime

from syndicator.delivery import HELD, QUEUED, WAITING, Move
from syndicator.editorial.parts import must_be
from syndicator.errors import IllegalMove
from syndicator.models import Delivery, Status, Wanted
from syndicator.room import Room


def approve(
    room: Room, number: int, actor: str, *, version: int | None = None, due: datetime | None = None
) -> Delivery:
    """HELD → QUEUED, for the version that was read. A person's yes does not expire.

    It leaves at its own time, not before `due` (aware) where one is given.
    """

    def decide(row: Delivery) -> Move:
        must_be(row, {HELD}, "approve")
        changes: dict[str, object] = {"approved": row.version, "expires": None}
        if due is not None:
            changes["due"] = max(row.due or due, due)
        return Move("approve", QUEUED, "", "", changes)

    return room.ledger.deliveries.move(number, decide, actor, room.clock(), seen=version)


def hold(room: Room, number: int, actor: str, reason: str = "") -> Delivery:
    """QUEUED → HELD."""

    def decide(row: Delivery) -> Move:
        must_be(row, {QUEUED}, "hold")
        return Move("hold", HELD, "person", reason or "held by a person")

    return room.ledger.deliveries.move(number, decide, actor, room.clock())


def send(room: Room, number: int, actor: str, *, version: int | None = None, due: datetime | None = None) -> Delivery:
    """Approve and due now, before all others: skips hold, quiet hours and spacing, never stop, pause or rate limits.

    `due` (aware) is a little later where there is to be time to take it back.
    """
    now = room.clock()

    def decide(row: Delivery) -> Move:
        must_be(row, WAITING, "send")
        changes = {"approved": row.version, "due": due or now, "expires": None, "urgent": True}
        return Move("send", QUEUED, "", "", changes)

    return room.ledger.deliveries.move(number, decide, actor, now, seen=version)


def move(room: Room, number: int, actor: str, due: datetime, *, version: int | None = None) -> Delivery:
    """Give a waiting post another time (aware)."""

    def decide(row: Delivery) -> Move:
        must_be(row, WAITING, "move")
        return Move("move", row.status, row.code, row.detail, {"due": due, "expires": None})

    return room.ledger.deliveries.move(number, decide, actor, room.clock(), seen=version)


def suppress(room: Room, number: int, actor: str, reason: str) -> Delivery:
    """Say no. A post that may be out is remembered as unwanted: withheld if it still can be, else taken down."""
    row = room.ledger.deliveries.get(number)
    if row.status in {Status.SENDING, Status.UNCONFIRMED}:
        return room.ledger.deliveries.want_gone(number, actor, room.clock(), reason)

    def decide(row: Delivery) -> Move:
        if row.status is Status.SENT:
            raise IllegalMove(f"post {number} is public; `syndicator queue retract {number}` takes it down")
        return Move("suppress", Status.SUPPRESSED, "person", reason)

    return room.ledger.deliveries.move(number, decide, actor, room.clock())


def retract(room: Room, number: int, actor: str, reason: str) -> Delivery:
    """Take a public post down; the daemon asks the platform until it says gone."""
    row = room.ledger.deliveries.get(number)
    now = room.clock()
    if row.status in {Status.SENDING, Status.UNCONFIRMED}:
        return room.ledger.deliveries.want_gone(number, actor, now, reason)
    account = room.account(row.account)
    if account and not room.features(account).retract:
        raise IllegalMove(
            f"{room.features(account).label} cannot take posts down; remove it by hand at {row.permalink}"
        )

    def decide(row: Delivery) -> Move:
        must_be(row, {Status.SENT}, "retract")
        return Move(
            "retract", Status.RETRACTING, "person", reason, {"next_look": now, "looks": 0, "wanted": Wanted.GONE.value}
        )

    return room.ledger.deliveries.move(number, decide, actor, now)
