"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1, read 2026-11)."""

import json
import re
from typing import Any
from urllib.parse import urljoin

from syndicator.sources.entry import Document, DocumentError, Entry, Picture
from syndicator.sources.media import is_image

_ITEMS = re.compile(r'"items"\s*:\s*\[')
_HUBS = frozenset({"websub", "pubsubhubbub"})  # other types are other protocols
_BETWEEN = re.compile(r"[\s,]*")


def read(text: str, url: str) -> Document:
    """The items of a JSON Feed; of a document cut short, those that are whole. Raises DocumentError."""
    try:
        feed = json.loads(text, strict=False)
        whole = True
    except (ValueError, RecursionError):
        feed, whole = {"items": _saved(text), "language": ""}, False
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise DocumentError("answered JSON that is not a feed")
    language = _str(feed, "language")
    entries = [_entry(item, url, language) for item in feed["items"] if isinstance(item, dict)]
    hubs = (_str(hub, "url") for hub in _dicts(feed, "hubs") if _str(hub, "type").lower() in _HUBS)
    topic = _str(feed, "feed_url")
    return Document(
        entries, whole, tuple(urljoin(url, hub) for hub in hubs if hub), urljoin(url, topic) if topic else ""
    )


def _saved(text: str) -> list[Any] | None:
    start = _ITEMS.search(text)
    if start is None:
        return None
    decoder, at, found = json.JSONDecoder(strict=False), start.end(), list[Any]()
    while True:
        try:
            item, at = decoder.raw_decode(text, _end(_BETWEEN, text, at))
        except (ValueError, RecursionError):
            return found
        found.append(item)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _entry(item: dict[str, Any], url: str, language: str) -> Entry:
    guid = _str(item, "id")
    link = _str(item, "url") or (guid if guid.startswith(("http://", "https://")) else "")
    return Entry(
        link=urljoin(url, link) if link else "",
        guid=guid,
        title=_str(item, "title"),
        summary=_str(item, "summary") or _str(item, "content_text"),
        content=_str(item, "content_html"),
        authors=[_str(author, "name") for author in (*_dicts(item, "authors"), *_dicts(item, "author"))],
        categories=[("", tag) for tag in _list(item, "tags") if isinstance(tag, str)],
        language=_str(item, "language") or language,
        published=_str(item, "date_published"),
        updated=_str(item, "date_modified"),
        pictures=_pictures(item, url),
    )


def _pictures(item: dict[str, Any], url: str) -> list[Picture]:
    found = [Picture(urljoin(url, _str(item, name))) for name in ("image", "banner_image") if _str(item, name)]
    attached = [(_str(part, "url"), _str(part, "mime_type")) for part in _dicts(item, "attachments")]
    return found + [
        Picture(urljoin(url, address), 2) for address, kind in attached if address and is_image(address, kind)
    ]


def _str(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _list(item: dict[str, Any], name: str) -> list[Any]:
    value = item.get(name)
    return value if isinstance(value, list) else [value] if value else []


def _dicts(item: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [value for value in _list(item, name) if isinstance(value, dict)]
