"""What somebody asks the history: the query of its address, read and written. Pure.

`from` and `to` are days ("2026-11-16"), "today", "yesterday", or so many days or hours ago: "-7d", "-12h". A day counts
whole, from its beginning or to its end by the newsroom's clock.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from syndicator.desk import times, wallclock
from syndicator.desk.i18n import N_, _

FACETS = ("state", "account", "section", "person", "source")
LONGEST = 200  # characters of a search that are read
_MOST = 50  # values of one facet
_AGO = re.compile(r"-([0-9]{1,5})([dh])", re.ASCII)
_FIRST, _FAR = date(1970, 1, 2), 99_999
_NAMED = {"today": 0, "yesterday": 1}
PERIODS = (
    (N_("Today"), "today", "today"),
    (N_("Yesterday"), "yesterday", "yesterday"),
    (N_("Last 7 days"), "-7d", ""),
    (N_("All dates"), "", ""),
)


class Query(Protocol):
    """A query string, parsed."""

    def get(self, key: str, default: str, /) -> Any: ...

    def getlist(self, key: str, /) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for. `since` and `until` (aware UTC) bound the time of a row; `first` and `last` are their days.

    `begin` and `end` are the bounds as they were written.
    """

    words: str = ""
    facets: Mapping[str, tuple[str, ...]] | None = None
    begin: str = ""
    end: str = ""
    since: datetime | None = None
    until: datetime | None = None
    first: date | None = None
    last: date | None = None
    after: str = ""

    def chosen(self, facet: str) -> tuple[str, ...]:
        """The values chosen of a facet."""
        return (self.facets or {}).get(facet, ())

    @property
    def narrowed(self) -> int:
        """How many filters there are beside words and dates."""
        return sum(len(values) for values in (self.facets or {}).values())


def read(query: Query, now: datetime, zone: ZoneInfo) -> Question:
    """The question of an address. Raises NoSuchTime for a date that is none; its `field` is "from" or "to"."""
    facets = {name: tuple(dict.fromkeys(filter(None, query.getlist(name))))[:_MOST] for name in FACETS}
    begin, end = query.get("from", "").strip(), query.get("to", "").strip()
    since = _bound("from", begin, now, zone) if begin else None
    until = _bound("to", end, now, zone) if end else None
    return Question(
        query.get("q", "").replace("\0", " ").strip()[:LONGEST],
        {name: values for name, values in facets.items() if values},
        begin, end, since, until, _day(since, zone), _day(until, zone, ends=True), query.get("after", "")[:LONGEST],
    )  # fmt: skip


def written(question: Question, **changes: Any) -> dict[str, Any]:
    """The question as a query; `changes` replace its parts, "" takes one away. The page (`after`) is left out."""
    facets = {name: list(values) for name, values in (question.facets or {}).items()}
    return {"q": question.words, **facets, "from": question.begin, "to": question.end, **changes}


def toggled(question: Question, facet: str, value: str) -> dict[str, Any]:
    """The query with a facet's value chosen, or no more."""
    chosen = question.chosen(facet)
    return written(
        question, **{facet: [one for one in chosen if one != value] if value in chosen else [*chosen, value]}
    )


def fixed(question: Question) -> dict[str, Any]:
    """The query with dates in place of "-7d": a link that finds the same tomorrow."""
    first = question.first.isoformat() if question.first else ""
    last = question.last.isoformat() if question.last else ""
    return written(question, **{"from": first, "to": last})


def without_dates(question: Question) -> Question:
    """The same question over all dates."""
    return replace(question, begin="", end="", since=None, until=None, first=None, last=None)


def periods(question: Question) -> list[tuple[str, dict[str, Any], bool]]:
    """The usual periods: word, query, whether it is chosen."""
    return [
        (_(word), written(question, **{"from": begin, "to": end}), (begin, end) == (question.begin, question.end))
        for word, begin, end in PERIODS
    ]


def told(question: Question, today: date) -> str:
    """The period in words: "16 to 22 Nov", "since 16 Nov", "until 22 Nov", "all dates"."""
    first, last = question.first, question.last
    if first and last:
        return times.period(first, last, today)
    if first:
        return _("since {day}").format(day=times.period(first, first, today))
    return _("until {day}").format(day=times.period(last, last, today)) if last else _("all dates")


def values_of(pairs: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    """A query as the hidden fields of a form."""
    found: list[tuple[str, str]] = []
    for name, value in pairs:
        many = value if isinstance(value, list | tuple) else [value]
        found += [(name, str(one)) for one in many if one]
    return found


def _bound(name: str, text: str, now: datetime, zone: ZoneInfo) -> datetime:
    ago = _AGO.fullmatch(text)
    if ago and ago[2] == "h":
        return now - timedelta(hours=int(ago[1]))
    days = int(ago[1]) if ago else _NAMED.get(text.casefold())
    today = now.astimezone(zone).date()
    try:
        # Longer ago than there are days to count is the first of them.
        day = wallclock.read_day(text) if days is None else max(today - timedelta(days=min(days, _FAR)), _FIRST)
    except wallclock.NoSuchTime as error:
        raise wallclock.NoSuchTime(str(error), name) from error
    return wallclock.day_bounds(day, zone)[1 if name == "to" else 0]


def _day(moment: datetime | None, zone: ZoneInfo, *, ends: bool = False) -> date | None:
    if moment is None:
        return None
    return (moment - timedelta(microseconds=1) if ends else moment).astimezone(zone).date()
