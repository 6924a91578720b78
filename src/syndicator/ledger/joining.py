"""One story told by several articles: found by its keys, joined when they meet, parted when a person says so."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from syndicator.delivery import Move
from syndicator.errors import IllegalMove
from syndicator.ledger import rows
from syndicator.ledger.schema import article_keys, articles, deliveries
from syndicator.ledger.schema_sources import apart
from syndicator.ledger.store import insert_missing
from syndicator.models import Article, ArticleState, Status

SAME_STORY = "rule:same_story"
"""The code of a post whose article turned out to be another one's story."""


def owners(connection: Connection, keys: Sequence[str]) -> list[int]:
    """The articles that have these keys, oldest first."""
    if not keys:
        return []
    query = select(article_keys.c.article).where(article_keys.c.key.in_(keys)).distinct()
    return sorted(connection.execute(query).scalars())


def story(connection: Connection, number: int) -> int:
    """The article itself, or the older one that tells the same story."""
    older = connection.execute(select(articles.c.same_as).where(articles.c.id == number)).scalar()
    return number if older is None else story(connection, older)


def story_of(connection: Connection, article: Article) -> int | None:
    """The story an item belongs to by the first of its keys that is known; None for a new one."""
    names = [key.key for key in article.keys]
    query = select(article_keys.c.key, article_keys.c.article).where(article_keys.c.key.in_(names))
    known: dict[str, int] = {row[0]: row[1] for row in connection.execute(query)}
    first = next((known[name] for name in names if name in known), None)
    return None if first is None else story(connection, first)


def join(connection: Connection, numbers: Sequence[int], now: datetime) -> None:
    """Join articles that are one story: the oldest stays, waiting posts of the younger are suppressed.

    What a person has parted stays apart.
    """
    stories = sorted({story(connection, number) for number in numbers})
    for younger in stories[1:]:
        older = next((one for one in stories if one < younger and not _parted(connection, one, younger)), None)
        if older is not None:
            _join(connection, story(connection, older), younger, now)


def part(connection: Connection, number: int, by: str, now: datetime) -> int:
    """Make an article a story of its own again, for good; new work. Returns the story it was joined with.

    Raises LookupError when there is no such article, IllegalMove when it is not joined with another.
    """
    found = connection.execute(select(articles.c.same_as).where(articles.c.id == number)).first()
    if found is None:
        raise LookupError(f"there is no article {number}")
    if found[0] is None:
        raise IllegalMove(f"article {number} is a story of its own already")
    older = story(connection, found[0])
    values = {"same_as": None, "state": ArticleState.NEW.value, "reason": ""}
    connection.execute(update(articles).where(articles.c.id == number).values(values))
    one, other = sorted((older, number))
    insert_missing(connection, apart, one=one, other=other, by=by, at=now)
    return older


def twins(connection: Connection, number: int) -> list[tuple[int, str]]:
    """The articles joined with this story, by number and headline, oldest first."""
    query = select(articles.c.id, articles.c.title).where(articles.c.same_as == number).order_by(articles.c.id)
    return [(found, title) for found, title in connection.execute(query)]


def _parted(connection: Connection, one: int, other: int) -> bool:
    pair = (apart.c.one == one) & (apart.c.other == other)
    return connection.execute(select(apart.c.one).where(pair).limit(1)).first() is not None


def _join(connection: Connection, older: int, younger: int, now: datetime) -> None:
    title = connection.execute(select(articles.c.title).where(articles.c.id == older)).scalar_one()
    values = {"same_as": older, "state": ArticleState.REFUSED.value, "reason": f"same story as article {older}"}
    connection.execute(update(articles).where(articles.c.id == younger).values(values))
    waiting = deliveries.c.status.in_([Status.HELD.value, Status.QUEUED.value])
    query = select(deliveries).where(deliveries.c.article == younger, waiting)
    detail = f"same story as “{title}” (article {older})"
    for row in connection.execute(query).mappings().all():
        stop = Move("suppress", Status.SUPPRESSED, SAME_STORY, detail)
        rows.move(connection, rows.delivery(row), stop, SAME_STORY, now)
