"""Looks at posts that may be public: how often, when a row is cleared by itself, and when a person is asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from syndicator import delivery as machine
from syndicator.delivery import LOOK_CAP, MAX_CLEARS, Move
from syndicator.models import Delivery, DeliveryRules, Features, Receipt, Status, Wanted

NOW = datetime(2026, 11, 23, 14, 5, 9, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SETTLE = timedelta(minutes=6)
RULES = DeliveryRules()
EVIDENCE = Features("x", "X", "X", "weighted", 280, settle=SETTLE)
CERTAIN = replace(EVIDENCE, absence="certain")


def row(status: Status, **values: Any) -> Delivery:
    """A row in one state, its post rendered and tried once."""
    return replace(Delivery(7, "0" * 64, 1, "account-1", "publication", status, version=1, attempt=3), **values)


def unconfirmed(**values: Any) -> Delivery:
    """A row whose request went out at NOW and brought no receipt."""
    return row(Status.UNCONFIRMED, **{"frozen": True, "next_look": NOW + SETTLE, "code": "timeout", **values})


def looked(row: Delivery, features: Features = EVIDENCE, rules: DeliveryRules = RULES) -> list[tuple[timedelta, Move]]:
    """Looks that find nothing, each at its time, until one clears the row or there are no more."""
    story: list[tuple[timedelta, Move]] = []
    while row.next_look is not None and row.status is Status.UNCONFIRMED and len(story) < 500:
        at = row.next_look
        move = machine.absent(row, NOW, at, features, rules)
        machine.check(move.verb, row.status, move.after)
        story.append((at - NOW, move))
        row = replace(row, status=move.after, code=move.code, **move.changes)  # type: ignore[arg-type]
    return story


@pytest.mark.parametrize("settle", [None, timedelta(0), timedelta(minutes=10)])
def test_evidence_needs_three_looks_over_settle(settle: timedelta | None) -> None:
    """Where absence is only evidence, three looks spread over settle find nothing before the same bytes go again."""
    wait = SETTLE if settle is None else settle
    story = looked(unconfirmed(next_look=NOW + wait), rules=replace(RULES, settle=settle))
    assert [at for at, _ in story] == [wait, wait * 1.5, wait * 2]
    assert [move.verb for _, move in story] == ["look", "look", "clear"]
    changes = {"frozen": True, "due": NOW + wait * 2, "looks": 0, "clears": 1, "next_look": None}
    assert story[-1][1] == Move("clear", Status.QUEUED, "absent", "looked 3 times and it was not there", changes)


def test_certain_absence_clears_at_once() -> None:
    """Where "not found" is certain, one look is proof: the row is free again."""
    ((at, move),) = looked(unconfirmed(), CERTAIN)
    changes = {"frozen": False, "due": NOW + at, "looks": 0, "clears": 1, "next_look": None}
    assert move == Move("clear", Status.QUEUED, "absent", "not there", changes)


@pytest.mark.parametrize("features", [EVIDENCE, CERTAIN], ids=["evidence", "certain"])
def test_two_automatic_clears(features: Features) -> None:
    """A row is cleared twice by itself; the third time a person decides."""
    ends = [looked(unconfirmed(clears=clears), features)[-1][1] for clears in range(4)]
    assert [end.after for end in ends] == [Status.QUEUED, Status.QUEUED, Status.UNCONFIRMED, Status.UNCONFIRMED]
    assert [end.changes.get("clears") for end in ends] == [1, 2, None, None]


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        ({"code": "duplicate"}, RULES),
        ({"code": "probable"}, RULES),
        ({}, replace(RULES, on_unknown="ask")),
        ({"clears": MAX_CLEARS}, RULES),
    ],
    ids=["duplicate", "probable", "ask", "cleared twice"],
)
@pytest.mark.parametrize("features", [EVIDENCE, CERTAIN], ids=["evidence", "certain"])
def test_what_a_person_decides(values: dict[str, Any], rules: DeliveryRules, features: Features) -> None:
    """Such a row is never cleared by itself: looks go on, ever more rarely, until they end after a day."""
    row = unconfirmed(**values)
    assert machine.needs_person(row, rules)
    story = looked(row, features, rules)
    times = [at for at, _ in story]
    gaps = [b - a for a, b in pairwise(times)]
    assert {move.verb for _, move in story} == {"look"}
    assert gaps == sorted(gaps)
    assert max(gaps) == LOOK_CAP
    assert timedelta(hours=22) < times[-1] <= timedelta(hours=24)
    assert story[-1][1].detail.endswith("not there; looks have ended, please look")
    assert [move.changes["looks"] for _, move in story] == list(range(1, len(story) + 1))


@pytest.mark.parametrize(
    ("settle", "looks", "gap"),
    [(6, 0, 3), (6, 1, 3), (6, 2, 48), (6, 3, 60), (0, 2, 8), (0, 3, 16), (0, 99, 60), (1, 2, 8), (180, 0, 90)],
)
def test_gaps_between_looks(settle: int, looks: int, gap: int) -> None:
    """Three looks are half of settle apart; after them the gaps double, from a minute at least to an hour at most."""
    rules = replace(RULES, settle=settle * MINUTE, on_unknown="ask")
    move = machine.absent(unconfirmed(looks=looks), NOW, NOW, EVIDENCE, rules)
    assert move.changes == {"looks": looks + 1, "next_look": NOW + gap * MINUTE}


@pytest.mark.parametrize("values", [{}, {"clears": MAX_CLEARS}], ids=["first", "cleared twice"])
def test_unwanted_row_ends_when_absent(values: dict[str, Any]) -> None:
    """An unwanted post that is not there ends: nothing is sent again, so no limit of clears applies."""
    move = looked(unconfirmed(wanted=Wanted.GONE, detail="wrong name", **values))[-1][1]
    assert (move.verb, move.after, move.code, move.detail) == ("clear", Status.SUPPRESSED, "person", "wrong name")


@pytest.mark.parametrize(("hours", "ended"), [(23.0, False), (23.01, True)])
def test_looks_end_after_a_day(hours: float, ended: bool) -> None:
    """A look is planned up to 24 hours after the request went out, not later."""
    move = machine.look_again(unconfirmed(), 5, NOW, NOW + HOUR * hours, HOUR, "not there")
    assert (move.changes["next_look"] is None) is ended
    assert ("looks have ended" in move.detail) is ended
    assert (move.verb, move.after, move.code, move.changes["looks"]) == ("look", Status.UNCONFIRMED, "timeout", 5)


@pytest.mark.parametrize(
    ("passed", "wait", "gap"),
    [
        (timedelta(0), None, MINUTE / 2),
        (2 * MINUTE, None, MINUTE / 2),
        (20 * MINUTE, None, 5 * MINUTE),
        (4 * HOUR, None, HOUR),
        (20 * HOUR, None, HOUR),
        (HOUR, 7 * MINUTE, 7 * MINUTE),
        (HOUR, -MINUTE, timedelta(seconds=1)),
        (HOUR, 5 * HOUR, 5 * HOUR),
        (20 * HOUR, 5 * HOUR, None),
        (24 * HOUR, None, None),
    ],
)
def test_failed_look_does_not_count(passed: timedelta, wait: timedelta | None, gap: timedelta | None) -> None:
    """A look that could not read says nothing: it comes again when the platform allows, else ever more rarely."""
    now = NOW + passed
    until = None if wait is None else now + wait
    move = machine.look_failed(unconfirmed(looks=2), NOW, now, until, "page 2 is missing")
    assert move.changes == {"looks": 2, "next_look": None if gap is None else now + gap}
    assert (move.verb, move.after, move.code) == ("look", Status.UNCONFIRMED, "timeout")
    assert move.detail.startswith("could not look: page 2 is missing")


@pytest.mark.parametrize(("hours", "next_look"), [(1, NOW + 2 * HOUR), (24, None)])
def test_probable_match_is_a_question(hours: int, next_look: datetime | None) -> None:
    """A post of which only the link matches is shown to a person, with its address."""
    receipt = Receipt("9", "https://example.com/9", probable=True)
    move = machine.probable(unconfirmed(looks=1), receipt, NOW, NOW + hours * HOUR)
    assert (move.verb, move.after, move.code) == ("look", Status.UNCONFIRMED, "probable")
    assert move.changes == {"looks": 2, "next_look": next_look}
    assert move.detail == "a post with this link but other words is at https://example.com/9: is it ours?"


# ---------------------------------------------------------------------------------------------- attention


@pytest.mark.parametrize(
    ("row_", "needed"),
    [
        (row(Status.FAILED), True),
        (row(Status.HELD), True),
        (row(Status.HELD, wanted=Wanted.GONE), False),
        *((row(status), False) for status in Status if status not in {Status.FAILED, Status.HELD, Status.UNCONFIRMED}),
        (unconfirmed(), False),
        (unconfirmed(next_look=None), True),
        (unconfirmed(next_look=None, closed=True), False),
        (unconfirmed(code="duplicate", closed=True), False),
        (unconfirmed(clears=MAX_CLEARS - 1), False),
    ],
    ids=lambda one: one.status.value if isinstance(one, Delivery) else str(one),
)
def test_who_is_asked(row_: Delivery, needed: bool) -> None:
    """People are called for failures, held posts, and unknowns that looking alone will not settle."""
    assert machine.needs_person(row_, RULES) is needed


@pytest.mark.parametrize("code", ["duplicate", "probable"])
def test_an_unwanted_row_that_may_be_there_stays_with_a_person(code: str) -> None:
    """The network says it has it, or shows something alike: nobody calls that gone."""
    moves = looked(unconfirmed(wanted=Wanted.GONE, code=code))
    assert {move.after for _, move in moves} == {Status.UNCONFIRMED}


@pytest.mark.parametrize(("wanted", "needed"), [(Wanted.PUBLIC, True), (Wanted.GONE, False)])
@pytest.mark.parametrize("status", [Status.FAILED, Status.HELD])
def test_an_unwanted_row_needs_nobody(status: Status, wanted: Wanted, needed: bool) -> None:
    """What nobody wants public any more is nobody's work once it has stopped."""
    assert machine.needs_person(replace(unconfirmed(wanted=wanted), status=status), RULES) is needed
