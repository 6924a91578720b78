"""Accounts' health: one probe instead of forty tries, limits believed, one listing for all unknowns, floods bounded."""

from dataclasses import replace
from datetime import timedelta

import pytest

from syndicator import alerts, pipeline
from syndicator.adapters import memory
from syndicator.daemon.round import BREAKER, work
from syndicator.errors import OutcomeUnknown, RateLimited, Unavailable
from syndicator.ledger import Filter
from syndicator.models import Budget, Delivery, Poll, Price, SourceState, Status
from syndicator.pipeline.plan import plan
from syndicator.policy import Gate
from tests.core.made import TOML, Desk, article


def run(desk: Desk, name: str = "one") -> None:
    """An account's work, as the clock would start it."""
    account = desk.room.accounts[name]
    looks = [row for row in desk.room.ledger.deliveries.to_look(desk.clock()) if row.account == account.uid]
    work(desk.room, account, looks, ask=False)


def test_a_network_that_is_away_costs_few_tries(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """After three tries that did not reach it, the network is asked by reading; then everything leaves."""
    for number in range(6):
        desk.publish(f"story-{number}", published=clock() + timedelta(days=3))
    place = memory.network("one")
    place.say(Unavailable("connection refused"), times=BREAKER)
    place.say(Unavailable("connection refused"), on="verify", times=30)
    for _ in range(120):
        run(desk)
        clock.forward(minutes=1)
    tries = [row.tries for number in range(1, 7) for row in desk.rows(number)]
    assert sum(tries) == BREAKER
    assert len([1 for verb, _ in place.log if verb == "verify"]) > 5
    assert "network not reached" in {incident.kind for incident in alerts.incidents(desk.room)}
    for _ in range(60):
        run(desk)
        clock.forward(minutes=1)
    assert len(desk.public()) == 6
    assert "network not reached" not in {incident.kind for incident in alerts.incidents(desk.room)}


def test_one_rate_limit_holds_the_whole_account(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """What the platform says of one post holds for the next one too; the other account goes on."""
    desk.publish("one")
    desk.publish("two")
    memory.network("one").say(RateLimited("slow down", until=clock() + timedelta(minutes=15)))
    run(desk)
    run(desk, "two")
    assert (len(desk.public("one")), len(desk.public("two"))) == (0, 2)
    assert len([1 for verb, _ in memory.network("one").log if verb == "publish"]) == 1
    clock.forward(minutes=15)
    run(desk)
    assert len(desk.public("one")) == 2


def test_posts_are_spread_before_a_limit_is_hit(desk: Desk, clock, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """With four posts left for an hour they leave twelve minutes apart; the budget is kept and shown."""
    for number in range(3):
        desk.publish(f"story-{number}")
    budget = Budget(100, 4, clock() + timedelta(hours=1))
    monkeypatch.setattr(memory.Memory, "budget", budget, raising=False)
    assert isinstance(desk.deliver(), Delivery)
    gate = desk.deliver()
    assert isinstance(gate, Gate)
    assert (gate.code, gate.until) == ("budget", clock() + timedelta(minutes=12))
    state = desk.room.ledger.accounts.get("one")
    assert (state.budget_left, state.budget_limit) == (4, 100)
    clock.forward(minutes=12)
    assert isinstance(desk.deliver(), Delivery)


def test_a_post_counts_as_a_verify(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """A receipt proves the token as well as a question would."""
    desk.publish()
    desk.deliver()
    assert desk.room.ledger.accounts.get("one").verified_at == clock()


def test_a_token_that_ends_soon_is_told(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """A week before its end people hear of a token."""
    network = memory.network("one")
    network.identity = replace(network.identity, expires=clock() + timedelta(days=6))
    pipeline.verify(desk.room, desk.room.accounts["one"])
    told = [incident for incident in alerts.incidents(desk.room) if incident.kind == "token ends"]
    assert [incident.subject for incident in told] == ["one"]


def test_one_listing_serves_all_unknowns(desk: Desk, clock, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """Two unknown posts are looked for in one reading, and what it cost stands on an attempt."""
    priced = replace(memory.FEATURES, price=Price(look=1_000), absence="evidence")
    monkeypatch.setattr(memory, "FEATURES", priced)
    numbers = []
    for slug in ("first", "second"):
        numbers.append(desk.publish(slug)[0].id)
        memory.network("one").say(OutcomeUnknown("timed out"), at="stored")
        desk.deliver()
    clock.forward(seconds=30)
    before = [verb for verb, _ in memory.network("one").log]
    run(desk)
    after = [verb for verb, _ in memory.network("one").log][len(before) :]
    assert after == ["find"]
    assert [desk.row(number).status for number in numbers] == [Status.SENT, Status.SENT]
    assert sum(one.cost for number in numbers for one in desk.room.ledger.attempts.of(number)) == 2_000


# ---------------------------------------------------------------------------------------------- floods

FLOOD = 60


def flood(desk: Desk, count: int, *, age: timedelta, step: timedelta) -> None:
    """Many new items in one poll, the newest first, and planned."""
    ledger, now = desk.room.ledger, desk.clock()
    state = SourceState("world", "http://127.0.0.1:1/feed.xml", seeded=True)
    ledger.articles.store_polls([(state, Poll("world", state.url, now))])
    items = tuple(article(f"n{number}", published=now - age - number * step) for number in range(count))
    ledger.articles.store_polls([(state, Poll("world", state.url, now, items))])
    for story in ledger.articles.new(now, limit=count):
        plan(desk.room, story, desk.empty)


def sent(desk: Desk, name: str = "one") -> list[str]:
    """The slugs that are public, in their order."""
    return [text.split("<")[1].split(">")[0] for text in desk.public(name)]


def test_a_flood_of_new_items_is_bounded(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """A flood leaves at the burst's pace, the newest first; the rest expires and says so."""
    flood(desk, FLOOD, age=timedelta(0), step=timedelta(minutes=1))
    hours = []
    for _ in range(3):
        run(desk)
        hours.append(len(desk.public()))
        clock.forward(hours=1)
    assert hours == [12, 24, 36]
    assert sent(desk)[:12] == [f"n{number}" for number in range(12)]
    clock.forward(hours=24)
    gone = pipeline.expire(desk.room)
    assert len([row for row in gone if row.account == desk.room.accounts["one"].uid]) == FLOOD - 36
    assert {row.detail for row in gone} == {"waited until it was no longer news"}


def test_a_day_without_the_daemon(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """What is too old when it is found is not posted; the row says by which rule."""
    flood(desk, FLOOD, age=timedelta(0), step=timedelta(hours=1))
    rows = list(desk.room.ledger.history.entries(Filter(account="one")))
    by_rule = [row for row in rows if row["code"] == "rule:max_age"]
    assert len(by_rule) == FLOOD - 24
    run(desk)
    assert len(desk.public()) == 12


def test_a_feed_with_all_dates_new_is_no_news(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """A feed restored from a backup, every date changed, brings no second post."""
    flood(desk, 5, age=timedelta(0), step=timedelta(minutes=1))
    run(desk)
    clock.forward(hours=2)
    flood(desk, 5, age=timedelta(0), step=timedelta(seconds=1))
    run(desk)
    assert len(desk.public()) == len(set(desk.public())) == 5


CLOCKS = [("an hour forward", 1.0), ("an hour back", -1.0), ("a day asleep", 24.0)]


@pytest.mark.parametrize("hours", [case[1] for case in CLOCKS], ids=[case[0] for case in CLOCKS])
def test_a_clock_that_jumps_doubles_nothing(desk: Desk, clock, hours: float) -> None:  # type: ignore[no-untyped-def]
    """Whatever the clock does, each post leaves once and within the burst of any hour."""
    flood(desk, 20, age=timedelta(0), step=timedelta(minutes=1))
    run(desk)
    clock.forward(hours=hours)
    pipeline.recover(desk.room)
    run(desk)
    pipeline.expire(desk.room)
    run(desk)
    assert len(sent(desk)) == len(set(sent(desk)))
    assert len(sent(desk)) <= 24


@pytest.mark.parametrize("toml", [TOML + "burst = 3\n"])
def test_resume_drains_under_the_burst_cap(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """After a stop the queue leaves at the burst's pace."""
    flood(desk, 10, age=timedelta(0), step=timedelta(minutes=1))
    desk.room.ledger.accounts.stop("wrong feed", "person:anna", clock())
    run(desk, "two")
    assert desk.public("two") == []
    desk.room.ledger.accounts.restart()
    run(desk, "two")
    assert len(desk.public("two")) == 3
    clock.forward(hours=1)
    run(desk, "two")
    assert len(desk.public("two")) == 6
