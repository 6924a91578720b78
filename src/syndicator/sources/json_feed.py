"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1, read 2026-11)."""

import json
import re
from typing import Any

from syndicator.sources.entry import Document, DocumentError, Entry, Picture
from syndicator.sources.identity import absolute
from syndicator.sources.media import is_image
from syndicator.sources.plain import kept

_ITEMS = re.compile(r'"items"\s*:\s*\[')
_HUBS = frozenset({"websub", "pubsubhubbub"})  # other types are other protocols
_BETWEEN = re.compile(r"[\s,]*")
_MARK = re.compile(r'[\[\]{}]|"(?:[^"\\]++|\\.)*+(?:"|\Z)', re.DOTALL)


def read(text: str, url: str) -> Document:
    """The items of a JSON Feed; of a broken document, those that are whole. Raises DocumentError."""
    try:
        feed = json.loads(text, strict=False)
        whole = True
    except (ValueError, RecursionError):
        items, whole = _saved(text)
        feed = {"items": items}
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise DocumentError("answered JSON that is not a feed")
    language = _str(feed, "language")
    entries = [_entry(item, url, language) for item in feed["items"] if isinstance(item, dict)]
    hubs = (_str(hub, "url") for hub in _dicts(feed, "hubs") if _str(hub, "type").lower() in _HUBS)
    topic = _str(feed, "feed_url")
    return Document(entries, whole, tuple(absolute(url, hub) for hub in hubs if hub), absolute(url, topic))


def _saved(text: str) -> tuple[list[Any] | None, bool]:
    """The items that can be read, and whether their list has its end; a broken item becomes an empty one."""
    start = _ITEMS.search(text)
    if start is None:
        return None, False
    decoder, at, found = json.JSONDecoder(strict=False), start.end(), list[Any]()
    while (at := _end(_BETWEEN, text, at)) < len(text) and text[at] != "]":
        try:
            item, after = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            item, after = {}, _past(text, at)
            if after < 0:
                return found, False
        found.append(item)
        at = after
    return found, at < len(text)


def _past(text: str, at: int) -> int:
    """Where the object or list that begins at `at` ends, whatever is in it; -1 when it does not.

    Of what is neither, where the next object begins.
    """
    if text[at] not in "[{":
        return text.find("{", at)
    depth = 0
    for mark in _MARK.finditer(text, at):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark[0], 0)
        if depth == 0:
            return mark.end()
    return -1


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _entry(item: dict[str, Any], url: str, language: str) -> Entry:
    guid = _str(item, "id")
    link = _str(item, "url") or (guid if guid.startswith(("http://", "https://")) else "")
    return Entry(
        link=absolute(url, link),
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
    found = [Picture(absolute(url, _str(item, name))) for name in ("image", "banner_image") if _str(item, name)]
    attached = [(_str(part, "url"), _str(part, "mime_type")) for part in _dicts(item, "attachments")]
    return found + [
        Picture(absolute(url, address), 2) for address, kind in attached if address and is_image(address, kind)
    ]


def _str(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    if isinstance(value, str):
        return kept(value).strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _list(item: dict[str, Any], name: str) -> list[Any]:
    value = item.get(name)
    return value if isinstance(value, list) else [value] if value else []


def _dicts(item: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [value for value in _list(item, name) if isinstance(value, dict)]
