"""What the desk says of a source's hub."""

from datetime import timedelta

import httpx

from syndicator.models import Subscription
from tests.desk.newsroom import Newsroom


def test_the_source_page_says_who_tells(newsroom: Newsroom, ben: httpx.Client) -> None:
    """Among the facts, as soon as a hub is known; nothing secret is on the page."""
    assert "Hub" not in ben.get("/sources/world").text
    now = newsroom.room.clock()
    one = Subscription(
        "world", "https://news.example/feed", "https://hub.example/", "the-path", "the-secret", "active",
        lease_until=now + timedelta(hours=3), heard_at=now,
    )  # fmt: skip
    newsroom.room.ledger.told.keep(one)
    page = ben.get("/sources/world").text
    assert "Told by its hub hub.example, until" in page
    assert "the-secret" not in page
    assert "the-path" not in page


def test_a_source_that_is_asked_slowly_is_not_late(newsroom: Newsroom) -> None:
    """One whose pace has grown is "not read since" only after three of its paces."""
    from dataclasses import replace

    from syndicator.desk import health

    source, now = newsroom.room.config.sources["world"], newsroom.room.clock()
    state = newsroom.room.ledger.sources.states([source])["world"]
    seen = {}
    for pace in (0, 900):
        known = replace(state, pace=pace, last_poll=now - timedelta(minutes=20), last_success=now)
        seen[pace] = health.of_source(source, known, now, newsroom.room.zone).kind
    assert seen == {0: "look", 900: "working"}
