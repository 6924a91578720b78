"""What a room remembers from poll to poll, and in which order thousands are asked."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from syndicator import daemon, pipeline
from syndicator.fetch import Fetcher
from syndicator.models import Poll, Source, SourceState
from syndicator.room import Room
from tests.core.conftest import HandClock
from tests.sources.documents import item, rss
from tests.sources.newsroom_server import Newsroom, conditional, newsroom, redirect, reply

FEED = conditional(rss(item(1), head="<ttl>10</ttl>"), '"1"', "Mon, 23 Nov 2026 14:00:00 GMT")


@pytest.fixture
def server() -> Iterator[Newsroom]:
    """A newsroom on loopback."""
    with newsroom() as running:
        yield running


def ask(room: Room, source: Source, state: SourceState) -> SourceState:
    """One poll through the pipeline; the state after it."""

    async def once() -> SourceState:
        async with Fetcher(user_agent="syndicator/test", timeout=2) as way:
            return (await pipeline.poll_one(room, source, state, way))[0]

    return asyncio.run(once())


def test_what_a_document_asked_for_counts_while_it_does_not_change(
    room: Room, clock: HandClock, server: Newsroom
) -> None:
    """Its ttl is heard when it has been quiet for hours, though no answer says it again."""
    server.pages["/feed"] = FEED
    source = Source("world", server.url("/feed"), allow_private=True)
    state = ask(room, source, SourceState("world", source.url))
    assert state.pace == 60
    clock.forward(hours=9)
    assert ask(room, source, state).pace == 600
    room.patience.clear()
    assert ask(room, source, state).pace == 68


def test_a_source_a_hub_speaks_for_is_asked_at_slowest(room: Room, clock: HandClock, server: Newsroom) -> None:
    """As long as the room says so."""
    server.pages["/feed"] = FEED
    source = Source("world", server.url("/feed"), allow_private=True, slowest=timedelta(minutes=20))
    room.told = frozenset({"world"})
    state = ask(room, source, SourceState("world", source.url))
    assert state.next_poll is not None
    assert timedelta(minutes=18) <= state.next_poll - clock() <= timedelta(minutes=20)
    room.told = frozenset()
    assert ask(room, source, state).pace == 60


def test_a_move_is_said_once(room: Room, server: Newsroom) -> None:
    """In words that say what to change; later polls, failures and returns say nothing more of it."""
    server.pages |= {"/feed": redirect("/rss", 301), "/rss": FEED}
    source = Source("world", server.url("/feed"), allow_private=True)
    state = SourceState("world", source.url)
    with capture_logs() as logs:
        for answer in (FEED, FEED, reply(500), FEED, FEED):
            server.pages["/rss"] = answer
            state = ask(room, source, state)
    said = [line["detail"] for line in logs if line["event"] == "source has moved"]
    assert len(said) == 1
    assert source.url in said[0] and server.url("/rss") in said[0]
    assert "change sources.world.url in the configuration" in said[0]


def test_what_is_gone_is_left_out_of_a_whole_round(room: Room) -> None:
    """`run --once` does not ask it; a person who names it does."""
    source = room.config.sources["world"]
    gone = SourceState("world", source.url, seeded=True, gone=True, failures=1, error="answered 410")
    room.ledger.articles.store_polls([(gone, Poll("world", source.url, room.clock(), error="answered 410"))])
    daemon.once(room)
    assert room.ledger.sources.states([source])["world"] == gone

    async def by_hand() -> None:
        async with Fetcher(user_agent="syndicator/test", timeout=2) as way:
            await pipeline.poll(room, ["world"], way)

    asyncio.run(by_hand())
    assert room.ledger.sources.states([source])["world"].last_poll == room.clock()


def test_a_new_address_that_is_the_one_it_moved_to_is_the_same_source(room: Room) -> None:
    """A person did what the log asked for: nothing that appeared meanwhile is taken for old."""
    source = room.config.sources["world"]
    old = SourceState("world", "http://127.0.0.1:1/old.xml", seeded=True, moved=source.url)
    room.ledger.articles.store_polls([(old, Poll("world", old.url, room.clock()))])
    pipeline.start(room)
    assert room.ledger.sources.states([source])["world"] == replace(old, url=source.url, moved="")


def test_hosts_take_turns() -> None:
    """One with many sources comes once in each turn, where it lives now; the order is else kept."""
    urls = ["http://a/1", "http://a/2", "http://a/3", "http://b/1", "http://c/1", "http://b/2"]
    states = [SourceState(url, url) for url in urls] + [SourceState("x", "http://a/4", moved="http://d/1")]
    names = [state.name for state in pipeline.by_turns(states)]
    assert names == ["http://a/1", "http://b/1", "http://c/1", "x", "http://a/2", "http://b/2", "http://a/3"]
    assert pipeline.by_turns([]) == []
