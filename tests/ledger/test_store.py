"""Addresses, transactions and locks: all or nothing, one daemon, and a sentence for a person when it fails."""

import contextlib
import os
from pathlib import Path

import pytest
from sqlalchemy import text

from syndicator.errors import ConfigError, StoreError
from syndicator.ledger import Ledger
from syndicator.ledger.store import _LOCK_KEY, Store
from tests.ledger.made import NOW, accounts
from tests.ledger.processes import child, handles, one_sentence

RENAME = text("UPDATE accounts SET handle = 'half'")


# ---------------------------------------------------------------------------------------------- addresses


ADDRESSES = [
    ("nothing", "", "no database address"),
    ("words", "user:hunter2@host", "no database address"),
    ("no port", "postgresql+psycopg://desk:hunter2@host:port/news", "no database address"),
    ("another database", "mysql://desk:hunter2@host/news", "mysql is not supported"),
    ("another driver", "postgresql+asyncpg://desk:hunter2@host/news", "asyncpg is not supported"),
    ("memory", "sqlite://", "name a file"),
    ("memory by name", "sqlite:///:memory:", "name a file"),
]


@pytest.mark.parametrize(("address", "expected"), [case[1:] for case in ADDRESSES], ids=[case[0] for case in ADDRESSES])
def test_a_wrong_address_is_refused(address: str, expected: str) -> None:
    """A ledger that cannot be is refused at once, naming the key and never the password."""
    with pytest.raises(ConfigError, match=r"^ledger\.url: ") as caught:
        Store(address)
    assert expected in str(caught.value)
    assert "hunter2" not in repr(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_the_usual_postgresql_address_is_understood() -> None:
    """An address without a driver takes the one that comes with syndicator; its name hides the password."""
    store = Store("postgresql://desk:hunter2@localhost/news")
    assert store.name == "postgresql+psycopg://desk:***@localhost/news"
    assert store.path is None


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    """The message names the ledger and does not tell the password."""
    store = Store("postgresql://desk:hunter2@127.0.0.1:1/news")
    with pytest.raises(StoreError, match="could not be read") as caught, store.read():
        pytest.fail("there is no server")
    assert one_sentence(caught.value, store)
    assert "hunter2" not in str(caught.value)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A file where the folder should be is told at the start."""
    (tmp_path / "var").write_text("")
    with pytest.raises(StoreError, match="folder cannot be made"):
        Store(f"sqlite:///{tmp_path}/var/ledger.db")


# ---------------------------------------------------------------------------------------------- transactions


def test_every_connection_is_careful(tmp_path: Path) -> None:
    """All connections of the pool write ahead, wait for the disk, check references and wait for each other."""
    store = Store(f"sqlite:///{tmp_path}/ledger.db", busy_ms=1234)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(store.read()) for _ in range(12)]
        for name, expected in (
            ("journal_mode", "wal"),
            ("synchronous", 2),
            ("foreign_keys", 1),
            ("busy_timeout", 1234),
        ):
            found = {connection.exec_driver_sql(f"PRAGMA {name}").scalar() for connection in connections}
            assert found == {expected}, name
    store.close()


def test_an_exception_inside_undoes_everything(ledger: Ledger) -> None:
    """Whatever is raised in a transaction, nothing of it stays, and it is raised as it is."""
    accounts(ledger, "a")
    with pytest.raises(ZeroDivisionError), ledger.store.write() as connection:
        assert connection.execute(RENAME).rowcount / 0
    assert handles(ledger) == {""}


def test_a_read_sees_one_moment(ledger: Ledger) -> None:
    """What others write while a read is going on is not seen by it, however many queries it makes."""
    accounts(ledger, "a")
    query = text("SELECT handle FROM accounts")
    with ledger.store.read() as connection:
        before = connection.execute(query).scalar()
        with ledger.store.write() as other:
            other.execute(RENAME)
        assert connection.execute(query).scalar() == before
    assert handles(ledger) == {"half"}


def test_a_writer_that_waits_too_long_is_told(ledger: Ledger, url: str) -> None:
    """A lock held longer than the patience is an error that changes nothing; afterwards all is well."""
    accounts(ledger, "a")
    impatient = Store(url, busy_ms=60)
    with ledger.store.write() as holder:
        holder.execute(text("UPDATE accounts SET paused_by = 'holder'"))
        with pytest.raises(StoreError, match="lock") as caught, impatient.write() as connection:
            connection.execute(RENAME)
    assert one_sentence(caught.value, impatient)
    assert handles(ledger) == {""}
    with impatient.write() as connection:
        connection.execute(RENAME)
    impatient.close()
    assert handles(ledger) == {"half"}


MIDWAY = """
import sys
from sqlalchemy import text
from syndicator.ledger.store import Store
with Store(sys.argv[1]).write() as connection:
    connection.execute(text("UPDATE accounts SET handle = 'half'"))
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_a_process_killed_midway_leaves_nothing(ledger: Ledger, url: str) -> None:
    """kill -9 in the middle of a transaction: nothing of it is there, and nobody waits for the dead."""
    accounts(ledger, "a")
    with child(MIDWAY, url) as process:
        process.kill()
        process.wait()
    assert handles(ledger) == {""}
    ledger.accounts.stop("fire", "person:ben", NOW)
    assert ledger.accounts.stopped() is not None


# ---------------------------------------------------------------------------------------------- one daemon only

HOLDING = """
import sys
from syndicator.ledger.store import Store
store = Store(sys.argv[1])
store.lock()
print("ready", flush=True)
sys.stdin.read()
"""


def test_one_daemon_per_ledger(ledger: Ledger, url: str) -> None:
    """A second process is refused with the holder's number; a killed holder lets go."""
    with child(HOLDING, url) as holder:
        with pytest.raises(StoreError, match="a daemon is already running on") as caught:
            ledger.store.lock()
        assert one_sentence(caught.value, ledger.store)
        assert str(holder.pid) in str(caught.value)
        holder.kill()
        holder.wait()
    _until_free(ledger.store)
    ledger.store.lock()
    ledger.store.unlock()


def _until_free(store: Store) -> None:
    """Wait until PostgreSQL has noticed that its client is dead."""
    with store.write() as connection:
        if not store.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})


def test_unlock_gives_the_lock_back(ledger: Ledger, url: str) -> None:
    """The lock can be taken twice by one store; given back, another one takes it, though the pool lives on."""
    ledger.store.lock()
    ledger.store.lock()
    other = Store(url)
    with pytest.raises(StoreError, match=str(os.getpid())):
        other.lock()
    ledger.store.unlock()
    other.lock()
    with pytest.raises(StoreError, match="already running"):
        ledger.store.lock()
    other.close()
    ledger.store.lock()
    ledger.store.unlock()
    ledger.store.unlock()
    assert ledger.accounts.heartbeat() is None
