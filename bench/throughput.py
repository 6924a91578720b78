"""Posts per second over four accounts at once, against four threads with the plain libraries."""

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.children import Child, answer, folder
from bench.figures import Figure, middle
from bench.rooms import SteppingClock, loaded, written
from syndicator import adapters, pipeline, policy
from syndicator.models import Delivery, Status
from syndicator.room import open_room, utc_now

ROUNDS = 5
WARM = 5  # posts of each account that are not counted: connections, log-ins, first imports


def run(quick: bool) -> list[Figure]:
    """Posts per second on the wall, as a ratio to the plain threads; the two take turns."""
    per_round = 10 if quick else 40
    number = ROUNDS * per_round + WARM
    with folder() as here, Child("bench.networks") as ours_net, Child("bench.networks") as plain_net:
        file = written(here, ours_net.hello)
        with Child("bench.throughput", "ours", str(file), str(number)) as ours:
            posts, places = here / "posts.json", here / "places.json"
            posts.write_text(json.dumps(ours.hello["posts"]))
            places.write_text(json.dumps(plain_net.hello))
            with Child("bench.throughput", "plain", str(posts), str(places)) as plain:
                for side in (ours, plain):
                    side.ask(number=WARM)
                rounds = [[side.ask(number=per_round)["wall"] for side in (ours, plain)] for _ in range(ROUNDS)]
        for counts in (ours_net.ask(), plain_net.ask()):
            if any(count != number for count in counts.values()):
                raise RuntimeError(f"{number} posts were sent to each network, there are {counts}")
    sent = per_round * len(ours_net.hello)
    mine, other = (sent / middle(pair[side] for pair in rounds) for side in (0, 1))
    ratio = middle(pair[1] / pair[0] for pair in rounds)
    raw = f"{mine:.0f} against {other:.0f} posts/s"
    return [Figure("throughput of four accounts", ratio, "×", 0.6, raw, at_least=True)]


def no_gaps() -> None:
    """From now on this process keeps no distance between two posts, which would be measured instead: neither a
    platform's least one, nor what spreads posts when a platform's limit is nearly used up.
    """
    vars(policy)["SCARCE"] = -1.0
    for name in adapters.PLATFORMS:
        module: Any = import_module(f"syndicator.adapters.{name}")
        module.FEATURES = replace(module.FEATURES, min_gap=timedelta(0))


def together(accounts: list[str], number: int, send: Callable[[str], None]) -> dict[str, float]:
    """Send so many posts of each account, a thread each; seconds on the wall until the last one is through."""

    def all_of(account: str) -> None:
        for _ in range(number):
            send(account)

    started = perf_counter()
    with ThreadPoolExecutor(len(accounts)) as threads:
        list(threads.map(all_of, accounts))  # raises what a thread raised
    return {"wall": perf_counter() - started}


def _ours(file: str, number: str) -> None:
    from bench.ours import planned, texts

    no_gaps()
    clock = SteppingClock()
    room = open_room(loaded(Path(file)), clock=clock, migrate=True)
    planned(room, clock, int(number))
    room.clock = utc_now

    def send(account: str) -> None:
        done = pipeline.deliver_next(room, room.accounts[account])
        if not isinstance(done, Delivery) or done.status is not Status.SENT:
            raise RuntimeError(f"not sent: {done}")

    answer({"posts": texts(room)}, lambda number: together(list(room.accounts), number, send))
    room.close()


def _plain(posts: str, places: str) -> None:
    from bench.plain import WAYS

    found, where = (json.loads(Path(name).read_text()) for name in (posts, places))
    ways = {account: WAYS[account](where[account.replace("-", "_")]) for account in found}
    waiting = {account: iter(rows) for account, rows in found.items()}

    def send(account: str) -> None:
        ways[account](next(waiting[account]))

    answer({"ready": True}, lambda number: together(list(ways), number, send))


def main() -> None:
    """`python -m bench.throughput ours CONFIG ARTICLES` or `plain POSTS PLACES`: send when asked to."""
    {"ours": _ours, "plain": _plain}[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main()
