"""SQLite's write-ahead log, brought to the disk by us: one sync serves all threads that have committed before it."""

import os
import threading
from pathlib import Path

_sync = getattr(os, "fdatasync", os.fsync)  # macOS has no fdatasync


class Wal:
    """The log of one database whose connections commit without syncing it (`synchronous=NORMAL`).

    With FULL, SQLite syncs the log at the end of each transaction and keeps its only write lock meanwhile, so that
    threads queue up for the disk. Synced here, after the lock was given back, the log is as safe when `sync` returns:
    a transaction is its frames in the log (sqlite.org/wal.html, read 2026-11).
    """

    def __init__(self, database: Path) -> None:
        self._path = Path(f"{database}-wal")
        self._turn = threading.Lock()
        self._count = threading.Lock()
        self._asked = 0
        self._synced = 0

    def sync(self) -> None:
        """Return when all this thread has committed is on the disk. Raises OSError when it may not be."""
        with self._count:
            self._asked += 1
            mine = self._asked
        with self._turn:
            if self._synced >= mine:  # somebody else's sync began after this thread's commit
                return
            asked = self._asked
            self._fdatasync()
            self._synced = asked

    def _fdatasync(self) -> None:
        try:
            log = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return  # its last connection has brought it into the database, synced, and removed it
        try:
            _sync(log)
        finally:
            os.close(log)
