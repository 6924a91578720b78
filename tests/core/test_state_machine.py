"""The machine of a delivery against the real ledger, in whatever order things happen to happen."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
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
        self.halted: str | None = None

    def teardown(self) -> None:
        """Peace: no more faults, every worker ends, people open what they closed; then nothing may be lost."""
        try:
            self.settle_down()
        finally:
            self.world.close()

    # ------------------------------------------------------------------------------------------ what happens

    @initialize()
    def first(self) -> None:
        """There is something to do."""
        self.world.publish("plain")

    @rule(kind=st.sampled_from(["plain", "plain", "photo", "graphic", "derby"]))
    def publish(self, kind: str) -> None:
        """A new article."""
        if len(self.world.stories) < 6:
            self.world.publish(kind)

    @rule(number=numbers)
    def change(self, number: int) -> None:
        """An article gets another headline."""
        names = sorted(self.world.stories)
        self.world.change(names[number % len(names)])

    @rule(place=places, account=accounts, fault=faults)
    def deliver(self, place: int, account: str, fault: str) -> None:
        """A post leaves, or the network says why not."""
        self.say(account, fault)
        self.world.deliver(place, account)
        self.world.places[account]._script.clear()

    @rule(place=places, account=accounts, stage=stages, fault=faults)
    def deliver_while_locked(self, place: int, account: str, stage: str, fault: str) -> None:
        """The ledger cannot be written from some moment of a delivery on."""
        locks = self.world.locked()
        self.say(account, fault)
        self.world.trap[stage] = locks.__enter__
        try:
            with suppress(StoreError):
                self.world.deliver(place, account)
        finally:
            self.world.trap.clear()
            self.world.places[account]._script.clear()
            if locks.gen.gi_frame and locks.gen.gi_frame.f_lasti > 0:
                locks.__exit__(None, None, None)

    @rule(place=places, account=accounts, fault=faults)
    @precondition(lambda self: len(self.working()) < 3)
    def begin(self, place: int, account: str, fault: str) -> None:
        """A worker claims a post and hangs before the first request."""
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

    @rule(place=places, account=accounts, stage=stages, all_die=st.booleans())
    def crash(self, place: int, account: str, stage: str, all_die: bool) -> None:
        """kill -9 and a new start; a worker may go on somewhere as if nothing had been."""
        self.world.crash(place, account, stage, all_die=all_die)

    @rule(place=places, fault=st.sampled_from(["none", "none", *LOOK_FAULTS]))
    def look(self, place: int, fault: str) -> None:
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

    @rule(step=st.sampled_from([1, 20, 31, 61, 300, 301, 3600, 6 * 3600, 25 * 3600]))
    def pass_time(self, step: int) -> None:
        """Time passes."""
        self.world.clock.forward(timedelta(seconds=step))

    @rule(step=st.sampled_from([1, 45, 120]))
    def set_back(self, step: int) -> None:
        """The newsroom's clock is set back."""
        self.world.clock.behind += timedelta(seconds=step)

    @rule(what=st.sampled_from(["everything", "sure", "late", "picky"]), close=st.sampled_from([True, False, False]))
    def stop(self, what: str, close: bool) -> None:
        """The stop switch or a pause, on or off."""
        ledger = self.world.ledger.accounts
        if what == "everything":
            ledger.stop("wrong feed", ANNA, self.world.clock()) if close else ledger.restart()
        elif close:
            ledger.pause(what, "derby", ANNA, self.world.clock())
        else:
            ledger.resume(what)

    @rule(account=accounts, number=numbers, same=st.booleans())
    def somebody_posts(self, account: str, number: int, same: bool) -> None:
        """Somebody posts by hand on the network, with a link of ours."""
        row = self.row(number, frozenset(Status))
        version = self.world.ledger.deliveries.version(row.id, row.version) if row else None
        if version is not None:
            place = self.world.places[account]
            place.hand_post(version.post.text if same else "Our own words", version.post.link)

    @rule(number=numbers, verb=st.sampled_from(EDITING), seen=versions, fitting=mostly)
    def edit(self, number: int, verb: str, seen: int, fitting: bool) -> None:
        """A person does something with what waits or was stopped, having read this or another version."""
        self.person(number, verb, seen, fitting)

    @rule(number=numbers, verb=st.sampled_from(sorted(SETTLING)), fitting=mostly)
    def settle(self, number: int, verb: str, fitting: bool) -> None:
        """A person does something with what is or may be public."""
        self.person(number, verb, 0, fitting)

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
            "left without an intent on disk": attempt.request_out is None or attempt.ended is not None,
            "left in other words": any(version.post != other for other in self.doubtful[row.id].values()),
        }
        self.doubtful[row.id][attempt.id] = version.post
        self.trying[row.id] = attempt.id
        if worker:
            worker.number = row.id
        return [f"post {row.id} {what}" for what, true in wrong.items() if true]

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
    def nothing_left_against_the_rules(self) -> None:
        """No request was let out that should not have been."""
        assert self.breaches == []

    @invariant()
    def rows_and_events_agree(self) -> None:
        """No row without its events, no event without its row, and the last event is the row's state."""
        self.read_events()
        rows = self.rows()
        assert {row.id for row in rows} == set(self.status)
        for row in rows:
            last = self.last[row.id]
            said = (last.after, last.version, last.at, last.actor, last.code, last.detail)
            assert said == (row.status, row.version, row.changed_at, row.actor, row.code, row.detail)

    @invariant()
    def public_once(self) -> None:
        """At most one public object per key; what is called not public is not; a receipt is the network's."""
        ids = {name: _ids(place) for name, place in self.world.places.items()}
        for row in self.rows():
            public = self.world.public(row)
            assert len(public) <= 1, f"post {row.id} is public {len(public)} times"
            assert row.status not in NOT_PUBLIC or not public, f"post {row.id} is {row.status} and public"
            if row.status in {SENT, RETRACTING, RETRACTED}:
                assert row.remote_id in ids[self.name(row)]
                assert row.permalink == memory.PERMALINK + str(row.remote_id)

    @invariant()
    def one_at_a_time(self) -> None:
        """No account sends two posts at once."""
        sending = [row.account for row in self.rows() if row.status is SENDING]
        assert len(sending) == len(set(sending))

    # ------------------------------------------------------------------------------------------ the end

    def settle_down(self) -> None:
        """Run until nothing moves any more, then see that every post has come to an end that people know of."""
        while self.working():
            self.wake(0)
        ledger, clock = self.world.ledger, self.world.clock
        ledger.accounts.restart()
        for name in self.world.places:
            ledger.accounts.resume(name)
        for _ in range(600):
            gates = self.round()
            self.nothing_left_against_the_rules()
            self.rows_and_events_agree()
            self.public_once()
            moments = self.moments(gates)
            if not moments:
                break
            clock.until(min(moments))
        else:
            pytest.fail("it never comes to rest")
        for row in self.rows():
            assert self.ended(row), f"post {row.id} is lost: {row}"

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

    def ended(self, row: Delivery) -> bool:
        """Whether a row has come to an end that is what people want, or that they are told of."""
        public = len(self.world.public(row))
        account = self.world.rooms[0].account(row.account)
        assert account is not None
        asked = machine.needs_person(row, account.delivery) or (row.status is UNCONFIRMED and row.closed)
        if row.status is SENT:
            by_hand = row.remote_id not in {one.id for one in self.world.public(row)}
            return public == 1 or by_hand
        if row.status is QUEUED:
            recent = self.world.ledger.attempts.recent(row.account, self.world.clock())
            gate = account_gate(account, recent)
            return gate is not None and gate.code == "unknowns"
        if row.status in {SUPPRESSED, EXPIRED, RETRACTED} or (row.status is FAILED and row.wanted is Wanted.GONE):
            return public == 0
        return asked


def _ids(place: memory.Network) -> set[str]:
    """Every id the network ever gave."""
    return {line.partition('"id": "')[2].partition('"')[0] for line in place._read()} - {""}


Newsdesk.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking forty steps over real files takes minutes
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
TestNewsdesk = Newsdesk.TestCase
