"""The ledger's schema: which one it has, and the way to the newest. Alembic is imported only when there is work."""

import contextlib
import sqlite3
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import inspect, text

from syndicator.errors import StoreError
from syndicator.ledger.store import Store

HEAD = "0005"
"""The newest migration; a test proves that it is the head of `migrations/`."""

VERSIONS = ("0001", "0002", "0003", "0004", "0005")
SCRIPTS = Path(__file__).parent / "migrations"


def current(store: Store) -> str | None:
    """The schema's version, None for an empty database."""
    with store.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def check(store: Store) -> None:
    """Raise StoreError unless the ledger has exactly this program's schema."""
    if store.path and not store.path.exists():
        raise StoreError(f"there is no ledger at {store.name}; `syndicator migrate` or `syndicator run` makes it")
    found = current(store)
    if found == HEAD:
        return
    if found is None:
        raise StoreError(f"the ledger {store.name} is empty; `syndicator migrate` or `syndicator run` makes it")
    if found not in VERSIONS:
        raise StoreError(f"the ledger {store.name} was made by a newer syndicator (schema {found}); install that one")
    raise StoreError(f"the ledger {store.name} has the old schema {found}; run `syndicator migrate`")


def migrate(store: Store, now: datetime) -> str | None:
    """Bring the ledger to HEAD, after making a copy when it is an SQLite file with data. Returns the copy's path."""
    found = current(store)
    if found == HEAD:
        return None
    if found is not None and found not in VERSIONS:
        check(store)
    saved = None
    if found is not None and store.path:
        saved = f"{store.path}.{found}.{now:%Y%m%d%H%M%S}"
        copy(store, Path(saved))
    _upgrade(store)
    return saved


def _upgrade(store: Store) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    with store.remake() as connection:
        config.attributes["connection"] = connection
        if store.sqlite:
            # A table that is made anew is away for a moment, and triggers that read it are not broken by that.
            connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")
        command.upgrade(config, "head")
        if store.sqlite:
            connection.exec_driver_sql("PRAGMA legacy_alter_table=OFF")


def _mark(copied: sqlite3.Connection) -> None:
    """Set the copy's counter of starts back by one, so that a daemon started on it knows that it is a copy."""
    there = copied.execute("SELECT 1 FROM sqlite_master WHERE name = 'daemon'").fetchone()
    if there:
        copied.execute("UPDATE daemon SET starts = starts - 1")
        copied.commit()


def copy(store: Store, target: Path) -> None:
    """A consistent copy of a running SQLite ledger in `target`, which must not exist. Raises StoreError."""
    if not store.path:
        raise StoreError("a PostgreSQL ledger is copied with pg_dump: pg_dump --format=custom --file=FILE DATABASE")
    if target.exists():
        raise StoreError(f"{target} is there already; name another file")
    partial = target.with_name(target.name + ".part")
    try:
        partial.unlink(missing_ok=True)  # of a copy that was cut short
        with (
            contextlib.closing(sqlite3.connect(f"file:{quote(str(store.path))}?mode=ro", uri=True)) as source,
            contextlib.closing(sqlite3.connect(partial)) as destination,
        ):
            source.backup(destination)
            _mark(destination)
        partial.rename(target)
    except (sqlite3.Error, OSError) as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise StoreError(f"the ledger {store.name} could not be copied to {target}: {error}") from error
