"""What the parts of the contract share."""

from datetime import UTC, datetime, timedelta

import pytest

from syndicator.adapters import Adapter
from syndicator.models import Post, Receipt

from .places import MemoryPlace, Place

SINCE = timedelta(minutes=5)
NONE: frozenset[str] = frozenset()


class Go:
    """The pipeline's `go`: notes how many requests had been made when it was asked."""

    def __init__(self, place: Place, error: Exception | None = None) -> None:
        self._place, self._error = place, error
        self.asked: list[int] = []

    def __call__(self) -> None:
        """Say yes, or raise."""
        self.asked.append(len(self._place.ops()))
        if self._error:
            raise self._error


class Base:
    """A place, an adapter, and what it can do."""

    platform = "memory"
    uploads = True  # photos travel before the publishing request

    @pytest.fixture
    def place(self) -> Place:
        """The network under test."""
        return MemoryPlace()

    @pytest.fixture
    def adapter(self, place: Place) -> Adapter:
        """The adapter under test."""
        return place.adapter()

    def look(self, adapter: Adapter, post: Post, known: frozenset[str] = NONE) -> Receipt | None:
        """`find` over the last minutes."""
        return adapter.find(post, datetime.now(UTC) - SINCE, known)
