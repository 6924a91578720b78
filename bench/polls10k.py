"""Ten thousand feeds on one machine, through the daemon, against a plain loop of conditional requests."""

from typing import Any

from bench.children import Child, folder
from bench.figures import Figure, middle
from bench.rooms import HEAD

SOURCES = 10_000
HOSTS = 1000  # two at a time each, a hundred side by side in all
ROUNDS = 9
SHARE = 100  # every hundredth feed has a new story

Round = dict[str, dict[str, Any]]


def run(quick: bool) -> list[Figure]:
    """CPU and rate as ratios to the plain loop: rounds in which nothing changes, and those in which 1 % does."""
    with folder() as here, Child("bench.feeds", str(HOSTS), str(SHARE)) as server:
        places = server.hello["places"]
        file = here / "syndicator.toml"
        table = '[sources.s{}]\nurl = "{}/{}.xml"\nevery = "1s"\npage = false\nallow_private = true\n'
        file.write_text(HEAD + "".join(table.format(n, places[n % HOSTS], n) for n in range(SOURCES)))
        with Child("bench.polls_ours", str(file)) as ours, Child("bench.polls_plain", *places, str(SOURCES)) as plain:
            rounds = [_round(server, ours, plain) for _ in range(2 if quick else ROUNDS)]
        counts = server.ask()
        fresh = len(rounds) * SOURCES // SHARE
        if counts != {"whole": 2 * (SOURCES + fresh), "same": 2 * (2 * SOURCES * len(rounds) - fresh)}:
            raise RuntimeError(f"the server saw other requests than were meant: {counts}")
    memory = max(one["fresh"]["ours"]["memory"] for one in rounds)
    return [
        _cpu(rounds),
        _rate(rounds, "same", "nothing new"),
        _rate(rounds, "fresh", "1 % new"),
        Figure("10,000 feeds, memory of the daemon", memory, "MB", 300, f"after {2 * len(rounds) + 1} rounds"),
    ]


def _round(server: Child, ours: Child, plain: Child) -> dict[str, Round]:
    same = {"ours": ours.ask(), "plain": plain.ask()}
    server.ask(turn=True)
    return {"same": same, "fresh": {"ours": ours.ask(), "plain": plain.ask()}}


def _cpu(rounds: list[dict[str, Round]]) -> Figure:
    mine, plain = (middle(one["same"][who]["cpu"] for one in rounds) / SOURCES * 1000 for who in ("ours", "plain"))
    ratio = middle(one["same"]["ours"]["cpu"] / one["same"]["plain"]["cpu"] for one in rounds)
    return Figure(
        "10,000 feeds, CPU of an unchanged poll", ratio, "×", 1.5, f"{mine:.3f} against {plain:.3f} ms a poll"
    )


def _rate(rounds: list[dict[str, Round]], kind: str, words: str) -> Figure:
    mine, plain = (SOURCES / middle(one[kind][who]["wall"] for one in rounds) for who in ("ours", "plain"))
    ratio = middle(one[kind]["plain"]["wall"] / one[kind]["ours"]["wall"] for one in rounds)
    raw = f"{mine:.0f} against {plain:.0f} polls/s"
    return Figure(f"10,000 feeds, rate, {words}", ratio, "×", 0.7, raw, at_least=True)
