"""Feeds in no form that we read ourselves, by feedparser: slow, and content with almost anything."""

from io import BytesIO
from typing import Any

from syndicator.sources.entry import Document, DocumentError, Entry, Picture
from syndicator.sources.media import is_image

MOST = 200_000  # characters: it reads some 150,000 a second


def read(text: str, url: str) -> Document:
    """The items that feedparser finds. Raises DocumentError when there is no feed at all."""
    import feedparser

    if "<!ENTITY" in text.upper():
        raise DocumentError("declares entities of its own, which is refused")
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    # A stream, never a string: feedparser would open a string that looks like an address or a file's name.
    found = feedparser.parse(
        BytesIO(text[:MOST].encode("utf-8", "replace")), response_headers=headers, sanitize_html=False
    )
    if not found.get("version") and not found.entries:
        raise DocumentError("answered something that is not a feed")
    language = found.feed.get("language", "")
    links = [(link.get("rel"), link.get("href", "")) for link in found.feed.get("links", ())]
    hubs = tuple(href for rel, href in links if rel == "hub" and href)
    return Document(
        [_entry(item, language) for item in found.entries],
        len(text) <= MOST,
        hubs=hubs,
        topic=next((href for rel, href in links if rel == "self"), ""),
    )


def _entry(item: Any, language: str) -> Entry:
    return Entry(
        link=item.get("link", ""),
        guid=item.get("id", ""),
        permalink=bool(item.get("guidislink", True)),
        title=item.get("title", ""),
        summary=item.get("summary", ""),
        content=next((part.get("value", "") for part in item.get("content", ())), ""),
        authors=[author.get("name", "") for author in item.get("authors", ())],
        categories=[
            (tag.get("scheme") or "", tag.get("label") or tag.get("term") or "") for tag in item.get("tags", ())
        ],
        language=item.get("language", "") or language,
        published=item.get("published", "") or item.get("updated", ""),
        # Not item.get: feedparser would give the time of publication for a missing one.
        updated=dict.get(item, "updated", ""),
        embargo=item.get("dcterms_available", ""),
        ratings=[item.get("media_rating", {}).get("content", "")],
        pictures=_pictures(item),
    )


def _pictures(item: Any) -> list[Picture]:
    listed = [(0, part) for part in item.get("media_content", ())] + [(1, p) for p in item.get("media_thumbnail", ())]
    listed += [(2, {"url": part.get("href", ""), **part}) for part in item.get("enclosures", ())]
    return [
        Picture(part["url"], rank, _size(part.get("width")), _size(part.get("height")))
        for rank, part in listed
        if part.get("url") and (rank == 1 or is_image(part["url"], part.get("type", ""), part.get("medium", "")))
    ]


def _size(text: Any) -> int:
    return int(text) if str(text).isdigit() and len(str(text)) < 6 else 0
