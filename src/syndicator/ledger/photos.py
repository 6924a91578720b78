"""Which stored photos are still needed."""

from datetime import datetime

from sqlalchemy import select

from syndicator.delivery import UNFINISHED
from syndicator.ledger.schema import deliveries, post_media
from syndicator.ledger.store import Store


class PhotoNames:
    """The names (sha256) that deliveries hold on to."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def needed(self, changed_since: datetime) -> set[str]:
        """Photos of unfinished posts, and of posts that changed since a moment."""
        table = deliveries.c
        unfinished = table.status.in_([status.value for status in UNFINISHED])
        query = select(post_media.c.sha256).join(deliveries, table.id == post_media.c.delivery)
        with self._store.read() as connection:
            return set(connection.execute(query.where(unfinished | (table.changed_at >= changed_since))).scalars())
