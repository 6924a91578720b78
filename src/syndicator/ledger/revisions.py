"""What the newsroom changed about its articles after they were found: recorded with before and after, for people."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, and_, delete, exists, func, insert, select, update

from syndicator.ledger.schema import articles, deliveries
from syndicator.ledger.schema_sources import revisions
from syndicator.ledger.store import Store
from syndicator.models import Revision, Status

OUT = (Status.SENDING.value, Status.UNCONFIRMED.value, Status.SENT.value, Status.RETRACTING.value)
"""States of posts that are public, or may be."""

SHORTLY = timedelta(hours=1)
"""How long after the last change another one of the same parts counts as the same."""

_FIELDS = tuple(field.name for field in fields(Revision))
_OPEN = and_(revisions.c.seen_at.is_(None), revisions.c.public > 0)

Change = tuple[str, str, str]  # what, before, after


def record(
    connection: Connection,
    article: int,
    now: datetime,
    kind: str,
    *,
    source: str = "",
    changes: Sequence[Change] = (),
    detail: str = "",
) -> None:
    """Write down a change, with how many of the article's posts were out when it came."""
    out = deliveries.c.article == article, deliveries.c.status.in_(OUT)
    public = connection.execute(select(func.count()).select_from(deliveries).where(*out)).scalar_one()
    if kind == "changed" and _merged(connection, article, now, source, changes, public):
        return
    values = {"article": article, "at": now, "kind": kind, "source": source, "detail": detail, "public": public}
    connection.execute(insert(revisions).values(**values, changes=[list(one) for one in changes]))


def _merged(
    connection: Connection, article: int, now: datetime, source: str, changes: Sequence[Change], public: int
) -> bool:
    """Take a change into the last one, where the same parts of the article were changed shortly before.

    A body that differs at each look, or two servers with two wordings, are one change and not hundreds; what is as it
    was before the first is none. Never across the moment a post left or a person has dealt with it.
    """
    query = select(revisions).where(revisions.c.article == article).order_by(revisions.c.id.desc()).limit(1)
    last = connection.execute(query).mappings().first()
    if last is None or (last["kind"], last["source"], last["public"], last["seen_at"]) != (
        "changed", source, public, None,
    ):  # fmt: skip
        return False
    if now - last["at"] > SHORTLY or [one[0] for one in last["changes"]] != [one[0] for one in changes]:
        return False
    joined = [[what, old[1], after] for old, (what, _, after) in zip(last["changes"], changes, strict=True)]
    here = revisions.c.id == last["id"]
    if all(what != "body" and before == after for what, before, after in joined):
        connection.execute(delete(revisions).where(here))
    else:
        connection.execute(update(revisions).where(here).values(changes=joined, at=now))
    return True


class Revisions:
    """Changes of articles, oldest first. An open one came after a post was out, and nobody has dealt with it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, article: int) -> list[Revision]:
        """Every change of an article."""
        query = select(revisions).where(revisions.c.article == article).order_by(revisions.c.id)
        with self._store.read() as connection:
            return [_made(row) for row in connection.execute(query).mappings()]

    def open(self, limit: int = 100) -> list[tuple[Revision, str]]:
        """The newest open change of each article that has one, latest first, with the article's headline.

        Only of articles of which a post is still out.
        """
        newest = select(func.max(revisions.c.id)).where(_OPEN).group_by(revisions.c.article)
        out = exists().where(deliveries.c.article == revisions.c.article, deliveries.c.status.in_(OUT))
        query = select(revisions, articles.c.title).join(articles, articles.c.id == revisions.c.article)
        query = query.where(revisions.c.id.in_(newest), out).order_by(revisions.c.id.desc()).limit(limit)
        with self._store.read() as connection:
            return [(_made(row), row["title"]) for row in connection.execute(query).mappings()]

    def newest(self) -> int:
        """The number of the last change, 0 before the first."""
        with self._store.read() as connection:
            return int(connection.execute(select(func.coalesce(func.max(revisions.c.id), 0))).scalar_one())

    def open_among(self, numbers: Sequence[int]) -> set[int]:
        """Those of these articles that have an open change."""
        query = select(revisions.c.article).where(_OPEN, revisions.c.article.in_(list(numbers))).distinct()
        with self._store.read() as connection:
            return set(connection.execute(query).scalars())

    def seen(self, article: int, by: str, now: datetime) -> int:
        """A person has dealt with the article's open changes. Returns how many there were."""
        where = and_(_OPEN, revisions.c.article == article)
        with self._store.write() as connection:
            return connection.execute(update(revisions).where(where).values(seen_at=now, seen_by=by)).rowcount


def _made(row: RowMapping) -> Revision:
    values = {name: row[name] for name in _FIELDS}
    return Revision(**{**values, "changes": tuple((one[0], one[1], one[2]) for one in row["changes"])})
