"""Every type of source that is polled, and every way of writing it, against the one contract."""

import json
from collections.abc import Callable
from html import escape

from syndicator.sources import TYPES
from tests.sources.contract import Contract, Item, remember
from tests.sources.documents import SPACES
from tests.sources.newsroom_server import Answer, Newsroom, reply

NEWS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


class TestRss(Contract):
    """RSS 2.0."""

    type = "feed"
    kind = "application/rss+xml"
    lacking = "has no title"

    def item(self, one: Item) -> str:
        """One item."""
        return f"<item><title>{escape(one.title)}</title><link>{escape(one.link)}</link></item>"

    def written(self, listed: list[str]) -> bytes:
        """A document of written items."""
        return f'<rss version="2.0" {SPACES}><channel>{"".join(listed)}</channel></rss>'.encode()

    def document(self, listed: list[Item]) -> bytes:
        """A document with these items."""
        return self.written([self.item(one) for one in listed])

    def broken(self, listed: list[Item]) -> bytes:
        """The second has no title."""
        first, *others = [self.item(one) for one in listed]
        return self.written([first, "<item><link>/world/nameless-story</link></item>", *others])


class TestAtom(TestRss):
    """Atom."""

    kind = "application/atom+xml"
    lacking = "has no link"

    def item(self, one: Item) -> str:
        """One entry."""
        return f'<entry><title>{escape(one.title)}</title><link href="{escape(one.link)}"/></entry>'

    def written(self, listed: list[str]) -> bytes:
        """A document of written entries."""
        return f'<feed xmlns="http://www.w3.org/2005/Atom">{"".join(listed)}</feed>'.encode()

    def broken(self, listed: list[Item]) -> bytes:
        """The second has no link."""
        first, *others = [self.item(one) for one in listed]
        return self.written([first, "<entry><title>Nowhere</title></entry>", *others])


class TestJsonFeed(Contract):
    """JSON Feed."""

    type = "feed"
    kind = "application/feed+json"
    lacking = "has no link"

    def written(self, listed: list[dict[str, str]]) -> bytes:
        """A document of written items."""
        return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": listed}).encode()

    def document(self, listed: list[Item]) -> bytes:
        """A document with these items."""
        return self.written([{"url": one.link, "title": one.title} for one in listed])

    def broken(self, listed: list[Item]) -> bytes:
        """The second has no address."""
        first, *others = [{"url": one.link, "title": one.title} for one in listed]
        return self.written([first, {"title": "Nowhere"}, *others])


class TestNewsSitemap(TestRss):
    """A news sitemap."""

    type = "sitemap"
    kind = "application/xml"
    lacking = "has no link"

    def item(self, one: Item) -> str:
        """One entry."""
        return (
            f"<url><loc>{escape(one.link)}</loc><news:news><news:publication><news:name>N</news:name>"
            "<news:language>en</news:language></news:publication><news:publication_date>2026-11-23T09:00:00Z"
            f"</news:publication_date><news:title>{escape(one.title)}</news:title></news:news></url>"
        )

    def written(self, listed: list[str]) -> bytes:
        """A document of written entries."""
        return f'<?xml version="1.0"?><urlset {NEWS}>{"".join(listed)}</urlset>'.encode()

    def broken(self, listed: list[Item]) -> bytes:
        """The second has no address."""
        first, *others = [self.item(one) for one in listed]
        return self.written([first, "<url><news:news><news:title>Nowhere</news:title></news:news></url>", *others])


class TestPlainSitemap(TestNewsSitemap):
    """A sitemap of addresses alone."""

    def item(self, one: Item) -> str:
        """One entry."""
        return f"<url><loc>{escape(one.link)}</loc><lastmod>2026-11-23T09:00:00Z</lastmod></url>"

    def broken(self, listed: list[Item]) -> bytes:
        """The second has no address."""
        first, *others = [self.item(one) for one in listed]
        return self.written([first, "<url><lastmod>2026-11-23T09:00:00Z</lastmod></url>", *others])


class TestSitemapIndex(TestNewsSitemap):
    """An index before a news sitemap: what holds for a document holds for what it leads to."""

    index = (
        f"<sitemapindex {NEWS}><sitemap><loc>/news-1.xml</loc><lastmod>2026-11-23T13:00:00Z</lastmod></sitemap>"
        "</sitemapindex>"
    ).encode()

    def serve(self, room: Newsroom, body: bytes, answer: Callable[[bytes], Answer] | None = None) -> None:
        """What a test asks of the answer is asked of the sitemap; where it asks, the index has an ETag of its own."""
        room.pages["/news-1.xml"] = answer(body) if answer else reply(200, body, Content_Type=self.kind)
        own = remember(self.index, self.kind) if answer else reply(200, self.index, Content_Type=self.kind)
        room.pages["/source"] = own


class TestPage(Contract):
    """A section page."""

    type = "page"
    kind = "text/html"
    select = "main h2"
    lacking = "has no link"

    def written(self, listed: list[str]) -> bytes:
        """A page of written teasers."""
        return (
            '<!doctype html><html lang="en"><body><nav><a href="/sport">Sport</a></nav><main>'
            f"{''.join(listed)}</main></body></html>"
        ).encode()

    def item(self, one: Item) -> str:
        """One teaser."""
        return f'<div><h2><a href="{escape(one.link)}">{escape(one.title)}</a></h2><p>Words.</p></div>'

    def document(self, listed: list[Item]) -> bytes:
        """A page with these teasers."""
        return self.written([self.item(one) for one in listed])

    def broken(self, listed: list[Item]) -> bytes:
        """The second leads nowhere."""
        first, *others = [self.item(one) for one in listed]
        return self.written([first, "<h2>Nowhere</h2>", *others])


def test_every_polled_type_is_held_to_the_contract() -> None:
    """A new type is not polled without passing it."""
    held = {suite.type for name, suite in globals().items() if name.startswith("Test")}
    assert held == {name for name, kind in TYPES.items() if kind.polled}
