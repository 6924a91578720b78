"""A request that names itself is answered once; and a change names the version that was read."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Header
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from syndicator.desk.api import problems
from syndicator.desk.api.kinds import as_json
from syndicator.desk.api.problems import MEDIA_TYPE, Problem
from syndicator.desk.bearer import asker_of
from syndicator.desk.context import desk_of
from syndicator.errors import StoreError
from syndicator.models import Delivery

KEY_LIMIT = 200
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_TAG = re.compile(r'(W/)?"([^"]*)"')

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Any text of your own, up to 200 visible characters: the same request with the same key is done "
        "once, and answered alike for 24 hours.",
    ),
]
Match = Annotated[
    str | None, Header(alias="If-Match", description='The ETag of the post as you have read it, such as "7".')
]


@dataclass(frozen=True, slots=True)
class Made:
    """What a request has made: the answer's body, status and headers."""

    body: BaseModel
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def once(request: Request, key: str | None, body: BaseModel | None, work: Callable[[], Made]) -> Response:
    """Do the work and answer; with a key, once for whoever asks. A refusal is an answer, too.

    What broke or could not be stored may be tried again with the same key.
    """
    if key is None:
        return fresh(work())
    if not _KEY.fullmatch(key.strip('"')):
        raise problems.invalid("Idempotency-Key", "1 to 200 visible characters, please.")
    desk, actor = desk_of(request), asker_of(request).actor
    people, name = desk.room.ledger.people, key.strip('"')
    there = people.begin_answer(name, actor, _digest(request, body), desk.now)
    if there is not None:
        if there.body_hash != _digest(request, body):
            raise Problem(422, "This key was used with another request before. Nothing was changed.", "key-reused")
        if there.status is None:
            raise Problem(409, "The same request is still at work. Ask again in a moment.", "key-at-work")
        return _again(there.status, there.answer)
    try:
        return _kept(request, name, work)
    except BaseException:
        people.drop_answer(name, actor)
        raise


def _kept(request: Request, name: str, work: Callable[[], Made]) -> Response:
    people, actor = desk_of(request).room.ledger.people, asker_of(request).actor
    try:
        made = work()
    except StoreError:
        raise
    except Exception as error:
        status, body = problems.body_of(request, error)
        if status >= 500:
            raise
        people.finish_answer(name, actor, status, {"body": body, "headers": {}})
        return _again(status, {"body": body, "headers": {}})
    answer = {"body": as_json(made.body), "headers": dict(made.headers)}
    people.finish_answer(name, actor, made.status, answer)
    return _again(made.status, answer)


def fresh(made: Made) -> Response:
    """An answer that is not kept."""
    return JSONResponse(as_json(made.body), made.status, dict(made.headers))


def _again(status: int, kept: Any) -> Response:
    media_type = MEDIA_TYPE if status >= 400 else "application/json"
    return JSONResponse(kept["body"], status, kept["headers"], media_type=media_type)


def _digest(request: Request, body: BaseModel | None) -> str:
    asked = json.dumps(as_json(body) if body else None, sort_keys=True, ensure_ascii=False)
    parts = (request.method, request.url.path, request.headers.get("if-match", ""), asked)
    return sha256("\n".join(parts).encode()).hexdigest()


# ---------------------------------------------------------------------------------------------- versions


def tag(row: Delivery) -> str:
    """A post's ETag: the version of its words."""
    return f'"{row.version}"'


def matched(match: str | None, row: Delivery) -> bool:
    """Whether a post is still what If-Match names, where it is given. Raises Problem 412 when it is not."""
    if match is None:
        return False
    tags = [value for weak, value in _TAG.findall(match) if not weak]
    if match.strip() != "*" and str(row.version) not in tags:
        raise Problem(412, f"The post has version {row.version} by now. Read it again. Nothing was changed.")
    return True
