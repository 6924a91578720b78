"""Times as people write them, by the newsroom's clock. Pure: now is an argument."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from syndicator.config import parse_duration
from syndicator.errors import ConfigError

T = TypeVar("T")

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def moment(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """When a post shall leave (aware UTC): "2026-11-24 08:30", "08:30" (the next one), "+2h". Raises ConfigError."""
    text = text.strip()
    clock = _CLOCK.fullmatch(text)
    if text.startswith("+"):
        return now + _duration(text[1:], text, 'such as "+2h" or "+1h30m"')
    if clock:
        return _next(time(int(clock[1]), int(clock[2])), now, zone)
    if _DAY.fullmatch(text):
        raise ConfigError(f'{text!r} names no hour: write "{text} 08:30"')
    return _exact(text, zone, 'a time: "2026-11-24 08:30", "08:30" or "+2h"')


def bound(text: str, now: datetime, zone: ZoneInfo, end: Literal["since", "until"]) -> datetime:
    """A bound of a listing (aware UTC): a day (from its start, until its end), a date-time, or "2h", "3d" ago.

    Raises ConfigError.
    """
    text = text.strip()
    if _DAY.fullmatch(text):
        day = _read(date.fromisoformat, text, "a day of the calendar")
        return _utc(datetime.combine(day + timedelta(days=1 if end == "until" else 0), time(), zone))
    if re.fullmatch(r"[0-9].*[dhms]", text):
        return now - _duration(text, text, 'such as "2h" or "3d"')
    return _exact(text, zone, f'--{end}: "2026-11-24", "2026-11-24 08:30", "2h" or "3d"')


def _next(clock: time, now: datetime, zone: ZoneInfo) -> datetime:
    today = now.astimezone(zone).date()
    found = _utc(datetime.combine(today, clock, zone))
    return found if found > now else _utc(datetime.combine(today + timedelta(days=1), clock, zone))


def _exact(text: str, zone: ZoneInfo, expected: str) -> datetime:
    found = _read(datetime.fromisoformat, text, expected)
    if found.tzinfo is not None:
        return _utc(found)
    known = _utc(found.replace(tzinfo=zone))
    if known.astimezone(zone).replace(tzinfo=None, fold=0) != found.replace(fold=0):
        raise ConfigError(f"{text!r} is left out by {zone.key}: the clocks go forward then")
    return known


def _read(reader: Callable[[str], T], text: str, expected: str) -> T:
    try:
        return reader(text)
    except ValueError:
        raise ConfigError(f"{text!r} is not understood; expected {expected}") from None


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ConfigError(f"{value.date()} is out of range") from None


def _duration(text: str, whole: str, expected: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError:
        raise ConfigError(f"{whole!r} is not understood; expected a duration {expected}") from None
