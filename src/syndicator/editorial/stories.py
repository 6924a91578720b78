"""Verbs about a whole story: two that were taken for one, and a change that somebody has dealt with."""

from datetime import timedelta

from syndicator.delivery import STOPPED, WAITING
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
    older = room.ledger.articles.story(article)
    found = room.ledger.articles.split(article, actor, room.clock())
    rows = room.ledger.deliveries.of_article(article)
    # Where the younger one was out first, the older one's were suppressed.
    out = {row.account for row in rows if row.status not in WAITING | STOPPED}
    rows += [row for row in room.ledger.deliveries.of_article(older) if row.account in out]
    joined = [row for row in rows if row.status is Status.SUPPRESSED and row.code == SAME_STORY]
    return found, [_release(room, row, actor) for row in joined]


def _release(room: Room, row: Delivery, actor: str) -> Delivery:
    """After the account's usual wait, not before an embargo; held, where the article was taken back meanwhile."""
    account, article = room.account(row.account), room.ledger.articles.get(row.article)
    due = room.clock() + (account.policy.hold_for if account else timedelta(0))
    held = ("rule:withdrawn", f"the article was taken back: {article.withdrawn}") if article.withdrawn else None
    return release(room, row.id, actor, due=max(due, article.embargo or due), held=held)


def seen(room: Room, article: int, actor: str) -> int:
    """A person has dealt with what changed about an article after its posts were out. Returns how many changes."""
    return room.ledger.revisions.seen(article, actor, room.clock())
