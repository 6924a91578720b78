"""Mastodon.py against the sandbox's server."""

from datetime import UTC, datetime, timedelta

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from mastodon import (
    MastodonAPIError,
    MastodonNotFoundError,
    MastodonRatelimitError,
    MastodonUnauthorizedError,
)
from selectolax.lexbor import LexborHTMLParser

from syndicator.sandbox import Sandbox
from syndicator.sandbox.mastodon_text import html, length
from tests.sandbox.clients import mastodon_client

LINK = "https://www.example.com/news/ferry-returns-after-eleven-years?a=1&b=2"


def test_a_status_with_photo_warning_and_language(box: Sandbox, photo: bytes) -> None:
    """Text, photo, alt text, warning and language are kept, and the url is the permalink."""
    client = mastodon_client(box)
    media = client.media_post(photo, "image/jpeg", description="A ferry")
    status = client.status_post(f"Ferry & <more> {LINK}", media_ids=[media], spoiler_text="Boats", language="en")
    (post,) = box.posts("mastodon")
    assert (post.id, post.permalink) == (str(status.id), status.url)
    assert (post.text, post.links, post.warning) == (f"Ferry & <more> {LINK}", (LINK,), "Boats")
    assert (post.sensitive, post.language, post.media[0].alt) == (True, "en", "A ferry")
    assert box.photo(post.media[0].sha256) == photo == requests.get(media.url, timeout=5).content


def test_content_is_html_with_a_whole_link(box: Sandbox) -> None:
    """The content of a status escapes its text and links to the whole address."""
    status = mastodon_client(box).status_post(f"A & <B>\nnext {LINK}\n\nend")
    page = LexborHTMLParser(status.content)
    assert [node.attributes["href"] for node in page.css("a")] == [LINK]
    assert page.text() == f"A & <B>next {LINK}end"
    assert (len(page.css("p")), len(page.css("br"))) == (2, 1)


def test_the_same_key_gives_the_same_status_for_an_hour(box: Sandbox, photo: bytes) -> None:
    """A repeated Idempotency-Key returns the first status, photo and all; after an hour it is forgotten."""
    client = mastodon_client(box)
    media = client.media_post(photo, "image/jpeg")
    sent = [client.status_post("Once", media_ids=[media], idempotency_key="key-1").id for _ in range(2)]
    box.clock = lambda: datetime.now(UTC) + timedelta(minutes=61)
    later = client.status_post("Once", idempotency_key="key-1").id
    assert (sent[0] == sent[1], later in sent) == (True, False)
    assert [post.key for post in box.posts("mastodon")] == ["key-1", "key-1"]


def test_keys_belong_to_an_account(box: Sandbox) -> None:
    """Two accounts may use one key."""
    box.add_account("mastodon", "sports")
    ids = {mastodon_client(box, name).status_post("Hello", idempotency_key="k").id for name in ("main", "sports")}
    assert len(ids) == 2


def test_a_key_of_a_deleted_status_is_not_found(box: Sandbox) -> None:
    """The key leads to a status that is gone: 404."""
    client = mastodon_client(box)
    client.status_delete(client.status_post("Oops", idempotency_key="k"))
    with pytest.raises(MastodonNotFoundError):
        client.status_post("Oops", idempotency_key="k")
    assert [post.deleted for post in box.posts("mastodon")] == [True]


@pytest.mark.parametrize(
    ("text", "warning", "fits"),
    [
        ("x" * 500, "", True),
        ("x" * 501, "", False),
        ("x" * 490, "w" * 10, True),
        ("x" * 490, "w" * 11, False),
        ("x" * 476 + " https://example.com/" + "y" * 900, "", True),
        ("x" * 477 + " https://example.com/a", "", False),
        ("👨‍👩‍👧‍👦" * 500, "", True),
        ("@desk@news.example " + "x" * 494, "", True),
        ("@desk@news.example " + "x" * 495, "", False),
    ],
)
def test_length_is_counted_in_graphemes(box: Sandbox, text: str, warning: str, fits: bool) -> None:
    """500 characters, warning included, an address counting 23 and a remote mention its name."""
    if fits:
        mastodon_client(box).status_post(text, spoiler_text=warning)
    else:
        with pytest.raises(MastodonAPIError, match="character limit of 500 exceeded") as caught:
            mastodon_client(box).status_post(text, spoiler_text=warning)
        assert caught.value.args[1] == 422
    assert len(box.posts("mastodon")) == fits


def test_equal_texts_are_two_statuses(box: Sandbox) -> None:
    """Without a key nothing is a duplicate."""
    client = mastodon_client(box)
    assert client.status_post("Twice").id != client.status_post("Twice").id


def test_statuses_are_paged_newest_first(box: Sandbox) -> None:
    """The Link header leads through every status once."""
    for number in range(45):
        box.hand_post("mastodon", f"Post {number}", LINK)
    client = mastodon_client(box)
    first = client.account_statuses(box.accounts("mastodon")["identity"], limit=40, exclude_reblogs=True)
    second = client.fetch_next(first)
    assert [len(first), len(second)] == [40, 5]
    assert [str(first[0].id), str(second[-1].id)] == [box.posts("mastodon")[place].id for place in (-1, 0)]
    assert [one.id for one in client.fetch_previous(second)] == [one.id for one in first]


def test_delete_gives_the_source_and_then_404(box: Sandbox) -> None:
    """The deleted status comes back with its text; afterwards it is not found."""
    client = mastodon_client(box)
    status = client.status_post("A & B")
    assert client.status_delete(status).text == "A & B"
    for call in (client.status, client.status_delete):
        with pytest.raises(MastodonNotFoundError):
            call(status.id)


def test_slow_media_is_awaited(box: Sandbox, photo: bytes) -> None:
    """Media may be 202 first; it cannot be attached until it answers 200."""
    box.fault("mastodon", "processing", on="upload", polls=2)
    client = mastodon_client(box)
    media = client.media_post(photo, "image/jpeg")
    assert media.url is None
    with pytest.raises(MastodonAPIError, match="not finished processing"):
        client.status_post("Too early", media_ids=[media])
    address = f"{box.url('mastodon')}/api/v1/media/{media.id}"
    token = {"Authorization": f"Bearer {client.access_token}"}
    assert [requests.get(address, headers=token, timeout=5).status_code for _ in range(3)] == [206, 206, 200]
    assert client.status_post("Now", media_ids=[media]).media_attachments[0].id == media.id


def test_media_is_attached_once_and_by_its_owner(box: Sandbox, photo: bytes) -> None:
    """Used, unknown and other accounts' media are a 422."""
    box.add_account("mastodon", "sports")
    client = mastodon_client(box)
    used, free = (client.media_post(photo, "image/jpeg") for _ in range(2))
    client.status_post("First", media_ids=[used])
    for who, media in ((client, used.id), (client, "999"), (mastodon_client(box, "sports"), free.id)):
        with pytest.raises(MastodonAPIError, match="not found or already attached") as caught:
            who.status_post("Again", media_ids=[media])
        assert caught.value.args[1] == 422


def test_tokens_limits_and_headers(box: Sandbox) -> None:
    """One Date header, ISO rate headers, 401 for a wrong token, the server's limits in its instance."""
    client = mastodon_client(box)
    answer = requests.get(
        f"{box.url('mastodon')}/api/v1/accounts/verify_credentials",
        headers={"Authorization": f"Bearer {client.access_token}"},
        timeout=5,
    )
    assert len(answer.raw.headers.getlist("Date")) == 1
    assert datetime.fromisoformat(answer.headers["X-RateLimit-Reset"]) > datetime.now(UTC)
    assert client.instance_v2().configuration.statuses.max_characters == 500
    assert str(client.me().id) == box.accounts("mastodon")["identity"]
    client.access_token = "nobody"
    client._Mastodon__logged_in_id = None
    with pytest.raises(MastodonUnauthorizedError):
        client.account_verify_credentials()


def test_a_set_limit_is_kept(box: Sandbox) -> None:
    """Beyond a set limit posting is a 429."""
    box.limit("mastodon", "publish", 1, timedelta(hours=3))
    client = mastodon_client(box)
    client.status_post("One")
    with pytest.raises(MastodonRatelimitError):
        client.status_post("Two")
    assert len(box.posts("mastodon")) == 1


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), max_size=60))
def test_html_shows_the_text(text: str) -> None:
    """What a browser shows of a status is what was written."""
    assert LexborHTMLParser(f"<body>{html(f'a {text} {LINK}')}</body>").body.text() == f"a {text} {LINK}"


@given(st.lists(st.sampled_from(["https://example.com/" + "a" * 90, "http://x.example/b", "https://example.com/"])))
def test_every_address_counts_the_same(links: list[str]) -> None:
    """Each address is 23 characters, however long, and also when one begins another."""
    assert length(" ".join(links)) == max(0, 24 * len(links) - 1)
