"""Polling a source over real sockets, and reading an article's page."""

import asyncio
import gzip
import time
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import brotli
import pytest
from backports import zstd

from syndicator.errors import FetchError
from syndicator.fetch import Fetcher
from syndicator.models import Article, Poll, Source, SourceState
from syndicator.sources import TYPES, after, next_poll, page, poll, read_page
from syndicator.sources.feed import CUT_SHORT
from tests.sources.documents import BERLIN, NOW, item, rss
from tests.sources.newsroom_server import (
    Answer,
    Newsroom,
    broken_chunk,
    conditional,
    cut_off,
    drip,
    endless,
    redirect,
    reply,
)

FEED = rss(item(1), item(2))
LATER = NOW + timedelta(minutes=1)


def source_of(room: Newsroom, **more: object) -> Source:
    """The newsroom's feed as a source."""
    return Source("world", room.url("/feed"), allow_private=True, **more)  # type: ignore[arg-type]


def ask(source: Source, state: SourceState | None = None, now: datetime = NOW, timeout: float = 5) -> Poll:
    """Poll once."""

    async def once() -> Poll:
        async with Fetcher(user_agent="syndicator/test", timeout=timeout) as fetcher:
            return await poll(source, state or SourceState(source.name, source.url), fetcher, now=now, zone=BERLIN)

    return asyncio.run(once())


def test_a_first_poll_finds_articles_and_validators(room: Newsroom) -> None:
    """A success carries the articles in order and what to ask with next time."""
    room.pages["/feed"] = conditional(FEED, '"1"', "Mon, 23 Nov 2026 14:00:00 GMT")
    found = ask(source_of(room))
    assert (found.error, found.status, found.changed, found.skipped) == ("", 200, True, ())
    assert [article.title for article in found.articles] == ["Story 1", "Story 2"]
    assert (found.etag, found.last_modified, len(found.digest)) == ('"1"', "Mon, 23 Nov 2026 14:00:00 GMT", 64)
    assert "If-None-Match" not in room.asked[0][1]


def test_an_unchanged_feed_is_a_304(room: Newsroom) -> None:
    """The second poll names both validators and keeps them."""
    room.pages["/feed"] = conditional(FEED, '"1"', "Mon, 23 Nov 2026 14:00:00 GMT")
    source = source_of(room)
    first = ask(source)
    state = after(SourceState(source.name, source.url), source, first)
    second = ask(source, state, LATER)
    assert (second.status, second.changed, second.error, second.articles) == (304, False, "", ())
    assert (second.etag, second.last_modified, second.digest) == (first.etag, first.last_modified, first.digest)
    assert after(state, source, second).last_change == NOW


def test_the_same_bytes_are_not_parsed_again(room: Newsroom) -> None:
    """A server without validators costs one digest."""
    room.pages["/feed"] = reply(200, FEED)
    source = source_of(room)
    state = after(SourceState(source.name, source.url), source, ask(source))
    again = ask(source, state, LATER)
    assert (again.status, again.changed, again.articles, again.digest) == (200, False, (), state.digest)


def test_validators_of_another_address_are_not_sent(room: Newsroom) -> None:
    """A source whose address was changed starts anew."""
    room.pages["/feed"] = reply(200, FEED)
    old = SourceState("world", room.url("/old"), seeded=True, etag='"9"', digest="x", failures=3)
    source = source_of(room)
    found = ask(source, old)
    assert "If-None-Match" not in room.asked[0][1]
    assert after(old, source, found).failures == 0
    assert not after(old, source, replace(found, error="x")).seeded


def test_a_304_to_a_first_question_is_an_error(room: Newsroom) -> None:
    """Nothing is taken for seen that was never shown."""
    room.pages["/feed"] = reply(304)
    source = source_of(room)
    found = ask(source)
    assert "304" in found.error
    assert not after(SourceState(source.name, source.url), source, found).seeded


PACKED: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", partial(gzip.compress, compresslevel=1)),
    ("deflate", zlib.compress),
    ("br", partial(brotli.compress, quality=1)),
    ("zstd", zstd.compress),
]


@pytest.mark.parametrize(("coding", "pack"), PACKED)
def test_a_compressed_feed_is_read(room: Newsroom, coding: str, pack: Callable[[bytes], bytes]) -> None:
    """Each coding is asked for and unpacked."""
    room.pages["/feed"] = reply(200, pack(FEED), Content_Encoding=coding)
    assert len(ask(source_of(room)).articles) == 2
    assert coding in room.asked[0][1]["Accept-Encoding"].split(", ")


@pytest.mark.parametrize(("coding", "pack"), PACKED)
def test_a_bomb_is_not_unpacked(room: Newsroom, coding: str, pack: Callable[[bytes], bytes]) -> None:
    """What grows beyond the limit is left there, piece by piece: the memory for all of it is never taken."""
    room.pages["/feed"] = reply(200, pack(b" " * 100_000_000), Content_Encoding=coding)
    tracemalloc.start()
    found = ask(source_of(room))
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "larger than 10 MB" in found.error
    assert taken < 60_000_000


TROUBLE: list[tuple[str, Answer, str, int | None]] = [
    ("404", reply(404), "answered 404 (Not Found)", 404),
    ("410", reply(410), "answered 410 (Gone)", 410),
    ("500", reply(500), "answered 500 (Internal Server Error)", 500),
    ("599", reply(599), "answered 599.", 599),
    (
        "html",
        reply(200, b"<!DOCTYPE html><p>Sign in", Content_Type="text/html"),
        "answered an HTML page, not a feed",
        200,
    ),
    ("empty", reply(200, b""), "answered an empty document", 200),
    ("rubbish", reply(200, b"\x00\xff\xfe" * 50), "not a feed", 200),
    ("bomb", reply(200, gzip.compress(b" " * 40_000_000, 1), Content_Encoding="gzip"), "larger than 10 MB", 200),
    ("endless", endless(b"<item>" * 10_000), "larger than 10 MB", 200),
    ("announced", endless(b"x", Content_Length="2000000000"), "larger than 10 MB", 200),
    ("drip", drip(), "did not answer in full within 0.5 s", None),
    ("loop", redirect("/feed"), "redirects in a circle", None),
    ("scheme", redirect("file:///etc/passwd"), "not an http or https address", None),
    ("user", redirect("http://a:b@127.0.0.1/"), "user name or password", None),
    ("coding", reply(200, b"not gzip", Content_Encoding="gzip"), "feed", None),
]


@pytest.mark.parametrize(("answer", "said", "status"), [t[1:] for t in TROUBLE], ids=[t[0] for t in TROUBLE])
def test_trouble_is_one_sentence(room: Newsroom, answer: Answer, said: str, status: int | None) -> None:
    """Whatever the other side does, the poll says it in words, soon, and forgets no validators."""
    room.pages["/feed"] = answer
    source = source_of(room)
    begun = time.monotonic()
    found = ask(source, SourceState(source.name, source.url, etag='"1"', digest="d"), timeout=0.5)
    assert time.monotonic() - begun < 5
    assert said in found.error
    assert source.url in found.error
    assert found.articles == ()
    assert status is None or found.status == status
    kept = after(SourceState(source.name, source.url, etag='"1"', seeded=True, failures=1), source, found)
    assert (kept.etag, kept.seeded, kept.failures, kept.error) == ('"1"', True, 2, found.error)


def test_a_source_is_not_private_unless_it_says_so(room: Newsroom) -> None:
    """Without allow_private nothing on this machine is asked."""
    room.pages["/feed"] = reply(200, FEED)
    found = ask(replace(source_of(room), allow_private=False))
    assert "private or reserved" in found.error
    assert room.asked == []


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("600", timedelta(minutes=10)),
        ("Mon, 23 Nov 2026 15:05:00 GMT", timedelta(hours=1)),
        ("5", timedelta(seconds=60)),
        ("9999999", timedelta(hours=24)),
        ("soon", timedelta(seconds=60)),
    ],
)
def test_a_plea_for_patience_is_heard(room: Newsroom, status: int, value: str, wait: timedelta) -> None:
    """Retry-After sets the next poll, never faster than the pace and never later than a day."""
    room.pages["/feed"] = reply(status, Retry_After=value)
    source = source_of(room)
    found = ask(source)
    assert found.status == status
    assert next_poll(source, SourceState(source.name, source.url), found) == NOW + wait


@pytest.mark.parametrize("cut", [cut_off(FEED[:-60], 5000, ETag='"1"'), broken_chunk(FEED[:-60])])
def test_a_cut_off_feed_is_asked_for_again_in_full(room: Newsroom, cut: Answer) -> None:
    """What is whole is given, without validators, and a source is not seeded by half a document."""
    room.pages["/feed"] = cut
    source = source_of(room)
    found = ask(source)
    assert [article.title for article in found.articles] == ["Story 1"]
    assert (found.error, found.etag, found.digest) == ("", "", "")
    assert CUT_SHORT in found.skipped
    state = after(SourceState(source.name, source.url), source, found)
    assert not state.seeded
    room.pages["/feed"] = reply(200, FEED)
    again = ask(source, state, LATER)
    assert len(again.articles) == 2
    assert after(state, source, again).seeded


def test_an_unknown_type_of_source_is_said() -> None:
    """Types are a table; one that is not in it asks nobody."""
    source = Source("x", "http://127.0.0.1:9/", type="carrier-pigeon")
    assert "carrier-pigeon" in ask(source).error
    assert "carrier-pigeon" not in TYPES


def test_a_reader_that_fails_does_not_stop_the_batch(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a fault of ours in one document is a sentence, not an exception."""
    room.pages["/feed"] = reply(200, FEED)

    def fail(*_: object) -> object:
        raise RuntimeError("unforeseen")

    monkeypatch.setitem(TYPES, "feed", replace(TYPES["feed"], read=fail))  # type: ignore[arg-type]
    assert ask(source_of(room)).error.endswith("could not be read (RuntimeError).")


def test_a_page_that_breaks_its_reader_is_a_sentence(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours in one page stops no other article: the page counts as unreadable, and is tried again."""
    room.pages["/story"] = reply(200, b"<h1>Harbour</h1>", Content_Type="text/html")

    def fail(*_: object) -> object:
        raise RuntimeError("unforeseen")

    async def once() -> Article:
        async with Fetcher(user_agent="syndicator/test") as fetcher:
            return await read_page(Article(room.url("/story"), "x"), source_of(room), fetcher, zone=BERLIN)

    monkeypatch.setattr(page, "read", fail)
    with pytest.raises(FetchError, match=r"could not be read \(RuntimeError\)"):
        asyncio.run(once())


def minutes(*values: float) -> list[timedelta]:
    """Waits."""
    return [timedelta(minutes=value) for value in values]


@pytest.mark.parametrize(
    ("every", "waits"),
    [
        (timedelta(seconds=60), minutes(1, 2, 4, 8, 16, 32, 60, 60)),
        (timedelta(seconds=10), minutes(1, 2, 4)),
        (timedelta(minutes=40), minutes(40, 60, 60)),
        (timedelta(hours=2), minutes(120, 120)),
    ],
)
def test_errors_are_met_with_growing_patience(every: timedelta, waits: list[timedelta]) -> None:
    """From the pace, a minute at least, doubling to an hour, and never faster than the pace."""
    source = Source("world", "https://news.example/feed", every=every)
    state, bad = SourceState(source.name, source.url), Poll(source.name, source.url, NOW, error="no")
    for wait in waits:
        assert next_poll(source, state, bad) == NOW + wait
        state = after(state, source, bad)
        assert state.next_poll == NOW + wait
    good = after(state, source, Poll(source.name, source.url, LATER, digest="d"))
    assert (good.failures, good.error, good.seeded, good.last_success) == (0, "", True, LATER)
    assert good.next_poll is not None
    assert LATER + every <= good.next_poll <= LATER + every * 1.1


@pytest.mark.parametrize("failures", [0, 1, 50, 10_000])
@pytest.mark.parametrize("retry_at", [None, datetime(2020, 1, 1, tzinfo=UTC)])
def test_the_next_poll_is_always_later(failures: int, retry_at: datetime | None) -> None:
    """Not even a pace of nothing and a Retry-After in the past ask twice at once."""
    source = Source("world", "https://news.example/feed", every=timedelta(0))
    state = SourceState(source.name, source.url, failures=failures)
    for error in ("", "no"):
        assert next_poll(source, state, Poll("world", source.url, NOW, error=error, retry_at=retry_at)) > NOW


# ---------------------------------------------------------------------------------------------- pages


def look(room: Newsroom, path: str = "/world/story-1", edit: Callable[[Article], Article] = lambda a: a) -> Article:
    """Read an article's page."""
    article = edit(Article(room.url(path), "Story 1"))

    async def once() -> Article:
        async with Fetcher(user_agent="syndicator/test", timeout=0.5) as fetcher:
            return await read_page(article, source_of(room), fetcher, zone=BERLIN)

    return asyncio.run(once())


def test_a_page_fills_in_what_is_missing(room: Newsroom) -> None:
    """The photo, and the canonical address as url and key."""
    html = b"""<html lang="en"><link rel="canonical" href="/world/2026/story-1-boats">
    <meta property="og:image" content="/i.jpg"><meta property="og:image:alt" content="Boats"><h1>Story 1</h1>"""
    room.pages["/world/story-1"] = reply(200, html, Content_Type="text/html; charset=utf-8")
    article = look(room)
    assert article.page_read
    assert article.url == room.url("/world/2026/story-1-boats")
    assert [(photo.url, photo.alt) for photo in article.photos] == [(room.url("/i.jpg"), "Boats")]
    assert [key.key for key in article.keys] == [f"url:127.0.0.1:{room.port}/world/2026/story-1-boats"]
    assert "text/html" in room.asked[0][1]["Accept"]


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (reply(404), 404, "answered 404"),
        (reply(403), 403, "answered 403"),
        (reply(500), 500, "answered 500"),
        (reply(200, b"%PDF", Content_Type="application/pdf"), 200, "not a page"),
        (reply(200, b"no type"), 200, "not a page"),
        (endless(b"<p>" * 9000, Content_Type="text/html"), 200, "larger than 2 MB"),
        (drip(), None, "within 0.5 s"),
        (cut_off(b"<html>", 900, Content_Type="text/html"), None, "cut off"),
        (redirect("/world/story-1"), None, "circle"),
    ],
)
def test_a_page_that_cannot_be_read_is_said(room: Newsroom, answer: Answer, status: int | None, said: str) -> None:
    """An error with the status where there was an answer; the caller decides on another try."""
    room.pages["/world/story-1"] = answer
    with pytest.raises(FetchError, match=said) as failure:
        look(room)
    assert failure.value.status == status
