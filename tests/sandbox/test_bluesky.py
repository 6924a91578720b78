"""atproto's client against the sandbox's personal data server."""

from hashlib import sha256
from typing import Any

import libipld
import pytest
from atproto import models
from atproto_client.exceptions import (
    BadRequestError,
    RequestException,
    UnauthorizedError,
)
from atproto_client.models.dot_dict import DotDict

from syndicator.sandbox import Sandbox
from syndicator.sandbox.bluesky_record import content_id
from tests.sandbox.clients import bluesky_client

POST = "app.bsky.feed.post"
RKEY = "3kabcdefghij2"
LINK = "https://example.com/news/ferry?a=1&b=2"
NOW = "2026-11-23T10:00:00.000Z"


def record(text: str = "Ferry & more", **fields: Any) -> dict[str, Any]:
    return {"$type": POST, "text": text, "createdAt": NOW, **fields}


def put(client: Any, value: dict[str, Any], rkey: str = RKEY, **fields: Any) -> dict[str, Any]:
    """putRecord as a program must send it: the typed call drops a null."""
    data = {"repo": client.me.did, "collection": POST, "rkey": rkey, "record": value, "swapRecord": None, **fields}
    answer = client.invoke_procedure(
        "com.atproto.repo.putRecord",
        data=DotDict(data),
        input_encoding="application/json",
        output_encoding="application/json",
    )
    return dict(answer.content)


def error(caught: pytest.ExceptionInfo[RequestException]) -> tuple[int, str]:
    response = caught.value.response
    return response.status_code, response.content.error


def images(blob: Any, **fields: Any) -> dict[str, Any]:
    return {"$type": "app.bsky.embed.images", "images": [{"image": blob.model_dump(by_alias=True), **fields}]}


def test_a_post_with_photo_alt_and_link(box: Sandbox, photo: bytes) -> None:
    """The stored post has text, links of facets, alt text and a permalink by DID."""
    client = bluesky_client(box)
    blob = client.upload_blob(photo).blob
    facet = {
        "index": {"byteStart": 0, "byteEnd": 5},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": LINK}],
    }
    answer = put(client, record(facets=[facet], langs=["en"], embed=images(blob, alt="A ferry")))
    (post,) = box.posts("bluesky")
    assert post.id == answer["uri"] == f"at://{client.me.did}/{POST}/{RKEY}"
    assert (post.text, post.links, post.language, post.key) == ("Ferry & more", (LINK,), "en", RKEY)
    assert (post.media[0].alt, post.media[0].mime, post.media[0].bytes) == ("A ferry", "image/jpeg", len(photo))
    assert post.permalink == f"https://bsky.app/profile/{client.me.did}/post/{RKEY}"
    assert (blob.mime_type, blob.size, box.photo(post.media[0].sha256)) == ("image/jpeg", len(photo), photo)


def test_a_card_gives_its_link_and_labels_a_warning(box: Sandbox) -> None:
    """An external embed is a link; self-labels make the post sensitive."""
    client = bluesky_client(box)
    card = {"uri": LINK, "title": "Ferry", "description": ""}
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "graphic-media"}]}
    put(client, record(embed={"$type": "app.bsky.embed.external", "external": card}, labels=labels))
    (post,) = box.posts("bluesky")
    assert (post.links, post.warning, post.sensitive) == ((LINK,), "graphic-media", True)


def test_the_same_record_again_changes_nothing(box: Sandbox) -> None:
    """Identical content is a 200 without a commit, even when the swap asks for none to be there."""
    client = bluesky_client(box)
    first, second = put(client, record()), put(client, record())
    assert (first["uri"], first["cid"]) == (second["uri"], second["cid"])
    assert ("commit" in first, "commit" in second, len(box.posts("bluesky"))) == (True, False, 1)


def test_other_content_under_the_key_is_an_invalid_swap(box: Sandbox) -> None:
    """swapRecord null creates only; without it, or with the right cid, the record is replaced."""
    client = bluesky_client(box)
    cid = put(client, record("First"))["cid"]
    with pytest.raises(BadRequestError) as caught:
        put(client, record("Second"))
    assert (error(caught), box.posts("bluesky")[0].text) == ((400, "InvalidSwap"), "First")
    put(client, record("Third"), swapRecord=cid)
    client.com.atproto.repo.put_record(
        models.ComAtprotoRepoPutRecord.Data(repo=client.me.did, collection=POST, rkey=RKEY, record=record("Fourth"))
    )
    assert [post.text for post in box.posts("bluesky")] == ["Fourth"]


def test_create_on_an_existing_key_is_a_server_error(box: Sandbox) -> None:
    """As on a real server, createRecord answers 500 when the key is taken."""
    client = bluesky_client(box)
    data = models.ComAtprotoRepoCreateRecord.Data(repo=client.me.did, collection=POST, rkey=RKEY, record=record())
    client.com.atproto.repo.create_record(data)
    with pytest.raises(RequestException) as caught:
        client.com.atproto.repo.create_record(data)
    assert (error(caught), len(box.posts("bluesky"))) == ((500, "InternalServerError"), 1)


FACET = {"index": {"byteStart": 0, "byteEnd": 99}, "features": [{"$type": "x"}]}


@pytest.mark.parametrize(
    ("value", "rkey", "name"),
    [
        (record("x" * 301), RKEY, "InvalidRequest"),
        (record("👨‍👩‍👧‍👦" * 121), RKEY, "InvalidRequest"),
        (record(), "delivery-42", "InvalidRequest"),
        (record(), "3kabcdefghij", "InvalidRequest"),
        ({"$type": POST, "text": "No date"}, RKEY, "InvalidRequest"),
        (record(createdAt="2026-11-23"), RKEY, "InvalidRequest"),
        (record(langs=["a", "b", "c", "d"]), RKEY, "InvalidRequest"),
        (record("Short", facets=[FACET]), RKEY, "InvalidRequest"),
        (record(embed={"$type": "app.bsky.embed.external", "external": {"uri": LINK}}), RKEY, "InvalidRequest"),
    ],
)
def test_the_lexicon_is_checked(box: Sandbox, value: dict[str, Any], rkey: str, name: str) -> None:
    """A record that breaks a rule is a 400 and is not stored."""
    client = bluesky_client(box)
    with pytest.raises(BadRequestError) as caught:
        put(client, value, rkey)
    assert (error(caught), box.posts("bluesky")) == ((400, name), [])


@pytest.mark.parametrize("text", ["x" * 300, "👨‍👩‍👧‍👦" * 120])
def test_the_longest_texts_are_taken(box: Sandbox, text: str) -> None:
    """300 graphemes and 3000 bytes are not too much."""
    put(bluesky_client(box), record(text))
    assert box.posts("bluesky")[0].text == text


def test_blobs_are_checked_when_a_record_names_them(box: Sandbox, photo: bytes) -> None:
    """Unknown, too large and untyped blobs, and a photo without alt, are refused with their own names."""
    client = bluesky_client(box)
    blob = client.upload_blob(photo).blob
    large = client.upload_blob(photo + bytes(2_000_000)).blob
    text = client.upload_blob(b"no photo at all").blob
    unknown = blob.model_copy(update={"ref": blob.ref.model_copy(update={"link": content_id(b"never sent", 0x55)})})
    names = []
    for value in (images(unknown, alt=""), images(large, alt=""), images(text, alt=""), images(blob)):
        with pytest.raises(BadRequestError) as caught:
            put(client, record(embed=value))
        names.append(error(caught)[1])
    assert names == ["BlobNotFound", "InvalidSize", "InvalidMimeType", "InvalidRequest"]
    assert box.posts("bluesky") == []


def test_records_are_read_and_listed(box: Sandbox) -> None:
    """getRecord finds one or says it is not there; listRecords pages newest first."""
    client = bluesky_client(box)
    with pytest.raises(BadRequestError) as caught:
        client.com.atproto.repo.get_record({"repo": client.me.did, "collection": POST, "rkey": RKEY})
    for number in range(5):
        box.hand_post("bluesky", f"Post {number}", LINK)
    ask = {"repo": client.me.did, "collection": POST, "limit": 3}
    first = client.com.atproto.repo.list_records(ask)
    second = client.com.atproto.repo.list_records({**ask, "cursor": first.cursor})
    texts = [one.value.text for one in (*first.records, *second.records)]
    found = client.com.atproto.repo.get_record(
        {"repo": client.me.did, "collection": POST, "rkey": box.posts("bluesky")[0].key}
    )
    assert error(caught) == (400, "RecordNotFound")
    assert texts == [f"Post {number}" for number in reversed(range(5))]
    assert (found.value.text, found.value.embed.external.uri) == ("Post 0", LINK)


def test_delete_may_be_repeated(box: Sandbox) -> None:
    """Deleting what is not there is a success."""
    client = bluesky_client(box)
    put(client, record())
    for _ in range(2):
        client.com.atproto.repo.delete_record({"repo": client.me.did, "collection": POST, "rkey": RKEY})
    with pytest.raises(BadRequestError):
        client.com.atproto.repo.get_record({"repo": client.me.did, "collection": POST, "rkey": RKEY})
    assert [post.deleted for post in box.posts("bluesky")] == [True]


def test_sessions(box: Sandbox) -> None:
    """A wrong password is a 401, a session can be refreshed and exported, another's repository is closed."""
    client = bluesky_client(box)
    with pytest.raises(UnauthorizedError) as caught:
        client.login(box.accounts("bluesky")["handle"], "wrong")
    again = bluesky_client(box)
    before = again.export_session_string()
    again._refresh_and_set_session()
    assert error(caught) == (401, "AuthenticationRequired")
    assert again.export_session_string() != before
    assert again.com.atproto.server.get_session().did == box.accounts("bluesky")["identity"]
    other = box.add_account("bluesky", "sports")["identity"]
    with pytest.raises(UnauthorizedError):
        put(again, record(), repo=other)


def test_an_expired_token_says_so(box: Sandbox) -> None:
    """On request a token is over: 400 ExpiredToken."""
    client = bluesky_client(box)
    box.fault("bluesky", "expired")
    with pytest.raises(BadRequestError) as caught:
        put(client, record())
    assert error(caught) == (400, "ExpiredToken")


def test_the_librarys_own_way_of_posting_works(box: Sandbox, photo: bytes) -> None:
    """send_image makes its own record key."""
    client = bluesky_client(box)
    client.send_image("A photo", photo, "A ferry")
    assert [(post.text, post.media[0].alt) for post in box.posts("bluesky")] == [("A photo", "A ferry")]


def test_content_ids_are_those_of_the_specification() -> None:
    """A CID decodes to version 1, its codec and the sha2-256 of the bytes."""
    read = libipld.decode_cid(content_id(b"hello world", 0x55))
    assert (read["version"], read["codec"], read["hash"]["code"]) == (1, 0x55, 0x12)
    assert read["hash"]["digest"] == sha256(b"hello world").digest()
