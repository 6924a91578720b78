"""Posts as records of Bluesky."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.adapters.bluesky_record import facets, key_of, key_time, links_of, record, time_of
from syndicator.delivery import record_key
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


def listed(key: str = "3mabcdefghij2", **value: Any) -> dict[str, Any]:
    """A record as a server lists it."""
    return {"uri": f"at://did:plc:abc/app.bsky.feed.post/{key}", "cid": "bafy", "value": {"text": "", **value}}


@given(st.integers(1_700_000_000, 4_000_000_000), st.integers(0, 16**64 - 1))
def test_keys_tell_when_they_were_made(seconds: int, number: int) -> None:
    """The time of a key made by the newsroom can be read from it."""
    moment = datetime.fromtimestamp(seconds, UTC)
    one = listed(record_key(f"{number:064x}", moment))
    assert key_time(one) == moment
    assert key_of(one) == one["uri"][-13:]


BEFORE = "2023-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("one", "moment"),
    [
        (listed("self", createdAt="2026-11-23T14:05:09.123Z"), datetime(2026, 11, 23, 14, 5, 9, 123000, UTC)),
        (
            listed("self", createdAt="2026-11-23T15:05:09.123456789+01:00"),
            datetime(2026, 11, 23, 14, 5, 9, 123456, UTC),
        ),
        (listed(record_key("0" * 64, AT), createdAt=BEFORE), AT),
        (listed(record_key("0" * 64, AT), createdAt="yesterday"), AT),
        (listed(record_key("0" * 64, AT)), AT),
        (listed("self"), None),
    ],
)
def test_time_of_a_record(one: dict[str, Any], moment: datetime | None) -> None:
    """The later of the record's own time and its key's counts, whichever can be read."""
    found = time_of(one)
    assert (found is None) == (moment is None)
    if found and moment:
        assert abs(found - moment) < timedelta(milliseconds=1)


FACET = {"features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://n.example/1"}]}
TAG = {"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "x"}]}
CARD = {"$type": "app.bsky.embed.external", "external": {"uri": "https://n.example/2"}}


@pytest.mark.parametrize(
    ("value", "links"),
    [
        ({}, set()),
        ({"facets": [FACET, TAG]}, {"https://n.example/1"}),
        ({"embed": CARD}, {"https://n.example/2"}),
        ({"embed": {"$type": "app.bsky.embed.recordWithMedia", "media": CARD}}, {"https://n.example/2"}),
        ({"facets": [FACET], "embed": {"$type": "app.bsky.embed.images", "images": []}}, {"https://n.example/1"}),
    ],
)
def test_links_of_a_record(value: dict[str, Any], links: set[str]) -> None:
    """Links in the text and the address of a card are listed, tags are not."""
    assert links_of(listed(**value)) == links
