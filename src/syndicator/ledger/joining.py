"""One story told by several articles: found by its keys, joined when they meet, parted when a person says so."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, or_, select, update

from syndicator.delivery import Move
from syndicator.errors import IllegalMove
from syndicator.ledger import rows
from syndicator.ledger.prepared import Prepared
from syndicator.ledger.revisions import OUT
from syndicator.ledger.schema import article_keys, articles, deliveries
from syndicator.ledger.schema_sources import apart
from syndicator.ledger.store import insert_missing
from syndicator.models import Article, ArticleState, Status

# Built once: to build a question takes longer than to ask it, and this one is asked for every story that is planned.
_PUBLIC_TWINS = Prepared(
    select(deliveries.c.account, deliveries.c.article)
    .join(articles, articles.c.id == deliveries.c.article)
    .where(
        articles.c.same_as == bindparam("number"),
        deliveries.c.occasion == "publication",
        or_(*(deliveries.c.status == state for state in OUT)),
    )
)

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


def public_twins(connection: Connection, number: int) -> dict[str, int]:
    """The accounts (uids) on which an article joined with this story is public, or may be; and that article."""
    return {row["account"]: row["article"] for row in _PUBLIC_TWINS.all(connection, {"number": number})}


def public_or_waiting(connection: Connection, number: int, account: str) -> bool:
    """Whether a story's own post on an account (uid) is out, or will be."""
    states = (Status.HELD.value, Status.QUEUED.value, *OUT)
    own = (deliveries.c.article == number) & (deliveries.c.account == account)
    query = select(deliveries.c.id).where(own, deliveries.c.occasion == "publication", deliveries.c.status.in_(states))
    return connection.execute(query.limit(1)).first() is not None


def same_story(connection: Connection, number: int) -> str:
    """The reason of a post whose story another article tells."""
    title = connection.execute(select(articles.c.title).where(articles.c.id == number)).scalar_one()
    return f"same story as “{title}” (article {number})"


def _parted(connection: Connection, one: int, other: int) -> bool:
    pair = (apart.c.one == one) & (apart.c.other == other)
    return connection.execute(select(apart.c.one).where(pair).limit(1)).first() is not None


def _join(connection: Connection, older: int, younger: int, now: datetime) -> None:
    values = {"same_as": older, "state": ArticleState.REFUSED.value, "reason": f"same story as article {older}"}
    connection.execute(update(articles).where(articles.c.id == younger).values({**values, "check_at": None}))
    # Whoever plans one of them now has a copy that knows nothing of the other.
    turned = {"turn": articles.c.turn + 1}
    connection.execute(update(articles).where(articles.c.id.in_([older, younger])).values(turned))
    _suppress(connection, deliveries.c.article == younger, older, now)
    # Where the younger one was faster, the story is out already.
    told = [account for account, by in public_twins(connection, older).items() if by == younger]
    own = deliveries.c.occasion == "publication"
    _suppress(connection, and_(deliveries.c.article == older, own, deliveries.c.account.in_(told)), younger, now)


def _suppress(connection: Connection, which: ColumnElement[bool], other: int, now: datetime) -> None:
    """Suppress the waiting posts of a story that the other article tells."""
    waiting = deliveries.c.status.in_([Status.HELD.value, Status.QUEUED.value])
    stop = Move("suppress", Status.SUPPRESSED, SAME_STORY, same_story(connection, other))
    for row in connection.execute(select(deliveries).where(which, waiting)).mappings().all():
        rows.move(connection, rows.delivery(row), stop, SAME_STORY, now)
