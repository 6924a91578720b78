"""CPU from the claim to SENT, against a plain loop with the same four libraries, the same texts and the same photos."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench.children import Child, folder
from bench.figures import Figure, middle
from bench.rooms import written

ROUNDS = 4
BLOCK = 10  # posts of one side before the other goes on
WARM = 5  # posts of each side that are not counted: connections, log-ins, first imports


def run(quick: bool) -> list[Figure]:
    """Ratios in all and per network, and what planning costs."""
    per_round = 20 if quick else 50
    with folder() as here, Child("bench.networks") as ours_net, Child("bench.networks") as plain_net:
        number = ROUNDS * per_round + WARM
        file = written(here, ours_net.hello)
        with Child("bench.ours", str(file), str(number)) as ours:
            posts = ours.hello["posts"]
            with Child("bench.plain", *_files(here, posts, plain_net.hello)) as plain:
                rounds = _rounds(ours, plain, list(posts), per_round)
        _all_there(ours_net, plain_net, number)
    return [*_figures(rounds, per_round), _planning(ours.hello["planning"], number * len(posts))]


def _files(here: Path, posts: dict[str, Any], places: dict[str, Any]) -> list[str]:
    names = []
    for name, value in (("posts", posts), ("places", places)):
        file = here / f"{name}.json"
        file.write_text(json.dumps(value))
        names.append(str(file))
    return names


def _rounds(ours: Child, plain: Child, accounts: list[str], per_round: int) -> list[dict[str, list[float]]]:
    """Seconds of CPU per round and account: ours, plain."""
    for account in accounts:
        for side in (ours, plain):
            side.ask(account=account, number=WARM)
    rounds = []
    for _ in range(ROUNDS):
        spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for account in accounts * (per_round // BLOCK):
            for place, side in enumerate((ours, plain)):
                spent[account][place] += side.ask(account=account, number=BLOCK)["cpu"]
        rounds.append(dict(spent))
    return rounds


def _all_there(ours: Child, plain: Child, number: int) -> None:
    """A bench that lost posts on the way measures nothing."""
    for counts in (ours.ask(), plain.ask()):
        if any(count != number for count in counts.values()):
            raise RuntimeError(f"{number} posts were sent to each network, there are {counts}")


def _figures(rounds: list[dict[str, list[float]]], per_round: int) -> list[Figure]:
    found = []
    for account in ("all", *rounds[0]):
        sums = [[sum(spent[a][side] for a in spent if account in {"all", a}) for side in (0, 1)] for spent in rounds]
        posts = per_round * (len(rounds[0]) if account == "all" else 1)
        mine, plain = (middle(row[side] for row in sums) / posts * 1000 for side in (0, 1))
        raw = f"{mine:.2f} against {plain:.2f} ms a post"
        aim = 1.5 if account == "all" else None
        name = f"CPU from claim to SENT, {'four networks' if account == 'all' else account}"
        found.append(Figure(name, middle(row[0] / row[1] for row in sums), "×", aim, raw))
    return found


def _planning(seconds: float, posts: int) -> Figure:
    return Figure("planning: render, fit, store", seconds / posts * 1000, "ms a post", None, f"CPU of {posts} posts")
