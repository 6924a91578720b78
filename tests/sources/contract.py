"""The contract of every type of source that is polled, as tests: inherit `Contract` and say how documents are written.

A surprise in production goes in here first, then into the reader.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from syndicator.fetch import Fetcher
from syndicator.models import Poll, Source, SourceState
from syndicator.sources import TYPES, after, poll
from tests.sources.documents import BERLIN, NOW
from tests.sources.newsroom_server import Answer, Newsroom, cut_off, reply
from tests.sources.running import run

LATER = NOW + timedelta(minutes=1)
ERROR_PAGE = b"<!doctype html><html><head><title>Sorry</title></head><body><h1>We will be back soon</h1></body></html>"


@dataclass(frozen=True)
class Item:
    """One item to be written: an absolute or relative address, and a headline."""

    link: str
    title: str


def items(*names: str) -> list[Item]:
    """Items of the newsroom that polls are made at."""
    return [Item(f"/world/{name}-comes-home-2026", f"Story of {name}") for name in names]


def remember(body: bytes, kind: str, etag: str = '"7"') -> Answer:
    """An answer that is 304 for whoever names its ETag."""
    head = {"ETag": etag, "Content-Type": kind}

    def answer(handler: Any) -> None:
        if handler.headers.get("If-None-Match") == etag:
            handler.begin(304, head)
            return
        reply(200, body, ETag=etag, Content_Type=kind)(handler)

    return answer


class Contract(ABC):
    """What holds for every type; one class for each way of writing a document."""

    type: str
    kind: str = "application/xml"  # the content type it is served with
    select: str = ""
    lacking: str  # what the remark on an item says that has nothing to be used

    @abstractmethod
    def document(self, listed: list[Item]) -> bytes:
        """A document with these items."""

    @abstractmethod
    def broken(self, listed: list[Item]) -> bytes:
        """A document with these items and, second, one that cannot be used."""

    def serve(self, room: Newsroom, body: bytes, answer: Callable[[bytes], Answer] | None = None) -> None:
        """Put a document at the source's address, answered in full or as `answer` says."""
        room.pages["/source"] = answer(body) if answer else reply(200, body, Content_Type=self.kind)

    def source(self, room: Newsroom, **more: object) -> Source:
        """The source at the newsroom."""
        made = Source("world", room.url("/source"), type=self.type, select=self.select, sections=("World",))
        return replace(made, **{"allow_private": True, **more})  # type: ignore[arg-type]

    def ask(self, room: Newsroom, state: SourceState | None = None, **more: object) -> Poll:
        """Poll once, over a real socket."""
        source = self.source(room, **more)

        async def once() -> Poll:
            async with Fetcher(user_agent="syndicator/test", timeout=5) as fetcher:
                state_now = state or SourceState(source.name, source.url)
                return await poll(source, state_now, fetcher, now=NOW, zone=BERLIN)

        return run(once())

    def state(self, room: Newsroom, found: Poll) -> SourceState:
        """What is remembered of the source after a poll."""
        source = self.source(room)
        return after(SourceState(source.name, source.url), source, found)

    # ------------------------------------------------------------------------------------------ reading

    def test_articles_are_found(self, room: Newsroom) -> None:
        """Every item becomes an article with address, words, section, source and a key."""
        self.serve(room, self.document(items("boat", "ferry", "tug")))
        found = self.ask(room)
        assert (found.error, found.skipped, found.status, found.changed, found.whole) == ("", (), 200, True, True)
        assert [article.url for article in found.articles] == [
            room.url(item.link) for item in items("boat", "ferry", "tug")
        ]
        assert all(article.title and article.keys and article.source == "world" for article in found.articles)
        assert {article.sections for article in found.articles} == {("World",)}

    def test_the_same_document_has_the_same_keys(self, room: Newsroom) -> None:
        """Read anew, nothing is another story; no two items share a key."""
        self.serve(room, self.document(items("boat", "ferry")))
        once, again = self.ask(room), self.ask(room)
        assert [article.keys for article in once.articles] == [article.keys for article in again.articles]
        names = [key.key for article in once.articles for key in article.keys]
        assert len(names) == len(set(names))

    def test_a_known_document_is_not_read(self, room: Newsroom) -> None:
        """A 304 gives nothing and keeps what is remembered."""
        self.serve(room, self.document(items("boat")), lambda body: remember(body, self.kind))
        state = self.state(room, self.ask(room))
        assert state.etag == '"7"'
        assert state.seeded
        again = self.ask(room, state)
        assert (again.status, again.changed, again.articles, again.error) == (304, False, (), "")
        assert (again.etag, again.digest) == (state.etag, state.digest)

    def test_the_same_bytes_are_not_read(self, room: Newsroom) -> None:
        """A server without validators is asked in full, and its document compared."""
        self.serve(room, self.document(items("boat")))
        state = self.state(room, self.ask(room))
        again = self.ask(room, state)
        assert (again.status, again.changed, again.articles) == (200, False, ())

    def test_the_first_of_two_equal_items_stays(self, room: Newsroom) -> None:
        """An item that is there twice is one article, with the words that stand first, at its first place."""
        boat, ferry = items("boat", "ferry")
        self.serve(room, self.document([boat, ferry, replace(boat, title="Other words")]))
        found = self.ask(room)
        assert [article.url for article in found.articles] == [room.url(boat.link), room.url(ferry.link)]
        assert "Other words" not in {article.title for article in found.articles}

    def test_an_item_without_what_is_needed_is_a_remark(self, room: Newsroom) -> None:
        """It is told, and loses no other."""
        self.serve(room, self.broken(items("boat", "ferry")))
        found = self.ask(room)
        assert [article.url for article in found.articles] == [room.url(item.link) for item in items("boat", "ferry")]
        assert len(found.skipped) == 1
        assert self.lacking in found.skipped[0]
        assert found.error == ""

    def test_links_become_absolute(self, room: Newsroom) -> None:
        """A relative address starts where the document was found."""
        self.serve(room, self.document([Item("/world/boat-comes-home", "A"), Item(room.url("/world/tug-leaves"), "B")]))
        found = self.ask(room)
        assert [one.url for one in found.articles] == [
            room.url("/world/boat-comes-home"),
            room.url("/world/tug-leaves"),
        ]

    def test_tracking_is_left_out(self, room: Newsroom) -> None:
        """What campaigns put on an address is not printed, and makes no other story."""
        self.serve(room, self.document([Item("/world/boat-comes-home?utm_source=feed&id=4&fbclid=x#top", "A")]))
        (found,) = self.ask(room).articles
        assert found.url == room.url("/world/boat-comes-home?id=4")
        assert found.keys[0].key.endswith("/world/boat-comes-home?id=4")

    # ------------------------------------------------------------------------------------------ trouble

    def test_an_error_page_is_no_document(self, room: Newsroom) -> None:
        """A page for people in place of the document is said in one sentence; nothing is remembered."""
        self.serve(room, ERROR_PAGE, lambda body: remember(body, "text/html"))
        found = self.ask(room)
        assert found.error.startswith(room.url("/"))
        assert found.error.endswith(".")
        assert (found.articles, found.etag, found.digest) == ((), "", "")

    @pytest.mark.parametrize("body", [b"", b"  \n", b"\xef\xbb\xbf"])
    def test_an_empty_document_is_said(self, room: Newsroom, body: bytes) -> None:
        """Nothing is not "no news"."""
        self.serve(room, body)
        found = self.ask(room)
        assert "empty" in found.error
        assert found.digest == ""

    @pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
    def test_a_refusal_is_said(self, room: Newsroom, status: int) -> None:
        """The status stands in the sentence."""
        self.serve(room, b"", lambda _: reply(status))
        found = self.ask(room)
        assert str(status) in found.error
        assert found.articles == ()

    def test_what_was_whole_of_a_cut_off_document_is_taken(self, room: Newsroom) -> None:
        """The rest waits: the poll is not whole, keeps no validators, and does not count as the first."""
        body = self.document(items("boat", "ferry", "tug", "barge"))
        end = body.index(b"/world/barge") + 8
        self.serve(room, body, lambda whole: cut_off(whole[:end], len(whole), Content_Type=self.kind, ETag='"1"'))
        found = self.ask(room)
        told = [article.url for article in found.articles]
        assert told == [room.url(item.link) for item in items("boat", "ferry", "tug")][: len(told)]
        assert len(told) >= 2
        assert (found.error, found.whole, found.etag, found.digest) == ("", False, "", "")
        assert not self.state(room, found).seeded

    @pytest.mark.parametrize("named", ["text/plain", "application/octet-stream", "", "nonsense"])
    def test_a_wrong_content_type_is_tolerated(self, room: Newsroom, named: str) -> None:
        """Many servers name the wrong one; the document tells what it is."""
        self.serve(room, self.document(items("boat")), lambda body: reply(200, body, Content_Type=named))
        assert [article.url for article in self.ask(room).articles] == [room.url(items("boat")[0].link)]

    def test_nothing_private_is_fetched(self, room: Newsroom) -> None:
        """Without `allow_private` no request is made at all."""
        self.serve(room, self.document(items("boat")))
        found = self.ask(room, allow_private=False)
        assert "private" in found.error
        assert room.asked == []

    @pytest.mark.parametrize("hostile", [
        b"\x00" * 300, b"\xff\xfe\x00\xd8" * 50, b"<" * 20_000, b"<a" * 10_000, b"{" * 20_000, b"[" * 20_000,
        b"\x1f\x8b" + b"\x00" * 40, b"<?xml version='1.0' encoding='no-such'?><urlset><url/></urlset>",
        b"<!DOCTYPE x [<!ENTITY a 'a'><!ENTITY b '&a;&a;'>]><rss><channel><item><title>&b;",
        b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><urlset><url><loc>&a;</loc></url></urlset>",
    ])  # fmt: skip
    def test_it_never_raises(self, room: Newsroom, hostile: bytes) -> None:
        """Whatever is answered, the poll ends with a sentence or without articles."""
        self.serve(room, hostile)
        found = self.ask(room)
        assert found.error or not found.articles

    @pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.97])
    def test_a_document_torn_anywhere_never_raises(self, room: Newsroom, share: float) -> None:
        """Also where the server says that it was all; no article is invented."""
        body = self.document(items("boat", "ferry", "tug"))
        self.serve(room, body[: int(len(body) * share)])
        found = self.ask(room)
        assert {one.url for one in found.articles} <= {room.url(item.link) for item in items("boat", "ferry", "tug")}

    def test_the_type_says_what_it_asks_for(self, room: Newsroom) -> None:
        """The Accept header is the type's own, on every request for a document."""
        self.serve(room, self.document(items("boat")))
        self.ask(room)
        documents: list[Mapping[str, str]] = [head for path, head in room.asked if path != "/robots.txt"]
        assert {head["Accept"] for head in documents} == {TYPES[self.type].accept}
