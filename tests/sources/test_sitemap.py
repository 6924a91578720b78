"""Sitemaps: what of their entries is news, and what an index leads to."""

import gzip
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from syndicator.models import Photo, Source
from syndicator.sources import following, sitemap, slugs
from syndicator.sources.entry import DocumentError, Found, Payload
from syndicator.sources.feed import CUT_SHORT
from tests.sources.contract import Item
from tests.sources.documents import BERLIN, NOW
from tests.sources.newsroom_server import Newsroom, cut_off, drip, reply
from tests.sources.test_contract import NEWS, TestNewsSitemap
from tests.sources.test_poll import ask

SITE = "https://news.example"
SOURCE = Source("site", f"{SITE}/sitemap.xml", type="sitemap", sections=("World",))
IMAGE = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'


def written(*entries: str, root: str = "urlset") -> bytes:
    """A document with these entries."""
    return f'<?xml version="1.0" encoding="UTF-8"?><{root} {NEWS} {IMAGE}>{"".join(entries)}</{root}>'.encode()


def entry(path: str, lastmod: str = "", news: str = "", more: str = "") -> str:
    """One entry; `news` is the inside of its news:news."""
    told = (f"<lastmod>{lastmod}</lastmod>" if lastmod else "") + (f"<news:news>{news}</news:news>" if news else "")
    return f"<url><loc>{SITE}{path}</loc>{told}{more}</url>"


def read(body: bytes, source: Source = SOURCE, now: datetime = NOW) -> Found:
    """What a document holds."""
    return sitemap.read(Payload(body, source.url, "", now), source, BERLIN)


def paths(found: Found) -> list[str]:
    """The articles' addresses below the site."""
    return [article.url.removeprefix(SITE) for article in found.articles]


FULL = """<news:publication><news:name>The Example</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2026-11-23T10:00:00+01:00</news:publication_date><news:genres>OpEd, Blog</news:genres>
<news:title>Boats &amp; nets: the fleet is <![CDATA[<em>home</em>]]></news:title>
<news:keywords>fishing, Example Bay, graphic content</news:keywords>"""
PICTURES = """<image:image><image:loc>/img/boats.jpg</image:loc>
<image:caption>Boats at sea | Photo: Bo/Agency</image:caption></image:image>
<image:image><image:loc>https://img.example/nets.jpg</image:loc><image:title>Nets</image:title></image:image>"""


def test_a_news_entry_tells_everything_but_its_summary() -> None:
    """Title, moment, language, keywords, genre and pictures with their credit."""
    (article,) = read(written(entry("/world/boats-0004", "2026-11-23T12:00:00Z", FULL, PICTURES))).articles
    assert (article.title, article.provisional) == ("Boats & nets: the fleet is home", False)
    assert article.published == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert article.updated == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert (article.language, article.labels, article.sensitive) == ("en", ("Opinion",), True)
    assert article.tags == ("fishing", "Example Bay", "graphic content")
    assert article.photos == (
        Photo(f"{SITE}/img/boats.jpg", "", "Boats at sea", "Bo/Agency"),
        Photo("https://img.example/nets.jpg", "", "Nets"),
    )
    assert article.sections == ("World",)


def test_a_mark_before_the_title_becomes_a_label() -> None:
    """As in a feed."""
    (article,) = read(written(entry("/a-b", news="<news:title>LIVE: The fleet comes home</news:title>"))).articles
    assert (article.title, article.labels) == ("The fleet comes home", ("Live",))


def test_an_entry_without_a_title_gets_readable_words() -> None:
    """Its page tells the headline; until then the title is a stand-in, and the day of its change no date of its own."""
    (article,) = read(written(entry("/world/fishing-boats_are%20home-0004.html", "2026-11-23"))).articles
    assert (article.title, article.provisional) == ("Fishing boats are home", True)
    assert (article.published, article.updated) == (None, None)


def test_a_day_without_an_hour_stays_a_day() -> None:
    """As news:publication_date may be written."""
    day = entry("/world/boats-come-home", news="<news:publication_date>2026-11-22</news:publication_date>")
    assert read(written(day)).articles[0].published == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("lastmod", "published", "kept"),
    [
        ("", "2026-11-23T09:00:00Z", True),
        ("", "2026-11-21T14:06:00Z", True),
        ("", "2026-11-21T14:04:00Z", False),
        ("2026-11-23T09:00:00Z", "2026-11-20T09:00:00Z", False),  # an old story that was changed
        ("2026-11-20T09:00:00Z", "2026-11-23T09:00:00Z", True),
        ("2026-11-23T09:00:00Z", "", True),
        ("2026-11-20T09:00:00Z", "", False),
        ("", "2026-11-21", True),  # a day counts to its end
        ("", "2026-11-20", False),
        ("2026-11-21", "", True),
        ("2026-11-20", "yesterday", False),
        ("", "", True),  # its page tells
        ("no date", "nor this", True),
    ],
)
def test_only_what_is_fresh_is_news(lastmod: str, published: str, kept: bool) -> None:
    """By the day of publication, else by the last change."""
    news = f"<news:publication_date>{published}</news:publication_date>" if published else ""
    assert bool(read(written(entry("/world/boats-come-home", lastmod, news))).articles) is kept


def test_the_source_says_what_is_fresh() -> None:
    """`fresh` is the source's own."""
    body = written(entry("/world/boats-come-home", "2026-11-20T09:00:00Z"))
    assert len(read(body, replace(SOURCE, fresh=timedelta(days=7))).articles) == 1


def test_front_pages_and_sections_are_no_articles() -> None:
    """A front page, a page above others, and lists of a tag or an author; a story above its own gallery is one."""
    listed = [
        "/",
        "/index.html",
        "/world",
        "/world/",
        "/uk-politics",
        "/tag/boats",
        "/authors/ann-example",
        "/topics/sea",
    ]
    stories = [
        "/world/boats-come-home-at-last-today",
        "/world/boats-come-home-at-last-today/gallery",
        "/uk-politics/x-2",
    ]
    assert set(paths(read(written(*map(entry, listed + stories))))) == set(stories)
    named = entry("/live", news="<news:title>Live</news:title>")
    assert "/live" in paths(read(written(named, entry("/live/boats-come-home"))))


def test_the_newest_stand_first() -> None:
    """Sitemaps are in no order of their own; those without a date come last, in the document's order."""
    times = {
        "/a-b": "2026-11-22",
        "/c-d": "",
        "/e-f": "2026-11-23T12:00:00Z",
        "/g-h": "2026-11-23T13:00:00Z",
        "/i-j": "",
    }
    found = read(written(*(entry(path, when) for path, when in times.items())))
    assert paths(found) == ["/g-h", "/e-f", "/a-b", "/c-d", "/i-j"]


def test_a_large_sitemap_takes_little_time_whatever_its_addresses() -> None:
    """Long addresses of many parts are no burden; one that is longer than the protocol allows is a remark."""
    entries = [entry(f"/{n}" + "/a" * 900, "2026-11-23T09:00:00Z") for n in range(1_000)]
    started = time.process_time()
    found = read(written(*entries, entry("/b" * 100_000)))
    assert time.process_time() - started < 6
    assert (len(found.articles), len(found.skipped)) == (1_000, 1)


# ---------------------------------------------------------------------------------------------- how it comes


def test_a_packed_sitemap_is_read() -> None:
    """A .xml.gz sent as it lies on the disk."""
    assert paths(read(gzip.compress(written(entry("/a-b"))))) == ["/a-b"]


def test_a_packed_sitemap_that_ends_early_gives_what_is_whole() -> None:
    """It is not whole, so that it is read again."""
    entries = [entry(f"/world/story-{n * 7919 % 10007}-{n * 104729 % 10009}") for n in range(500)]
    packed = gzip.compress(written(*entries))
    found = read(packed[: len(packed) // 2])
    assert 50 < len(found.articles) < 400
    assert not found.whole
    assert found.skipped == (CUT_SHORT,)


def test_a_bomb_is_not_unpacked() -> None:
    """The limit holds after unpacking, and is found out early."""
    started = time.process_time()
    with pytest.raises(DocumentError, match="larger than 10 MB once it is unpacked"):
        read(gzip.compress(b"<urlset>" + b" " * 30_000_000, 1))
    assert time.process_time() - started < 3
    with pytest.raises(DocumentError, match="damaged"):
        read(b"\x1f\x8b\x08\x00" + b"x" * 50)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html><body>Sorry</body></html>", "an HTML page, not a sitemap"),
        (b"<rss><channel/></rss>", 'a feed: its source needs type = "feed"'),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'/>", 'a feed: its source needs type = "feed"'),
        (b"https://news.example/a", "no sitemap"),
        (b"", "an empty document"),
        (b'<!DOCTYPE urlset [<!ENTITY a "aaaa">]><urlset><url><loc>&a;</loc></url></urlset>', "entities of its own"),
    ],
)
def test_what_is_no_sitemap_is_said(body: bytes, said: str) -> None:
    """What came instead stands in the sentence, and what to do where that is known."""
    with pytest.raises(DocumentError, match=said):
        read(body)


@pytest.mark.parametrize("body", [
    b'<?xml version="1.0"?><!DOCTYPE urlset SYSTEM "http://127.0.0.1:9/x.dtd"><urlset><url><loc>https://news.example/a-b</loc></url></urlset>',
    b"<?xml-stylesheet href='x.xsl'?><!-- x --><urlset><url><loc>\n https://news.example/a-b \n</loc></url></urlset>",
    b"<ns:urlset xmlns:ns='http://www.sitemaps.org/schemas/sitemap/0.9'><ns:url><ns:loc>https://news.example/a-b</ns:loc></ns:url></ns:urlset>",
    b"<urlset><url><loc>https://news.example/a-b</loc><news:news><news:title>A</news:title></news:news></url></urlset>",
    b"<urlset><url><loc>https://news.example/a-b?x=1&utm_source=y</loc></url></urlset>",
])  # fmt: skip
def test_common_mistakes_are_forgiven(body: bytes) -> None:
    """Declarations before the root, prefixes that are not declared, loose ampersands."""
    found = read(body)
    assert [path.partition("?")[0] for path in paths(found)] == ["/a-b"]
    assert found.whole


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://a.example/news/fishing-boats-are-home-0004.html", "Fishing boats are home"),
        ("https://a.example/news/election-2026/", "Election 2026"),
        ("https://a.example/2026/11/23/boats-return/amp", "Boats return"),
        ("https://a.example/boats-return/index.html", "Boats return"),
        ("https://a.example/world/%C3%BCber-die-see_12345678", "Über die see"),
        ("https://a.example/world/boats-return-a1b2c3d4e5", "Boats return"),
        ("https://a.example/world/c123456789", "World"),
        ("https://a.example/12345", "a.example"),
        ("https://a.example/%3Cscript%3Ex", "a.example"),
    ],
)
def test_an_address_has_words(url: str, words: str) -> None:
    """The last part that has any, without numbers and endings."""
    assert slugs.words(url) == words


# ---------------------------------------------------------------------------------------------- an index


def index(*children: tuple[str, str], base: str = SITE) -> bytes:
    """An index of (path, lastmod)."""
    listed = [(f"<loc>{base}{path}</loc>", f"<lastmod>{when}</lastmod>" if when else "") for path, when in children]
    return written(*(f"<sitemap>{loc}{changed}</sitemap>" for loc, changed in listed), root="sitemapindex")


def test_an_index_names_what_may_hold_news_the_newest_first() -> None:
    """Old sitemaps and those of tags and people are left out; without dates the highest number is the newest."""
    found = read(index(
        ("/post-sitemap1.xml", "2026-11-22T10:00:00Z"), ("/post-sitemap2.xml", "2026-11-23T10:00:00Z"),
        ("/old.xml", "2026-11-01T10:00:00Z"), ("/category-sitemap.xml", "2026-11-23T10:00:00Z"),
        ("/wp-sitemap-taxonomies-post_tag-1.xml", ""), ("/author-sitemap.xml", ""), ("/wp-sitemap-users-1.xml", ""),
        ("/months-2026-9.xml", ""), ("/months-2026-11.xml", ""), ("/months-2026-10.xml", ""),
        ("/months-2026-11.xml", ""),
    ))  # fmt: skip
    assert [url.removeprefix(SITE) for url in found.more] == [
        "/post-sitemap2.xml", "/post-sitemap1.xml", "/months-2026-11.xml", "/months-2026-10.xml", "/months-2026-9.xml",
    ]  # fmt: skip
    assert (found.articles, found.whole, found.steady) == ((), True, False)


@pytest.mark.parametrize(
    ("when", "steady"), [("2026-11-23T10:00:00Z", True), ("2026-11-23", False), ("", False), ("soon", False)]
)
def test_only_moments_tell_that_nothing_is_new(when: str, steady: bool) -> None:
    """An index that says the day, or nothing, stays the same when something is added."""
    assert read(index(("/a.xml", when))).steady is steady


NOON = "2026-11-23T12:00:00Z"


def lead(room: Newsroom, *children: tuple[str, str]) -> Source:
    """The newsroom's index of (path, lastmod) as a source."""
    room.pages["/index.xml"] = reply(200, index(*children, base=room.url("")), ETag='"i"')
    return Source("site", room.url("/index.xml"), type="sitemap", allow_private=True)


def stories(*names: str) -> bytes:
    """A news sitemap."""
    suite = TestNewsSitemap()
    return suite.document([Item(f"/world/{name}", name) for name in names])


def titles(found: Iterable[object]) -> list[str]:
    """The headlines of articles."""
    return [article.title for article in found]  # type: ignore[attr-defined]


def test_an_index_that_says_only_days_is_read_each_time(room: Newsroom) -> None:
    """Its validators are not kept; those of one that says moments are."""
    room.pages["/a.xml"] = reply(200, stories("a-b"))
    found = ask(lead(room, ("/a.xml", "2026-11-23")))
    assert (titles(found.articles), found.whole, found.etag, found.digest) == (["a-b"], True, "", "")
    assert ask(lead(room, ("/a.xml", NOON))).etag == '"i"'


def test_a_sitemap_that_fails_does_not_spoil_the_others(room: Newsroom) -> None:
    """It is a remark, and the next poll reads all again. What is not there is not waited for."""
    room.pages |= {"/good.xml": reply(200, stories("a-b")), "/bad.xml": reply(500), "/page.xml": reply(200, b"<html>")}
    found = ask(lead(room, ("/bad.xml", NOON), ("/page.xml", NOON), ("/gone.xml", NOON), ("/good.xml", NOON)))
    assert (found.error, titles(found.articles), found.whole) == ("", ["a-b"], False)
    assert (found.etag, found.last_modified, found.digest) == ("", "", "")
    assert [word for word in ("500", "HTML", "404") if not any(word in remark for remark in found.skipped)] == []
    assert CUT_SHORT in found.skipped
    found = ask(lead(room, ("/gone.xml", NOON), ("/good.xml", NOON)))
    assert (CUT_SHORT in found.skipped, found.whole) == (False, False)


def test_one_that_hangs_up_or_drips_does_not_spoil_the_others(room: Newsroom) -> None:
    """What was whole is taken."""
    torn = stories("c-d", "e-f", "g-h")
    room.pages |= {
        "/good.xml": reply(200, stories("a-b")),
        "/torn.xml": cut_off(torn[:-200], len(torn)),
        "/slow.xml": drip(),
    }
    found = ask(lead(room, ("/good.xml", NOON), ("/torn.xml", NOON), ("/slow.xml", NOON)), timeout=0.5)
    assert titles(found.articles) == ["a-b", "c-d", "e-f"]
    assert (found.error, found.whole) == ("", False)


def test_an_index_of_nothing_but_failures_fails(room: Newsroom) -> None:
    """It says what the first answered."""
    found = ask(lead(room, ("/a.xml", NOON), ("/b.xml", NOON)))
    assert found.error == f"{room.url('/a.xml')} answered 404 (Not Found)."


def test_an_index_of_indexes_is_followed_two_steps(room: Newsroom) -> None:
    """What lies deeper, or in a circle, is not read, and that is said."""
    room.pages |= {
        "/1.xml": reply(200, index(("/2.xml", NOON), ("/index.xml", NOON), ("/1.xml", NOON), base=room.url(""))),
        "/2.xml": reply(200, index(("/3.xml", NOON), base=room.url(""))),
        "/good.xml": reply(200, stories("a-b")),
        "/3.xml": reply(200, stories("too-deep")),
    }
    found = ask(lead(room, ("/1.xml", NOON), ("/good.xml", NOON)))
    assert titles(found.articles) == ["a-b"]
    assert not found.whole
    assert any("not read" in remark for remark in found.skipped)
    assert sorted(path for path, _ in room.asked) == ["/1.xml", "/2.xml", "/good.xml", "/index.xml"]


def test_a_poll_reads_so_many_sitemaps_and_no_more(room: Newsroom) -> None:
    """The newest; the others are told."""
    many = [(f"/s-{n}.xml", f"2026-11-23T{n // 60:02}:{n % 60:02}:00Z") for n in range(following.MOST + 5)]
    room.pages |= {path: reply(200, stories(f"story-of-{number}")) for number, (path, _) in enumerate(many)}
    found = ask(lead(room, *many))
    assert {path for path, _ in room.asked[1:]} == {path for path, _ in many[5:]}
    assert len(found.articles) == following.MOST
    assert not found.whole
    assert found.skipped[0].startswith("5 of the sitemaps were not read")


def test_a_story_in_two_sitemaps_is_one_with_its_title(room: Newsroom) -> None:
    """The news sitemap's words, whichever was read first, and no remark."""
    plain = written(f"<url><loc>{room.url('/world/a-b')}</loc><lastmod>{NOON}</lastmod></url>")
    room.pages |= {"/plain.xml": reply(200, plain), "/news.xml": reply(200, stories("a-b", "c-d"))}
    found = ask(lead(room, ("/plain.xml", NOON), ("/news.xml", "2026-11-23T11:00:00Z")))
    assert sorted(titles(found.articles)) == ["a-b", "c-d"]
    assert not any(article.provisional for article in found.articles)
    assert (found.skipped, found.whole) == ((), True)


def test_private_sitemaps_of_an_index_stay_closed(room: Newsroom) -> None:
    """What an index names is judged as every address is."""
    source = replace(lead(room, ("/a.xml", NOON)), allow_private=False)
    assert "private" in ask(source).error
    assert room.asked == []
