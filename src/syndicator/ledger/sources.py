"""What the ledger knows of sources: pace, validators, failures."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, delete, func, insert, select, update

from syndicator.ledger.schema import articles, sources
from syndicator.ledger.store import Store
from syndicator.models import Source, SourceState

_FIELDS = tuple(field.name for field in fields(SourceState))


_SAVE = update(sources).where(sources.c.name == bindparam("of"))


def save(connection: Connection, states: Sequence[SourceState]) -> None:
    """Keep what is known of some sources, each named once; part of the transaction that stores their articles."""
    values = [{field: getattr(state, field) for field in _FIELDS} for state in states]
    if not values or connection.execute(_SAVE, [{"of": one["name"], **one} for one in values]).rowcount == len(values):
        return
    known = set(connection.execute(select(sources.c.name)).scalars())
    missing = [one for one in values if one["name"] not in known]
    if missing:
        connection.execute(insert(sources), missing)


def load(connection: Connection, name: str) -> SourceState | None:
    """A source's state, None before its first poll."""
    row = connection.execute(select(sources).where(sources.c.name == name)).mappings().first()
    return SourceState(**{field: row[field] for field in _FIELDS}) if row else None


class Sources:
    """Sources by name. One whose URL was changed in the configuration is a new source."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def states(self, configured: Iterable[Source]) -> dict[str, SourceState]:
        """The state of each configured source, a fresh one where the ledger knows none."""
        with self._store.read() as connection:
            rows = connection.execute(select(sources)).mappings().all()
        known = {row["name"]: SourceState(**{field: row[field] for field in _FIELDS}) for row in rows}
        return {s.name: _of(s, known.get(s.name)) for s in configured}

    def due(self, configured: Iterable[Source], now: datetime) -> dict[str, SourceState]:
        """The sources whose next poll has come."""
        table = sources.c
        with self._store.read() as connection:
            waiting = connection.execute(select(table.name, table.url).where(table.next_poll > now))
            later = {(name, url) for name, url in waiting}
        asked = [source for source in configured if (source.name, source.url) not in later]
        return self.states(asked) if asked else {}

    def forget_validators(self, name: str | None = None) -> None:
        """Make the next poll read everything again: all sources, or one."""
        values = {"etag": "", "last_modified": "", "digest": "", "next_poll": None}
        query = update(sources).values(values)
        with self._store.write() as connection:
            connection.execute(query if name is None else query.where(sources.c.name == name))

    def read_now(self, name: str, now: datetime) -> None:
        """Make the source's next poll due; one that was never read is due already."""
        with self._store.write() as connection:
            connection.execute(update(sources).where(sources.c.name == name).values(next_poll=now))

    def new_since(self, moment: datetime) -> dict[str, int]:
        """How many articles each source was the first to bring since a moment; those of a first poll do not count."""
        # Articles are numbered as they come, so the walk from the end stops at the first older one.
        older = select(articles.c.id).where(articles.c.found_at < moment).order_by(articles.c.id.desc()).limit(1)
        fresh = articles.c.id > func.coalesce(older.scalar_subquery(), 0)
        query = select(articles.c.source, func.count()).where(fresh, articles.c.state != "seen")
        with self._store.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query.group_by(articles.c.source))}

    def latest(self, name: str, limit: int = 20) -> list[RowMapping]:
        """The newest articles a source brought: id, title, url, state, reason and found_at, newest first."""
        table = articles.c
        query = select(table.id, table.title, table.url, table.state, table.reason, table.found_at)
        query = query.where(table.source == name).order_by(table.id.desc()).limit(limit)
        with self._store.read() as connection:
            return list(connection.execute(query).mappings())

    def forget(self, name: str) -> None:
        """Drop a source that is no longer configured."""
        with self._store.write() as connection:
            connection.execute(delete(sources).where(sources.c.name == name))


def _of(source: Source, known: SourceState | None) -> SourceState:
    if known is None or known.url != source.url:
        return SourceState(source.name, source.url)
    return known
