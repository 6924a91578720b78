"""The sources: when each was read, what it brought, and why one could not be read."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from syndicator import editorial
from syndicator.desk import forms, health, sorting, times, wallclock
from syndicator.desk.context import Desk, desk_of
from syndicator.desk.i18n import N_, _, several
from syndicator.desk.posts import time_of
from syndicator.models import PastPoll, Person, Role, Source, SourceState
from syndicator.pipeline import pushing
from syndicator.sources import polled

router = APIRouter()

COLUMNS = (
    sorting.Column("source", N_("Source")),
    sorting.Column("state", N_("State")),
    sorting.Column("fresh", N_("New today"), num=True, wide=True, down=True),
    sorting.Column("next", N_("Next read"), wide=True),
    sorting.Column("", N_("Verbs"), hidden=True),
)
LATEST = 20
_STATES = {
    "new": N_("being read"),
    "planned": N_("planned"),
    "seen": N_("there before the first read"),
    "refused": N_("no post"),
}


@router.get("/sources")
def show(request: Request, sort: str = "", asked: str = "") -> Response:
    """Every configured source, in the order asked for."""
    desk = desk_of(request)
    person = desk.person(request)
    rows = [_row(desk, person, *one) for one in _known(desk)]
    values: dict[str, Any] = {
        "rows": sorting.ordered(rows, COLUMNS, sort),
        "cols": sorting.heads(COLUMNS, "/sources", sort),
        "counted": _counted(rows),
        "alone": not editorial.daemon_alive(desk.room),
        "may_read": person.role.at_least(Role.EDITOR),
    }
    if asked in desk.room.config.sources:
        values["flash"] = _said(desk, asked)
    return desk.page(request, "sources.html", **values)


@router.get("/sources/{name}")
def show_one(request: Request, name: str, asked: str = "") -> Response:
    """One source: its last reads, and its newest articles."""
    desk = desk_of(request)
    person = desk.person(request)
    source, state, fresh = _one(desk, name)
    values: dict[str, Any] = {
        "row": _row(desk, person, source, state, fresh),
        "facts": _facts(desk, source, state),
        "polls": [_poll(desk, person, one) for one in desk.room.ledger.polls.latest(name, LATEST)],
        "articles": [_article(desk, person, row) for row in desk.room.ledger.sources.latest(name, LATEST)],
        "alone": not editorial.daemon_alive(desk.room),
        "may_read": person.role.at_least(Role.EDITOR),
    }
    if asked:
        values["flash"] = _said(desk, name)
    return desk.page(request, "source.html", **values)


@router.post("/sources/{name}/read")
def read(request: Request, name: str) -> Response:
    """Make the source's next read due, so that the daemon reads it at once."""
    desk = desk_of(request)
    desk.person(request, Role.EDITOR)
    if not polled([_one(desk, name)[0]]):
        raise ValueError(_("{name} is not read: its CMS tells us. Nothing was changed.").format(name=name))
    desk.room.ledger.sources.read_now(name, desk.now)
    return desk.go(f"/sources/{name}" if forms.checked(request, "stay") else "/sources", asked=name)


# ---------------------------------------------------------------------------------------------- what they say


def _known(desk: Desk) -> list[tuple[Source, SourceState, int]]:
    configured = desk.room.config.sources.values()
    found = desk.room.ledger.sources.states(configured)
    fresh = desk.room.ledger.sources.new_since(_midnight(desk))
    return [(one, found[one.name], fresh.get(one.name, 0)) for one in configured]


def _one(desk: Desk, name: str) -> tuple[Source, SourceState, int]:
    for one in _known(desk):
        if one[0].name == name:
            return one
    raise LookupError(_("There is no source {name}.").format(name=name[:60]))


def _midnight(desk: Desk) -> datetime:
    zone = desk.room.zone
    return wallclock.day_bounds(desk.now.astimezone(zone).date(), zone)[0]


def _row(desk: Desk, person: Person, source: Source, state: SourceState, fresh: int) -> dict[str, Any]:
    found = health.of_source(source, state, desk.now, desk.room.zone)
    soon = state.next_poll is None or state.next_poll <= desk.now
    return {
        "name": source.name, "url": source.url, "health": found, "fresh": fresh,
        "polled": bool(polled([source])), "next": None if soon else time_of(desk, person, state.next_poll),
        "sort": {
            "source": source.name.casefold(), "state": (found.order, source.name.casefold()), "fresh": fresh,
            "next": state.next_poll,
        },
    }  # fmt: skip


def _facts(desk: Desk, source: Source, state: SourceState) -> list[tuple[str, str]]:
    now, zone = desk.now, desk.room.zone

    def when(moment: datetime | None) -> str:
        return times.at(moment, now, zone, seconds=True) if moment else _("never")

    if not polled([source]):
        return [
            (_("Kind"), f"{source.type} ({source.form})"),
            (_("Address for the CMS"), pushing.address(desk.room.config.desk, source)),
            (_("Last push"), when(state.last_success)),
            (_("Last change"), when(state.last_change)),
        ]
    facts = [
        (_("Kind"), source.type),
        (_("Read every"), times.span(source.every)),
        (_("Last tried"), when(state.last_poll)),
        (_("Last read"), when(state.last_success)),
        (_("Last change"), when(state.last_change)),
    ]
    if hub := desk.room.ledger.told.subscriptions().get(source.name):
        facts.append((_("Hub"), health.of_hub(hub, now, zone)))
    if source.sections:
        facts.append((_("Sections"), ", ".join(source.sections)))
    if state.failures:
        facts.append((_("Failures in a row"), str(state.failures)))
        facts.append((_("Last error"), state.error))
    return facts


def _article(desk: Desk, person: Person, row: Any) -> dict[str, Any]:
    told = _(_STATES[row["state"]])
    return {
        "id": row["id"], "title": row["title"], "found": time_of(desk, person, row["found_at"]),
        "state": f"{told}: {row['reason']}" if row["reason"] else told,
    }  # fmt: skip


def _poll(desk: Desk, person: Person, one: PastPoll) -> dict[str, Any]:
    if one.error:
        return {"time": time_of(desk, person, one.at), "words": one.error, "failed": True}
    said = several("{n} new article", "{n} new articles", one.fresh) if one.fresh else _("read again")
    if one.pushed:
        said = _("told by itself: {what}").format(what=said)
    return {"time": time_of(desk, person, one.at), "words": said, "failed": False}


def _counted(rows: list[dict[str, Any]]) -> str:
    failing = sum(row["health"].kind == "failed" for row in rows)
    said = several("{n} source", "{n} sources", len(rows))
    return said + (", " + several("{n} failing", "{n} failing", failing) if failing else "")


def _said(desk: Desk, name: str) -> dict[str, str]:
    if editorial.daemon_alive(desk.room):
        return {"words": _("{name} is read now.").format(name=name)}
    return {"words": _("{name} will be read as soon as the daemon runs.").format(name=name), "kind": "failed"}
