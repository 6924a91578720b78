"""Section pages: which links are articles, and with which words."""

import asyncio
import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.errors import FetchError
from syndicator.fetch import Fetcher
from syndicator.models import Article, Source, SourceState
from syndicator.sources import read_page, section
from syndicator.sources.entry import DocumentError, Found, Payload
from tests.sources import plain_pages
from tests.sources.documents import BERLIN, NOW
from tests.sources.newsroom_server import Newsroom, conditional, reply
from tests.sources.test_poll import ask

URL = "https://news.example/politics"
SOURCE = Source("politics", URL, type="page", select="main h2", sections=("Politics",))


def read(html: str, select: str = "main h2", url: str = URL) -> Found:
    """What a section page holds."""
    source = replace(SOURCE, select=select)
    return section.read(Payload(html.encode(), url, "", NOW), source, BERLIN)


def told(found: Found) -> list[tuple[str, str]]:
    """Addresses and words."""
    return [(article.url, article.title) for article in found.articles]


TEASERS = """<!doctype html><html lang="en"><body><nav><h2><a href="/sport">Sport</a></h2></nav><main>
<div class=t><a href="/politics/vote-on-harbour"><img src="/a.jpg" alt="The harbour"></a>
<h2>Analysis <a href="/politics/vote-on-harbour?utm_source=front">Council  votes on <em>harbour</em></a></h2></div>
<div class=t><h2><a href="https://other.example/2026/mayor-resigns#top">Mayor resigns</a></h2></div>
<div class=t><h2><a href="tug-tax.html">Tug tax &amp; tolls</a></h2><a href="/topics/x">More</a></div>
</main></body></html>"""


@pytest.mark.parametrize("select", ["main h2 a", "main h2", "main .t h2 > a, main h2", ".t:has(h2) h2"])
def test_links_are_found_where_the_selector_points(select: str) -> None:
    """The link itself or the first in the match; other sites too; in the page's order, without tracking."""
    found = read(TEASERS, select)
    assert told(found) == [
        ("https://news.example/politics/vote-on-harbour", "Council votes on harbour"),
        ("https://other.example/2026/mayor-resigns", "Mayor resigns"),
        ("https://news.example/tug-tax.html", "Tug tax & tolls"),
    ]
    assert all(article.provisional and article.sections == ("Politics",) for article in found.articles)
    assert (found.skipped, found.whole) == ((), True)


def test_picture_and_headline_of_one_article_are_one_link() -> None:
    """The words that can be read are the title; a picture's words serve where there are no others."""
    found = read(TEASERS, "main a")
    assert told(found)[0] == ("https://news.example/politics/vote-on-harbour", "The harbour")
    assert len(found.articles) == 4
    wordless = (
        '<main><h2><a href="/x/tug-tax-0004"></a></h2><h2><a href="/b-c" aria-label="Said aloud"></a></h2></main>'
    )
    assert [title for _, title in told(read(wordless))] == ["Tug tax", "Said aloud"]
    twice = '<main><a href="/b-c"><img src="x"></a><a href="/b-c">Words</a></main>'
    assert told(read(twice, "main a")) == [("https://news.example/b-c", "Words")]


@pytest.mark.parametrize(
    "href",
    ["/", "https://news.example", "/politics", "/politics/", "/politics?page=2", "/politics?view=all#x", "#top",
     "?page=3", "https://www.news.example/index.html"],
)  # fmt: skip
def test_links_that_lead_up_are_no_articles(href: str) -> None:
    """The front page, the page itself and its other sheets."""
    found = read(f'<main><h2><a href="{href}">Up</a></h2><h2><a href="/politics/tug-tax">Tug</a></h2></main>')
    assert [title for _, title in told(found)] == ["Tug"]
    assert found.skipped == ()


def test_articles_beside_a_section_by_their_query_are_articles() -> None:
    """Sites that have one script for all."""
    html = '<main><h2><a href="/show?id=5">A</a></h2><h2><a href="/?p=77">B</a></h2></main>'
    assert len(read(html, url="https://news.example/show").articles) == 2


@pytest.mark.parametrize(
    "inside",
    ["Words", '<a href="mailto:desk@news.example">Mail</a>', '<a href="javascript:x()">Go</a>', "<a>None</a>",
     '<a href="http://[">Odd</a>', '<a href="http://x:99999999/">Odd</a>'],
)  # fmt: skip
def test_a_match_that_leads_nowhere_is_a_remark(inside: str) -> None:
    """It is counted and named, and loses no other."""
    found = read(f'<main><h2>{inside}</h2><h2><a href="/politics/tug-tax">Tug</a></h2></main>')
    assert len(found.articles) == 1
    assert found.skipped[0].startswith("Match 1 (")
    assert found.skipped[0].endswith("has no link.")


def test_a_teaser_that_tells_its_day_is_judged_by_it() -> None:
    """What is older than `fresh` is no news; what tells nothing is judged by its page."""
    teaser = '<div class=t><h2><a href="/politics/{0}-x">{0}</a></h2><time datetime="{1}"></time></div>'
    days = {"new": "2026-11-23T10:00:00+01:00", "day": "2026-11-21", "old": "2026-11-20", "odd": "soon"}
    found = read("".join(teaser.format(*pair) for pair in days.items()), ".t")
    assert [title for _, title in told(found)] == ["new", "day", "odd"]


def test_a_base_is_heard() -> None:
    """As browsers do."""
    html = '<head><base href="/en/"></head><main><h2><a href="tug-tax">T</a></h2></main>'
    assert told(read(html))[0][0] == "https://news.example/en/tug-tax"


@pytest.mark.parametrize(
    ("html", "select", "said"),
    [
        (TEASERS, "h2 >", "sources.politics.select = “h2 >” is not a CSS selector"),
        (TEASERS, ".teaser a", "sources.politics.select = “.teaser a” matches nothing there"),
        (TEASERS, "nav", "sources.politics.select = “nav” chooses no link"),
        ("<main><h2>Words</h2></main>", "h2", "sources.politics.select = “h2” chooses no link"),
        ("  ", "h2", "an empty document"),
    ],
)  # fmt: skip
def test_a_selector_that_finds_nothing_is_said(html: str, select: str, said: str) -> None:
    """The sentence names the source and the key."""
    if select == "nav":
        html = html.replace('href="/sport"', 'href="/politics"')
    with pytest.raises(DocumentError, match=said):
        read(html, select)


@given(st.text("<>/ahrefmin2='\" \n&;!-[]:", max_size=120))
def test_no_page_is_too_odd(html: str) -> None:
    """Whatever the markup, articles come of it or a sentence."""
    with contextlib.suppress(DocumentError):
        assert isinstance(read(html, "h2, a"), Found)


# ---------------------------------------------------------------------------------------------- and its articles


def complete(room: Newsroom, article: Article, source: Source) -> Article:
    """The article with its page read."""

    async def once() -> Article:
        async with Fetcher(user_agent="syndicator/test", timeout=2) as way:
            return await read_page(article, source, way, zone=BERLIN)

    return asyncio.run(once())


@pytest.mark.parametrize("name", plain_pages.PAGES)
def test_a_page_without_a_feed_gives_whole_articles(room: Newsroom, name: str) -> None:
    """From the section page to the article: over sockets, each from its page alone, under its page's own address."""
    html = plain_pages.PAGES[name].replace(plain_pages.BASE, room.url(""))
    path = plain_pages.URL.removeprefix(plain_pages.BASE)
    room.pages[path] = reply(200, html.encode(), Content_Type="text/html; charset=utf-8")
    room.pages["/news/world"] = reply(
        200, f'<main><h2><a href="{path}?from=front">Pilot boat…</a></h2></main>'.encode()
    )
    source = Source("world", room.url("/news/world"), type="page", select="h2 a", allow_private=True)
    (found,) = ask(source).articles
    assert (found.title, found.provisional) == ("Pilot boat…", True)
    article = complete(room, found, source)
    assert (article.title, article.provisional) == (plain_pages.HEADLINE, False)
    assert (article.url, article.source) == (room.url(path), "world")
    assert article.photos[0].url == room.url("/media/2026/pilot-boat.jpg")
    assert [key.raw for key in article.keys] == [room.url(path) + "?from=front", room.url(path)]


def test_a_page_without_a_headline_is_not_read(room: Newsroom) -> None:
    """It is an error as an unreadable page is, so that no stand-in is posted."""
    room.pages["/news/x-y"] = reply(200, plain_pages.NO_HEADLINE.encode(), Content_Type="text/html")
    source = Source("world", room.url("/news"), type="sitemap", allow_private=True)
    article = Article(room.url("/news/x-y"), "X y", provisional=True)
    with pytest.raises(FetchError, match="shows no headline") as caught:
        complete(room, article, source)
    assert caught.value.status == 200
    assert complete(room, replace(article, provisional=False), source).title == "X y"


def test_another_selector_reads_the_same_page_anew(room: Newsroom) -> None:
    """What has not changed since it was read with another selector is read, and a selector that fails is told."""
    room.pages["/politics"] = conditional(TEASERS.encode(), '"1"', "Mon, 23 Nov 2026 10:00:00 GMT")
    room.pages["/robots.txt"] = reply(404)
    source = replace(SOURCE, url=room.url("/politics"), allow_private=True)
    first = ask(source)
    known = SourceState(
        source.name, source.url, etag=first.etag, last_modified=first.last_modified, digest=first.digest
    )
    assert not ask(source, known).changed
    assert ask(replace(source, select="main h2 a"), known).changed
    assert "main h9" in ask(replace(source, select="main h9"), known).error
