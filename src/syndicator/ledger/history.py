"""What was planned, sent and refused: listings and search over every row ever made."""

import contextlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    Select,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
)

from syndicator.ledger import rows, words
from syndicator.ledger.schema import accounts, article_sources, articles, deliveries, posts
from syndicator.ledger.store import Store
from syndicator.models import Delivery, Status

FIELDS = (
    "id", "article_id", "article_url", "title", "account", "platform", "occasion", "sources", "status", "wanted",
    "text", "link", "media", "version", "permalink", "remote_id", "attempts", "published", "found_at", "due", "expires",
    "first_attempt_at", "sent_at", "changed_at", "sent_by", "code", "detail", "actor",
)  # fmt: skip
"""The keys of an entry, always present, in this order."""

_TIMES_AND_PROOFS = ("id", "permalink", "remote_id", "due", "expires", "first_attempt_at", "sent_at", "sent_by")
BATCH = 500
_FEW = 200  # articles found by a search, up to which their rows are fetched one by one


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list; None or empty means all. `since` and `until` (aware UTC) bound the last change."""

    account: str = ""
    statuses: tuple[Status, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    search: str = ""
    article: int | None = None
    delivery: int | None = None
    limit: int | None = None


class History:
    """Entries as people and machines read them: one dict per row with the keys FIELDS, times aware UTC."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def entries(self, wanted: Filter, *, by_due: bool = False) -> Generator[dict[str, Any], None, None]:
        """Rows, newest change first (or next to leave first), streamed in batches of one consistent view."""
        with self._store.read() as connection:
            # Numbers first: they come sorted from an index alone, and whole rows never pass through a sort.
            found = connection.execute(numbers(connection, wanted, by_due), execution_options={"yield_per": BATCH})
            for batch in found.scalars().partitions():
                yield from load(connection, batch)

    def entry(self, number: int) -> dict[str, Any]:
        """One row. Raises LookupError."""
        with contextlib.closing(self.entries(Filter(delivery=number))) as entries:
            found = next(entries, None)
        if found is None:
            raise LookupError(f"there is no post {number}")
        return found

    def counts(self) -> dict[str, dict[str, int]]:
        """How many rows are in each state, by account name."""
        query = select(accounts.c.name, deliveries.c.status, func.count()).join_from(deliveries, accounts)
        query = query.group_by(accounts.c.name, deliveries.c.status)
        found: dict[str, dict[str, int]] = {}
        with self._store.read() as connection:
            for name, status, number in connection.execute(query):
                found.setdefault(name, {})[status] = number
        return found

    def last_sent(self) -> datetime | None:
        """When the newest post was known to be public."""
        table = deliveries.c
        latest = select(table.sent_at).where(table.sent_at.is_not(None)).order_by(table.changed_at.desc()).limit(1)
        with self._store.read() as connection:
            # Nothing is sent after its last change, so the newest one is among the rows changed since this one.
            since = connection.execute(latest).scalar()
            if since is None:
                return None
            return connection.execute(select(func.max(table.sent_at)).where(table.changed_at >= since)).scalar()

    def unfinished(self, *statuses: Status) -> list[Delivery]:
        """Rows in one of the states, for what needs a person."""
        query = select(deliveries).where(deliveries.c.status.in_([s.value for s in statuses]))
        with self._store.read() as connection:
            return [rows.delivery(row) for row in connection.execute(query.order_by(deliveries.c.id)).mappings()]

    def stories_without_posts(self, limit: int = 50) -> list[RowMapping]:
        """Articles that got no row at all, newest first, with state and reason."""
        none = ~select(deliveries.c.id).where(deliveries.c.article == articles.c.id).exists()
        query = select(articles.c.id, articles.c.title, articles.c.url, articles.c.state, articles.c.reason)
        with self._store.read() as connection:
            return list(connection.execute(query.where(none).order_by(articles.c.id.desc()).limit(limit)).mappings())


def numbers(connection: Connection, wanted: Filter, by_due: bool = False) -> Select[Any]:
    """The query for the numbers of the wanted rows, in order."""
    query = select(deliveries.c.id).where(*_conditions(connection, wanted))
    return query.order_by(*_order(by_due)).limit(wanted.limit)


_COLUMNS = (
    deliveries.c.id, articles.c.id.label("article_id"), articles.c.url.label("article_url"), articles.c.title,
    accounts.c.name.label("account"), accounts.c.platform, deliveries.c.occasion, deliveries.c.status,
    deliveries.c.wanted, posts.c.text, posts.c.link, posts.c.body, deliveries.c.version, deliveries.c.permalink,
    deliveries.c.remote_id, deliveries.c.requests, articles.c.published, articles.c.published_day,
    deliveries.c.found_at, deliveries.c.due, deliveries.c.expires, deliveries.c.first_attempt_at,
    deliveries.c.sent_at, deliveries.c.changed_at, deliveries.c.sent_by, deliveries.c.code, deliveries.c.detail,
    deliveries.c.actor,
)  # fmt: skip


def _whole() -> Select[Any]:
    tables = deliveries.join(articles, deliveries.c.article == articles.c.id)
    tables = tables.join(accounts, deliveries.c.account == accounts.c.uid)
    current = and_(posts.c.delivery == deliveries.c.id, posts.c.version == deliveries.c.version)
    return select(*_COLUMNS).select_from(tables.outerjoin(posts, current))


def load(connection: Connection, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The entries of these posts, in this order; a number below zero is minus that of a story that got no post."""
    found = connection.execute(_whole().where(deliveries.c.id.in_([n for n in numbers if n > 0]))).mappings()
    by_number: dict[int, RowMapping] = {row["id"]: row for row in found}
    by_number |= {-row["article_id"]: row for row in _postless(connection, [-n for n in numbers if n < 0])}
    sources = _sources(connection, {row["article_id"] for row in by_number.values()})
    for number in numbers:
        row = by_number[number]
        yield (_entry if number > 0 else _empty)(row, sources.get(row["article_id"], []))


def _order(by_due: bool) -> tuple[ColumnElement[Any], ...]:
    if by_due:
        return case((deliveries.c.due.is_(None), 1), else_=0), deliveries.c.due.asc(), deliveries.c.id.asc()
    return deliveries.c.changed_at.desc(), deliveries.c.id.desc()


def _conditions(connection: Connection, wanted: Filter) -> list[ColumnElement[bool]]:
    row = deliveries.c
    found: list[ColumnElement[bool]] = []
    if wanted.account:
        # A sub-select, so that the planner can walk the (account, status, changed_at) index.
        found.append(row.account == select(accounts.c.uid).where(accounts.c.name == wanted.account).scalar_subquery())
    if wanted.statuses:
        names = [status.value for status in wanted.statuses]
        # One state is an equality, so that the same index gives the order, too.
        found.append(row.status == names[0] if len(names) == 1 else row.status.in_(names))
    if wanted.since:
        found.append(row.changed_at >= wanted.since)
    if wanted.until:
        found.append(row.changed_at < wanted.until)
    if wanted.article is not None:
        found.append(row.article == wanted.article)
    if wanted.delivery is not None:
        found.append(row.id == wanted.delivery)
    if wanted.search.strip():
        found.append(_search(connection, wanted.search))
    return found


# ---------------------------------------------------------------------------------------------- search


def _search(connection: Connection, asked: str) -> ColumnElement[bool]:
    """All words stand in headlines, address or posts of the story, or in the account's name.

    Their beginnings are enough, accents do not count.
    """
    parts = words.written(asked)
    if not parts:
        return _of(connection, words.marked(asked))
    names = connection.execute(select(accounts.c.uid, accounts.c.name)).all()
    theirs = {part: [uid for uid, name in names if words.says(name, part)] for part in parts}
    sqlite = connection.dialect.name == "sqlite"
    found = [
        or_(deliveries.c.account.in_(uids), _of(connection, words.stories([part], sqlite=sqlite)))
        for part, uids in theirs.items()
        if uids
    ]
    if plain := [part for part, uids in theirs.items() if not uids]:
        found.append(_of(connection, words.stories(plain, sqlite=sqlite)))
    return and_(*found)


def _of(connection: Connection, matching: Select[Any]) -> ColumnElement[bool]:
    """The rows of these articles."""
    few = list(connection.execute(matching.limit(_FEW + 1)).scalars())
    if len(few) <= _FEW:
        # By the numbers of the rows, so that SQLite does not walk a whole state instead.
        theirs = deliveries.alias()
        return deliveries.c.id.in_(select(theirs.c.id).where(theirs.c.article.in_(few)))
    # The sign keeps SQLite from collecting every row of many articles: the newest rows are walked instead.
    return literal_column("+deliveries.article", Integer).in_(matching)


# ---------------------------------------------------------------------------------------------- entries


def _sources(connection: Connection, numbers: set[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    columns = article_sources.c
    query = select(columns.article, columns.source).where(columns.article.in_(numbers))
    for article, source in connection.execute(query.order_by(article_sources.c.source)):
        found.setdefault(article, []).append(source)
    return found


def _entry(row: RowMapping, sources: list[str]) -> dict[str, Any]:
    body = row["body"] or {"media": []}
    values = dict(row)
    values |= {
        "article_url": row["article_url"] or None,
        "sources": sources,
        "text": row["text"] or "",
        "link": row["link"] or "",
        "media": [{"sha256": m[0], "alt": m[4], "credit": m[5]} for m in body["media"]],
        "attempts": row["requests"],
        "published": row["published"] or row["published_day"],
    }
    return {name: values[name] for name in FIELDS}


def _postless(connection: Connection, numbers: Sequence[int]) -> Sequence[RowMapping]:
    table = articles.c
    columns = (table.title, table.published, table.published_day, table.found_at, table.state, table.reason)
    query = select(table.id.label("article_id"), table.url.label("article_url"), *columns)
    return connection.execute(query.where(table.id.in_(numbers))).mappings().all() if numbers else []


def _empty(row: RowMapping, sources: list[str]) -> dict[str, Any]:
    """A story without a post: all that a post would have is empty."""
    values: dict[str, Any] = dict.fromkeys(FIELDS, "") | dict.fromkeys(_TIMES_AND_PROOFS)
    values |= {
        "article_id": row["article_id"],
        "article_url": row["article_url"] or None,
        "title": row["title"],
        "sources": sources,
        "status": "none",
        "media": [],
        "version": 0,
        "attempts": 0,
        "published": row["published"] or row["published_day"],
        "found_at": row["found_at"],
        "changed_at": row["found_at"],
        "code": row["state"],
        "detail": row["reason"],
    }
    return values
