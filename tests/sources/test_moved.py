"""Sources that move for ever, come back, or are gone: over real sockets, from poll to poll."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from syndicator.fetch import Fetcher
from syndicator.models import Poll, Source, SourceState
from syndicator.sources import after, poll
from tests.sources.documents import BERLIN, NOW, item, rss
from tests.sources.newsroom_server import Newsroom, conditional, newsroom, redirect, reply

MODIFIED = "Mon, 23 Nov 2026 14:00:00 GMT"
FEED = conditional(rss(item(1, "<guid>one</guid>")), '"1"', MODIFIED)
FULL = rss(item(1, "<guid isPermaLink='false'>one</guid>"))


@pytest.fixture
def other() -> Iterator[Newsroom]:
    """Another host, where the newsroom's feed may move to."""
    with newsroom("127.0.0.2") as running:
        yield running


class Asked:
    """A source polled again and again, its state kept as the ledger keeps it."""

    def __init__(self, room: Newsroom, path: str = "/feed") -> None:
        self.source = Source("world", room.url(path), allow_private=True)
        self.state = SourceState("world", self.source.url)
        self.rounds = 0

    def poll(self) -> Poll:
        """Once more, a minute later."""

        async def once() -> Poll:
            async with Fetcher(user_agent="syndicator/test", timeout=2) as way:
                at = NOW + timedelta(minutes=self.rounds)
                return await poll(self.source, self.state, way, now=at, zone=BERLIN)

        found = asyncio.run(once())
        self.rounds += 1
        self.state = after(self.state, self.source, found)
        return found


def paths(room: Newsroom) -> list[str]:
    """What was asked for."""
    return [path for path, _ in room.asked]


@pytest.mark.parametrize("status", [301, 308])
def test_a_move_for_ever_is_remembered(room: Newsroom, other: Newsroom, status: int) -> None:
    """The second poll asks the new address at once, with its validators."""
    there = other.url("/rss", "127.0.0.2")
    room.pages["/feed"] = redirect("/old", status)
    room.pages["/old"] = redirect(there, status)
    other.pages["/rss"] = FEED
    asked = Asked(room)
    assert asked.poll().error == ""
    assert (asked.state.moved, asked.state.url) == (there, asked.source.url)
    assert asked.poll().status == 304
    assert paths(room) == ["/feed", "/old"]
    assert paths(other) == ["/rss", "/rss"]
    assert asked.state.moved == there


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_move_for_now_is_not(room: Newsroom, status: int) -> None:
    """Other redirects are followed each time, and so is what comes behind one."""
    room.pages |= {"/feed": redirect("/now", status), "/now": redirect("/rss", 301), "/rss": FEED}
    asked = Asked(room)
    for _ in range(2):
        assert asked.poll().error == ""
        assert asked.state.moved == ""
    assert paths(room) == ["/feed", "/now", "/rss"] * 2


@pytest.mark.parametrize("broken", [reply(404), reply(410), reply(200, b"<html>Home"), reply(500)])
def test_a_move_to_nothing_is_not_believed(room: Newsroom, broken: object) -> None:
    """Only an address that gives the feed is remembered."""
    room.pages |= {"/feed": redirect("/rss", 301), "/rss": broken}  # type: ignore[dict-item]
    asked = Asked(room)
    assert asked.poll().error
    assert asked.state.moved == ""


def test_a_new_address_that_fails_gives_way_to_the_old_one(room: Newsroom) -> None:
    """The poll after the failure asks the configured address; what is there counts, also without a redirect."""
    room.pages |= {"/feed": redirect("/rss", 301), "/rss": FEED}
    asked = Asked(room)
    asked.poll()
    room.pages |= {"/rss": reply(410)}
    assert "answered 410" in asked.poll().error
    assert not asked.state.gone
    room.pages["/feed"] = FEED
    assert asked.poll().error == ""
    assert (asked.state.moved, asked.state.failures) == ("", 0)
    asked.poll()
    assert paths(room) == ["/feed", "/rss", "/rss", "/feed", "/feed"]


def test_it_may_move_on(room: Newsroom) -> None:
    """A new address that moves for ever leads on; while both fail they are asked in turns."""
    room.pages |= {"/feed": redirect("/rss", 301), "/rss": FEED}
    asked = Asked(room)
    asked.poll()
    room.pages |= {"/rss": redirect("/atom", 308), "/atom": FEED}
    asked.poll()
    assert asked.state.moved == room.url("/atom")
    room.pages |= {"/feed": reply(503), "/atom": reply(503)}
    room.asked.clear()
    for _ in range(4):
        assert asked.poll().error
    assert paths(room) == ["/atom", "/feed"] * 2


def test_what_is_gone_is_said(room: Newsroom) -> None:
    """A 410 at the configured address, directly or where it leads, ends the asking until somebody wants it."""
    room.pages["/feed"] = reply(410)
    asked = Asked(room)
    found = asked.poll()
    assert found.gone
    assert asked.state.gone
    assert "answered 410 (Gone). It is asked no more until its address is changed" in found.error
    room.pages["/feed"] = FEED
    asked.poll()
    assert (asked.state.gone, asked.state.error) == (False, "")


def test_another_address_is_another_source(room: Newsroom) -> None:
    """A changed configuration forgets both the move and the end."""
    room.pages["/feed"] = reply(410)
    asked = Asked(room)
    asked.poll()
    asked.state = replace(asked.state, moved=room.url("/rss"))
    room.pages["/new"] = FEED
    asked.source = replace(asked.source, url=room.url("/new"))
    asked.poll()
    assert (asked.state.gone, asked.state.moved, asked.state.url) == (False, "", room.url("/new"))
    assert paths(room) == ["/feed", "/new"]


def guids(found: Poll) -> set[str]:
    """The keys made from GUIDs, without our ports."""
    keys = (key.key for article in found.articles for key in article.keys)
    return {key.split(":")[1] for key in keys if key.startswith("guid:")}


def test_a_story_is_known_by_its_guid_through_every_move(room: Newsroom, other: Newsroom) -> None:
    """The host that is configured, those it moved through and the one that answers: what any of them gave is found."""
    with newsroom("127.0.0.3") as third:
        room.pages["/feed"] = reply(200, FULL)
        asked = Asked(room)
        assert guids(asked.poll()) == {"127.0.0.1"}
        # The same bytes at a new host are read again, for the sake of their keys.
        room.pages["/feed"] = redirect(other.url("/feed", "127.0.0.2"), 301)
        other.pages["/feed"] = reply(200, FULL)
        assert guids(asked.poll()) == {"127.0.0.1", "127.0.0.2"}
        assert not asked.poll().changed
        other.pages["/feed"] = redirect(third.url("/feed", "127.0.0.3"), 301)
        third.pages["/feed"] = reply(200, FULL)
        assert guids(asked.poll()) == {"127.0.0.1", "127.0.0.2", "127.0.0.3"}


def test_what_was_stored_under_the_final_host_is_found(room: Newsroom, other: Newsroom) -> None:
    """A feed that has always been redirected for now has its GUIDs under both hosts."""
    room.pages["/feed"] = redirect(other.url("/feed", "127.0.0.2"))
    other.pages["/feed"] = reply(200, FULL)
    assert guids(Asked(room).poll()) == {"127.0.0.1", "127.0.0.2"}
