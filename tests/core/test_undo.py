"""Taking back what a person did, editing what is about to leave, and what a no that is taken back may not do."""

import asyncio
import io
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from syndicator import editorial, pipeline
from syndicator.adapters import memory
from syndicator.delivery import MOVES
from syndicator.errors import IllegalMove, OutcomeUnknown, PhotoError, Rejected, RenderError, Stale
from syndicator.models import Delivery, Photo, Status
from syndicator.room import Room
from tests.core.made import TOML, Desk, photo

ANNA, BEN = "person:anna", "person:ben"
LATER = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SOON = timedelta(seconds=5)

APPROVAL = TOML.replace('hold_for = "0s"', 'hold_for = "0s"\napproval = true')
SENSITIVE = TOML.replace('hold_for = "0s"', 'hold_for = "0s"\nsensitive = "hold"')
PATIENT = TOML.replace('hold_for = "0s"', 'hold_for = "30m"')

Act = Callable[[Room, int], Delivery]

VERBS: dict[str, Act] = {
    "approve": lambda room, n: editorial.approve(room, n, ANNA, due=room.clock() + SOON),
    "hold": lambda room, n: editorial.hold(room, n, ANNA, "checking the name"),
    "send": lambda room, n: editorial.send(room, n, ANNA, due=room.clock() + SOON),
    "move": lambda room, n: editorial.move(room, n, ANNA, LATER),
    "suppress": lambda room, n: editorial.suppress(room, n, ANNA, "Duplicate"),
    "release": lambda room, n: editorial.release(room, n, ANNA, due=room.clock() + SOON),
    "retry": lambda room, n: editorial.retry(room, n, ANNA, due=room.clock() + SOON),
    "clear": lambda room, n: editorial.settle_absent(room, n, ANNA, due=room.clock() + SOON),
    "leave": lambda room, n: editorial.leave(room, n, ANNA),
}


def fail(desk: Desk, number: int) -> None:
    """The network refuses the post."""
    memory.network("one").say(Rejected("no", code="text"))
    desk.deliver()
    assert desk.row(number).status is Status.FAILED


def lose(desk: Desk, number: int) -> None:
    """The network does not answer clearly."""
    memory.network("one").say(OutcomeUnknown("no answer"))
    desk.deliver()
    assert desk.row(number).status is Status.UNCONFIRMED


STATES: dict[str, Callable[[Desk, int], object]] = {
    "queued": lambda desk, n: None,
    "held": lambda desk, n: editorial.hold(desk.room, n, BEN, "wait"),
    "suppressed": lambda desk, n: editorial.suppress(desk.room, n, BEN, "Legal"),
    "failed": fail,
    "unconfirmed": lose,
}


def same(row: Delivery) -> dict[str, object]:
    """What an undo must bring back: everything but who changed it last, and when."""
    return {name: value for name, value in editorial.snapshot(row).items() if name not in {"actor", "changed_at"}}


def change(before: Delivery, after: Delivery) -> editorial.Change:
    """What a verb did."""
    return editorial.Change(after.id, editorial.snapshot(before), editorial.snapshot(after))


PAIRS = [(verb, state) for verb in VERBS for state in STATES if Status(state) in MOVES[verb][0]]


@pytest.mark.parametrize(("verb", "state"), PAIRS)
def test_what_was_done_is_undone(desk: Desk, clock, verb: str, state: str) -> None:  # type: ignore[no-untyped-def]
    """From every state every verb leads back to the row as it was, in one more event."""
    number = desk.publish()[0].id
    STATES[state](desk, number)
    before = desk.row(number)
    clock.forward(microseconds=1_234_567)
    after = VERBS[verb](desk.room, number)
    assert same(after) != same(before)
    clock.forward(seconds=1)
    back = editorial.undo(desk.room, change(before, after), BEN)
    assert same(back) == same(desk.row(number)) == same(before)
    events = desk.room.ledger.attempts.events(number)
    assert (events[-1].actor, events[-1].before, events[-1].after) == (BEN, after.status, before.status)


def test_expired_is_expired_again(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """A retry of an expired post can be taken back."""
    number = desk.publish()[0].id
    clock.forward(hours=25)
    pipeline.expire(desk.room)
    before = desk.row(number)
    after = editorial.retry(desk.room, number, ANNA)
    assert same(editorial.undo(desk.room, change(before, after), ANNA)) == same(before)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(verbs=st.lists(st.sampled_from(sorted(VERBS)), min_size=1, max_size=6))
def test_undoing_all_from_the_last_leads_back_to_the_first(desk: Desk, clock, verbs: list[str]) -> None:  # type: ignore[no-untyped-def]
    """Whatever people do in a row, undoing it step by step ends where they began, and none twice."""
    number = desk.publish(f"story-{clock.forward(seconds=1):%H%M%S%f}")[0].id
    done: list[tuple[Delivery, Delivery]] = []
    first = desk.row(number)
    for verb in verbs:
        before = desk.row(number)
        clock.forward(microseconds=1_234_567)
        try:
            done.append((before, VERBS[verb](desk.room, number)))
        except IllegalMove:
            assert desk.row(number) == before
    for before, after in reversed(done):
        # The row was brought back by the step before, under another name and time: only what is restored must agree.
        now = desk.row(number)
        assert same(now) == same(after)
        clock.forward(seconds=1)
        editorial.undo(desk.room, editorial.Change(number, editorial.snapshot(before), editorial.snapshot(now)), ANNA)
    assert same(desk.row(number)) == same(first)
    assert len(desk.room.ledger.attempts.events(number)) == 1 + 2 * len(done)


SINCE: dict[str, Callable[[Desk, int], object]] = {
    "sent": lambda desk, n: desk.deliver(),
    "moved": lambda desk, n: editorial.move(desk.room, n, BEN, LATER),
    "held and approved": lambda desk, n: (
        editorial.hold(desk.room, n, BEN),
        editorial.approve(desk.room, n, BEN),
    ),
    "edited": lambda desk, n: editorial.edit(desk.room, n, BEN, version=1, text="Ben's words"),
}


@pytest.mark.parametrize("since", SINCE)
def test_what_has_moved_on_is_left_alone(desk: Desk, since: str) -> None:
    """Where anything happened to the row since, even in the same instant, an undo is refused and changes nothing."""
    number = desk.publish()[0].id
    before = editorial.hold(desk.room, number, ANNA)
    after = editorial.approve(desk.room, number, ANNA)
    SINCE[since](desk, number)
    now = desk.row(number)
    with pytest.raises(Stale, match="meanwhile"):
        editorial.undo(desk.room, change(before, after), ANNA)
    assert desk.row(number) == now


def test_what_is_public_stays_public(desk: Desk) -> None:
    """A receipt, and the taking down of a post, cannot be undone."""
    number = desk.publish()[0].id
    before = desk.row(number)
    desk.deliver()
    sent = desk.row(number)
    retracting = editorial.retract(desk.room, number, ANNA, "wrong name")
    with pytest.raises(IllegalMove):
        editorial.undo(desk.room, change(sent, retracting), ANNA)
    desk.look()
    gone = desk.row(number)
    for was in (before, sent, retracting):
        with pytest.raises(IllegalMove):
            editorial.undo(desk.room, change(was, gone), ANNA)
    assert desk.row(number) == gone


def test_an_unwanted_post_is_wanted_again(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """A no to a post that may be public can be taken back, and what is found then stays public."""
    number = desk.publish()[0].id
    memory.network("one").say(OutcomeUnknown("lost"), at="stored")
    desk.deliver()
    before = desk.row(number)
    after = editorial.suppress(desk.room, number, ANNA, "no")
    assert same(editorial.undo(desk.room, change(before, after), ANNA)) == same(before)
    clock.forward(minutes=1)
    desk.look()
    assert desk.row(number).status is Status.SENT


# ---------------------------------------------------------------------------------------------- a little later


@pytest.mark.parametrize(
    ("due", "leaves"),
    [(timedelta(minutes=-4), timedelta(seconds=5)), (timedelta(minutes=4), timedelta(minutes=4))],
)
def test_an_approved_post_leaves_at_its_time(desk: Desk, clock, due: timedelta, leaves: timedelta) -> None:  # type: ignore[no-untyped-def]
    """Approved after its time a post waits for the undo; before it, for its time."""
    number = desk.publish()[0].id
    editorial.hold(desk.room, number, BEN)
    editorial.move(desk.room, number, BEN, clock() + due)
    row = editorial.approve(desk.room, number, ANNA, due=clock() + SOON)
    assert row.due == clock() + leaves
    assert desk.deliver() is None


@pytest.mark.parametrize("verb", ["send", "release", "retry"])
def test_what_leaves_at_once_waits_for_the_undo(desk: Desk, clock, verb: str) -> None:  # type: ignore[no-untyped-def]
    """Nothing leaves before the time to undo has passed, and then it does."""
    number = desk.publish()[0].id
    if verb != "send":
        editorial.suppress(desk.room, number, BEN, "no")
    VERBS[verb](desk.room, number)
    assert desk.deliver() is None
    clock.forward(seconds=5)
    desk.deliver()
    assert desk.row(number).status is Status.SENT


# ---------------------------------------------------------------------------------------------- what a policy holds


@pytest.mark.parametrize("toml", [SENSITIVE])
def test_a_no_taken_back_is_no_yes(desk: Desk) -> None:
    """A post that a rule held is held again when it is released, until somebody has approved its words."""
    number = desk.publish(sensitive=True)[0].id
    assert desk.row(number).code == "rule:sensitive"
    editorial.suppress(desk.room, number, ANNA, "no")
    row = editorial.release(desk.room, number, ANNA)
    assert (row.status, row.code) == (Status.HELD, "rule:sensitive")
    editorial.approve(desk.room, number, ANNA)
    editorial.suppress(desk.room, number, ANNA, "no")
    assert editorial.release(desk.room, number, ANNA).status is Status.QUEUED


@pytest.mark.parametrize("toml", [APPROVAL])
@pytest.mark.parametrize(("approves", "status", "approved"), [(True, Status.QUEUED, 2), (False, Status.HELD, 1)])
def test_approved_words_that_change(desk: Desk, approves: bool, status: Status, approved: int) -> None:
    """Words approved by one and changed by somebody who may not approve wait for approval again."""
    number = desk.publish()[0].id
    editorial.approve(desk.room, number, BEN)
    row = editorial.edit(desk.room, number, ANNA, version=1, text="Anna's words", approves=approves)
    assert (row.status, row.approved, row.version) == (status, approved, 2)
    assert (row.code == "rule:approval") is not approves


@pytest.mark.parametrize("toml", [APPROVAL])
@pytest.mark.parametrize("judged", [False, True])
def test_adding_by_hand_under_approval(desk: Desk, judged: bool) -> None:
    """What somebody adds who may not approve is held as the feed's articles are."""
    article = desk.room.ledger.articles.get(desk.publish()[0].article)
    rows = asyncio.run(editorial.add(desk.room, article, ANNA, again="a correction", judged=judged))
    assert {row.status for row in rows} == {Status.HELD if judged else Status.QUEUED}


# ---------------------------------------------------------------------------------------------- editing


def test_a_post_about_to_leave_is_held_while_it_is_edited(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """It does not leave meanwhile; saving gives its time back, or a little later where that has passed."""
    number = desk.publish()[0].id
    due = desk.row(number).due
    row = editorial.begin_edit(desk.room, number, ANNA)
    assert (row.status, row.detail, row.actor) == (Status.HELD, "edit not finished", ANNA)
    clock.forward(minutes=3)
    assert desk.deliver() is None
    editorial.edit(desk.room, number, ANNA, version=1, text="Anna's words")
    row = editorial.end_edit(desk.room, number, ANNA, due=clock() + SOON)
    assert (row.status, row.detail, row.version, due) == (Status.QUEUED, "", 2, clock() - timedelta(minutes=3))
    assert (row.due, row.approved, row.urgent) == (clock() + SOON, 0, False)


@pytest.mark.parametrize("toml", [PATIENT])
def test_a_post_with_time_is_not_held(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """What leaves in half an hour stays queued when it is opened, and is held in its last ten minutes."""
    number = desk.publish()[0].id
    due = desk.row(number).due
    assert editorial.begin_edit(desk.room, number, ANNA) == desk.row(number)
    assert desk.row(number).status is Status.QUEUED
    clock.forward(minutes=21)
    assert editorial.begin_edit(desk.room, number, ANNA).status is Status.HELD
    assert editorial.end_edit(desk.room, number, ANNA, due=clock() + SOON).due == due


def test_two_editors(desk: Desk) -> None:
    """A second one who opens it changes nothing; the second to save is told, and nobody's words are lost."""
    number = desk.publish()[0].id
    held = editorial.begin_edit(desk.room, number, ANNA)
    assert editorial.begin_edit(desk.room, number, BEN) == held
    editorial.edit(desk.room, number, BEN, version=1, text="Ben's words")
    editorial.end_edit(desk.room, number, BEN)
    with pytest.raises(Stale):
        editorial.edit(desk.room, number, ANNA, version=1, text="Anna's words")
    version = desk.room.ledger.deliveries.version(number, 2)
    assert version is not None and version.post.text == "Ben's words"


def test_a_hold_of_somebody_stays(desk: Desk) -> None:
    """The end of an edit gives only back what its beginning took."""
    number = desk.publish()[0].id
    held = editorial.hold(desk.room, number, BEN, "wait")
    assert editorial.begin_edit(desk.room, number, ANNA) == held
    assert editorial.end_edit(desk.room, number, ANNA) == held


@pytest.mark.parametrize("toml", [APPROVAL])
def test_an_edit_of_approved_words_by_an_editor(desk: Desk) -> None:
    """Held for the edit, and then for the approval of the new words; without new words it is queued again."""
    number = desk.publish()[0].id
    editorial.approve(desk.room, number, BEN)
    editorial.begin_edit(desk.room, number, ANNA)
    assert editorial.end_edit(desk.room, number, ANNA, approves=False, changed=False).status is Status.QUEUED
    editorial.begin_edit(desk.room, number, ANNA)
    editorial.edit(desk.room, number, ANNA, version=1, text="Anna's words", approves=False)
    row = editorial.end_edit(desk.room, number, ANNA, approves=False)
    assert (row.status, row.code, row.approved) == (Status.HELD, "rule:approval", 1)


def test_time_alone_makes_no_version(desk: Desk) -> None:
    """Another time without other words is a move; with words it is one edit, for the version that was read."""
    number = desk.publish()[0].id
    row = editorial.edit(desk.room, number, ANNA, version=1, due=LATER)
    assert (row.due, row.version, desk.verbs(number)[-1]) == (LATER, 1, "move")
    row = editorial.edit(desk.room, number, ANNA, version=1, text="words", due=LATER + SOON)
    assert (row.due, row.version, desk.verbs(number)[-1]) == (LATER + SOON, 2, "edit")
    with pytest.raises(Stale):
        editorial.edit(desk.room, number, ANNA, version=1, due=LATER)


def test_a_failed_post_is_mended(desk: Desk) -> None:
    """Other words for what was refused wait for a person's yes, and leave then."""
    number = desk.publish()[0].id
    fail(desk, number)
    with pytest.raises(RenderError):
        editorial.mend(desk.room, number, ANNA, version=1, text="x" * 501)
    assert desk.row(number).status is Status.FAILED
    row = editorial.mend(desk.room, number, ANNA, version=1, text="Anna's words")
    assert (row.status, row.version, row.code, desk.verbs(number)[-2:]) == (
        Status.HELD, 2, "person", ["retry", "edit"],
    )  # fmt: skip
    editorial.approve(desk.room, number, ANNA)
    desk.deliver()
    assert desk.public() == ["Anna's words"]


def test_the_template_again(desk: Desk) -> None:
    """A person's words give way to the template's, which follow the article from then on; twice makes one version."""
    number = desk.publish()[0].id
    deliveries = desk.room.ledger.deliveries
    first = deliveries.version(number, 1)
    editorial.edit(desk.room, number, ANNA, version=1, text="Anna's words")
    row = editorial.reset(desk.room, number, BEN, version=2)
    again = deliveries.version(number, 3)
    assert first is not None and again is not None
    assert (row.version, again.post, again.fields, again.by) == (3, first.post, frozenset(), BEN)
    assert editorial.reset(desk.room, number, BEN, version=3).version == 3


@pytest.mark.parametrize("place", ["1", "x", "-1"])
def test_a_photo_that_is_not_there(desk: Desk, place: str) -> None:
    """A photo the article does not have, or that cannot be fetched, changes nothing."""
    number = desk.publish(photos=(photo(),))[0].id
    before = desk.row(number)
    with pytest.raises(PhotoError):
        editorial.edit(desk.room, number, ANNA, version=1, photo=place)
    assert desk.row(number) == before


# ---------------------------------------------------------------------------------------------- accounts


def test_pause_and_stop_say_who(room: Room, clock) -> None:  # type: ignore[no-untyped-def]
    """A pause and a stop name who did it; the second one finds the first in force."""
    state = editorial.pause(room, "one", ANNA, "derby rules")
    assert (state.paused, state.paused_by) == ("derby rules", ANNA)
    assert editorial.pause(room, "one", BEN, "other").paused_by == ANNA
    assert editorial.same_pause(room, "one", ANNA, clock())
    assert editorial.resume(room, "one", BEN).paused is None
    assert not editorial.same_pause(room, "one", ANNA, clock())
    stop = editorial.stop(room, ANNA, "checking")
    assert editorial.stop(room, BEN, "other") == stop
    assert editorial.same_stop(room, ANNA, clock()) and not editorial.same_stop(room, BEN, clock())
    assert [editorial.restart(room, BEN), editorial.restart(room, BEN)] == [True, False]


class Pictures(BaseHTTPRequestHandler):
    """A newsroom's photos, each of one colour."""

    def do_GET(self) -> None:
        """The photo of the path."""
        out = io.BytesIO()
        Image.new("RGB", (640, 400), self.path.strip("/").partition(".")[0]).save(out, "JPEG")
        self.send_response(200)
        self.send_header("content-type", "image/jpeg")
        self.end_headers()
        self.wfile.write(out.getvalue())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing on the terminal."""


@pytest.fixture
def pictures() -> Iterator[str]:
    """The address of a server of photos."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Pictures) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("toml", [TOML.replace('feed.xml"', 'feed.xml"\nallow_private = true')])
def test_another_photo_of_the_article(desk: Desk, pictures: str) -> None:
    """A person takes the second photo with its own description, and then none; their words stay."""
    both = tuple(Photo(f"{pictures}/{colour}.jpg", alt=f"All {colour}") for colour in ("red", "blue"))
    number = desk.publish(photos=both)[0].id
    deliveries = desk.room.ledger.deliveries
    editorial.edit(desk.room, number, ANNA, version=1, text="Anna's words")
    editorial.edit(desk.room, number, ANNA, version=2, photo="1")
    chosen = deliveries.version(number, 3)
    assert chosen is not None
    assert (chosen.post.text, chosen.fields) == ("Anna's words", {"text", "photo"})
    assert [(one.alt, one.source_url) for one in chosen.post.media] == [("All blue", both[1].url)]
    assert desk.room.photos.get(chosen.post.media[0].sha256)
    editorial.edit(desk.room, number, ANNA, version=3, photo=editorial.NO_PHOTO)
    without = deliveries.version(number, 4)
    assert without is not None and (without.post.media, without.post.text) == ((), "Anna's words")
