"""The desk put together: routes, the way in, and what happens when something goes wrong."""

import platform
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

import structlog
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as PlainHTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse, Response

from syndicator import __version__
from syndicator.desk import forms, media
from syndicator.desk.composing import Refused
from syndicator.desk.context import Desk, NeedsLogin, NotAllowed, desk_of
from syndicator.desk.stream import Hub
from syndicator.desk.wallclock import NoSuchTime
from syndicator.desk.wayin import WayIn, place
from syndicator.errors import (
    ConfigError,
    FetchError,
    IllegalMove,
    PhotoError,
    RenderError,
    Stale,
    StoreError,
    SyndicatorError,
)
from syndicator.room import Room

log = structlog.get_logger("syndicator.desk")

PAGES = (
    "login", "queue", "actions", "article", "compose", "history", "calendar", "accounts", "sources", "stop", "people",
    "me", "live", "changes", "push", "websub",
)  # fmt: skip
STATUS: dict[type[BaseException], int] = {
    IllegalMove: 409, Stale: 409, LookupError: 404, RenderError: 422, ConfigError: 422, NotAllowed: 403,
    FetchError: 422, PhotoError: 422, NoSuchTime: 422, Refused: 422, StoreError: 503, ValueError: 422, NeedsLogin: 401,
}  # fmt: skip


def create_app(room: Room) -> FastAPI:
    """The desk of a room as an ASGI application."""
    where = place(room.config.desk, (platform.node(),))
    desk = Desk(room, where, Hub(room), media.static_version())

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        # The first search would wait for what this reads. Beside, so that the first page does not.
        threading.Thread(target=_warm, args=(room,), name="desk-search", daemon=True).start()
        yield
        desk.hub.close()

    app = FastAPI(
        title="syndicator", version=__version__, lifespan=life, docs_url=None, redoc_url=None, openapi_url=None,
        dependencies=[Depends(forms.guard)], redirect_slashes=False,
        middleware=[
            Middleware(WayIn, place=where, failed=_failed),
            Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5),
        ],
    )  # fmt: skip
    app.state.desk = desk
    app.include_router(media.router)
    for name in PAGES:
        app.include_router(import_module(f"syndicator.desk.pages.{name}").router)
    api = import_module("syndicator.desk.api")
    app.include_router(api.router)
    for kind in (SyndicatorError, LookupError, ValueError, PlainHTTPException, RequestValidationError):
        app.add_exception_handler(kind, _failed)
    return app


def _warm(room: Room) -> None:
    try:
        room.ledger.search.warm()
    except StoreError as error:
        log.warning("the history is not ready yet", error=str(error))


async def _failed(request: Request, error: Exception) -> Response:
    """An error as the asker understands it: a log-in, a page, a part of a page, or a problem for a machine."""
    from starlette.concurrency import run_in_threadpool

    return await run_in_threadpool(_answer, request, error)


def _answer(request: Request, error: Exception) -> Response:
    status = status_of(error)
    if status >= 500:
        log.error("desk", path=request.url.path, error=str(error), exc_info=status == 500)
    if request.url.path.startswith("/api/"):
        from syndicator.desk.api import problems

        return problems.answer(request, error, status)
    if isinstance(error, NeedsLogin):
        return _log_in(request)
    return desk_of(request).page(
        request, "error.html", status, code=status, words=_words(error, status), heading=_TITLES.get(status, "Error")
    )


_TITLES = {403: "Not allowed", 404: "Not there", 409: "The post has moved on", 422: "There is a problem",
           500: "Something broke", 503: "The ledger cannot be read"}  # fmt: skip


def _log_in(request: Request) -> Response:
    """Pages lead to the log-in and back; a part of a page says so in its status; a form's text is carried along."""
    desk = desk_of(request)
    if request.headers.get("hx-request") or request.headers.get("x-desk"):
        return Response("You were logged out. Log in here; your text is kept.", 401, {"hx-redirect": ""})
    if request.method in {"GET", "HEAD"}:
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(desk.url("/login", next="" if here == "/" else here), 303)
    return forms.carried(request)


def status_of(error: Exception) -> int:
    """The HTTP status of an error."""
    if isinstance(error, PlainHTTPException | HTTPException):
        return error.status_code
    if isinstance(error, RequestValidationError):
        return 422
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


def _words(error: Exception, status: int) -> str:
    if isinstance(error, PlainHTTPException):
        return str(error.detail)
    if isinstance(error, RequestValidationError):
        return "A field has a value that the desk does not understand. Nothing was changed."
    if isinstance(error, StoreError):
        return "The ledger cannot be read. Run `syndicator check`."
    return (
        str(error.args[0] if error.args else error) if status < 500 else "It is written in the log; nothing was sent."
    )
