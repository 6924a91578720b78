"""A running daemon and polls that bring nothing: stored a little later, and never long after news."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicator import adapters, config, daemon
from syndicator.adapters import memory
from syndicator.daemon import clock
from syndicator.models import SourceState
from syndicator.room import Room, open_room
from tests.core.test_daemon import soon, titles
from tests.sources.documents import rss
from tests.sources.newsroom_server import Handler, Newsroom, newsroom, reply

TOML = """
[newsroom]
name = "Example Daily"
timezone = "Europe/Berlin"
[policy]
hold_for = "0s"
burst = 0
[accounts.one]
platform = "memory"
"""
SOURCE = '[sources.{}]\nurl = "{}"\nevery = "1s"\npage = false\nallow_private = true\n'


def item(number: int, title: str = "") -> str:
    """The inside of an item."""
    title = title or f"Story {number}"
    return f"<title>{title}</title><link>https://news.example/story-{number}</link>"


@pytest.fixture
def server() -> Iterator[Newsroom]:
    """Two feeds on loopback; the one called slow answers at the end."""
    with newsroom() as running:
        running.pages["/quick"] = reply(200, rss(item(1)), ETag='"1"')
        running.pages["/slow"] = hanging
        yield running
        running.ended.set()


def hanging(handler: Handler) -> None:
    """An answer that does not come."""
    handler.newsroom.ended.wait(30)
    reply(200, rss())(handler)


@pytest.fixture
def room(server: Newsroom, tmp_path: Path) -> Iterator[Room]:
    """A newsroom with these feeds and one account."""
    memory._networks.clear()
    file = tmp_path / "syndicator.toml"
    feeds = "".join(SOURCE.format(name, server.url(f"/{name}")) for name in ("quick", "slow"))
    file.write_text(TOML + feeds)
    made = open_room(config.load(file, environ={}, cwd=tmp_path, platforms=adapters.PLATFORMS), migrate=True)
    yield made
    made.close()


@pytest.fixture
def running(room: Room) -> Iterator[daemon.Daemon]:
    """The daemon, while one of its sources hangs."""
    made = daemon.Daemon(room)
    made.start()
    assert soon(lambda: state(room).seeded)
    yield made
    made.stop()


def state(room: Room) -> SourceState:
    """What the ledger knows of the quick feed."""
    return room.ledger.sources.states(room.config.sources.values())["quick"]


def polled(room: Room) -> datetime:
    """When the quick feed was asked last, as the ledger has it."""
    return state(room).last_poll or datetime.min.replace(tzinfo=UTC)


def test_a_few_are_stored_while_others_hang(running: daemon.Daemon, room: Room) -> None:
    """A source that hangs puts off no other source's next poll."""
    before = polled(room)
    assert soon(lambda: polled(room) > before)
    assert running.asking >= 1


def test_many_wait_for_their_batch_but_not_for_ever(
    running: daemon.Daemon, room: Room, server: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While others are being asked thousands of results wait, as far as they say nothing new."""
    monkeypatch.setattr(clock, "FEW", -1)
    monkeypatch.setattr(clock, "LATER", 3600.0)
    asked = len(server.asked)
    assert soon(lambda: len(server.asked) > asked and running._same.qsize() > 0)
    running.tick()
    assert running._same.qsize() > 0
    monkeypatch.setattr(clock, "LATER", 0.0)
    before = polled(room)
    assert soon(lambda: polled(room) > before)


def test_news_never_waits(running: daemon.Daemon, server: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """What brings something is stored and posted at once, also where the rest waits."""
    monkeypatch.setattr(clock, "FEW", -1)
    server.pages["/quick"] = reply(200, rss(item(2, "Bridge opens"), item(1)), ETag='"2"')
    assert soon(lambda: titles("one") == ["Bridge opens"])
    server.pages["/quick"] = reply(200, rss(item(3, "Tide turns"), item(2, "Bridge opens"), item(1)), ETag='"3"')
    assert soon(lambda: titles("one") == ["Bridge opens", "Tide turns"])


def test_what_was_touched_meanwhile_is_read_in_full_at_once(
    running: daemon.Daemon, room: Room, server: Newsroom
) -> None:
    """The daemon asks again by itself where an item it left out is no longer stored as it is written."""
    server.pages["/quick"] = reply(200, rss(item(2, "Bridge opens"), item(1)), ETag='"2"')
    assert soon(lambda: titles("one") == ["Bridge opens"])
    assert room.ledger.articles.withdraw(2, "its page answers 410 (Gone)", room.clock())
    server.pages["/quick"] = reply(200, rss(item(3, "Tide turns"), item(2, "Bridge opens"), item(1)), ETag='"3"')
    assert soon(lambda: titles("one") == ["Bridge opens", "Tide turns"])
