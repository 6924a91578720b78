"""A history of thousands is read in batches, from indexes, and stops nobody."""

import contextlib
from typing import Any

import pytest
from sqlalchemy import insert

from syndicator.delivery import Move
from syndicator.ledger import Filter, Ledger, history
from syndicator.ledger.schema import articles, deliveries, posts
from syndicator.models import Account, Status
from tests.ledger.made import HOUR, MINUTE, NOW


def entries(ledger: Ledger, **wanted: Any) -> list[dict[str, Any]]:
    """What the history answers."""
    return list(ledger.history.entries(Filter(**wanted)))


@pytest.fixture
def many(ledger: Ledger) -> Ledger:
    """1,200 articles with a post on each of two accounts."""
    uids = [state.uid for state in ledger.accounts.register([Account(n, "memory") for n in "ab"], NOW).values()]
    body = {"media": [], "card": None, "language": "", "warning": "", "sensitive": False}
    stories_, rows, words = [], [], []
    for number in range(1, 1201):
        at = NOW + number * MINUTE
        title = f"Story {number}{' zeppelin' if number % 120 == 0 else ''}"
        story = {"id": number, "uid": f"{number:064}", "url": f"https://news.example/{number}", "title": title}
        stories_.append(story | {"body": {}, "found_at": at, "state": "planned"})
        for place, uid in enumerate(uids):
            row = number * 2 - place
            rows.append({"id": row, "key": f"{row:064}", "article": number, "account": uid, "occasion": "publication",
                         "status": "queued", "version": 1, "record_key": f"{row:013}", "changed_at": at})  # fmt: skip
            post = {"delivery": row, "version": 1, "by": "t", "at": at, "text": title, "link": ""}
            words.append(post | {"body": body, "fields": []})
    with ledger.store.write() as connection:
        for table, values in ((articles, stories_), (deliveries, rows), (posts, words)):
            connection.execute(insert(table), values)
    return ledger


def test_a_long_history_is_complete(many: Ledger) -> None:
    """Reading in batches loses nothing, doubles nothing and keeps the order; a search that finds much does, too."""
    numbers = [entry["id"] for entry in entries(many)]
    assert numbers == sorted(range(1, 2401), reverse=True)
    assert [entry["id"] for entry in entries(many, search="story")] == numbers
    assert [entry["id"] for entry in entries(many, search="story", account="a", limit=3)] == [2400, 2398, 2396]
    assert len(entries(many, search="zeppelin")) == 20


def test_reading_stops_nobody(many: Ledger) -> None:
    """While somebody is in the middle of the history others write, and he reads on as if nothing had happened."""
    reading = many.history.entries(Filter())
    first = next(reading)
    many.accounts.stop("fire", "person:ben", NOW)
    change = Move("suppress", Status.SUPPRESSED)
    for number in (1, 2400, first["id"] - 1):
        many.deliveries.move(number, lambda _row: change, "person:ben", NOW + 99 * HOUR)
    rest = list(reading)
    assert len(rest) == 2399
    assert {entry["status"] for entry in rest} == {"queued"}
    assert entries(many, limit=1)[0]["status"] == "suppressed"


def test_reading_may_end_early(many: Ledger) -> None:
    """Whoever stops reading leaves no connection behind."""
    for _ in range(66):
        with contextlib.closing(many.history.entries(Filter())) as reading:
            assert next(reading)["id"] == 2400
    assert many.history.entry(5)["id"] == 5


PLANS = [
    (Filter(account="a", statuses=(Status.QUEUED,), limit=50), "ix_deliveries_list"),
    (Filter(account="a", statuses=(Status.QUEUED, Status.SENT), limit=50), "ix_deliveries_list"),
    (Filter(limit=50), "ix_deliveries_changed"),
    (Filter(since=NOW, limit=50), "ix_deliveries_changed"),
]


def test_lists_come_from_an_index(many: Ledger) -> None:
    """The newest posts are read off an index, not sorted out of all of them."""
    if not many.store.sqlite:
        assert entries(many, limit=1)
        return
    for wanted, index in PLANS:
        with many.store.read() as connection:
            query = history.numbers(connection, wanted)
            plain = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
            steps = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {plain}")]
        assert any(index in step for step in steps), steps
        if len(wanted.statuses) < 2:
            assert not any("TEMP B-TREE" in step for step in steps), steps
