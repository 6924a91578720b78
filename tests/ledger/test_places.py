"""What the pages of accounts and sources read: last tries, articles of today, a source whose read is made due."""

from dataclasses import replace
from datetime import timedelta

from syndicator.delivery import Move
from syndicator.ledger import Ending, Ledger, tries
from syndicator.ledger.sources import save
from syndicator.models import Outcome, Source, Status
from tests.ledger.made import FEED, HOUR, MINUTE, NOW, accounts, article, claim, found, plan, poll, seed, sent

DAY = timedelta(days=1)


def test_the_last_tries_of_an_account(ledger: Ledger) -> None:
    """The newest first, no more than asked for, none of another account; one that runs has no outcome yet."""
    uids = accounts(ledger, "one", "two")
    for number in range(4):
        plan(ledger, found(ledger, f"story-{number}"), uids["one"], uids["two"])
    for number in range(3):
        sent(ledger, uids["one"], f"r{number}", NOW + number * MINUTE)
    sent(ledger, uids["two"], "r9", NOW + HOUR)
    running = claim(ledger, uids["one"], NOW + HOUR)
    last = tries.of_account(ledger.store, uids["one"], 3)
    assert [one.attempt.outcome for one in last] == [None, Outcome.SENT, Outcome.SENT]
    assert last[0].attempt.id == running.attempt
    assert [one.permalink.rpartition("/")[2] for one in last] == ["", "r2", "r1"]
    assert all(one.title.startswith("Headline of story-") for one in last)
    assert len(tries.of_account(ledger.store, uids["one"])) == 4
    assert tries.of_account(ledger.store, "nobody") == []


def test_every_try_of_one_post_counts(ledger: Ledger) -> None:
    """A post that was tried twice is there twice."""
    uid = accounts(ledger, "one")["one"]
    (row,) = plan(ledger, found(ledger), uid)
    first = claim(ledger, uid)
    back = Move("defer", Status.QUEUED, "unavailable", "", {})
    ending = Ending(Outcome.UNAVAILABLE, words="refused")
    ledger.attempts.record(first, back, ending, actor="daemon:test", now=NOW)
    claim(ledger, uid, NOW + MINUTE)
    last = tries.of_account(ledger.store, uid, 5)
    assert [(one.attempt.delivery, one.attempt.outcome) for one in last] == [
        (row.id, None), (row.id, Outcome.UNAVAILABLE),
    ]  # fmt: skip


def test_what_is_new_since_midnight(ledger: Ledger) -> None:
    """Counted by the source that brought it first; what a first poll found, and what is older, does not count."""
    assert ledger.sources.new_since(NOW) == {}
    poll(ledger, article("there-before", source="city"), source="city", at=NOW - DAY)
    seed(ledger, "world")
    poll(ledger, article("old"), at=NOW - DAY)
    poll(ledger, article("one"), article("two"), at=NOW)
    poll(ledger, article("one", source="city"), article("three", source="city"), source="city", at=NOW)
    assert ledger.sources.new_since(NOW - HOUR) == {"world": 2, "city": 1}
    assert ledger.sources.new_since(NOW + HOUR) == {}


def test_the_newest_articles_of_a_source(ledger: Ledger) -> None:
    """Newest first, of that source only, with state and reason."""
    seed(ledger, "world", "city")
    poll(ledger, article("one"), article("two"))
    poll(ledger, article("three", source="city"), source="city")
    assert {row["title"] for row in ledger.sources.latest("world")} == {"Headline of one", "Headline of two"}
    assert [row["state"] for row in ledger.sources.latest("world", 1)] == ["new"]


def test_a_source_is_read_now(ledger: Ledger) -> None:
    """Its next poll is due at once, others' are not; one that is not there changes nothing."""
    configured = [Source(name, f"{FEED}/{name}") for name in ("world", "city")]
    seed(ledger, "world", "city")
    later = [replace(one, next_poll=NOW + HOUR) for one in ledger.sources.states(configured).values()]
    with ledger.store.write() as connection:
        save(connection, later)
    assert ledger.sources.due(configured, NOW) == {}
    ledger.sources.read_now("world", NOW)
    ledger.sources.read_now("nowhere", NOW)
    assert list(ledger.sources.due(configured, NOW)) == ["world"]
