"""Trouble under the ledger: full disks, locks, broken files, lost servers, killed processes."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

import syndicator
from syndicator.errors import ConfigError, StoreError
from syndicator.ledger import Ledger
from syndicator.ledger.store import _LOCK_KEY, Store
from tests.ledger.made import NOW, accounts
from tests.services import postgres

SOURCES = str(Path(syndicator.__file__).parents[1])
RENAME = text("UPDATE accounts SET handle = 'half'")


@contextlib.contextmanager
def child(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has said "ready"; it is gone afterwards."""
    environment = {**os.environ, "PYTHONPATH": SOURCES}
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def said(code: str, *arguments: str) -> list[str]:
    """The lines a process prints until its end."""
    with child(code, *arguments) as process:
        assert process.stdout is not None
        return process.stdout.read().splitlines()


def handles(ledger: Ledger) -> set[str]:
    """What all accounts are called on their platform."""
    return {state.handle for state in ledger.accounts.states()}


def one_sentence(error: StoreError, ledger: Store) -> bool:
    """Whether a person can read it: a line that names the ledger."""
    return ledger.name in str(error) and "\n" not in str(error) and len(str(error)) < 500


# ---------------------------------------------------------------------------------------------- addresses


ADDRESSES = [
    ("nothing", "", "no database address"),
    ("words", "user:hunter2@host", "no database address"),
    ("no port", "postgresql+psycopg://desk:hunter2@host:port/news", "no database address"),
    ("another database", "mysql://desk:hunter2@host/news", "mysql is not supported"),
    ("another driver", "postgresql+asyncpg://desk:hunter2@host/news", "asyncpg is not supported"),
    ("memory", "sqlite://", "name a file"),
    ("memory by name", "sqlite:///:memory:", "name a file"),
]


@pytest.mark.parametrize(("address", "expected"), [case[1:] for case in ADDRESSES], ids=[case[0] for case in ADDRESSES])
def test_a_wrong_address_is_refused(address: str, expected: str) -> None:
    """A ledger that cannot be is refused at once, naming the key and never the password."""
    with pytest.raises(ConfigError, match=r"^ledger\.url: ") as caught:
        Store(address)
    assert expected in str(caught.value)
    assert "hunter2" not in repr(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_the_usual_postgresql_address_is_understood() -> None:
    """An address without a driver takes the one that comes with syndicator; its name hides the password."""
    store = Store("postgresql://desk:hunter2@localhost/news")
    assert store.name == "postgresql+psycopg://desk:***@localhost/news"
    assert store.path is None


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    """The message names the ledger and does not tell the password."""
    store = Store("postgresql://desk:hunter2@127.0.0.1:1/news")
    with pytest.raises(StoreError, match="could not be read") as caught, store.read():
        pytest.fail("there is no server")
    assert one_sentence(caught.value, store)
    assert "hunter2" not in str(caught.value)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A file where the folder should be is told at the start."""
    (tmp_path / "var").write_text("")
    with pytest.raises(StoreError, match="folder cannot be made"):
        Store(f"sqlite:///{tmp_path}/var/ledger.db")


# ---------------------------------------------------------------------------------------------- transactions


def test_every_connection_is_careful(tmp_path: Path) -> None:
    """All connections of the pool write ahead, wait for the disk, check references and wait for each other."""
    store = Store(f"sqlite:///{tmp_path}/ledger.db", busy_ms=1234)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(store.read()) for _ in range(12)]
        for name, expected in (
            ("journal_mode", "wal"),
            ("synchronous", 2),
            ("foreign_keys", 1),
            ("busy_timeout", 1234),
        ):
            found = {connection.exec_driver_sql(f"PRAGMA {name}").scalar() for connection in connections}
            assert found == {expected}, name
    store.close()


def test_an_exception_inside_undoes_everything(ledger: Ledger) -> None:
    """Whatever is raised in a transaction, nothing of it stays, and it is raised as it is."""
    accounts(ledger, "a")
    with pytest.raises(ZeroDivisionError), ledger.store.write() as connection:
        assert connection.execute(RENAME).rowcount / 0
    assert handles(ledger) == {""}


def test_a_read_sees_one_moment(ledger: Ledger) -> None:
    """What others write while a read is going on is not seen by it, however many queries it makes."""
    accounts(ledger, "a")
    query = text("SELECT handle FROM accounts")
    with ledger.store.read() as connection:
        before = connection.execute(query).scalar()
        with ledger.store.write() as other:
            other.execute(RENAME)
        assert connection.execute(query).scalar() == before
    assert handles(ledger) == {"half"}


def test_a_writer_that_waits_too_long_is_told(ledger: Ledger, url: str) -> None:
    """A lock held longer than the patience is an error that changes nothing; afterwards all is well."""
    accounts(ledger, "a")
    impatient = Store(url, busy_ms=60)
    with ledger.store.write() as holder:
        holder.execute(text("UPDATE accounts SET paused_by = 'holder'"))
        with pytest.raises(StoreError, match="lock") as caught, impatient.write() as connection:
            connection.execute(RENAME)
    assert one_sentence(caught.value, impatient)
    assert handles(ledger) == {""}
    with impatient.write() as connection:
        connection.execute(RENAME)
    impatient.close()
    assert handles(ledger) == {"half"}


MIDWAY = """
import sys
from sqlalchemy import text
from syndicator.ledger.store import Store
with Store(sys.argv[1]).write() as connection:
    connection.execute(text("UPDATE accounts SET handle = 'half'"))
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_a_process_killed_midway_leaves_nothing(ledger: Ledger, url: str) -> None:
    """kill -9 in the middle of a transaction: nothing of it is there, and nobody waits for the dead."""
    accounts(ledger, "a")
    with child(MIDWAY, url) as process:
        process.kill()
        process.wait()
    assert handles(ledger) == {""}
    ledger.accounts.stop("fire", "person:ben", NOW)
    assert ledger.accounts.stopped() is not None


# ---------------------------------------------------------------------------------------------- one daemon only

HOLDING = """
import sys
from syndicator.ledger.store import Store
store = Store(sys.argv[1])
store.lock()
print("ready", flush=True)
sys.stdin.read()
"""


def test_one_daemon_per_ledger(ledger: Ledger, url: str) -> None:
    """A second process is refused with the holder's number; a killed holder lets go."""
    with child(HOLDING, url) as holder:
        with pytest.raises(StoreError, match="a daemon is already running on") as caught:
            ledger.store.lock()
        assert one_sentence(caught.value, ledger.store)
        assert str(holder.pid) in str(caught.value)
        holder.kill()
        holder.wait()
    _until_free(ledger.store)
    ledger.store.lock()
    ledger.store.unlock()


def _until_free(store: Store) -> None:
    """Wait until PostgreSQL has noticed that its client is dead."""
    with store.write() as connection:
        if not store.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})


def test_unlock_gives_the_lock_back(ledger: Ledger, url: str) -> None:
    """The lock can be taken twice by one store; given back, another one takes it, though the pool lives on."""
    ledger.store.lock()
    ledger.store.lock()
    other = Store(url)
    with pytest.raises(StoreError, match=str(os.getpid())):
        other.lock()
    ledger.store.unlock()
    other.lock()
    with pytest.raises(StoreError, match="already running"):
        ledger.store.lock()
    other.close()
    ledger.store.lock()
    ledger.store.unlock()
    ledger.store.unlock()
    assert ledger.accounts.heartbeat() is None


# ---------------------------------------------------------------------------------------------- SQLite's disk

FULL = """
import resource, sys
from syndicator.errors import StoreError
from syndicator.ledger import Ledger
from tests.ledger.made import NOW
ledger = Ledger(sys.argv[1])
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
print("ready", flush=True)

def pair(number):
    with ledger.store.write() as connection:
        for side in ("left", "right"):
            connection.exec_driver_sql(
                "INSERT INTO incidents (kind, subject, since, detail) VALUES (?, ?, '2026-11-23T14:05:09.123Z', ?)",
                (side, str(number), "x" * 20_000),
            )

done = 0
try:
    for done in range(100):
        pair(done)
except StoreError as error:
    print(error)
print(done)
print(ledger.accounts.stopped())
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
pair("again")
print(len(ledger.accounts.open_incidents()))
"""


def test_a_full_disk(tmp_path: Path) -> None:
    """A write that finds no room is an error and leaves nothing; reading goes on, and writing when there is room."""
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    ledger.migrate(NOW)
    message, done, read, rows = said(FULL, f"sqlite:///{tmp_path}/ledger.db")
    assert message.startswith(f"the ledger {tmp_path}/ledger.db could not be written: ")
    assert (0 < int(done) < 99, read, int(rows)) == (True, "None", 2 * int(done) + 2)
    with ledger.store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    ledger.close()


FORBIDDEN = """
import os, sys
from syndicator.errors import StoreError
from syndicator.ledger import Ledger
from tests.ledger.made import NOW
if os.geteuid() == 0:
    os.setgroups([])
    os.setuid(65534)
print("ready", flush=True)
ledger = Ledger(sys.argv[1])
for job in (lambda: ledger.accounts.stop("fire", "person:ben", NOW), ledger.store.lock):
    try:
        job()
    except StoreError as error:
        print(error)
"""


def test_a_ledger_of_somebody_else(tmp_path: Path) -> None:
    """A ledger this user may not write is told in words, not by a traceback."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        ledger = Ledger(f"sqlite:///{folder}/ledger.db")
        ledger.migrate(NOW)
        ledger.close()
        (folder / "ledger.db").chmod(0o444)
        folder.chmod(0o555)
        written, locked = said(FORBIDDEN, f"sqlite:///{folder}/ledger.db")
        folder.chmod(0o755)
    assert f"the ledger {folder}/ledger.db could not be written: " in written
    assert locked == f"the lock file {folder}/ledger.db.lock cannot be opened: Permission denied"


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is no database. " * 1000)


def _damage(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))


@pytest.mark.parametrize("spoil", [_garbage, _damage])
def test_a_broken_file(tmp_path: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    """A broken file is told, by reading, writing and the start; with the file from the copy all is well."""
    path = tmp_path / "ledger.db"
    ledger = Ledger(f"sqlite:///{path}")
    ledger.migrate(NOW)
    ledger.copy(tmp_path / "copy")
    ledger.close()
    spoil(path)
    for job in (ledger.check, ledger.accounts.states, lambda: ledger.accounts.stop("fire", "person:ben", NOW)):
        with pytest.raises(StoreError) as caught:
            job()
        assert one_sentence(caught.value, ledger.store)
    ledger.close()
    shutil.copy(tmp_path / "copy", path)
    ledger.check()
    assert ledger.accounts.stop("fire", "person:ben", NOW).reason == "fire"
    ledger.close()


def test_another_program_holding_the_file(tmp_path: Path) -> None:
    """While another program writes, reading goes on and a writer is told after its patience."""
    path = tmp_path / "ledger.db"
    ledger = Ledger(f"sqlite:///{path}")
    ledger.migrate(NOW)
    store = Store(f"sqlite:///{path}", busy_ms=40)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert ledger.accounts.stopped() is None
        with pytest.raises(StoreError, match="database is locked"), store.write():
            pytest.fail("the lock is taken")
    with store.write() as connection:
        assert connection.in_transaction()
    store.close()
    ledger.close()


# ---------------------------------------------------------------------------------------------- PostgreSQL's server


@pytest.fixture
def stoppable() -> Iterator[tuple[str, contextlib.AbstractContextManager[None]]]:
    """The address of a server that is not running, and a way to run it as often as wanted."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    how = {"cwd": folder, "env": environment, **postgres._identity(folder)}
    try:
        postgres._initialise(postgres.programs(), folder, how)
        yield postgres.Server(folder).url(), lambda: postgres._running(postgres.programs(), folder, how)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _cut(store: Store, server: contextlib.ExitStack) -> None:
    with store.write() as connection:
        connection.execute(RENAME)
        server.close()
        connection.execute(RENAME)


def test_a_lost_server(stoppable) -> None:  # type: ignore[no-untyped-def]
    """A server that goes away midway leaves nothing half-recorded; when it is back, work goes on without a restart."""
    url, running = stoppable
    ledger = Ledger(url)
    with contextlib.ExitStack() as server:
        server.enter_context(running())
        ledger.migrate(NOW)
        accounts(ledger, "a")
        with pytest.raises(StoreError) as midway:
            _cut(ledger.store, server)
    with pytest.raises(StoreError) as gone:
        ledger.accounts.stop("fire", "person:ben", NOW)
    assert one_sentence(midway.value, ledger.store)
    assert one_sentence(gone.value, ledger.store)
    with running():
        assert handles(ledger) == {""}
        assert ledger.accounts.stopped() is None
        assert ledger.accounts.stop("fire", "person:ben", NOW).reason == "fire"
        ledger.close()
