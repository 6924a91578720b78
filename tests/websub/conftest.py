"""A newsroom with a hub, and a subscriber that has read its feed once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.adapters import memory
from tests.core.conftest import HandClock
from tests.websub.hub import Site, Subscriber, site


@pytest.fixture
def clock() -> HandClock:
    """The test's time."""
    return HandClock()


@pytest.fixture
def hub() -> Iterator[Site]:
    """The newsroom and its hubs."""
    with site() as made:
        yield made


@pytest.fixture
def us(tmp_path: Path, hub: Site, clock: HandClock) -> Iterator[Subscriber]:
    """The subscriber; the feed has been read, no hub asked."""
    memory._networks.clear()
    made = Subscriber(tmp_path, hub.url("/feed.xml"), clock)
    made.poll()
    yield made
    made.close()
