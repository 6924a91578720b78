"""What sources tell us by themselves: subscriptions at hubs, and pushes taken."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import RowMapping, delete, insert, select, update

from syndicator.ledger.schema_sources import pushes, subscriptions
from syndicator.ledger.store import Store, insert_missing
from syndicator.models import Subscription

_FIELDS = tuple(field.name for field in fields(Subscription))


class Told:
    """Subscriptions by their source; pushes by the digest of what was sent."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def subscriptions(self) -> dict[str, Subscription]:
        """Every subscription there is, by source."""
        with self._store.read() as connection:
            return {row["source"]: _made(row) for row in connection.execute(select(subscriptions)).mappings()}

    def at(self, path: str) -> Subscription | None:
        """The subscription whose address ends in `path`."""
        with self._store.read() as connection:
            query = select(subscriptions).where(subscriptions.c.path == path)
            row = connection.execute(query).mappings().first()
        return _made(row) if row else None

    def keep(self, one: Subscription) -> None:
        """Store a subscription in place of the one its source had."""
        values = asdict(one)
        with self._store.write() as connection:
            where = subscriptions.c.source == one.source
            if not connection.execute(update(subscriptions).where(where).values(values)).rowcount:
                connection.execute(insert(subscriptions).values(values))

    def change(self, path: str, made: Callable[[Subscription], Subscription]) -> Subscription | None:
        """Store what `made` makes of the subscription at `path` as it is now, and return it; None: there is none.

        Desk and daemon change subscriptions side by side, so what is made must rest on what is given.
        """
        where = subscriptions.c.path == path
        with self._store.write() as connection:
            row = connection.execute(select(subscriptions).where(where).with_for_update()).mappings().first()
            if row is None:
                return None
            before = _made(row)
            after = made(before)
            if after != before:
                connection.execute(update(subscriptions).where(where).values(asdict(after)))
            return after

    def forget(self, names: Sequence[str]) -> None:
        """Let go of the subscriptions of these sources."""
        with self._store.write() as connection:
            connection.execute(delete(subscriptions).where(subscriptions.c.source.in_(list(names))))

    def has(self, digest: str) -> bool:
        """Whether this push was taken already."""
        with self._store.read() as connection:
            return connection.execute(select(pushes.c.at).where(pushes.c.digest == digest)).first() is not None

    def first(self, digest: str, source: str, now: datetime, since: datetime) -> bool:
        """Whether this push comes for the first time; notes it, and forgets those from before `since`."""
        with self._store.write() as connection:
            connection.execute(delete(pushes).where(pushes.c.at < since))
            query = select(pushes.c.at).where(pushes.c.digest == digest)
            known = connection.execute(query).first() is not None
            insert_missing(connection, pushes, digest=digest, source=source, at=now)
            return not known


def _made(row: RowMapping) -> Subscription:
    return Subscription(**{name: row[name] for name in _FIELDS})
