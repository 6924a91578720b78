"""The history as people search it: every post ever planned, and every story that got none, with exact counts.

The list is sorted by one moment, which `since` and `until` bound, too: when the post became public, else when it last
changed; for a story without a post, when it was found.
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from syndicator.ledger import history, rows
from syndicator.ledger.catalogue import Place, every, newest
from syndicator.ledger.filling import PEOPLE, Shelf
from syndicator.ledger.schema import accounts, articles, deliveries, events, posts
from syndicator.ledger.sieve import FACETS, MILLISECOND, START, Names, Query, Sieve
from syndicator.ledger.store import Store
from syndicator.models import Article, Delivery

__all__ = ["FACETS", "Entry", "Found", "Query", "Search"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a post, or a story that got none (`delivery` None, its `reason` in the article). `at` sorts the list.

    `people` are the actors who had a hand in it, in the order of their first move; `by` who worded the post.
    """

    at: datetime
    article: Article
    delivery: Delivery | None = None
    account: str = ""  # its name
    platform: str = ""
    text: str = ""
    by: str = ""
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the answer, the cursor of the next one ("" on the last), and how much there is in all.

    `facets` have, by the names in FACETS, values with the number of posts that would be found with that value in place
    of the one asked for, most first. "none" counts stories.
    """

    entries: tuple[Entry, ...]
    next: str
    posts: int
    stories: int
    facets: dict[str, tuple[tuple[str, int], ...]]


class Search:
    """Answers from the catalogue, lines from the ledger."""

    def __init__(self, store: Store, shelf: Shelf | None = None) -> None:
        self._shelf = shelf or Shelf.of(store)

    def warm(self) -> int:
        """Read what the first question would have to wait for: seconds with a million posts. Returns their number."""
        return self._shelf.warm()

    def find(self, wanted: Query, after: str = "", limit: int = 50) -> Found:
        """A page of what is wanted, newest first. Raises ValueError for a cursor that is none of ours."""
        before = _place(after) if after else None
        with self._shelf.open() as (connection, catalogue):
            names = account_names(connection)
            sieve = Sieve(connection, catalogue, names, wanted)
            places = newest(sieve.found(), before, limit + 1)
            entries = _entries(connection, places[:limit], names)
            more = _cursor(places[limit - 1]) if len(places) > limit else ""
            return Found(tuple(entries), more, *sieve.counts(), sieve.facets())

    def export(self, wanted: Query) -> Iterator[dict[str, Any]]:
        """All of it in the shape of the history's entries (its FIELDS), streamed, newest first.

        A story without a post has the status "none", its reason as `detail`, and no number.
        """
        with self._shelf.open() as (connection, catalogue):
            places = every(Sieve(connection, catalogue, account_names(connection), wanted).found())
        numbers = [number for _, number in places]
        with self._shelf.store.read() as connection:
            for start in range(0, len(numbers), history.BATCH):
                yield from history.load(connection, numbers[start : start + history.BATCH])


# ---------------------------------------------------------------------------------------------- lines


def account_names(connection: Connection) -> Names:
    """Name and platform by uid."""
    query = select(accounts.c.uid, accounts.c.name, accounts.c.platform)
    return {uid: (name, platform) for uid, name, platform in connection.execute(query)}


def _entries(connection: Connection, places: Sequence[Place], names: Names) -> Iterator[Entry]:
    numbers = [number for _, number in places if number > 0]
    query = select(deliveries).where(deliveries.c.id.in_(numbers))
    found = {row["id"]: rows.delivery(row) for row in connection.execute(query).mappings()}
    told = {row.article for row in found.values()} | {-number for _, number in places if number < 0}
    query = select(articles).where(articles.c.id.in_(told))
    stories = {row["id"]: rows.article(row) for row in connection.execute(query).mappings()}
    worded, people = _worded(connection, found), _people(connection, numbers)
    for at, number in places:
        moment = START + at * MILLISECOND
        if number < 0:
            yield Entry(moment, stories[-number])
            continue
        row = found[number]
        name, platform = names.get(row.account, ("", ""))
        text, by = worded.get(number, ("", ""))
        yield Entry(moment, stories[row.article], row, name, platform, text, by, tuple(people.get(number, ())))


def _worded(connection: Connection, found: dict[int, Delivery]) -> dict[int, tuple[str, str]]:
    query = select(posts.c.delivery, posts.c.version, posts.c.text, posts.c.by).where(posts.c.delivery.in_(found))
    return {
        number: (text, by)
        for number, version, text, by in connection.execute(query)
        if found[number].version == version
    }


def _people(connection: Connection, numbers: Sequence[int]) -> dict[int, dict[str, None]]:
    query = select(events.c.delivery, events.c.actor).where(events.c.delivery.in_(numbers)).order_by(events.c.id)
    people: dict[int, dict[str, None]] = {}
    for number, actor in connection.execute(query):
        if actor.startswith(PEOPLE):
            people.setdefault(number, {})[actor] = None
    return people


# ---------------------------------------------------------------------------------------------- cursors


def _cursor(place: Place) -> str:
    return base64.urlsafe_b64encode(f"{place[0]}.{place[1]}".encode()).decode().rstrip("=")


def _place(cursor: str) -> Place:
    try:
        at, number = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(".")
        return int(at), int(number)
    except (ValueError, binascii.Error) as error:
        raise ValueError("this page's address is not whole; start at the first page") from error
