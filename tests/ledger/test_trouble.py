"""Trouble under the ledger: full disks, forbidden and broken files, lost servers. Nothing is half-recorded."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from syndicator.errors import StoreError
from syndicator.ledger import Ledger
from syndicator.ledger.store import Store
from tests.ledger.made import NOW, accounts
from tests.ledger.processes import handles, one_sentence, said
from tests.services import postgres

RENAME = text("UPDATE accounts SET handle = 'half'")


# ---------------------------------------------------------------------------------------------- SQLite's disk

FULL = """
import resource, sys
from syndicator.errors import StoreError
from syndicator.ledger import Ledger
from tests.ledger.made import NOW
ledger = Ledger(sys.argv[1])
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
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
        yield postgres.Server(folder).url(), lambda: postgres.running(postgres.programs(), folder, how)
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
