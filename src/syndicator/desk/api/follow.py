"""What has happened: as a list to ask again, and as a stream."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import StreamingResponse

from syndicator.desk import bearer
from syndicator.desk.api import cursors, shapes
from syndicator.desk.api.kinds import HIGHEST, Cursor, Limit, Search
from syndicator.desk.api.route import route
from syndicator.desk.context import desk_of
from syndicator.ledger.journal import Journal

router = APIRouter(tags=["events"])

One = Annotated[int | None, Query(ge=1, le=HIGHEST)]


@router.get("/events", response_model=shapes.Events, **route("read"))
def events(
    request: Request,
    after: Cursor = "",
    limit: Limit = 100,
    delivery: One = None,
    article: One = None,
    account: Search = "",
) -> shapes.Events:
    """Every move of every post, oldest first. `next` is always there once there was an event: ask again with it."""
    journal, seen = Journal(desk_of(request).room.ledger.store), cursors.number(after)
    found = journal.after(seen, limit, delivery=delivery, article=article, account=account)
    last = found[-1]["id"] if found else seen
    return shapes.Events(items=[shapes.Event(**one) for one in found], next=cursors.made([last]) if last else None)


@router.get(
    "/stream",
    response_class=StreamingResponse,
    **route(
        "read", more={200: {"description": "Hints until the connection ends.", "content": {"text/event-stream": {}}}}
    ),
)
async def stream(request: Request, since: Annotated[int | None, Query(ge=0)] = None) -> StreamingResponse:
    """Server-sent events: `state` (stop switch, pauses), `change` (which post moved) and `reload` (too much to tell).

    Hints only: read what they name. Last-Event-ID, or `since`, gives what was missed.
    """
    seen = request.headers.get("last-event-id", "")
    since = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 16 else since
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    stream = desk_of(request).hub.listen(since, lambda: bearer.still(request))
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)
