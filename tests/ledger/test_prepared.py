"""Prepared statements give what SQLAlchemy's own way gives, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, delete, insert, select, update

from syndicator.errors import StoreError
from syndicator.ledger import Ledger
from syndicator.ledger.prepared import Prepared
from syndicator.ledger.schema import accounts as accounts_table
from syndicator.ledger.schema import deliveries, posts, switch
from syndicator.models import Status

from .made import NOW, accounts, found, plan

BY_ID = select(deliveries).where(deliveries.c.id == bindparam("number"))


def test_a_row_is_the_same(ledger: Ledger) -> None:
    """Times, flags, numbers, empty values and JSON come back as SQLAlchemy gives them."""
    row = plan(ledger, found(ledger), accounts(ledger, "a")["a"])[0]
    words = select(posts).where(posts.c.delivery == bindparam("number"))
    limits = select(accounts_table)
    with ledger.store.read() as connection:
        for query in (BY_ID, words, limits):
            given = {"number": row.id} if query is not limits else {}
            plain = dict(connection.execute(query, given).mappings().one())
            assert Prepared(query).first(connection, given) == plain
            assert Prepared(query).all(connection, given) == [plain]


def test_nothing_found(ledger: Ledger) -> None:
    """No row is None, and an empty list."""
    with ledger.store.read() as connection:
        assert Prepared(BY_ID).first(connection, {"number": 77}) is None
        assert Prepared(BY_ID).all(connection, {"number": 77}) == []


def test_only_what_is_given_is_set(ledger: Ledger) -> None:
    """An update sets the columns it is given and says how many rows it met; the statement serves other columns, too."""
    row = plan(ledger, found(ledger), accounts(ledger, "a")["a"])[0]
    change = Prepared(update(deliveries).where(deliveries.c.id == bindparam("of_id")))
    later = NOW + timedelta(minutes=3, milliseconds=123)
    with ledger.store.write() as connection:
        assert change.run(connection, {"of_id": row.id, "urgent": True, "due": later}) == 1
        assert change.run(connection, {"of_id": row.id, "detail": "it's “so” %s ?"}) == 1
        assert change.run(connection, {"of_id": 77, "detail": "nobody"}) == 0
    after = ledger.deliveries.get(row.id)
    assert (after.urgent, after.due, after.detail, after.status) == (True, later, "it's “so” %s ?", Status.QUEUED)
    assert (after.breaking, after.version) == (row.breaking, row.version)


def test_a_new_row_and_its_defaults(ledger: Ledger) -> None:
    """An insert takes the given columns, the schema's defaults for the others, and returns what it is asked for."""
    add = Prepared(insert(switch).returning(switch.c.id))
    with ledger.store.write() as connection:
        assert add.first(connection, {"id": 1, "reason": "r", "by": "b", "at": NOW}) == {"id": 1}
        assert Prepared(delete(switch)).run(connection, {}) == 1


def test_a_refusal_is_the_ledgers_error(ledger: Ledger) -> None:
    """What the database refuses is a StoreError, and nothing of the transaction stays."""
    row = plan(ledger, found(ledger), accounts(ledger, "a")["a"])[0]
    change = Prepared(update(deliveries).where(deliveries.c.id == bindparam("of_id")))

    def changes() -> None:
        with ledger.store.write() as connection:
            change.run(connection, {"of_id": row.id, "detail": "first"})
            change.run(connection, {"of_id": row.id, "status": "nonsense"})

    with pytest.raises(StoreError, match="could not be written"):
        changes()
    assert ledger.deliveries.get(row.id) == row
