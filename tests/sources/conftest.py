"""The newsroom's server for every test of this part."""

from collections.abc import Iterator

import pytest

from tests.sources.newsroom_server import Newsroom, newsroom


@pytest.fixture
def room() -> Iterator[Newsroom]:
    """A newsroom on loopback, without pages yet."""
    with newsroom() as running:
        yield running
