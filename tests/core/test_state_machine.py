"""The machine of a delivery against the real ledger, in whatever order things happen to happen.

To replay a failure, put the `@reproduce_failure` line that it prints above `class Newsdesk` and run this file.
"""

import datetime as dt
import sys
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from syndicator import delivery as machine
from syndicator import editorial, pipeline
from syndicator.adapters import memory
from syndicator.errors import (
    AccountRefused,
    IllegalMove,
    LookError,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Stale,
    StoreError,
    Unavailable,
)
from syndicator.ledger import rows as from_rows
from syndicator.ledger.schema import deliveries, events
from syndicator.models import Delivery, Event, Post, Status, Wanted
from syndicator.policy import Gate, account_gate
from tests.core.machine_world import TIMEOUT, Worker, World

HELD, QUEUED, SENDING, UNCONFIRMED = Status.HELD, Status.QUEUED, Status.SENDING, Status.UNCONFIRMED
SENT, FAILED, SUPPRESSED, EXPIRED = Status.SENT, Status.FAILED, Status.SUPPRESSED, Status.EXPIRED
RETRACTING, RETRACTED = Status.RETRACTING, Status.RETRACTED
ANNA = "person:anna"
MANY = 200  # tries of one post, which has three
NOT_PUBLIC = {HELD, QUEUED, FAILED, SUPPRESSED, EXPIRED}

places = st.sampled_from([0, 1])
accounts = st.sampled_from(["sure", "late", "picky"])
numbers = st.integers(0, 20)
versions = st.sampled_from([0, 0, 0, -1, 1])
mostly = st.sampled_from([True, True, True, False])
stages = st.sampled_from(["upload", "go", "stored"])

# What a network says, and when. Only an unknown or a bug may come after the post was stored.
FAULTS: dict[str, tuple[Callable[[dt.datetime], Exception], memory.At]] = {
    "rejected": (lambda _: Rejected("no", code="too_long"), "request"),
    "photo refused": (lambda _: MediaRefused("no", code="photo"), "upload"),
    "account refused": (lambda _: AccountRefused("no", code="token"), "request"),
    "rate limited": (lambda now: RateLimited("later", until=now + timedelta(minutes=5)), "request"),
    "away": (lambda _: Unavailable("nothing listens"), "request"),
    "upload failed": (lambda _: Unavailable("upload failed"), "upload"),
    "lost": (lambda _: OutcomeUnknown("no answer"), "request"),
    "lost but public": (lambda _: OutcomeUnknown("no answer"), "stored"),
    "bug at first": (lambda _: KeyError("bug"), "upload"),
    "bug in between": (lambda _: KeyError("bug"), "request"),
    "bug at last": (lambda _: KeyError("bug"), "stored"),
}
faults = st.sampled_from(["none", "none", "none", *FAULTS])
# Verbs of people, and the move each of them makes.
EDITING = ("approve", "hold", "send", "move", "suppress", "release", "retry", "edit")
SETTLING = {"retract": "retract", "unwant": "unwant", "leave": "leave", "at": "deliver", "absent": "clear"}
TIDYING = {"recover": pipeline.recover, "expire": pipeline.expire, "hand back": pipeline.hand_back}
LOOK_FAULTS = {
    "page missing": lambda now: LookError("page missing"),
    "limit": lambda now: LookError("later", until=now + timedelta(minutes=5)),
    "away": lambda now: Unavailable("nothing listens"),
    "refused": lambda now: Rejected("not yours", code="foreign"),
}


def _overtaken(desk: "Newsdesk", place: int, account: str) -> None:
    desk.pass_time(31)
    desk.tidy(place, "recover")


def _taken_for_dead(desk: "Newsdesk", place: int, account: str) -> None:
    pipeline.recover(desk.world.rooms[place], starting=True)
    desk.look(place, "none")
    desk.deliver(place, account, "none")


def _unwanted(desk: "Newsdesk", place: int, account: str) -> None:
    for row in desk.world.ledger.deliveries.with_status(SENDING):
        editorial.suppress(desk.world.rooms[place], row.id, ANNA, "no")


MEANWHILE: dict[str, Callable[["Newsdesk", int, str], None]] = {
    "everything is stopped": lambda desk, _, __: desk.stop("everything"),
    "the account is paused": lambda desk, _, account: desk.stop(account),
    "a person says no": _unwanted,
    "the deadline passes": _overtaken,
    "the deadline passes unseen": lambda desk, _, __: desk.pass_time(31),
    "another process takes it for dead": _taken_for_dead,
    "another process delivers": lambda desk, place, account: desk.deliver(place, account, "none"),
}

interruptions = st.sampled_from(sorted(MEANWHILE))


class Newsdesk(RuleBasedStateMachine):
    """Everything that may happen to a newsroom, and what must be true after each of it."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.world.watch = self.let_out
        self.breaches: list[str] = []  # what must not be and was seen inside a delivery, where an assertion is caught
        self.read_to = 0
        self.status: dict[int, Status] = {}
        self.last: dict[int, Event] = {}
        self.trying: dict[int, int] = {}  # row → the attempt whose request was let out
        self.doubtful: dict[int, dict[int, Post]] = defaultdict(dict)  # row → attempts that nothing disproved

    def teardown(self) -> None:
        """Peace: no more faults, every worker ends, people open what they closed; then nothing may be lost."""
        try:
            if sys.exc_info()[0] is None:  # what went wrong already must not be hidden by what follows from it
                self.settle_down()
        finally:
            self.world.close()

    # ------------------------------------------------------------------------------------------ what happens

    @initialize()
    def first(self) -> None:
        """There is something to do."""
        self.world.publish("plain")

    @rule(kind=st.sampled_from(["plain", "photo", "graphic", "derby", "change"]), number=numbers)
    def news(self, kind: str, number: int) -> None:
        """A new article, or an old one gets another headline."""
        names = sorted(self.world.stories)
        if kind == "change":
            self.world.change(names[number % len(names)])
        elif len(names) < 9:
            self.world.publish(kind)

    @rule(place=places, account=accounts, fault=faults, locked=st.sampled_from(["", "", "upload", "go", "stored"]))
    def deliver(self, place: int, account: str, fault: str, locked: str = "") -> None:
        """A post leaves, or the network says why not; from some stage on the ledger may refuse to be written."""
        self.say(account, fault)
        with ExitStack() as locks, suppress(StoreError):
            self.world.trap[locked] = lambda: locks.enter_context(self.world.locked())
            self.world.deliver(place, account)
        self.world.trap.clear()
        self.world.places[account]._script.clear()

    @rule(place=places, account=accounts, fault=faults)
    @precondition(lambda self: len(self.working()) < 3)
    def begin(self, place: int, account: str, fault: str) -> None:
        """A worker claims a post and hangs before the first request."""
        self.something_for(account)
        self.say(account, fault)
        worker = Worker(self.world.rooms[place], account)
        self.world.workers.append(worker)
        worker.step()
        self.world.places[account]._script.clear()

    @rule(number=numbers)
    @precondition(lambda self: self.working())
    def wake(self, number: int) -> None:
        """A hanging worker goes on for one stage, however late."""
        workers = self.working()
        workers[number % len(workers)].step()

    @rule(place=places, account=accounts, fault=faults, stage=stages, what=interruptions, ends=st.booleans())
    @precondition(lambda self: len(self.working()) < 3)
    def interrupt(self, place: int, account: str, fault: str, stage: str, what: str, ends: bool) -> None:
        """Something happens while a worker stands at a stage; then it ends, or goes on hanging."""
        for before in self.working():
            while before.account.name == account and not before.over:
                before.step()
        self.begin(place, account, fault)
        worker = self.world.workers[-1]
        while not worker.over and worker.stage != stage:
            worker.step()
        MEANWHILE[what](self, 1 - place, account)
        while ends and not worker.over:
            worker.step()

    @rule(place=places, account=accounts, stage=stages, all_die=st.booleans())
    def crash(self, place: int, account: str, stage: str, all_die: bool) -> None:
        """kill -9 and a new start; a worker may go on somewhere as if nothing had been."""
        self.something_for(account)
        self.world.crash(place, account, stage, all_die=all_die)

    @rule(place=places, fault=st.sampled_from(["none", *LOOK_FAULTS]), times=st.integers(0, 3))
    def look(self, place: int, fault: str, times: int = 0) -> None:
        """Every look that is due, and every post to be taken down; then some more looks, as soon as they are due."""
        self.look_now(place, fault)
        for _ in range(times):
            looks = [row.next_look for row in self.rows() if row.status is UNCONFIRMED and row.next_look]
            if looks:
                self.world.clock.until(min(looks))
                self.look_now(place, "none")

    def look_now(self, place: int, fault: str) -> None:
        """Every look that is due, and every post to be taken down."""
        room, now = self.world.rooms[place], self.world.clock()
        due = room.ledger.deliveries.to_look(now)
        for name, account in room.accounts.items():
            network = self.world.places[name]
            if fault != "none":
                error = LOOK_FAULTS[fault](now)
                network.say(error, on="find")
                network.say(Unavailable("away") if isinstance(error, LookError) else error, on="retract")
            pipeline.look(room, account, [row for row in due if row.account == account.uid])
            network._script.clear()

    @rule(place=places, task=st.sampled_from(["recover", "recover", "expire", "hand back"]))
    def tidy(self, place: int, task: str) -> None:
        """What is past its deadline is decided, old news goes, receipts the ledger could not take are handed in."""
        TIDYING[task](self.world.rooms[place])
        overdue = self.world.ledger.attempts.overdue(self.world.clock())
        assert task != "recover" or overdue == [], "SENDING past its deadline"

    @rule(step=st.sampled_from([1, 20, 31, 61, 300, 301, 3600, 6 * 3600, 25 * 3600, -1, -45, -120]))
    def pass_time(self, step: int) -> None:
        """Time passes; or the newsroom's clock is set back."""
        if step > 0:
            self.world.clock.forward(timedelta(seconds=step))
        else:
            self.world.clock.behind -= timedelta(seconds=step)

    @rule(what=st.sampled_from(["", "", "everything", "sure", "late", "picky"]))
    def stop(self, what: str) -> None:
        """The stop switch, a pause of one account, or an end to all of them."""
        ledger = self.world.ledger.accounts
        if what == "everything":
            ledger.stop("wrong feed", ANNA, self.world.clock())
        elif what:
            ledger.pause(what, "derby", ANNA, self.world.clock())
        else:
            ledger.restart()
            for name in self.world.places:
                ledger.resume(name)

    @rule(number=numbers, verb=st.sampled_from(EDITING), seen=versions, fitting=mostly)
    def edit(self, number: int, verb: str, seen: int, fitting: bool) -> None:
        """A person does something with what waits or was stopped, having read this or another version."""
        self.person(number, verb, seen, fitting)

    @rule(number=numbers, verb=st.sampled_from([*SETTLING, "post by hand", "post our words by hand"]), fitting=mostly)
    def settle(self, number: int, verb: str, fitting: bool) -> None:
        """A person does something with what is or may be public, or posts on the network itself."""
        if verb in SETTLING:
            self.person(number, verb, 0, fitting)
            return
        row = self.row(number, machine.UNFINISHED if fitting else frozenset(Status))
        version = self.world.ledger.deliveries.version(row.id, row.version) if row else None
        if row and version:
            text = version.post.text if "our" in verb else "Our own words"
            self.world.places[self.name(row)].hand_post(text, version.post.link)

    # ------------------------------------------------------------------------------------------ parts

    def person(self, number: int, verb: str, seen: int, fitting: bool) -> None:
        """A person's verb, on a row that suits it or on any; a refusal changes nothing."""
        starts = machine.MOVES[SETTLING.get(verb, verb)][0]
        row = self.row(number, starts if fitting else frozenset(Status))
        call = self.verb(row, verb, row.version + seen) if row else None
        if row is None or call is None:
            return
        before = self.world.ledger.attempts.events(row.id)
        try:
            call()
        except (IllegalMove, Stale):
            assert self.world.ledger.deliveries.get(row.id) == row
            assert self.world.ledger.attempts.events(row.id) == before

    def something_for(self, account: str) -> None:
        """See to it that an account may send and has something to send."""
        self.stop("")
        queued = self.world.ledger.deliveries.with_status(QUEUED)
        if account not in map(self.name, queued):
            self.news("plain", 0)

    def working(self) -> list[Worker]:
        """Workers that hang."""
        return [worker for worker in self.world.workers if not worker.over]

    def row(self, number: int, states: frozenset[Status | None]) -> Delivery | None:
        """One of the rows in some states."""
        found = [row for row in self.rows() if row.status in states]
        return found[number % len(found)] if found else None

    def rows(self) -> list[Delivery]:
        """All rows."""
        with self.world.ledger.store.read() as connection:
            return [from_rows.delivery(row) for row in connection.execute(select(deliveries)).mappings()]

    def say(self, account: str, fault: str) -> None:
        """The next publish ends so."""
        if fault != "none":
            make, at = FAULTS[fault]
            self.world.places[account].say(make(self.world.clock()), at=at)

    def verb(self, row: Delivery, verb: str, seen: int) -> Callable[[], Any] | None:
        """What a person does; None where it would not be honest."""
        room, place = self.world.rooms[0], self.world.places[self.name(row)]
        ours = self.world.public(row)
        at = ours or [one for one in place.everything if not one.key]
        flying = any(w.number == row.id and w.in_flight(self.world.clock.true) for w in self.working())
        calls: dict[str, Callable[[], Any] | None] = {
            "approve": lambda: editorial.approve(room, row.id, ANNA, version=seen),
            "hold": lambda: editorial.hold(room, row.id, ANNA),
            "send": lambda: editorial.send(room, row.id, ANNA, version=seen),
            "move": lambda: editorial.move(room, row.id, ANNA, self.world.clock() + timedelta(minutes=1)),
            "suppress": lambda: editorial.suppress(room, row.id, ANNA, "no"),
            "retract": lambda: editorial.retract(room, row.id, ANNA, "no"),
            "release": lambda: editorial.release(room, row.id, ANNA),
            "retry": lambda: editorial.retry(room, row.id, ANNA),
            "edit": lambda: editorial.edit(room, row.id, ANNA, version=seen, text=f"Anna's words {seen}"),
            "unwant": lambda: editorial.suppress(room, row.id, ANNA, "no"),
            "leave": lambda: editorial.leave(room, row.id, ANNA),
            "at": (lambda: editorial.settle_at(room, row.id, ANNA, memory.PERMALINK + at[0].id)) if at else None,
            "absent": None if ours or flying else lambda: editorial.settle_absent(room, row.id, ANNA),
        }
        return calls[verb]

    def name(self, row: Delivery) -> str:
        """The name of a row's account."""
        account = self.world.rooms[0].account(row.account)
        assert account is not None
        return account.name

    # ------------------------------------------------------------------------------------------ what must be true

    def let_out(self, worker: Worker | None, name: str) -> None:
        """A request has just been let out; what is wrong with it is kept, for nothing raised here would be seen."""
        try:
            self.breaches += self.examine(worker, name)
        except Exception as error:  # noqa: BLE001 - as above
            self.breaches.append(repr(error))

    def examine(self, worker: Worker | None, name: str) -> list[str]:
        """Was the request allowed, and are its words those of every request of the post still in doubt?"""
        self.read_events()
        ledger = self.world.ledger
        row = ledger.deliveries.with_status(SENDING)
        row = next(one for one in row if self.name(one) == name)
        attempt = ledger.attempts.last(row.id)
        version = ledger.deliveries.version(row.id, attempt.version)
        wrong = {
            "left while everything was stopped": ledger.accounts.stopped() is not None,
            "left though its account was paused": ledger.accounts.get(name).paused is not None,
            "left after a person had said no": row.wanted is Wanted.GONE,
            "left after its deadline": attempt.request_out is not None and attempt.request_out >= attempt.deadline,
            "left without an intent on disk": attempt.request_out is None or attempt.ended is not None,
            "left in other words": any(version.post != other for other in self.doubtful[row.id].values()),
        }
        self.doubtful[row.id][attempt.id] = version.post
        self.trying[row.id] = attempt.id
        if worker:
            worker.number = row.id
        return [self.world.story(row.id, what) for what, true in wrong.items() if true]

    def read_events(self) -> None:
        """Follow the events since the last time: each begins where the one before it ended, and is a legal move."""
        query = select(events).where(events.c.id > self.read_to).order_by(events.c.id)
        with self.world.ledger.store.read() as connection:
            new = [from_rows.event(row) for row in connection.execute(query).mappings()]
        for event in new:
            assert event.before is self.status.get(event.delivery), f"a move is missing before {event}"
            assert (event.verb == "plan") is (event.before is None)
            machine.check(event.verb, event.before, event.after)
            self.disproved(event)
            self.status[event.delivery] = event.after
            self.last[event.delivery] = event
            self.read_to = event.id

    def disproved(self, event: Event) -> None:
        """Note which requests an event proves to have published nothing."""
        if event.verb == "claim":
            self.trying.pop(event.delivery, None)
        elif event.verb in {"defer", "reject"}:
            self.doubtful[event.delivery].pop(self.trying.get(event.delivery, 0), None)
        elif event.verb == "clear":
            row = self.world.ledger.deliveries.get(event.delivery)
            features = self.world.places[self.name(row)].features
            if "a person looked" in event.detail or features.absence == "certain":
                self.doubtful[event.delivery].clear()

    @invariant()
    def all_is_well(self) -> None:
        """What must be true after each step."""
        assert self.breaches == [], "\n".join(self.breaches)
        self.read_events()
        rows = self.rows()
        assert {row.id for row in rows} == set(self.status), "a row without its events, or events without their row"
        ids = {name: place.ids for name, place in self.world.places.items()}
        for row in rows:
            self.told_rightly(row)
            self.public_once(row, ids[self.name(row)])
        sending = [row.account for row in rows if row.status is SENDING]
        assert len(sending) == len(set(sending)), "an account sends two posts at once"

    def told_rightly(self, row: Delivery) -> None:
        """The last event says what the row says."""
        last = self.last[row.id]
        said = (last.after, last.version, last.at, last.actor, last.code, last.detail)
        is_so = (row.status, row.version, row.changed_at, row.actor, row.code, row.detail)
        assert said == is_so, self.world.story(row.id, "row and last event differ")

    def public_once(self, row: Delivery, ids: set[str]) -> None:
        """At most one public object per key; what is called not public is not; a receipt is the network's."""
        public = self.world.public(row)
        assert len(public) <= 1, self.world.story(row.id, f"public {len(public)} times")
        assert row.status not in NOT_PUBLIC or not public, self.world.story(row.id, f"{row.status} and public")
        if row.status in {SENT, RETRACTING, RETRACTED}:
            where = (row.remote_id in ids, row.permalink)
            assert where == (True, memory.PERMALINK + str(row.remote_id)), self.world.story(row.id, "a false receipt")

    # ------------------------------------------------------------------------------------------ the end

    def settle_down(self) -> None:
        """Run until nothing moves any more, then see that every post has come to an end that people know of."""
        while self.working():
            self.wake(0)
        self.stop("")
        for _ in range(600):
            gates = self.round()
            self.all_is_well()
            moments = self.moments(gates)
            if not moments:
                break
            self.world.clock.until(min(moments))
        else:
            pytest.fail("it never comes to rest")
        for row in self.rows():
            assert self.ended(row), self.world.story(row.id, "lost: it rests, and nobody is told")

    def round(self) -> list[Gate]:
        """All there is to do now, by both processes; the gates that are closed."""
        gates = []
        for place in (0, 1):
            for task in ("hand back", "recover", "expire"):
                self.tidy(place, task)
            self.look(place, "none")
            for name in self.world.places:
                done = self.world.deliver(place, name)
                while isinstance(done, Delivery):
                    assert len(self.world.ledger.attempts.of(done.id)) < MANY, self.world.story(done.id, "no end of it")
                    done = self.world.deliver(place, name)
                gates += [done] if done else []
        return gates

    def moments(self, gates: list[Gate]) -> list[dt.datetime]:
        """When something will be to do that waits for its time."""
        now = self.world.clock()
        found = [gate.until for gate in gates]
        for row in self.rows():
            if row.status is QUEUED:
                found += [row.due, row.expires]
            elif row.status in {UNCONFIRMED, RETRACTING} and not row.closed:
                found += [row.next_look]
            elif row.status is SENDING:
                found += [row.claimed_at + TIMEOUT + timedelta(seconds=1) if row.claimed_at else None]
        return [moment for moment in found if moment is not None and moment > now]

    def copied(self, row: Delivery) -> bool:
        """Whether somebody typed a copy, which nothing tells from ours, and the row has followed that one."""
        return row.remote_id is not None and row.remote_id not in self.world.places[self.name(row)].ours

    def ended(self, row: Delivery) -> bool:
        """Whether a row has come to an end that is what people want, or that they are told of."""
        public = len(self.world.public(row))
        account = self.world.rooms[0].account(row.account)
        assert account is not None
        asked = machine.needs_person(row, account.delivery) or (row.status is UNCONFIRMED and row.closed)
        if row.status is SENT:
            return row.wanted is Wanted.PUBLIC and (public == 1 or self.copied(row))
        if row.status is QUEUED:
            recent = self.world.ledger.attempts.recent(row.account, self.world.clock())
            gate = account_gate(account, recent)
            return gate is not None and gate.code == "unknowns"
        if row.status in {SUPPRESSED, EXPIRED, RETRACTED} or (row.status is FAILED and row.wanted is Wanted.GONE):
            return public == 0 or self.copied(row)
        return asked


QUICK = settings(
    max_examples=15,
    stateful_step_count=40,
    phases=(Phase.explicit, Phase.generate),  # shrinking forty steps over real files takes minutes
    suppress_health_check=list(HealthCheck),
    deadline=None,
    print_blob=True,
)
LONG = settings(QUICK, max_examples=180)

Newsdesk.TestCase.settings = QUICK
TestNewsdesk = Newsdesk.TestCase


@pytest.mark.slow
@pytest.mark.parametrize("number", range(4))
def test_long(number: int) -> None:
    """What holds for a few days holds for many others."""
    days = type("LongNewsdesk", (Newsdesk,), {})
    run_state_machine_as_test(seed(number)(days), settings=LONG)


# ---------------------------------------------------------------------------------------------- every interruption

REACHED = {"upload": 1, "request": 2, "stored": 3}  # stages a publish comes to that ends in a fault then
CASES = [
    (fault, stage, what)
    for fault in ("none", *FAULTS)
    for stage in ("upload", "go", "stored")[: REACHED[FAULTS[fault][1]] if fault in FAULTS else 3]
    for what in MEANWHILE
]
OFTEN = {"none", "lost", "lost but public", "away"}


def interrupted(account: str, fault: str, stage: str, what: str) -> None:
    """One post of one account, whose try ends in a fault, and something that happens while it stands at a stage."""
    desk = Newsdesk()
    try:
        desk.first()
        desk.interrupt(place=0, account=account, fault=fault, stage=stage, what=what, ends=True)
        desk.all_is_well()
        desk.look(place=0, fault="none", times=0)
        desk.settle_down()
    finally:
        desk.world.close()


@pytest.mark.parametrize(("fault", "stage", "what"), [case for case in CASES if case[0] in OFTEN])
def test_interrupted(fault: str, stage: str, what: str) -> None:
    """Whatever happens at whatever moment of a try, however that ends: nothing is public twice, nothing is lost."""
    interrupted("late", fault, stage, what)


@pytest.mark.slow
@pytest.mark.parametrize("account", ["sure", "late", "picky"])
@pytest.mark.parametrize(("fault", "stage", "what"), CASES)
def test_every_interruption(account: str, fault: str, stage: str, what: str) -> None:
    """So it is on every kind of network, and with every answer of it."""
    interrupted(account, fault, stage, what)


# ---------------------------------------------------------------------------------------------- what went wrong once


def brought_to(*, photo: bool = False) -> tuple[Newsdesk, int]:
    """A newsdesk and the post of the network that shows posts late."""
    desk = Newsdesk()
    desk.world.publish("photo" if photo else "plain")
    return desk, next(row.id for row in desk.rows() if desk.name(row) == "late")


def test_the_reason_of_a_no_stays() -> None:
    """A person's reason is not overwritten by the words of the try that ends after it."""
    desk, number = brought_to()
    desk.interrupt(place=0, account="late", fault="lost", stage="go", what="a person says no", ends=True)
    row = desk.world.ledger.deliveries.get(number)
    assert (row.status, row.wanted, row.detail) == (UNCONFIRMED, Wanted.GONE, "no")
    desk.teardown()
    assert desk.status[number] is SUPPRESSED


def test_a_post_left_alone_is_looked_for_again_when_a_person_says_no() -> None:
    """What is to be taken down must be found first, and not before the network can show it."""
    desk, number = brought_to()
    desk.deliver(place=0, account="late", fault="lost but public")
    editorial.leave(desk.world.rooms[0], number, ANNA)
    editorial.suppress(desk.world.rooms[0], number, ANNA, "no")
    desk.teardown()
    assert desk.status[number] is RETRACTED


def test_a_post_in_doubt_keeps_its_photo() -> None:
    """What may be public with its photo is not sent without it."""
    desk, number = brought_to(photo=True)
    desk.deliver(place=0, account="late", fault="lost")
    while desk.status.get(number) is not QUEUED or not desk.world.ledger.deliveries.get(number).frozen:
        looks = [row.next_look for row in desk.rows() if row.next_look]
        desk.world.clock.until(min(looks))
        desk.look(place=0, fault="none")
        desk.read_events()
    desk.deliver(place=0, account="late", fault="photo refused")
    row = desk.world.ledger.deliveries.get(number)
    assert (row.status, row.version) == (FAILED, 1)
    desk.teardown()
