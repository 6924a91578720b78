"""Lists of posts, by the same questions as the desk's history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator, Field, TypeAdapter

from syndicator.desk import asked, words
from syndicator.desk.api import facts, problems, shapes
from syndicator.desk.api.kinds import Asked, Given, Name, clean
from syndicator.desk.api.route import route
from syndicator.desk.context import Desk, desk_of
from syndicator.desk.wallclock import NoSuchTime
from syndicator.ledger import search
from syndicator.models import Status

router = APIRouter(tags=["deliveries"])

Values = Annotated[list[Name], Field(default_factory=list, max_length=50)]
When = Annotated[str, Field(max_length=60), AfterValidator(clean)]
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Given)


class Question(Asked):
    """What to list; each filter that is there narrows it, of several values one is enough."""

    q: Annotated[str, AfterValidator(clean)] = Field("", max_length=1_000, description="Words, or their beginnings.")
    account: Values
    section: Values
    person: Annotated[Values, Field(description='Who had a hand in it: "anna", "token:cms".')]
    source: Values
    since: When = Field("", alias="from", description='A time with its offset, a day, "today", "-7d" or "-12h".')
    until: When = Field("", alias="to", description="Likewise, not included; a day counts to its end.")
    after: When = Field("", max_length=200, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class OfPosts(Question):
    """What posts to list."""

    state: Annotated[list[Status], Field(default_factory=list, max_length=20)]


class OfAll(Question):
    """What posts and stories to list; the state "none" is that of stories without a post."""

    state: Annotated[list[Status | Literal["none"]], Field(default_factory=list, max_length=20)]


@router.get("/deliveries", response_model=shapes.Deliveries, **route("read"))
def deliveries(request: Request, question: Annotated[OfPosts, Query()]) -> shapes.Deliveries:
    """Posts, the newest first: by when they were sent, else by when they last changed."""
    found = _found(desk_of(request), question, tuple(one.value for one in question.state or Status))
    rows = [one.delivery for one in found.entries if one.delivery]
    return shapes.Deliveries(items=facts.deliveries(request, rows), next=found.next or None)


@router.get("/history", response_model=shapes.History, **route("read"))
def history(request: Request, question: Annotated[OfAll, Query()]) -> shapes.History:
    """Every post ever planned, and stories that got none, with the reason; how many there are in all."""
    found = _found(desk_of(request), question, tuple(str(one) for one in question.state))
    posts = {one.id: one for one in facts.deliveries(request, [one.delivery for one in found.entries if one.delivery])}
    items = [posts[one.delivery.id] if one.delivery else _without(one) for one in found.entries]
    return shapes.History(items=items, next=found.next or None, posts=found.posts, stories=found.stories)


def _without(entry: search.Entry) -> shapes.NoPost:
    story = entry.article
    label, detail = words.NO_POST, story.reason or story.state.value
    return shapes.NoPost(article=story.id, article_url=story.url or None, title=story.title, label=label, detail=detail)


def _found(desk: Desk, question: Question, states: tuple[str, ...]) -> search.Found:
    wanted = search.Query(
        words=question.q,
        since=_bound(desk, "from", question.since),
        until=_bound(desk, "to", question.until),
        state=states,
        account=tuple(question.account),
        section=tuple(question.section),
        person=tuple(one if ":" in one else f"person:{one}" for one in question.person),
        source=tuple(question.source),
    )
    try:
        return desk.room.ledger.search.find(wanted, question.after, question.limit)
    except ValueError as error:
        raise problems.invalid("after", "This is not the `next` of a page of this list.") from error


@dataclass(frozen=True)
class _Bound:
    """A query of one bound, as the desk's history reads it."""

    name: str
    text: str

    def get(self, key: str, default: str = "") -> str:
        """The bound, by its name."""
        return self.text if key == self.name else default

    def getlist(self, _key: str) -> list[str]:
        """No filters."""
        return []


def _bound(desk: Desk, name: str, text: str) -> datetime | None:
    """A bound as it was written: a time with its offset, else what the desk's history takes."""
    if not text.strip():
        return None
    try:
        if "T" in text.upper()[:12] and ":" in text:
            return _MOMENT.validate_python(text.replace(" ", "+"))
        read = asked.read(_Bound(name, text), desk.now, desk.room.zone)
    except (NoSuchTime, ValueError, OverflowError) as error:
        raise problems.invalid(name, 'Write "2026-11-23T14:05:00Z", "2026-11-23", "today" or "-7d".') from error
    return read.since if name == "from" else read.until
