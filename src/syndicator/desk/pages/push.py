"""Where a CMS tells us of an article. No person and no session: the signature is the proof.

So this is a plain route, which the guard of forms does not see.
"""

from datetime import timedelta
from typing import Any

import structlog
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from syndicator.desk.api import problems
from syndicator.desk.api.problems import Problem
from syndicator.desk.bearer import Pace
from syndicator.desk.context import desk_of
from syndicator.errors import ConfigError, StoreError
from syndicator.models import Source
from syndicator.pipeline import pushing
from syndicator.room import Room
from syndicator.sources.push import Unfit
from syndicator.sources.push.signing import HEADERS, Forged

log = structlog.get_logger("syndicator.desk")
router = APIRouter()

SILENCE = timedelta(minutes=1)  # between two warnings about one source's signatures
_WARNED = Pace()

NOBODY = "Nobody takes pushes at this address. Run `syndicator check` to see the right one."
TOO_LONG = f"A push has at most {pushing.LIMIT:,} bytes. Nothing was taken."
NO_SECRET = "The signature cannot be checked. Run `syndicator check`. Nothing was taken."  # noqa: S105 - no secret


async def tell(request: Request) -> Response:
    """A push: 202 and what was taken, 200 when it was taken before; else a problem, and nothing was stored."""
    room = desk_of(request).room
    try:
        source = _source(room, request.path_params["source"])
        signature = request.headers.get(HEADERS[source.form], "")
        body = await _body(request) if signature else b""  # of a stranger nothing is read
        return await run_in_threadpool(_taken, room, source, signature, body)
    except Exception as error:  # noqa: BLE001 - a machine is told in its own form what the log has in full
        return _refused(request, error)


router.add_route(f"{pushing.PATH}{{source}}", tell, methods=["POST"], include_in_schema=False)


def _source(room: Room, name: str) -> Source:
    found = room.source(name)
    if found is None or found.type != "push":
        raise Problem(404, NOBODY)
    return found


async def _body(request: Request) -> bytes:
    """The body; one that is too long is not read to its end."""
    length, body = request.headers.get("content-length", "0"), bytearray()
    try:
        if int(length) <= pushing.LIMIT:
            async for chunk in request.stream():
                body += chunk
                if len(body) > pushing.LIMIT:
                    break
            else:
                return bytes(body)
    except ClientDisconnect:
        raise Problem(400, "The push ended before its end.") from None
    raise Problem(413, TOO_LONG)


def _taken(room: Room, source: Source, signature: str, body: bytes) -> Response:
    try:
        taken = pushing.receive(room, source, signature, body)
    except Forged as error:
        _warn(room, source, str(error))
        raise Problem(401, f"{error} Nothing was taken.", "not-signed") from None
    except ConfigError as error:
        _warn(room, source, str(error))
        raise Problem(401, NO_SECRET, "not-signed") from None
    except Unfit as error:
        errors = [{"field": error.field, "message": error.message}]
        raise Problem(422, f"{error}. Nothing was taken.", errors=errors) from None
    said: dict[str, Any] = {
        "taken": len(taken.articles),
        "new": taken.new,
        "articles": [_article(room, one.url, [key.key for key in one.keys]) for one in taken.articles],
    }
    if taken.skipped or taken.again:
        said["detail"] = " ".join(taken.skipped) or "This push was taken before. Nothing was done."
    return JSONResponse(said, 200 if taken.again else 202)


def _article(room: Room, url: str, keys: list[str]) -> dict[str, Any]:
    known = room.ledger.articles.by_keys(keys)
    return {"url": url, "id": known.id} if known else {"url": url}


def _refused(request: Request, error: Exception) -> Response:
    status, body = problems.body_of(request, error)
    if status >= 500:
        log.error("push not taken", source=request.path_params["source"], error=str(error), exc_info=status == 500)
    headers = {401: {"www-authenticate": 'HMAC realm="push"'}, 503: {"retry-after": "5"}}.get(status, {})
    if isinstance(error, StoreError):
        body["detail"] = "The ledger cannot be written. Nothing was taken; send it again."
    return JSONResponse(body, status, headers, media_type=problems.MEDIA_TYPE)


def _warn(room: Room, source: Source, why: str) -> None:
    if not _WARNED.take(f"{id(room)}:{source.name}", 1, 1 / SILENCE.total_seconds(), room.clock()):
        log.warning("push refused", source=source.name, reason=why)
