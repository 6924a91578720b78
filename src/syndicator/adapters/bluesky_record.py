"""A post as a record of Bluesky: a plain object that gives the same bytes on every try."""

import re
from collections.abc import Callable
from datetime import UTC
from typing import Any

from syndicator.errors import Rejected
from syndicator.models import Media, Post

COLLECTION = "app.bsky.feed.post"
Upload = Callable[[Media], Any]


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
