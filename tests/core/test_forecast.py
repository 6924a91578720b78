"""Forecasts: when queued posts leave, and what keeps them, before anybody tries."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from syndicator.forecast import Forecast, forecast, forecasts
from syndicator.models import Account, Budget, Delivery, Policy, QuietHours, Status
from syndicator.policy import Recent
from syndicator.room import Room
from tests.core.conftest import HandClock
from tests.core.made import Desk
from tests.newsroom import FEATURES

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)  # 21:30 in Berlin
NIGHT = QuietHours(22 * 60, 6 * 60)
MORNING = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
MINUTES = timedelta(minutes=1)
LATER = NOW + 40 * MINUTES
ROW = Delivery(1, "0" * 64, 1, "uid", "publication", Status.QUEUED, due=NOW + 4 * MINUTES)
ACCOUNT = Account("main", "memory", "uid", policy=Policy(burst=3))
QUIET = replace(ACCOUNT, policy=Policy(quiet_hours=NIGHT, spacing=40 * MINUTES))
HOUR = tuple(NOW - n * MINUTES for n in (50, 20, 10))

CASES = (
    ("nothing keeps it", ROW, ACCOUNT, Recent(), Forecast(NOW + 4 * MINUTES)),
    ("its time has come", replace(ROW, due=NOW - MINUTES), ACCOUNT, Recent(), Forecast(NOW)),
    ("no time of its own", replace(ROW, due=None), ACCOUNT, Recent(), Forecast(NOW)),
    ("stopped", ROW, ACCOUNT, Recent(stopped="fire"), Forecast(None, "stopped", "all sending is stopped: fire")),
    ("paused", ROW, ACCOUNT, Recent(paused="derby"), Forecast(None, "paused", "the account is paused: derby")),
    ("at night", replace(ROW, due=LATER), QUIET, Recent(), Forecast(MORNING, "quiet_hours", "quiet hours")),
    ("breaking", replace(ROW, due=LATER, breaking=True), QUIET, Recent(), Forecast(LATER)),
    ("its distance ends in quiet hours", ROW, QUIET, Recent(last=NOW), Forecast(MORNING, "quiet_hours", "quiet hours")),
    (
        "enough for an hour", ROW, ACCOUNT, Recent(hour=HOUR),
        Forecast(NOW + 10 * MINUTES, "burst", "3 posts in an hour are enough"),
    ),
    ("the hour is over by then", replace(ROW, due=LATER), ACCOUNT, Recent(hour=HOUR), Forecast(LATER)),
    (
        "the network asked for patience", ROW, ACCOUNT, Recent(wait_until=NOW + 9 * MINUTES),
        Forecast(NOW + 9 * MINUTES, "waiting", "the network asked for patience, or could not be reached"),
    ),
    (
        "a limit nearly used up", ROW, ACCOUNT, Recent(last=NOW, budget=Budget(100, 1, NOW + 64 * MINUTES)),
        Forecast(NOW + 30 * MINUTES, "budget", "the platform's limit is nearly used up"),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("row", "account", "lately", "seen"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_forecast_is_that_of_the_last_gate(row: Delivery, account: Account, lately: Recent, seen: Forecast) -> None:
    """A post leaves when the last of the gates in its way opens, and that one is named."""
    found = forecast(row, account, FEATURES["memory"], lately, NOW, BERLIN)
    assert found == seen


def test_many_rows_are_asked_at_once(room: Room, desk: Desk, clock: HandClock) -> None:
    """Every queued row has a forecast, by its account's state; rows in other states have none."""
    one, two = desk.publish()
    held = replace(one, id=99, status=Status.HELD)
    stranger = replace(one, id=98, account="somebody else's")
    room.ledger.accounts.pause("two", "derby", "cli:eva@host", clock())
    found = forecasts(room, [one, two, held, stranger])
    assert found == {one.id: Forecast(clock()), two.id: Forecast(None, "paused", "the account is paused: derby")}
