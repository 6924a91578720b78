"""Every ledger test runs on SQLite and on a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.ledger import Ledger
from tests.ledger.made import NOW


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """A fresh ledger with the newest schema."""
    made = Ledger(url)
    made.migrate(NOW)
    yield made
    made.close()
