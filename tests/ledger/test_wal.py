"""What is said to be on the disk is on the disk, and threads that write at once share the disk's time."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from syndicator.errors import StoreError
from syndicator.ledger import wal
from syndicator.ledger.store import Store, Sync

THREADS = 8


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A database with one small table."""
    found = Store(f"sqlite:///{tmp_path / 'ledger.db'}")
    with found.write() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
    return found


class Disk:
    """Counts the syncs of a log, and makes the first wait until everybody has committed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.syncs = 0
        self.committed = threading.Semaphore(0)
        monkeypatch.setattr(wal, "_sync", self.sync)

    def sync(self, log: int) -> None:
        """As the real one, once all threads have committed."""
        if not self.syncs:
            for _ in range(THREADS):
                assert self.committed.acquire(timeout=10)
        self.syncs += 1
        os.fsync(log)


def insert(store: Store, number: int, sync: Sync) -> None:
    """One row, in a transaction of its own."""
    with store.write(sync) as connection:
        connection.execute(text("INSERT INTO t VALUES (:n)"), {"n": number})


def test_threads_share_a_sync(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight threads that commit while the disk is busy wait for two syncs, not for eight, and all rows are there."""
    disk = Disk(monkeypatch)
    monkeypatch.setattr(store._wal, "sync", lambda sync=store._wal.sync: (disk.committed.release(), sync()))
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda number: insert(store, number, "shared"), range(THREADS)))
    assert 1 <= disk.syncs <= 2
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM t")).scalar() == THREADS


def test_a_sync_that_fails_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that does not take the log is an error for who wrote, and the next one asks the disk again."""
    asked: list[int] = []

    def broken(log: int) -> None:
        asked.append(log)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(wal, "_sync", broken)
    for number in range(2):
        with pytest.raises(StoreError, match=r"could not be synced: .*Input/output error"):
            insert(store, number, "shared")
    assert len(asked) == 2


@pytest.mark.parametrize(("sync", "level"), [("own", 2), ("shared", 1), ("later", 1)])
def test_who_syncs(store: Store, monkeypatch: pytest.MonkeyPatch, sync: Sync, level: int) -> None:
    """SQLite syncs a transaction of its own (FULL is 2); a shared one is synced by us, a later one by the next."""
    asked: list[int] = []
    monkeypatch.setattr(wal, "_sync", asked.append)
    insert(store, 0, "later")  # the connection had another level before
    asked.clear()
    with store.write(sync) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == level
    assert len(asked) == (sync == "shared")


def test_a_log_that_is_gone_was_brought_home(store: Store) -> None:
    """The last connection of a database removes its log after syncing it: nothing is left to do."""
    insert(store, 1, "later")
    store.engine.dispose()
    assert not Path(f"{store.path}-wal").exists()
    assert store._wal is not None
    store._wal.sync()
    with store.read() as connection:
        assert connection.execute(text("SELECT n FROM t")).scalars().all() == [1]


def test_a_writer_waits_for_its_turn_without_sleeping(store: Store) -> None:
    """Threads that write at the same moment hand the write lock on; none of them meets SQLite's busy error."""
    store._busy_ms = 0
    store.engine.dispose()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda number: insert(store, number, "own"), range(64)))
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM t")).scalar() == 64
