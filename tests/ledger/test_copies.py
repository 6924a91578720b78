"""A copy of the ledger is a ledger of one moment."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from syndicator.errors import StoreError
from syndicator.ledger import Ledger
from tests.ledger.made import NOW


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger in a file whose name needs care in an address."""
    ledger = Ledger(f"sqlite:///{tmp_path}/a #1 led%20ger.db")
    ledger.migrate(NOW)
    yield ledger
    ledger.close()


def test_a_copy_while_a_writer_writes(file: Ledger, tmp_path: Path) -> None:
    """A copy is a ledger of one moment: whole transactions only, and it opens like any other."""
    begun, enough = threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not enough.is_set():
            with file.store.write() as connection:
                for side in ("left", "right"):
                    values = {"kind": side, "subject": str(number), "since": "2026-11-23T14:05:09.123Z"}
                    statement = "INSERT INTO incidents (kind, subject, since) VALUES (:kind, :subject, :since)"
                    connection.execute(text(statement), values)
            number += 1
            begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(10)
    try:
        for number in range(5):
            file.copy(tmp_path / f"copy-{number}.db")
    finally:
        enough.set()
        writer.join()
    for number in range(5):
        copy = Ledger(f"sqlite:///{tmp_path}/copy-{number}.db")
        copy.check()
        kinds = [kind for kind, _ in copy.accounts.open_incidents()]
        assert kinds.count("left") == kinds.count("right") > 0
        copy.close()
    assert not list(tmp_path.glob("*.part*"))


def test_an_existing_file_is_never_overwritten(file: Ledger, tmp_path: Path) -> None:
    """A copy's target must be new; remains of a copy that was cut short do not matter."""
    target = tmp_path / "copy.db"
    target.write_text("mine")
    with pytest.raises(StoreError, match="is there already; name another file"):
        file.copy(target)
    assert target.read_text() == "mine"
    target.unlink()
    (tmp_path / "copy.db.part").write_text("remains")
    file.copy(target)
    assert target.read_bytes().startswith(b"SQLite format 3")


def test_a_copy_that_cannot_be_made(file: Ledger, tmp_path: Path, postgres_database: str) -> None:
    """A folder that is not there, and a ledger that is no file, are told with what to do."""
    with pytest.raises(StoreError, match="could not be copied to"):
        file.copy(tmp_path / "nowhere" / "copy.db")
    server = Ledger(postgres_database)
    with pytest.raises(StoreError, match="pg_dump"):
        server.copy(tmp_path / "copy.db")
    server.close()
    assert not (tmp_path / "copy.db").exists()
