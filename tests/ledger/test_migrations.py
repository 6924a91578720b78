"""The way from every schema there ever was to today's, and copies."""

import contextlib
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Connection, Date, Integer, MetaData, Table, inspect, select, text
from sqlalchemy.types import JSON, TypeEngine

from syndicator.errors import StoreError
from syndicator.ledger import Ledger, migrate
from syndicator.ledger.columns import Moment, metadata
from syndicator.ledger.store import Store
from tests.ledger.made import NOW, SECOND, accounts, found, plan
from tests.services import postgres


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _to(store: Store, revision: str) -> None:
    """Make an empty database into a ledger of some version."""
    with store.remake() as connection:
        command.upgrade(_config(connection), revision)


# ---------------------------------------------------------------------------------------------- one schema, told twice


def test_the_newest_migration_is_known() -> None:
    """HEAD and VERSIONS name the migrations there are, oldest first."""
    scripts = ScriptDirectory.from_config(_config())
    line = [script.revision for script in scripts.walk_revisions()]
    assert scripts.get_heads() == [migrate.HEAD]
    assert list(reversed(line)) == list(migrate.VERSIONS)


def _ours(thing: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
    """Full-text search is written by hand: its tables and index have no counterpart in the metadata."""
    return not (kind in {"table", "index"} and reflected and name and "_words" in name)


def test_migrations_make_the_schema_of_the_program(ledger: Ledger) -> None:
    """Nothing would have to be changed in a migrated database to have the tables the program works with."""
    options = {"include_object": _ours, "compare_type": True}
    with ledger.store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


@pytest.fixture
def made_at_once(url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """The program's tables in a second database, without migrations."""
    with contextlib.ExitStack() as stack:
        address = f"sqlite:///{tmp_path}/at-once.db"
        if url.startswith("postgresql"):
            address = stack.enter_context(postgres.database(request.getfixturevalue("postgres_url")))
        store = Store(address)
        stack.callback(store.close)
        with store.write() as connection:
            metadata.create_all(connection)
        yield store


def _details(store: Store) -> dict[str, Any]:
    """What the comparison above does not look at: checks, conditions of indexes, defaults."""
    with store.read() as connection:
        look = inspect(connection)
        return {
            table: {
                "checks": sorted(check["sqltext"] for check in look.get_check_constraints(table)),
                "uniques": sorted(unique["name"] or "" for unique in look.get_unique_constraints(table)),
                "indexes": sorted(
                    (
                        index["name"] or "",
                        index["unique"],
                        [str(part) for part in index.get("dialect_options", {}).values()],
                    )
                    for index in look.get_indexes(table)
                    if "_words" not in (index["name"] or "")
                ),
                "columns": [(c["name"], repr(c["type"]), c["nullable"], c["default"]) for c in look.get_columns(table)],
                "references": sorted(
                    (key["name"] or "", key["referred_table"]) for key in look.get_foreign_keys(table)
                ),
            }
            for table in metadata.tables
        }


def test_migrations_make_every_constraint(ledger: Ledger, made_at_once: Store) -> None:
    """Checks, defaults, references and conditions of indexes are the same by migration and at once."""
    assert _details(ledger.store) == _details(made_at_once)


# ---------------------------------------------------------------------------------------------- older ledgers

KNOWN = {"status": "queued", "wanted": "public", "state": "new", "before": None}


def _value(name: str, type_: TypeEngine[Any]) -> Any:
    if name in KNOWN and not isinstance(type_, Integer):
        return KNOWN[name]
    makers: tuple[tuple[type, Any], ...] = (
        (Moment, NOW), (JSON, {"a": [1]}), (Boolean, True), (Integer, 1), (Date, date(2026, 11, 23))
    )  # fmt: skip
    return next((made for kind, made in makers if isinstance(type_, kind)), "x")


def _fill(connection: Connection) -> dict[str, dict[str, Any]]:
    """One row in every table of a ledger of any version, as the database itself keeps it."""
    tables = MetaData()
    tables.reflect(connection, only=lambda name, _: "_words" not in name and name != "alembic_version")
    kept = {}
    for table in tables.sorted_tables:
        today = metadata.tables.get(table.name)
        types = {c.name: today.c[c.name].type if today is not None and c.name in today.c else c.type for c in table.c}
        values = {name: None if name == "same_as" else _value(name, type_) for name, type_ in types.items()}
        plain = Table(table.name, MetaData(), *(c.copy() for c in []))
        for column in table.c:
            plain.append_column(type(column)(column.name, types[column.name]))
        connection.execute(plain.insert().values(values))
        row = connection.execute(text(f'SELECT * FROM "{table.name}"')).mappings().one()
        kept[table.name] = dict(row)
    return kept


@pytest.mark.parametrize("version", migrate.VERSIONS)
def test_every_older_ledger_keeps_its_rows(url: str, version: str) -> None:
    """A ledger of any version comes to today's schema with every value it held."""
    ledger = Ledger(url)
    _to(ledger.store, version)
    with ledger.store.write() as connection:
        before = _fill(connection)
    ledger.migrate(NOW)
    ledger.check()
    with ledger.store.read() as connection:
        for name, row in before.items():
            after = connection.execute(text(f'SELECT * FROM "{name}"')).mappings().one()
            assert {column: after[column] for column in row if column in after} == row
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all() if ledger.store.sqlite else []
    assert (broken, set(before) >= {"deliveries", "events", "posts"}) == ([], True)
    ledger.close()


NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {head!r}


def upgrade() -> None:
    op.add_column("articles", sa.Column("mood", sa.Text(), server_default="calm", nullable=False))
    with op.batch_alter_table("deliveries") as table:
        table.alter_column("occasion", type_=sa.String(200))
"""


@pytest.fixture
def tomorrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The program with one more migration, one that makes a table with references anew."""
    scripts = tmp_path / "100% migrations"
    shutil.copytree(migrate.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "9999_next.py").write_text(NEXT.format(head=migrate.HEAD))
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "SCRIPTS", scripts)
        patch.setattr(migrate, "VERSIONS", (*migrate.VERSIONS, "9999"))
        patch.setattr(migrate, "HEAD", "9999")
        yield patch


def test_an_old_ledger_is_refused_and_migrated(url: str, ledger: Ledger, tomorrow: pytest.MonkeyPatch) -> None:
    """An old schema is told with the command to type; migrating copies first, keeps the rows, and is done once."""
    row = plan(ledger, found(ledger), accounts(ledger, "a")["a"])[0]
    old = migrate.VERSIONS[-2]
    with pytest.raises(StoreError, match=f"old schema {old}; run `syndicator migrate`"):
        ledger.check()
    saved = ledger.migrate(NOW)
    ledger.check()
    assert ledger.migrate(NOW) is None
    with ledger.store.read() as connection:
        assert connection.execute(text("SELECT mood FROM articles")).scalar() == "calm"
    assert ledger.deliveries.get(row.id) == row
    assert [event.verb for event in ledger.attempts.events(row.id)] == ["plan"]
    if ledger.store.sqlite:
        assert saved == f"{ledger.store.path}.{old}.20261123140509"
        with contextlib.closing(sqlite3.connect(saved)) as copy:
            assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [(old,)]
            assert copy.execute("SELECT count(*) FROM deliveries").fetchone() == (1,)
        with ledger.store.read() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    else:
        assert saved is None


def test_a_ledger_of_tomorrow_is_refused_by_all(ledger: Ledger, tomorrow: pytest.MonkeyPatch) -> None:
    """A ledger made by a newer version is neither read nor migrated."""
    ledger.migrate(NOW)
    tomorrow.undo()
    for job in (ledger.check, lambda: ledger.migrate(NOW)):
        with pytest.raises(StoreError, match="made by a newer syndicator \\(schema 9999\\)"):
            job()
    assert migrate.current(ledger.store) == "9999"


BROKEN = [
    ("fails", "    op.execute('SELECT nothing FROM nowhere')\n"),
    ("orphans", "    op.execute('DELETE FROM articles')\n"),
]


@pytest.mark.parametrize("step", [case[1] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_migration_that_fails_changes_nothing(ledger: Ledger, tomorrow: pytest.MonkeyPatch, step: str) -> None:
    """When a step fails, or would leave rows without what they belong to, the ledger stays as it was."""
    plan(ledger, found(ledger), accounts(ledger, "a")["a"])
    script = next(migrate.SCRIPTS.glob("versions/9999*"))
    script.write_text(script.read_text() + step)
    with pytest.raises(StoreError, match="could not be migrated"):
        ledger.migrate(NOW)
    tomorrow.undo()
    ledger.check()
    assert ledger.history.counts() == {"a": {"queued": 1}}
    ledger.accounts.stop("fire", "person:ben", NOW)


def test_a_new_ledger(url: str) -> None:
    """A missing or empty ledger is told with the command that makes it; making it takes no copy."""
    ledger = Ledger(url)
    with pytest.raises(StoreError, match="`syndicator migrate` or `syndicator run` makes it"):
        ledger.check()
    if ledger.store.path:
        assert not ledger.store.path.exists()
        ledger.store.path.write_bytes(b"")
        with pytest.raises(StoreError, match="is empty"):
            ledger.check()
    assert ledger.migrate(NOW) is None
    assert ledger.migrate(NOW) is None
    ledger.check()
    ledger.close()


def test_two_processes_start_at_once(url: str) -> None:
    """Whoever comes second finds the work done."""
    ledgers = [Ledger(url) for _ in range(3)]
    troubles: list[BaseException] = []

    def start(ledger: Ledger) -> None:
        try:
            ledger.migrate(NOW)
            ledger.check()
        except StoreError as error:
            troubles.append(error)

    threads = [threading.Thread(target=start, args=(ledger,)) for ledger in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ledger in ledgers:
        ledger.close()
    assert troubles == []


def test_a_new_ledger_that_another_process_is_beginning(tmp_path: Path) -> None:
    """SQLite does not wait when a file is switched to write-ahead logging; the ledger does, as long as for a writer."""
    file = tmp_path / "ledger.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    hasty, patient = Store(f"sqlite:///{file}", busy_ms=50), Ledger(f"sqlite:///{file}")
    with pytest.raises(StoreError, match="locked"), hasty.read():
        raise AssertionError("the other process has it")
    done = threading.Timer(0.2, other.execute, ["COMMIT"])
    done.start()
    patient.migrate(NOW)
    patient.check()
    done.join()
    for one in (hasty, patient, other):
        one.close()


def test_a_second_copy_in_the_same_second_stops_the_migration(tmp_path: Path, tomorrow: pytest.MonkeyPatch) -> None:
    """Without a copy there is no migration."""
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    old = migrate.VERSIONS[-2]
    _to(ledger.store, old)
    Path(f"{ledger.store.path}.{old}.{NOW + SECOND:%Y%m%d%H%M%S}").write_text("in the way")
    with pytest.raises(StoreError, match="is there already"):
        ledger.migrate(NOW + SECOND)
    with ledger.store.read() as connection:
        assert connection.execute(select(text("version_num")).select_from(text("alembic_version"))).scalar() == old
    ledger.close()
