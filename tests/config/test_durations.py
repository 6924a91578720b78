"""Durations and quiet hours as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.config import format_duration, parse_duration, parse_quiet_hours
from syndicator.models import QuietHours


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0s", 0),
        ("30s", 30),
        ("10m", 600),
        ("24h", 86400),
        ("7d", 604800),
        ("1h30m", 5400),
        ("90m", 5400),
        ("1d1s", 86401),
    ],
)
def test_durations_are_read(text: str, seconds: int) -> None:
    """A duration is days, hours, minutes and seconds from great to small."""
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "10", "m", "1.5h", "-1s", "1m1h", " 1h", "1H", "10 m", "99999999999d", "9999d", "१h"]
)
def test_other_durations_are_refused(text: str) -> None:
    """Anything else is refused with an example of a duration."""
    with pytest.raises(ValueError, match="a duration"):
        parse_duration(text)


@given(st.timedeltas(timedelta(0), timedelta(days=3650)))
def test_a_duration_survives_being_written(duration: timedelta) -> None:
    """What is written for a duration is read as the same duration in whole seconds."""
    assert parse_duration(format_duration(duration)) == timedelta(seconds=int(duration.total_seconds()))


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (0.4, "0s"), (5400, "1h30m"), (-90, "-1m30s"), (86400, "1d"), (-0.4, "0s")]
)
def test_durations_are_written_shortly(seconds: float, text: str) -> None:
    """A duration is written with its greatest units first and nothing that is zero."""
    assert format_duration(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("text", "start", "end"), [("22:00-06:30", 1320, 390), ("0:00-7:05", 0, 425), ("13:00-14:00", 780, 840)]
)
def test_quiet_hours_are_read(text: str, start: int, end: int) -> None:
    """Quiet hours are minutes after midnight and may go over it."""
    assert parse_quiet_hours(text) == QuietHours(start, end)


@pytest.mark.parametrize("text", ["", "22-6", "24:00-06:00", "22:60-06:00", "22:00", "22:00-22:00", "22:00-06:30 "])
def test_other_quiet_hours_are_refused(text: str) -> None:
    """Anything else, and a span that ends when it starts, is refused."""
    with pytest.raises(ValueError, match="quiet hours"):
        parse_quiet_hours(text)
