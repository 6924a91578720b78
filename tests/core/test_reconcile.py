"""Unknown is never failed: posts that may be public are looked for, proved, cleared or given to a person."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from syndicator import editorial, pipeline
from syndicator.adapters import memory
from syndicator.delivery import needs_person
from syndicator.errors import ConfigError, IllegalMove, LookError, OutcomeUnknown, Rejected, Unavailable
from syndicator.models import Outcome, Status, Wanted
from syndicator.policy import Gate
from tests.core.made import Desk

UNKNOWN = OutcomeUnknown("timed out after the request")


@pytest.fixture
def evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform that can only give evidence of absence, with a settling time."""
    features = replace(memory.FEATURES, absence="evidence", settle=timedelta(minutes=5))
    monkeypatch.setattr(memory, "FEATURES", features)


def lost(desk: Desk, *, stored: bool, name: str = "one", slug: str = "harbour") -> int:
    """A post whose answer never came; `stored` says whether it is public."""
    rows = desk.publish(slug)
    memory.network(name).say(UNKNOWN, at="stored" if stored else "request")
    desk.deliver(name)
    row = rows[0 if name == "one" else 1]
    assert desk.row(row.id).status is Status.UNCONFIRMED
    return row.id


def test_what_is_public_is_proved(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """The first look waits for the time-out, finds our post, and records it by proof."""
    number = lost(desk, stored=True)
    assert desk.look() == []
    clock.forward(seconds=30)
    assert [row.status for row in desk.look()] == [Status.SENT]
    assert (desk.row(number).sent_by, desk.row(number).permalink is not None) == ("proof", True)
    assert len(desk.public()) == 1


def test_what_is_certainly_absent_is_sent_again(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """Where absence is certain one look clears the row, and the same key goes out again."""
    number = lost(desk, stored=False)
    clock.forward(seconds=30)
    assert [row.status for row in desk.look()] == [Status.QUEUED]
    assert desk.row(number).frozen is False
    desk.deliver()
    assert (desk.row(number).status, len(desk.public())) == (Status.SENT, 1)
    assert len({key for verb, key in memory.network("one").log if verb == "publish"}) == 1


def test_evidence_needs_three_looks_over_settle(desk: Desk, clock, evidence: None) -> None:  # type: ignore[no-untyped-def]
    """On a platform that only gives evidence three looks must find nothing before a byte-identical resend."""
    number = lost(desk, stored=False)
    began, looks = clock(), []
    while desk.row(number).status is Status.UNCONFIRMED:
        due = desk.row(number).next_look
        assert due is not None
        clock.now = due
        desk.look()
        looks.append(due - began)
    assert looks == [timedelta(minutes=5), timedelta(minutes=7.5), timedelta(minutes=10)]
    assert desk.row(number).frozen is True
    before = desk.room.ledger.deliveries.versions(number)
    desk.deliver()
    assert desk.row(number).status is Status.SENT
    assert desk.room.ledger.deliveries.versions(number) == before


def test_a_late_platform_shows_it_at_a_later_look(desk: Desk, clock, evidence: None) -> None:  # type: ignore[no-untyped-def]
    """A post the platform shows only after two looks is not sent again."""
    number = lost(desk, stored=True)
    memory.network("one").lag = 2
    for _ in range(3):
        clock.now = desk.row(number).next_look
        desk.look()
    assert (desk.row(number).status, len(desk.public())) == (Status.SENT, 1)


def test_a_hand_made_post_is_not_taken_for_ours(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """Only the link matches: a person is asked, nothing is sent and nothing is called sent."""
    number = lost(desk, stored=False)
    memory.network("one").hand_post("Our own words", "https://news.example/harbour")
    clock.forward(seconds=30)
    desk.look()
    row = desk.row(number)
    assert (row.status, row.code) == (Status.UNCONFIRMED, "probable")
    assert needs_person(row, desk.room.accounts["one"].delivery)


def test_at_most_two_automatic_clears(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """A post that gets lost three times goes to a person."""
    number = lost(desk, stored=False)
    memory.network("one").say(UNKNOWN, times=5)
    for _ in range(2):
        clock.forward(seconds=30)
        desk.look()
        desk.deliver()
    clock.forward(seconds=30)
    desk.look()
    row = desk.row(number)
    assert (row.status, row.clears) == (Status.UNCONFIRMED, 2)
    assert needs_person(row, desk.room.accounts["one"].delivery)


def test_a_duplicate_nobody_finds_goes_to_a_person(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """The network says it has it, the look does not find it: never sent again by itself."""
    number = desk.publish()[0].id
    memory.network("one").say(OutcomeUnknown("duplicate content", code="duplicate"))
    desk.deliver()
    for _ in range(5):
        clock.forward(hours=2)
        desk.look()
    assert (desk.row(number).status, desk.public()) == (Status.UNCONFIRMED, [])
    assert needs_person(desk.row(number), desk.room.accounts["one"].delivery)


def test_a_look_that_fails_says_nothing(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """An error while looking is neither presence nor absence; looks end after a day."""
    number = lost(desk, stored=False)
    memory.network("one").say(LookError("page missing"), on="find", times=200)
    for _ in range(60):
        due = desk.row(number).next_look
        if due is None:
            break
        clock.now = due
        desk.look()
    row = desk.row(number)
    assert (row.status, row.looks, row.next_look) == (Status.UNCONFIRMED, 0, None)
    assert "please look" in row.detail


def test_two_unknowns_in_a_row_close_the_account(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """After two unknowns nothing new leaves until one is settled; other accounts go on."""
    first = lost(desk, stored=True, slug="one")
    lost(desk, stored=True, slug="two")
    desk.publish("three")
    gate = desk.deliver()
    assert isinstance(gate, Gate)
    assert gate.code == "unknowns"
    editorial.leave(desk.room, first, "person:anna")
    desk.deliver()
    assert len(desk.public()) == 3


# ---------------------------------------------------------------------------------------------- crashes

CRASHES = [("before the request", False, Status.QUEUED), ("after the request", True, Status.UNCONFIRMED)]


@pytest.mark.parametrize(("out", "status"), [case[1:] for case in CRASHES], ids=[case[0] for case in CRASHES])
def test_a_start_settles_what_a_dead_process_left(desk: Desk, out: bool, status: Status) -> None:
    """Before the request went out it is queued again; after it, it may be public."""
    number = desk.publish()[0].id
    ledger = desk.room.ledger.attempts
    claim = ledger.claim(
        desk.room.accounts["one"].uid, lambda *_: None, process="dead/1", actor="t",
        timeout=timedelta(seconds=30), now=desk.clock(),
    )  # fmt: skip
    if out:
        ledger.let_out(claim, desk.clock())  # type: ignore[arg-type]
    assert pipeline.recover(desk.room) == []
    assert [row.status for row in pipeline.recover(desk.room, starting=True)] == [status]
    assert [a.outcome for a in ledger.of(number)] == [Outcome.CRASHED]


def test_a_worker_past_its_deadline_is_overtaken(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """A hanging call makes the row unknown at its deadline; its late receipt still counts, once."""
    number = desk.publish()[0].id

    def hang() -> None:
        clock.forward(seconds=31)
        assert [row.status for row in pipeline.recover(desk.room)] == [Status.UNCONFIRMED]

    memory.network("one").hooks["stored"] = hang
    desk.deliver()
    assert (desk.row(number).status, len(desk.public())) == (Status.SENT, 1)
    assert desk.verbs(number) == ["plan", "claim", "lose", "deliver"]


def test_a_worker_that_wakes_too_late_may_not_send(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """A zombie whose row was given back is withheld by go()."""
    number = desk.publish()[0].id

    def sleep() -> None:
        clock.forward(seconds=31)
        pipeline.recover(desk.room)

    memory.network("one").hooks["upload"] = sleep
    desk.deliver()
    assert (desk.row(number).status, desk.public()) == (Status.QUEUED, [])


# ---------------------------------------------------------------------------------------------- people


def test_a_person_settles(desk: Desk) -> None:
    """It is there: SENT by a person with the permalink; a foreign address is refused."""
    number = lost(desk, stored=True)
    post = memory.network("one").posts[0]
    with pytest.raises(ConfigError):
        editorial.settle_at(desk.room, number, "person:anna", "https://elsewhere.example/1")
    row = editorial.settle_at(desk.room, number, "person:anna", memory.PERMALINK + post.id)
    assert (row.status, row.sent_by, row.remote_id) == (Status.SENT, "person", post.id)


def test_a_person_says_it_is_not_there(desk: Desk) -> None:
    """It is not there: queued and sent again."""
    number = lost(desk, stored=False)
    editorial.settle_absent(desk.room, number, "person:anna")
    desk.deliver()
    assert desk.row(number).status is Status.SENT


def test_left_as_it_is(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """Leave it: no more looks, off the list, still to be settled later."""
    number = lost(desk, stored=True)
    editorial.leave(desk.room, number, "person:anna")
    clock.forward(hours=1)
    assert desk.look() == []
    assert not needs_person(desk.row(number), desk.room.accounts["one"].delivery)
    post = memory.network("one").posts[0]
    assert editorial.settle_at(desk.room, number, "person:b", memory.PERMALINK + post.id).status is Status.SENT


VERBS: list[tuple[str, Callable[..., object]]] = [("suppress", editorial.suppress), ("retract", editorial.retract)]


@pytest.mark.parametrize("verb", [case[1] for case in VERBS], ids=[case[0] for case in VERBS])
def test_no_to_a_post_that_may_be_public(desk: Desk, clock, verb) -> None:  # type: ignore[no-untyped-def]
    """It is remembered, and once proved the post is taken down."""
    number = lost(desk, stored=True)
    row = verb(desk.room, number, "person:anna", "wrong name")
    assert (row.status, row.wanted) == (Status.UNCONFIRMED, Wanted.GONE)
    clock.forward(seconds=30)
    assert [r.status for r in desk.look()] == [Status.RETRACTING]
    assert [r.status for r in desk.look()] == [Status.RETRACTED]
    assert desk.public() == []


def test_no_to_a_post_that_never_left(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """Wanted gone and certainly absent: suppressed, not sent again."""
    number = lost(desk, stored=False)
    editorial.suppress(desk.room, number, "person:anna", "wrong name")
    clock.forward(seconds=30)
    assert [r.status for r in desk.look()] == [Status.SUPPRESSED]
    assert desk.deliver() is None


RETRACTIONS = [
    (Rejected("not yours", code="foreign"), Status.SENT, "not_removed"),
    (Unavailable("connection refused"), Status.RETRACTING, "person"),
]


@pytest.mark.parametrize(("error", "status", "code"), RETRACTIONS, ids=lambda v: type(v).__name__)
def test_taking_down_is_repeated_or_told(desk: Desk, clock, error: Exception, status: Status, code: str) -> None:  # type: ignore[no-untyped-def]
    """A network that is away is asked again; one that refuses leaves the post SENT with the reason."""
    number = desk.publish()[0].id
    desk.deliver()
    editorial.retract(desk.room, number, "person:anna", "wrong name")
    memory.network("one").say(error, on="retract")
    desk.look()
    assert (desk.row(number).status, desk.row(number).code) == (status, code)
    if status is Status.RETRACTING:
        clock.forward(minutes=1)
        desk.look()
        assert (desk.row(number).status, desk.public()) == (Status.RETRACTED, [])


def test_retracting_what_is_not_public_is_refused(desk: Desk) -> None:
    """Only a sent post can be taken down."""
    number = desk.publish()[0].id
    with pytest.raises(IllegalMove):
        editorial.retract(desk.room, number, "person:anna", "oops")
