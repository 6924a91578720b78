"""Statements compiled once and given to the database's driver: the short way for what runs with every post.

SQLAlchemy's own way from a statement to the driver is several times the driver's work. Compiling, names, types and
both dialects stay SQLAlchemy's; only the way through its result objects is left out.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.types import TypeEngine

from syndicator.ledger.columns import Moment, moment_of, text_of

Convert = Callable[[Any], Any] | None


class _Ready:
    """A statement for one dialect and one set of parameters."""

    def __init__(self, statement: Any, dialect: Dialect, given: tuple[str, ...]) -> None:
        table = getattr(statement, "table", None)
        keys = [name for name in given if name in table.c] if table is not None else None
        compiled: Any = statement.compile(dialect=dialect, column_keys=keys)
        self.text = str(compiled)
        self.positional: bool = compiled.positional
        types = {name: bound.type for bound, name in compiled.bind_names.items()}
        names = compiled.positiontup if compiled.positional else list(types)
        known = compiled.params
        self.binds = [(name, known.get(name), _bind(types[name], dialect)) for name in names]
        columns = _columns(statement)
        self.names = [column.key for column in columns]
        self.results = [(place, get) for place, column in enumerate(columns) if (get := _result(column.type, dialect))]

    def parameters(self, given: Mapping[str, Any]) -> Any:
        """What the driver takes."""
        values = [(name, given.get(name, known), convert) for name, known, convert in self.binds]
        if self.positional:
            return [convert(value) if convert else value for _, value, convert in values]
        return {name: convert(value) if convert else value for name, value, convert in values}

    def row(self, found: Any) -> dict[str, Any]:
        """A row with its values as the columns' types have them."""
        values = list(found)
        for place, get in self.results:
            values[place] = get(values[place])
        return dict(zip(self.names, values, strict=True))


class Prepared:
    """One statement. The parameters' names decide which columns an INSERT or UPDATE sets."""

    def __init__(self, statement: Select[Any] | Insert | Update | Delete | Any) -> None:
        self._statement = statement
        self._ready: dict[tuple[str, ...], _Ready] = {}

    def _for(self, connection: Connection, given: Mapping[str, Any]) -> _Ready:
        key = (connection.dialect.name, *given)
        ready = self._ready.get(key)
        if ready is None:
            ready = self._ready[key] = _Ready(self._statement, connection.dialect, tuple(given))
        return ready

    def run(self, connection: Connection, given: Mapping[str, Any]) -> int:
        """Execute; how many rows were touched. Raises the driver's errors."""
        return int(self._cursor(connection, self._for(connection, given), given).rowcount)

    def first(self, connection: Connection, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """The first row by its columns' names, None when there is none."""
        ready = self._for(connection, given)
        found = self._cursor(connection, ready, given).fetchone()
        return None if found is None else ready.row(found)

    def all(self, connection: Connection, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Every row by its columns' names."""
        ready = self._for(connection, given)
        return [ready.row(found) for found in self._cursor(connection, ready, given)]

    def _cursor(self, connection: Connection, ready: _Ready, given: Mapping[str, Any]) -> Any:
        driver: Any = connection.connection.driver_connection
        return driver.execute(ready.text, ready.parameters(given))


def _columns(statement: Any) -> list[Any]:
    if isinstance(statement, Select):
        return list(statement.selected_columns)
    return list(statement.exported_columns)  # of RETURNING


def _bind(type_: TypeEngine[Any], dialect: Dialect) -> Convert:
    if isinstance(type_, Moment) and dialect.name == "sqlite":
        return text_of  # without the steps between, which take longer: nearly every row has some moments
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _result(type_: TypeEngine[Any], dialect: Dialect) -> Convert:
    if isinstance(type_, Moment) and dialect.name == "sqlite":
        return moment_of
    return type_.dialect_impl(dialect).result_processor(dialect, None)
