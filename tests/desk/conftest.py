"""A desk with a newsroom of four accounts, its people, and a server on a free port of this machine."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from syndicator.desk import passwords
from tests.desk.newsroom import PASSWORD, PEOPLE, Newsroom, logged_in


@pytest.fixture(scope="session")
def hashed_password() -> str:
    """Everybody's password here, hashed once."""
    return passwords.hashed(PASSWORD)


@pytest.fixture
def newsroom(tmp_path: Path, hashed_password: str) -> Iterator[Newsroom]:
    """The newsroom, its desk listening."""
    made = Newsroom(tmp_path, hashed_password)
    made.serve()
    yield made
    made.close()


@pytest.fixture
def anna(newsroom: Newsroom) -> Iterator[httpx.Client]:
    """An editor who is logged in."""
    with logged_in(newsroom, "anna") as client:
        yield client


@pytest.fixture
def ben(newsroom: Newsroom) -> Iterator[httpx.Client]:
    """A viewer."""
    with logged_in(newsroom, "ben") as client:
        yield client


@pytest.fixture
def cleo(newsroom: Newsroom) -> Iterator[httpx.Client]:
    """A chief."""
    with logged_in(newsroom, "cleo") as client:
        yield client


@pytest.fixture
def root(newsroom: Newsroom) -> Iterator[httpx.Client]:
    """An administrator."""
    with logged_in(newsroom, "root") as client:
        yield client


__all__ = ["PEOPLE", "anna", "ben", "cleo", "hashed_password", "newsroom", "root"]
