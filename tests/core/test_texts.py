"""Texts on their way from a source to posts: the language they are in, and the marks before headlines."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from syndicator import compose, pipeline
from syndicator.models import Article, ArticleState, Poll, SourceState
from tests.core.made import TOML, Desk, article
from tests.sources.documents import WORLD, read, rss
from tests.sources.newsroom_server import Newsroom, newsroom, reply

TITLE = "Rat genehmigt zweite Brücke"
SUMMARY = "Der Plan für eine Brücke über den Fluss wurde am Montag mit knapper Mehrheit von dem Rat beschlossen."


@pytest.fixture
def site() -> Iterator[Newsroom]:
    """The newsroom's web server."""
    with newsroom() as running:
        yield running


def planned(desk: Desk, found: Article) -> Article:
    """A found article is taken all the way to its rows; what the ledger holds of it then."""
    state = SourceState("world", "http://127.0.0.1:1/feed.xml", seeded=True)
    articles = desk.room.ledger.articles
    articles.store_polls([(state, Poll("world", state.url, desk.clock()))])
    articles.store_polls([(state, Poll("world", state.url, desk.clock(), (found,)))])
    (story,) = articles.new(desk.clock())

    async def once() -> None:
        async with compose.fetcher(desk.room) as way:
            await pipeline.prepare(desk.room, story, way)

    asyncio.run(once())
    return articles.get(story.id)


def language(desk: Desk, story: Article) -> str:
    """What the first of its posts is said to be in."""
    row = desk.rows(story.id)[0]
    version = desk.room.ledger.deliveries.version(row.id, row.version)
    assert version is not None
    return version.post.language


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "de"),
        ({"language": "en"}, "en"),
        ({"language": "de-AT"}, "de-AT"),
        ({"summary": ""}, "en"),  # too short to tell: the newsroom's
    ],
)
def test_an_article_without_a_page_speaks_for_itself(desk: Desk, fields: dict[str, Any], expected: str) -> None:
    """Its language goes with the post; one that is declared is never overruled."""
    story = planned(desk, article("bridge", **{"title": TITLE, "summary": SUMMARY, **fields}))
    assert language(desk, story) == expected
    assert story.language in {expected, ""}


@pytest.mark.parametrize("toml", [TOML.replace('feed.xml"', 'feed.xml"\nallow_private = true')])
@pytest.mark.parametrize(("lang", "expected"), [("fr", "fr"), ("", "de")])
def test_the_page_is_asked_first(desk: Desk, site: Newsroom, lang: str, expected: str) -> None:
    """What the page declares goes before what its words look like."""
    page = f"<html lang='{lang}'><meta name='description' content='{SUMMARY}'><h1>{TITLE}</h1>"
    site.pages["/bridge"] = reply(200, page.encode(), Content_Type="text/html; charset=utf-8")
    found = article("bridge", title=TITLE, page_read=False)
    story = planned(desk, replace(found, url=site.url("/bridge")))
    assert (story.page_read, story.language, language(desk, story)) == (True, expected, expected)


def test_another_mark_before_a_headline_is_no_new_work(desk: Desk) -> None:
    """A wire's "UPDATE 1-" becomes "UPDATE 2-": one article still, and nothing to do for anybody; other words are."""
    articles = desk.room.ledger.articles
    state = SourceState("world", WORLD.url, seeded=True)
    fresh = [articles.store_polls([(state, Poll("world", WORLD.url, desk.clock()))])]
    for title in (f"UPDATE 1-{TITLE}", f"UPDATE 2-{TITLE}", f"EIL: {TITLE}", TITLE, f"UPDATE 3-{TITLE} ab"):
        found = read(rss(f"<title>{title}</title><link>https://news.example/bridge</link>")).articles
        fresh.append(articles.store_polls([(state, Poll("world", WORLD.url, desk.clock(), found))]))
        for story in articles.new(desk.clock()):
            articles.finish(story.id, ArticleState.PLANNED)
    assert fresh == [0, 1, 0, 0, 0, 1]
    assert articles.get(1).title == f"{TITLE} ab"
