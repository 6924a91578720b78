"""The database under the ledger: connections, transactions, errors, locks. SQLite in WAL with FULL, or PostgreSQL."""

import contextlib
import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from syndicator.errors import ConfigError, StoreError

BUSY_MS = 10_000  # how long a writer waits for another one
_LOCK_KEY = 0x73796E64  # one advisory lock per PostgreSQL database: "synd"


class Store:
    """One database. `read()` and `write()` are transactions; a write holds the only write lock on SQLite."""

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
        except SQLAlchemyError as error:
            raise ConfigError(f"ledger.url: {url!r} is no database address; try sqlite:///var/syndicator.db") from error
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if not self.sqlite and self.url.get_backend_name() != "postgresql":
            raise ConfigError(f"ledger.url: {self.url.get_backend_name()} is not supported; sqlite or postgresql is")
        self._lock: IO[str] | Connection | None = None
        self._guard = threading.Lock()
        self.engine = self._engine()

    def _engine(self) -> Engine:
        try:
            if not self.sqlite:
                return create_engine(self.url, pool_size=8, max_overflow=56, pool_pre_ping=True)
            if self.path:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            engine = create_engine(self.url, pool_size=8, max_overflow=56, connect_args={"timeout": BUSY_MS / 1000})
        except ModuleNotFoundError as error:
            raise ConfigError("ledger.url: PostgreSQL needs `pip install syndicator[postgresql]`") from error
        except OSError as error:
            raise StoreError(f"the ledger's folder cannot be made: {error}") from error
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

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
        """A consistent view; changes nothing. Raises StoreError."""
        with self._errors("read"), self.engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all or nothing. Raises StoreError when the database refuses."""
        with (
            self._errors("written"),
            self.engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextlib.contextmanager
    def _errors(self, verb: str) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
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
            connection.close()
        raise StoreError(f"a daemon is already running on {self.name}; stop it first")

    def unlock(self) -> None:
        """Let another process send."""
        with self._guard, contextlib.suppress(SQLAlchemyError):
            if isinstance(self._lock, Connection):
                # Closing only returns it to the pool, where the session would keep the lock.
                self._lock.invalidate()
            if self._lock is not None:
                self._lock.close()
            self._lock = None

    def close(self) -> None:
        """Give everything back."""
        self.unlock()
        self.engine.dispose()


def _cause(error: SQLAlchemyError) -> str:
    return " ".join(str(getattr(error, "orig", None) or error).split())[:300]


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # Python's own transaction handling is switched off: BEGIN is ours to say, so that a write locks at once.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
