"""robots.txt by RFC 9309: whose rules count, which rule wins, and what an answer means."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.errors import FetchError
from syndicator.fetch import Fetcher
from syndicator.models import Article, Source
from syndicator.sources import read_page, robots
from syndicator.sources.identity import keys
from tests.sources.documents import BERLIN
from tests.sources.newsroom_server import Newsroom, redirect, reply
from tests.sources.test_poll import ask

SITE = "https://news.example"
TWICE = "User-agent: syndicator\nDisallow: /a\nUser-agent: x\nAllow: /\nUser-agent: syndicator\nDisallow: /b"


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("", "/news/a", True),
        ("User-agent: *\nDisallow: /", "/news/a", False),
        ("User-agent: *\nDisallow:", "/news/a", True),
        ("User-agent: *\nDisallow: /private", "/news/a", True),
        ("User-agent: *\nDisallow: /private", "/private-lives", False),
        # The longest match wins, whatever stands first; of two equal ones the kinder.
        ("User-agent: *\nDisallow: /\nAllow: /news/", "/news/a", True),
        ("User-agent: *\nAllow: /news/\nDisallow: /news/old", "/news/old/a", False),
        ("User-agent: *\nDisallow: /news\nAllow: /news", "/news/a", True),
        # Our own group, in any case and with a version; all groups of one name are one. Others do not count then.
        ("User-agent: *\nDisallow: /\n\nUser-agent: Syndicator/2.0\nDisallow: /old", "/news/a", True),
        ("User-agent: *\nAllow: /\n\nUser-agent: syndicator\nDisallow: /", "/news/a", False),
        (TWICE, "/b", False),
        ("User-agent: syndicator-images\nDisallow: /", "/news/a", True),
        ("User-agent: x\nUser-agent: syndicator\n# a remark\n\nDisallow: /", "/news/a", False),
        ("User-agent: syndicator\nSitemap: https://x\nUser-agent: y\nDisallow: /", "/news/a", False),
        ("User-agent: x\nDisallow: /\nUser-agent: syndicator\nAllow: /", "/news/a", True),
        ("User-agent: syndicator\n\nUser-agent: *\nDisallow: /", "/news/a", False),
        ("User-agent: syndicator\nCrawl-delay: 5", "/news/a", True),
        # Wildcards and the end.
        ("User-agent: *\nDisallow: /*.pdf$", "/news/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/news/a.pdf?x=1", True),
        ("User-agent: *\nDisallow: /*/print", "/news/a/print/1", False),
        ("User-agent: *\nDisallow: /*?", "/news/a?page=2", False),
        ("User-agent: *\nDisallow: /*?", "/news/a", True),
        ("User-agent: *\nDisallow: /$", "/", False),
        ("User-agent: *\nDisallow: /$", "/news/a", True),
        ("User-agent: *\nDisallow: /a*b*c$", "/a-b-c-b", True),
        ("User-agent: *\nDisallow: /a*b*c$", "/a-b-c-b-c", False),
        ("User-agent: *\nDisallow: /ab*bc$", "/abc", True),
        # One spelling of escapes (section 2.2.2).
        ("User-agent: *\nDisallow: /%66oo", "/foo", False),
        ("User-agent: *\nDisallow: /über", "/%C3%BCber", False),
        ("User-agent: *\nDisallow: /%c3%bcber", "/über", False),
        ("User-agent: *\nDisallow: /a%2fb", "/a/b", True),
        ("User-agent: *\nDisallow: /a%2fb", "/a%2Fb", False),
        # Written by people.
        ("\ufeffuser-AGENT : *\r\n  disallow : /news  # not yet\r\n", "/news/a", False),
        ("Disallow: /\nnonsense\n: x\nUser-agent:\nDisallow: /", "/news/a", True),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
    ],
)  # fmt: skip
def test_the_longest_rule_of_our_group_counts(rules: str, path: str, allowed: bool) -> None:
    """As the RFC says, with its examples in our words."""
    assert robots.parse(rules).allow(SITE + path) is allowed


@given(st.text("userag-nt:*/alowdi$\n %2fx", max_size=200), st.text("/ab*$%2?", max_size=30))
def test_no_file_is_too_odd(rules: str, path: str) -> None:
    """Nothing raises, and no answer is in between."""
    assert robots.parse(rules).allow(f"{SITE}/{path}") in {True, False}


def test_a_hostile_pattern_takes_no_time() -> None:
    """Many wildcards are found from left to right, once."""
    rules = robots.parse("User-agent: *\n" + "Disallow: /" + "*a" * 2_000 + "$\n" * 1)
    started = time.process_time()
    assert rules.allow(f"{SITE}/{'a' * 1_999}b")
    assert time.process_time() - started < 0.5


class Clock:
    """Seconds set by hand."""

    now = 0.0

    def __call__(self) -> float:
        """The seconds now."""
        return self.now


def refusals(room: Newsroom, known: robots.Robots, *paths: str) -> list[str]:
    """What is said to reading these paths, one after another."""

    async def each() -> list[str]:
        async with Fetcher(user_agent="syndicator/test", timeout=2) as way:
            return [await known.refusal(room.url(path), way, allow_private=True) for path in paths]

    return asyncio.run(each())


CLOSED = b"User-agent: *\nDisallow: /closed"


def test_a_file_is_asked_for_once_a_day(room: Newsroom) -> None:
    """Not for each page; after a day again."""
    clock = Clock()
    known = robots.Robots(clock)
    room.pages["/robots.txt"] = reply(200, CLOSED)
    open_, closed, again = refusals(room, known, "/news/a", "/closed/a", "/closed/b")
    assert (open_, closed) == (
        "",
        f"{room.url('/closed/a')} is not read: the site's robots.txt does not allow syndicator to.",
    )
    assert again
    assert len(room.asked) == 1
    room.pages["/robots.txt"] = reply(200, b"")
    clock.now = robots.KEPT - 1
    assert refusals(room, known, "/closed/a") != [""]
    clock.now = robots.KEPT
    assert refusals(room, known, "/closed/a") == [""]
    assert len(room.asked) == 2


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429])
def test_a_file_that_is_not_there_forbids_nothing(room: Newsroom, status: int) -> None:
    """Section 2.3.1.3: any 4xx."""
    room.pages["/robots.txt"] = reply(status)
    assert refusals(room, robots.Robots(), "/news/a") == [""]


@pytest.mark.parametrize("status", [500, 503])
def test_a_file_that_cannot_be_had_forbids_all_for_now(room: Newsroom, status: int) -> None:
    """Section 2.3.1.4; it is asked for again soon."""
    clock = Clock()
    known = robots.Robots(clock)
    room.pages["/robots.txt"] = reply(status)
    (said,) = refusals(room, known, "/news/a")
    assert said.startswith(f"{room.url('/news/a')} is not read for now")
    assert str(status) in said
    room.pages["/robots.txt"] = reply(200, CLOSED)
    assert refusals(room, known, "/news/a") != [""]
    clock.now = robots.KEPT_TROUBLE
    assert refusals(room, known, "/news/a", "/closed/a")[0] == ""


def test_what_was_known_counts_while_the_file_cannot_be_had(room: Newsroom) -> None:
    """Section 2.4: an old file is better than none."""
    clock = Clock()
    known = robots.Robots(clock)
    room.pages["/robots.txt"] = reply(200, CLOSED)
    refusals(room, known, "/news/a")
    room.pages["/robots.txt"] = reply(500)
    clock.now = robots.KEPT
    open_, closed = refusals(room, known, "/news/a", "/closed/a")
    assert (open_, "does not allow" in closed) == ("", True)


def test_a_redirect_is_followed_and_a_long_file_read_to_its_limit(room: Newsroom) -> None:
    """Rules beyond half a megabyte do not count."""
    room.pages["/robots.txt"] = redirect("/real.txt", 301)
    room.pages["/real.txt"] = reply(200, CLOSED + b"\n# " + b"x" * robots.READ + b"\nDisallow: /news")
    assert [bool(said) for said in refusals(room, robots.Robots(), "/news/a", "/closed/a")] == [False, True]


# ---------------------------------------------------------------------------------------------- who asks


def page_source(room: Newsroom, **more: object) -> Source:
    """The newsroom's section page."""
    return Source("politics", room.url("/news"), type="page", select="h2 a", allow_private=True, **more)  # type: ignore[arg-type]


def test_a_section_page_is_asked_for_as_the_site_allows(room: Newsroom) -> None:
    """A closed page is not requested at all, and the poll says why."""
    room.pages["/news"] = reply(200, b'<h2><a href="/news/boats-return">Boats</a></h2>')
    room.pages["/robots.txt"] = reply(200, b"User-agent: *\nDisallow: /news")
    found = ask(page_source(room))
    assert found.error == f"{room.url('/news')} is not read: the site's robots.txt does not allow syndicator to."
    assert [path for path, _ in room.asked] == ["/robots.txt"]
    room.pages["/robots.txt"] = reply(404)
    assert len(ask(page_source(room)).articles) == 1


def visit(room: Newsroom, path: str, source: Source) -> Article:
    """Read an article's page for a source."""

    async def once() -> Article:
        async with Fetcher(user_agent="syndicator/test", timeout=2) as way:
            url = room.url(path)
            article = Article(url, "Stand-in", provisional=True, keys=keys(url), source=source.name)
            first = await read_page(article, source, way, zone=BERLIN)
            assert first == await read_page(article, source, way, zone=BERLIN)
            return first

    return asyncio.run(once())


def test_articles_of_a_section_page_are_read_as_the_site_allows(room: Newsroom) -> None:
    """One file for all pages of the fetcher; what is closed is not requested."""
    room.pages["/robots.txt"] = reply(200, CLOSED)
    room.pages["/news/boats-return"] = reply(200, b"<h1>Boats return</h1>", Content_Type="text/html")
    room.pages["/closed/boats-return"] = room.pages["/news/boats-return"]
    assert visit(room, "/news/boats-return", page_source(room)).title == "Boats return"
    assert [path for path, _ in room.asked] == ["/robots.txt", "/news/boats-return", "/news/boats-return"]
    with pytest.raises(FetchError, match="does not allow") as caught:
        visit(room, "/closed/boats-return", page_source(room))
    assert caught.value.refused
    assert "/closed/boats-return" not in {path for path, _ in room.asked}


@pytest.mark.parametrize("kind", ["feed", "sitemap"])
def test_what_is_made_for_machines_needs_no_leave(room: Newsroom, kind: str) -> None:
    """A feed or sitemap names its articles to be read."""
    room.pages["/closed/boats-return"] = reply(200, b"<h1>Boats return</h1>", Content_Type="text/html")
    source = Source("world", room.url("/x"), type=kind, allow_private=True)
    assert visit(room, "/closed/boats-return", source).title == "Boats return"
    assert "/robots.txt" not in {path for path, _ in room.asked}
