"""The stop switch: any editor may stop, only a chief lets posts leave again."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from syndicator.desk import acts, forms, rights
from syndicator.desk.context import desk_of
from syndicator.models import Role

router = APIRouter()

REASONS = ("Checking a story", "Breaking news: hold everything", "Something is wrong with our posts", "Other")
LIMIT = 300


@router.get("/stop")
def show(request: Request) -> Response:
    """Why, and how many posts will wait."""
    desk = desk_of(request)
    person = desk.person(request)
    counts = desk.room.ledger.history.counts()
    waiting = sum(states.get("queued", 0) for states in counts.values())
    stopped = desk.room.ledger.accounts.stopped() is not None
    refusal = rights.who_can(desk, person, "restart" if stopped else "stop")
    return desk.page(request, "stop.html", reasons=REASONS, waiting=waiting, refusal=refusal)


@router.post("/stop")
def stop(request: Request) -> Response:
    """Let nothing leave from the next request on."""
    desk = desk_of(request)
    person = desk.person(request, Role.EDITOR)
    reason = (forms.field(request, "words", LIMIT).strip() or forms.field(request, "reason", LIMIT).strip())[:LIMIT]
    done = acts.stop(desk.room, desk.people, person, reason or REASONS[0])
    return desk.go("/stop", did=done.id)


@router.post("/resume")
def resume(request: Request) -> Response:
    """Let posts leave again, a burst at a time."""
    desk = desk_of(request)
    person = desk.person(request, Role.CHIEF)
    done = acts.restart(desk.room, desk.people, person)
    return desk.go("/queue", did=done.id)
