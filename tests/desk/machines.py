"""Machines that ask the API: tokens, clients, and what the ledger holds, for tests that nothing was changed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from syndicator.desk.context import digest
from syndicator.ledger.schema import accounts, articles, deliveries, events, posts, sources, switch
from syndicator.ledger.schema_people import actions
from syndicator.models import Delivery
from tests.desk.newsroom import Newsroom, logged_in, token

KEPT = (accounts, articles, deliveries, events, posts, sources, switch, actions)


def bearer(newsroom: Newsroom, name: str, *scopes: str, of: str = "") -> dict[str, str]:
    """The header of a new token."""
    secret = f"secret-of-{of}-{name}"
    newsroom.room.ledger.people.add_token(of, name, digest(secret), scopes, newsroom.room.clock())
    return {"authorization": f"Bearer {secret}"}


def machine(newsroom: Newsroom, name: str, *scopes: str, of: str = "") -> httpx.Client:
    """A program with a token of these scopes."""
    return httpx.Client(base_url=f"{newsroom.url}/api/v1/", headers=bearer(newsroom, name, *scopes, of=of), timeout=20)


@contextmanager
def browser(newsroom: Newsroom, name: str, *, csrf: bool = True) -> Iterator[httpx.Client]:
    """Somebody's browser, asking the API with its session."""
    with logged_in(newsroom, name) as client:
        sent = {"x-csrf": token(client.get("/stop"))} if csrf else {}
        base = f"{newsroom.url}/api/v1/"
        with httpx.Client(base_url=base, cookies=client.cookies, headers=sent, timeout=20) as asking:
            yield asking


@dataclass(frozen=True)
class Refusing:
    """A newsroom that many refusals share, for they change nothing: a program that may do all but what chiefs may."""

    newsroom: Newsroom
    client: httpx.Client
    rows: list[Delivery]


@contextmanager
def refusing(folder: Path, hashed: str) -> Iterator[Refusing]:
    """Such a newsroom with one story, its desk listening."""
    made = Newsroom(folder, hashed)
    made.serve()
    rows = made.publish("harbour", "Harbour tunnel stays shut", photo=True)
    with machine(made, "cms", "read", "act", "compose") as client:
        yield Refusing(made, client, rows)
    made.close()


def held(newsroom: Newsroom) -> list[list[Sequence[Any]]]:
    """Everything in the ledger that a request could have changed."""
    with newsroom.room.ledger.store.read() as connection:
        return [[tuple(row) for row in connection.execute(select(table))] for table in KEPT]


def problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    """The problem in an answer, which must be of this status and kind, and whole."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"urn:syndicator:problem:{kind}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body
