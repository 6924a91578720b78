"""Dates as newsrooms write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.sources.dates import find, moment, parse

BERLIN = ZoneInfo("Europe/Berlin")


def utc(*parts: int) -> datetime:
    """A moment in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


DATES = [
    ("Thu, 06 Jan 2022 10:11:12 GMT", utc(2022, 1, 6, 10, 11, 12)),
    ("Thu, 6 Jan 2022 10:11:12 +0100", utc(2022, 1, 6, 9, 11, 12)),
    ("Thu, 06 Jan 2022 10:11:12 +0000 (UTC)", utc(2022, 1, 6, 10, 11, 12)),
    ("6 Jan 22 10:11 EST", utc(2022, 1, 6, 15, 11)),
    ("Sat, 09 Jul 2022 10:00:00 PDT", utc(2022, 7, 9, 17)),
    ("Sat, 09 Jul 2022 10:00:00 BST", utc(2022, 7, 9, 9)),
    ("Sat, 09 Jul 2022 10:00:00 CEST", utc(2022, 7, 9, 8)),
    ("Thu, 06 Jan 2022 24:00:00 GMT", utc(2022, 1, 7)),
    ("Fri, 31 Dec 2021 23:59:60 GMT", utc(2021, 12, 31, 23, 59, 59)),
    ("Thu, 6 Jan 2022 10:11", utc(2022, 1, 6, 9, 11)),
    ("2022-01-06T10:11:12Z", utc(2022, 1, 6, 10, 11, 12)),
    ("2022-01-06T10:11:12.123456+01:00", utc(2022, 1, 6, 9, 11, 12)),
    ("2022-01-06T10:11+0530", utc(2022, 1, 6, 4, 41)),
    ("2022-01-06T10:11:12-05", utc(2022, 1, 6, 15, 11, 12)),
    ("2022-01-06 10:11", utc(2022, 1, 6, 9, 11)),
    ("2022-07-06 10:11", utc(2022, 7, 6, 8, 11)),
    ("20220106T101112Z", utc(2022, 1, 6, 10, 11, 12)),
    ("Jan. 6, 2022 5:30 pm", utc(2022, 1, 6, 16, 30)),
    ("6 May 2022, 12:05 a.m.", utc(2022, 5, 5, 22, 5)),
    ("6th of January, 2022 at 17:30 CET", utc(2022, 1, 6, 16, 30)),
    ("Thu, 6 Jan 2022", date(2022, 1, 6)),
    ("2022-01-06", date(2022, 1, 6)),
    ("2022/01/06", date(2022, 1, 6)),
    ("20220106", date(2022, 1, 6)),
    ("2022-W01-4", date(2022, 1, 6)),
    ("6 January 2022", date(2022, 1, 6)),
    ("  6   JANUARY\n2022 ", date(2022, 1, 6)),
    ("January 6, 2022", date(2022, 1, 6)),
    ("Sept. 6, 2022", date(2022, 9, 6)),
    ("29 February 2024", date(2024, 2, 29)),
    ("Thu, 6 Jan 2022 10:00 XYZ", date(2022, 1, 6)),
    ("29 February 2022", None),
    ("2022-13-01", None),
    ("2022-01-06T25:00:00Z", None),
    ("06/01/2022", None),
    ("2022", None),
    ("2022-01", None),
    ("0000-00-00 00:00:00", None),
    ("9999-12-31T23:59:59-10:00", None),
    ("yesterday", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "expected"), DATES)
def test_a_date_is_read_as_it_is_meant(text: str, expected: datetime | date | None) -> None:
    """Moments are aware and in UTC, days stay days, the rest is nothing."""
    found = parse(text, BERLIN)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("zone", "expected"), [("Europe/Dublin", utc(2022, 7, 6, 9)), ("Asia/Kolkata", utc(2022, 7, 6, 4, 30))]
)
def test_an_ambiguous_zone_is_the_newsrooms_own(zone: str, expected: datetime) -> None:
    """IST is Irish time in Dublin and Indian time in Kolkata."""
    assert parse("Wed, 06 Jul 2022 10:00:00 IST", ZoneInfo(zone)) == expected


def test_a_day_begins_by_the_newsrooms_clock() -> None:
    """The first moment of a day is midnight in the newsroom's zone."""
    assert moment("2022-01-06", BERLIN) == utc(2022, 1, 5, 23)
    assert moment("nonsense", BERLIN) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Published 6 January 2022", date(2022, 1, 6)),
        ("Posted on Jan 6, 2022 at 10:30 am", utc(2022, 1, 6, 9, 30)),
        ("Harbour staff: 12 people 2022", None),
    ],
)
def test_a_date_is_found_in_a_line(text: str, expected: datetime | date | None) -> None:
    """A byline's date is read without its words."""
    assert find(text, BERLIN) == expected


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_what_is_written_in_iso_comes_back(when: datetime) -> None:
    """Any moment written to the second reads as itself."""
    when = when.replace(microsecond=0)
    assert parse(when.isoformat(), BERLIN) == when
    assert parse(when.strftime("%a, %d %b %Y %H:%M:%S +0000"), BERLIN) == when


@given(st.text(max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    """Whatever is written where a date should be raises nothing and is never naive."""
    found = parse(text, BERLIN)
    assert not isinstance(found, datetime) or found.tzinfo is UTC
