"""A text as an account's platform counts it."""

from fastapi import APIRouter, Request
from pydantic import Field

from syndicator.desk.api import problems, shapes
from syndicator.desk.api.kinds import Asked, Name, Text
from syndicator.desk.api.route import route
from syndicator.desk.context import desk_of
from syndicator.text import measure

router = APIRouter(tags=["measure"])


class Draft(Asked):
    """A text, and for which account."""

    account: Name
    text: Text
    warning: Text = Field("", description="Counted where the platform counts it.")


@router.post("/measure", response_model=shapes.Measured, **route("read"))
def count(request: Request, body: Draft) -> shapes.Measured:
    """How long a text is, and whether it fits. Nothing is stored."""
    room = desk_of(request).room
    account = room.accounts.get(body.account)
    if account is None:
        raise problems.invalid("account", f"There is no account {body.account!r}.")
    found = measure(body.text, room.features(account), body.warning)
    size = shapes.Count(length=found.length, limit=found.limit, left=found.left)
    return shapes.Measured(account=account.name, fits=found.fits, count=size)
