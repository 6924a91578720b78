"""The polling process, ours: a whole daemon, whose clock jumps to the next poll of all its sources."""

import os
import signal
import sqlite3
import sys
import threading
from pathlib import Path
from time import perf_counter, process_time

from bench.children import answer, megabytes
from bench.rooms import SteppingClock, loaded
from syndicator.daemon import Daemon
from syndicator.room import open_room

LOOK = 0.005  # seconds between two looks whether all polls are stored
PATIENCE = 60.0
FIRST = 5  # times the patience for the first round, which fills the ledger


def main() -> None:
    """`python -m bench.polls_ours CONFIG`: one round of polls for each question."""
    clock = SteppingClock()
    room = open_room(loaded(Path(sys.argv[1])), clock=clock, migrate=True)
    ledger = sqlite3.connect(str(room.ledger.store.path), isolation_level=None, check_same_thread=False)
    first = f"SELECT count(*) < {len(room.config.sources)} FROM sources"
    later = "SELECT 1 FROM sources WHERE last_success < ? LIMIT 1"
    daemon, waiting = Daemon(room), threading.Event()

    def stored() -> bool:
        when = clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return ledger.execute(later, (when,)).fetchone() is None and ledger.execute(first).fetchone() == (0,)

    def all_stored(patience: float = PATIENCE) -> None:
        end = perf_counter() + patience
        while daemon.asking or not stored():  # the ledger is asked once the daemon says so: questions take time
            waiting.wait(LOOK)
            if perf_counter() > end:
                raise RuntimeError("the polls were not stored in time")

    def one_round() -> dict[str, float]:
        clock.step(seconds=61)
        started, at = process_time(), perf_counter()
        daemon.tick()
        all_stored()
        return {"cpu": process_time() - started, "wall": perf_counter() - at, "memory": megabytes()["VmRSS"]}

    def answer_all() -> None:
        try:
            all_stored(PATIENCE * FIRST)
            answer({"ready": True}, one_round)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=answer_all).start()
    daemon.run()
    room.close()


if __name__ == "__main__":
    main()
