"""A post as a record of Bluesky: a plain object that gives the same bytes on every try."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from syndicator.adapters.times import moment
from syndicator.errors import Rejected
from syndicator.models import Media, Post

COLLECTION = "app.bsky.feed.post"
Upload = Callable[[Media], Any]

# 53 bits of microseconds and ten of the writer's: atproto.com/specs/tid, read 2026-11.
_TID = re.compile("[2-7a-j][2-7a-z]{12}")
_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def record(post: Post, upload: Upload) -> dict[str, Any]:
    """The record of a post, its photos given to `upload`. Raises Rejected for a post without key or time."""
    if not post.record_key or post.created_at is None:
        raise Rejected("the post has no record key or no time of its own", code="no_record_key")
    label = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "graphic-media"}]}
    found = {
        "$type": COLLECTION,
        "text": post.text,
        "createdAt": post.created_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "langs": [post.language] if post.language else None,
        "facets": facets(post.text, post.link),
        "embed": _embed(post, upload),
        "labels": label if post.sensitive else None,
    }
    return {name: value for name, value in found.items() if value or name == "text"}


def _embed(post: Post, upload: Upload) -> dict[str, Any] | None:
    """Photos or a card: the network takes one embed."""
    if post.media:
        return {"$type": "app.bsky.embed.images", "images": [_image(photo, upload) for photo in post.media]}
    if post.card is None:
        return None
    external = {"uri": post.card.url, "title": post.card.title, "description": post.card.text}
    if post.card.thumb is not None:
        external["thumb"] = upload(post.card.thumb)
    return {"$type": "app.bsky.embed.external", "external": external}


def _image(photo: Media, upload: Upload) -> dict[str, Any]:
    image: dict[str, Any] = {"alt": photo.alt, "image": upload(photo)}
    if photo.width > 0 and photo.height > 0:
        image["aspectRatio"] = {"width": photo.width, "height": photo.height}
    return image


def facets(text: str, link: str = "") -> list[dict[str, Any]]:
    """The links and hashtags of a text in its order, with offsets in UTF-8 bytes.

    `link`, where the text prints it, is taken whole; everything else as the library finds it.
    """
    from atproto_client.models.utils import get_model_as_dict
    from atproto_client.utils.facet_detection import detect_facets

    found = [get_model_as_dict(facet) for facet in detect_facets(text)]
    if link:
        ours = [_link(text, match.start(), link) for match in re.finditer(re.escape(link) + r"(?![\w/])", text)]
        found = [facet for facet in found if not any(_overlap(facet, mine) for mine in ours)] + ours
    return sorted(found, key=lambda facet: int(facet["index"]["byteStart"]))


def _link(text: str, start: int, uri: str) -> dict[str, Any]:
    kind = "app.bsky.richtext.facet"
    first = len(text[:start].encode())
    index = {"$type": f"{kind}#byteSlice", "byteStart": first, "byteEnd": first + len(uri.encode())}
    return {"$type": kind, "features": [{"$type": f"{kind}#link", "uri": uri}], "index": index}


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    first, second = one["index"], other["index"]
    return bool(first["byteStart"] < second["byteEnd"] and second["byteStart"] < first["byteEnd"])


# ---------------------------------------------------------------------------------------------- as listed


def key_of(listed: Mapping[str, Any]) -> str:
    """The key of a record as the server lists it."""
    return str(listed["uri"]).rpartition("/")[2]


def key_time(listed: Mapping[str, Any]) -> datetime | None:
    """When the key was made, in UTC; None where it is no TID."""
    key = key_of(listed)
    if not _TID.fullmatch(key):
        return None
    number = sum(_LETTERS.index(letter) << 5 * place for place, letter in enumerate(reversed(key)))
    return _EPOCH + timedelta(microseconds=number >> 10)


def time_of(listed: Mapping[str, Any]) -> datetime | None:
    """The later of the record's own time and its key's, in UTC; None where neither can be read."""
    own = moment(str(listed["value"].get("createdAt")), _EPOCH)
    return max(filter(None, (own, key_time(listed))), default=None)


def links_of(listed: Mapping[str, Any]) -> frozenset[str]:
    """The full addresses of a record's links and of its card."""
    value = listed["value"]
    embed = value.get("embed") or {}
    card = (embed.get("media") or embed).get("external") or {}
    return frozenset(str(uri) for uri in (card.get("uri"), *_linked(value.get("facets") or ())) if uri)


def _linked(facets: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    for facet in facets:
        yield from (feature.get("uri") for feature in facet.get("features") or ())
