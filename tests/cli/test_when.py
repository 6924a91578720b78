"""Times as people write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.cli import when
from syndicator.errors import ConfigError

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)  # 15:05 in Berlin

MOMENTS = (
    ("+2h", "2026-11-23T16:05"),
    ("+1h30m", "2026-11-23T15:35"),
    ("16:00", "2026-11-23T15:00"),
    ("15:05", "2026-11-24T14:05"),  # now is over: the next one
    ("8:30", "2026-11-24T07:30"),
    ("2026-11-24 08:30", "2026-11-24T07:30"),
    ("2026-07-24T08:30", "2026-07-24T06:30"),  # summer time
    ("2026-11-24T08:30Z", "2026-11-24T08:30"),
    ("2026-11-24T08:30-05:00", "2026-11-24T13:30"),
)
BOUNDS = (
    ("2h", "since", "2026-11-23T12:05"),
    ("3d", "since", "2026-11-20T14:05"),
    ("2026-11-23", "since", "2026-11-22T23:00"),
    ("2026-11-23", "until", "2026-11-23T23:00"),
    ("2026-03-29", "until", "2026-03-29T22:00"),  # a day of 23 hours
    ("2026-11-23 12:00", "until", "2026-11-23T11:00"),
)
WRONG = (
    "",
    "soon",
    "25:00",
    "+",
    "+2",
    "+2 hours",
    "2026-11-24",
    "2026-13-01 10:00",
    "2026-03-29 02:30",
    "0001-01-01 00:00",
)


@pytest.mark.parametrize(("text", "expected"), MOMENTS)
def test_a_moment_is_read_by_the_newsrooms_clock(text: str, expected: str) -> None:
    """Clock times are the next ones in the newsroom's zone, a given offset is obeyed, +2h counts from now."""
    assert when.moment(text, NOW, BERLIN) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(("text", "end", "expected"), BOUNDS)
def test_a_bound_counts_whole_days(text: str, end: str, expected: str) -> None:
    """A day counts from its start or until its end, however long it is; durations count back from now."""
    found = when.bound(text, NOW, BERLIN, end)  # type: ignore[arg-type]
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", WRONG)
def test_what_names_no_moment_is_refused(text: str) -> None:
    """Nothing is guessed: what is unclear, impossible, or left out by the clocks is refused."""
    with pytest.raises(ConfigError):
        when.moment(text, NOW, BERLIN)


@given(st.text(max_size=20))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    """Whatever is typed, the answer is an aware time in UTC or a ConfigError."""
    for read in (when.moment, lambda *given: when.bound(*given, "since")):
        try:
            found = read(text, NOW, BERLIN)
        except ConfigError:
            continue
        assert found.utcoffset() == timedelta(0)


@given(st.integers(946_684_800, 2_524_608_000))
def test_a_clock_time_is_always_to_come(seconds: int) -> None:
    """HH:MM is never in the past, and at most a day ahead, of 25 hours at most."""
    now = datetime.fromtimestamp(seconds, UTC)
    found = when.moment("12:00", now, BERLIN)
    assert timedelta(0) < found - now <= timedelta(hours=25)
