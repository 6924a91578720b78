"""How X counts a text and how its API gives one back. Sources: docs.x.com/fundamentals/counting-characters and
docs.x.com/x-api/fundamentals/data-dictionary, read 2026-11.
"""

import base64
from hashlib import sha256
from html import escape
from typing import Any

from syndicator.sandbox.network import library


def weight(text: str) -> int:
    """The weighted length. Newlines are normalised first: the library counts CRLF as one."""
    plain = text.replace("\r\n", "\n\n")
    return int(library("twitter_text").parse_tweet(plain).weightedLength)


def shorten(text: str, seed: str) -> tuple[str, list[dict[str, Any]]]:
    """The text as the API gives it back (links as t.co addresses, & < > as entities) and its `entities.urls`."""
    wire, urls, end = "", [], 0
    for number, found in enumerate(library("twitter_text").extract_urls_with_indices(text)):
        start, stop = found["indices"]
        wire += escape(text[end:start], quote=False)
        link = found["url"] if "://" in found["url"] else f"http://{found['url']}"
        short = _short(f"{seed}/{number}")
        shown = {"url": short, "expanded_url": link, "display_url": link.partition("://")[2][:27]}
        urls.append({"start": len(wire), "end": len(wire) + len(short), **shown})
        wire, end = wire + short, stop
    return wire + escape(text[end:], quote=False), urls


def with_pictures(
    wire: str, urls: list[dict[str, Any]], pictures: str, seed: str, keys: list[str]
) -> tuple[str, list[dict[str, Any]]]:
    """The same with the address of the post's pictures at the end, as X adds it to a post with media."""
    short = _short(f"{seed}/photo")
    whole = f"{wire} {short}" if wire else short
    place = {"start": len(whole) - len(short), "end": len(whole), "url": short, "expanded_url": pictures}
    return whole, [*urls, *({**place, "display_url": f"pic.x.com/{short[-10:]}", "media_key": key} for key in keys)]


def _short(seed: str) -> str:
    return "https://t.co/" + base64.b32encode(sha256(seed.encode()).digest()).decode()[:10]
