"""Durations and quiet hours as people write them."""

import re
from datetime import timedelta

from syndicator.models import QuietHours

_DURATION = re.compile(r"(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?")
_QUIET = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])-([01]?[0-9]|2[0-3]):([0-5][0-9])")
_LONGEST = timedelta(days=3650)
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def parse_duration(text: str) -> timedelta:
    """The duration "30s", "10m", "24h", "7d" or a sum from great to small such as "1h30m" stands for.

    Raises ValueError, which says what is expected, for anything else and for more than ten years.
    """
    found = _DURATION.fullmatch(text)
    if not text or found is None or any(len(part or "") > 9 for part in found.groups()):
        raise ValueError('a duration such as "30s", "10m", "24h", "7d" or "1h30m"')
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    duration = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if duration > _LONGEST:
        raise ValueError('a duration of at most "3650d"')
    return duration


def format_duration(duration: timedelta) -> str:
    """The shortest text `parse_duration` reads as this duration: "1h30m", "0s"; below zero it starts with "-".

    Parts of a second are cut off.
    """
    left = int(abs(duration).total_seconds())
    parts = []
    for unit, seconds in _UNITS:
        number, left = divmod(left, seconds)
        if number:
            parts.append(f"{number}{unit}")
    sign = "-" if duration < timedelta(0) and parts else ""
    return sign + "".join(parts) if parts else "0s"


def parse_quiet_hours(text: str) -> QuietHours:
    """The quiet hours "22:00-06:30" stands for. Raises ValueError, which says what is expected."""
    found = _QUIET.fullmatch(text)
    if found is None:
        raise ValueError('quiet hours such as "22:00-06:30"')
    start_hour, start_minute, end_hour, end_minute = map(int, found.groups())
    quiet = QuietHours(start_hour * 60 + start_minute, end_hour * 60 + end_minute)
    if quiet.start == quiet.end:
        raise ValueError('quiet hours that end at another time than they start, such as "22:00-06:30"')
    return quiet
