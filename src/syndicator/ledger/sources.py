"""What the ledger knows of sources: pace, validators, failures."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
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
_GIVEN = {name: name for name in _FIELDS} | {"of": "name"}  # what a statement is given, and where a state has it
_t = sources.c
_COLUMNS = select(*(_t[field] for field in _FIELDS))
_NOW_DUE = _t.gone.is_(False) & (_t.next_poll.is_(None) | (_t.next_poll <= bindparam("now", type_=_t.next_poll.type)))


class _Many(Prepared):
    """A statement for many rows at once, straight between the driver and a state: thousands pass in each round."""

    def states(self, connection: Connection, **given: Any) -> list[SourceState]:
        """The rows that are found. Raises the driver's errors."""
        ready = self._for(connection, given)
        found = []
        for row in self._cursor(connection, ready, given):
            values = list(row)
            for place, get in ready.results:
                values[place] = get(values[place])
            found.append(SourceState(*values))
        return found

    def words(self, connection: Connection, **given: Any) -> list[Any]:
        """The rows as the driver has them. Raises the driver's errors."""
        return list(self._cursor(connection, self._for(connection, given), given))

    def run_all(self, connection: Connection, states: Sequence[SourceState]) -> int:
        """Execute for each; how many rows were touched. `of` is the name. Raises the driver's errors."""
        ready = self._for(connection, _GIVEN)
        names = [name for name, _, _ in ready.binds]
        get = attrgetter(*(_GIVEN[name] for name in names))
        converted = [(place, convert) for place, (_, _, convert) in enumerate(ready.binds) if convert]
        rows = []
        for state in states:
            values = list(get(state))
            for place, convert in converted:
                values[place] = convert(values[place])
            rows.append(values if ready.positional else dict(zip(names, values, strict=True)))
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()
        cursor.executemany(ready.text, rows)
        touched = int(cursor.rowcount)
        cursor.close()
        return touched


_ALL = _Many(_COLUMNS)
_ONE = _Many(_COLUMNS.where(_t.name == bindparam("of")))
_DUE = _Many(_COLUMNS.where(_NOW_DUE))
_DUE_NAMES = _Many(select(_t.name).where(_NOW_DUE))
_FAILING = _Many(_COLUMNS.where((_t.failures >= bindparam("times")) | _t.gone))
_PLACES = _Many(select(sources).with_only_columns(_t.name, _t.url))
_COUNT = _Many(select(sources).with_only_columns(func.count(_t.name)))
_SAVE = _Many(update(sources).where(_t.name == bindparam("of")))


def save(connection: Connection, states: Sequence[SourceState]) -> None:
    """Keep what is known of some sources, each named once; part of the transaction that stores their articles."""
    if not states or _SAVE.run_all(connection, states) == len(states):
        return
    known = set(connection.execute(select(sources.c.name)).scalars())
    missing = [{name: getattr(one, name) for name in _FIELDS} for one in states if one.name not in known]
    if missing:
        connection.execute(insert(sources), missing)


def load(connection: Connection, name: str) -> SourceState | None:
    """A source's state, None before its first poll."""
    return next(iter(_ONE.states(connection, of=name)), None)


class Sources:
    """Sources by name. One whose URL was changed in the configuration is a new source."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._strangers = Strangers()

    def states(self, configured: Iterable[Source]) -> dict[str, SourceState]:
        """The state of each configured source, a fresh one where the ledger knows none."""
        with self._store.read() as connection:
            known = {one.name: one for one in _ALL.states(connection)}
        return {s.name: _of(s, known.get(s.name)) for s in configured}

    def due(
        self, configured: Iterable[Source], now: datetime, without: AbstractSet[str] = frozenset()
    ) -> dict[str, SourceState]:
        """The sources whose next poll has come, `without` those; one that is gone for good has none."""
        places = {source.name: source.url for source in configured}
        with self._store.read() as connection:
            # Names first: while thousands are being asked, nearly all that are due are among them.
            asked = not without or any(name not in without for (name,) in _DUE_NAMES.words(connection, now=now))
            waiting = _DUE.states(connection, now=now) if asked else []
            strangers = self._strangers.among(connection, places)
        known = {one.name: one for one in waiting if places.get(one.name) == one.url}
        found = known | {name: SourceState(name, places[name]) for name in strangers}
        return {name: state for name, state in found.items() if name not in without}

    def failing(self, configured: Iterable[Source], times: int) -> list[SourceState]:
        """The configured sources that could not be read so many times in a row, or are gone for good."""
        with self._store.read() as connection:
            found = _FAILING.states(connection, times=times)
        places = {source.name: source.url for source in configured} if found else {}
        return [state for state in found if places.get(state.name) == state.url]

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
        seen = (len(places), int(_COUNT.words(connection)[0][0]))
        if seen == self._seen:
            return []
        known = {(name, url) for name, url in _PLACES.words(connection)}
        found = [name for name, url in places.items() if (name, url) not in known]
        self._seen = None if found else seen
        return found


def _of(source: Source, known: SourceState | None) -> SourceState:
    if known is None or known.url != source.url:
        return SourceState(source.name, source.url)
    return known
