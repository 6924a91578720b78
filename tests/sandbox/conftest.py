"""One sandbox for each test, and a photo."""

from collections.abc import Iterator

import pytest

from syndicator.sandbox import Sandbox
from syndicator.sandbox.photos import draw


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(newsroom=True) as running:
        yield running


@pytest.fixture(scope="session")
def photo() -> bytes:
    return draw("test", (320, 180))
