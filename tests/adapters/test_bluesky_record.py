"""Posts as records of Bluesky."""

from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.adapters.bluesky_record import facets, record
from syndicator.errors import Rejected
from syndicator.models import Card, Media, Post

from .places import LINK, photo

AT = datetime(2026, 11, 23, 15, 5, 9, 123456, tzinfo=timezone(timedelta(hours=1)))


def blob(media: Media) -> dict[str, object]:
    """What the network answers to an upload."""
    return {"$type": "blob", "ref": {"$link": media.sha256}, "mimeType": media.mime, "size": len(media.data)}


def post(text: str = "Harbour reopens", **more: Any) -> Post:
    """A post of the newsroom with a key and a time."""
    return Post(text, **{"record_key": "3mabcdefghij2", "created_at": AT, **more})


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (post(), {}),
        (post(language="pt-BR"), {"langs": ["pt-BR"]}),
        (
            post(sensitive=True),
            {"labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "graphic-media"}]}},
        ),
        (
            post(link=LINK, card=Card(LINK, "Title", "Text")),
            {
                "embed": {
                    "$type": "app.bsky.embed.external",
                    "external": {"uri": LINK, "title": "Title", "description": "Text"},
                }
            },
        ),
    ],
)
def test_record(one: Post, expected: dict[str, object]) -> None:
    """A record holds what the post has and nothing else, with its time in UTC to the millisecond."""
    head = {"$type": "app.bsky.feed.post", "text": "Harbour reopens", "createdAt": "2026-11-23T14:05:09.123Z"}
    assert record(one, blob) == head | expected


def test_photos_and_thumbnails() -> None:
    """Photos come with alt text and shape and before any card; a card carries its thumbnail."""
    picture = photo("Dawn")
    card = Card(LINK, "Title", "Text", picture)
    photos = record(post(media=(picture,), card=card), blob)["embed"]
    external = record(post(card=card), blob)["embed"]["external"]
    assert photos["images"] == [{"alt": "Dawn", "image": blob(picture), "aspectRatio": {"width": 640, "height": 360}}]
    assert external["thumb"] == blob(picture)


@pytest.mark.parametrize("one", [post(record_key=""), post(created_at=None)])
def test_post_without_key_or_time(one: Post) -> None:
    """Without a key of its own a resend would be a second post: refused."""
    with pytest.raises(Rejected):
        record(one, blob)


@pytest.mark.parametrize(
    ("text", "link", "found"),
    [
        ("no links", "", []),
        (f"Größe 👩🏽‍🚀 {LINK}", LINK, [LINK]),
        (f"({LINK}).", LINK, [LINK]),
        ("see https://a.example/x_(y).", "https://a.example/x_(y)", ["https://a.example/x_(y)"]),
        ("see https://a.example/x.", "https://a.example/x.", ["https://a.example/x."]),
        ("see https://a.example/xy", "https://a.example/x", ["https://a.example/xy"]),
        ("local http://127.0.0.1:8000/a?b=1&c=ü", "", ["http://127.0.0.1:8000/a?b=1&c=ü"]),
        ("über #Häfen und #Meer!", "", ["#Häfen", "#Meer"]),
        (f"#Hafen {LINK} {LINK}", LINK, ["#Hafen", LINK, LINK]),
    ],
)
def test_facets(text: str, link: str, found: list[str]) -> None:
    """Links and hashtags are marked by their place in UTF-8 bytes; the post's own link is taken whole."""
    spans = [(one["index"]["byteStart"], one["index"]["byteEnd"]) for one in facets(text, link)]
    assert [text.encode()[start:end].decode() for start, end in spans] == found


@given(st.text(max_size=60), st.text(max_size=60))
def test_facets_point_at_the_link(before: str, after: str) -> None:
    """Whatever stands around it, the link is marked at its own bytes, and no two marks overlap."""
    text = f"{before} {LINK} {after}"
    spans = [(one["index"]["byteStart"], one["index"]["byteEnd"]) for one in facets(text, LINK)]
    assert LINK in [text.encode()[start:end].decode() for start, end in spans]
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
