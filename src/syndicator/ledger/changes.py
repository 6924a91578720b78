"""What has happened since: for pages that are open while posts move."""

from typing import Any

from sqlalchemy import func, select

from syndicator.ledger.schema import deliveries, events
from syndicator.ledger.store import Store


class Changes:
    """The moves of all posts, in order."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def newest(self) -> int:
        """The number of the last event, 0 before the first."""
        with self._store.read() as connection:
            return int(connection.execute(select(func.coalesce(func.max(events.c.id), 0))).scalar_one())

    def since(self, event: int, limit: int) -> list[dict[str, Any]]:
        """The newest `limit` moves after an event, oldest first: {event, delivery, article, version, verb, status}.

        Numbers are given before a transaction ends, so on PostgreSQL a move may appear after one with a higher number;
        a page that has missed it shows the post's state at its next look.
        """
        query = (
            select(
                events.c.id.label("event"),
                events.c.delivery,
                deliveries.c.article,
                events.c.version,
                events.c.verb,
                events.c.after.label("status"),
            )
            .join_from(events, deliveries, events.c.delivery == deliveries.c.id)
            .where(events.c.id > event)
            .order_by(events.c.id.desc())
            .limit(limit)
        )
        with self._store.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()][::-1]
