"""Anyone in the newsroom can ask: was this story sent, where, when, by whom?"""

import hashlib
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest

from syndicator.delivery import Move
from syndicator.ledger import Filter, Ledger, history
from syndicator.ledger.schema import deliveries
from syndicator.models import Article, Media, Poll, Post, SourceState, Status
from tests.ledger.made import FEED, HOUR, MINUTE, NOW, accounts, article, found, plan, poll, seed, sent

TYPES: dict[str, tuple[type, ...]] = {
    "id": (int,), "article_id": (int,), "article_url": (str, type(None)), "title": (str,), "account": (str,),
    "platform": (str,), "occasion": (str,), "sources": (list,), "status": (str,), "wanted": (str,), "text": (str,),
    "link": (str,), "media": (list,), "version": (int,), "permalink": (str, type(None)), "remote_id": (str, type(None)),
    "attempts": (int,), "published": (datetime, date, type(None)), "found_at": (datetime, type(None)),
    "due": (datetime, type(None)), "expires": (datetime, type(None)), "first_attempt_at": (datetime, type(None)),
    "sent_at": (datetime, type(None)), "changed_at": (datetime,), "sent_by": (str, type(None)), "code": (str,),
    "detail": (str,), "actor": (str,),
}  # fmt: skip


def entries(ledger: Ledger, *, by_due: bool = False, **wanted: Any) -> list[dict[str, Any]]:
    """What the history answers."""
    return list(ledger.history.entries(Filter(**wanted), by_due=by_due))


def well_made(entry: dict[str, Any]) -> bool:
    """Whether every key is there, in order, with one of its types, and times are aware UTC."""
    times = [value for value in entry.values() if isinstance(value, datetime)]
    typed = all(isinstance(entry[name], types) for name, types in TYPES.items())
    return list(entry) == list(history.FIELDS) == list(TYPES) and typed and all(t.tzinfo is UTC for t in times)


def stories(ledger: Ledger, uid: str, *made: Article, at: datetime = NOW) -> list[int]:
    """Articles with a queued post each; the posts' numbers in the same order."""
    seed(ledger)
    poll(ledger, *made, at=at)
    by_url = {story.url: story for story in ledger.articles.new(NOW)}
    return [plan(ledger, by_url[one.url], uid)[0].id for one in made]


# ---------------------------------------------------------------------------------------------- entries


def test_an_entry_of_a_sent_post(ledger: Ledger) -> None:
    """Everything there is to know of a post that went out, with all keys in their order."""
    uid = accounts(ledger, "a")["a"]
    story = found(ledger)
    poll(ledger, article("harbour", source="all"), source="all")
    poll(ledger, article("harbour", source="all"), source="all")
    media = Media("a" * 64, "image/jpeg", 1200, 800, "a crane", "Anna", "https://news.example/crane.jpg")
    plan(ledger, story, uid, post=Post("Headline", "https://news.example/harbour", media=(media,)))
    row = sent(ledger, uid, "r1", NOW + MINUTE)
    entry = ledger.history.entry(row.id)
    assert well_made(entry)
    assert entry == {
        "id": row.id, "article_id": story.id, "article_url": "https://news.example/harbour",
        "title": "Headline of harbour", "account": "a", "platform": "memory", "occasion": "publication",
        "sources": ["all", "world"], "status": "sent", "wanted": "public", "text": "Headline",
        "link": "https://news.example/harbour",
        "media": [{"sha256": "a" * 64, "alt": "a crane", "credit": "Anna"}], "version": 1,
        "permalink": "https://memory.example/posts/r1", "remote_id": "r1", "attempts": 1, "published": NOW,
        "found_at": NOW, "due": NOW, "expires": NOW + 24 * HOUR, "first_attempt_at": NOW + MINUTE,
        "sent_at": NOW + MINUTE, "changed_at": NOW + MINUTE, "sent_by": "receipt", "code": "", "detail": "",
        "actor": "daemon:test",
    }  # fmt: skip


def test_an_entry_without_anything(ledger: Ledger) -> None:
    """A refused post of an undated article, without words of its own, has every key all the same."""
    uid = accounts(ledger, "a")["a"]
    story = found(ledger, published=None)
    row = plan(ledger, story, uid, status=Status.HELD)[0]
    with ledger.store.write() as connection:
        connection.execute(deliveries.update().values(version=0, due=None, expires=None, found_at=None))
    entry = ledger.history.entry(row.id)
    assert well_made(entry)
    assert (entry["text"], entry["link"], entry["media"], entry["version"]) == ("", "", [], 0)
    assert [name for name in ("published", "due", "expires", "sent_at", "permalink", "sent_by") if entry[name]] == []


def test_a_day_stays_a_day(ledger: Ledger) -> None:
    """An article that names only a day is published on that day, not at midnight."""
    uid = accounts(ledger, "a")["a"]
    plan(ledger, found(ledger, published=date(2026, 11, 23)), uid)
    entry = entries(ledger)[0]
    assert well_made(entry)
    assert entry["published"] == date(2026, 11, 23)
    assert not isinstance(entry["published"], datetime)


def test_a_post_typed_by_hand(ledger: Ledger) -> None:
    """It has no article's address and no source."""
    uid = accounts(ledger, "a")["a"]
    typed = Article(url="", title="Good morning", uid=hashlib.sha256(b"morning").hexdigest())
    plan(ledger, ledger.articles.add_by_hand(typed, NOW), uid, post=Post("Good morning"))
    entry = entries(ledger)[0]
    assert well_made(entry)
    assert (entry["article_url"], entry["sources"], entry["link"], entry["text"]) == (None, [], "", "Good morning")


def test_the_present_version_is_shown(ledger: Ledger) -> None:
    """What is shown is the version that would go, not the one that was planned."""
    uid = accounts(ledger, "a")["a"]
    row = plan(ledger, found(ledger), uid)[0]
    ledger.deliveries.edit(row.id, 1, Post("by Anna"), {"text"}, "person:anna", NOW + MINUTE)
    entry = ledger.history.entry(row.id)
    assert (entry["text"], entry["version"], entry["actor"], entry["link"]) == ("by Anna", 2, "person:anna", "")


def test_an_unknown_number(ledger: Ledger) -> None:
    """A number nobody has is told, and an empty ledger has an empty history."""
    with pytest.raises(LookupError, match="there is no post 7"):
        ledger.history.entry(7)
    assert entries(ledger) == []
    assert ledger.history.counts() == {}
    assert ledger.history.last_sent() is None


def test_no_sent_post_without_a_permalink(ledger: Ledger) -> None:
    """The permalink of everything public, or once public, is there."""
    uid = accounts(ledger, "a")["a"]
    stories(ledger, uid, article("one"), article("two"))
    row = sent(ledger, uid, "r1")
    sent(ledger, uid, "r2", NOW + MINUTE)
    ledger.deliveries.move(row.id, lambda _row: Move("retract", Status.RETRACTING), "person:anna", NOW + HOUR)
    assert {entry["status"]: bool(entry["permalink"]) for entry in entries(ledger)} == {
        "sent": True,
        "retracting": True,
    }


# ---------------------------------------------------------------------------------------------- filters


@pytest.fixture
def full(ledger: Ledger) -> Ledger:
    """Two accounts, three articles, six posts; one was sent, one suppressed, an hour apart."""
    uid = accounts(ledger, "a", "b")
    seed(ledger)
    poll(ledger, article("one"), article("two"), article("three"))
    for story in ledger.articles.new(NOW):
        plan(ledger, story, uid["a"], uid["b"], due=NOW - story.id * MINUTE)
    sent(ledger, uid["a"], "r1", NOW + HOUR)
    row = entries(ledger, account="b")[0]["id"]
    stop = Move("suppress", Status.SUPPRESSED, "person", "old news")
    ledger.deliveries.move(row, lambda _row: stop, "person:ben", NOW + 2 * HOUR)
    return ledger


FILTERS = [
    ({}, 6),
    ({"account": "a"}, 3),
    ({"account": "nobody"}, 0),
    ({"account": "a' OR 1=1 --"}, 0),
    ({"statuses": (Status.SENT,)}, 1),
    ({"statuses": (Status.SENT, Status.SUPPRESSED)}, 2),
    ({"statuses": (Status.RETRACTED,)}, 0),
    ({"account": "b", "statuses": (Status.QUEUED,)}, 2),
    ({"since": NOW + HOUR}, 2),
    ({"until": NOW + HOUR}, 4),
    ({"since": NOW + HOUR, "until": NOW + 2 * HOUR}, 1),
    ({"since": NOW + 3 * HOUR}, 0),
    ({"article": 2}, 2),
    ({"article": 99}, 0),
    ({"article": 1, "account": "a"}, 1),
    ({"limit": 4}, 4),
    ({"limit": 0}, 0),
    ({"search": "two", "account": "a"}, 1),
    ({"search": "two", "statuses": (Status.QUEUED, Status.SENT), "since": NOW, "until": NOW + 3 * HOUR}, 2),
    ({"search": "headline", "limit": 3}, 3),
]


def test_every_filter(full: Ledger) -> None:
    """Each filter, alone and with others, gives just what it names; all of it is well made and in order."""
    for wanted, number in FILTERS:
        got = entries(full, **wanted)
        assert len(got) == number, wanted
        assert all(well_made(entry) for entry in got)
        order = [(entry["changed_at"], entry["id"]) for entry in got]
        assert order == sorted(order, reverse=True), wanted


def test_the_newest_change_comes_first(full: Ledger) -> None:
    """The last thing that happened stands on top."""
    assert [entry["status"] for entry in entries(full)][:3] == ["suppressed", "sent", "queued"]
    assert [entry["status"] for entry in entries(full, limit=1)] == ["suppressed"]


def test_next_to_leave_first(full: Ledger) -> None:
    """The queue is ordered by time of leaving; what has no time comes last."""
    waiting = entries(full, statuses=(Status.QUEUED,))
    row = min(waiting, key=lambda entry: entry["due"])["id"]
    with full.store.write() as connection:
        connection.execute(deliveries.update().where(deliveries.c.id == row).values(due=None))
    queue = entries(full, statuses=(Status.QUEUED,), by_due=True)
    assert queue[-1]["id"] == row
    assert all((one["due"], one["id"]) <= (two["due"], two["id"]) for one, two in pairwise(queue[:-1]))
    assert entries(full, statuses=(Status.QUEUED,), by_due=True, limit=2) == queue[:2]


def test_counts_and_needs(full: Ledger) -> None:
    """How many are in each state by account, what a person must look at, and when the last one went out."""
    assert full.history.counts() == {"a": {"queued": 2, "sent": 1}, "b": {"queued": 2, "suppressed": 1}}
    assert [row.status for row in full.history.unfinished(Status.SENT, Status.SUPPRESSED)].count(Status.SENT) == 1
    assert full.history.unfinished() == []
    assert full.history.last_sent() == NOW + HOUR


def test_the_last_one_sent(ledger: Ledger) -> None:
    """A later change of a post sent earlier does not hide the newest one."""
    uid = accounts(ledger, "a")["a"]
    stories(ledger, uid, article("one"), article("two"))
    newest = sent(ledger, uid, "r1", NOW + MINUTE)
    sent(ledger, uid, "r2", NOW)
    with ledger.store.write() as connection:
        older = deliveries.c.id != newest.id
        connection.execute(deliveries.update().where(older).values(changed_at=NOW + 5 * HOUR))
    assert ledger.history.last_sent() == NOW + MINUTE


def test_stories_without_posts(ledger: Ledger) -> None:
    """Articles that got no row at all are listed with the reason, newest first."""
    old = SourceState("world", f"{FEED}/world", seeded=True)
    ledger.articles.store_polls([(old, Poll("world", old.url, NOW, (article("seen"),)))])
    uid = accounts(ledger, "a")["a"]
    stories(ledger, uid, article("planned"))
    poll(ledger, article("new"))
    found_ = ledger.history.stories_without_posts()
    assert [(row["url"].rsplit("/", 1)[1], row["state"]) for row in found_] == [("new", "new"), ("seen", "seen")]
    assert found_[1]["reason"] == "there before the source was first read"
    assert len(ledger.history.stories_without_posts(limit=1)) == 1
