"""Articles whose title is a stand-in until their page has been read: no post goes out with it by itself."""

import asyncio
from collections.abc import Iterator

import pytest

from syndicator import editorial, pipeline
from syndicator.compose import fetcher
from syndicator.models import Article, ArticleState, Delivery, Status
from syndicator.room import Room
from tests.sources.newsroom_server import Newsroom, newsroom, reply

TABLE = """
[newsroom]
name = "Example Daily"
timezone = "Europe/Berlin"
[policy]
hold_for = "0s"
[sources.plain]
type = "sitemap"
url = "{base}/sitemap.xml"
allow_private = true
page = false
[sources.section]
type = "page"
url = "{base}/world"
select = "h2 a"
allow_private = true
[accounts.one]
platform = "memory"
"""


@pytest.fixture
def site() -> Iterator[Newsroom]:
    """The newsroom's site: nothing listed yet."""
    with newsroom() as server:
        server.pages["/world"] = reply(200, b'<h2><a href="/world/older-story">Old</a></h2>')
        server.pages["/sitemap.xml"] = reply(200, b"<urlset></urlset>")
        yield server


@pytest.fixture
def toml(site: Newsroom) -> str:
    """A newsroom with a plain sitemap and a section page."""
    return TABLE.format(base=site.url(""))


def lists(site: Newsroom, *paths: str) -> None:
    """Both sources list these articles now."""
    links = "".join(f'<h2><a href="{path}">Teaser of {path}</a></h2>' for path in paths)
    site.pages["/world"] = reply(200, links.encode())
    locs = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in paths)
    site.pages["/sitemap.xml"] = reply(200, f"<urlset>{locs}</urlset>".encode())


def page(site: Newsroom, path: str, html: str) -> None:
    """An article's own page."""
    site.pages[path] = reply(200, html.encode(), Content_Type="text/html")


def look(room: Room, *names: str) -> list[Delivery]:
    """Poll, and prepare what is new: one round of the daemon."""

    async def once() -> list[Delivery]:
        async with fetcher(room) as way:
            polls = await pipeline.poll(room, names or room.config.sources, way)
            assert not [one.error for one in polls if one.error]
            made = [await pipeline.prepare(room, one, way) for one in room.ledger.articles.new(room.clock())]
            return [row for rows in made for row in rows]

    return asyncio.run(once())


def text(room: Room, row: Delivery) -> str:
    """The words of a post."""
    return room.ledger.deliveries.version(row.id, row.version).post.text  # type: ignore[union-attr]


@pytest.mark.parametrize("source", ["plain", "section"])
def test_the_post_has_the_headline_of_the_page(room: Room, site: Newsroom, source: str) -> None:
    """Also where the source says `page = false`: there is no other headline. What was there first is not posted."""
    page(site, "/world/boats-return", "<h1>Boats Return to Example Bay</h1>")
    assert look(room, source) == []
    lists(site, "/world/older-story", "/world/boats-return")
    if source == "plain":
        lists(site, "/world/boats-return")
    (row,) = look(room, source)
    assert row.status is Status.QUEUED
    assert "Boats Return to Example Bay" in text(room, row)
    assert "easer" not in text(room, row)
    assert look(room, source) == []


@pytest.mark.parametrize("html", ["<p>No headline.</p>", "<h1> </h1>", '<meta property="og:title" content="">'])
def test_without_a_headline_it_is_held(room: Room, site: Newsroom, clock, html: str) -> None:  # type: ignore[no-untyped-def]
    """The page is tried as long as one that cannot be read; then a person sees why."""
    look(room, "section")
    lists(site, "/world/boats-return")
    page(site, "/world/boats-return", html)
    assert look(room, "section") == []
    clock.forward(minutes=10)
    assert look(room, "section") == []
    clock.forward(minutes=10)
    (row,) = look(room, "section")
    assert (row.status, row.code) == (Status.HELD, "page")
    assert "shows no headline" in row.detail


def test_a_page_that_robots_txt_closes_is_held(room: Room, site: Newsroom, clock) -> None:  # type: ignore[no-untyped-def]
    """It is never requested, and the reason is told."""
    look(room, "section")
    lists(site, "/world/boats-return")
    page(site, "/world/boats-return", "<h1>Boats Return</h1>")
    site.pages["/robots.txt"] = reply(200, b"User-agent: *\nDisallow: /world/")
    look(room, "section")
    clock.forward(minutes=20)
    (row,) = look(room, "section")
    assert (row.status, "robots.txt" in row.detail) == (Status.HELD, True)
    assert "/world/boats-return" not in {path for path, _ in site.asked}


def known(room: Room, site: Newsroom) -> Article:
    """An article that was there before the source was first read: its title is the link's words."""
    look(room, "section")
    story = room.ledger.articles.by_keys([f"url:127.0.0.1:{site.port}/world/older-story"])
    assert story is not None
    assert (story.state, story.title, story.provisional) == (ArticleState.SEEN, "Old", True)
    return story


def test_adding_an_old_article_on_purpose_reads_its_page(room: Room, site: Newsroom) -> None:
    """The post has the page's headline, and the article keeps it."""
    story = known(room, site)
    page(site, "/world/older-story", "<h1>An Older Story</h1>")
    (row,) = asyncio.run(editorial.add(room, story, "person:anna"))
    assert (row.status, text(room, row).partition("\n")[0]) == (Status.QUEUED, "An Older Story")
    kept = room.ledger.articles.get(story.id)
    assert (kept.title, kept.provisional) == ("An Older Story", False)


def test_adding_one_whose_page_cannot_be_read_waits_for_a_person(room: Room, site: Newsroom) -> None:
    """Nobody has read these words as the headline."""
    story = known(room, site)
    (row,) = asyncio.run(editorial.add(room, story, "person:anna"))
    assert (row.status, row.code) == (Status.HELD, "page")
    assert "stand-in" in row.detail


def test_looking_at_one_stores_nothing(room: Room, site: Newsroom) -> None:
    """A preview shows the page's headline; the ledger keeps what it had."""
    story = known(room, site)
    page(site, "/world/older-story", "<h1>An Older Story</h1>")

    async def seen() -> Article:
        async with fetcher(room) as way:
            return await editorial.headlined(room, story, way, keep=False)

    assert asyncio.run(seen()).title == "An Older Story"
    assert room.ledger.articles.get(story.id).title == "Old"
