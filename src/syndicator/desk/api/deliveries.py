"""Posts: listed, read, edited."""

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import Field
from starlette.responses import JSONResponse

from syndicator import editorial
from syndicator.desk.api import facts, once, problems, shapes
from syndicator.desk.api.kinds import Asked, Given, Line, Number, Text, as_json
from syndicator.desk.api.route import route, sends
from syndicator.desk.bearer import Asker, asker_of
from syndicator.desk.context import desk_of
from syndicator.desk.doers import must_be_able
from syndicator.desk.posts import features_of
from syndicator.errors import IllegalMove, PhotoError
from syndicator.models import Delivery, Role, Status
from syndicator.room import Room

router = APIRouter(tags=["deliveries"])

TAGGED = sends(200, "ETag", "The version of the words; send it as If-Match with a change.")
EDITABLE = frozenset({Status.HELD, Status.QUEUED, Status.FAILED})


class Edit(Asked):
    """Other words, photo or time for a post that waits or has failed. What is not there stays as it is."""

    text: Text = Field("", description="Counted as the platform counts it; what does not fit is refused.")
    alt: Text | None = Field(None, description="The photo's description; null or empty for none.")
    warning: Text | None = Field(None, description="The warning line, where the platform has one; null for none.")
    photo: Line = Field("", description='The place of one of the article\'s photos, from "0", or "none".')
    due: Given | None = Field(None, description="Not before this time.")


@router.get("/deliveries/{number}", response_model=shapes.Delivery, **route("read", 404, more=TAGGED))
def show(request: Request, number: Number) -> Response:
    """One post. Its ETag is the version of its words."""
    return _answer(request, desk_of(request).room.ledger.deliveries.get(number))


@router.patch("/deliveries/{number}", response_model=shapes.Delivery, **route("act", 404, 409, 412, 428, more=TAGGED))
def edit(request: Request, number: Number, body: Edit, match: once.Match = None) -> Response:
    """Store other words as a new version. If-Match must name the version you have read."""
    room, asker = desk_of(request).room, asker_of(request)
    row = room.ledger.deliveries.get(number)
    must_be_able(room.ledger.people, asker, "edit")
    if match is None:
        raise problems.Problem(428, "Send If-Match with the ETag of the post as you have read it.")
    once.matched(match, row)
    if row.status not in EDITABLE:
        raise _moved_on(request, row, f"The post is {row.status.value} and cannot be edited.")
    given, due = _given(room, row, body), body.due if "due" in body.model_fields_set else None
    try:
        return _answer(request, _edited(room, row, asker, given, due))
    except PhotoError as error:
        raise problems.invalid("photo", f"The photo cannot be used: {error}.") from error
    except IllegalMove as error:
        raise _moved_on(request, room.ledger.deliveries.get(number), str(error)) from error


def _edited(room: Room, row: Delivery, asker: Asker, given: dict[str, Any], due: Any) -> Delivery:
    words = {"version": row.version, "due": due, **given}
    if row.status is Status.FAILED:
        return editorial.mend(room, row.id, asker.actor, **words)
    return editorial.edit(room, row.id, asker.actor, approves=asker.role.at_least(Role.CHIEF), **words)


def _given(room: Room, row: Delivery, body: Edit) -> dict[str, str]:
    """The fields that were sent; refused where this post has no such thing."""
    sent = body.model_fields_set
    if not sent or ("due" in sent and body.due is None):
        raise problems.invalid("due" if sent else "", "Say what is to change.")
    given: dict[str, str] = {
        name: str(getattr(body, name) or "") for name in ("text", "alt", "warning", "photo") if name in sent
    }
    if "text" in given and not given["text"].strip():
        raise problems.invalid("text", "A post needs a text.")
    stored = room.ledger.deliveries.version(row.id, row.version)
    if given.get("alt") and "photo" not in given and not (stored and stored.post.media):
        raise problems.invalid("alt", "This post has no photo, so there is nothing to describe.")
    account = room.account(row.account)
    if given.get("warning") and account and not features_of(room, account, "").warnings:
        raise problems.invalid("warning", f"{features_of(room, account, '').label} has no warning line.")
    return given


def _moved_on(request: Request, row: Delivery, detail: str) -> problems.Problem:
    seen = facts.delivery(request, row)
    instance = desk_of(request).url(f"/api/v1/deliveries/{row.id}")
    return problems.wrong_state(detail, "edit", row.status.value, seen.can, instance)


def _answer(request: Request, row: Delivery) -> Response:
    return JSONResponse(as_json(facts.delivery(request, row)), headers={"etag": once.tag(row)})
