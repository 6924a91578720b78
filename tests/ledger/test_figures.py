"""Charts and the calendar count by the newsroom's clock, also on days of 23 and 25 hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from syndicator.delivery import Move
from syndicator.ledger import Draft, Ledger
from syndicator.ledger.figures import Charts, Figures, Planned, midnight
from syndicator.ledger.filling import Shelf
from syndicator.models import Delivery, Post, Status
from tests.ledger.made import HOUR, MINUTE, NOW, accounts, article, claim, poll, seed, sent

BERLIN, NEW_YORK, SANTIAGO = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("America/Santiago")
TODAY = date(2026, 11, 23)


def planned(ledger: Ledger, uid: str, name: str, due: datetime, published: datetime, **state: Status) -> Delivery:
    """A story's post on one account, with its time and the article's."""
    poll(ledger, article(name, published=published), at=published)
    story = next(one for one in ledger.articles.new(NOW + 999 * HOUR) if one.url.endswith(f"/{name}"))
    move = Move("plan", state.get("status", Status.QUEUED), "", "", {"due": due, "expires": due + 24 * HOUR})
    return ledger.deliveries.plan(story, [Draft(uid, move, Post(name))], published, "daemon:test", published)[0]


def gone_out(ledger: Ledger, uid: str, name: str, at: datetime, after: timedelta) -> Delivery:
    """A post that was sent at a moment, so long after its article's publication."""
    planned(ledger, uid, name, at, at - after)
    return sent(ledger, uid, name, at)


def figures(ledger: Ledger) -> Figures:
    """The charts of a ledger, read anew."""
    return Figures(ledger.store, Shelf(ledger.store))


@pytest.fixture
def uids(ledger: Ledger) -> dict[str, str]:
    """Two accounts and a source that was read before."""
    seed(ledger)
    return accounts(ledger, "x", "ma")


def test_posts_of_some_days(ledger: Ledger, uids: dict[str, str]) -> None:
    """Each day has its posts by account, and the minutes they took; a day without posts has none."""
    for place, (account, at, minutes) in enumerate(
        [
            ("x", datetime(2026, 11, 21, 22, 59, tzinfo=UTC), 3),  # Berlin: the 21st, 23:59
            ("x", datetime(2026, 11, 21, 23, 0, tzinfo=UTC), 5),  # Berlin: the 22nd, 00:00
            ("ma", datetime(2026, 11, 22, 9, tzinfo=UTC), 1),
            ("x", datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC), 60),
            ("x", datetime(2026, 11, 24, 23, 0, tzinfo=UTC), 7),  # Berlin: the 25th
        ]
    ):
        gone_out(ledger, uids[account], f"s{place}", at, minutes * MINUTE)
    first, second = date(2026, 11, 21), date(2026, 11, 22)
    assert figures(ledger).charts(first, date(2026, 11, 24), BERLIN) == Charts(
        sent=((first, "x", 1), (second, "ma", 1), (second, "x", 2)),
        waits=((first, 3.0, 3.0), (second, 5.0, 60.0)),
        outcomes={"ma": {"sent": 1}, "x": {"sent": 3}},
    )
    assert figures(ledger).charts(first, first, NEW_YORK).sent == ((first, "x", 2),)
    assert figures(ledger).charts(date(2026, 11, 23), date(2026, 11, 24), BERLIN) == Charts((), (), {})


def test_what_became_of_the_posts(ledger: Ledger, uids: dict[str, str]) -> None:
    """States are counted by account; what was taken down was sent once, on the day it was."""
    row = gone_out(ledger, uids["x"], "one", NOW, MINUTE)
    back = Move("retract", Status.RETRACTING, "person", "wrong name", {"next_look": NOW, "wanted": "gone"})
    ledger.deliveries.move(row.id, lambda _row: back, "person:anna", NOW + 50 * HOUR)
    planned(ledger, uids["x"], "two", NOW, NOW, status=Status.FAILED)
    planned(ledger, uids["ma"], "three", NOW, NOW, status=Status.HELD)
    made = figures(ledger).charts(TODAY, TODAY, BERLIN)
    assert made.outcomes == {"ma": {"held": 1}, "x": {"retracting": 1, "failed": 1}}
    assert (made.sent, made.waits) == (((TODAY, "x", 1),), ((TODAY, 1.0, 1.0),))


LAGS = [
    ([4], 4.0, 4.0),
    ([1, 2], 1.5, 2.0),
    ([0, 0, 9], 0.0, 9.0),
    ([-5, -5, -5], 0.0, 0.0),
    (list(range(1, 21)), 10.5, 20.0),
    (list(range(1, 41)), 20.5, 39.0),
]


@pytest.mark.parametrize(("minutes", "median", "p95"), LAGS)
def test_minutes_to_post(ledger: Ledger, uids: dict[str, str], minutes: list[int], median: float, p95: float) -> None:
    """Median and 95th percentile of a day; a publication announced for later counts as none."""
    for place, lag in enumerate(minutes):
        gone_out(ledger, uids["x"], f"s{place}", NOW + place * MINUTE, lag * MINUTE)
    assert figures(ledger).charts(TODAY, TODAY, BERLIN).waits == ((TODAY, median, p95),)


LONG_DAYS = [
    (date(2026, 3, 29), BERLIN, 23),
    (date(2026, 10, 25), BERLIN, 25),
    (date(2026, 11, 1), NEW_YORK, 25),
    (date(2026, 9, 6), SANTIAGO, 23),  # at midnight
    (TODAY, BERLIN, 24),
]


@pytest.mark.parametrize(("day", "zone", "hours"), LONG_DAYS)
def test_days_of_other_lengths(ledger: Ledger, uids: dict[str, str], day: date, zone: ZoneInfo, hours: int) -> None:
    """A day has as many hours as its clock says: a post in each of them is on that day."""
    start, end = (midnight(one, zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    assert end - start == hours * HOUR
    for place, at in enumerate((start - MINUTE, start, end - MINUTE, end)):
        gone_out(ledger, uids["x"], f"s{place}", at, MINUTE)
    one = timedelta(days=1)
    made = figures(ledger).charts(day - one, day + one, zone)
    assert made.sent == ((day - one, "x", 1), (day, "x", 2), (day + one, "x", 1))


@pytest.mark.parametrize(("first", "days"), [(TODAY, 0), (TODAY, -5), (TODAY, 367)])
def test_periods_have_an_end(ledger: Ledger, first: date, days: int) -> None:
    """A period that is empty or longer than a year is refused; a whole leap year is not."""
    with pytest.raises(ValueError, match="1 to 366 days"):
        figures(ledger).charts(first, first + timedelta(days=days - 1), BERLIN)
    assert figures(ledger).charts(date(2028, 1, 1), date(2028, 12, 31), BERLIN).sent == ()


def test_the_calendar(ledger: Ledger, uids: dict[str, str]) -> None:
    """What is planned stands at its time, what is or may be out at that one; the rest is not there."""
    gone_out(ledger, uids["x"], "one", NOW - HOUR, MINUTE)
    planned(ledger, uids["x"], "four", NOW, NOW, status=Status.FAILED)
    planned(ledger, uids["ma"], "six", NOW - HOUR, NOW)
    claim(ledger, uids["ma"], NOW + MINUTE)
    planned(ledger, uids["ma"], "two", NOW + HOUR, NOW)
    planned(ledger, uids["x"], "three", NOW + 2 * HOUR, NOW, status=Status.HELD)
    planned(ledger, uids["x"], "five", NOW + 3 * HOUR, NOW)
    found = figures(ledger).calendar(NOW - HOUR, NOW + 3 * HOUR)
    told = [(title.removeprefix("Headline of "), row.status.value) for row, title in found.posts]
    assert told == [("one", "sent"), ("six", "sending"), ("two", "queued"), ("three", "held")]
    assert found.total == 4
    few = figures(ledger).calendar(NOW - HOUR, NOW + 4 * HOUR, limit=2)
    assert (few.posts, few.total) == (found.posts[:2], 5)
    theirs = figures(ledger).calendar(NOW - HOUR, NOW + 3 * HOUR, account="ma")
    assert (theirs.posts, theirs.total) == (found.posts[1:3], 2)
    assert figures(ledger).calendar(NOW, NOW + HOUR, account="nobody") == Planned((), 0)


def test_a_long_calendar_begins_at_its_beginning(ledger: Ledger, uids: dict[str, str]) -> None:
    """Where there is more than a page holds, the first ones are shown and all are counted."""
    for place in range(5):
        gone_out(ledger, uids["x"], f"s{place}", NOW + place * MINUTE, MINUTE)
    found = figures(ledger).calendar(NOW, NOW + HOUR, limit=3)
    assert ([title[-2:] for _, title in found.posts], found.total) == (["s0", "s1", "s2"], 5)
