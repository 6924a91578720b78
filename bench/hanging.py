"""One account whose every call hangs: how late the other three are."""

import json
import threading
import urllib.request
from datetime import timedelta
from math import ceil
from time import perf_counter
from typing import Any

from sqlalchemy import func, select, update

from bench.children import Child, folder
from bench.figures import Figure
from bench.ours import planned
from bench.rooms import SteppingClock, loaded, written
from bench.throughput import no_gaps
from syndicator.daemon import Daemon
from syndicator.ledger.schema import deliveries
from syndicator.models import Status
from syndicator.room import Room, open_room, utc_now

HANGS, NETWORK = "x", "x"  # the account and its network
SECONDS = 30  # how long each of its calls hangs
AHEAD = timedelta(seconds=5)  # from the daemon's start to the first due time: imports are no delay of a post
SPREAD = timedelta(seconds=30)  # over which each account's posts fall due
PATIENCE = 60.0
MOST_CALLS = 5  # of an account that waits for each; more would mean that they did not hang

Delays = list[float]


def run(quick: bool) -> list[Figure]:
    """Seconds from due to sent on the three accounts that answer: the latest post and the 99th percentile."""
    number = 50 if quick else 250
    no_gaps()
    with folder() as here, Child("bench.networks") as networks:
        file, clock = written(here, networks.hello), SteppingClock()
        place = networks.hello[NETWORK]["url"]
        _control(place, "faults", {"kind": "hang", "on": "any", "times": -1, "seconds": SECONDS})
        room = open_room(loaded(file), clock=clock, migrate=True)
        planned(room, clock, number)
        room.clock = utc_now
        delays = _delays(room, number)
        room.close()
        hung = len(_control(place, "requests"))
        if networks.ask()[NETWORK] or not 1 <= hung <= MOST_CALLS:
            raise RuntimeError(f"the account that should hang did not: {hung} calls")
    ordered = sorted(delays)
    raw = f"{len(delays)} posts due within {SPREAD.seconds} s on three accounts; {hung} calls of the fourth hung"
    return [
        Figure("one account hangs: latest post of the others", ordered[-1], "s", 2, raw),
        Figure("one account hangs: 99 % of the others within", ordered[ceil(len(ordered) * 0.99) - 1], "s", 2, raw),
    ]


def _control(place: str, what: str, body: dict[str, Any] | None = None) -> Any:
    """Ask something of a sandbox's network, or tell it."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{place}/_sandbox/{what}", data)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def _delays(room: Room, number: int) -> Delays:
    """A daemon's, until the three accounts that answer have sent all."""
    others = [account.uid for account in room.accounts.values() if account.name != HANGS]
    wanted = (deliveries.c.account.in_(others)) & (deliveries.c.status == Status.SENT.value)
    _spread(room, number)
    daemon, waiting, end = Daemon(room), threading.Event(), perf_counter() + PATIENCE
    daemon.start()
    try:
        sent = 0
        while sent < number * len(others):
            waiting.wait(0.5)
            with room.ledger.store.read() as connection:
                sent = connection.execute(select(func.count()).where(wanted)).scalar_one()
            if perf_counter() > end:
                raise RuntimeError(f"only {sent} of {number * len(others)} posts were sent in time")
    finally:
        daemon.stop()
    with room.ledger.store.read() as connection:
        rows = connection.execute(select(deliveries.c.sent_at, deliveries.c.due).where(wanted)).all()
    return [(row.sent_at - row.due).total_seconds() for row in rows]


def _spread(room: Room, number: int) -> None:
    """Let the posts of each account fall due one after the other, in the order they were planned."""
    start = room.clock() + AHEAD
    with room.ledger.store.write() as connection:
        for account in room.accounts.values():
            mine = select(deliveries.c.id).where(deliveries.c.account == account.uid).order_by(deliveries.c.id)
            for place, row in enumerate(connection.execute(mine).scalars().all()):
                due = start + SPREAD * place / number
                connection.execute(update(deliveries).where(deliveries.c.id == row).values(due=due))
