"""How long a source asks to be left alone: in its document, and in the headers of its answer. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

Element = Any  # lxml's, which has no public type
LONGEST = timedelta(days=366)

# RSS 1.0 module Syndication (2000-12): how often in a period a document is brought up to date; daily by default.
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 7 * 24, "monthly": 30 * 24, "yearly": 365 * 24}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Patience:
    """What a feed asks of its readers: a wait, and hours (of UTC) and weekdays (Monday is 0) without reading."""

    wait: timedelta | None = None
    hours: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()

    def at(self, now: datetime) -> timedelta | None:
        """How long from `now` on; None when it asks for nothing."""
        rest = timedelta(0)
        if self.hours or self.days:
            hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
            later = (hour + timedelta(hours=n) for n in range(7 * 24))
            open_again = next((one for one in later if not self._rests(one)), hour)
            rest = max(rest, open_again - now)
        return max(rest, self.wait or rest) or None

    def _rests(self, hour: datetime) -> bool:
        return hour.hour in self.hours or hour.weekday() in self.days


NO_WISH = Patience()


def of_channel(elements: Iterable[Element], name: Callable[[Element], str], text: Callable[[Element], str]) -> Patience:
    """What the head of a feed asks for: ttl, skipHours and skipDays (RSS 2.0.11, 2009), updatePeriod and -Frequency."""
    said = {name(el): el for el in elements}
    words = {key: text(el).strip().lower() for key, el in said.items() if key in _HEADS}
    return Patience(
        _longest(_minutes(words.get("ttl", "")), _updates(words)),
        frozenset(int(hour) % 24 for hour in _inside(said.get("skiphours"), text) if hour.isdecimal()),
        frozenset(_DAYS.index(day) for day in _inside(said.get("skipdays"), text) if day in _DAYS),
    )


def of_headers(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long an answer stays fresh (RFC 9111, 2022, section 4.2): max-age less Age, else Expires less Date."""
    control, expires = headers.get("Cache-Control", ""), headers.get("Expires", "")
    if not control and not expires:
        return None
    lasting = _MAX_AGE.search(control)
    if lasting is not None:
        age = headers.get("Age", "").strip()
        return _within(timedelta(seconds=int(lasting[1]) - (int(age[:9]) if age.isdecimal() else 0)))
    until = _date(expires)
    if until is None or "no-" in control:
        return None
    return _within(until - (_date(headers.get("Date", "")) or now))


_HEADS = frozenset({"ttl", "sy:updateperiod", "sy:updatefrequency"})


def _minutes(value: str) -> timedelta | None:
    return _within(timedelta(minutes=int(value[:9]))) if value.isdecimal() else None


def _updates(words: Mapping[str, str]) -> timedelta | None:
    period, often = words.get("sy:updateperiod", ""), words.get("sy:updatefrequency", "")
    if not period and not often:
        return None
    times = int(often[:6]) if often.isdecimal() else 1
    return _within(timedelta(hours=_PERIODS.get(period or "daily", 0)) / max(times, 1))


def _inside(element: Element | None, text: Callable[[Element], str]) -> list[str]:
    return [] if element is None else [text(child).strip().lower() for child in element]


def _longest(*waits: timedelta | None) -> timedelta | None:
    return max((wait for wait in waits if wait), default=None)


def _within(wait: timedelta) -> timedelta | None:
    return min(wait, LONGEST) if wait > timedelta(0) else None


def _date(value: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return when.replace(tzinfo=when.tzinfo or UTC)
