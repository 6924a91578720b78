"""Where hubs come (WebSub, W3C Recommendation 2018): to verify that we subscribed, and to tell what is new.

No person and no session: a hub proves itself by the path, which only it knows, and by its signature. So these are
plain routes, which the guard of forms does not see.
"""

import threading
from datetime import datetime, timedelta

import structlog
from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response

from syndicator.desk.context import desk_of
from syndicator.desk.wayin import limit
from syndicator.errors import StoreError
from syndicator.models import Subscription
from syndicator.pipeline import hearing, hubs
from syndicator.room import Room

log = structlog.get_logger("syndicator.desk")
router = APIRouter()

SILENCE = timedelta(minutes=10)  # between two warnings about one subscription's signatures
_MOST = 1_000

NOBODY = "There is no such subscription.\n"


class _Warned:
    """When somebody was last warned about what."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[str, datetime] = {}

    def again(self, what: str, now: datetime) -> bool:
        """Whether it is time for another word; then it counts from now."""
        with self._lock:
            last = self._last.get(what)
            if last is not None and timedelta(0) <= now - last < SILENCE:
                return False
            if len(self._last) >= _MOST:
                self._last.clear()
            self._last[what] = now
            return True


_WARNED = _Warned()


def verify(request: Request) -> Response:
    """A hub asks whether we meant it, or says no."""
    desk = desk_of(request)
    try:
        status, text = hearing.confirm(desk.room, request.path_params["path"], request.query_params)
    except StoreError as error:
        return _unreadable(error)
    return PlainTextResponse(text, status)


async def tell(request: Request) -> Response:
    """A hub tells what is new. It is answered at once, right or forged; only what is right is read, afterwards."""
    room, path = desk_of(request).room, request.path_params["path"]
    try:
        one = await run_in_threadpool(room.ledger.told.at, path)
    except StoreError as error:
        return _unreadable(error)
    if one is None:
        return PlainTextResponse(NOBODY, 404)
    if hubs.is_over(one):
        return PlainTextResponse("This subscription has ended.\n", 410)
    body = await _body(request)
    if body is None:
        return PlainTextResponse("That is more than the desk takes.\n", 413)
    signature = request.headers.get("x-hub-signature", "")
    if not await run_in_threadpool(hubs.signed, one, signature, body):
        _warn(room, one, signature)
        return Response(status_code=202)
    kind = request.headers.get("content-type", "")
    return Response(status_code=202, background=BackgroundTask(hearing.hear, room, one, body, kind))


async def _body(request: Request) -> bytes | None:
    """The body, None when it is too long: the outermost layer ends it there."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
    except ClientDisconnect:
        return None
    return bytes(body) if len(body) <= limit(request.url.path) else None


def _warn(room: Room, one: Subscription, signature: str) -> None:
    if _WARNED.again(one.source, room.clock()):
        why = "its signature is wrong" if signature else "it is not signed"
        log.warning("delivery dropped", source=one.source, hub=hubs.host(one), reason=why)


def _unreadable(error: StoreError) -> Response:
    """Answered here, because the usual page of an error writes the path, which is secret, into the log."""
    log.error("desk", path="/websub", error=str(error))
    return PlainTextResponse("Try again later.\n", 503)


router.add_route("/websub/{path}", verify, methods=["GET"], include_in_schema=False)
router.add_route("/websub/{path}", tell, methods=["POST"], include_in_schema=False)
