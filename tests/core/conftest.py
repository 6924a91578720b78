"""A newsroom with two accounts on the network in memory, a ledger on disk, and a clock that is set by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator import adapters, config
from syndicator.adapters import memory
from syndicator.room import Room, open_room
from tests.core.made import TOML, Desk


class HandClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**amount)
        return self.now


@pytest.fixture
def clock() -> HandClock:
    """The test's time."""
    return HandClock()


@pytest.fixture
def toml() -> str:
    """The configuration; a test class may override it."""
    return TOML


@pytest.fixture
def room(tmp_path: Path, clock: HandClock, toml: str) -> Iterator[Room]:
    """An open room, its networks empty."""
    memory._networks.clear()
    file = tmp_path / "syndicator.toml"
    file.write_text(toml)
    loaded = config.load(file, environ={}, cwd=tmp_path, platforms=adapters.PLATFORMS)
    made = open_room(loaded, clock=clock, migrate=True)
    for name in made.accounts:
        memory.network(name).clock = clock
    yield made
    made.close()


@pytest.fixture
def desk(room: Room, clock: HandClock) -> Desk:
    """Short ways to do what a newsroom does."""
    return Desk(room, clock)
