"""Feeds and pages of an invented newsroom, for the tests."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from syndicator.models import Source
from syndicator.sources import feed
from syndicator.sources.entry import Payload
from syndicator.sources.feed import Found

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
WORLD = Source("world", "https://news.example/feed", sections=("World",))

SPACES = (
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:desk="https://news.example/ns/embargo"'
)


def rss(*items: str, head: str = "<language>en-gb</language>") -> bytes:
    """An RSS 2.0 document with these items."""
    listed = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?>\n<rss version="2.0" {SPACES}><channel>{head}{listed}</channel></rss>'.encode()


def item(number: int, more: str = "") -> str:
    """The inside of a plain RSS item."""
    return f"<title>Story {number}</title><link>https://news.example/world/story-{number}</link>{more}"


def atom(*entries: str) -> bytes:
    """An Atom document with these entries."""
    listed = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB" {SPACES}>{listed}</feed>'.encode()


def read(body: bytes, source: Source = WORLD, *, charset: str = "", now: datetime = NOW) -> Found:
    """What a document holds, fetched from the source's own address."""
    return feed.read(Payload(body, source.url, charset, now), source, BERLIN)
