"""A desk for every test; a blank ledger, a site and a sandbox for all of them."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicator.ledger import Ledger
from syndicator.sandbox import Sandbox
from tests.cli.desk import Desk
from tests.cli.site import Site, site


@pytest.fixture(scope="session")
def blank_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty ledger of the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("ledger") / "blank.db"
    with closing(Ledger(f"sqlite:///{path}")) as ledger:
        ledger.migrate(datetime.now(UTC))
    return path


@pytest.fixture(scope="session")
def kept_ledger(tmp_path_factory: pytest.TempPathFactory, blank_ledger: Path) -> Path:
    """A ledger with one queued post on each account, to be copied."""
    desk = Desk(tmp_path_factory.mktemp("kept"), blank_ledger).with_ledger()
    desk.ok("queue", "add", "--text", "Good evening")
    return desk.ledger


@pytest.fixture
def posted(tmp_path: Path, kept_ledger: Path) -> Desk:
    """A working directory with posts 1 and 2 queued on accounts one and two."""
    return Desk(tmp_path, kept_ledger).with_ledger()


@pytest.fixture
def bare(tmp_path: Path, blank_ledger: Path) -> Desk:
    """A working directory without a ledger."""
    return Desk(tmp_path, blank_ledger)


@pytest.fixture
def desk(bare: Desk) -> Desk:
    """A working directory with an empty ledger."""
    return bare.with_ledger()


@pytest.fixture(scope="session")
def website() -> Iterator[Site]:
    """A site that is wrong in chosen ways."""
    with site() as server:
        yield server


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    """One loopback network and a newsroom."""
    with Sandbox(("mastodon",), newsroom=True) as running:
        yield running
