"""What every route of the API declares: the scope it needs, its problems, how one proves who one is."""

from typing import Any

from fastapi import Depends

from syndicator.desk import bearer
from syndicator.desk.api import problems


def route(scope: str, *statuses: int, more: dict[int | str, Any] | None = None) -> dict[str, Any]:
    """Keyword arguments of a route that `scope` opens and that may refuse with these statuses.

    `more` are further answers, by status.
    """
    session: dict[str, list[str]] = {"session": []} if scope == "read" else {"session": [], "csrf": []}
    return {
        "dependencies": [Depends(bearer.needs(scope))],
        "responses": problems.of(*statuses) | (more or {}),
        "openapi_extra": {"security": [{"token": [scope]}, session]},
    }


def sends(status: int, name: str, words: str) -> dict[int | str, Any]:
    """A header of an answer, for a route's `more`."""
    return {status: {"headers": {name: {"description": words, "schema": {"type": "string"}}}}}
