"""Verbs at the desk: who may, what is said, many at once, once per form, and taken back."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicator import editorial
from syndicator.adapters import memory
from syndicator.desk import acts
from syndicator.desk.context import NotAllowed
from syndicator.desk.outcomes import Result, summary
from syndicator.errors import IllegalMove, OutcomeUnknown, Stale
from syndicator.models import Delivery, Person, Role, Status, Token
from tests.core.conftest import HandClock, clock, desk, room, toml  # noqa: F401
from tests.core.made import TOML, Desk

APPROVAL = TOML.replace('hold_for = "0s"', 'hold_for = "0s"\napproval = true')
LATER = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
HASH = "not a hash that any password has"

Targets = list[tuple[int, int | None]]


class Newsroom:
    """Four people at one desk."""

    def __init__(self, made: Desk) -> None:
        self.desk, self.room = made, made.room
        self.people = made.room.ledger.people
        names = {"vera": Role.VIEWER, "anna": Role.EDITOR, "cleo": Role.CHIEF, "root": Role.ADMINISTRATOR}
        for name, role in names.items():
            self.people.add(name, role, HASH, made.clock(), name.capitalize())

    def who(self, name: str) -> Person:
        """A person as they are now."""
        return self.people.get(name)

    def act(self, name: str, verb: str, *numbers: int, **more: Any) -> acts.Done:
        """Somebody does something with posts."""
        targets: Targets = [(number, None) for number in numbers]
        return acts.act(self.room, self.people, self.who(name), verb, more.pop("targets", targets), **more)

    def undo(self, name: str, done: acts.Done) -> acts.Done:
        """Somebody takes it back."""
        return acts.undo(self.room, self.people, self.who(name), done.id)

    def rows(self, story: str, **fields: Any) -> list[int]:
        """A new story's posts, on account one and on account two."""
        return [row.id for row in self.desk.publish(story, title=f"The {story}", **fields)]


@pytest.fixture
def news(desk: Desk) -> Newsroom:  # noqa: F811
    """The newsroom."""
    return Newsroom(desk)


def lose(news: Newsroom, number: int) -> None:
    """The network does not answer clearly."""
    memory.network("one").say(OutcomeUnknown("no answer"))
    news.desk.deliver()


WAYS: dict[str, tuple[Callable[[Newsroom, int], object], Status, dict[str, Any]]] = {
    "hold": (lambda news, n: None, Status.HELD, {}),
    "send": (lambda news, n: None, Status.QUEUED, {}),
    "move": (lambda news, n: None, Status.QUEUED, {"due": LATER}),
    "suppress": (lambda news, n: None, Status.SUPPRESSED, {}),
    "approve": (lambda news, n: news.act("anna", "hold", n), Status.QUEUED, {}),
    "release": (lambda news, n: news.act("anna", "suppress", n), Status.QUEUED, {}),
    "retry": (lambda news, n: news.act("anna", "suppress", n), Status.QUEUED, {}),
    "retract": (lambda news, n: news.desk.deliver(), Status.RETRACTING, {"reason": "wrong name"}),
    "deliver": (lose, Status.SENT, {"permalink": memory.PERMALINK + "ours"}),
    "clear": (lose, Status.QUEUED, {}),
    "leave": (lose, Status.UNCONFIRMED, {}),
}
UNDONE = set(WAYS) - {"retract", "deliver"}


def prepared(news: Newsroom, verb: str) -> Delivery:
    """A post that the verb is for."""
    number = news.rows("ferry")[0]
    WAYS[verb][0](news, number)
    return news.desk.row(number)


@pytest.mark.parametrize("verb", WAYS)
def test_every_verb(news: Newsroom, verb: str) -> None:
    """A verb moves its post, names the person, says so in a sentence, and is kept as it is shown."""
    before = prepared(news, verb)
    done = news.act("cleo", verb, before.id, **WAYS[verb][2])
    row = news.desk.row(before.id)
    assert (row.status, row.actor) == (WAYS[verb][1], "person:cleo")
    result = done.results[0]
    assert (result.before, result.after, result.version, result.problem) == (before.status, row.status, 1, "")
    assert done.undo is (verb in UNDONE)
    assert done.words[0].isalnum() and done.words.endswith(".") and "1 post" in done.words
    assert acts.done(news.people.action(done.id)) == done


@pytest.mark.parametrize("verb", WAYS)
def test_a_viewer_only_sees(news: Newsroom, verb: str) -> None:
    """Who may not is told whom to ask, and nothing changes."""
    before = prepared(news, verb)
    with pytest.raises(NotAllowed, match=r"Your role is viewer\. (Editors|Chiefs) can .*: .*Cleo"):
        news.act("vera", verb, before.id, **WAYS[verb][2])
    assert news.desk.row(before.id) == before


@pytest.mark.parametrize("verb", sorted(UNDONE))
def test_every_undo(news: Newsroom, clock: HandClock, verb: str) -> None:  # noqa: F811
    """What can be undone is as it was before, once; a second press says so."""
    before = prepared(news, verb)
    clock.forward(microseconds=1_234_567)
    done = news.act("anna", verb, before.id, **WAYS[verb][2])
    clock.forward(seconds=2)
    back = news.undo("anna", done)
    left = {"changed_at", "actor"}
    was, now = editorial.snapshot(before), editorial.snapshot(news.desk.row(before.id))
    assert {name: was[name] for name in was.keys() - left} == {name: now[name] for name in now.keys() - left}
    assert (back.words, back.undo, back.verb) == ("1 post is as it was before.", False, "undo")
    assert acts.done(news.people.action(done.id)).undo is False
    with pytest.raises(Stale, match="undone already"):
        news.undo("anna", done)


@pytest.mark.parametrize("verb", sorted(set(WAYS) - UNDONE))
def test_what_cannot_be_undone(news: Newsroom, verb: str) -> None:
    """A receipt and a taking down stay, and the desk says so."""
    done = news.act("cleo", verb, prepared(news, verb).id, **WAYS[verb][2])
    with pytest.raises(IllegalMove, match="cannot be undone"):
        news.undo("cleo", done)


# ---------------------------------------------------------------------------------------------- what is said


def test_somebody_was_faster(news: Newsroom, clock: HandClock) -> None:  # noqa: F811
    """A hold that comes too late says when the post was sent."""
    number = news.rows("ferry")[0]
    clock.now = datetime(2026, 11, 23, 13, 35, 1, tzinfo=UTC)
    news.desk.room.ledger.deliveries.move(
        number, lambda row: editorial.waiting.Move("move", row.status, changes={"due": clock.now}), "x:y", clock.now
    )
    news.desk.deliver()
    done = news.act("anna", "hold", number)
    assert done.words == "One was sent at 14:35:01, before your hold arrived."
    assert (done.results[0].kind, done.results[0].after, done.undo) == ("left", Status.SENT, False)


def test_a_second_tab(news: Newsroom) -> None:
    """What was done already is said to be so."""
    number = news.rows("ferry")[0]
    news.act("anna", "hold", number)
    done = news.act("cleo", "hold", number)
    assert (done.words, done.results[0].kind) == ("One: already held.", "already")


def test_a_bulk_with_some_that_had_left(news: Newsroom, clock: HandClock) -> None:  # noqa: F811
    """Each post is on its own: those that left are named by story and account, the others are held."""
    sent = news.rows("night bus")
    news.desk.deliver("one")
    news.desk.deliver("two")
    others = [number for n in range(3) for number in news.rows(f"story {n}")]
    done = news.act("anna", "hold", *others, *sent)
    assert done.words == "6 held, 2 had already left: The night bus (One, Two)."
    assert {news.desk.row(number).status for number in others} == {Status.HELD}
    clock.forward(seconds=3)
    news.act("cleo", "move", others[0], due=LATER)
    back = news.undo("anna", done)
    assert back.words == "5 undone, 1 was changed meanwhile: The story 0 (One)."
    assert [news.desk.row(number).status for number in others] == [Status.HELD] + [Status.QUEUED] * 5


def results(*kinds: tuple[str, str, str]) -> list[Result]:
    """Results by kind, title and account."""
    return [Result(n, kind, "why", account, title) for n, (kind, title, account) in enumerate(kinds)]


@pytest.mark.parametrize(
    ("verb", "made", "said"),
    [
        ("hold", [("done", "", "One")] * 4, "Held 4 posts."),
        ("hold", [("done", "", "One")], "Held 1 post."),
        ("hold", [("left", "Bus", "One")], "why"),
        ("hold", [("left", "Bus", "One"), ("left", "Bus", "Two")], "2 had already left: Bus (One, Two)."),
        (
            "approve",
            [("done", "", "")] * 2 + [("stale", "Bus", "One"), ("not-allowed", "Tram", "Two")],
            "2 approved; 1 was changed meanwhile: Bus (One); 1 is not yours to decide: Tram (Two).",
        ),
        (
            "send",
            [("done", "", "")] + [("left", f"S{n}", "One") for n in range(7)],
            "1 leaving now, 7 had already left: S0 (One), S1 (One), S2 (One), S3 (One), S4 (One) and 2 more.",
        ),
        ("hold", [("done", "", ""), ("missing", "", "")], "1 held, 1 is not there."),
    ],
)
def test_one_sentence_for_many(verb: str, made: list[tuple[str, str, str]], said: str) -> None:
    """A bulk is summed up with what was not done named, five stories at most."""
    assert summary(verb, results(*made)) == said


def test_the_reasons() -> None:
    """The first reason is what a suppress without one says."""
    assert acts.REASONS == ("Not for social", "Duplicate", "Being corrected", "Sensitive", "Legal", "Other")


def test_a_suppress_without_a_reason(news: Newsroom) -> None:
    """It is not for social."""
    number = news.rows("ferry")[0]
    news.act("anna", "suppress", number)
    assert news.desk.row(number).detail == "Not for social"


# ---------------------------------------------------------------------------------------------- versions, limits


@pytest.mark.parametrize("verb", ["approve", "send", "release", "retry"])
def test_other_words_than_were_read(news: Newsroom, verb: str) -> None:
    """A verb that lets words go is refused for words that are not those that were read."""
    before = prepared(news, verb)
    done = news.act("anna", verb, targets=[(before.id, before.version + 1)])
    assert (done.results[0].kind, done.words) == ("stale", "One was changed meanwhile. Read it again.")
    assert news.desk.row(before.id) == before


def test_a_hold_needs_no_version(news: Newsroom) -> None:
    """What only stops acts on whatever words there are."""
    number = news.rows("ferry")[0]
    assert news.act("anna", "hold", targets=[(number, 9)]).words == "Held 1 post."


@pytest.mark.parametrize(
    ("verb", "targets", "more", "said"),
    [
        ("hold", [(n, None) for n in range(501)], {}, "501 posts at once are too many: at most 500"),
        ("hold", [], {}, "No post was chosen"),
        ("fly", [(1, None)], {}, "no verb “fly”"),
        ("edit", [(1, None)], {}, "no verb “edit”"),
        ("move", [(1, None)], {}, "Say when"),
        ("deliver", [(1, None)], {}, "Say where"),
        ("deliver", [(1, None), (2, None)], {"permalink": "https://x.example/1"}, "Say where"),
    ],
)
def test_what_cannot_be_asked(news: Newsroom, verb: str, targets: Targets, more: dict[str, Any], said: str) -> None:
    """A request that makes no sense is refused as a whole, and nothing is kept of it."""
    before = [news.desk.row(number) for number in news.rows("ferry")]
    with pytest.raises(ValueError, match=said):
        news.act("anna", verb, targets=targets, **more)
    assert [news.desk.row(row.id) for row in before] == before


def test_500_posts_at_once(news: Newsroom) -> None:
    """The most that one action takes; numbers nobody has are told, and do not stop the others."""
    number = news.rows("ferry")[0]
    done = news.act("anna", "hold", number, *range(1000, 1499))
    assert (len(done.results), done.words) == (500, "1 held, 499 are not there.")
    assert news.desk.row(number).status is Status.HELD


def test_a_strange_permalink(news: Newsroom) -> None:
    """An address that is not the account's is refused in words."""
    before = prepared(news, "deliver")
    done = news.act("anna", "deliver", before.id, permalink="https://other.example/1")
    assert done.results[0].kind == "refused"
    assert "https://other.example/1" in done.words
    assert news.desk.row(before.id) == before


# ---------------------------------------------------------------------------------------------- policy


@pytest.mark.parametrize("toml", [APPROVAL])
@pytest.mark.parametrize("verb", ["approve", "send"])
def test_what_a_policy_holds(news: Newsroom, verb: str) -> None:
    """An editor cannot let go what a policy holds, alone or among others; a chief can, and an editor may undo it."""
    number, other = news.rows("ferry")
    before = news.desk.row(number)
    said = "Your role is editor. Chiefs can approve what a rule holds: Cleo, Root."
    done = news.act("anna", verb, number)
    assert (done.words, done.results[0].kind) == (said, "not-allowed")
    assert news.desk.row(number) == before
    assert news.act("cleo", verb, number, other).undo
    assert news.desk.row(number).status is Status.QUEUED


@pytest.mark.parametrize("toml", [APPROVAL])
def test_no_way_round_a_policy(news: Newsroom) -> None:
    """Suppressed and released by an editor, or held and approved, words nobody approved stay where they are."""
    number = news.rows("ferry")[0]
    held = news.act("anna", "suppress", number)
    assert news.act("anna", "release", number).results[0].kind == "not-allowed"
    news.undo("anna", held)
    row = news.desk.row(number)
    assert (row.status, row.code) == (Status.HELD, "rule:approval")
    news.act("cleo", "approve", number)
    news.act("anna", "hold", number)
    assert news.act("anna", "approve", number).words == "Approved 1 post."


# ---------------------------------------------------------------------------------------------- undo_send


def test_nothing_leaves_before_the_time_to_undo(news: Newsroom, clock: HandClock) -> None:  # noqa: F811
    """A post sent now leaves after the configured five seconds, and not at all when it is undone."""
    first, second = news.rows("ferry")
    sent, other = news.act("anna", "send", first), news.act("anna", "send", second, undo_for=timedelta(0))
    assert news.desk.row(first).due == clock() + timedelta(seconds=5)
    assert news.desk.row(second).due == clock()
    assert news.desk.deliver("one") is None
    news.desk.deliver("two")
    assert news.undo("anna", other).words.startswith("Two was sent at 15:05:00, before your undo arrived.")
    news.undo("anna", sent)
    assert news.desk.row(first).urgent is False


# ---------------------------------------------------------------------------------------------- form keys


def test_a_double_press_acts_once(news: Newsroom, clock: HandClock) -> None:  # noqa: F811
    """The same form again gets the same answer, also after the post has moved on; another person's is its own."""
    number = news.rows("ferry")[0]
    first = news.act("anna", "hold", number, key="k1")
    news.act("cleo", "approve", number)
    clock.forward(seconds=1)
    assert news.act("anna", "hold", number, key="k1") == first
    assert news.desk.row(number).status is Status.QUEUED
    assert news.act("cleo", "hold", number, key="k1").id != first.id
    assert news.desk.verbs(number) == ["plan", "hold", "approve", "hold"]


def test_a_key_with_other_words(news: Newsroom) -> None:
    """A key that was used for something else is refused."""
    first, second = news.rows("ferry")
    news.act("anna", "hold", first, key="k1")
    with pytest.raises(ValueError, match="sent before with other words"):
        news.act("anna", "hold", second, key="k1")
    assert news.desk.row(second).status is Status.QUEUED


def test_a_key_of_a_refused_form_is_free(news: Newsroom) -> None:
    """What raised did nothing, and the same form may come again."""
    number = news.rows("ferry")[0]
    with pytest.raises(NotAllowed):
        news.act("vera", "hold", number, key="k1")
    news.people.set_role("vera", Role.EDITOR)
    assert news.act("vera", "hold", number, key="k1").words == "Held 1 post."


def test_many_presses_at_the_same_moment(news: Newsroom) -> None:
    """Of ten threads with one form one acts; the others get its answer, or hear that it is at work."""
    number = news.rows("ferry")[0]
    person, found = news.who("anna"), []
    ready = threading.Barrier(10)

    def press() -> None:
        ready.wait()
        try:
            found.append(acts.act(news.room, news.people, person, "hold", [(number, None)], key="k1").id)
        except acts.KeyBusy:
            found.append("busy")

    threads = [threading.Thread(target=press) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 10
    assert len(set(found) - {"busy"}) == 1
    assert news.desk.verbs(number) == ["plan", "hold"]


# ---------------------------------------------------------------------------------------------- accounts, stop


def test_pause_and_resume(news: Newsroom) -> None:
    """An editor pauses, a second pause names the first, and a chief resumes."""
    editor, chief = news.who("anna"), news.who("cleo")
    done = acts.pause(news.room, news.people, editor, "one", "derby rules")
    assert (done.words, done.undo, done.place) == ("One is paused.", True, "one")
    again = acts.pause(news.room, news.people, chief, "one", "other")
    assert (again.words, again.undo) == ("One is paused already, since 15:05: derby rules.", False)
    with pytest.raises(NotAllowed, match="Chiefs can resume accounts: Cleo, Root"):
        acts.resume(news.room, news.people, editor, "one")
    assert acts.resume(news.room, news.people, chief, "one").words == "One sends again."
    assert acts.resume(news.room, news.people, chief, "one").words == "One is not paused."
    with pytest.raises(LookupError):
        acts.pause(news.room, news.people, editor, "nine")


def paused(news: Newsroom) -> acts.Done:
    """Anna pauses an account."""
    return acts.pause(news.room, news.people, news.who("anna"), "one", "derby rules")


def stopped(news: Newsroom) -> acts.Done:
    """Anna stops everything."""
    return acts.stop(news.room, news.people, news.who("anna"), "checking")


def rests(news: Newsroom) -> bool:
    """Whether anything is paused or stopped."""
    accounts = news.room.ledger.accounts
    return accounts.stopped() is not None or accounts.get("one").paused is not None


@pytest.mark.parametrize("begin", [paused, stopped])
@pytest.mark.parametrize(
    ("who", "seconds", "may"),
    [("anna", 30, True), ("anna", 90, False), ("vera", 1, False), ("cleo", 1, True), ("cleo", 900, True)],
)
def test_a_slip_of_the_finger(
    news: Newsroom,
    clock: HandClock,  # noqa: F811
    begin: Callable[[Newsroom], acts.Done],
    who: str,
    seconds: int,
    may: bool,
) -> None:
    """Who paused or stopped may take it back within a minute; after that whoever may resume."""
    clock.forward(microseconds=123_456)
    done = begin(news)
    clock.forward(seconds=seconds)
    if may:
        assert news.undo(who, done).results == ()
    else:
        with pytest.raises(NotAllowed):
            news.undo(who, done)
    assert rests(news) is not may


@pytest.mark.parametrize("begin", [paused, stopped])
def test_another_pause_is_not_undone(
    news: Newsroom,
    clock: HandClock,  # noqa: F811
    begin: Callable[[Newsroom], acts.Done],
) -> None:
    """An undo of what is over leaves the next one in force."""
    clock.forward(microseconds=123_456)
    done = begin(news)
    clock.forward(seconds=1)
    chief = news.who("cleo")
    acts.resume(news.room, news.people, chief, "one")
    acts.restart(news.room, news.people, chief)
    begin(news)
    with pytest.raises(Stale, match="over already"):
        news.undo("anna", done)
    assert rests(news)


def test_stop_and_restart(news: Newsroom) -> None:
    """Any editor stops all, only a chief lets posts leave again."""
    editor, chief = news.who("anna"), news.who("cleo")
    assert stopped(news).words == "All sending is stopped."
    assert acts.stop(news.room, news.people, chief, "other").words == "Sending is stopped already: checking."
    with pytest.raises(NotAllowed, match="Chiefs can resume sending"):
        acts.restart(news.room, news.people, editor)
    assert acts.restart(news.room, news.people, chief).words == "Sending again."
    assert acts.restart(news.room, news.people, chief).words == "Sending was not stopped."


# ---------------------------------------------------------------------------------------------- tokens


@pytest.mark.parametrize(
    ("owner", "scopes", "role"),
    [
        ("", ("read",), "viewer"),
        ("", ("read", "act"), "editor"),
        ("", ("compose",), "editor"),
        ("", ("admin",), "administrator"),
        ("vera", ("read", "act", "admin"), "viewer"),
        ("anna", ("read",), "viewer"),
        ("anna", ("act",), "editor"),
        ("cleo", ("act",), "chief"),
        ("cleo", ("compose",), "editor"),
        ("anna", ("admin",), "editor"),
    ],
)
def test_what_a_token_may(news: Newsroom, owner: str, scopes: tuple[str, ...], role: str) -> None:
    """A token acts under its own name, as far as its scopes and its person reach."""
    person = news.who(owner) if owner else None
    made = acts.who(Token(1, "cms", scopes, news.desk.clock(), person))
    assert (made.actor, made.role) == ("token:cms", Role(role))


def test_an_action_that_is_not_there(news: Newsroom) -> None:
    """A name nobody gave is told, or is nothing for a page."""
    assert acts.last(news.people, "act-none") is None
    with pytest.raises(LookupError):
        acts.undo(news.room, news.people, news.who("anna"), "act-none")
