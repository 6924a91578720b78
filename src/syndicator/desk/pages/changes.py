"""Stories that changed after they were sent, and what a person says about a whole story."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from syndicator import editorial
from syndicator.desk import changes, forms
from syndicator.desk.context import Desk, desk_of
from syndicator.desk.i18n import _, several
from syndicator.desk.posts import time_of
from syndicator.models import Person, Revision, Role

router = APIRouter()

MOST = 100


@router.get("/changes")
def show(request: Request) -> Response:
    """Every story that changed, or was taken back, while a post of it was out, until somebody has dealt with it."""
    desk = desk_of(request)
    person = desk.person(request)
    found = desk.room.ledger.revisions.open(MOST)
    rows = [_row(desk, person, *one, desk.room.ledger.revisions.of(one[0].article)) for one in found]
    counted = several("{n} story", "{n} stories", len(rows)) if rows else ""
    return desk.page(request, "changes.html", rows=rows, counted=counted, may=person.role.at_least(Role.EDITOR))


@router.post("/articles/{number}/seen")
def seen(request: Request, number: int) -> Response:
    """Somebody has dealt with what changed."""
    desk = desk_of(request)
    person = desk.person(request, Role.EDITOR)
    desk.room.ledger.articles.get(number)
    editorial.seen(desk.room, number, f"person:{person.name}")
    return desk.go("/changes" if forms.checked(request, "list") else f"/articles/{number}")


@router.post("/articles/{number}/split")
def split(request: Request, number: int) -> Response:
    """Two stories that were taken for one."""
    desk = desk_of(request)
    person = desk.person(request, Role.EDITOR)
    editorial.split(desk.room, number, f"person:{person.name}")
    return desk.go(f"/articles/{number}")


def _row(desk: Desk, person: Person, one: Revision, title: str, every: Sequence[Revision]) -> dict[str, Any]:
    """One story with all that is open about it, the newest first."""
    still = [other for other in reversed(every) if changes.is_open(other)]
    return {
        "id": one.article, "title": title or _("(no headline)"), "time": time_of(desk, person, one.at),
        "what": "; ".join(dict.fromkeys(map(changes.brief, still))), "withdrawn": one.kind == "withdrawn",
        "out": several("{n} post out", "{n} posts out", one.public),
    }  # fmt: skip
