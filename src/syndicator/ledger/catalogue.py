"""A catalogue of every post in memory, so that counts over a million rows take milliseconds.

The bits of an integer are articles: bit 7 of `status["sent"]` is set when article 7's post is sent. One layer holds the
posts of one account and occasion, of which there is at most one for each article. Sets are then joined by `&` and `|`
and counted by `bit_count`, whatever is asked, and writers of the ledger pay nothing for it.
"""

import heapq
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

BLOCK = 4096  # articles whose times are judged together
NEVER = -(2**31)  # the lag of a post that was not sent
NONE = "none"  # the state of a story that got no post
NO_POST = ("", NONE)  # its layer
_FULL = b"\xff" * (BLOCK // 8)
_EMPTY = bytes(BLOCK // 8)
_SET, _UNSET = ord("1"), ord("0")

Place = tuple[int, int]
"""A moment in milliseconds since 1970 and a number: of a delivery, or minus the article's for a story without one."""


def bits(numbers: Iterable[int], size: int) -> int:
    """The integer with these bits set, all below `size`."""
    flags = bytearray(b"0") * max(size, 1)
    for number in numbers:
        flags[number] = _SET
    return int(flags[::-1], 2)


@dataclass(slots=True)
class Layer:
    """The posts of one account and occasion; arrays have an item for each article's number."""

    account: str
    at: "array[int]" = field(default_factory=lambda: array("q"))  # when it was sent, else changed; 0: no post
    number: "array[int]" = field(default_factory=lambda: array("q"))  # of the delivery
    lag: "array[int]" = field(default_factory=lambda: array("i"))  # seconds from publication to the network
    present: int = 0
    status: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    low: list[int] = field(default_factory=list)  # bounds of `at` in each block
    high: list[int] = field(default_factory=list)

    def grow(self, size: int) -> None:
        """Make room for articles below `size`, and whole blocks of them."""
        blocks = -(-size // BLOCK)
        missing = blocks * BLOCK - len(self.at)
        if missing > 0:
            self.at.frombytes(bytes(8 * missing))
            self.number.frombytes(bytes(8 * missing))
            self.lag.extend([NEVER] * missing)
            self.low += [2**62] * (blocks - len(self.low))
            self.high += [0] * (blocks - len(self.high))

    def bound(self) -> None:
        """Find the bounds of all blocks, after many rows were written straight into the arrays."""
        for block in range(len(self.low)):
            there = [at for at in self.at[block * BLOCK : (block + 1) * BLOCK] if at]
            self.low[block], self.high[block] = (min(there), max(there)) if there else (2**62, 0)

    def put(self, article: int, number: int, status: str, at: int, lag: int) -> None:
        """Note the state of an article's post."""
        self.grow(article + 1)
        if not self.status.get(status, 0) >> article & 1:
            self.take(article)
            self.present |= 1 << article
            self.status[status] = self.status.get(status, 0) | 1 << article
        self.at[article], self.number[article], self.lag[article] = at, number, lag
        block = article // BLOCK
        # A bound may be too wide, never too narrow: then single times are looked at.
        self.low[block], self.high[block] = min(self.low[block], at), max(self.high[block], at)

    def take(self, article: int) -> None:
        """Forget an article's post and its state."""
        if self.present >> article & 1:
            self.present ^= 1 << article
            self.at[article] = 0
            for name in [name for name, found in self.status.items() if found >> article & 1]:
                self.status[name] ^= 1 << article

    def within(self, since: int, until: int) -> int:
        """The articles whose posts' time is since ≤ time < until, in milliseconds."""
        return int.from_bytes(b"".join(self._chunks(max(since, 1), until)), "little")

    def _chunks(self, since: int, until: int) -> Iterator[bytes]:
        for block, (low, high) in enumerate(zip(self.low, self.high, strict=True)):
            if high < since or low >= until:
                yield _EMPTY
            elif since <= low and high < until:
                yield _FULL
            else:
                times = self.at[block * BLOCK : (block + 1) * BLOCK]
                flags = bytes(_SET if since <= at < until else _UNSET for at in times)
                yield int(flags[::-1], 2).to_bytes(BLOCK // 8, "little")


@dataclass(slots=True)
class Catalogue:
    """All layers, and which articles are of a section or source."""

    layers: dict[tuple[str, str], Layer] = field(default_factory=dict)  # by account's uid and occasion
    sections: dict[str, int] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    size: int = 1  # one more than the highest article

    def layer(self, account: str, occasion: str) -> Layer:
        """The layer of an account and occasion, new where there is none."""
        key = account, occasion
        if key not in self.layers:
            self.layers[key] = Layer(account)
        return self.layers[key]


def label(sets: dict[str, int], article: int, names: Iterable[str]) -> None:
    """Say of which sections or sources an article is, and of no others."""
    for name in set(names) ^ {name for name, found in sets.items() if found >> article & 1}:
        sets[name] = sets.get(name, 0) ^ 1 << article


def newest(found: Iterable[tuple[Layer, int]], before: Place | None, limit: int) -> list[Place]:
    """The newest posts of these articles in these layers, newest first, all of them older than `before`."""
    layers = list(found)
    stop = before or (2**62, 0)
    blocks = [(high, place, block) for place, (layer, _) in enumerate(layers) for block, high in enumerate(layer.high)]
    best: list[Place] = []
    for high, place, block in sorted(blocks, reverse=True):
        if len(best) == limit and best and high < best[0][0]:
            break
        layer, wanted = layers[place]
        if layer.low[block] > stop[0]:
            continue
        for article in ones(wanted >> block * BLOCK & (1 << BLOCK) - 1, block * BLOCK):
            one = layer.at[article], layer.number[article]
            if one >= stop:
                continue
            if len(best) < limit:
                heapq.heappush(best, one)
            elif limit:
                heapq.heappushpop(best, one)
    return sorted(best, reverse=True)


def every(found: Iterable[tuple[Layer, int]]) -> list[Place]:
    """All posts of these articles in these layers, newest first."""
    places = [
        (layer.at[article], layer.number[article])
        for layer, wanted in found
        for block in range(len(layer.high))
        for article in ones(wanted >> block * BLOCK & (1 << BLOCK) - 1, block * BLOCK)
    ]
    places.sort(reverse=True)
    return places


def ones(wanted: int, start: int) -> Iterator[int]:
    """The places of the bits that are set, `start` added."""
    while wanted:
        lowest = wanted & -wanted
        yield start + lowest.bit_length() - 1
        wanted ^= lowest
