"""What came of a campaign: counted from the feed's links and from what the networks hold, then written as a table."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from syndicator.sandbox import NETWORKS


@dataclass(frozen=True, slots=True)
class Held:
    """What one network holds of the stories that were due there."""

    due: int
    public: int
    lost: int
    doubled: int
    person: int  # not public, and the ledger says that a person is asked


@dataclass(slots=True)
class Tally:
    """A campaign in numbers."""

    seed: int
    way: str = ""
    kills: Counter[str] = field(default_factory=Counter)  # by how the life had started
    blows: Counter[str] = field(default_factory=Counter)  # by the moment that killed
    caught: int = 0  # kills that found a row SENDING after go
    caught_stored: int = 0  # of these, with the post stored
    rows_caught: int = 0
    respites: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    networks: dict[str, Held] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def lost(self) -> int:
        """Stories that are not on a network, and nobody is told."""
        return sum(held.lost for held in self.networks.values())

    @property
    def doubled(self) -> int:
        """Stories that a network holds more than once."""
        return sum(held.doubled for held in self.networks.values())

    @property
    def kept(self) -> bool:
        """Whether the promise held: nothing lost, nothing doubled."""
        return not self.lost and not self.doubled


def held(links: Sequence[str], public: Counter[str], asked: set[str]) -> Held:
    """Count one network; `asked` are the links about which a person is asked."""
    missing = [link for link in links if not public[link]]
    person = sum(link in asked for link in missing)
    doubled = sum(public[link] > 1 for link in links)
    return Held(len(links), len(links) - len(missing) - doubled, len(missing) - person, doubled, person)


# ---------------------------------------------------------------------------------------------- the table


def table(tallies: Sequence[Tally]) -> str:
    """The campaigns side by side in Markdown, and what they leave out."""
    rows = [("", *(NAMES[tally.way] for tally in tallies)), ("---", *("---:" for _ in tallies))]
    rows += [(name, *(value(tally) for tally in tallies)) for name, value in LINES]
    for network in NETWORKS:
        rows += [(f"{network}: {name}", *(pick(tally.networks[network]) for tally in tallies)) for name, pick in COUNTS]
    kinds = sorted({kind for tally in tallies for kind in tally.faults})
    rows += [(f"fault: {kind}", *(str(tally.faults[kind]) for tally in tallies)) for kind in kinds]
    return "\n".join([*(f"| {' | '.join(row)} |" for row in rows), "", *NOTES])


NAMES = {
    "": "syndicator",
    "retries": "its twin that retries on any failure",
    "claim-after": "claim recorded after the request",
    "unknown-is-unavailable": "unknown taken for unavailable",
    "finds-nothing": "looks that find nothing",
}
LINES: Sequence[tuple[str, Callable[[Tally], str]]] = (
    ("seed", lambda t: str(t.seed)),
    ("seconds", lambda t: f"{t.seconds:.0f}"),
    ("kills of a whole `syndicator run`", lambda t: str(t.kills["exec"])),
    ("kills of a forked daemon", lambda t: str(t.kills["fork"])),
    ("killed when a network had received the post", lambda t: str(t.blows["receipt"])),
    ("killed when it had stored it, before its answer", lambda t: str(t.blows["stored"])),
    ("killed when it had answered", lambda t: str(t.blows["answered"])),
    ("killed at random", lambda t: str(t.blows["random"])),
    ("kills that found a row SENDING after `go`", lambda t: str(t.caught)),
    ("… with its post stored", lambda t: str(t.caught_stored)),
    ("rows found so", lambda t: str(t.rows_caught)),
    ("lives left in peace", lambda t: str(t.respites)),
    ("left UNCONFIRMED", lambda t: str(t.statuses["unconfirmed"])),
    ("**lost**", lambda t: f"**{t.lost}**"),
    ("**doubled**", lambda t: f"**{t.doubled}**"),
)
NOTES = (
    "Forked daemons leave no gap between two posts (`min_gap` 0) and no network counts calls, to save hours.",
    "X and Facebook take the same post twice here: their own check against duplicates is not promised.",
)
COUNTS: Sequence[tuple[str, Callable[[Held], str]]] = (
    ("posts due", lambda h: str(h.due)),
    ("public once", lambda h: str(h.public)),
    ("lost", lambda h: str(h.lost)),
    ("doubled", lambda h: str(h.doubled)),
    ("waiting for a person", lambda h: str(h.person)),
)
