"""Items that are stored as they are written are not read again; what comes of a feed is the same as if they were."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from syndicator import pipeline, sources
from syndicator.errors import IllegalMove
from syndicator.fetch import Fetcher, Response
from syndicator.ledger import Ledger
from syndicator.ledger.schema import article_keys, article_sources, articles
from syndicator.ledger.schema_sources import apart, revisions
from syndicator.models import Article, Key, Poll, Source, SourceState
from syndicator.room import Room
from tests.core.conftest import HandClock
from tests.sources.documents import BERLIN, NOW, rss
from tests.sources.newsroom_server import Newsroom, newsroom, reply

EMBARGO = "<dcterms:available xmlns:dcterms='http://purl.org/dc/terms/'>{}</dcterms:available>"


def item(path: str, guid: str = "", title: str = "Boats return", more: str = "") -> str:
    """The inside of an item of a feed."""
    told = f"<guid isPermaLink='false'>{guid}</guid>" if guid else ""
    return f"<title>{title}</title><link>https://news.example/{path}</link>{told}{more}"


# ---------------------------------------------------------------------------------------------- over real sockets


@pytest.fixture
def server() -> Iterator[Newsroom]:
    """A newsroom on loopback."""
    with newsroom() as running:
        yield running


@dataclass
class Feed:
    """One feed and the room that reads it as the daemon does."""

    room: Room
    clock: HandClock
    server: Newsroom
    path: str = "/feed"

    def show(self, *items: str) -> None:
        """Change what the feed lists."""
        self.server.pages[self.path] = reply(200, rss(*items), ETag=f'"{hash(items)}"')

    def poll(self, *items: str, minutes: int = 1) -> Poll:
        """Ask it, and store what it gave; once more where the ledger wants it in full. The last poll."""
        if items:
            self.show(*items)
        self.clock.forward(minutes=minutes)
        source = Source("world", self.server.url("/feed"), allow_private=True, page=False)
        while True:
            state = self.room.ledger.sources.states([source])["world"]
            given = asyncio.run(self._ask(source, state))
            pipeline.store(self.room, [given])
            after = self.room.ledger.sources.states([source])["world"]
            if after.next_poll is None or after.next_poll > self.clock():
                return given[1]

    async def _ask(self, source: Source, state: SourceState) -> tuple[SourceState, Poll]:
        async with Fetcher(user_agent="syndicator/test", timeout=5) as way:
            return await pipeline.poll_one(self.room, source, state, way, whole=False)

    def titles(self) -> list[str]:
        """The headlines of all articles, oldest first."""
        with self.room.ledger.store.read() as connection:
            return list(connection.execute(select(articles.c.title).order_by(articles.c.id)).scalars())


@pytest.fixture
def feed(room: Room, clock: HandClock, server: Newsroom) -> Feed:
    """A feed that has been read once, with three items."""
    made = Feed(room, clock, server)
    made.poll(item("a", "1"), item("b", "2"), item("c", "3"))
    return made


def test_only_what_is_new_is_read(feed: Feed) -> None:
    """The others are left out; the count of what the feed lists tells all."""
    poll = feed.poll(item("d", "4", "Bridge opens"), item("a", "1"), item("b", "2"), item("c", "3"))
    assert [one.title for one in poll.articles] == ["Bridge opens"]
    assert len(poll.known) == 3
    assert poll.listed == 4
    assert len(feed.room.ledger.articles.new(feed.clock())) == 1


def test_an_item_that_changed_is_read(feed: Feed) -> None:
    """Also where only one letter did, and the story knows it."""
    feed.poll(item("d", "4"), item("a", "1"))
    poll = feed.poll(item("d", "4", "Boats returned"), item("a", "1"))
    assert [one.title for one in poll.articles] == ["Boats returned"]
    assert feed.titles()[3] == "Boats returned"


def test_what_leaves_the_list_is_noticed(feed: Feed) -> None:
    """An item that is left out is listed still; one that is gone is not."""

    def there() -> list[int]:
        return [number for number in (1, 2, 3, 4) if feed.room.ledger.articles.listed(number)]

    feed.poll(item("d", "4"), item("a", "1"), item("b", "2"))
    assert there() == [1, 2, 4]
    assert feed.poll(item("a", "1"), item("b", "2")).articles == ()
    assert there() == [1, 2]


def test_an_article_touched_meanwhile_has_its_feed_read_in_full(feed: Feed) -> None:
    """What another says of it may make its item news again."""
    feed.poll(item("d", "4"), item("a", "1"))
    assert feed.room.ledger.articles.withdraw(4, "its page answers 410 (Gone)", feed.clock())
    poll = feed.poll(item("e", "5"), item("d", "4"), item("a", "1"))
    assert len(poll.articles) == 3
    assert poll.known == ()
    assert [one.url[-1] for one in feed.room.ledger.articles.new(feed.clock())] == ["d", "e"]
    assert feed.poll(item("f", "6"), item("e", "5"), item("a", "1")).listed == 3


def test_items_that_share_an_identity_are_always_read_together(feed: Feed) -> None:
    """A new one with an old one's GUID is a story of its own, as in a feed whose GUIDs are all the same."""
    poll = feed.poll(item("d", "1", "Bridge opens"), item("a", "1"))
    assert len(poll.articles) == 2
    assert feed.titles()[-1] == "Bridge opens"
    assert len(feed.room.ledger.articles.new(feed.clock())) == 1
    assert len(feed.poll(item("e", "5"), item("d", "1", "Bridge opens"), item("a", "1")).articles) == 3


def test_an_embargo_that_ends_is_noticed(feed: Feed) -> None:
    """The document says nothing when it is over, so such an item is read each time."""
    until = feed.clock() + timedelta(minutes=5)
    secret = item("d", "4", more=EMBARGO.format(until.isoformat()))
    assert len(feed.poll(secret, item("a", "1")).articles) == 1
    poll = feed.poll(secret, item("b", "2"), minutes=10)
    assert [one.embargo for one in poll.articles if one.url.endswith("/d")] == [None]


def test_an_item_nobody_can_use_keeps_its_place_in_the_remark(feed: Feed) -> None:
    """Left out are only items that are stored."""
    poll = feed.poll(item("a", "1"), item("d", "4", title=""), item("b", "2"))
    assert poll.skipped == ("Item 2 (https://news.example/d) has no title.",)
    poll = feed.poll(item("e", "5"), item("a", "1"), item("d", "4", title=""), item("b", "2"))
    assert poll.skipped == ("Item 3 (https://news.example/d) has no title.",)
    assert len(poll.known) == 2


def test_another_address_or_language_is_read_in_full(feed: Feed) -> None:
    """What an item means depends on where it stands."""
    feed.path = "/moved"
    feed.server.pages["/feed"] = lambda handler: handler.begin(301, {"Location": "/moved", "Content-Length": "0"})
    assert len(feed.poll(item("a", "1"), item("b", "2")).articles) == 2
    body = rss(item("a", "1"), item("b", "2"), head="<language>de</language>")
    feed.server.pages["/moved"] = reply(200, body, ETag='"german"')
    assert {one.language for one in feed.poll().articles} == {"de"}


def test_what_a_person_wants_read_is_read_in_full(feed: Feed) -> None:
    """After its validators were forgotten nothing of a document is left out."""
    feed.room.ledger.sources.forget_validators("world")
    assert len(feed.poll().articles) == 3


def test_a_document_with_very_many_items_is_read_in_full(feed: Feed) -> None:
    """What is remembered of a feed is bounded."""
    many = [item(f"n{number}", f"n{number}") for number in range(1001)]
    assert len(feed.poll(*many).articles) == 1001
    assert len(feed.poll(*many[1:]).articles) == 1000
    assert len(feed.poll(*many[2:]).articles) == 0


# ---------------------------------------------------------------------------------------------- in any order

FEEDS = ("world", "front")
SITES = count(1)  # each example has a site and feeds of its own, so that the ledgers serve all
TABLES = (
    (articles, articles.c.id, articles.c.id),
    (article_keys, article_keys.c.article, article_keys.c.key),
    (article_sources, article_sources.c.article, article_sources.c.source),
    (revisions, revisions.c.article, revisions.c.id),
    (apart, apart.c.one, apart.c.other),
)
ITEMS = st.tuples(
    st.sampled_from("abcd"),
    st.sampled_from(("", "1", "2", "3")),
    st.sampled_from(("Boats return", "Bridge opens", "")),
    st.sampled_from(("", "", EMBARGO.format((NOW + timedelta(minutes=3)).isoformat()))),
)
LISTS = st.tuples(st.sampled_from(FEEDS), st.lists(ITEMS, max_size=4))
ACTS = st.tuples(st.sampled_from(("withdraw", "restore", "split", "page", "push")), st.integers(1, 6))
STEPS = st.lists(st.one_of(LISTS, LISTS, ACTS), min_size=2, max_size=12)


class Canned:
    """Answers with one document."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def get(self, url: str, **_: Any) -> Response:
        """The document, whatever is asked for."""
        return Response(200, url, {}, self._body)


class Reader:
    """A ledger and how it reads feeds: in full each time, or sparing itself what it knows."""

    def __init__(self, file: Path, *, sparing: bool) -> None:
        self.ledger = Ledger(f"sqlite:///{file}")
        self.ledger.migrate(NOW)
        self.left_out = 0
        self._sparing = sparing
        self._site, self._before = "", 0

    def begin(self, number: int) -> None:
        """Go on with another newsroom."""
        self._site = f"s{number}.example"
        with self.ledger.store.read() as connection:
            self._before = connection.execute(select(func.max(articles.c.id))).scalar() or 0

    def source(self, name: str) -> Source:
        """A feed of the newsroom."""
        return Source(f"{name}.{self._site}", f"https://{self._site}/feeds/{name}", page=False)

    def step(self, what: str, given: Any, now: datetime) -> None:
        """Do one thing: a feed lists items, or the article of that number is acted on."""
        if what in FEEDS:
            listed = (item(*one).replace("news.example", self._site) for one in given)
            self._poll(self.source(what), rss(*listed), now)
            return
        with contextlib.suppress(LookupError, IllegalMove):
            self._act(what, self.ledger.articles.get(self._before + given), now)

    def _act(self, what: str, article: Article, now: datetime) -> None:
        kept = self.ledger.articles
        if what == "withdraw":
            kept.withdraw(article.id, "its page answers 410 (Gone)", now)
        elif what == "restore":
            kept.page_read_again(article, now, None)
        elif what == "split":
            kept.split(article.id, "person:anna", now)
        elif what == "push":
            told = replace(article, id=0, uid="", title="Tide turns", keys=(Key(f"url:{article.url[8:]}", ""),))
            poll = Poll(article.source, "", now, (told,), whole=False, pushed=True, direct=True)
            [source] = [one for one in map(self.source, FEEDS) if one.name == article.source]
            kept.store_polls([(self.ledger.sources.states([source])[source.name], poll)])
        else:
            canonical = Key(f"url:{self._site}/canonical", "")
            kept.page_read(replace(article, keys=(canonical,), page_read=True), now)

    def _poll(self, source: Source, body: bytes, now: datetime) -> None:
        for _ in range(3):
            state = self.ledger.sources.states([source])[source.name]
            known = self.ledger.articles.known(source.name) if self._sparing else frozenset[int]()
            way: Any = Canned(body)
            poll = asyncio.run(sources.poll(source, state, way, now=now, zone=BERLIN, known=known))
            self.left_out += len(poll.known)
            self.ledger.articles.store_polls([(sources.after(state, source, poll), poll)])
            after = self.ledger.sources.states([source])[source.name].next_poll
            if after is None or after > now:
                return
        raise AssertionError("the document is read again and again")

    def all(self) -> list[list[Any]]:
        """Everything that is known of the newsroom's stories."""
        with self.ledger.store.read() as connection:
            return [
                [dict(row) for row in connection.execute(
                    select(table).where(of > self._before).order_by(of, by)
                ).mappings()]
                for table, of, by in TABLES
            ]  # fmt: skip


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Reader, Reader]]:
    """One that reads in full, one that spares itself what it knows."""
    folder = tmp_path_factory.mktemp("readers")
    made = Reader(folder / "full.db", sparing=False), Reader(folder / "sparing.db", sparing=True)
    yield made
    for one in made:
        one.ledger.close()


def compared(readers: tuple[Reader, Reader], steps: Sequence[tuple[str, Any]]) -> None:
    """Both read the same; they know the same after each step."""
    full, sparing = readers
    site = next(SITES)
    for one in readers:
        one.begin(site)
    empty = [(feed, []) for feed in FEEDS]  # what is there before a source is first read is nobody's business
    for minute, (what, given_) in enumerate([*empty, *steps]):
        for one in readers:
            one.step(what, given_, NOW + timedelta(minutes=minute))
        assert sparing.all() == full.all()


ALWAYS = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=30, **ALWAYS)
@given(steps=STEPS)
def test_the_ledger_is_the_same_as_if_all_had_been_read(readers: tuple[Reader, Reader], steps: list[Any]) -> None:
    """Whatever two feeds list, and whatever else happens between: joins, splits, withdrawals, pushes, pages."""
    compared(readers, steps)


@pytest.mark.slow
@settings(max_examples=400, **ALWAYS)
@given(steps=STEPS)
def test_the_ledger_is_the_same_many_times(readers: tuple[Reader, Reader], steps: list[Any]) -> None:
    """The same for longer."""
    compared(readers, steps)


def test_the_comparison_above_leaves_items_out(readers: tuple[Reader, Reader]) -> None:
    """Or it would prove nothing."""
    full, sparing = readers
    before = sparing.left_out
    news = (("n1", "7", "Tide", ""), ("n2", "8", "Tide", ""))
    steps = [("world", [("a", "1", "Boats", ""), ("b", "2", "Bridge", ""), *news[:upto]]) for upto in (0, 1, 2)]
    compared(readers, steps)
    assert sparing.left_out - before == 5
    assert full.left_out == 0
