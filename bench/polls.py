"""Idle polls: sources that have not changed, through the daemon, against a plain loop of conditional requests."""

from bench.children import Child, folder
from bench.figures import Figure, middle
from bench.rooms import HEAD

SOURCES = 500
HOSTS = 50  # two at a time each: a hundred side by side
ROUNDS = 7


def run(quick: bool) -> list[Figure]:
    """CPU per poll and polls per second, as ratios to the plain loop."""
    with folder() as here, Child("bench.feeds", str(HOSTS)) as server:
        places = server.hello["places"]
        urls = [f"{places[number % HOSTS]}/{number}.xml" for number in range(SOURCES)]
        file = here / "syndicator.toml"
        table = '[sources.s{}]\nurl = "{}"\nevery = "1s"\nallow_private = true\n'
        file.write_text(HEAD + "".join(table.format(number, url) for number, url in enumerate(urls)))
        with Child("bench.polls_ours", str(file)) as ours, Child("bench.polls_plain", *places, str(SOURCES)) as plain:
            rounds = [(ours.ask(), plain.ask()) for _ in range(3 if quick else ROUNDS)]
        counts = server.ask()
        if counts != {"whole": 2 * SOURCES, "same": 2 * SOURCES * len(rounds)}:
            raise RuntimeError(f"the server saw other requests than were meant: {counts}")
    return [_ratio(rounds, "cpu"), _rate(rounds)]


def _ratio(rounds: list[tuple[dict[str, float], dict[str, float]]], what: str) -> Figure:
    mine, plain = (middle(pair[side][what] for pair in rounds) / SOURCES * 1000 for side in (0, 1))
    ratio = middle(one[what] / other[what] for one, other in rounds)
    return Figure("idle polls, CPU", ratio, "×", 1.5, f"{mine:.3f} against {plain:.3f} ms a poll")


def _rate(rounds: list[tuple[dict[str, float], dict[str, float]]]) -> Figure:
    mine, plain = (SOURCES / middle(pair[side]["wall"] for pair in rounds) for side in (0, 1))
    ratio = middle(other["wall"] / one["wall"] for one, other in rounds)
    return Figure("idle polls, rate", ratio, "×", 0.6, f"{mine:.0f} against {plain:.0f} polls/s", at_least=True)
