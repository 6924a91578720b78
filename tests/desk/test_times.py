"""Times: how the desk writes them, and how it reads what people write."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.desk import times, wallclock
from syndicator.desk.wallclock import NoSuchTime

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Berlin", "America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "America/Sao_Paulo",
        "Africa/Cairo", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca", "America/St_Johns", "UTC",
    )
]  # fmt: skip
NOW = datetime(2026, 11, 23, 13, 31, 7, tzinfo=UTC)  # Monday, 14:31:07 in Berlin


def berlin(text: str) -> datetime:
    """A moment by Berlin's clock, "2026-11-23 14:31", with an offset where it is needed."""
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=BERLIN)).astimezone(UTC)


RELATIVE = (
    (timedelta(0), "now"),
    (timedelta(milliseconds=400), "in 1 s"),
    (timedelta(seconds=40), "in 40 s"),
    (timedelta(seconds=59.5), "in 1 min"),
    (timedelta(seconds=60), "in 1 min"),
    (timedelta(seconds=61), "in 2 min"),
    (timedelta(minutes=4), "in 4 min"),
    (timedelta(minutes=59, seconds=1), "in 1 h"),
    (timedelta(hours=3, minutes=20), "in 3 h 20 min"),
    (timedelta(hours=11, minutes=59), "in 11 h 59 min"),
    (timedelta(hours=12), "Tue 24 Nov 02:31"),
    (timedelta(days=60), "Fri 22 Jan 2027 14:31"),
    (timedelta(seconds=-40), "40 s ago"),
    (timedelta(seconds=-119), "1 min ago"),
    (timedelta(minutes=-12), "12 min ago"),
    (timedelta(minutes=-59, seconds=-59), "59 min ago"),
    (timedelta(hours=-1), "13:31"),
    (timedelta(days=-1), "yesterday 14:31"),
    (timedelta(days=-3), "Fri 20 Nov 14:31"),
    (timedelta(days=-365), "Sun 23 Nov 2025 14:31"),
)


@pytest.mark.parametrize(("away", "words"), RELATIVE, ids=[case[1] for case in RELATIVE])
def test_a_near_time_is_told_as_a_distance(away: timedelta, words: str) -> None:
    """Near times are distances, far ones are dated, and the year is named when it is another."""
    assert times.relative(NOW + away, NOW, BERLIN) == words


AT = (
    ("2026-11-23 14:02", "14:02"),
    ("2026-11-23 18:00", "18:00"),
    ("2026-11-23 00:00", "Mon 00:00"),
    ("2026-11-22 09:10", "yesterday 09:10"),
    ("2026-11-22 00:00", "yesterday 00:00"),
    ("2026-11-20 14:02", "Fri 20 Nov 14:02"),
    ("2025-11-20 14:02", "Thu 20 Nov 2025 14:02"),
    ("2026-11-24 06:00", "Tue 24 Nov 06:00"),
    ("2026-10-25 02:30+02:00", "Sun 25 Oct 02:30 (+02:00)"),
    ("2026-10-25 02:30+01:00", "Sun 25 Oct 02:30 (+01:00)"),
    ("2026-10-25 03:00+01:00", "Sun 25 Oct 03:00"),
)


@pytest.mark.parametrize(("moment", "words"), AT, ids=[case[0] for case in AT])
def test_a_moment_by_itself(moment: str, words: str) -> None:
    """Today it is the clock's, yesterday says so, others have their date; a doubled hour shows its offset."""
    assert times.at(berlin(moment), NOW, BERLIN) == words


UNTIL = (
    ("2026-11-23 18:00", False, "18:00"),
    ("2026-11-24 00:00", False, "Tue 00:00"),
    ("2026-11-24 02:00", False, "02:00"),
    ("2026-11-24 06:00", False, "Tue 24 Nov 06:00"),
    ("2026-11-23 14:00", True, "14:00:00"),
    ("2026-11-26 14:00", True, "Thu 26 Nov 14:00:00"),
    ("2026-11-22 23:50", False, "Sun 22 Nov 23:50"),
)


@pytest.mark.parametrize(("moment", "seconds", "words"), UNTIL, ids=[case[0] for case in UNTIL])
def test_an_end_names_its_day_when_it_is_far(moment: str, seconds: bool, words: str) -> None:
    """The clock is enough today and for twelve hours; midnight carries its weekday."""
    assert times.until(berlin(moment), NOW, BERLIN, seconds=seconds) == words


def test_a_day_stays_a_day() -> None:
    """A day without an hour is never shown as midnight."""
    assert times.published(date(2022, 1, 6), NOW, BERLIN) == "6 January 2022"
    assert times.words(date(2022, 1, 6), NOW, BERLIN) == "6 January 2022"
    assert times.published(berlin("2026-11-23 14:28"), NOW, BERLIN) == "14:28"
    assert times.published(None, NOW, BERLIN) == ""


PERIODS = (
    ("2026-11-16", "2026-11-22", "16 to 22 Nov"),
    ("2026-10-30", "2026-11-02", "30 Oct to 2 Nov"),
    ("2025-12-28", "2026-01-03", "28 Dec 2025 to 3 Jan 2026"),
    ("2025-11-16", "2025-11-22", "16 to 22 Nov 2025"),
    ("2026-11-22", "2026-11-22", "22 Nov"),
)


@pytest.mark.parametrize(("first", "last", "words"), PERIODS, ids=[case[2] for case in PERIODS])
def test_a_period_in_words(first: str, last: str, words: str) -> None:
    """Month and year are said once where they are the same, and the year only where it is another."""
    assert times.period(date.fromisoformat(first), date.fromisoformat(last), date(2026, 11, 23)) == words


def test_a_table_has_short_times() -> None:
    """This month the day's number is enough."""
    shown = [times.in_row(berlin(text), NOW, BERLIN) for text in ("2026-11-22 14:02", "2026-10-30 14:02")]
    assert shown == ["Sun 22 14:02", "Fri 30 Oct 14:02"]


def test_the_zone_is_named_once() -> None:
    """The header names the newsroom's zone; a reader elsewhere sees both clocks, a neighbour only one."""
    assert times.newsroom_line(NOW, BERLIN) == "14:31 (Berlin, UTC+1)"
    assert times.newsroom_line(NOW, ZoneInfo("Asia/Kathmandu")) == "19:16 (Kathmandu, UTC+5:45)"
    assert times.newsroom_line(NOW, ZoneInfo("UTC")) == "13:31 (UTC)"
    assert times.both(NOW, BERLIN, NEW_YORK) == "Newsroom 14:31 · yours 08:31"
    assert times.both(NOW, BERLIN, ZoneInfo("Europe/Paris")) == "Newsroom time 14:31 (Berlin, UTC+1)"
    assert times.both(NOW, BERLIN, None) == "Newsroom time 14:31 (Berlin, UTC+1)"


def test_a_moment_in_full_for_the_pointer_and_for_machines() -> None:
    """Hover gives the reader's own clock or UTC, the markup UTC."""
    assert times.hover(NOW, NEW_YORK) == "23 November 2026 08:31:07 (New York, UTC-5)"
    assert times.hover(NOW) == "23 November 2026 13:31:07 (UTC)"
    assert times.iso(NOW.astimezone(BERLIN)) == "2026-11-23T13:31:07Z"


SPANS = (
    (timedelta(seconds=40), "40 s"),
    (timedelta(minutes=90), "1 h 30 min"),
    (timedelta(hours=24), "24 h"),
    (timedelta(hours=36), "36 h"),
    (timedelta(days=3), "3 days"),
)


@pytest.mark.parametrize(("length", "words"), SPANS, ids=[case[1] for case in SPANS])
def test_a_length_of_time(length: timedelta, words: str) -> None:
    """Hours up to two days, then whole days."""
    assert times.span(length) == words


# ---------------------------------------------------------------------------------------------- reading

READ = (
    ("2026-11-24", "08:30", "", "2026-11-24T07:30:00+00:00"),
    (" 2026-11-24 ", " 8:30 ", "", "2026-11-24T07:30:00+00:00"),
    ("2026-11-24", "08:30:15", "", "2026-11-24T07:30:15+00:00"),
    ("2026-11-24", "08:30", "+09:00", "2026-11-24T07:30:00+00:00"),
    ("2026-10-25", "02:30", "+02:00", "2026-10-25T00:30:00+00:00"),
    ("2026-10-25", "02:30", "+01:00", "2026-10-25T01:30:00+00:00"),
    ("2027-03-28", "01:59", "", "2027-03-28T00:59:00+00:00"),
    ("2027-03-28", "03:00", "", "2027-03-28T01:00:00+00:00"),
)


@pytest.mark.parametrize(("day", "clock", "offset", "moment"), READ)
def test_fields_are_read_by_the_newsrooms_clock(day: str, clock: str, offset: str, moment: str) -> None:
    """Day and clock name one moment; the offset counts only where there are two."""
    assert wallclock.parse(day, clock, BERLIN, offset).isoformat() == moment


REFUSED = (
    ("Europe/Berlin", "2027-03-28", "02:30", "clock", "On 28 March 2027 clocks jump from 02:00 to 03:00."),
    ("Europe/Berlin", "2027-03-28", "02:00", "clock", "On 28 March 2027 clocks jump from 02:00 to 03:00."),
    ("Australia/Lord_Howe", "2026-10-04", "02:10", "clock", "On 4 October 2026 clocks jump from 02:00 to 02:30."),
    ("America/Sao_Paulo", "2018-11-04", "00:15", "clock", "On 4 November 2018 clocks jump from 00:00 to 01:00."),
    (
        "Pacific/Apia", "2011-12-30", "12:00", "clock",
        "On 30 December 2011 clocks jump from 00:00 to 00:00 on 31 December 2011.",
    ),
    (
        "Europe/Berlin", "2026-10-25", "02:30", "offset",
        "On 25 October 2026 clocks go back, and 02:30 comes twice: choose 02:30 (+02:00) or 02:30 (+01:00).",
    ),
    ("Europe/Berlin", "2026-11-31", "08:00", "day", "The day must be a date, such as 2026-11-24."),
    ("Europe/Berlin", "0001-01-01", "00:00", "day", "The day must be a date, such as 2026-11-24."),
    ("Europe/Berlin", "9999-12-31", "23:59", "day", "The day must be a date, such as 2026-11-24."),
    ("Europe/Berlin", "tomorrow", "08:00", "day", "The day must be a date, such as 2026-11-24."),
    ("Europe/Berlin", "٢٠٢٦-11-24", "08:00", "day", "The day must be a date, such as 2026-11-24."),
    ("Europe/Berlin", "2026-11-24", "24:00", "clock", "The time must be hours and minutes, such as 08:30."),
    ("Europe/Berlin", "2026-11-24", "", "clock", "The time must be hours and minutes, such as 08:30."),
)  # fmt: skip


@pytest.mark.parametrize(("zone", "day", "clock", "field", "words"), REFUSED)
def test_what_names_no_moment_is_refused(zone: str, day: str, clock: str, field: str, words: str) -> None:
    """An hour that is left out, one that comes twice, and what is no time at all are told apart, by field."""
    with pytest.raises(NoSuchTime) as caught:
        wallclock.parse(day, clock, ZoneInfo(zone))
    assert (str(caught.value), caught.value.field) == (words, field)


def test_a_doubled_hour_gives_its_choices() -> None:
    """Both moments of a time that comes twice come with the refusal, the earlier first."""
    with pytest.raises(NoSuchTime) as caught:
        wallclock.parse("2026-10-25", "02:30", BERLIN)
    assert [times.clock(one, BERLIN) for one in caught.value.choices] == ["02:30 (+02:00)", "02:30 (+01:00)"]


# ---------------------------------------------------------------------------------------------- days

MOVED = (
    ("2026-11-23 14:35", "2026-11-30", "2026-11-30 14:35"),
    ("2026-10-24 14:35", "2026-10-25", "2026-10-25 14:35"),
    ("2027-03-27 23:59", "2027-03-28", "2027-03-28 23:59"),
    ("2026-10-24 02:30", "2026-10-25", "2026-10-25 02:30+02:00"),
    ("2026-11-23 02:30", "2026-10-25", "2026-10-25 02:30+01:00"),
)


@pytest.mark.parametrize(("moment", "day", "after"), MOVED)
def test_another_day_keeps_the_hour(moment: str, day: str, after: str) -> None:
    """A post moved to another day leaves at the same hour by the clock, whatever the clocks do between."""
    assert wallclock.on_day(berlin(moment), date.fromisoformat(day), BERLIN) == berlin(after)


def test_a_day_without_that_hour_refuses_it() -> None:
    """No other hour is put in place of one that the day leaves out."""
    with pytest.raises(NoSuchTime, match=r"On 28 March 2027 clocks jump from 02:00 to 03:00\."):
        wallclock.on_day(berlin("2027-03-27 02:30"), date(2027, 3, 28), BERLIN)


LENGTHS = (
    ("Europe/Berlin", "2026-11-23", 24),
    ("Europe/Berlin", "2027-03-28", 23),
    ("Europe/Berlin", "2026-10-25", 25),
    ("America/Sao_Paulo", "2018-11-04", 23),
    ("Australia/Lord_Howe", "2026-10-04", 23.5),
    ("Pacific/Apia", "2011-12-30", 0),
)


@pytest.mark.parametrize(("zone", "day", "length"), LENGTHS)
def test_a_day_is_as_long_as_it_is(zone: str, day: str, length: float) -> None:
    """Days of 23 and 25 hours have so many, and begin where the day before ends."""
    begin, end = wallclock.day_bounds(date.fromisoformat(day), ZoneInfo(zone))
    assert (end - begin) == timedelta(hours=length)
    assert len(wallclock.hours(date.fromisoformat(day), ZoneInfo(zone))) == -(-length // 1)


def test_the_hours_of_a_long_day_are_told_apart() -> None:
    """The hour that comes twice stands twice in the calendar, with its offsets."""
    shown = [times.clock(hour, BERLIN) for hour in wallclock.hours(date(2026, 10, 25), BERLIN)]
    assert shown[:5] == ["Sun 00:00", "01:00", "02:00 (+02:00)", "02:00 (+01:00)", "03:00"]


moments = st.datetimes(datetime(1970, 1, 2), datetime(2036, 12, 30), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)
# Near the changes of both halves of the year, where the mistakes are.
near = st.builds(
    lambda year, month, day, minute: datetime(year, month, day, tzinfo=UTC) + timedelta(minutes=minute),
    st.integers(1975, 2036), st.sampled_from([3, 4, 9, 10, 11]), st.integers(1, 28), st.integers(0, 5000),
)  # fmt: skip


@given(moments | near, st.sampled_from(ZONES))
def test_a_moment_survives_the_form(moment: datetime, zone: ZoneInfo) -> None:
    """What a form shows is read back as the same moment, in both passes of a doubled hour."""
    day, clock, offset = wallclock.fields(moment, zone)
    assert wallclock.parse(day, clock, zone, offset) == moment


@given(st.dates(date(1975, 1, 1), date(2036, 12, 30)), st.integers(0, 1439), st.sampled_from(ZONES))
def test_a_written_time_is_shown_as_written_or_refused(day: date, minute: int, zone: ZoneInfo) -> None:
    """A time of the form is never quietly taken for another."""
    clock = time(minute // 60, minute % 60)
    found = wallclock.moments(datetime.combine(day, clock), zone)
    assert {one.astimezone(zone).replace(tzinfo=None, fold=0) for one in found} <= {datetime.combine(day, clock)}
    if not found:
        assert wallclock.missing(datetime.combine(day, clock), zone).startswith("On ")


@given(st.dates(date(1975, 1, 1), date(2036, 12, 30)), st.sampled_from(ZONES))
def test_days_follow_each_other(day: date, zone: ZoneInfo) -> None:
    """Each day begins where the last one ends, and every moment of it has its date."""
    begin, end = wallclock.day_bounds(day, zone)
    assert wallclock.day_bounds(day + timedelta(days=1), zone)[0] == end
    assert begin == end or begin.astimezone(zone).date() == day == (end - timedelta(seconds=1)).astimezone(zone).date()


@given(moments | near, st.sampled_from(ZONES), st.integers(-40, 40))
def test_moving_by_days_and_back_is_no_move(moment: datetime, zone: ZoneInfo, days: int) -> None:
    """A post moved to another day and back leaves at the hour it had."""
    home = moment.astimezone(zone).date()
    try:
        moved = wallclock.on_day(moment, home + timedelta(days=days), zone)
    except NoSuchTime:
        return
    back = wallclock.on_day(moved, home, zone)
    assert back.astimezone(zone).replace(tzinfo=None) == moment.astimezone(zone).replace(tzinfo=None)
