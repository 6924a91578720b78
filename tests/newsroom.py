"""A newsroom for the tests of rendering: one article, one photo, five platforms."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from syndicator.models import Article, Features, Media, Photo
from syndicator.render import Renderer

FEATURES = {
    "x": Features("x", "X", "X", "weighted", 280),
    "facebook_page": Features("facebook_page", "Facebook", "f", "utf16", 63206, links="attached"),
    "mastodon": Features("mastodon", "Mastodon", "m", "graphemes", 500, link_cost=23, warnings=True, alt_limit=1500),
    "bluesky": Features("bluesky", "Bluesky", "b", "graphemes", 300, byte_limit=3000, links="card"),
    "memory": Features("memory", "Memory", "y", "codepoints", 300),
}
SMALL = Features("memory", "Memory", "y", "codepoints", 60)
URL = "https://www.example.com/news/bridge"
PHOTO = Photo(URL + ".jpg", alt="A bridge", caption="The bridge", credit="Maria Example")
MEDIA = (Media("0" * 64, "image/jpeg", 1600, 900, alt="A bridge", credit="Maria Example"),)
THUMB = Media("1" * 64, "image/jpeg", 600, 315)
ARTICLE = Article(
    URL,
    "Council approves bridge",
    "It was a narrow vote.",
    authors=("Maria Example", "Jonas Muster"),
    sections=("News > World", "Politics"),
    tags=("Town council", "traffic", "Traffic", "2027", "Bridges"),
    labels=("Opinion",),
    language="de",
    photos=(PHOTO,),
    published=datetime(2026, 11, 23, 23, 5, tzinfo=UTC),
    source="world",
)


def renderer(*paths: Path, utm: Mapping[str, str] | None = None) -> Renderer:
    """A newsroom in Berlin."""
    zone = ZoneInfo("Europe/Berlin")
    return Renderer(paths, newsroom="Example Daily", language="en", zone=zone, utm=utm or {})
