"""What is to be done about a subscription, and when: no clock, no ledger, no network."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syndicator.desk import health
from syndicator.models import Source, Subscription
from syndicator.pipeline import hubs
from syndicator.pipeline.hubs import Step
from tests.sources.documents import BERLIN

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FEED = Source("world", "https://news.example/feed")
PRIVATE = replace(FEED, allow_private=True)
SECURE, PLAIN = "https://hub.example/", "http://hub.example/"
NEW = Subscription("world", FEED.url, SECURE, "p" * 43, "s" * 64)
ASKED = hubs.asked(NEW, NOW)
ACTIVE = hubs.verified(ASKED, 9 * DAY, NOW)
LEAVING = hubs.parted(ACTIVE, NOW)


def given(one: Subscription, **fields: object) -> Subscription:
    """A subscription with some fields changed."""
    return replace(one, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "source", "after", "step"),
    [
        (NEW, FEED, 0 * MINUTE, Step.ASK),
        (ASKED, FEED, 9 * MINUTE, Step.NOTHING),
        (ASKED, FEED, 10 * MINUTE, Step.ASK),
        (ACTIVE, FEED, 6 * DAY - MINUTE, Step.NOTHING),
        (ACTIVE, FEED, 6 * DAY + 0.9 * DAY, Step.ASK),
        (hubs.denied(ASKED, "no", NOW), FEED, 9 * MINUTE, Step.NOTHING),
        (hubs.denied(ASKED, "no", NOW), FEED, 10 * MINUTE, Step.ASK),
        (ACTIVE, None, 0 * MINUTE, Step.PART),
        (ACTIVE, replace(FEED, websub=False), 0 * MINUTE, Step.PART),
        (ACTIVE, replace(FEED, type="sitemap"), 0 * MINUTE, Step.PART),
        (given(NEW, hub=PLAIN), FEED, 0 * MINUTE, Step.REFUSE),
        (given(NEW, hub=PLAIN), PRIVATE, 0 * MINUTE, Step.ASK),
        (hubs.unsafe(given(NEW, hub=PLAIN)), FEED, 99 * DAY, Step.NOTHING),
        (hubs.unsafe(given(NEW, hub=PLAIN)), PRIVATE, 0 * MINUTE, Step.ASK),
        (given(NEW, hub=f"{PLAIN} {SECURE}"), FEED, 0 * MINUTE, Step.ASK),
        (LEAVING, FEED, 0 * MINUTE, Step.LEAVE),
        (LEAVING, None, 0 * MINUTE, Step.LEAVE),
        (hubs.farewell(LEAVING, NOW), FEED, 9 * MINUTE, Step.NOTHING),
        (given(hubs.farewell(LEAVING, NOW), failures=3), FEED, 10 * MINUTE, Step.END),
        (hubs.ended(LEAVING, NOW), None, 29 * DAY, Step.NOTHING),
        (hubs.ended(LEAVING, NOW), None, 30 * DAY, Step.FORGET),
    ],
)
def test_the_next_step(one: Subscription, source: Source | None, after: timedelta, step: Step) -> None:
    """Asked for, renewed, refused, left or forgotten."""
    assert hubs.decide(one, source, NOW + after) is step


@pytest.mark.parametrize("path", [letter * 43 for letter in "abcdefghijkl"])
def test_a_renewal_has_its_own_moment(path: str) -> None:
    """Between two thirds and a tenth later, the same each time, long before the lease ends."""
    one = hubs.verified(given(ASKED, path=path), 30 * DAY, NOW)
    assert one == hubs.verified(given(ASKED, path=path), 30 * DAY, NOW)
    assert one.next_try is not None
    assert NOW + 20 * DAY <= one.next_try <= NOW + 23 * DAY


def test_renewals_are_spread() -> None:
    """Many subscriptions of one hub are not renewed in one moment."""
    moments = {hubs.verified(given(ASKED, path=str(n)), 30 * DAY, NOW).next_try for n in range(50)}
    assert len(moments) == 50


@pytest.mark.parametrize("seconds", [1, 10, 10**12])
def test_a_strange_lease_is_bounded(seconds: int) -> None:
    """A hub that grants a second is not asked each second; one that grants an age is not believed."""
    one = hubs.verified(ASKED, timedelta(seconds=seconds), NOW)
    assert one.next_try is not None
    assert one.lease_until is not None
    assert one.next_try >= NOW + MINUTE
    assert one.lease_until <= NOW + hubs.LONGEST_LEASE


def test_patience_is_bounded() -> None:
    """A hub may ask for a day, not for a year, and never for the past."""
    for asked, granted in ((NOW + 400 * DAY, NOW + DAY), (NOW - DAY, NOW), (NOW + MINUTE, NOW + MINUTE)):
        assert hubs.missed(ASKED, NOW, "no", refused=False, again=asked).next_try == granted


def test_only_a_hub_that_told_something_speaks() -> None:
    """Agreed, its lease running, and heard from."""
    heard = given(ACTIVE, heard_at=NOW)
    for one, expected in (
        (heard, {"world"}),
        (ACTIVE, set()),
        (given(heard, lease_until=NOW), set()),
        (hubs.denied(heard, "no", NOW), set()),
        (hubs.parted(heard, NOW), set()),
    ):
        assert hubs.told([one], NOW) == expected


def test_the_secret_is_in_no_repr() -> None:
    """Not even of what has been made from it."""
    assert NEW.secret not in repr([NEW, ASKED, ACTIVE, LEAVING])


SILENT = "Its hub hub.example has agreed to tell, until Wed 2 Dec 15:05; it has told nothing yet"


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (NEW, "Its hub hub.example will be asked"),
        (ASKED, "Its hub hub.example was asked and will come to verify"),
        (hubs.asked(ASKED, NOW), f"Not told by its hub hub.example yet: {hubs.NEVER_CAME}"),
        (ACTIVE, SILENT),
        (given(ACTIVE, heard_at=NOW), "Told by its hub hub.example, until Wed 2 Dec 15:05"),
        (
            given(ACTIVE, heard_at=NOW, error="It answered 500."),
            "Told by its hub hub.example, until Wed 2 Dec 15:05; it could not be asked for longer: It answered 500",
        ),
        (given(ACTIVE, error="{why} 100 %"), f"{SILENT}; it could not be asked for longer: {{why}} 100 %"),
        (hubs.denied(ACTIVE, "{hub} no.", NOW), "The hub hub.example refused: {hub} no"),
        (hubs.unsafe(ACTIVE), f"Not told by its hub hub.example: {hubs.NOT_SECURE}"),
        (
            hubs.missed(ASKED, NOW, "It answered 500.", refused=False, again=None),
            "Not told by its hub hub.example yet: It answered 500",
        ),
    ],
)
def test_how_it_is_said(one: Subscription, words: str) -> None:
    """One sentence for each state, without anything secret."""
    assert health.of_hub(one, NOW, BERLIN) == words
