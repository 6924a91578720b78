"""One sandbox for each test, and a photo."""

from collections.abc import Iterator

import pytest

from syndicator.sandbox import Sandbox
from syndicator.sandbox.photos import draw
from tests.sandbox.clients import OPENED


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(newsroom=True) as running:
        yield running


@pytest.fixture(autouse=True)
def _close_clients() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


@pytest.fixture(scope="session")
def photo() -> bytes:
    return draw("test", (320, 180))
