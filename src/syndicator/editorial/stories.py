"""Verbs about a whole story: two that were taken for one, and a change that somebody has dealt with."""

from datetime import datetime, timedelta

from syndicator.editorial.again import release
from syndicator.ledger.joining import SAME_STORY
from syndicator.models import Article, Delivery, Status
from syndicator.room import Room


def split(room: Room, article: int, actor: str) -> tuple[Article, list[Delivery]]:
    """Make an article that was joined with another a story of its own, for good.

    Its posts that were suppressed for that are released and leave after their account's usual wait; the daemon plans
    those it never had. Returns the article and the posts let go. Raises LookupError, and IllegalMove for an article
    that is joined with none. Must not be called inside an event loop.
    """
    found = room.ledger.articles.split(article, actor, room.clock())
    rows = room.ledger.deliveries.of_article(article)
    joined = [row for row in rows if row.status is Status.SUPPRESSED and row.code == SAME_STORY]
    return found, [release(room, row.id, actor, due=_due(room, row)) for row in joined]


def _due(room: Room, row: Delivery) -> datetime:
    account = room.account(row.account)
    return room.clock() + (account.policy.hold_for if account else timedelta(0))


def seen(room: Room, article: int, actor: str) -> int:
    """A person has dealt with what changed about an article after its posts were out. Returns how many changes."""
    return room.ledger.revisions.seen(article, actor, room.clock())
