"""The verbs of the desk: which function of `editorial` each is, and what is said when a post has moved on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from syndicator import editorial
from syndicator.delivery import MOVES
from syndicator.desk import times
from syndicator.desk.i18n import N_, _
from syndicator.desk.outcomes import ALREADY, LEFT, REFUSED
from syndicator.desk.states import REASONS, account_name, word
from syndicator.models import Delivery, Status
from syndicator.room import Room


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for beside the verb. `soon` is when a post that would leave at once does leave (aware)."""

    soon: datetime
    version: int | None = None
    reason: str = ""
    due: datetime | None = None
    permalink: str = ""


def _approve(room: Room, number: int, actor: str, wish: Wish) -> Delivery:
    return editorial.approve(room, number, actor, version=wish.version, due=wish.soon)


def _hold(room: Room, number: int, actor: str, wish: Wish) -> Delivery:
    return editorial.hold(room, number, actor, wish.reason)


def _send(room: Room, number: int, actor: str, wish: Wish) -> Delivery:
    return editorial.send(room, number, actor, version=wish.version, due=wish.soon)


def _move(room: Room, number: int, actor: str, wish: Wish) -> Delivery:
    if wish.due is None:
        raise ValueError(_("Say when the post is to leave."))
    return editorial.move(room, number, actor, wish.due)


def _suppress(room: Room, number: int, actor: str, wish: Wish) -> Delivery:
    return editorial.suppress(room, number, actor, wish.reason or REASONS[0])


def _retract(room: Room, number: int, actor: str, wish: Wish) -> Delivery:
    return editorial.retract(room, number, actor, wish.reason)


def _release(room: Room, number: int, actor: str, wish: Wish) -> Delivery:
    return editorial.release(room, number, actor, version=wish.version, due=wish.soon)


def _retry(room: Room, number: int, actor: str, wish: Wish) -> Delivery:
    return editorial.retry(room, number, actor, version=wish.version, due=wish.soon)


def _deliver(room: Room, number: int, actor: str, wish: Wish) -> Delivery:
    return editorial.settle_at(room, number, actor, wish.permalink)


def _clear(room: Room, number: int, actor: str, wish: Wish) -> Delivery:
    return editorial.settle_absent(room, number, actor, due=wish.soon)


def _leave(room: Room, number: int, actor: str, _wish: Wish) -> Delivery:
    return editorial.leave(room, number, actor)


CALLS: Mapping[str, Callable[[Room, int, str, Wish], Delivery]] = {
    "approve": _approve,
    "hold": _hold,
    "send": _send,
    "move": _move,
    "suppress": _suppress,
    "retract": _retract,
    "release": _release,
    "retry": _retry,
    "deliver": _deliver,
    "clear": _clear,
    "leave": _leave,
}

# Beside what MOVES allows: a no to what may be out is remembered.
_ALSO: Mapping[str, frozenset[Status]] = {
    "suppress": frozenset({Status.SENDING, Status.UNCONFIRMED}),
    "retract": frozenset({Status.SENDING, Status.UNCONFIRMED}),
}
_AFTER: Mapping[str, Status] = {
    "approve": Status.QUEUED,
    "hold": Status.HELD,
    "suppress": Status.SUPPRESSED,
    "retract": Status.RETRACTING,
    "release": Status.QUEUED,
    "retry": Status.QUEUED,
    "clear": Status.QUEUED,
}
_OUT = frozenset({Status.SENDING, Status.UNCONFIRMED, Status.SENT, Status.RETRACTING, Status.RETRACTED})
_LATE: Mapping[Status, str] = {
    Status.SENT: N_("{name} was sent at {time}, before your {what} arrived."),
    Status.SENDING: N_("{name} is being sent since {time}; your {what} came too late."),
    Status.UNCONFIRMED: N_("{name} was sent at {time} without a clear answer, before your {what} arrived."),
    Status.RETRACTING: N_("{name} is being taken down since {time}."),
    Status.RETRACTED: N_("{name} was taken down at {time}."),
}
_WHAT: Mapping[str, str] = {
    "approve": N_("approval"),
    "hold": N_("hold"),
    "send": N_("word"),
    "move": N_("new time"),
    "suppress": N_("no"),
    "edit": N_("text"),
    "undo": N_("undo"),
}


def allowed_from(verb: str, row: Delivery) -> bool:
    """Whether the machine has this verb for the row's state."""
    return row.status in MOVES[verb][0] or row.status in _ALSO.get(verb, frozenset())


def shown_name(room: Room, row: Delivery) -> str:
    """The row's account as people read it: "X main"."""
    account = room.account(row.account)
    return account_name(account.name, room.features(account).label) if account else _("A forgotten account")


def moved_on(room: Room, row: Delivery, verb: str) -> tuple[str, str]:
    """Why a verb comes too late for a row, as (kind, sentence): "X main was sent at 14:35:01, before your hold …"."""
    name, now = shown_name(room, row), room.clock()
    if row.status in _OUT:
        since = {Status.SENT: row.sent_at, Status.SENDING: row.claimed_at, Status.UNCONFIRMED: row.claimed_at}
        moment = since.get(row.status) or row.changed_at or now
        at = times.at(moment, now, room.zone, seconds=True)
        what = _(_WHAT.get(verb, N_("word")))
        return LEFT, _(_LATE[row.status]).format(name=name, time=at, what=what)
    if _AFTER.get(verb) is row.status:
        return ALREADY, _("{name}: already {state}.").format(name=name, state=word(row.status).lower())
    return REFUSED, _("{name} is {state}: that cannot be done now.").format(name=name, state=word(row.status).lower())
