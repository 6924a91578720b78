"""How soon a daemon posts after its start when the ledger is long."""

import sys
import threading
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from time import perf_counter

from sqlalchemy import func, select, update

from bench.children import Child, answer, folder
from bench.figures import Figure, middle
from bench.many import many
from bench.ours import store
from bench.rooms import article, loaded, photos, written
from syndicator.compose import Picture
from syndicator.daemon import Daemon
from syndicator.ledger.schema import accounts, deliveries
from syndicator.models import Status
from syndicator.pipeline.plan import plan
from syndicator.room import open_room

TIMES = 5
LOOK = 0.02  # seconds between two looks whether a post has been sent
PATIENCE = 30.0
LEDGER = '[ledger]\nurl = "sqlite:///ledger.db"\n'


def run(quick: bool) -> list[Figure]:
    """Seconds from the daemon's start to the first `sent_at`, and the ledger's opening before it."""
    number, times = (2_500, 3) if quick else (25_000, TIMES)
    with folder() as here, Child("bench.networks") as networks:
        file = written(here, networks.hello, LEDGER)
        names = {name.replace("_", "-"): name for name in networks.hello}
        ledger = many(here / "ledger.db", number, tuple(names))
        with ledger.store.write() as connection:
            for account, platform in names.items():
                connection.execute(update(accounts).where(accounts.c.uid == account).values(platform=platform))
        ledger.close()
        found = []
        for one in range(times):
            _one_due(file, one)
            with Child("bench.restart", str(file)) as child:
                found.append(child.hello)
    first, opened = (middle(one[what] for one in found) for what in ("first", "opened"))
    slowest = max(one["first"] for one in found)
    rows = f"{number * len(names):,} deliveries, median of {times} processes"
    return [
        Figure("restart, first delivery after the start", first, "s", 2, f"{rows}, slowest {slowest:.2f} s"),
        Figure("restart, opening the ledger before it", opened * 1000, "ms", None, rows),
    ]


def _one_due(file: Path, one: int) -> None:
    """One more article, planned for every account and due at once."""
    room = open_room(loaded(file))
    [found] = store(room, [article(one, room.clock())])
    plan(room, found, Picture(found.photos[0], next(photos(1))))
    room.close()


def main() -> None:
    """`python -m bench.restart CONFIG`: with everything imported, a daemon until its first post is sent."""
    config = loaded(Path(sys.argv[1]))
    for account in config.accounts.values():
        import_module(f"syndicator.adapters.{account.platform}").build(account, config.secrets(account))
    began = perf_counter()
    room = open_room(config)
    opened, started = perf_counter() - began, datetime.now(UTC)
    daemon = Daemon(room)
    daemon.start()
    first = select(func.min(deliveries.c.sent_at)).where(
        deliveries.c.status == Status.SENT.value, deliveries.c.changed_at >= started
    )
    sent, end, waiting = None, perf_counter() + PATIENCE, threading.Event()
    while sent is None:
        waiting.wait(LOOK)
        with room.ledger.store.read() as connection:
            sent = connection.execute(first).scalar()
        if perf_counter() > end:
            raise RuntimeError("nothing was sent in time")
    daemon.stop()
    room.close()
    answer({"opened": opened, "first": (sent - started).total_seconds()})


if __name__ == "__main__":
    main()
