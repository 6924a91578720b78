"""A ledger with very many rows, written straight into its tables: `many(folder, articles, status)`."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, insert

from bench.rooms import WORDS
from syndicator.delivery import record_key
from syndicator.ledger import Ledger
from syndicator.ledger.schema import accounts, article_sources, articles, attempts, deliveries, events, posts

ACCOUNTS = ("x-main", "facebook-main", "mastodon-main", "bluesky-main")
BATCH = 5000
RARE = "zeppelin"  # a word of so many titles:
RARE_TITLES = 10
BODY: dict[str, Any] = {"media": [], "card": None, "language": "en", "warning": "", "sensitive": False}

Row = dict[str, Any]


def many(file: Path, number: int, names: tuple[str, ...] = ACCOUNTS, *, sent: bool = True) -> Ledger:
    """A new ledger with so many articles, and for each a post per account: long ago and sent, or queued and due."""
    ledger, now = Ledger(f"sqlite:///{file}"), datetime.now(UTC)
    ledger.migrate(now)
    with ledger.store.write() as connection:
        limits: Row = {"since": now, "limits": {}}
        rows = [{"uid": name, "name": name, "platform": "memory", **limits} for name in names]
        connection.execute(insert(accounts), rows)
        _fill(connection, articles, (_article(one, number, now) for one in range(number)))
        _fill(connection, article_sources, ({"article": one + 1, "source": "world"} for one in range(number)))
        keys = [(one, name) for one in range(number) for name in names]
        _fill(connection, deliveries, (_delivery(*key, row + 1, number, now, sent) for row, key in enumerate(keys)))
        _fill(connection, posts, (_post(one, row + 1, now) for row, (one, _) in enumerate(keys)))
        if sent:
            _fill(connection, attempts, (_attempt(row + 1, now) for row in range(len(keys))))
            _fill(connection, events, (event for row in range(len(keys)) for event in _events(row + 1, now)))
    return ledger


def _fill(connection: Connection, table: Table, rows: Iterator[Row]) -> None:
    while batch := list(islice(rows, BATCH)):
        connection.execute(insert(table), batch)


def _title(one: int, number: int) -> str:
    rare = f" {RARE}" if one % (number // RARE_TITLES) == 7 else ""
    return f"The {WORDS[one % 15]} and the {WORDS[one // 15 % 15]}: what the city decided in session {one}{rare}"


def _article(one: int, number: int, now: datetime) -> Row:
    lists: Row = {"authors": ["Ada Reporter"], "sections": ["News > City"], "tags": [], "labels": [], "photos": []}
    body = {
        "summary": "After a long night.",
        "language": "en",
        "sensitive": False,
        "updated": None,
        **lists,
        "found": {},
    }
    return {
        "id": one + 1,
        "uid": f"{one:064x}",
        "url": f"https://news.example/2026/{one}",
        "title": _title(one, number),
        "body": body,
        "published": now - timedelta(minutes=number - one),
        "found_at": now - timedelta(minutes=number - one),
        "state": "planned",
        "source": "world",
        "page_read": True,
    }


def _delivery(one: int, account: str, row: int, number: int, now: datetime, sent: bool) -> Row:
    when = now - timedelta(minutes=number - one)
    key = hashlib.sha256(f"{one}{account}".encode()).hexdigest()
    failed = sent and one % 50 == 0
    status = "failed" if failed else "sent" if sent else "queued"
    done = {"remote_id": str(row), "permalink": f"https://social.example/{row}", "sent_at": when, "sent_by": "receipt"}
    empty: Row = dict.fromkeys(done)
    return {
        "key": key,
        "article": one + 1,
        "account": account,
        "occasion": "publication",
        "status": status,
        "due": when,
        "expires": now + timedelta(days=90),
        "version": 1,
        "record_key": record_key(key, when),
        "newest": when,
        "found_at": when,
        "changed_at": when,
        "claimed_at": when if sent else None,
        "first_attempt_at": when if sent else None,
        "attempt": row if sent else None,
        "requests": 1 if sent else 0,
        "actor": "daemon:bench/1",
        **(done if status == "sent" else empty),
    }


def _post(one: int, row: int, now: datetime) -> Row:
    link = f"https://news.example/2026/{one}"
    text = f"The {WORDS[one % 15]}: what the city decided in session {one}\n\n{link}"
    return {
        "delivery": row,
        "version": 1,
        "by": "bench",
        "at": now,
        "text": text,
        "link": link,
        "body": BODY,
        "fields": [],
    }


def _attempt(row: int, now: datetime) -> Row:
    times = dict.fromkeys(("started", "deadline", "request_out", "ended"), now)
    return {"delivery": row, "version": 1, "process": "bench/1", "outcome": "sent", **times}


def _events(row: int, now: datetime) -> Iterator[Row]:
    moves = (("plan", None, "queued"), ("claim", "queued", "sending"), ("deliver", "sending", "sent"))
    for verb, before, after in moves:
        yield {
            "delivery": row,
            "at": now,
            "actor": "bench",
            "verb": verb,
            "before": before,
            "after": after,
            "version": 1,
        }
