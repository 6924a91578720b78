"""What the history's pages share: the question of an address, its rows and facets as the templates draw them."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from syndicator.desk import asked, states, times, wallclock, words
from syndicator.desk.asked import Question
from syndicator.desk.context import Desk, desk_of
from syndicator.desk.i18n import N_, _
from syndicator.desk.posts import Drawing
from syndicator.ledger.search import Entry, Found, Query
from syndicator.models import ArticleState, Person, Status

SHOWN = 8  # values of a facet that are not folded away
FACETS = (
    ("state", N_("State")),
    ("account", N_("Account")),
    ("section", N_("Section")),
    ("person", N_("Person")),
    ("source", N_("Source")),
)
NONE = "none"  # in place of a state: a story without a post
_DECIDED = frozenset({Status.SUPPRESSED, Status.HELD, Status.RETRACTING, Status.RETRACTED})
_WHY_NONE: Mapping[ArticleState, str] = {
    ArticleState.NEW: N_("not planned yet"),
    ArticleState.PLANNED: N_("taken by no account"),
    ArticleState.SEEN: N_("older than the first reading of its source"),
    ArticleState.REFUSED: N_("refused"),
}


def question_of(request: Request) -> tuple[Question, list[tuple[str, str]]]:
    """What is asked for; with a date that is none everything else still holds."""
    desk = desk_of(request)
    try:
        return asked.read(request.query_params, desk.now, desk.room.zone), []
    except wallclock.NoSuchTime as error:
        left = request.query_params.multi_items()
        query = type(request.query_params)([(key, value) for key, value in left if key not in {"from", "to"}])
        return asked.read(query, desk.now, desk.room.zone), [(error.field, str(error))]


def query_of(question: Question) -> Query:
    """The question as the ledger takes it."""
    people = tuple(one if ":" in one else f"person:{one}" for one in question.chosen("person"))
    facets = {name: question.chosen(name) for name, _word in FACETS} | {"person": people}
    return Query(words=question.words, since=question.since, until=question.until, **facets)


def address(path: str, query: Mapping[str, Any]) -> str:
    """A path with what of a query is not empty."""
    kept = {name: value for name, value in query.items() if value}
    return path + (f"?{urlencode(kept, doseq=True)}" if kept else "")


# ---------------------------------------------------------------------------------------------- rows


def rows_of(desk: Desk, person: Person, entries: Iterable[Entry], names: Mapping[str, str]) -> list[dict[str, Any]]:
    entries = list(entries)
    drawing = Drawing(desk, person, [one.delivery for one in entries if one.delivery])
    return [_row(desk, drawing, one, names) for one in entries]


def _row(desk: Desk, drawing: Drawing, entry: Entry, names: Mapping[str, str]) -> dict[str, Any]:
    story, row = entry.article, entry.delivery
    moment = drawing.time(entry.at) or {}
    seen: dict[str, Any] = {
        "time": {**moment, "text": times.in_row(entry.at, desk.now, desk.room.zone)},
        "title": story.title,
        "language": story.language,
        "href": f"/deliveries/{row.id}" if row else f"/articles/{story.id}",
        "by": _by(entry, names),
    }
    if row is None:
        why = story.reason or _(_WHY_NONE[story.state])
        return {**seen, "account": "", "status": NONE, "word": _(words.NO_POST), "permalink": "", "line": why}
    post = drawing.post(row)
    line = post["line"] if row.status is not Status.SENT or " · " in post["line"] else ""
    told = {"account": post["name"], "status": post["status"], "word": post["word"], "line": line}
    return {**seen, **told, "permalink": _web(row.permalink) if row.status is Status.SENT else ""}


def _web(address: str | None) -> str:
    """A link only to where a browser shows a page."""
    return address if address and address.startswith(("https://", "http://")) else ""


def _by(entry: Entry, names: Mapping[str, str]) -> str:
    """Who decided or worded it: a person, a rule, or the template."""
    row = entry.delivery
    if row is None:
        return _("rule")
    if row.status in _DECIDED and states.by_people(row.actor):
        return states.actor_name(row.actor, names)
    if row.status in _DECIDED and row.code.startswith("rule:"):
        return _("rule")
    return states.actor_name(entry.by, names) if states.by_people(entry.by) else _("template")


def facet(
    desk: Desk, question: Question, found: Found, name: str, word: str, names: Mapping[str, str]
) -> dict[str, Any]:
    """A facet's values with their numbers; those that are chosen always stand among the first."""
    chosen = getattr(query_of(question), name)
    counts = dict(found.facets[name])
    ordered = [*(value for value in chosen if value not in counts), *counts]
    values = [
        {
            "word": value_word(desk, name, value, names),
            "status": value if name == "state" else "",
            "count": f"{counts.get(value, 0):,}",
            "chosen": value in chosen,
            "href": address("/history", asked.toggled(question, name, value)),
        }
        for value in ordered
    ]
    first = [one for n, one in enumerate(values) if n < SHOWN or one["chosen"]]
    return {"word": _(word), "shown": first, "more": [one for one in values if one not in first]}


def value_word(desk: Desk, facet: str, value: str, names: Mapping[str, str]) -> str:
    if facet == "state":
        return _(words.NO_POST) if value == NONE else states.word(Status(value)) if value in set(Status) else value
    if facet == "person":
        return states.actor_name(value, names)
    if facet == "account" and value in desk.room.accounts:
        return states.account_name(value, desk.room.features(desk.room.accounts[value]).label)
    return value
