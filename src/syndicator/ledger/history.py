"""What was planned, sent and refused: listings and search over every row ever made."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    and_,
    case,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
)

from syndicator.ledger.schema import accounts, article_sources, articles, deliveries, posts
from syndicator.ledger.store import Store
from syndicator.models import Delivery, Status

FIELDS = (
    "id", "article_id", "article_url", "title", "account", "platform", "occasion", "sources", "status", "wanted", "text",
    "link", "media", "version", "permalink", "remote_id", "attempts", "published", "found_at", "due", "expires",
    "first_attempt_at", "sent_at", "changed_at", "sent_by", "code", "detail", "actor",
)  # fmt: skip
"""The keys of an entry, always present, in this order."""

BATCH = 500


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

    def entries(self, wanted: Filter, *, by_due: bool = False) -> Iterator[dict[str, Any]]:
        """Rows, newest change first (or next to leave first), streamed in batches."""
        query = _query(wanted, self._store.sqlite)
        order = (
            (case((deliveries.c.due.is_(None), 1), else_=0), deliveries.c.due, deliveries.c.id)
            if by_due
            else (deliveries.c.changed_at.desc(), deliveries.c.id.desc())
        )
        query = query.order_by(*order)
        if wanted.limit is not None:
            query = query.limit(wanted.limit)
        with self._store.read() as connection:
            result = connection.execution_options(yield_per=BATCH).execute(query)
            for batch in result.mappings().partitions():
                sources = _sources(connection, [row["article_id"] for row in batch])
                yield from (_entry(row, sources.get(row["article_id"], [])) for row in batch)

    def entry(self, number: int) -> dict[str, Any]:
        """One row. Raises LookupError."""
        found = next(self.entries(Filter(delivery=number, limit=1)), None)
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
        """When the newest receipt came in."""
        with self._store.read() as connection:
            return connection.execute(select(func.max(deliveries.c.sent_at))).scalar()

    def unfinished(self, *statuses: Status) -> list[Delivery]:
        """Rows in one of the states, for what needs a person."""
        from syndicator.ledger.rows import delivery

        query = select(deliveries).where(deliveries.c.status.in_([s.value for s in statuses]))
        with self._store.read() as connection:
            return [delivery(row) for row in connection.execute(query.order_by(deliveries.c.id)).mappings()]

    def stories_without_posts(self, limit: int = 50) -> list[RowMapping]:
        """Articles that got no row at all, newest first, with state and reason."""
        none = ~select(deliveries.c.id).where(deliveries.c.article == articles.c.id).exists()
        query = select(articles.c.id, articles.c.title, articles.c.url, articles.c.state, articles.c.reason)
        with self._store.read() as connection:
            return list(connection.execute(query.where(none).order_by(articles.c.id.desc()).limit(limit)).mappings())


def _query(wanted: Filter, sqlite: bool) -> Select[Any]:
    tables = deliveries.join(articles, deliveries.c.article == articles.c.id).join(
        accounts, deliveries.c.account == accounts.c.uid
    )
    tables = tables.outerjoin(posts, and_(posts.c.delivery == deliveries.c.id, posts.c.version == deliveries.c.version))
    columns = [
        deliveries.c.id, articles.c.id.label("article_id"), articles.c.url.label("article_url"), articles.c.title,
        accounts.c.name.label("account"), accounts.c.platform, deliveries.c.occasion, deliveries.c.status,
        deliveries.c.wanted, posts.c.text, posts.c.link, posts.c.body, deliveries.c.version, deliveries.c.permalink,
        deliveries.c.remote_id, deliveries.c.requests, articles.c.published, articles.c.published_day,
        deliveries.c.found_at, deliveries.c.due, deliveries.c.expires, deliveries.c.first_attempt_at,
        deliveries.c.sent_at, deliveries.c.changed_at, deliveries.c.sent_by, deliveries.c.code, deliveries.c.detail,
        deliveries.c.actor,
    ]  # fmt: skip
    return select(*columns).select_from(tables).where(*_conditions(wanted, sqlite))


def _conditions(wanted: Filter, sqlite: bool) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.account:
        # A sub-select, so that the planner can walk the (account, status, changed_at) index.
        found.append(
            deliveries.c.account == select(accounts.c.uid).where(accounts.c.name == wanted.account).scalar_subquery()
        )
    if wanted.statuses:
        names = [status.value for status in wanted.statuses]
        found.append(deliveries.c.status == names[0] if len(names) == 1 else deliveries.c.status.in_(names))
    if wanted.since:
        found.append(deliveries.c.changed_at >= wanted.since)
    if wanted.until:
        found.append(deliveries.c.changed_at < wanted.until)
    if wanted.article is not None:
        found.append(deliveries.c.article == wanted.article)
    if wanted.delivery is not None:
        found.append(deliveries.c.id == wanted.delivery)
    if wanted.search:
        found.append(_search(wanted.search, sqlite))
    return found


def _search(words: str, sqlite: bool) -> ColumnElement[bool]:
    """All words stand in title or address of the article (their beginnings, too)."""
    parts = re.findall(r"\w+", words)
    if not parts:
        return or_(articles.c.title.contains(words, autoescape=True), articles.c.url.contains(words, autoescape=True))
    if sqlite:
        index = table("article_words", column("rowid"))
        match = text("article_words MATCH :words").bindparams(words=" ".join(f'"{part}"*' for part in parts))
        return deliveries.c.article.in_(select(index.c.rowid).where(match))
    query = func.to_tsquery("simple", " & ".join(f"{part}:*" for part in parts))
    vector: ColumnElement[Any] = literal_column("to_tsvector('simple', articles.title || ' ' || articles.url)")
    return vector.op("@@")(query)


def _sources(connection: Any, numbers: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    query = select(article_sources).where(article_sources.c.article.in_(set(numbers)))
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
