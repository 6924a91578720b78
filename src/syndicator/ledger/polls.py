"""Polls worth remembering: those that brought something, failed, or were the first to work again."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from syndicator.ledger.prepared import Prepared
from syndicator.ledger.schema_sources import polls
from syndicator.ledger.store import Store
from syndicator.models import PastPoll, Poll

KEPT = 50  # of each source
_ADD = Prepared(insert(polls))


def remember(connection: Connection, poll: Poll, fresh: int) -> None:
    """Write a poll down if it is worth it; part of the transaction that stores its articles."""
    if not (poll.error or fresh or poll.recovered):
        return
    values: dict[str, Any] = {"source": poll.source, "at": poll.at, "status": poll.status, "error": poll.error}
    values |= {"articles": poll.listed, "fresh": fresh, "pushed": poll.pushed}
    _ADD.run(connection, values)


class Polls:
    """What sources answered lately."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def latest(self, source: str, limit: int = 20) -> list[PastPoll]:
        """The newest polls of a source that are worth remembering, newest first."""
        query = select(polls).where(polls.c.source == source).order_by(polls.c.id.desc()).limit(limit)
        names = ("at", "source", "status", "articles", "fresh", "error", "pushed")
        with self._store.read() as connection:
            return [PastPoll(**{name: row[name] for name in names}) for row in connection.execute(query).mappings()]

    def tidy(self, before: datetime) -> int:
        """Forget all but the newest of each source, where they are older than `before`. Returns how many went."""
        place = func.row_number().over(partition_by=polls.c.source, order_by=polls.c.id.desc())
        numbered = select(polls.c.id, place.label("place")).subquery()
        old = select(numbered.c.id).where(numbered.c.place > KEPT)
        with self._store.write() as connection:
            return connection.execute(delete(polls).where(polls.c.id.in_(old), polls.c.at < before)).rowcount
