"""What a person may do with a post in which state: every verb on a real row in every state."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest

from syndicator import editorial, pipeline
from syndicator.adapters import memory
from syndicator.errors import ConfigError, IllegalMove, OutcomeUnknown, Rejected, Stale
from syndicator.ledger import Filter
from syndicator.models import Delivery, Status, Wanted
from syndicator.room import Room
from tests.core.made import TOML, Desk

ANNA = "person:anna"
LATER = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
OURS = memory.PERMALINK + "ours"


@pytest.fixture
def toml() -> str:
    """One account that refuses an article about the derby."""
    return TOML.partition("[accounts.two]")[0] + 'exclude = ["derby"]\n'


@pytest.fixture(autouse=True)
def evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that gives only evidence of absence, so that a post can be due again and still be in doubt."""
    features = replace(memory.FEATURES, absence="evidence", settle=timedelta(minutes=5))
    monkeypatch.setattr(memory, "FEATURES", features)


# ---------------------------------------------------------------------------------------------- states


class Clock(Protocol):
    """The time of a test."""

    now: datetime

    def forward(self, **amount: float) -> datetime:
        """Let time pass."""


def _held(desk: Desk, number: int, _: Clock) -> None:
    editorial.hold(desk.room, number, "person:ben")


def _sending(desk: Desk, number: int, clock: Clock) -> None:
    claim = desk.room.ledger.attempts.claim(
        desk.row(number).account, lambda *_: None, process="p", actor="daemon:p", timeout=timedelta(1), now=clock.now
    )
    assert claim is not None


def _unknown(desk: Desk, number: int, _: Clock) -> None:
    memory.network("one").say(OutcomeUnknown("no answer"))
    desk.deliver()


def _unwanted(desk: Desk, number: int, clock: Clock) -> None:
    _unknown(desk, number, clock)
    editorial.suppress(desk.room, number, "person:ben", "no")


def _left(desk: Desk, number: int, clock: Clock) -> None:
    _unknown(desk, number, clock)
    editorial.leave(desk.room, number, "person:ben")


def _frozen(desk: Desk, number: int, clock: Clock) -> None:
    _unknown(desk, number, clock)
    while (row := desk.row(number)).status is Status.UNCONFIRMED:
        assert row.next_look is not None
        clock.now = row.next_look
        desk.look()
    assert row.frozen


def _failed(desk: Desk, number: int, _: Clock) -> None:
    memory.network("one").say(Rejected("no", code="text"))
    desk.deliver()


def _suppressed(desk: Desk, number: int, _: Clock) -> None:
    editorial.suppress(desk.room, number, "person:ben", "no")


def _expired(desk: Desk, number: int, clock: Clock) -> None:
    clock.forward(hours=25)
    pipeline.expire(desk.room)


def _sent(desk: Desk, number: int, _: Clock) -> None:
    editorial.settle_at(desk.room, number, "person:ben", OURS)


def _retracting(desk: Desk, number: int, clock: Clock) -> None:
    _sent(desk, number, clock)
    editorial.retract(desk.room, number, "person:ben", "no")


def _retracted(desk: Desk, number: int, clock: Clock) -> None:
    _retracting(desk, number, clock)
    desk.look()


STATES: dict[str, tuple[Status, Callable[[Desk, int, Clock], None]]] = {
    "held": (Status.HELD, _held),
    "queued": (Status.QUEUED, lambda *_: None),
    "frozen": (Status.QUEUED, _frozen),  # to be sent again, and not seen anywhere
    "sending": (Status.SENDING, _sending),
    "unknown": (Status.UNCONFIRMED, _unknown),
    "unwanted": (Status.UNCONFIRMED, _unwanted),  # unknown, and a person said no meanwhile
    "left": (Status.UNCONFIRMED, _left),  # unknown, and a person said: leave it
    "sent": (Status.SENT, _sent),
    "failed": (Status.FAILED, _failed),
    "suppressed": (Status.SUPPRESSED, _suppressed),
    "refused": (Status.SUPPRESSED, lambda *_: None),  # by a rule: it was never rendered
    "expired": (Status.EXPIRED, _expired),
    "retracting": (Status.RETRACTING, _retracting),
    "retracted": (Status.RETRACTED, _retracted),
}

# ---------------------------------------------------------------------------------------------- verbs

Call = Callable[[Room, int, int], Delivery]  # the room, the row, the version that was read

VERBS: dict[str, Call] = {
    "approve": lambda room, number, seen: editorial.approve(room, number, ANNA, version=seen),
    "hold": lambda room, number, _: editorial.hold(room, number, ANNA, "wait"),
    "send": lambda room, number, seen: editorial.send(room, number, ANNA, version=seen),
    "move": lambda room, number, _: editorial.move(room, number, ANNA, LATER),
    "edit": lambda room, number, seen: editorial.edit(room, number, ANNA, version=seen, text="Anna's words"),
    "suppress": lambda room, number, _: editorial.suppress(room, number, ANNA, "no"),
    "retract": lambda room, number, _: editorial.retract(room, number, ANNA, "no"),
    "release": lambda room, number, _: editorial.release(room, number, ANNA),
    "retry": lambda room, number, _: editorial.retry(room, number, ANNA),
    "at": lambda room, number, _: editorial.settle_at(room, number, ANNA, OURS),
    "elsewhere": lambda room, number, _: editorial.settle_at(room, number, ANNA, "https://other.example/1"),
    "absent": lambda room, number, _: editorial.settle_absent(room, number, ANNA),
    "leave": lambda room, number, _: editorial.leave(room, number, ANNA),
}

# What each leads to: its moves and the state after them; "same" where it is accepted and there is nothing to do;
# "." where it is refused as IllegalMove, or the error that says why.
WAITING = {"held": "held", "queued": "queued", "frozen": "queued"}
STOPPED = dict.fromkeys(("failed", "suppressed", "refused", "expired"), "queued")
OUT = {
    "sending": "unwant > sending",
    "unknown": "unwant > unconfirmed",
    "unwanted": "unwant > unconfirmed",
    "left": "unwant > unconfirmed",
}
UNKNOWN = {"unknown": "unconfirmed", "unwanted": "unconfirmed", "left": "unconfirmed"}
NOT_OUT = ("held", "queued", "frozen", "unknown", "left", "failed", "suppressed", "refused", "expired")
ENDS: dict[str, dict[str, str]] = {
    "approve": {"held": "approve > queued"},
    "hold": {"queued": "hold > held", "frozen": "hold > held"},
    "send": dict.fromkeys(WAITING, "send > queued"),
    "move": {state: f"move > {after}" for state, after in WAITING.items()},
    "edit": {"held": "edit > held", "queued": "edit > queued"},
    "suppress": OUT | dict.fromkeys(("held", "queued", "frozen", "failed", "expired"), "suppress > suppressed"),
    "retract": OUT | {"sent": "retract > retracting"},
    "release": {state: f"release > {after}" for state, after in STOPPED.items()},
    "retry": {state: f"retry > {after}" for state, after in STOPPED.items()},
    "at": dict.fromkeys(NOT_OUT, "deliver > sent")
    | {"unwanted": "deliver, retract > retracting", "sent": "same", "retracting": "same", "retracted": "same"},
    "elsewhere": dict.fromkeys(STATES.keys() - {"sending"}, "ConfigError"),
    "absent": {"unknown": "clear > queued", "unwanted": "clear > suppressed", "left": "clear > queued"},
    "leave": {state: f"leave > {after}" for state, after in UNKNOWN.items()},
}
ERRORS: dict[str, type[Exception]] = {".": IllegalMove, "ConfigError": ConfigError}

# What a move leaves in the row besides its state.
LEAVES: dict[str, dict[str, Any]] = {
    "approve": {"approved": 1, "expires": None},
    "hold": {"code": "person", "detail": "wait"},
    "send": {"approved": 1, "expires": None, "urgent": True},
    "move": {"due": LATER, "expires": None},
    "edit": {"version": 2},
    "suppress": {"code": "person", "detail": "no"},
    "unwant": {"wanted": Wanted.GONE, "detail": "no", "closed": False},
    "retract": {"wanted": Wanted.GONE, "detail": "no"},
    "release": {"wanted": Wanted.PUBLIC, "tries": 0, "expires": None, "version": 1},
    "retry": {"wanted": Wanted.PUBLIC, "tries": 0, "expires": None, "version": 1},
    "deliver": {"remote_id": "ours", "permalink": OURS, "sent_by": "person", "frozen": False},
    "clear": {"frozen": False, "looks": 0, "next_look": None},
    "leave": {"closed": True},
}

ALLOWED = [
    (verb, state, ends)
    for verb, table in ENDS.items()
    for state, ends in table.items()
    if ends not in ERRORS and ends != "same"
]


@pytest.fixture
def made(desk: Desk, clock: Clock, state: str) -> Delivery:
    """A row in the state of the case."""
    status, bring = STATES[state]
    number = desk.publish(title="The derby ends" if state == "refused" else "A ferry leaves")[0].id
    bring(desk, number, clock)
    assert desk.row(number).status is status
    return desk.row(number)


def everything(room: Room) -> list[Any]:
    """All the ledger holds about posts."""
    ledger = room.ledger
    numbers = [entry["id"] for entry in ledger.history.entries(Filter())]
    about = (ledger.deliveries.get, ledger.attempts.events, ledger.attempts.of, ledger.deliveries.versions)
    return [[one(number) for one in about] for number in numbers]


# ---------------------------------------------------------------------------------------------- every pair


@pytest.mark.parametrize(("verb", "state", "ends"), ALLOWED)
def test_what_a_person_may_do(desk: Desk, made: Delivery, verb: str, ends: str) -> None:
    """A verb that the state allows moves the row, and its event names the person."""
    before = desk.room.ledger.attempts.events(made.id)
    moves, _, after = ends.partition(" > ")
    row = VERBS[verb](desk.room, made.id, made.version)
    assert row == desk.row(made.id)
    events = desk.room.ledger.attempts.events(made.id)
    new = events[len(before) :]
    assert events[: len(before)] == before
    assert [event.verb for event in new] == moves.split(", ")
    assert {event.actor for event in new} == {row.actor} == {ANNA}
    assert [event.before for event in new] == [made.status, *(event.after for event in new[:-1])]
    assert (row.status, new[-1].after) == (Status(after), Status(after))
    left = LEAVES[new[0].verb] | LEAVES[new[-1].verb]
    assert {name: getattr(row, name) for name in left} == left


@pytest.mark.parametrize("state", STATES)
def test_what_a_person_may_not_do(desk: Desk, made: Delivery, state: str) -> None:
    """A verb that the state does not allow says so and changes nothing."""
    before = everything(desk.room)
    refused = {verb: table.get(state, ".") for verb, table in ENDS.items() if table.get(state, ".") in ERRORS}
    assert refused
    for verb, why in refused.items():
        with pytest.raises(ERRORS[why], match=r"\w"):
            VERBS[verb](desk.room, made.id, made.version)
        assert everything(desk.room) == before, verb


@pytest.mark.parametrize("state", [state for state in STATES if ENDS["at"].get(state) == "same"])
def test_what_is_known_already(desk: Desk, made: Delivery) -> None:
    """To be told where a post is that has a receipt is no move."""
    before = everything(desk.room)
    assert VERBS["at"](desk.room, made.id, made.version) == made
    assert everything(desk.room) == before


# ---------------------------------------------------------------------------------------------- other words, other rows


@pytest.mark.parametrize("state", [state for state in STATES if state != "refused"])
def test_other_words_than_were_read(desk: Desk, made: Delivery) -> None:
    """Whatever the state, a person who has read another version is told, and nothing changes."""
    before = everything(desk.room)
    for verb, seen in itertools.product(("approve", "send", "edit"), (made.version - 1, made.version + 1)):
        with pytest.raises(Stale, match=f"has version {made.version} by now"):
            VERBS[verb](desk.room, made.id, seen)
        assert everything(desk.room) == before, verb


@pytest.mark.parametrize("state", [state for state, ends in ENDS["at"].items() if ends != "same"])
def test_a_permalink_of_another_post(desk: Desk, made: Delivery) -> None:
    """What another row holds is no proof about this one, and nothing changes."""
    other = desk.publish("quay", title="A quay opens")[0].id
    editorial.settle_at(desk.room, other, ANNA, OURS)
    before = everything(desk.room)
    with pytest.raises(Stale, match=f"already belongs to post {other}"):
        VERBS["at"](desk.room, made.id, made.version)
    assert everything(desk.room) == before


def test_a_post_that_does_not_exist(desk: Desk) -> None:
    """A number nobody gave is a LookupError for every verb."""
    for call in VERBS.values():
        with pytest.raises(LookupError, match="there is no post 99"):
            call(desk.room, 99, 1)
    assert everything(desk.room) == []


# ---------------------------------------------------------------------------------------------- once more


@pytest.mark.parametrize("state", STATES)
def test_adding_an_article_that_has_a_row(desk: Desk, made: Delivery) -> None:
    """Whatever its state, the row an article has is kept as it is; only `again` makes another one."""
    before = everything(desk.room)
    article = desk.room.ledger.articles.get(made.article)
    assert asyncio.run(editorial.add(desk.room, article, ANNA)) == []
    assert everything(desk.room) == before
    row = asyncio.run(editorial.add(desk.room, article, ANNA, again="a correction"))[0]
    assert (row.status, row.occasion, row.detail) == (Status.QUEUED, "repost-1", "a correction")
    assert [(event.verb, event.actor) for event in desk.room.ledger.attempts.events(row.id)] == [("plan", ANNA)]
    assert [one for one in everything(desk.room) if one[0].id != row.id] == before
