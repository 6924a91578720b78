"""Feeds as newsrooms write them, and as they should not."""

import json
import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.models import Article, Photo, Source
from syndicator.sources import loose_feed, xml_feed
from syndicator.sources.entry import DocumentError
from syndicator.sources.feed import CUT_SHORT
from syndicator.sources.identity import keys
from tests.sources.documents import WORLD, atom, item, read, rss

STORY = "https://news.example/world/boats"
RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://news.example/"><title>News</title>
  <dc:language>en</dc:language></channel><item rdf:about="{STORY}"><title>Boats return</title><link>{STORY}</link>
  <description>They came back.</description><dc:creator>Ann Example</dc:creator><dc:date>2026-11-23T10:00:00Z</dc:date>
  <dc:subject>World</dc:subject></item></rdf:RDF>""".encode()
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "News",
        "language": "en",
        "items": [
            {
                "id": STORY,
                "url": STORY,
                "title": "Boats return",
                "summary": "They came back.",
                "authors": [{"name": "Ann Example"}],
                "date_published": "2026-11-23T10:00:00Z",
                "tags": ["News > World"],
                "image": "https://news.example/img/boats.jpg",
            }
        ],
    }
).encode()
RSS = rss(
    f"""<title>Boats return</title><link>{STORY}?utm_source=rss</link><guid>{STORY}</guid>
    <description>They came back.</description><dc:creator>Ann Example</dc:creator>
    <pubDate>Mon, 23 Nov 2026 11:00:00 +0100</pubDate><category domain="sections">News &gt; World</category>
    <enclosure url="/img/boats.jpg" type="image/jpeg" length="1"/>""",
    head="<language>en</language>",
)
ATOM = atom(
    f"""<id>{STORY}</id><title type="html">Boats &lt;b&gt;return&lt;/b&gt;</title>
    <link rel="self" href="https://news.example/api/4"/><link href="/world/boats"/>
    <link rel="enclosure" type="image/jpeg" href="/img/boats.jpg"/><summary>They came back.</summary>
    <author><name>Ann Example</name></author><published>2026-11-23T10:00:00Z</published>
    <updated>2026-11-23T11:00:00Z</updated><category term="x" label="News > World"/>"""
)


def only(body: bytes, source: Source = WORLD) -> Article:
    """The single article of a document."""
    (article,) = read(body, source).articles
    return article


@pytest.mark.parametrize("body", [RSS, ATOM, RDF, JSON], ids=["rss", "atom", "rdf", "json"])
def test_the_same_story_is_the_same_in_every_format(body: bytes) -> None:
    """RSS 2.0, Atom, RSS 1.0 and JSON Feed give one article."""
    article = only(body)
    assert (article.url, article.title, article.summary) == (STORY, "Boats return", "They came back.")
    assert article.authors == ("Ann Example",)
    assert article.published == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert article.sections in (("News > World",), ("World",))
    assert article.language.startswith("en")
    assert article.keys[0].key == "url:news.example/world/boats"
    assert [photo.url for photo in article.photos] in ([], ["https://news.example/img/boats.jpg"])
    assert article.source == "world"


def test_one_story_in_two_feeds_has_a_key_in_common() -> None:
    """A story found with tracking in one feed and by AMP in another is one story."""
    other = Source("front", "https://feeds.example/front")
    first = only(rss(item(1, "<guid isPermaLink='false'>41</guid>")))
    second = only(
        rss("<title>Other words</title><link>http://www.news.example/world/story-1/amp?utm_source=front</link>"), other
    )
    assert {key.key for key in first.keys} & {key.key for key in second.keys}


def test_the_order_of_the_document_is_kept() -> None:
    """Newest first, as the newsroom lists them."""
    assert [a.title for a in read(rss(*(item(n) for n in range(5)))).articles] == [f"Story {n}" for n in range(5)]


@pytest.mark.parametrize(
    ("inside", "title"),
    [
        ("A &amp;amp; B", "A & B"),
        ("&lt;i&gt;Sea&lt;/i&gt; story", "Sea story"),
        ("<![CDATA[Cod &amp; chips]]>", "Cod & chips"),
        ("<![CDATA[<em>Cod</em> &#8217;n&#8217; chips]]>", "Cod ’n’ chips"),
        ("5 &lt; 6 and 7 &gt; 3", "5 < 6 and 7 > 3"),
        ("  two\n   lines ", "two lines"),
        ("Cafe\u0301", "Café"),
        ("Caf&eacute; &nbsp; bar", "Café bar"),
        ("Fish & chips", "Fish & chips"),
        ("Zero\x0b control", "Zero control"),
    ],
)
def test_titles_are_plain_text(inside: str, title: str) -> None:
    """Markup goes, entities are decoded however often they were escaped, and a loose ampersand survives."""
    assert only(rss(f"<title>{inside}</title><link>{STORY}?a=1&amp;b=2</link>")).title == title


def test_an_address_with_loose_ampersands_stays_whole() -> None:
    """Mending a document leaves addresses in CDATA alone."""
    article = only(rss(f"<title>Fish & chips</title><link><![CDATA[{STORY}?a=1&b=2]]></link>"))
    assert article.url == f"{STORY}?a=1&b=2"


def test_a_long_description_is_cut_at_a_word() -> None:
    """A whole story in the description becomes a summary."""
    article = only(rss(item(1, f"<description>{'word ' * 500}</description>")))
    assert len(article.summary) <= 601
    assert article.summary.endswith("word…")


def test_blog_software_adds_nothing_to_the_summary() -> None:
    """The line that WordPress appends is left out."""
    text = "<p>Nets are full [&#8230;]</p><p>The post <a href='x'>Nets</a> appeared first on <a href='y'>News</a>.</p>"
    assert only(rss(item(1, f"<description><![CDATA[{text}]]></description>"))).summary == "Nets are full…"


def test_categories_become_labels_sections_and_tags() -> None:
    """What a category says decides what it is."""
    more = """<category>Opinion</category><category>live</category><category>News > Harbour</category>
    <category domain="https://news.example/section">Sport</category><dc:subject>Economy</dc:subject>
    <category>boats</category><category>Boats</category><dc:type>Analysis</dc:type><dc:type>Text</dc:type>"""
    article = only(rss(item(1, more)))
    assert article.labels == ("Opinion", "Live", "Analysis")
    assert article.sections == ("News > Harbour", "Sport", "Economy")
    assert article.tags == ("boats",)


def test_a_source_gives_its_section_to_items_without_one() -> None:
    """The configuration's sections are for those that name none."""
    assert only(rss(item(1))).sections == ("World",)


MEDIA = [
    (
        """<media:content url="https://i.example/s.jpg" width="100" height="80" medium="image"/>
        <media:content url="https://i.example/l.jpg" width="1000" height="800" type="image/jpeg"/>""",
        [Photo("https://i.example/l.jpg", width=1000, height=800)],
    ),
    (
        """<media:group><media:content url="https://i.example/s.jpg" width="100" medium="image">
        <media:title>Boats at a pier</media:title></media:content><media:content url="https://i.example/l.jpg"
        width="900" medium="image"/><media:description>Boats, Monday. | Photo: Ann</media:description></media:group>""",
        [Photo("https://i.example/l.jpg", "Boats at a pier", "Boats, Monday.", "Ann", width=900)],
    ),
    (
        """<media:content url="https://i.example/a.jpg" medium="image"><media:description>Caption
        only</media:description><media:credit>Photo: Bo</media:credit></media:content>
        <media:thumbnail url="https://i.example/t.jpg"/>""",
        [Photo("https://i.example/a.jpg", "", "Caption only", "Bo")],
    ),
    (
        """<media:thumbnail url="/t.jpg" width="240"/><media:thumbnail url="/u.jpg" width="480"/>""",
        [Photo("https://news.example/u.jpg", width=480)],
    ),
    (
        """<media:thumbnail url="/t.jpg" width="240"/>""",
        [Photo("https://news.example/t.jpg", width=240)],
    ),
    ("""<media:content url="https://i.example/v.mp4" type="video/mp4"/>""", []),
    ("""<enclosure url="https://i.example/e.png" type="image/png" length="3"/>""", [Photo("https://i.example/e.png")]),
    ("""<enclosure url="https://i.example/talk.mp3" type="audio/mpeg" length="3"/>""", []),
    (
        """<media:content url="https://i.example/a.jpg" medium="image"/>
        <content:encoded><![CDATA[<p>x</p><img src="https://i.example/a-300x200.jpg" alt="Boats &amp; nets">]]>
        </content:encoded>""",
        [Photo("https://i.example/a.jpg", "Boats & nets")],
    ),
    ("""<media:content url="javascript:x" medium="image"/>""", []),
]


@pytest.mark.parametrize(("more", "photos"), MEDIA)
def test_photos_come_with_their_texts(more: str, photos: list[Photo]) -> None:
    """The largest first, each picture once, caption and credit apart, and never a caption as alternative text."""
    assert list(only(rss(item(1, more))).photos) == photos


@pytest.mark.parametrize(
    ("more", "sensitive"),
    [
        ('<media:rating scheme="urn:simple">adult</media:rating>', True),
        ('<media:content url="/a.jpg" medium="image"><media:rating>graphic</media:rating></media:content>', True),
        ("<category>Graphic content</category>", True),
        ('<media:rating scheme="urn:simple">nonadult</media:rating>', False),
        ("<category>Graphic novels</category>", False),
    ],
)
def test_a_warning_is_heard(more: str, sensitive: bool) -> None:
    """Ratings and tags that ask for a warning make the article sensitive."""
    assert only(rss(item(1, more))).sensitive is sensitive


@pytest.mark.parametrize(
    ("body", "embargo"),
    [
        (rss(item(1, "<dcterms:available>2026-12-01T06:00:00Z</dcterms:available>")),
         datetime(2026, 12, 1, 6, tzinfo=UTC)),
        (rss(item(1, "<dcterms:available>2026-12-01</dcterms:available>")), datetime(2026, 11, 30, 23, tzinfo=UTC)),
        (rss(item(1, "<dcterms:available>start=2026-12-01T06:00Z;</dcterms:available>")),
         datetime(2026, 12, 1, 6, tzinfo=UTC)),
        (rss(item(1, "<desk:until>2026-12-01T06:00:00Z</desk:until>")), datetime(2026, 12, 1, 6, tzinfo=UTC)),
        (rss(item(1, "<dcterms:available>2026-11-01T06:00:00Z</dcterms:available>")), None),
        (atom(f"<title>A</title><link href='{STORY}'/><published>2026-12-01T06:00:00Z</published>"),
         datetime(2026, 12, 1, 6, tzinfo=UTC)),
        (atom(f"<title>A</title><link href='{STORY}'/><published>2026-11-01T06:00:00Z</published>"), None),
    ],
)  # fmt: skip
def test_an_embargo_in_the_future_is_kept(body: bytes, embargo: datetime | None) -> None:
    """dcterms:available, an embargo's namespace, and an Atom entry dated ahead; past ones are over."""
    assert only(body).embargo == embargo


@pytest.mark.parametrize(
    ("more", "published"),
    [
        ("<pubDate>Mon, 23 Nov 2026</pubDate>", date(2026, 11, 23)),
        ("<pubDate>Mon, 23 Nov 2026 09:00:00</pubDate>", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("<pubDate>0001-01-01T00:00:00Z</pubDate>", None),
        ("", None),
    ],
)
def test_a_day_is_not_a_moment(more: str, published: object) -> None:
    """A date without an hour stays a day, and no date is not now."""
    assert only(rss(item(1, more))).published == published


def test_unusable_items_are_told_and_the_others_found() -> None:
    """No link, no title, no address of its own, or an earlier one's: a remark each, and the rest go on."""
    found = read(
        rss(
            item(1),
            "<title>Nowhere</title>",
            "<link>https://news.example/untitled</link>",
            "<title>Front</title><link>https://news.example/</link>",
            "<title>Mail</title><link>mailto:a@news.example</link>",
            item(1, "<description>again</description>"),
            item(2),
        )
    )
    assert [article.title for article in found.articles] == ["Story 1", "Story 2"]
    assert len(found.skipped) == 5
    assert any("Nowhere" in remark and "no link" in remark for remark in found.skipped)


def test_items_that_share_an_address_keep_their_own_guids() -> None:
    """A live blog's entries, all linked to one page, are told apart by GUID alone."""
    entry = "<title>{0}</title><link>https://news.example/live/vote</link><guid isPermaLink='false'>{0}</guid>"
    found = read(rss(entry.format("a"), entry.format("b")))
    assert [[key.key for key in article.keys] for article in found.articles] == [
        ["guid:news.example:a"],
        ["guid:news.example:b"],
    ]


@pytest.mark.parametrize("cut", range(200, len(rss(*(item(n) for n in range(4)))) - 7, 23))
def test_a_cut_off_document_gives_what_is_whole(cut: int) -> None:
    """Wherever the connection broke, no half item gets out."""
    body = rss(*(item(n) for n in range(4)))
    whole = read(body).articles
    try:
        found = read(body[:cut])
    except DocumentError:
        assert b"<item>" not in body[:cut]
        return
    assert not found.whole
    assert CUT_SHORT in found.skipped
    assert found.articles == whole[: len(found.articles)]
    assert len(found.articles) >= body[:cut].count(b"</item>") - 1


def test_a_cut_off_json_feed_gives_what_is_whole() -> None:
    """Of a JSON Feed too."""
    items = [{"id": str(n), "url": f"{STORY}-{n}", "title": f"Story {n}"} for n in range(4)]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
    found = read(body[:-30])
    assert [article.title for article in found.articles] == ["Story 0", "Story 1", "Story 2"]
    assert not found.whole


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "answered an HTML page, not a feed"),
        (b"<?xml version='1.0'?>\n<!-- x --><html xmlns='http://www.w3.org/1999/xhtml'/>", "answered an HTML page"),
        (b"", "answered an empty document"),
        (b"hello", "not a feed"),
        (b"{}", "JSON that is not a feed"),
        (b'{"items": 3}', "JSON that is not a feed"),
        (b"{" * 100_000, "JSON that is not a feed"),
        (b"<sitemap/>", "not a feed"),
    ],
)
def test_what_is_no_feed_is_said(body: bytes, said: str) -> None:
    """A sign-in page, an empty body or rubbish is an error in words."""
    with pytest.raises(DocumentError, match=said):
        read(body)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 50}">' for n in range(8))
    + "]><rss><channel><item><title>&i;</title><link>https://news.example/a</link></item></channel></rss>"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_entity_bomb_is_refused(encoding: str) -> None:
    """Entities that would fill the memory are never expanded."""
    begun = time.monotonic()
    with pytest.raises(DocumentError, match="entities of its own"):
        read(BOMB.encode(encoding))
    assert time.monotonic() - begun < 1


def test_a_file_named_by_an_entity_is_not_read() -> None:
    """A document cannot make us open a file."""
    body = rss(item(1)).replace(b"<rss", b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss')
    with pytest.raises(DocumentError):
        read(body)


def test_an_old_document_type_is_harmless() -> None:
    """The DTD of RSS 0.91 is neither fetched nor a reason to refuse."""
    dtd = b'<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss.dtd"><rss'
    assert only(rss(item(1)).replace(b"<rss", dtd)).title == "Story 1"


@pytest.mark.parametrize(
    ("encoding", "charset"),
    [("iso-8859-1", ""), ("windows-1252", ""), ("utf-16", ""), ("", "iso-8859-15"), ("", "")],
)
def test_encodings_are_heard(encoding: str, charset: str) -> None:
    """By byte order mark, declaration, header, and without any of them by what fits."""
    text = f'<?xml version="1.0"?><rss><channel><item><title>Früh</title><link>{STORY}</link></item></channel></rss>'
    text = text.replace('"1.0"', f'"1.0" encoding="{encoding}"') if encoding else text
    assert read(text.encode(encoding or charset or "cp1252"), charset=charset).articles[0].title == "Früh"


@pytest.mark.parametrize(
    "body",
    [
        b"<br />\n<b>Warning</b>: a script complains\n" + rss(item(1)),
        b"\n\n  " + rss(item(1)),
        b"\xef\xbb\xbf" + rss(item(1)),
        rss(item(1, "<media:none><undeclared:x>y</undeclared:x></media:none>")),
        rss(item(1, "<description><p>unclosed <b>markup</p></description>")),
        rss(item(1)).replace(b" version", b" broken version"),
    ],
)
def test_common_mistakes_are_forgiven(body: bytes) -> None:
    """What stands before the document, undeclared prefixes and broken markup cost no item."""
    assert [article.title for article in read(body).articles] == ["Story 1"]


def test_a_feed_in_no_known_form_is_read_by_feedparser() -> None:
    """What we do not read ourselves is still read."""
    body = f"<channel><item><title>Old</title><link>{STORY}</link></item></channel>".encode()
    assert only(body).url == STORY


@pytest.mark.parametrize("body", [RSS, ATOM, RDF, rss(item(1, "<guid isPermaLink='false'>41</guid>"), item(2))])
def test_both_readers_give_the_same_keys(body: bytes) -> None:
    """A feed that changes readers from one poll to the next brings no story twice."""
    url = WORLD.url
    ours, theirs = xml_feed.read(body.decode(), url), loose_feed.read(body.decode(), url)
    named = [[keys(e.link, e.guid, "", url, permalink=e.permalink) for e in d.entries] for d in (ours, theirs)]
    assert [[k.key for k in one] for one in named[0]] == [[k.key for k in one] for one in named[1]]


_json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_names = ("id", "url", "title", "summary", "content_html", "authors", "author", "tags", "image", "attachments",
          "date_published", "language")  # fmt: skip


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(_names, _json)))
def test_no_json_is_too_odd(odd: dict[str, Any]) -> None:
    """An item of the wrong shape never takes the others with it."""
    good = {"id": "9", "url": f"{STORY}-9", "title": "Good"}
    found = read(json.dumps({"items": [odd, 3, None, good]}).encode())
    assert "Good" in [article.title for article in found.articles]


@given(st.text(max_size=200))
def test_no_item_is_too_odd(text: str) -> None:
    """Neither does an RSS item full of anything."""
    odd = text.replace("<", "").replace("&", "").replace("]]>", "")
    tags = ("title", "link", "guid", "pubDate", "category", "description", "dc:creator")
    found = read(rss("".join(f"<{tag}>{odd}</{tag}>" for tag in tags), item(1)))
    assert "Story 1" in [article.title for article in found.articles]
