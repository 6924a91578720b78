"""What a Bluesky server asks of a post's record when it is written. Sources: the lexicons app/bsky/feed/post.json and
app/bsky/embed/{images,external}.json of github.com/bluesky-social/atproto, read 2026-11.
"""

import base64
import re
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

from syndicator.sandbox.network import library
from syndicator.sandbox.store import StoredMedia

POST = "app.bsky.feed.post"
TID = re.compile("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
TEXT_GRAPHEMES, TEXT_BYTES = 300, 3000
LANGS, IMAGES = 3, 4
IMAGE_BYTES, THUMB_BYTES = 2_000_000, 1_000_000

Blob = Callable[[str], StoredMedia | None]


class RecordError(ValueError):
    """A record the server refuses; `name` is the error's name on the wire."""

    def __init__(self, message: str, name: str = "InvalidRequest") -> None:
        super().__init__(message)
        self.name = name


def check(
    record: Any, blob: Blob, graphemes: Callable[[str], int], moment_of: Callable[[str], datetime | None]
) -> dict[str, Any]:
    """The record when it keeps every rule; RecordError otherwise. `blob` gives an uploaded photo by its CID."""
    if not isinstance(record, dict) or record.get("$type", POST) != POST:
        raise RecordError(f"Invalid $type: expected {POST}")
    text = record.get("text")
    if not isinstance(text, str):
        raise _invalid('Missing required key "text"')
    _at_most("string", TEXT_BYTES, len(text.encode("utf-8", "surrogatepass")))
    _at_most("grapheme", TEXT_GRAPHEMES, graphemes(text))
    _at_most("array", LANGS, len(record.get("langs") or ()))
    created = str(record.get("createdAt", ""))
    if "T" not in created or not re.search(r"(Z|[+-]\d\d:\d\d)$", created) or moment_of(created) is None:
        raise _invalid("Invalid datetime at $.createdAt")
    for facet in record.get("facets") or ():
        _check_facet(facet, len(text.encode("utf-8", "surrogatepass")))
    for label in (record.get("labels") or {}).get("values", ()):
        if not isinstance(label.get("val"), str):
            raise _invalid('Missing required key "val" at $.labels.values')
    _check_embed(record.get("embed") or {}, blob)
    return {"$type": POST, **record}


def links_of(record: dict[str, Any]) -> tuple[str, ...]:
    """The addresses a reader can follow: those of facets, then that of the card."""
    features = [feature for facet in record.get("facets") or () for feature in facet["features"]]
    card = (record.get("embed") or {}).get("external") or {}
    return tuple(dict.fromkeys(one["uri"] for one in (*features, card) if "uri" in one))


def content_id(value: Any, codec: int = 0x71) -> str:
    """The CIDv1 (base32, sha2-256) of bytes or of a record in DAG-CBOR."""
    data = value if isinstance(value, bytes) else library("libipld").encode_dag_cbor(value)
    return "b" + base64.b32encode(bytes([1, codec, 0x12, 32]) + sha256(data).digest()).decode().lower().rstrip("=")


def _check_facet(facet: Any, end: int) -> None:
    index = facet.get("index") or {}
    start, stop = index.get("byteStart"), index.get("byteEnd")
    if not (isinstance(start, int) and isinstance(stop, int) and 0 <= start <= stop):
        raise _invalid("Invalid byte slice at $.facets")
    if stop > end or not all(isinstance(one.get("$type"), str) for one in facet.get("features") or ()):
        raise _invalid("Invalid facet at $.facets")


def _check_embed(embed: dict[str, Any], blob: Blob) -> None:
    kind = embed.get("$type")
    if kind == "app.bsky.embed.images":
        _at_most("array", IMAGES, len(embed.get("images") or ()))
        for image in embed.get("images") or ():
            if not isinstance(image.get("alt"), str):
                raise _invalid('Missing required key "alt" at $.embed.images')
            _check_blob(image.get("image"), IMAGE_BYTES, blob)
    elif kind == "app.bsky.embed.external":
        external = embed.get("external") or {}
        missing = [name for name in ("uri", "title", "description") if not isinstance(external.get(name), str)]
        if missing:
            raise _invalid(f'Missing required key "{missing[0]}" at $.embed.external')
        if "thumb" in external:
            _check_blob(external["thumb"], THUMB_BYTES, blob)


def _check_blob(named: Any, limit: int, blob: Blob) -> None:
    try:
        cid = named["ref"]["$link"]
    except (TypeError, KeyError) as error:
        raise _invalid("Expected a blob ref at $.embed") from error
    found = blob(cid)
    if found is None:
        raise RecordError(f"Could not find blob: {cid}", "BlobNotFound")
    if not found.mime.startswith("image/") or named.get("mimeType") != found.mime:
        raise RecordError(f"Wrong mimetype, expected image/*, got {found.mime}", "InvalidMimeType")
    if found.bytes > limit:
        raise RecordError(f"This file is too large. It is {found.bytes} bytes, the maximum is {limit}", "InvalidSize")


def _at_most(what: str, limit: int, count: int) -> None:
    if count > limit:
        raise _invalid(f"{what} too big (maximum {limit}, got {count})")


def _invalid(reason: str) -> RecordError:
    return RecordError(f"Invalid {POST} record: {reason}")
