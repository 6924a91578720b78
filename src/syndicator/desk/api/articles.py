"""Articles: found by their address, with the permalinks of their posts; and added, for a CMS."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, Field

from syndicator.desk import composing
from syndicator.desk.api import facts, once, problems, shapes
from syndicator.desk.api.kinds import Address, Asked, Given, Line, Name, Number, Text, clean
from syndicator.desk.api.once import Made
from syndicator.desk.api.route import route, sends
from syndicator.desk.bearer import asker_of
from syndicator.desk.context import desk_of
from syndicator.desk.doers import must_be_able
from syndicator.models import Account, Article
from syndicator.room import Room

router = APIRouter(tags=["articles"])

Url = Annotated[str, Query(max_length=4_000, description="The article's address."), AfterValidator(clean)]

ADDED = sends(201, "Location", "The article.") | {
    200: {"model": shapes.Queued, "description": "Every account had its post; nothing was made."}
}


class Order(Asked):
    """An article by its address, or a post in your own words with `url` as its link."""

    url: Address = Field("", description="The article's address; its page is read, and its photo fetched.")
    text: Text = Field("", description="Your own words instead; they are sent as they are.")
    accounts: list[Name] = Field([], max_length=100, description="None: all accounts that are switched on.")
    due: Given | None = Field(None, description="Not before this time; null: after each account's usual wait.")
    again: Line = Field("", description="Why a further post, where an account has one already.")


@router.get("/articles", response_model=shapes.Articles, **route("read"))
def find(request: Request, url: Url) -> shapes.Articles:
    """The article at an address, with its posts and their permalinks; no item where there is none."""
    story = composing.known(desk_of(request).room, url)
    return shapes.Articles(items=[facts.article(request, story)] if story else [])


@router.get("/articles/{number}", response_model=shapes.Article, **route("read", 404))
def show(request: Request, number: Number) -> shapes.Article:
    """One article, with its posts."""
    return facts.article(request, desk_of(request).room.ledger.articles.get(number))


@router.post(
    "/articles",
    response_model=shapes.Queued,
    status_code=201,
    **route("compose", 409, more=ADDED),
)
def add(request: Request, body: Order, key: once.Key = None) -> Response:
    """Queue an article, or a post in your own words. Nothing is stored where one account could not say it.

    An article that is known gets posts on the accounts that have none yet.
    """
    return once.once(request, key, body, lambda: _added(request, body))


def _added(request: Request, body: Order) -> Made:
    desk, asker = desk_of(request), asker_of(request)
    must_be_able(desk.room.ledger.people, asker, "compose")
    accounts = _accounts(desk.room, body.accounts)
    wish = composing.Wish(body.url, body.text, tuple(one.name for one in accounts))
    try:
        about = composing.subject(desk.room, wish)
    except composing.Refused as error:
        errors = [{"field": field, "message": sentence} for field, sentence in error.errors]
        raise problems.Problem(422, str(error), errors=errors) from error
    troubles = [one.trouble for one in composing.trials(desk.room, about, accounts) if one.trouble]
    if troubles:
        field = "text" if body.text.strip() else "url"
        errors = [{"field": field, "message": trouble} for trouble in troubles]
        raise problems.Problem(422, "It cannot be said on every account. Nothing was queued.", errors=errors)
    due = {one.name: _due(about.article, one, body.due, desk.now) for one in accounts}
    rows = composing.carry_out(desk.room, asker, about, due, urgent=False, again=body.again.strip())
    number = rows[0].article if rows else about.article.id
    story = facts.article(request, desk.room.ledger.articles.get(number))
    headers = {"location": desk.url(f"/api/v1/articles/{number}")}
    return Made(shapes.Queued(article=story, made=[row.id for row in rows]), 201 if rows else 200, headers)


def _accounts(room: Room, names: Sequence[str]) -> list[Account]:
    unknown = [name for name in names if name not in room.accounts]
    if unknown:
        known = ", ".join(sorted(room.accounts)) or "none"
        raise problems.invalid("accounts", f"There is no account {unknown[0]!r}; there are: {known}.")
    chosen = [room.accounts[name] for name in dict.fromkeys(names)]
    chosen = chosen or [one for one in room.accounts.values() if one.enabled]
    if not chosen:
        raise problems.invalid("accounts", "No account is switched on.")
    return chosen


def _due(article: Article, account: Account, asked: datetime | None, now: datetime) -> datetime:
    """When it may leave. An embargo is kept, whatever was asked for."""
    if asked and article.embargo and asked < article.embargo:
        raise problems.invalid("due", f"The article is under embargo until {article.embargo.isoformat()}.")
    return asked or max(now + account.policy.hold_for, article.embargo or now)
