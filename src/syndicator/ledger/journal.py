"""What machines read: the moves of all posts in order, and many posts with their words at once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from syndicator.ledger import history, rows
from syndicator.ledger.schema import accounts, deliveries, events, posts
from syndicator.ledger.store import Store
from syndicator.models import Post


class Journal:
    """Every event ever written, oldest first; and posts by their numbers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def after(
        self, event: int, limit: int, *, delivery: int | None = None, article: int | None = None, account: str = ""
    ) -> list[dict[str, Any]]:
        """The next `limit` moves after an event, oldest first; of one post, article or account (by name) if given.

        Keys: id, at, delivery, article, account, actor, verb, before, after, version, code, detail. On PostgreSQL a
        move may appear after one with a higher number, for numbers are given before a transaction ends.
        """
        table = events.c
        columns = (
            table.id, table.at, table.delivery, deliveries.c.article, accounts.c.name.label("account"), table.actor,
            table.verb, table.before, table.after, table.version, table.code, table.detail,
        )  # fmt: skip
        tables = events.join(deliveries, table.delivery == deliveries.c.id)
        query = select(*columns).select_from(tables.join(accounts, deliveries.c.account == accounts.c.uid))
        query = query.where(table.id > event)
        if delivery is not None:
            query = query.where(table.delivery == delivery)
        if article is not None:
            query = query.where(deliveries.c.article == article)
        if account:
            query = query.where(accounts.c.name == account)
        with self._store.read() as connection:
            return [dict(row) for row in connection.execute(query.order_by(table.id).limit(limit)).mappings()]

    def posts(self, numbers: Sequence[int]) -> dict[int, tuple[dict[str, Any], Post | None]]:
        """The history's entry of each of these posts, and its words as they are now; None where it has none yet."""
        mine = (posts.c.delivery == deliveries.c.id) & (posts.c.version == deliveries.c.version)
        query = select(posts).join(deliveries, mine).where(deliveries.c.id.in_(numbers))
        with self._store.read() as connection:
            worded = {row["delivery"]: rows.version(row).post for row in connection.execute(query).mappings()}
            return {one["id"]: (one, worded.get(one["id"])) for one in history.load(connection, numbers)}
