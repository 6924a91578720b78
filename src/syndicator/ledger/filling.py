"""How the catalogue is filled from the ledger, once, and then kept up with what has changed since."""

import contextlib
import json
import threading
import weakref
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from syndicator.ledger.catalogue import NEVER, NO_POST, NONE, Catalogue, bits, label
from syndicator.ledger.store import Store

PEOPLE = ("person:", "token:", "cli:")
"""How actors begin that are people, or act for them."""

_MANY = 20_000  # moves from which reading everything is quicker
_BATCH = 500
# Numbers are given before a transaction ends: on PostgreSQL a lower one may appear after a higher one.
_OVERLAP = 100

# Times in milliseconds, sections as JSON; the words of both databases for it.
_SQLITE = {
    "ms": "CAST(round((julianday({0}) - 2440587.5) * 86400000) AS INTEGER)",
    "sections": "json_extract(body, '$.sections')",
}
_POSTGRESQL = {
    "ms": "CAST(extract(epoch FROM {0}) * 1000 AS bigint)",
    "sections": "CAST(body -> 'sections' AS text)",
}
_POSTS = "SELECT id, article, account, occasion, status, {at}, {sent} - {newest} FROM deliveries"
_TIMES = {
    "at": "coalesce(sent_at, changed_at)",
    "sent": "sent_at",
    "newest": "coalesce(newest, found_at, sent_at)",
    "found": "found_at",
}
_PEOPLE = (
    "SELECT DISTINCT d.article, d.account, d.occasion, e.actor FROM events e JOIN deliveries d ON d.id = e.delivery"
    " WHERE (e.actor LIKE 'person:%' OR e.actor LIKE 'token:%' OR e.actor LIKE 'cli:%')"
)
_ARTICLES = "SELECT id, {found}, {sections} FROM articles"
_SOURCES = "SELECT article, source FROM article_sources"
_NEW_STORIES = (
    "SELECT id FROM articles WHERE id > :articles UNION SELECT article FROM story_words_changes WHERE id > :changes"
)
_MARKS = (
    "SELECT coalesce((SELECT max(id) FROM events), 0), coalesce((SELECT max(id) FROM articles), 0),"
    " coalesce((SELECT max(id) FROM story_words_changes), 0)"
)


@dataclass(slots=True)
class _Marks:
    """Up to which numbers the catalogue knows the ledger."""

    events: int = 0
    articles: int = 0
    changes: int = 0


class Shelf:
    """Where the catalogue stands. The first reading of a million posts takes seconds, all others milliseconds."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = threading.Lock()
        self._catalogue: Catalogue | None = None
        self._marks = _Marks()
        words = _SQLITE if store.sqlite else _POSTGRESQL
        times = {name: words["ms"].format(column) for name, column in _TIMES.items()}
        self._posts = _POSTS.format(**times)
        self._articles = _ARTICLES.format(sections=words["sections"], **times)

    @contextlib.contextmanager
    def open(self) -> Iterator[tuple[Connection, Catalogue]]:
        """The catalogue as the ledger is now, and a view of the ledger that agrees with it. Raises StoreError."""
        # Within the lock, so that no view is older than the catalogue.
        with self._lock, self.store.read() as connection:
            yield connection, self._current(connection)

    def warm(self) -> int:
        """Read what there is to read. Returns the number of posts; call it when the desk starts."""
        with self.open() as (_, catalogue):
            return sum(layer.present.bit_count() for key, layer in catalogue.layers.items() if key != NO_POST)

    @staticmethod
    def of(store: Store) -> "Shelf":
        """The one shelf of a store, for all that read from it."""
        with _GUARD:
            shelf = _SHELVES.get(id(store))
            if shelf is None:
                shelf = _SHELVES[id(store)] = Shelf(store)
            return shelf

    def _current(self, connection: Connection) -> Catalogue:
        marks = _Marks(*connection.execute(text(_MARKS)).one())
        catalogue = self._catalogue
        if catalogue is None or not self._follow(connection, catalogue, marks):
            catalogue = self._read(connection)
        self._catalogue, self._marks = catalogue, marks
        return catalogue

    # ------------------------------------------------------------------------------------------ all

    def _read(self, connection: Connection) -> Catalogue:
        made = Catalogue(size=(connection.execute(text("SELECT max(id) FROM articles")).scalar() or 0) + 1)
        states: dict[tuple[tuple[str, str], str], array[int]] = defaultdict(_numbers)
        for number, article, account, occasion, status, at, lag in _rows(connection, self._posts):
            layer = made.layers.get((account, occasion))
            if layer is None:
                layer = made.layer(account, occasion)
                layer.grow(made.size)
            layer.at[article], layer.number[article] = at, number
            if lag is not None:
                layer.lag[article] = lag // 1000
            states[(account, occasion), status].append(article)
        for (key, status), articles in states.items():
            made.layers[key].status[status] = bits(articles, made.size)
        self._bound(made)
        self._label(connection, made)
        for article, account, occasion, actor in _rows(connection, _PEOPLE):
            people = made.layer(account, occasion).people
            people[actor] = people.get(actor, 0) | 1 << article
        return made

    def _bound(self, made: Catalogue) -> None:
        for layer in made.layers.values():
            for found in layer.status.values():
                layer.present |= found
            layer.bound()

    def _label(self, connection: Connection, made: Catalogue) -> None:
        posted = 0
        for layer in made.layers.values():
            posted |= layer.present
        known = posted.to_bytes(made.size // 8 + 1, "little")
        none = made.layer(*NO_POST)
        none.grow(made.size)
        alone, labels = _numbers(), defaultdict[str, "array[int]"](_numbers)
        sections: dict[str | None, Sequence[str]] = {}
        for article, at, told in _rows(connection, self._articles):
            if not known[article >> 3] >> (article & 7) & 1:
                none.at[article], none.number[article] = at, -article
                alone.append(article)
            if told not in sections:
                sections[told] = _names(told)
            for name in sections[told]:
                labels[name].append(article)
        made.sections = {name: bits(articles, made.size) for name, articles in labels.items()}
        labels.clear()
        for article, source in _rows(connection, _SOURCES):
            labels[source].append(article)
        made.sources = {name: bits(articles, made.size) for name, articles in labels.items()}
        none.present = none.status[NONE] = bits(alone, made.size)
        none.bound()

    # ------------------------------------------------------------------------------------------ what changed

    def _follow(self, connection: Connection, catalogue: Catalogue, marks: _Marks) -> bool:
        """Take over what happened since. False when it is better to read everything."""
        before, overlap = self._marks, 0 if self.store.sqlite else _OVERLAP
        accounts = set(connection.execute(text("SELECT uid FROM accounts")).scalars())
        if not {account for account, _ in catalogue.layers} <= accounts | {""}:
            return False  # an account was joined with another one: its posts have moved without an event
        changed = connection.execute(
            text("SELECT delivery FROM events WHERE id > :mark ORDER BY id LIMIT :many"),
            {"mark": before.events - overlap, "many": _MANY},
        )
        moves = list(changed.scalars())
        posts = sorted(set(moves))
        if len(moves) == _MANY or marks.articles - before.articles > _MANY:
            return False
        catalogue.size = max(catalogue.size, marks.articles + 1)
        fresh = {"articles": before.articles - overlap, "changes": before.changes - overlap}
        stories = list(connection.execute(text(_NEW_STORIES), fresh).scalars())
        for start in range(0, len(stories), _BATCH):
            self._stories(connection, catalogue, stories[start : start + _BATCH])
        for start in range(0, len(posts), _BATCH):
            self._moved(connection, catalogue, posts[start : start + _BATCH])
        return True

    def _stories(self, connection: Connection, catalogue: Catalogue, numbers: Sequence[int]) -> None:
        chosen = ",".join(map(str, numbers))
        sources: dict[int, list[str]] = {number: [] for number in numbers}
        for article, source in _rows(connection, f"{_SOURCES} WHERE article IN ({chosen})"):
            sources[article].append(source)
        none = catalogue.layer(*NO_POST)
        for article, at, told in _rows(connection, f"{self._articles} WHERE id IN ({chosen})"):
            label(catalogue.sections, article, _names(told))
            label(catalogue.sources, article, sources[article])
            if not any(layer.present >> article & 1 for layer in catalogue.layers.values()):
                none.put(article, -article, NONE, at, NEVER)

    def _moved(self, connection: Connection, catalogue: Catalogue, numbers: Sequence[int]) -> None:
        chosen = ",".join(map(str, numbers))
        none = catalogue.layer(*NO_POST)
        for number, article, account, occasion, status, at, lag in _rows(
            connection, f"{self._posts} WHERE id IN ({chosen})"
        ):
            catalogue.layer(account, occasion).put(article, number, status, at, NEVER if lag is None else lag // 1000)
            none.take(article)
        for article, account, occasion, actor in _rows(connection, f"{_PEOPLE} AND e.delivery IN ({chosen})"):
            people = catalogue.layer(account, occasion).people
            people[actor] = people.get(actor, 0) | 1 << article


def _numbers() -> "array[int]":
    return array("q")


def _names(told: str | None) -> Sequence[str]:
    return tuple(dict.fromkeys(json.loads(told))) if told else ()


def _rows(connection: Connection, query: str) -> Iterator[Any]:
    """The rows as the driver gives them: a million pass in a second or two."""
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    cursor.execute(query)
    while batch := cursor.fetchmany(5_000):
        yield from batch
    cursor.close()


# By identity: a shelf keeps its store, so a number is not given again while its shelf is there.
_SHELVES: "weakref.WeakValueDictionary[int, Shelf]" = weakref.WeakValueDictionary()
_GUARD = threading.Lock()
