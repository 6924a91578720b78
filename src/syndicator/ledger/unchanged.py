"""Which items of a poll say what the ledger holds already: found together, since nearly all of a feed's items do."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select

from syndicator.ledger import differing
from syndicator.ledger.prints import DEAF
from syndicator.ledger.schema import article_keys, article_sources, articles
from syndicator.models import Article, Poll

_BATCH = 500  # values in one question

# Built once: to build a question takes longer than to ask it.
_OWNERS = select(article_keys.c.key, article_keys.c.article).where(
    article_keys.c.key.in_(bindparam("names", expanding=True))
)
_STORED = (
    select(articles.c.id, articles.c.state, articles.c.source, articles.c.body)
    .join(article_sources, article_sources.c.article == articles.c.id)
    .where(
        article_sources.c.source == bindparam("of_source"),
        article_sources.c.listed,
        articles.c.same_as.is_(None),
        articles.c.withdrawn == "",
        articles.c.id.in_(bindparam("numbers", expanding=True)),
    )
)


def owners(connection: Connection, poll: Poll) -> dict[str, int]:
    """The articles that have the identity keys of a poll's items, by key."""
    names = list({key.key for article in poll.articles for key in article.keys})
    found: dict[str, int] = {}
    for some in _batches(names):
        found.update((row[0], row[1]) for row in connection.execute(_OWNERS, {"names": some}))
    return found


def numbers(connection: Connection, poll: Poll, owners: Mapping[str, int]) -> dict[int, int]:
    """The places of these items in the poll, and their articles' numbers. Taking them would change nothing."""
    if poll.direct:
        return {}  # few, and a CMS is believed where another feed is not
    owned = [{owners.get(key.key, 0) for key in article.keys} for article in poll.articles]
    if any(len(one - {0}) > 1 for one in owned):
        return {}  # two stories will be joined, and each item is looked at after those before it
    alone = {place: next(iter(one)) for place, one in enumerate(owned) if len(one) == 1 and 0 not in one}
    stored = _stored(connection, poll.source, sorted(set(alone.values())))
    return {place: number for place, number in alone.items() if _same(poll.articles[place], stored.get(number))}


def _stored(connection: Connection, source: str, wanted: Sequence[int]) -> dict[int, RowMapping]:
    """The articles that are stories of their own, stand, and are known to be listed by the source."""
    found: dict[int, RowMapping] = {}
    for some in _batches(wanted):
        rows = connection.execute(_STORED, {"numbers": some, "of_source": source}).mappings()
        found.update((row["id"], row) for row in rows)
    return found


def _same(article: Article, stored: Mapping[str, Any] | RowMapping | None) -> bool:
    """Whether the item says nothing new; the words of another source than the first, and old stories', never do."""
    if stored is None or article.withdrawn:
        return False
    if article.source != stored["source"] or stored["state"] in DEAF:
        return True
    said: dict[str, str] = stored["body"]["found"]
    return said == differing.found(article)


def _batches(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]
