"""What the ledger knows of sources: pace, validators, failures."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, func, insert, select, update

from syndicator.ledger.prepared import Prepared
from syndicator.ledger.schema import articles, sources
from syndicator.ledger.store import Store
from syndicator.models import Source, SourceState

_FIELDS = tuple(field.name for field in fields(SourceState))
_values = attrgetter(*_FIELDS)
_t = sources.c
_COLUMNS = select(*(_t[field] for field in _FIELDS))
_ALL = Prepared(_COLUMNS)
_ONE = Prepared(_COLUMNS.where(_t.name == bindparam("of")))
_NOW_DUE = _t.gone.is_(False) & (_t.next_poll.is_(None) | (_t.next_poll <= bindparam("now", type_=_t.next_poll.type)))
_DUE = Prepared(_COLUMNS.where(_NOW_DUE))
_FAILING = Prepared(_COLUMNS.where((_t.failures >= bindparam("times")) | _t.gone))
_PLACES = Prepared(select(_t.name, _t.url))
_COUNT = Prepared(select(func.count().label("known")).select_from(sources))
_DUE_NAMES = Prepared(select(_t.name).where(_NOW_DUE))


class _Many(Prepared):
    """A statement for many rows at once, straight through the driver."""

    def run_all(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Execute for each; how many rows were touched. All have the same names. Raises the driver's errors."""
        ready = self._for(connection, rows[0])
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()
        cursor.executemany(ready.text, [ready.parameters(row) for row in rows])
        touched = int(cursor.rowcount)
        cursor.close()
        return touched


_SAVE = _Many(update(sources).where(_t.name == bindparam("of")))


def save(connection: Connection, states: Sequence[SourceState]) -> None:
    """Keep what is known of some sources, each named once; part of the transaction that stores their articles."""
    values = [dict(zip(_FIELDS, _values(state), strict=True)) for state in states]
    if not values or _SAVE.run_all(connection, [{"of": one["name"], **one} for one in values]) == len(values):
        return
    known = set(connection.execute(select(sources.c.name)).scalars())
    missing = [one for one in values if one["name"] not in known]
    if missing:
        connection.execute(insert(sources), missing)


def load(connection: Connection, name: str) -> SourceState | None:
    """A source's state, None before its first poll."""
    row = _ONE.first(connection, {"of": name})
    return SourceState(**row) if row else None


class Sources:
    """Sources by name. One whose URL was changed in the configuration is a new source."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._strangers = Strangers()

    def states(self, configured: Iterable[Source]) -> dict[str, SourceState]:
        """The state of each configured source, a fresh one where the ledger knows none."""
        with self._store.read() as connection:
            known = {row["name"]: SourceState(**row) for row in _ALL.all(connection, {})}
        return {s.name: _of(s, known.get(s.name)) for s in configured}

    def due(
        self, configured: Iterable[Source], now: datetime, without: Set[str] = frozenset()
    ) -> dict[str, SourceState]:
        """The sources whose next poll has come, `without` those; one that is gone for good has none."""
        places = {source.name: source.url for source in configured}
        with self._store.read() as connection:
            # Names first: while thousands are being asked, nearly all that are due are among them.
            asked = any(row["name"] not in without for row in _DUE_NAMES.all(connection, {"now": now}))
            rows = _DUE.all(connection, {"now": now}) if asked else []
            strangers = self._strangers.among(connection, places)
        known = {row["name"]: SourceState(**row) for row in rows if places.get(row["name"]) == row["url"]}
        found = known | {name: SourceState(name, places[name]) for name in strangers}
        return {name: state for name, state in found.items() if name not in without}

    def failing(self, configured: Iterable[Source], times: int) -> list[SourceState]:
        """The configured sources that could not be read so many times in a row, or are gone for good."""
        with self._store.read() as connection:
            rows = _FAILING.all(connection, {"times": times})
        found = {row["name"]: SourceState(**row) for row in rows} if rows else {}
        return [found[s.name] for s in configured if s.name in found and found[s.name].url == s.url] if rows else []

    def follow_moves(self, configured: Iterable[Source]) -> None:
        """A source whose configured address is now the one it has moved to goes on: seeded, and with its validators."""
        wanted = {source.name: source.url for source in configured}
        with self._store.read() as connection:
            moved = connection.execute(select(_t.name, _t.moved).where(_t.moved != "")).all()
        followed = [{"of": name, "there": there} for name, there in moved if wanted.get(name) == there]
        if followed:
            query = update(sources).where(_t.name == bindparam("of"), _t.moved == bindparam("there"))
            with self._store.write() as connection:
                connection.execute(query.values(url=bindparam("there"), moved=""), followed)

    def forget_validators(self, name: str | None = None) -> None:
        """Make the next poll read everything again: all sources, or one."""
        values = {"etag": "", "last_modified": "", "digest": "", "next_poll": None, "gone": False}
        query = update(sources).values(values)
        with self._store.write() as connection:
            connection.execute(query if name is None else query.where(sources.c.name == name))

    def read_now(self, name: str, now: datetime) -> None:
        """Make the source's next poll due, also of one that is gone; one that was never read is due already."""
        with self._store.write() as connection:
            connection.execute(update(sources).where(sources.c.name == name).values(next_poll=now, gone=False))

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


class Strangers:
    """Configured sources that the ledger does not know under their address: looked for when rows come or go."""

    def __init__(self) -> None:
        self._seen: tuple[int, int] | None = None

    def among(self, connection: Connection, places: Mapping[str, str]) -> list[str]:
        """The names of those, by name and address."""
        rows = _COUNT.first(connection, {}) or {}
        seen = (len(places), rows.get("known", 0))
        if seen == self._seen:
            return []
        known = {(row["name"], row["url"]) for row in _PLACES.all(connection, {})}
        found = [name for name, url in places.items() if (name, url) not in known]
        self._seen = None if found else seen
        return found


def _of(source: Source, known: SourceState | None) -> SourceState:
    if known is None or known.url != source.url:
        return SourceState(source.name, source.url)
    return known
