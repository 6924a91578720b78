"""Builders of small things for ledger tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from syndicator.delivery import Move
from syndicator.ledger import Claim, Draft, Ending, Ledger
from syndicator.models import Account, Article, Delivery, Key, Outcome, Poll, Post, Receipt, SourceState, Status

NOW = datetime(2026, 11, 23, 14, 5, 9, 123000, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
FEED = "https://news.example/feed"
DONE = Ending(Outcome.SENT)


def article(name: str, *, source: str = "world", keys: tuple[str, ...] = (), **fields: Any) -> Article:
    """An article as a poll gives it; `keys` beside that of its link."""
    link = f"https://news.example/{name}"
    every = (f"url:news.example/{name}", *keys)
    fields = {"title": f"Headline of {name}", "published": NOW, **fields}
    return Article(url=link, source=source, keys=tuple(Key(key, link) for key in every), **fields)


def poll(ledger: Ledger, *articles: Article, source: str = "world", at: datetime = NOW, backfill: int = 0) -> int:
    """One successful poll that gave these articles."""
    state = SourceState(source, f"{FEED}/{source}", seeded=True, etag='"1"', last_success=at)
    return ledger.articles.store_polls([(state, Poll(source, state.url, at, articles))], backfill)


def seed(ledger: Ledger, *names: str) -> None:
    """The first poll of the sources, empty."""
    for name in names or ("world",):
        poll(ledger, source=name)


def accounts(ledger: Ledger, *names: str) -> dict[str, str]:
    """Accounts on the platform in memory; their uids by name."""
    states = ledger.accounts.register([Account(name, "memory") for name in names], NOW - HOUR)
    return {name: state.uid for name, state in states.items()}


def found(ledger: Ledger, name: str = "harbour", **fields: Any) -> Article:
    """A new article in the ledger."""
    seed(ledger)
    poll(ledger, article(name, **fields))
    return ledger.articles.new(NOW)[-1]


def plan(
    ledger: Ledger, story: Article, *uids: str, status: Status = Status.QUEUED, post: Post | None = None, **changes: Any
) -> list[Delivery]:
    """Rows for an article, due now."""
    words = post or Post(text=f"{story.title}\n\n{story.url}", link=story.url)
    changes = {"due": NOW, "expires": NOW + 24 * HOUR, **changes}
    drafts = [Draft(uid, Move("plan", status, "", "", changes), words) for uid in uids]
    return ledger.deliveries.plan(story, drafts, NOW, "daemon:test", NOW)


def claim(ledger: Ledger, uid: str, at: datetime = NOW, process: str = "here") -> Claim:
    """The account's next post, claimed."""
    made = ledger.attempts.claim(
        uid, lambda _row, _recent: None, process=process, actor="daemon:test", timeout=30 * SECOND, now=at
    )
    assert isinstance(made, Claim)
    return made


def sent(ledger: Ledger, uid: str, remote_id: str, at: datetime = NOW) -> Delivery:
    """The account's next post, published."""
    made = claim(ledger, uid, at)
    ledger.attempts.let_out(made, at)
    receipt = Receipt(remote_id, f"https://memory.example/posts/{remote_id}")
    return ledger.attempts.receive(
        made.row.id, receipt, "receipt", actor="daemon:test", now=at, claim=made, ending=DONE
    )


def retitled(story: Article, title: str) -> Article:
    """The same item with another headline."""
    return replace(story, title=title)
