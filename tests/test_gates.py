"""When a post may leave: quiet hours, distance, burst, and what closes a whole account."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from syndicator import policy
from syndicator.models import Account, Delivery, Features, Policy, QuietHours, Status
from syndicator.policy import HOUR, Gate, Recent

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 14, 5, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
X = Features("x", "X", "X", "weighted", 280)
SLOW = replace(X, min_gap=5 * MINUTE)
NIGHT, TO_THREE, NOON = QuietHours(1320, 390), QuietHours(1320, 150), QuietHours(720, 840)

minutes = st.integers(0, 1439)
times = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
# Around the hours that are skipped and repeated.
changes = st.sampled_from(["2026-03-28 12:00", "2026-10-24 12:00"]).flatmap(
    lambda day: st.integers(0, 2160).map(lambda later: utc(day) + later * MINUTE)
)


def utc(text: str) -> datetime:
    """The UTC time "2026-10-25 01:30"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ready(**values: Any) -> Delivery:
    """A post that waits for its time."""
    return Delivery(7, "k", 1, "u", "publication", Status.QUEUED, version=1, **values)


def account(**rules: Any) -> Account:
    """An account with no limits but those given."""
    return Account("x-main", "x", policy=Policy(**{"burst": 0, **rules}))


def lately(claims: Sequence[datetime], now: datetime) -> Recent:
    """What an account has done by `now` that posted at these times."""
    past = sorted(claim for claim in claims if claim <= now)
    return Recent(hour=tuple(claim for claim in past if claim > now - HOUR), last=past[-1] if past else None)


# ---------------------------------------------------------------------------------------------- quiet hours


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (NIGHT, "2026-11-23 20:59", None),
        (NIGHT, "2026-11-23 21:00", "2026-11-24 05:30"),
        (NIGHT, "2026-11-23 23:30", "2026-11-24 05:30"),
        (NIGHT, "2026-11-24 05:29", "2026-11-24 05:30"),
        (NIGHT, "2026-11-24 05:30", None),
        (NIGHT, "2026-07-01 20:00", "2026-07-02 04:30"),
        (NOON, "2026-11-23 10:59", None),
        (NOON, "2026-11-23 11:00", "2026-11-23 13:00"),
        (NOON, "2026-11-23 13:00", None),
        (QuietHours(1320, 0), "2026-11-23 22:59", "2026-11-23 23:00"),
        (QuietHours(1320, 0), "2026-11-23 23:00", None),
        (QuietHours(600, 600), "2026-11-23 09:00", None),
        # The night of 23 hours' day: the clock goes from 02:00 to 03:00 at 01:00 UTC.
        (NIGHT, "2026-03-28 21:00", "2026-03-29 04:30"),
        (NIGHT, "2026-03-29 00:59", "2026-03-29 04:30"),
        (NIGHT, "2026-03-29 04:29", "2026-03-29 04:30"),
        (TO_THREE, "2026-03-29 01:00", None),
        # The night of 25 hours' day: the clock goes from 03:00 back to 02:00 at 01:00 UTC.
        (NIGHT, "2026-10-24 20:00", "2026-10-25 05:30"),
        (NIGHT, "2026-10-25 00:30", "2026-10-25 05:30"),
        (NIGHT, "2026-10-25 01:30", "2026-10-25 05:30"),
        (TO_THREE, "2026-10-25 00:29", "2026-10-25 00:30"),
        (TO_THREE, "2026-10-25 00:30", None),
        (TO_THREE, "2026-10-25 01:15", "2026-10-25 01:30"),
        (TO_THREE, "2026-10-25 01:30", None),
    ],
)
def test_quiet_hours(quiet: QuietHours, now: str, until: str | None) -> None:
    """Quiet hours begin and end by the newsroom's clock, over midnight and on days of 23 and 25 hours too."""
    assert policy.quiet_until(quiet, utc(now), BERLIN) == (utc(until) if until else None)


@given(minutes, minutes, st.one_of(times, changes))
@example(1320, 150, datetime(2026, 10, 25, 1, 15, tzinfo=UTC))
def test_quiet_hours_end_in_the_future(start: int, end: int, now: datetime) -> None:
    """It is quiet exactly while the clock stands between start and end; the end lies ahead, at most 25 hours."""
    local = now.astimezone(BERLIN)
    inside = (local.hour * 60 + local.minute - start) % 1440 < (end - start) % 1440
    until = policy.quiet_until(QuietHours(start, end), now, BERLIN)
    assert (until is not None) is inside
    assert until is None or now < until <= now + 25 * HOUR


@given(minutes, minutes, st.one_of(times, changes))
def test_quiet_hours_are_over_at_their_end(start: int, end: int, now: datetime) -> None:
    """Where a day has more than an hour that is not quiet, it is not quiet at the end that was named."""
    assume((start - end) % 1440 > 60)
    quiet = QuietHours(start, end)
    until = policy.quiet_until(quiet, now, BERLIN)
    assert until is None or policy.quiet_until(quiet, until, BERLIN) is None


# ---------------------------------------------------------------------------------------------- the account


@pytest.mark.parametrize(
    ("recent", "enabled", "code", "why"),
    [
        (Recent(stopped="wrong name", paused="token"), False, "stopped", "all sending is stopped: wrong name"),
        (Recent(stopped=""), True, "stopped", "all sending is stopped: "),
        (Recent(paused="token"), False, "paused", "the account is paused: token"),
        (Recent(paused="", unknown_in_row=2), True, "paused", "the account is paused: "),
        (Recent(unknown_in_row=2), False, "disabled", "the account is switched off (enabled = false)"),
        (Recent(unknown_in_row=2), True, "unknowns", "nothing new until one is settled"),
        (Recent(unknown_in_row=3), True, "unknowns", "nothing new until one is settled"),
    ],
)
def test_closed_account(recent: Recent, enabled: bool, code: str, why: str) -> None:
    """Stop, pause, trial and two unknowns close an account for every post, even one sent by a person."""
    place = replace(account(), enabled=enabled)
    for row in (ready(), ready(urgent=True), ready(breaking=True)):
        closed = policy.gate(row, place, X, recent, NOW, BERLIN)
        assert closed == policy.account_gate(place, recent)
        assert closed is not None
        assert (closed.code, closed.until) == (code, None)
        assert closed.why.endswith(why)


def test_one_unknown_closes_nothing() -> None:
    """An account with one open question goes on."""
    assert policy.gate(ready(), account(), X, Recent(unknown_in_row=1), NOW, BERLIN) is None


@pytest.mark.parametrize(("wait", "closed"), [(MINUTE, True), (timedelta(0), False), (-MINUTE, False)])
@pytest.mark.parametrize("values", [{}, {"urgent": True}, {"breaking": True}], ids=["plain", "urgent", "breaking"])
def test_waiting_for_the_network(wait: timedelta, closed: bool, values: dict[str, Any]) -> None:
    """A network that asked for patience is left alone until then, by every post."""
    found = policy.gate(ready(**values), account(), X, Recent(wait_until=NOW + wait), NOW, BERLIN)
    assert (found and (found.code, found.until)) == (("waiting", NOW + wait) if closed else None)


# ---------------------------------------------------------------------------------------------- one post

LAST = NOW - MINUTE
SPACED, QUIET = {"spacing": 10 * MINUTE}, {"quiet_hours": QuietHours(900, 960)}  # 15:00 to 16:00 in Berlin
QUIET_END = utc("2026-11-23 15:00")


@pytest.mark.parametrize(
    ("rules", "features", "row", "code", "until"),
    [
        ({}, X, {}, None, None),
        (SPACED, X, {}, "spacing", LAST + 10 * MINUTE),
        (SPACED, SLOW, {}, "spacing", LAST + 10 * MINUTE),
        ({"spacing": MINUTE}, SLOW, {}, "spacing", LAST + 5 * MINUTE),
        ({"spacing": MINUTE}, X, {}, None, None),
        (SPACED, X, {"breaking": True}, None, None),
        (SPACED, X, {"urgent": True}, None, None),
        (SPACED, SLOW, {"breaking": True}, "spacing", LAST + 5 * MINUTE),
        (SPACED, SLOW, {"urgent": True}, "spacing", LAST + 5 * MINUTE),
        (QUIET, X, {}, "quiet_hours", QUIET_END),
        (QUIET | SPACED, X, {}, "quiet_hours", QUIET_END),
        (QUIET, X, {"breaking": True}, None, None),
        (QUIET, X, {"urgent": True}, None, None),
        ({"quiet_hours": QuietHours(960, 1020)}, X, {}, None, None),
    ],
)
def test_quiet_and_spacing(
    rules: dict[str, Any], features: Features, row: dict[str, Any], code: str | None, until: datetime | None
) -> None:
    """Quiet hours and spacing hold back ordinary posts only; the platform's own distance holds for all."""
    closed = policy.gate(ready(**row), account(**rules), features, lately([LAST], NOW), NOW, BERLIN)
    assert (closed and closed.code, closed and closed.until) == (code, until)


def test_first_post_needs_no_distance() -> None:
    """An account that never posted keeps no distance to anything."""
    assert policy.gate(ready(), account(**SPACED), SLOW, Recent(), NOW, BERLIN) is None


CLAIMS = [NOW - 70 * MINUTE, NOW - 50 * MINUTE, NOW - 40 * MINUTE, NOW - 30 * MINUTE]


@pytest.mark.parametrize(
    ("burst", "row", "until"),
    [
        (0, {}, None),
        (4, {}, None),
        (3, {}, NOW + 10 * MINUTE),
        (2, {}, NOW + 20 * MINUTE),
        (1, {}, NOW + 30 * MINUTE),
        (3, {"breaking": True}, NOW + 10 * MINUTE),
        (3, {"urgent": True}, NOW + 10 * MINUTE),
    ],
)
def test_burst(burst: int, row: dict[str, Any], until: datetime | None) -> None:
    """Of any hour's posts no more than `burst` leave, breaking or sent by a person; 0 is no limit."""
    closed = policy.gate(ready(**row), account(burst=burst), X, lately(CLAIMS, NOW), NOW, BERLIN)
    assert closed == (Gate("burst", f"{burst} posts in an hour are enough", until) if until else None)


@given(
    st.one_of(times, changes),
    st.lists(st.integers(0, 7200), max_size=20),
    st.builds(QuietHours, minutes, minutes).filter(lambda quiet: (quiet.start - quiet.end) % 1440 > 60),
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 8),
)
def test_gate_opens_when_it_says(
    now: datetime, ago: list[int], quiet: QuietHours, spacing: int, gap: int, burst: int
) -> None:
    """With nothing else changed a gate opens at the time it named, and where several closed, all open in the end."""
    claims = [now - timedelta(seconds=seconds) for seconds in ago]
    place = account(quiet_hours=quiet, spacing=spacing * MINUTE, burst=burst)
    features = replace(X, min_gap=gap * MINUTE)
    closed = policy.gate(ready(), place, features, lately(claims, now), now, BERLIN)
    reasons: list[str] = []
    while closed is not None and len(reasons) < 6:
        assert closed.until is not None
        assert closed.until > now
        reasons.append(closed.code)
        now = closed.until
        closed = policy.gate(ready(), place, features, lately(claims, now), now, BERLIN)
        assert closed is None or closed.code != reasons[-1]
    assert closed is None
