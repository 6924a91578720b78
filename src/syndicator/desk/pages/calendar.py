"""The calendar: what was sent and what leaves, by day and by week; and another time for posts."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.responses import Response

from syndicator.desk import acts, forms, states, tiles, times, wallclock
from syndicator.desk.context import Desk, desk_of
from syndicator.desk.i18n import _, several
from syndicator.desk.posts import features_of, time_of
from syndicator.errors import IllegalMove
from syndicator.ledger.figures import Planned
from syndicator.models import Account, Delivery, Person, QuietHours, Role, Status

router = APIRouter()

MOST = 1_000  # posts of a page
MOVABLE = frozenset({Status.HELD, Status.QUEUED})
WEEK = timedelta(days=7)
DAY = timedelta(days=1)
_PAGE = re.compile(r"/calendar/(?:day|week)/[0-9-]{10}", re.ASCII)


@router.get("/calendar")
def today(request: Request) -> Response:
    """This week."""
    desk = desk_of(request)
    desk.person(request)
    return desk.go(f"/calendar/week/{_today(desk)}")


@router.get("/calendar/day/{which}")
def show_day(request: Request, which: str, account: str = "") -> Response:
    """One day, hour by hour: 23 or 25 where the clocks change."""
    desk = desk_of(request)
    person, begin = desk.person(request), _read(which)
    days, found = _days(desk, person, [begin], account, hourly=True)
    return _page(request, "calendar_day.html", "day", begin, account, found=found, days=days, step=DAY)


@router.get("/calendar/week/{which}")
def show_week(request: Request, which: str, account: str = "") -> Response:
    """The week of a day, from Monday."""
    desk = desk_of(request)
    person, asked = desk.person(request), _read(which)
    monday = asked - timedelta(days=asked.weekday())
    days, found = _days(desk, person, [monday + DAY * n for n in range(7)], account, hourly=False)
    return _page(request, "calendar_week.html", "week", asked, account, found=found, days=days, step=WEEK)


def _page(
    request: Request, template: str, view: str, asked: date, account: str, *, found: Planned,
    days: list[dict[str, Any]], step: timedelta,
) -> Response:  # fmt: skip
    desk = desk_of(request)
    today, first, last = _today(desk), days[0]["date"], days[-1]["date"]
    named = f"{_(times.DAYS[first.weekday()])} {times.day(first)}"
    title = named if view == "day" else times.period(first, last, today)
    steps = [(asked - step, _("Earlier"), "prev"), (asked + step, _("Later"), "next")]
    values: dict[str, Any] = {
        "title": title,
        "days": days,
        "here_path": f"/calendar/{view}/{asked}",
        "views": [(_there(one, asked, account), word, one == view) for one, word in _views()],
        "steps": [(_there(view, to, account) if _reachable(to) else "", word, rel) for to, word, rel in steps],
        "today": "" if first <= today <= last else _there(view, today, account),
        "accounts": _accounts(desk),
        "account": account,
        "quiet": _quiet_words(desk, account),
        "counted": several("{n} post", "{n} posts", found.total),
        "missing": _more(found),
    }
    return desk.page(request, template, **values)


def _views() -> list[tuple[str, str]]:
    return [("day", _("Day")), ("week", _("Week"))]


def _there(view: str, day: date, account: str) -> str:
    return f"/calendar/{view}/{day}" + (f"?account={account}" if account else "")


def _read(which: str) -> date:
    """The day of an address. Raises LookupError."""
    try:
        return wallclock.read_day(which)
    except wallclock.NoSuchTime as error:
        raise LookupError(str(error)) from error


def _reachable(day: date) -> bool:
    return day.year in wallclock.YEARS


def _today(desk: Desk) -> date:
    return desk.now.astimezone(desk.room.zone).date()


def _more(found: Planned) -> str:
    hidden = found.total - len(found.posts)
    return several("{n} post is not shown.", "{n} posts are not shown.", hidden) if hidden > 0 else ""


# ---------------------------------------------------------------------------------------------- days


def _days(
    desk: Desk, person: Person, days: Sequence[date], account: str, *, hourly: bool
) -> tuple[list[dict[str, Any]], Planned]:
    """Days as the templates draw them, and all posts of the period."""
    zone, now = desk.room.zone, desk.now
    begin, end = wallclock.day_bounds(days[0], zone)[0], wallclock.day_bounds(days[-1], zone)[1]
    found = desk.room.ledger.figures.calendar(begin, end, account=account, limit=MOST)
    quiet = [hours for _account, hours in _quiet(desk, account)]
    shown = tiles.tiles(found.posts)
    platforms = {one.uid: (one.name, one.platform) for one in desk.room.ledger.accounts.states()}
    drawn = []
    for day in days:
        stretches = tiles.day(day, zone, quiet, shown, now, hourly=hourly)
        count = sum(len(tile.rows) for one in stretches for tile in one.tiles)
        drawn.append({
            "date": day,
            "name": times.short_day(day, _today(desk)),
            "today": day == _today(desk),
            "length": _length(len(wallclock.hours(day, zone))),
            "count": count,
            "stretches": [(one, [_tile(desk, person, tile, platforms) for tile in one.tiles]) for one in stretches],
        })  # fmt: skip
    return drawn, found


def _length(hours: int) -> str:
    """Why a day is not like others."""
    return "" if hours == 24 else _("The clocks change: this day has {n} hours.").format(n=hours)


def _tile(desk: Desk, person: Person, tile: tiles.Tile, platforms: dict[str, tuple[str, str]]) -> dict[str, Any]:
    row = tile.rows[0]
    names = [_name(desk, one, platforms) for one in tile.rows]
    movable = row.status in MOVABLE and person.role.at_least(Role.EDITOR)
    ids = [f"{one.id}:{one.version}" for one in tile.rows]
    day = f"{tile.at.astimezone(desk.room.zone):%Y-%m-%d}"
    return {
        "href": f"/articles/{row.article}",
        "status": row.status.value,
        "word": states.word(row.status),
        "time": {**(time_of(desk, person, tile.at) or {}), "text": times.clock(tile.at, desk.room.zone)},
        "accounts": names,
        "title": tile.title,
        "ids": ids if movable else [],
        "day": day,
    }


def _name(desk: Desk, row: Delivery, platforms: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """Monogram and name of a row's account."""
    name, platform = platforms.get(row.account, ("", ""))
    features = features_of(desk.room, desk.room.account(row.account), platform)
    return features.monogram, states.account_name(name, features.label)


def _accounts(desk: Desk) -> list[tuple[str, str]]:
    room = desk.room
    named = [(one.name, states.account_name(one.name, room.features(one).label)) for one in room.accounts.values()]
    return [("", _("All accounts")), *named]


def _quiet(desk: Desk, account: str) -> list[tuple[Account, QuietHours]]:
    """The quiet hours that hold for what is shown."""
    chosen = [one for one in desk.room.accounts.values() if account in {"", one.name}]
    return [(one, one.policy.quiet_hours) for one in chosen if one.policy.quiet_hours]


def _quiet_words(desk: Desk, account: str) -> str:
    """The legend of what is shaded: "Shaded: quiet hours, 22:00 to 06:00", each account's where they differ."""
    found = _quiet(desk, account)
    if not found:
        return ""
    named: dict[str, list[str]] = {}
    for one, hours in found:
        label = desk.room.features(one).label
        named.setdefault(f"{_clock(hours.start)} to {_clock(hours.end)}", []).append(
            states.account_name(one.name, label)
        )
    everywhere = len(named) == 1 and len(found) == len(desk.room.accounts)
    told = [span if everywhere else f"{', '.join(names)} {span}" for span, names in named.items()]
    return _("Shaded: quiet hours, {when}").format(when="; ".join(told))


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


# ---------------------------------------------------------------------------------------------- another time


@router.get("/calendar/move")
def ask(request: Request, back: str = "") -> Response:
    """What day and hour the posts shall have. Raises IllegalMove where none of them waits."""
    desk = desk_of(request)
    desk.person(request, Role.EDITOR)
    rows = _waiting(desk, request.query_params.getlist("id"))
    due = min((row.due for row in rows if row.due), default=desk.now)
    day, clock, offset = wallclock.fields(due, desk.room.zone)
    return _asked(request, rows, {"day": day, "clock": clock, "offset": offset, "back": back})


@router.post("/calendar/move")
def move(request: Request) -> Response:
    """Give the posts their time. One that does not exist is refused in words, one that comes twice is asked for."""
    desk = desk_of(request)
    person = desk.person(request, Role.EDITOR)
    given = forms.values(request, {"day": 40, "clock": 40, "offset": 10, "back": 2_000})
    ids = forms.fields(request, "id")
    try:
        due = wallclock.parse(given["day"], given["clock"], desk.room.zone, given["offset"])
    except wallclock.NoSuchTime as error:
        return _asked(request, _waiting(desk, ids), given, error)
    room, targets = desk.room, [_target(one) for one in ids]
    done = acts.act(
        room, desk.people, person, "move", targets, due=due, key=forms.field(request, "key", 64)
    )  # fmt: skip
    path, query = _back(given["back"])
    return desk.go(path or f"/calendar/week/{due.astimezone(room.zone).date()}", did=done.id, **query)


def _back(address: str) -> tuple[str, dict[str, str]]:
    """The page of the calendar that a form came from, and whose account it showed; "" for anything else."""
    path, _mark, query = address.partition("?")
    account = dict(parse_qsl(query)).get("account", "")
    return path if _PAGE.fullmatch(path) else "", {"account": account[:100]} if account else {}


def _asked(
    request: Request, rows: list[Delivery], given: dict[str, Any], error: wallclock.NoSuchTime | None = None
) -> Response:
    desk = desk_of(request)
    if not rows:
        raise IllegalMove(_("None of these posts is waiting any more. Nothing was changed."))
    zone = desk.room.zone
    story = desk.room.ledger.articles.get(rows[0].article)
    platforms = {one.uid: (one.name, one.platform) for one in desk.room.ledger.accounts.states()}
    choices = [(times.offset(one, zone), times.clock(one, zone)) for one in (error.choices if error else ())]
    values = {
        "heading": several("Move {n} post", "Move {n} posts", len(rows)),
        "story": story.title,
        "names": ", ".join(_name(desk, row, platforms)[1] for row in rows),
        "ids": [f"{row.id}:{row.version}" for row in rows],
        "given": given,
        "choices": choices,
        "errors": [(error.field, str(error))] if error else [],
        "town": times.place(zone),
    }
    return desk.page(request, "calendar_move.html", 422 if error else 200, **values)


def _waiting(desk: Desk, ids: Sequence[str]) -> list[Delivery]:
    """Those of the named posts that may get another time."""
    rows = [desk.room.ledger.deliveries.get(_target(one)[0]) for one in ids[: acts.MOST]]
    return [row for row in rows if row.status in MOVABLE]


def _target(text: str) -> tuple[int, int | None]:
    """A post and the version that was seen: "12:3". Raises ValueError."""
    number, _colon, version = text.partition(":")
    if not number.isascii() or not number.isdigit() or (version and not version.isdigit()) or len(text) > 30:
        raise ValueError(_("A post's number was not understood. Nothing was changed."))
    return int(number), int(version) if version else None
