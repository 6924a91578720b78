"""What an article's own page adds."""

import json
import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.models import Article, Photo, Source
from syndicator.sources import jsonld
from syndicator.sources.identity import keys
from syndicator.sources.page import Page, fill, read
from syndicator.sources.plain import cut, decode, language, plain
from syndicator.sources.terms import is_path, sort, split_credit
from tests.sources.documents import BERLIN, WORLD

URL = "https://news.example/news/boats-return-0004.html"
STORY = "The fleet came home a day early after a week of storms, with full nets and without losses. " * 3
WORDS_ONLY = f"""<!doctype html><html lang="en"><head><title>Boats</title>
<link rel="canonical" href="{URL}"></head><body>
<ul><li>Live</li><li>Audio Only</li></ul><nav><a href="/s">somewhere social</a></nav>
<div><a href="/news">News</a> &gt; <a href="/world">World</a></div>
<h1>Fishing Boats Are <em>Welcomed</em> Home in Example Bay</h1>
<ul><li><img src="/img/boats.jpg" alt="Boats enter the harbour of Example Bay.">
<p>Boats enter the harbour of Example Bay, Jan. 5, 2022.</p></li>
<li><p>Boats enter the harbour of Example Bay, Jan. 5, 2022. | Photo: Pictures/ @someone</p></li></ul>
<div>Published 6 January 2022</div><div><a href="/opinion">Opinion</a></div>
<p>{STORY}</p><p>RELATED:</p><div>Video</div><img src="/img/other.jpg"></body></html>"""


def page(html: str) -> Page:
    """The facts of a page."""
    return read(html, URL, BERLIN)


def ld(*blocks: object) -> str:
    """A page with JSON-LD."""
    return "".join(f'<script type="application/ld+json">{json.dumps(block)}</script>' for block in blocks)


def test_a_page_that_speaks_to_people_only_is_understood() -> None:
    """Section above the headline; photo, credit, day and label between it and the story; menus do not count."""
    found = page(WORDS_ONLY)
    assert found.title == "Fishing Boats Are Welcomed Home in Example Bay"
    assert found.sections == ("News > World",)
    assert found.labels == ("Opinion",)
    assert found.published == date(2022, 1, 6)
    assert found.photos[0] == Photo(
        "https://news.example/img/boats.jpg",
        "Boats enter the harbour of Example Bay.",
        "Boats enter the harbour of Example Bay, Jan. 5, 2022.",
        "Pictures/ @someone",
    )
    assert (found.canonical, found.language) == (URL, "en")


def test_a_page_with_everything_in_meta_tags() -> None:
    """OpenGraph and article properties."""
    found = page("""<html lang="de-at"><meta property="og:image" content="/a.jpg">
    <meta property="og:image:alt" content="Two boats"><meta property="article:section" content="Sport">
    <meta property="article:published_time" content="2026-11-23T10:00:00+01:00"><meta property="og:title" content="T">
    <meta property="article:modified_time" content="2026-11-23T11:00:00Z"><meta name="author" content="Ann Example">
    <meta property="article:tag" content="graphic content"><meta property="og:description" content="D &amp; E">
    <figure><img src="/a-800x600.jpg"><figcaption>Boats at sea (Photo by Bo/Agency)</figcaption></figure>""")
    assert found.photos[0] == Photo("https://news.example/a.jpg", "Two boats", "Boats at sea", "Bo/Agency")
    assert (found.sections, found.authors, found.language) == (("Sport",), ("Ann Example",), "de-AT")
    assert found.published == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert found.updated == datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert (found.title, found.summary, found.sensitive) == ("T", "D & E", True)


GRAPH = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebSite", "name": "News"},
        {
            "@type": ["OpinionNewsArticle"],
            "headline": "Boats",
            "image": {"@id": "#lead"},
            "author": [{"@id": "#ann"}, {"@type": "Person", "name": "Bo"}],
            "articleSection": ["World", "Opinion"],
            "datePublished": "2026-11-23T10:00:00Z",
            "contentRating": "graphic",
            "mainEntityOfPage": {"@type": "WebPage", "@id": URL},
        },
        {"@type": "ImageObject", "@id": "#lead", "url": "https://news.example/l.jpg", "caption": "At sea | Photo: Cy"},
        {"@type": "Person", "@id": "#ann", "name": "Ann"},
        {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {"position": 2, "item": {"name": "World"}},
                {"position": 1, "name": "Home"},
                {"position": 3, "name": "Boats come home a day early after a week of storms"},
            ],
        },
    ],
}


@pytest.mark.parametrize("block", [GRAPH, [GRAPH], GRAPH["@graph"], {"@type": "WebPage", "mainEntity": GRAPH}])
def test_linked_data_is_found_wherever_it_hides(block: object) -> None:
    """In @graph, in lists, below a page; references are followed."""
    found = page(ld({"@type": "Organization"}, block))
    assert found.photos[0] == Photo("https://news.example/l.jpg", "", "At sea", "Cy")
    assert (found.authors, found.sections, found.labels) == (("Ann", "Bo"), ("World",), ("Opinion",))
    assert found.published == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert (found.canonical, found.sensitive) == (URL, True)


@pytest.mark.parametrize("broken", ["{", "", "[" * 5000, '{"@type": "NewsArticle", }', "null", '"text"', "{\x00}"])
def test_broken_linked_data_is_ignored(broken: str) -> None:
    """The next block, and the rest of the page, still count."""
    html = f'<script type="application/ld+json">{broken}</script>' + ld({"@type": "Article", "headline": "H"})
    assert page(html + '<meta property="og:image" content="/a.jpg">').title == "H"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["@id", "url", "name", "x"]), inner),
    max_leaves=6,
)
_properties = ("headline", "image", "author", "articleSection", "datePublished", "contentRating", "mainEntityOfPage",
               "itemListElement", "@graph", "@id", "inLanguage")  # fmt: skip


@given(st.fixed_dictionaries({"@type": st.sampled_from(["NewsArticle", "BreadcrumbList"])},
                             optional=dict.fromkeys(_properties, _json)))  # fmt: skip
def test_no_linked_data_is_too_odd(node: dict[str, object]) -> None:
    """Properties of any shape raise nothing."""
    assert isinstance(jsonld.read([json.dumps(node)]), jsonld.Facts)


@given(st.text("<>/ahimgsrc='\" \n&;!-[]", max_size=120))
def test_no_page_is_too_odd(html: str) -> None:
    """Nor does any markup."""
    assert isinstance(page(html), Page)


def filled(html: str, article: Article, source: Source = WORLD) -> Article:
    """The article after its page was read."""
    return fill(article, page(html), source, article.url, BERLIN)


def test_only_what_is_missing_is_filled() -> None:
    """What the feed said stays as it said it."""
    ours = Article(
        URL, "Ours", summary="Our words", authors=("Our author",), sections=("Ours > Own",), labels=("Live",),
        language="fr", photos=(Photo("https://news.example/ours.jpg"),), published=datetime(2022, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    after = filled(WORDS_ONLY, ours)
    for name in ("title", "summary", "authors", "sections", "labels", "language", "photos", "published"):
        assert getattr(after, name) == getattr(ours, name), name
    assert after.page_read


def test_the_feeds_photo_gets_its_texts_from_the_page() -> None:
    """The same picture in another size brings caption, credit and alternative text; another picture does not."""
    ours = Article(URL, "T", photos=(Photo("https://news.example/img/boats-300x200.jpg"),))
    other = Article(URL, "T", photos=(Photo("https://news.example/img/cats.jpg"),))
    assert filled(WORDS_ONLY, ours).photos[0].credit == "Pictures/ @someone"
    assert filled(WORDS_ONLY, other).photos == other.photos


def test_the_sources_default_section_gives_way_to_the_pages() -> None:
    """A section that only the configuration named is no news."""
    assert filled(WORDS_ONLY, Article(URL, "T", sections=WORLD.sections)).sections == ("News > World",)
    assert filled("<p>", Article(URL, "T", sections=WORLD.sections)).sections == WORLD.sections


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (None, "2022-01-06T10:00:00Z", datetime(2022, 1, 6, 10, tzinfo=UTC)),
        (None, "2022-01-06", date(2022, 1, 6)),
        (date(2022, 1, 6), "2022-01-06T10:00:00Z", datetime(2022, 1, 6, 10, tzinfo=UTC)),
        (date(2022, 1, 6), "2022-01-05T23:30:00Z", datetime(2022, 1, 5, 23, 30, tzinfo=UTC)),
        (date(2022, 1, 6), "2022-01-07T10:00:00Z", date(2022, 1, 6)),
        (datetime(2022, 1, 6, 9, tzinfo=UTC), "2022-01-06T10:00:00Z", datetime(2022, 1, 6, 9, tzinfo=UTC)),
    ],
)
def test_an_exact_moment_of_the_same_day_wins(ours: object, theirs: str, expected: object) -> None:
    """By the newsroom's clock; another day's moment does not."""
    html = f'<meta property="article:published_time" content="{theirs}">'
    assert filled(html, Article(URL, "T", published=ours)).published == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("canonical", "url"),
    [
        ("/news/boats-return", "https://news.example/news/boats-return"),
        ("https://www.news.example/x?utm_source=a#b", "https://www.news.example/x"),
        ("/", URL),
        ("/news/", URL),
        ("https://other.example/news/boats-return", URL),
        ("javascript:x", URL),
    ],
)
def test_a_canonical_address_is_taken_when_it_can_be_the_story(canonical: str, url: str) -> None:
    """Front pages, sections and other sites do not replace the address, and are no key."""
    before = Article(URL, "T", keys=keys(URL))
    after = filled(f'<link rel="canonical" href="{canonical}">', before)
    assert after.url == url
    assert len(after.keys) == (1 if url == URL else 2)
    assert after.keys[0] == before.keys[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Boats, Jan. 5. | Photo: Pictures/ @someone", ("Boats, Jan. 5.", "Pictures/ @someone")),
        ("Photo: Agency", ("", "Agency")),
        ("Boats return. (Photo by Ann/Agency)", ("Boats return.", "Ann/Agency")),
        ("Boats return. Photograph: Ann", ("Boats return.", "Ann")),
        ("Boats — Credit: Ann", ("Boats", "Ann")),
        ("The picture: a story of light", ("The picture: a story of light", "")),
        ("Le port. Crédit photo : Ann", ("Le port.", "Ann")),
        ("Der Hafen (Fotos: Ann/Agentur)", ("Der Hafen", "Ann/Agentur")),
        ("Der Hafen. Bildquelle: Ann", ("Der Hafen.", "Ann")),
        ("El puerto | Fotografía: Ann", ("El puerto", "Ann")),
        ("Boats return © Ann/Agency", ("Boats return", "Ann/Agency")),
        ("Boats return (© 2026 Ann)", ("Boats return", "2026 Ann")),
        ("Boats ©", ("Boats ©", "")),
        ("Das Bild: ein Hafen", ("Das Bild: ein Hafen", "")),
        ("Nothing said", ("Nothing said", "")),
        ("", ("", "")),
    ],
)
def test_a_credit_is_split_from_its_caption(text: str, expected: tuple[str, str]) -> None:
    """At a mark or a sentence's end, and only where a credit is meant."""
    assert split_credit(text) == expected


@pytest.mark.parametrize(
    ("scheme", "term", "sections"),
    [
        ("", "News > World", ("News > World",)),
        ("", "News » World", ("News > World",)),
        ("", "News › World › Europe", ("News > World > Europe",)),
        ("sections", "News/World", ("News > World",)),
        ("https://news.example/section", "/news/world/", ("news > world",)),
        ("sections", "TV/Radio", ("TV/Radio",)),
        ("sections", "24/7", ("24/7",)),
        ("", "News/World", ()),
        ("sections", "Home > World", ("World",)),
    ],
)
def test_paths_of_sections_have_one_spelling(scheme: str, term: str, sections: tuple[str, ...]) -> None:
    """Whatever stands between the parts; a slash only where the scheme says that it is a section."""
    assert sort([(scheme, term)]).sections == sections


def test_a_pages_headline_is_without_site_and_marks() -> None:
    """The site's name goes, a mark becomes a label, capitals are calmed by the description."""
    found = page("""<meta property="og:site_name" content="Example Daily">
    <meta property="og:description" content="Today the boats return to harbour at last.">
    <meta property="og:title" content="LIVE: THE BOATS RETURN TO HARBOUR - Example Daily">""")
    assert (found.title, found.labels) == ("The boats return to harbour", ("Live",))
    assert page("<h1>Boats\u00a0\u200breturn\u202e</h1>").title == "Boats return"


def test_a_feeds_headline_keeps_what_looks_like_a_site() -> None:
    """Only a headline that a page gave is freed of the site's name."""
    html = '<meta property="og:site_name" content="Example Daily">'
    assert filled(html, Article(URL, "A day at the - Example Daily")).title == "A day at the - Example Daily"


def test_small_words_of_text() -> None:
    """Languages, paths, cutting and encodings."""
    assert [language(tag) for tag in ("en_us", "zh-hans-cn", "english", "")] == ["en-US", "zh-Hans-CN", "", ""]
    assert [is_path(text) for text in ("News > World", "News", "> World", "a > " + "b" * 50)] == [
        True,
        False,
        False,
        False,
    ]
    assert [cut("one two three", limit) for limit in (13, 9, 4)] == ["one two three", "one two…", "one…"]
    assert decode("Früh".encode("cp1252")) == "Früh"


@given(st.text(max_size=100))
def test_plain_text_is_one_clean_line(text: str) -> None:
    """No breaks, no doubled spaces, and nothing raised."""
    line = plain(text)
    assert line == " ".join(line.split())


@pytest.mark.parametrize("piece", ["<", "<p ", "<!--", "&amp;", "<script>", "| Photo: ", "<b><i>", "x ( "])
def test_hostile_text_takes_no_time(piece: str) -> None:
    """A million characters of nothing but openings are read in a moment."""
    begun = time.monotonic()
    plain(piece * (200_000 // len(piece)))
    split_credit(piece * (20_000 // len(piece)))
    page("<h1>T</h1>" + piece * (200_000 // len(piece)))
    assert time.monotonic() - begun < 4
