"""The history: every post ever planned and every story that got none, searched, counted and exported."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response, StreamingResponse

from syndicator.desk import asked, exports, times, words
from syndicator.desk.asked import Question
from syndicator.desk.context import Desk, desk_of
from syndicator.desk.found import FACETS, NONE, address, facet, query_of, question_of, rows_of
from syndicator.desk.i18n import _, several
from syndicator.desk.pages import figures
from syndicator.ledger.history import FIELDS
from syndicator.ledger.search import Found

router = APIRouter()

PAGE = 50  # rows

router.include_router(figures.router)


# ---------------------------------------------------------------------------------------------- the page


@router.get("/history")
def show(request: Request) -> Response:
    """The rows that answer to the address, newest first, with the counts of every filter."""
    desk = desk_of(request)
    person = desk.person(request)
    question, errors = question_of(request)
    found = _found(desk, question)
    names = {one.name: one.display for one in desk.people.list()}
    rows = rows_of(desk, person, found.entries, names)
    return desk.page(
        request,
        "history.html",
        422 if errors else 200,
        question=question,
        errors=errors,
        rows=rows,
        facets=[facet(desk, question, found, name, word, names) for name, word in FACETS],
        **_frame(desk, question, found),
    )


@router.get("/history.{kind}")
def export(request: Request, kind: str) -> Response:
    """Every row that answers to the address as a file, streamed."""
    desk = desk_of(request)
    desk.person(request)
    if kind not in exports.WRITERS:
        raise HTTPException(404, _("There is no such file."))
    write, media = exports.WRITERS[kind]
    question, errors = question_of(request)
    if errors:
        raise HTTPException(422, errors[0][1])
    today = desk.now.astimezone(desk.room.zone).date()
    headers = {"content-disposition": f'attachment; filename="history-{today}.{kind}"'}
    return StreamingResponse(_streamed(desk, question, write), media_type=media, headers=headers)


def _streamed(desk: Desk, question: Question, write: exports.Writer) -> Iterator[bytes]:
    yield from write(desk.room.ledger.search.export(query_of(question)), FIELDS)


def _found(desk: Desk, question: Question) -> Found:
    try:
        return desk.room.ledger.search.find(query_of(question), question.after, PAGE)
    except ValueError:
        return desk.room.ledger.search.find(query_of(question), "", PAGE)  # a cursor that is none: the first page


def _frame(desk: Desk, question: Question, found: Found) -> dict[str, Any]:
    """What stands around the rows."""
    today = desk.now.astimezone(desk.room.zone).date()
    number = found.posts + _without(question, found)
    query = asked.written(question)
    posts = several("{n} post", "{n} posts", found.posts).replace(str(found.posts), f"{found.posts:,}", 1)
    stories = several("{n} story", "{n} stories", found.stories).replace(str(found.stories), f"{found.stories:,}", 1)
    counted = _("{posts} in {stories}").format(posts=posts, stories=stories)
    period = asked.told(question, today) if question.since or question.until else ""
    fixed = address("/history", asked.fixed(question))
    return {
        "counted": counted,
        "period": period,
        "periods": [(address("/history", link), word, chosen) for word, link, chosen in asked.periods(question)],
        "from_day": question.first.isoformat() if question.first else "",
        "to_day": question.last.isoformat() if question.last else "",
        "kept": asked.values_of((name, query.get(name, "")) for name, _word in FACETS),
        "links": {
            "csv": address("/history.csv", query),
            "csv_word": _("CSV ({n} rows)").format(n=f"{number:,}"),
            "json": address("/history.json", query),
            "charts": address("/history/charts", query),
            "here": fixed,
            "all_dates": address("/history", asked.written(asked.without_dates(question))),
            "unfiltered": address("/history", asked.written(question, **dict.fromkeys(asked.FACETS, ""))),
        },
        "pages": [
            (address("/history", query) if question.after else "", _("Newest"), "prev"),
            (address("/history", {**query, "after": found.next}) if found.next else "", _("Older"), "next"),
        ],
        "nothing": words.nothing_found(question.words, question.first, question.last, today),
        "dated": bool(question.since or question.until),
        "asked_words": _printed(desk, question, counted),
    }


def _without(question: Question, found: Found) -> int:
    """How many of the stories found got no post."""
    chosen = question.chosen("state")
    return dict(found.facets["state"]).get(NONE, 0) if not chosen or NONE in chosen else 0


def _printed(desk: Desk, question: Question, counted: str) -> str:
    """The paper's own words on what it is: search, moment, zone."""
    now, zone = desk.now, desk.room.zone
    parts = [f"“{question.words}”"] if question.words else []
    parts += [value for name, _word in FACETS for value in question.chosen(name)]
    parts += [asked.told(question, now.astimezone(zone).date()), counted]
    at = f"{times.day(now.astimezone(zone).date())} {times.newsroom_line(now, zone)}"
    return _("Search: {what}. Printed {at}.").format(what="; ".join(parts), at=at)
