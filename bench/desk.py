"""The desk's questions to a ledger of a million posts: search with counts and facets, charts, and a full queue."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, text

from bench.children import folder
from bench.desk_pages import measured
from bench.figures import Figure
from bench.many import ACCOUNTS, RARE, many
from bench.rooms import WORDS
from syndicator.ledger import Ledger
from syndicator.ledger.board import Board, Wanted
from syndicator.ledger.figures import Figures
from syndicator.ledger.schema import article_sources, events
from syndicator.ledger.search import Query, Search

PEOPLE = ("person:anna", "person:ben", "person:cem", "cli:dora@desk", "token:cms")
TYPED = (
    *(RARE, "council", "the council", "t", "se", "harbour tram 1"),
    *("news.example/2026/77", "anna", "x-main council", "nobody"),
)
WAITING = 500  # posts in the queue


def run(quick: bool) -> list[Figure]:
    """Milliseconds on the server, at the 95th percentile of many different questions."""
    number = 25_000 if quick else 250_000
    of = f"of {number * len(ACCOUNTS):,} posts"
    with folder() as here:
        ledger = _newsroom(here / "ledger.db", number)
        search, figures, board = Search(ledger.store), Figures(ledger.store), Board(ledger.store)
        first = _spent(search.warm)
        now = datetime.now(UTC)
        asked = list(_questions(now))
        found = [_spent(partial(search.find, query)) for query in asked * (2 if quick else 5)]
        year = [
            _spent(lambda: figures.charts(now.date() - timedelta(days=365), now.date(), ZoneInfo("Europe/Berlin")))
            for _ in range(5)
        ]
        queue = [_spent(partial(board.stories, wanted, now)) for wanted in _filters() * 20]
        pages = measured(here, ledger, 8 if quick else 20)
        ledger.close()
    return [
        Figure("desk, history with counts and facets", _p95(found), "ms", 200, f"p95 of {len(found)} questions {of}"),
        Figure("desk, the first question after a start", first, "ms", None, of),
        Figure("desk, charts of 366 days", _p95(year), "ms", None, of),
        Figure(
            "desk, the queue's page", _p95(pages["queue"][0]), "ms", 100, f"p95, drawn and sent, with {WAITING} waiting"
        ),
        Figure("desk, the history's page", _p95(pages["history"][0]), "ms", 200, f"p95, drawn and sent, {of}"),
        Figure(
            "desk, the largest of these pages", max(one[1] for one in pages.values()) / 1000, "kB", 150, "compressed"
        ),
        Figure("desk, queue", _p95(queue), "ms", 30, f"p95 with {WAITING} waiting, {of}"),
    ]


def _questions(now: datetime) -> Iterator[Query]:
    """What people filter by, alone and together, from the last week to all there is."""
    week, quarter = now - timedelta(days=7), now - timedelta(days=90)
    yield from (
        Query(),
        Query(since=week),
        Query(since=quarter),
        Query(until=quarter),
        Query(since=quarter, until=week),
    )
    for words in TYPED:
        yield Query(words=words)
        yield Query(words=words, since=quarter, state=("sent",))
    for account in ACCOUNTS:
        yield Query(account=(account,))
        yield Query(account=(account,), state=("failed",), words="budget")
    yield from (Query(state=(state,)) for state in ("sent", "failed", "none", "queued"))
    yield from (
        Query(section=(f"News > {word.title()}",), person=(person,)) for word in WORDS[:3] for person in PEOPLE[:2]
    )
    yield from (Query(source=(source,), words="storm") for source in ("world", "city"))


def _filters() -> list[Wanted]:
    return [
        Wanted(),
        Wanted(account=ACCOUNTS[0]),
        Wanted(section=f"News > {WORDS[0].title()}"),
        Wanted(words="council"),
    ]


def _p95(spent: list[float]) -> float:
    return sorted(spent)[int(len(spent) * 0.95)]


def _spent(job: Callable[[], Any]) -> float:
    started = perf_counter()
    job()
    return (perf_counter() - started) * 1000


# ---------------------------------------------------------------------------------------------- the ledger


def _newsroom(file: Path, number: int) -> Ledger:
    """A ledger with sections, sources, people and a full queue."""
    ledger, dice = many(file, number), random.Random(7)  # a fixed start, so that every run asks the same
    with ledger.store.write() as connection:
        for place, word in enumerate(WORDS):
            section = {"sections": f'["News > {word.title()}"]', "place": place, "of": len(WORDS)}
            connection.execute(_SECTION, section)
        _people(connection, number, dice)
        connection.execute(_QUEUE, {"first": (number - WAITING // len(ACCOUNTS)) * len(ACCOUNTS)})
    return ledger


_SECTION = text("UPDATE articles SET body = json_set(body, '$.sections', json(:sections)) WHERE id % :of = :place")
_QUEUE = text(
    "UPDATE deliveries SET status = 'queued', sent_at = NULL, remote_id = NULL, permalink = NULL WHERE id > :first"
)


def _people(connection: Connection, number: int, dice: random.Random) -> None:
    move = {"verb": "edit", "before": "queued", "after": "queued", "version": 1, "at": datetime.now(UTC)}
    touched = dice.sample(range(1, number * len(ACCOUNTS) + 1), number // 5)
    moves = [{"delivery": row, "actor": dice.choice(PEOPLE), **move} for row in touched]
    connection.execute(insert(events), moves)
    city = [{"article": article, "source": "city"} for article in dice.sample(range(1, number + 1), number // 4)]
    connection.execute(insert(article_sources), city)
