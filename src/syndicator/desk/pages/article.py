"""One story: each account's post as that network will show it, edited in place, and what has happened so far."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from syndicator import permits
from syndicator.desk import buttons, changes, times, words
from syndicator.desk.context import Desk, desk_of
from syndicator.desk.editor import Editing, opened
from syndicator.desk.posts import WAITING, Drawing, count_of, features_of, preview_of, time_of
from syndicator.models import Article, ArticleState, Delivery, Person, Role

router = APIRouter()


@router.get("/deliveries/{number}")
def delivery(request: Request, number: int) -> Response:
    """The lasting link of a post leads to its article, at that post."""
    desk = desk_of(request)
    desk.person(request)
    row = desk.room.ledger.deliveries.get(number)
    name = next((one.name for one in desk.room.ledger.accounts.states() if one.uid == row.account), "")
    answer = desk.go(f"/articles/{row.article}")
    answer.headers["location"] += f"#{name}" if name else ""
    return answer


@router.get("/articles/{number}")
def show(request: Request, number: int, edit: str = "", entries: str = "") -> Response:
    """The story. `edit` is the account whose post is being written; one that would leave meanwhile is held."""
    desk = desk_of(request)
    person = desk.person(request)
    editing = opened(request, desk, person, number, edit) if edit else None
    return draw(request, number, editing=editing, people_only=entries == "people")


def draw(request: Request, number: int, *, editing: Editing | None = None, people_only: bool = False,
         status: int = 200) -> Response:  # fmt: skip
    """The page of an article. Raises LookupError."""
    desk = desk_of(request)
    person = desk.person(request)
    ledger = desk.room.ledger
    article = ledger.articles.get(number)
    rows = ledger.deliveries.of_article(number)
    drawing = Drawing(desk, person, rows)
    columns = [column(desk, drawing, row, article) for row in rows]
    waiting = [f"{row.id}:{row.version}" for row in rows if row.status in WAITING]
    values: dict[str, Any] = {
        "story": _story(desk, article) | {"photo": _photo(columns), "graphic": article.sensitive},
        "columns": columns,
        "waiting": waiting,
        "all_verbs": _for_all(person, rows, desk) if waiting else [],
        "all_words": "1 waiting post:" if len(waiting) == 1 else f"All {len(waiting)} waiting posts:",
        "notices": [],
        **_changed(desk, person, article),
        "errors": editing.summary if editing else [],
        "editing": editing,
        "people_only": people_only,
        "sofar": _sofar(desk, person, article, rows, people_only=people_only),
    }
    return desk.page(request, "article.html", status, **values)


@router.get("/parts/post/{number}")
def part(request: Request, number: int) -> Response:
    """One account's column, for a page that is open while the post moves."""
    desk = desk_of(request)
    person = desk.person(request)
    row = desk.room.ledger.deliveries.get(number)
    drawing = Drawing(desk, person, [row])
    item = column(desk, drawing, row, desk.room.ledger.articles.get(row.article))
    return desk.page(request, "part_column.html", item=item, story={"id": row.article})


def column(desk: Desk, drawing: Drawing, row: Delivery, article: Article) -> dict[str, Any]:
    """One account's post as the macro `column` takes it."""
    room = desk.room
    post = drawing.post(row, embargo=article.embargo)
    features = features_of(room, room.account(row.account), drawing.platforms.get(row.account, ("", ""))[1])
    moment = drawing.leaves(row) if row.status in WAITING else None
    post["time"] = {**told, "rel": ""} if (told := time_of(desk, drawing.person, moment)) else None
    version = room.ledger.deliveries.version(row.id, row.version)
    if version:
        post |= preview_of(desk, version.post, features, post["name"]) | {"count": count_of(version.post, features)}
    return {"post": post, "features": features, "buttons": buttons.of(post["can"], row, desk.now)}


def _for_all(person: Person, rows: Sequence[Delivery], desk: Desk) -> list[dict[str, Any]]:
    """The verbs that one press does to every waiting post."""
    able: set[str] = set()
    for row in rows:
        if row.status in WAITING:
            able |= set(permits.verbs(row, desk.room.account(row.account), person.role))
    return buttons.named([verb for verb in ("approve", "hold", "suppress", "send", "move") if verb in able])


def _story(desk: Desk, article: Article) -> dict[str, Any]:
    now, zone = desk.now, desk.room.zone
    meta = [*article.sections[:1]]
    if article.published:
        meta.append(f"published {times.published(article.published, now, zone)}")
    if article.source:
        meta.append(f"source {article.source}")
    if article.found_at:
        meta.append(f"found {times.at(article.found_at, now, zone)}")
    if article.sensitive:
        meta.append("marked graphic")
    if article.withdrawn:
        meta.append("taken back")
    if article.embargo and article.embargo > now:
        meta.append(f"embargo until {times.until(article.embargo, now, zone, seconds=True)}")
    return {
        "id": article.id,
        "title": article.title or "(no headline)",
        "url": article.url,
        "language": article.language,
        "meta": meta,
        "reason": article.reason or _no_posts_yet(article),
        "link": desk.url(f"/articles/{article.id}"),
    }


def _no_posts_yet(article: Article) -> str:
    if article.state is ArticleState.NEW and not article.page_read and article.page_error:
        return f"Its posts wait for its page, which is tried again: {article.page_error}"
    return "This story has no posts."


def _changed(desk: Desk, person: Person, article: Article) -> dict[str, Any]:
    """What the newsroom changed about the story, and which articles are taken for it."""
    ledger = desk.room.ledger
    found = changes.told(ledger.revisions.of(article.id), desk.now, desk.room.zone)
    older = ledger.articles.story(article.id)
    return {
        "changes": found,
        "changes_open": any(one.open for one in found),
        "twins": ledger.articles.twins(article.id),
        "older": None if older == article.id else (older, ledger.articles.get(older).title),
        "may_edit": person.role.at_least(Role.EDITOR),
    }


def _photo(columns: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The story's photo as the first of its posts carries it, with its description and credit."""
    return next((media[0] for one in columns if (media := one["post"].get("media"))), None)


def _sofar(desk: Desk, person: Person, article: Article, rows: Sequence[Delivery], *, people_only: bool) -> list[Any]:
    ledger, drawing = desk.room.ledger, Drawing(desk, person, ())
    events = [event for row in rows for event in ledger.attempts.events(row.id)]
    attempts = [attempt for row in rows for attempt in ledger.attempts.of(row.id)]
    versions = [version for row in rows for version in ledger.deliveries.versions(row.id)]
    named = {row.id: _account_words(desk, drawing, row) for row in rows}
    told = words.story_so_far(
        events, attempts, versions, now=desk.now, zone=desk.room.zone, names=drawing.names, accounts=named,
        article=article, revisions=ledger.revisions.of(article.id),
    )  # fmt: skip
    return [
        {
            "time": {"at": times.iso(one.at), "text": one.time, "rel": "", "title": ""},
            "who": one.who,
            "what": f"{', '.join(one.accounts)}: {one.what}" if one.accounts else one.what,
            "person": one.people,
        }
        for one in told
        if one.people or not people_only
    ]


def _account_words(desk: Desk, drawing: Drawing, row: Delivery) -> str:
    name, platform = drawing.platforms.get(row.account, ("", ""))
    return words.account_name(name, features_of(desk.room, desk.room.account(row.account), platform).label)
