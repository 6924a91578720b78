"""What a campaign does, drawn from a seed alone: the lives of the daemon, how each ends, and what the networks do.

The moments at which processes run are the machine's, so a seed replays the blows, not their exact places.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from syndicator.sandbox import NETWORKS

Kind = Literal["fork", "exec"]
Blow = Literal["receipt", "stored", "answered", "random"]
Make = tuple[str, Mapping[str, Any], bool]
"""Kind and options of a fault, and whether it meets only the newest stories."""

# Stories that share a mark. A fault that keeps a post from being stored meets only the newest of them, for a row may be
# cleared twice before a person is asked, and here nobody is to be asked.
FRESH = 3
LASTING = 0.03  # of a long campaign


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault of one network in one life; `fresh` ones meet only the newest stories."""

    network: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    fresh: bool = False

    @property
    def name(self) -> str:
        """For the table: what it is and whether the post was stored."""
        if self.kind == "hang":
            late = "stored late" if self.options.get("late") else ""
            return f"hang, {late or ('stored' if self.options.get('after') else 'not stored')}"
        return NAMES[self.kind]


NAMES = {
    "500-before": "500, not stored",
    "500-after": "500, stored",
    "hangup-before": "hang-up, not stored",
    "hangup-after": "hang-up, stored",
    "429": "429",
    "rubbish": "rubbish, stored",
    "empty": "empty answer, not stored",
    "truncated": "answer cut off, stored",
    "drip": "answer dripping, stored",
    "duplicate": "“duplicate”, stored",
    "refused": "connections refused for a whole life",
}


@dataclass(frozen=True, slots=True)
class Life:
    """One life of the daemon: how it starts, which moment of a call to which networks kills it, and after how many
    seconds it is killed otherwise: from its start where the blow is random, else from when it has taken the ledger."""

    number: int
    kind: Kind
    blow: Blow
    aims: Sequence[str]
    seconds: float
    delay: float = 0.0  # between an answer and its kill
    troubles: Sequence[Trouble] = ()


STORED: Sequence[Make] = (
    ("500-after", {}, False),
    ("hangup-after", {}, False),
    ("hang", {"after": True, "seconds": 3}, False),
    ("rubbish", {"after": True}, False),
    ("rubbish", {"after": True, "form": "json"}, False),
    ("truncated", {}, False),
    ("drip", {"interval": 0.05}, False),
    ("duplicate", {"after": True}, False),
)
NOT_STORED: Sequence[Make] = (
    ("500-before", {}, True),
    ("hangup-before", {}, True),
    ("hang", {"seconds": 3}, True),
    ("empty", {}, True),
)
# Where no lock of the network's own is left, a request must be stored before the first look can be over.
LATE: Mapping[str, Sequence[float]] = {
    "x": (0.3, 1.5),
    "facebook_page": (0.3, 1.5),
    "mastodon": (0.3, 1.5, 6.0),
    "bluesky": (0.3, 1.5, 6.0),
}
HASTY = ("x", "mastodon", "bluesky")
MINUTE = Trouble("facebook_page", "429", {"seconds": 60})  # which counts in minutes


@dataclass(frozen=True, slots=True)
class Mix:
    """How often what happens. `execs` are the lives that are a whole `syndicator run`."""

    kills: int
    execs: int
    seconds: tuple[float, float] = (0.4, 1.0)  # a feed is read once a second
    long: float = 0.04  # share of lives that last until time-outs are over
    troubles: Sequence[float] = (0.7, 0.4)  # chances of a first and of a further fault in a life
    lasting: float = 0.0  # share of lives with a fault after which an account may wait for half a minute or more
    blows: Mapping[Blow, int] = field(default_factory=lambda: {"receipt": 3, "stored": 4, "answered": 3, "random": 3})
    networks: Sequence[str] = NETWORKS
    makes: Sequence[Make] = ()  # the faults to choose from; all when empty


def lives(seed: int, mix: Mix) -> Iterator[Life]:
    """The lives of a campaign; the same for the same seed and mix."""
    chance = Random(seed)
    execs = set(chance.sample(range(mix.kills), mix.execs))
    for number in range(mix.kills):
        yield _life(chance, mix, number, "exec" if number in execs else "fork")


def _life(chance: Random, mix: Mix, number: int, kind: Kind) -> Life:
    blow = chance.choices(list(mix.blows), list(mix.blows.values()))[0]
    aims = tuple(chance.sample(list(mix.networks), 2))
    seconds = chance.uniform(*mix.seconds)
    if chance.random() < mix.long:
        seconds += 2.5
    if blow == "random":
        seconds = chance.uniform(0.0, seconds + (1.5 if kind == "exec" else 0.3))
    troubles = [_trouble(chance, mix) for likely in mix.troubles if chance.random() < likely]
    if chance.random() < mix.lasting:
        troubles.append(chance.choice([MINUTE, *(Trouble(name, "refused") for name in mix.networks)]))
    return Life(number, kind, blow, aims, seconds, chance.choice((0.0, 0.002, 0.01)), tuple(troubles))


def _trouble(chance: Random, mix: Mix) -> Trouble:
    network = chance.choice(list(mix.networks))
    if mix.makes:
        return Trouble(network, *chance.choice(list(mix.makes)))
    which = chance.random()
    if which < 0.1:
        return Trouble(chance.choice(HASTY), "429", {"seconds": 1})
    if which < 0.25:
        return Trouble(network, "hang", {"late": True, "seconds": chance.choice(LATE[network])})
    kind, options, fresh = chance.choice(STORED if which < 0.65 else NOT_STORED)
    return Trouble(network, kind, options, fresh)
