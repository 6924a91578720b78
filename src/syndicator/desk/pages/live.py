"""The stream of hints that open pages listen to."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from syndicator.desk.context import desk_of

router = APIRouter()


@router.get("/stream")
async def stream(request: Request) -> StreamingResponse:
    """Server-sent events; a page that comes back says what it has seen, and is told what it has missed."""
    desk = desk_of(request)
    await run_in_threadpool(desk.person, request)
    seen = request.headers.get("last-event-id") or request.query_params.get("since", "")
    since = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 16 else None
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    stream = desk.hub.listen(since, lambda: desk.still(request))
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)
