"""Fixtures of the slow tests: real services, skipped where they cannot be had."""

from collections.abc import Iterator

import pytest

from tests.services import wordpress
from tests.services.wordpress import WordPress


@pytest.fixture(scope="session")
def site() -> Iterator[WordPress]:
    """A running WordPress, one per test process."""
    try:
        with wordpress.server() as running:
            yield running
    except wordpress.Missing as lack:
        pytest.skip(str(lack))
