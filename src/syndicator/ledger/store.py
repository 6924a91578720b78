"""The database under the ledger: connections, transactions, errors, locks. SQLite in WAL with FULL, or PostgreSQL."""

import contextlib
import fcntl
import os
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Literal

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from syndicator.errors import ConfigError, StoreError
from syndicator.ledger.wal import Wal

Sync = Literal["own", "shared", "later"]

BUSY_MS = 10_000  # how long a writer waits for another one
_AGAIN_S = 0.01  # between two tries where SQLite itself does not wait
_SYNC = "sync"  # how a connection syncs now, kept with it
_CONNECT_S = 10  # how long a PostgreSQL server may take to answer
_LOCK_KEY = 0x73796E64  # one advisory lock per PostgreSQL database: "synd"
_POOL = {"pool_size": 8, "max_overflow": 56}
_HOLDER = text(
    "SELECT coalesce(nullif(application_name, ''), 'process ' || pid || ' of the server')"
    " FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = :key"
    " AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Store:
    """One database. `read()` and `write()` are transactions; a write holds the only write lock on SQLite."""

    def __init__(self, url: str, busy_ms: int = BUSY_MS) -> None:
        self.url = _address(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._busy_ms = busy_ms
        self._lock: IO[str] | Connection | None = None
        self._guard = threading.Lock()
        self.engine = self._engine()
        self._wal = Wal(self.path) if self.path else None
        # SQLite has one writer. A thread that waits here goes on at once; SQLite's own waiting is a row of sleeps.
        self._turn = threading.Lock() if self.sqlite else contextlib.nullcontext()

    def _engine(self) -> Engine:
        try:
            if not self.sqlite:
                return self._engine_postgresql()
            if self.path:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            engine = create_engine(self.url, **_POOL, connect_args={"timeout": self._busy_ms / 1000})
        except ModuleNotFoundError as error:
            raise ConfigError("ledger.url: PostgreSQL needs `pip install syndicator[postgresql]`") from error
        except OSError as error:
            raise StoreError(f"the ledger's folder cannot be made: {error}") from error
        event.listen(engine, "connect", self._prepare_sqlite)
        return engine

    def _engine_postgresql(self) -> Engine:
        wanted = {
            "connect_timeout": _CONNECT_S,
            "fallback_application_name": f"syndicator {socket.gethostname()}/{os.getpid()}",
        }
        own = {key: value for key, value in wanted.items() if key not in self.url.query}
        engine = create_engine(self.url, **_POOL, pool_pre_ping=True, connect_args=own)
        event.listen(engine, "connect", self._prepare_postgresql)
        return engine

    def _prepare_sqlite(self, connection: Any, record: Any) -> None:
        # Python's own transaction handling is switched off: BEGIN is ours to say, so that a write locks at once.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={self._busy_ms}")
        self._write_ahead(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        record.info[_SYNC] = "FULL"
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA wal_autocheckpoint=4000")  # pages: pages that change often reach the file less often
        cursor.close()

    def _write_ahead(self, cursor: sqlite3.Cursor) -> None:
        """Switch to WAL. SQLite waits for nobody here, so two processes that begin a new ledger at once would fail."""
        end = time.monotonic() + self._busy_ms / 1000
        while True:
            try:
                cursor.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or time.monotonic() > end:
                    raise
                time.sleep(_AGAIN_S)
            else:
                return

    def _prepare_postgresql(self, connection: Any, _record: Any) -> None:
        # Outside a transaction: inside one, the setting would go with its rollback.
        connection.autocommit = True
        connection.execute(f"SET lock_timeout = {self._busy_ms}")
        connection.autocommit = False

    @property
    def path(self) -> Path | None:
        """The database file, None on PostgreSQL."""
        return Path(self.url.database) if self.sqlite and self.url.database else None

    @property
    def name(self) -> str:
        """The ledger's address for people, without a password."""
        return str(self.path) if self.sqlite else self.url.render_as_string(hide_password=True)

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view, however many queries; changes nothing. Raises StoreError."""
        with self._errors("read"), self.engine.connect() as connection:
            if not self.sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._begin(connection, "DEFERRED")
            yield connection

    def _begin(self, connection: Connection, kind: str) -> None:
        # Not by a listener for "begin": an engine with listeners is slower at every statement.
        if self.sqlite:
            driver: Any = connection.connection.driver_connection
            driver.execute(f"BEGIN {kind}")

    @contextlib.contextmanager
    def write(self, sync: Sync = "own") -> Iterator[Connection]:
        """One transaction: all or nothing. Raises StoreError when the database refuses.

        When it has ended it is on the disk: by a sync of its "own", or on SQLite by one that threads have "shared".
        "later" is for what nobody outside sees: the end of the process does not undo it, a power cut may, until a
        later transaction has ended.
        """
        with self._errors("written"), self._turn, self.engine.connect() as connection:
            self._begin_sync(connection, sync)
            with connection.begin():
                self._begin(connection, "IMMEDIATE")
                if sync == "later" and not self.sqlite:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
                yield connection
        if self._wal and sync == "shared":
            with self._errors("synced"):
                self._wal.sync()

    def _begin_sync(self, connection: Connection, sync: Sync) -> None:
        # Past SQLAlchemy, which would begin a transaction, inside of which this has no effect.
        if self.sqlite:
            wanted = "FULL" if sync == "own" else "NORMAL"
            if connection.info.get(_SYNC) != wanted:
                driver: Any = connection.connection.driver_connection
                driver.execute(f"PRAGMA synchronous={wanted}")
                connection.info[_SYNC] = wanted

    @contextlib.contextmanager
    def remake(self) -> Iterator[Connection]:
        """One transaction that may build tables anew: references are looked at when it ends, not while it runs.

        Only one process at a time is in here. Raises StoreError.
        """
        with self._errors("migrated"), self.engine.connect() as connection:
            self._begin_sync(connection, "own")
            if self.sqlite:
                _references(connection, "OFF")  # no effect inside a transaction, so before it
            try:
                with connection.begin():
                    self._begin(connection, "IMMEDIATE")
                    if not self.sqlite:
                        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY + 1})
                    yield connection
                    if self.sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                        raise StoreError(
                            f"the ledger {self.name} could not be migrated: rows would lose what they belong to"
                        )
            finally:
                if self.sqlite:
                    _references(connection, "ON")

    @contextlib.contextmanager
    def _errors(self, verb: str) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, self.engine.dialect.loaded_dbapi.Error, OSError) as error:
            raise StoreError(f"the ledger {self.name} could not be {verb}: {_cause(error)}") from error

    # ------------------------------------------------------------------------------------------ one daemon only

    def lock(self) -> None:
        """Become the one process that sends. Raises StoreError when another one does."""
        with self._guard:
            if self._lock is None:
                self._lock = self._lock_file() if self.sqlite else self._lock_advisory()

    def _lock_file(self) -> IO[str]:
        path = Path(f"{self.path}.lock")
        try:
            file = path.open("a+")
        except OSError as error:
            raise StoreError(f"the lock file {path} cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "another process"
            file.close()
            raise StoreError(f"a daemon is already running on {self.path} ({holder}); stop it first") from error
        file.truncate(0)
        file.write(f"process {os.getpid()}")
        file.flush()
        return file

    def _lock_advisory(self) -> Connection:
        with self._errors("locked"):
            connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK_KEY}).scalar():
                return connection
            holder = connection.execute(_HOLDER, {"key": _LOCK_KEY}).scalar() or "another process"
            connection.close()
        raise StoreError(f"a daemon is already running on {self.name} ({holder}); stop it first")

    def unlock(self) -> None:
        """Let another process send."""
        with self._guard, contextlib.suppress(SQLAlchemyError):
            if isinstance(self._lock, Connection):
                self._lock.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK_KEY})
                # Closing only returns it to the pool, where a session that failed above would keep the lock.
                self._lock.invalidate()
            if self._lock is not None:
                self._lock.close()
            self._lock = None

    def close(self) -> None:
        """Give everything back."""
        self.unlock()
        self.engine.dispose()


def _address(url: str) -> URL:
    """The address, checked. No message repeats it: it may hold a password."""
    try:
        found = make_url(url)
    except (SQLAlchemyError, ValueError):
        raise ConfigError("ledger.url: this is no database address; try sqlite:///var/syndicator.db") from None
    if found.get_backend_name() == "postgresql" and found.get_driver_name() in {"", "psycopg", "psycopg2"}:
        return found.set(drivername="postgresql+psycopg")
    if found.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise ConfigError(f"ledger.url: {found.drivername} is not supported; sqlite or postgresql+psycopg is")
    if not found.database or found.database == ":memory:" or found.database.startswith("file:"):
        raise ConfigError("ledger.url: name a file, as in sqlite:///var/syndicator.db")
    return found


def _cause(error: Exception) -> str:
    return " ".join(str(getattr(error, "orig", None) or error).split())[:300]


def insert_missing(connection: Connection, table: Table, **values: Any) -> None:
    """Add a row unless one with its key is there, whoever else is adding it at this moment."""
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(make(table).values(values).on_conflict_do_nothing())


def _references(connection: Connection, state: str) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA foreign_keys={state}")
