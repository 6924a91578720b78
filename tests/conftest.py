"""Fixtures every part of the tests may ask for."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.services import postgres

# The same examples on every run: a red test means a changed program. No deadline: the machine may be busy.
settings.register_profile("steady", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a real PostgreSQL, one server per test process, started when first asked for."""
    with postgres.server() as server:
        yield server.url()


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The address of an empty database of this test's own."""
    with postgres.database(postgres_url) as url:
        yield url
