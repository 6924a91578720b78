"""Articles and their identities: a poll is stored whole or not at all, and one story is one article."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from syndicator.delivery import Move
from syndicator.ledger import rows
from syndicator.ledger import sources as source_rows
from syndicator.ledger.schema import RULE_VERSION, article_keys, article_sources, articles, deliveries
from syndicator.ledger.store import Store
from syndicator.models import Article, ArticleState, Poll, SourceState, Status

FOUND = ("url", "title", "summary")
"""The words of a source whose change makes an article new work."""


class Articles:
    """Every article ever found."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def store_polls(self, polls: Sequence[tuple[SourceState, Poll]], backfill: int = 0) -> int:
        """Keep the articles, keys and validators of some polls in one transaction. Returns how many are new work.

        A source's first successful poll makes its articles SEEN, except the `backfill` newest.
        """
        fresh = 0
        with self._store.write() as connection:
            for _, poll in polls:
                fresh += _ingest_all(connection, poll, backfill) if poll.articles else 0
            source_rows.save(connection, list({state.name: state for state, _ in polls}.values()))
        return fresh

    def new(self, now: datetime, limit: int = 200) -> list[Article]:
        """Articles with work to do at `now`, breaking nothing: oldest find first."""
        due = articles.c.page_next.is_(None) | (articles.c.page_next <= now)
        query = select(articles).where(articles.c.state == ArticleState.NEW.value, due)
        with self._store.read() as connection:
            return [
                rows.article(row) for row in connection.execute(query.order_by(articles.c.id).limit(limit)).mappings()
            ]

    def get(self, number: int) -> Article:
        """One article. Raises LookupError."""
        with self._store.read() as connection:
            return rows.article_by_id(connection, number)

    def sources_of(self, number: int) -> list[str]:
        """The names of the sources that carried it, in the order of the alphabet."""
        query = select(article_sources.c.source).where(article_sources.c.article == number)
        with self._store.read() as connection:
            return list(connection.execute(query.order_by(article_sources.c.source)).scalars())

    def by_keys(self, keys: Sequence[str]) -> Article | None:
        """The story that has one of these identity keys."""
        with self._store.read() as connection:
            found = _owners(connection, keys)
            return rows.article_by_id(connection, _story(connection, found[0])) if found else None

    def page_read(self, article: Article, now: datetime) -> Article:
        """Keep what the article's own page added. Its canonical link may join it to an older story."""
        with self._store.write() as connection:
            found = _found(connection, article.id)
            values = rows.article_columns(article, found) | {"page_next": None}
            connection.execute(update(articles).where(articles.c.id == article.id).values(values))
            owners = [n for n in _owners(connection, [k.key for k in article.keys]) if n != article.id]
            _add_keys(connection, article.id, article)
            if owners:
                _merge(connection, sorted({article.id, *owners}), now)
            return rows.article_by_id(connection, article.id)

    def page_failed(self, article: Article, next_try: datetime | None, error: str) -> None:
        """Note a failed visit: the next try, or the end of trying with the reason people will read."""
        values: dict[str, object] = {"page_tries": article.page_tries + 1, "page_next": next_try}
        if next_try is None:
            values |= {"page_read": True, "page_error": error}
        with self._store.write() as connection:
            connection.execute(update(articles).where(articles.c.id == article.id).values(values))

    def finish(self, number: int, state: ArticleState, reason: str = "") -> None:
        """Say that an article needs no more work."""
        with self._store.write() as connection:
            connection.execute(update(articles).where(articles.c.id == number).values(state=state.value, reason=reason))

    def add_by_hand(self, article: Article, now: datetime) -> Article:
        """Keep an article of the desk's own. `article.uid` must be given; its link is optional."""
        with self._store.write() as connection:
            number = _insert(connection, replace(article, page_read=True), now, ArticleState.PLANNED)
            return rows.article_by_id(connection, number)


# ---------------------------------------------------------------------------------------------- one item


def _ingest_all(connection: Connection, poll: Poll, backfill: int) -> int:
    known = source_rows.load(connection, poll.source)
    # What a source tells by itself is news: nobody asked for what was there before.
    seeded = poll.pushed or (known is not None and known.seeded and known.url == poll.url)
    return sum(
        _ingest(connection, article, poll.at, wanted=seeded or place < backfill, again=place < backfill)
        for place, article in enumerate(poll.articles)
    )


def _ingest(connection: Connection, article: Article, now: datetime, *, wanted: bool, again: bool) -> bool:
    """Store one item of a poll. Returns whether it made new work."""
    owners = _owners(connection, [key.key for key in article.keys])
    if not owners:
        state = ArticleState.NEW if wanted else ArticleState.SEEN
        _insert(connection, replace(article, backfill=again), now, state)
        return wanted
    if len(owners) > 1:
        _merge(connection, owners, now)
    number = _story(connection, owners[0])
    _add_keys(connection, number, article)
    _add_source(connection, number, article.source)
    if again:
        return _revive(connection, number)
    return _update(connection, number, article)


def _insert(connection: Connection, article: Article, now: datetime, state: ArticleState) -> int:
    found = {name: getattr(article, name) for name in FOUND}
    values = rows.article_columns(article, found)
    values |= {
        "uid": article.uid or hashlib.sha256(article.keys[0].key.encode()).hexdigest(),
        "found_at": now,
        "state": state.value,
        "reason": "there before the source was first read" if state is ArticleState.SEEN else "",
        "source": article.source,
        "backfill": article.backfill,
    }
    key = connection.execute(insert(articles).values(values)).inserted_primary_key
    number = int(key[0]) if key else 0
    _add_keys(connection, number, article)
    _add_source(connection, number, article.source)
    return number


def _owners(connection: Connection, keys: Sequence[str]) -> list[int]:
    """The articles that have these keys, oldest first."""
    if not keys:
        return []
    query = select(article_keys.c.article).where(article_keys.c.key.in_(keys)).distinct()
    return sorted(connection.execute(query).scalars())


def _story(connection: Connection, number: int) -> int:
    """The article itself, or the older one that tells the same story."""
    older = connection.execute(select(articles.c.same_as).where(articles.c.id == number)).scalar()
    return number if older is None else _story(connection, older)


def _add_keys(connection: Connection, number: int, article: Article) -> None:
    wanted = {key.key: key.raw for key in article.keys}
    taken = select(article_keys.c.key).where(article_keys.c.key.in_(list(wanted)))
    for key in wanted.keys() - set(connection.execute(taken).scalars()):
        values = {"key": key, "article": number, "raw": wanted[key], "rule_version": RULE_VERSION}
        connection.execute(insert(article_keys).values(values))


def _add_source(connection: Connection, number: int, source: str) -> None:
    table = article_sources.c
    there = select(table.article).where(table.article == number, table.source == source)
    if source and connection.execute(there).first() is None:
        connection.execute(insert(article_sources).values(article=number, source=source))


def _found(connection: Connection, number: int) -> dict[str, str]:
    body = connection.execute(select(articles.c.body).where(articles.c.id == number)).scalar_one()
    return dict(body["found"])


def _update(connection: Connection, number: int, article: Article) -> bool:
    """Take over what changed at the source that found it first; another feed's wording is not a change."""
    old = rows.article_by_id(connection, number)
    before = _found(connection, number)
    now_found = {name: getattr(article, name) for name in FOUND}
    changed = {name: value for name, value in now_found.items() if before.get(name) != value}
    if not changed or article.source != old.source or old.state in {ArticleState.SEEN, ArticleState.REFUSED}:
        return False
    new = replace(old, **changed, updated=article.updated or old.updated)
    values = rows.article_columns(new, now_found) | {"state": ArticleState.NEW.value}
    connection.execute(update(articles).where(articles.c.id == number).values(values))
    return True


def _revive(connection: Connection, number: int) -> bool:
    """Make a SEEN article work after all: a person asked for it."""
    where = (articles.c.id == number) & (articles.c.state == ArticleState.SEEN.value)
    values = {"state": ArticleState.NEW.value, "reason": "", "backfill": True}
    return connection.execute(update(articles).where(where).values(values)).rowcount == 1


def _merge(connection: Connection, numbers: Sequence[int], now: datetime) -> None:
    """Join articles that are one story: the oldest stays, waiting posts of the younger are suppressed."""
    story = _story(connection, numbers[0])
    title = connection.execute(select(articles.c.title).where(articles.c.id == story)).scalar_one()
    for number in numbers:
        younger = _story(connection, number)
        if younger == story:
            continue
        values = {"same_as": story, "state": ArticleState.REFUSED.value, "reason": f"same story as article {story}"}
        connection.execute(update(articles).where(articles.c.id == younger).values(values))
        waiting = deliveries.c.status.in_([Status.HELD.value, Status.QUEUED.value])
        query = select(deliveries).where(deliveries.c.article == younger, waiting)
        detail = f"same story as “{title}” (article {story})"
        for row in connection.execute(query).mappings().all():
            stop = Move("suppress", Status.SUPPRESSED, "rule:same_story", detail)
            rows.move(connection, rows.delivery(row), stop, "rule:same_story", now)
