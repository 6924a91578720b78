"""The state machine of a delivery: which moves there are, and what each answer of a platform leads to."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator import delivery as machine
from syndicator.delivery import Move
from syndicator.errors import (
    AccountRefused,
    DeliveryError,
    IllegalMove,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from syndicator.models import Delivery, DeliveryRules, Receipt, Status, Wanted

NOW = datetime(2026, 11, 23, 14, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SETTLE = timedelta(minutes=6)
RULES = DeliveryRules()
KEY = machine.delivery_key("article-1", "account-1", "publication")
TID = re.compile(r"^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$")
DIGITS = "234567abcdefghijklmnopqrstuvwxyz"

keys = st.text("0123456789abcdef", min_size=64, max_size=64)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001

# verb: the states it starts from, and where it leads; "same" stays where it is.
TABLE = {
    "plan": ("-", "held queued suppressed failed"),
    "approve": ("held", "queued"),
    "hold": ("queued", "held"),
    "revise": ("queued", "held"),
    "edit": ("held queued", "same"),
    "move": ("held queued", "same"),
    "send": ("held queued", "queued"),
    "suppress": ("held queued failed expired", "suppressed"),
    "release": ("suppressed failed expired", "queued held"),
    "retry": ("suppressed failed expired", "queued held"),
    "claim": ("queued", "sending"),
    "recover": ("sending", "queued suppressed"),
    "defer": ("sending", "queued suppressed"),
    "reject": ("sending", "failed"),
    "lose": ("sending", "unconfirmed"),
    "look": ("unconfirmed", "unconfirmed"),
    "deliver": (" ".join(Status), "sent"),
    "clear": ("unconfirmed", "queued suppressed"),
    "leave": ("unconfirmed", "unconfirmed"),
    "unwant": ("sending unconfirmed", "same"),
    "expire": ("held queued", "expired"),
    "retract": ("sent", "retracting"),
    "retracted": ("retracting", "retracted"),
    "keep": ("retracting", "sent retracting"),
    "undo": ("held queued suppressed unconfirmed", "failed expired unconfirmed"),
}


def row(status: Status = Status.SENDING, **values: Any) -> Delivery:
    """A row in the middle of its life."""
    return replace(Delivery(7, KEY, 1, "account-1", "publication", status, version=1, attempt=3), **values)


def legal(verb: str, before: Status | None, after: Status) -> bool:
    """Whether the machine allows it."""
    try:
        machine.check(verb, before, after)
    except IllegalMove:
        return False
    return True


# ---------------------------------------------------------------------------------------------- moves


def test_every_verb_is_known() -> None:
    """The machine has the verbs of the table and no others."""
    assert set(machine.MOVES) == set(TABLE)


@pytest.mark.parametrize("before", [None, *Status], ids=str)
@pytest.mark.parametrize("verb", TABLE)
def test_every_pair_of_verb_and_state(verb: str, before: Status | None) -> None:
    """A verb leads from a state exactly to those states the table names; anything else raises."""
    starts, ends = TABLE[verb]
    was = before.value if before else "-"
    expected = set(ends.replace("same", was).split()) if was in starts.split() else set()
    assert {after.value for after in Status if legal(verb, before, after)} == expected


@pytest.mark.parametrize(
    ("verb", "before", "after", "words"),
    [
        ("approve", Status.SENT, Status.QUEUED, "cannot approve a post that is sent"),
        ("approve", None, Status.QUEUED, "cannot approve a post that is nothing"),
        ("claim", Status.QUEUED, Status.SENT, "cannot claim a post that is queued to sent"),
    ],
)
def test_refusal_says_what_was_tried(verb: str, before: Status | None, after: Status, words: str) -> None:
    """A forbidden move is refused in a sentence a person can read."""
    with pytest.raises(IllegalMove) as refusal:
        machine.check(verb, before, after)
    assert str(refusal.value) == words


# ---------------------------------------------------------------------------------------------- keys


def test_key_is_stable_and_depends_on_every_part() -> None:
    """The same article, account and occasion give the same 64 hex digits, any other another key."""
    parts = [("a", "b", "c"), ("ab", "", "c"), ("a", "bc", ""), ("b", "a", "c"), ("a", "b", "d")]
    made = [machine.delivery_key(*part) for part in parts]
    assert made[0] == "ea7fb08b7a2dc4619ffb7c7bb38d95a2047935fa165d71b12efd3852a2e6d0cc"
    assert len(set(made)) == len(parts)
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in made)


@given(keys, moments)
def test_record_key_is_a_tid(key: str, moment: datetime) -> None:
    """A record key has the shape of a TID and holds the microsecond and ten bits of the row's key."""
    tid = machine.record_key(key, moment)
    number = 0
    for digit in tid:
        number = number << 5 | DIGITS.index(digit)
    exact = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert TID.match(tid)
    assert abs((number >> 10) - exact) <= 1
    assert number & 0x3FF == int(key[:8], 16) % 1024


@given(keys, keys, moments, st.timedeltas(timedelta(microseconds=3), timedelta(days=3650)))
def test_record_keys_sort_by_time(one: str, two: str, moment: datetime, later: timedelta) -> None:
    """Whatever the rows' keys, the record key of the later moment sorts behind."""
    assert machine.record_key(one, moment) < machine.record_key(two, moment + later)


# ---------------------------------------------------------------------------------------------- back-off


@pytest.mark.parametrize(("tries", "seconds"), [(0, 30), (1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (999, 3600)])
@pytest.mark.parametrize(("digits", "factor"), [("0000", 1.0), ("ffff", 1.25)])
def test_backoff_doubles_to_its_cap(tries: int, seconds: int, digits: str, factor: float) -> None:
    """The wait doubles from retry_first to retry_cap; the row's key adds up to a quarter."""
    assert machine.backoff(tries, RULES, "0" * 8 + digits + "0" * 52) == timedelta(seconds=seconds * factor)


def test_backoff_without_a_key() -> None:
    """A row without a key waits without spread."""
    assert machine.backoff(1, RULES, "") == RULES.retry_first


@given(keys, st.integers(1, 200), st.integers(1, 3600), st.integers(1, 24))
def test_backoff_stays_within_its_bounds(key: str, tries: int, first: int, times: int) -> None:
    """No wait is shorter than retry_first or longer than retry_cap and a quarter, and none shrinks with tries."""
    rules = DeliveryRules(retry_first=timedelta(seconds=first), retry_cap=timedelta(seconds=first * times))
    wait = machine.backoff(tries, rules, key)
    assert rules.retry_first <= wait <= rules.retry_cap * 1.25
    assert machine.backoff(tries + 1, rules, key) >= wait


def test_backoff_spreads_rows() -> None:
    """Rows refused in the same second come back at different times."""
    waits = {machine.backoff(1, RULES, machine.delivery_key(str(n), "a", "publication")) for n in range(50)}
    assert len(waits) > 45


# ---------------------------------------------------------------------------------------------- receipts


@pytest.mark.parametrize("by", ["receipt", "proof", "person"])
def test_receipt_makes_the_row_sent(by: str) -> None:
    """A receipt ends every doubt: where, when and by whose word is kept, and the post is no longer frozen."""
    move = machine.delivered(Receipt("42", "https://example.com/42"), by, NOW, "found")
    known = {"remote_id": "42", "permalink": "https://example.com/42", "sent_at": NOW, "sent_by": by}
    settled = {"next_look": None, "closed": False, "frozen": False}
    assert move == Move("deliver", Status.SENT, "", "found", known | settled)


# ---------------------------------------------------------------------------------------------- refusals

LATER, PAST = NOW + HOUR, NOW - HOUR
FIRST_LOOK = {"next_look": NOW + SETTLE, "looks": 0, "closed": False}
UNFROZEN = {"frozen": False}
WAIT_2 = machine.backoff(2, RULES, KEY)
WAIT_8 = machine.backoff(8, RULES, KEY)
ANSWERS: list[tuple[DeliveryError, dict[str, Any], Move]] = [
    (Rejected("no", code="too_long"), {}, Move("reject", Status.FAILED, "rejected:too_long", "no", UNFROZEN)),
    (MediaRefused("no"), {}, Move("defer", Status.QUEUED, "photo_refused", "no", UNFROZEN | {"due": NOW})),
    (AccountRefused("no", code="token"), {}, Move("defer", Status.QUEUED, "account:token", "no", UNFROZEN)),
    (RateLimited("no", until=LATER), {}, Move("defer", Status.QUEUED, "rate_limited", "no", UNFROZEN | {"due": LATER})),
    (RateLimited("no", until=PAST), {}, Move("defer", Status.QUEUED, "rate_limited", "no", UNFROZEN | {"due": NOW})),
    (
        Unavailable("no"),
        {"tries": 1},
        Move("defer", Status.QUEUED, "unavailable", "no", UNFROZEN | {"due": NOW + WAIT_2, "tries": 2}),
    ),
    (
        Unavailable("no"),
        {"tries": 7},
        Move("reject", Status.FAILED, "out_of_tries", "no (8 tries)", UNFROZEN | {"tries": 8}),
    ),
    (
        Unavailable("no"),
        {"tries": 7, "wanted": Wanted.GONE},
        Move("defer", Status.SUPPRESSED, "person", "no", UNFROZEN | {"due": NOW + WAIT_8, "tries": 8}),
    ),
    (
        OutcomeUnknown("no", code="timeout"),
        {"tries": 2, "closed": True},
        Move("lose", Status.UNCONFIRMED, "timeout", "no", FIRST_LOOK | {"tries": 3}),
    ),
]


@pytest.mark.parametrize(("error", "values", "expected"), ANSWERS, ids=lambda one: type(one).__name__)
def test_each_leaf_has_its_verdict(error: DeliveryError, values: dict[str, Any], expected: Move) -> None:
    """Each leaf leads to its move: only a rejection or the last try fails, only an unknown is unconfirmed."""
    move = machine.refused(row(frozen=True, **values), error, NOW, RULES, SETTLE)
    assert move == expected
    assert legal(move.verb, Status.SENDING, move.after)


PROOFS = [MediaRefused("no"), AccountRefused("no"), RateLimited("no", until=LATER), Unavailable("no")]


@pytest.mark.parametrize("error", PROOFS, ids=lambda one: type(one).__name__)
def test_unwanted_row_is_not_tried_again(error: DeliveryError) -> None:
    """With proof that nothing is public an unwanted post ends, with the reason of whoever did not want it."""
    move = machine.refused(row(wanted=Wanted.GONE, code="person", detail="wrong name"), error, NOW, RULES, SETTLE)
    assert (move.verb, move.after, move.code, move.detail) == ("defer", Status.SUPPRESSED, "person", "wrong name")


def test_unknown_without_a_code() -> None:
    """An unknown outcome without a machine code is called unknown, and an unwanted one is looked for all the same."""
    move = machine.refused(row(wanted=Wanted.GONE), OutcomeUnknown("no"), NOW, RULES, SETTLE)
    assert (move.after, move.code) == (Status.UNCONFIRMED, "unknown")


@pytest.mark.parametrize(("wanted", "after"), [(Wanted.PUBLIC, Status.QUEUED), (Wanted.GONE, Status.SUPPRESSED)])
def test_withheld_goes_back(wanted: Wanted, after: Status) -> None:
    """A try whose request never went out gives the row back, with the due time it had."""
    move = machine.withheld(row(wanted=wanted, code="c"), "stopped")
    code = "c" if wanted is Wanted.PUBLIC else "person"
    assert (move.verb, move.after, move.code, move.detail) == ("recover", after, code, "stopped")
    assert "due" not in move.changes


@pytest.mark.parametrize(
    "move",
    [
        machine.withheld(row(frozen=True, clears=1), "stopped"),
        machine.refused(row(frozen=True, clears=1), RateLimited("no", until=LATER), NOW, RULES, SETTLE),
        machine.refused(row(frozen=True, clears=1), Unavailable("no"), NOW, RULES, SETTLE),
    ],
    ids=["withheld", "rate limited", "unavailable"],
)
def test_evidence_keeps_the_words_frozen(move: Move) -> None:
    """Proof about this try is no proof about an earlier one cleared by evidence: the resend stays byte-identical."""
    assert move.changes["frozen"] is True


@pytest.mark.parametrize(("timeout", "settle", "wait"), [(30, 300, 300), (30, 0, 30), (600, 300, 600)])
def test_first_look_waits(timeout: int, settle: int, wait: int) -> None:
    """The first look comes when the request can no longer arrive and the platform has settled."""
    rules = replace(RULES, timeout=timedelta(seconds=timeout))
    move = machine.lost(row(), NOW, rules, timedelta(seconds=settle), code="crashed", detail="died")
    assert move.changes["next_look"] == NOW + timedelta(seconds=wait)
    assert (move.after, move.code, move.detail) == (Status.UNCONFIRMED, "crashed", "died")
