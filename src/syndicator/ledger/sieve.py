"""What is wanted of the catalogue, as sets of articles: one for each layer, joined and counted as people filter."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from syndicator.ledger import words
from syndicator.ledger.catalogue import Catalogue, Layer, bits

FACETS = ("state", "account", "section", "person", "source")
START = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

Names = dict[str, tuple[str, str]]
"""Name and platform of each account, by uid."""


def milliseconds(moment: datetime) -> int:
    """An aware time as the catalogue has it."""
    return (moment - START) // MILLISECOND


@dataclass(frozen=True, slots=True)
class Query:
    """What to find; what is empty or None asks for nothing. Times are aware: since ≤ time < until.

    Each of FACETS holds values of which one is enough: `state` values of Status and "none" for stories without a post,
    `account` and `source` names, `person` actors ("person:anna") who had a hand in the post. `words` stand in the
    headlines, address or posts of the story, or in the name of the account or of such a person.
    """

    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
    state: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    source: tuple[str, ...] = ()


class Sieve:
    """The posts of a catalogue that are wanted, as sets of articles by layer."""

    def __init__(self, connection: Connection, catalogue: Catalogue, names: Names, wanted: Query) -> None:
        self._catalogue, self._names, self._wanted = catalogue, names, wanted
        self._since = milliseconds(wanted.since) if wanted.since else 0
        self._until = milliseconds(wanted.until) if wanted.until else 2**62
        self._words = _stories(connection, catalogue, names, wanted.words)
        self._base = [(layer, base) for layer in catalogue.layers.values() if (base := self._untagged(layer))]

    def _untagged(self, layer: Layer) -> int:
        """The layer's articles by time and words alone."""
        found = layer.present
        if self._wanted.since or self._wanted.until:
            found &= layer.within(self._since, self._until)
        name = self._name(layer)
        for part, stories in self._words:
            if not words.says(name, part):
                theirs = (tagged for person, tagged in layer.people.items() if words.says(_bare(person), part))
                found &= _union([stories, *theirs])
        return found

    def _name(self, layer: Layer) -> str:
        return self._names.get(layer.account, ("", ""))[0]

    def _tagged(self, layer: Layer, base: int, without: str = "") -> int:
        """What of the base has the wanted tags, those of one facet left out."""
        for facet in FACETS:
            values = getattr(self._wanted, facet)
            if values and facet != without:
                tags = self._tags(facet, layer)
                base &= _union(tags.get(value, 0) for value in values)
        return base

    def _tags(self, facet: str, layer: Layer) -> dict[str, int]:
        """The articles of a layer by a facet's values."""
        return {
            "state": layer.status,
            "account": {name: layer.present} if (name := self._name(layer)) else {},
            "section": self._catalogue.sections,
            "person": layer.people,
            "source": self._catalogue.sources,
        }[facet]

    def found(self) -> list[tuple[Layer, int]]:
        """The wanted articles of each layer that has any."""
        return [(layer, found) for layer, base in self._base if (found := self._tagged(layer, base))]

    def counts(self) -> tuple[int, int]:
        """How many posts are wanted, and of how many stories; those without a post count as stories."""
        found = self.found()
        stories = _union(theirs for _, theirs in found)
        return sum(theirs.bit_count() for layer, theirs in found if layer.account), stories.bit_count()

    def facets(self) -> dict[str, tuple[tuple[str, int], ...]]:
        """For each facet its values and how many posts have them, most first."""
        counts = {facet: self._count(facet) for facet in FACETS}
        return {
            facet: tuple(sorted(((v, n) for v, n in count.items() if n), key=lambda pair: (-pair[1], pair[0])))
            for facet, count in counts.items()
        }

    def _count(self, facet: str) -> Counter[str]:
        counted: Counter[str] = Counter()
        for layer, base in self._base:
            found = self._tagged(layer, base, without=facet)
            if not found:
                continue
            for value, tagged in self._tags(facet, layer).items():
                counted[value] += (found & tagged).bit_count()
        return counted


# ---------------------------------------------------------------------------------------------- words


def _stories(connection: Connection, catalogue: Catalogue, names: Names, asked: str) -> list[tuple[str, int]]:
    """The parts of the question with the articles that have them. Parts that no name has are asked as one."""
    if not asked.strip():
        return []
    parts = words.written(asked)
    if not parts:
        return [("", _bits(connection, catalogue, words.marked(asked)))]
    people = {_bare(actor) for layer in catalogue.layers.values() for actor in layer.people}
    known = [name for name, _ in names.values()] + sorted(people)
    named = [part for part in parts if any(words.says(name, part) for name in known)]
    plain = [part for part in parts if part not in named]
    sqlite = connection.dialect.name == "sqlite"
    found = [(part, _bits(connection, catalogue, words.stories([part], sqlite=sqlite))) for part in named]
    return [*found, ("", _bits(connection, catalogue, words.stories(plain, sqlite=sqlite)))] if plain else found


def _bits(connection: Connection, catalogue: Catalogue, query: Any) -> int:
    compiled = query.compile(dialect=connection.dialect)
    values = compiled.params if not compiled.positional else tuple(compiled.params[n] for n in compiled.positiontup)
    driver: Any = connection.connection.driver_connection  # past SQLAlchemy: there may be a hundred thousand
    found = driver.execute(str(compiled), values)
    return bits((article for (article,) in found), catalogue.size)


def _bare(actor: str) -> str:
    return actor.partition(":")[2]


def _union(sets: Iterable[int]) -> int:
    found = 0
    for one in sets:
        found |= one
    return found
