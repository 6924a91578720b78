"""Facebook Pages keep the contract through facebook-sdk over a real socket, and their own rules."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicator import adapters
from syndicator.adapters import Adapter
from syndicator.errors import (
    AccountRefused,
    ConfigError,
    DeliveryError,
    LookError,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from syndicator.models import Account, DeliveryRules, Post, Receipt
from syndicator.sandbox import Sandbox

from .contract import NONE, SINCE, NetworkContract
from .places import LINK, SandboxPlace, make, photo
from .rawserver import Server, answer, serving

ACCOUNT = Account(
    "page", "facebook_page", delivery=DeliveryRules(timeout=timedelta(seconds=2)), options={"page_id": "7"}
)
POST = Post("Harbour & port reopen", LINK)
OURS = Receipt("7_42", "https://www.facebook.com/7_42")
MAYBE = Receipt("7_42", "https://www.facebook.com/7_42", probable=True)


class TestFacebookPage(NetworkContract):
    """Facebook Pages."""

    platform = "facebook_page"
    uploads = False
    budget = (100, 99)


@pytest.fixture
def place() -> Iterator[SandboxPlace]:
    """A loopback Page."""
    with Sandbox(("facebook_page",)) as box:
        yield SandboxPlace(box, "facebook_page")


def a_page(server: Server, **secrets: str) -> Adapter:
    """A Page on this server."""
    return adapters.build(replace(ACCOUNT, base_url=server.url), {"page_token": "tok-1234", **secrets})


def told(body: Any, status: int = 200, **headers: str) -> bytes:
    """An answer of Facebook."""
    data = json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", "Content-Type: application/json", f"Content-Length: {len(data)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


CODES: list[tuple[int, type[DeliveryError], str]] = [
    (1, OutcomeUnknown, "server_error"),
    (2, OutcomeUnknown, "server_error"),
    (3, AccountRefused, "permission"),
    (4, RateLimited, "rate_limited"),
    (10, AccountRefused, "permission"),
    (17, RateLimited, "rate_limited"),
    (32, RateLimited, "rate_limited"),
    (100, Rejected, "invalid"),
    (102, AccountRefused, "token"),
    (190, AccountRefused, "token"),
    (200, AccountRefused, "permission"),
    (299, AccountRefused, "permission"),
    (324, MediaRefused, "media"),
    (341, RateLimited, "feed_limit"),
    (368, OutcomeUnknown, "duplicate"),
    (506, OutcomeUnknown, "duplicate"),
    (613, RateLimited, "rate_limited"),
    (80001, RateLimited, "rate_limited"),
    (1609005, Unavailable, "link_not_read"),
    (987654, OutcomeUnknown, "answer_lost"),
]


@pytest.mark.parametrize(("code", "leaf", "reason"), CODES)
@pytest.mark.parametrize("status", [400, 200])
def test_what_a_code_proves(code: int, leaf: type[DeliveryError], reason: str, status: int) -> None:
    """Each error code has its leaf, whatever HTTP status comes with it."""
    data = told({"error": {"message": "Nein", "code": code, "fbtrace_id": "A"}}, status)
    with serving(answer(data)) as server, pytest.raises(DeliveryError) as caught:
        a_page(server).publish(POST, lambda: None)
    assert (type(caught.value), caught.value.code) == (leaf, reason)
    assert "Nein" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "leaf"),
    [(401, AccountRefused), (403, AccountRefused), (429, RateLimited), (400, OutcomeUnknown), (502, OutcomeUnknown)],
)
def test_answers_without_a_code(status: int, leaf: type[DeliveryError]) -> None:
    """Where no code can be read the HTTP status speaks, which the SDK would hide."""
    data = f"HTTP/1.1 {status} X\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<no>".encode()
    with serving(answer(data)) as server, pytest.raises(leaf):
        a_page(server).publish(POST, lambda: None)


@pytest.mark.parametrize(
    "header", ["Content-Length: 2\r\n\r\n{}", "Content-Type: image/png\r\nContent-Length: 1\r\n\r\nx"]
)
def test_success_that_cannot_be_read(header: str) -> None:
    """A success without its content type, or that is a picture, is unknown."""
    with serving(answer(f"HTTP/1.1 200 OK\r\n{header}".encode())) as server, pytest.raises(OutcomeUnknown):
        a_page(server).publish(POST, lambda: None)


@pytest.mark.parametrize(
    ("code", "headers", "seconds"),
    [
        (32, {"X_Business_Use_Case_Usage": '{"7": [{"estimated_time_to_regain_access": 42}]}'}, 42 * 60),
        (32, {"X_Business_Use_Case_Usage": '{"7": [{"estimated_time_to_regain_access": 0}]}'}, 15 * 60),
        (32, {"X_Business_Use_Case_Usage": "rubbish"}, 15 * 60),
        (32, {}, 15 * 60),
        (341, {}, 6 * 3600),
    ],
)
def test_when_to_come_back(code: int, headers: dict[str, str], seconds: int) -> None:
    """The usage header's minutes count; without them it is a quarter of an hour, and hours for the feed's limit."""
    data = told({"error": {"code": code, "message": "slow"}}, 403, **headers)
    with serving(answer(data)) as server, pytest.raises(RateLimited) as caught:
        a_page(server).publish(POST, lambda: None)
    wait = (caught.value.until - datetime.now(UTC)).total_seconds()
    assert seconds - 5 < wait <= seconds


def test_photo_stored_and_answered_with_an_error(place: SandboxPlace) -> None:
    """A photo that was published in spite of a 500 is found again, and is the only one."""
    adapter = place.adapter()
    post = make(adapter.features, "With a photo", LINK, photo())
    place.fault("500-after")
    with pytest.raises(OutcomeUnknown):
        adapter.publish(post, lambda: None)
    (stored,) = place.posts()
    found = adapter.find(post, datetime.now(UTC) - SINCE, NONE)
    assert found is not None
    assert found.remote_id == stored.id


def test_photo_that_is_none(place: SandboxPlace) -> None:
    """A photo refused by name is proof that nothing was published."""
    broken = replace(photo(), data=b"no picture")
    with pytest.raises(MediaRefused):
        place.adapter().publish(Post("Hello", media=(broken,)), lambda: None)
    assert place.posts() == []


def test_each_account_has_its_own_way() -> None:
    """Two Pages with two addresses and tokens do not disturb each other; version and proof go with every call."""
    data = told({"id": "7_42"})
    with serving(answer(data)) as one, serving(answer(data)) as two:
        first, second = a_page(one, app_secret="shh-1234"), a_page(two)
        assert first.publish(POST, lambda: None) == second.publish(POST, lambda: None) == OURS
        assert one.heads[0].startswith(b"POST /v26.0/7/feed?appsecret_proof=")
        assert two.heads[0].startswith(b"POST /v26.0/7/feed HTTP")
        assert (len(one.heads), len(two.heads)) == (1, 1)


@pytest.mark.parametrize(
    ("token", "expires"),
    [
        ({"data": {"is_valid": True, "expires_at": 1800000000}}, datetime.fromtimestamp(1800000000, UTC)),
        ({"data": {"is_valid": True, "expires_at": 0}}, None),
        ({"error": {"code": 100, "message": "not a developer"}}, None),
    ],
)
def test_verify_tells_when_the_token_ends(token: Any, expires: datetime | None) -> None:
    """The expiry comes from debug_token; a Page whose app may not ask has none."""

    def serve(connection: Any, head: bytes) -> None:
        connection.sendall(told(token if b"debug_token" in head else {"id": "7", "name": "Example Daily"}))

    with serving(serve) as server:
        found = a_page(server, app_secret="shh-1234").verify()
    assert (found.id, found.handle, found.expires) == ("7", "Example Daily", expires)


def test_verify_refuses_a_dead_token() -> None:
    """A token that Facebook calls invalid is the account's matter."""

    def serve(connection: Any, head: bytes) -> None:
        connection.sendall(told({"id": "7", "name": "N", "data": {"is_valid": False}}))

    with serving(serve) as server, pytest.raises(AccountRefused):
        a_page(server, app_secret="shh-1234").verify()


SHIM = "https://l.facebook.com/l.php?u=https%3A%2F%2Fnews.example.com%2Fworld%2F2026%2Fharbour-reopens&h=AT0"
TEXT = POST.text
SHOWN: list[tuple[dict[str, Any], Receipt | None]] = [
    ({"message": TEXT, "attachments": {"data": [{"unshimmed_url": LINK, "url": SHIM}]}}, OURS),
    ({"message": TEXT, "attachments": {"data": [{"url": SHIM}]}}, OURS),
    ({"message": TEXT, "attachments": {"data": [{"target": {"url": SHIM}}]}}, OURS),
    ({"message": f"{TEXT}\n{LINK}"}, OURS),
    ({"message": "Look", "attachments": {"data": [{"unshimmed_url": LINK}]}}, MAYBE),
    ({"message": TEXT}, MAYBE),
    ({"message": TEXT, "attachments": {"data": [{"unshimmed_url": LINK + "/other"}]}}, None),
    ({"message": "Look"}, None),
    ({}, None),
]


@pytest.mark.parametrize(("shown", "found"), SHOWN)
def test_whose_post_is_shown(shown: dict[str, Any], found: Receipt | None) -> None:
    """Text and link together are proof, one of them is a question for a person, neither is nothing."""
    with serving(answer(told({"data": [{"id": "7_42", **shown}]}))) as server:
        assert a_page(server).find(POST, datetime.now(UTC), NONE) == found


def test_next_page_is_asked_with_our_own_token() -> None:
    """The address of the next page is not followed but read, and carries no token twice."""

    def serve(connection: Any, head: bytes) -> None:
        following = "https://elsewhere.example/v26.0/7/published_posts?access_token=other&limit=100&after=c-1"
        paging = {} if b"after=c-1" in head else {"paging": {"next": following}}
        connection.sendall(told({"data": [], **paging}))

    with serving(serve) as server:
        assert a_page(server).find(POST, datetime.now(UTC), NONE) is None
        assert [head.count(b"access_token=tok-1234") for head in server.heads] == [1, 1]


def test_second_page_missing() -> None:
    """When a later page fails the window was not read."""

    def serve(connection: Any, head: bytes) -> None:
        paging = {"paging": {"next": "https://graph.facebook.com/v26.0/7/published_posts?after=c-1"}}
        connection.sendall(told({"error": {"code": 2}}, 500) if b"after=" in head else told({"data": [], **paging}))

    with serving(serve) as server, pytest.raises(LookError):
        a_page(server).find(POST, datetime.now(UTC), NONE)


@pytest.mark.parametrize(
    ("address", "remote_id"),
    [
        ("https://www.facebook.com/7_42", "7_42"),
        ("https://www.facebook.com/7/posts/42/", "7_42"),
        ("https://m.facebook.com/permalink.php?story_fbid=42&id=7", "7_42"),
        ("https://facebook.com/7_42?ref=share", "7_42"),
    ],
)
def test_locate(address: str, remote_id: str) -> None:
    """Addresses with the numbers of Page and post name the post."""
    page = adapters.build(ACCOUNT, {"page_token": "tok-1234"})
    assert page.locate(address) == Receipt(remote_id, f"https://www.facebook.com/{remote_id}")


def test_page_id_is_a_number() -> None:
    """A Page's name in place of its number is refused when the account is built."""
    with pytest.raises(ConfigError, match="page_id"):
        adapters.build(replace(ACCOUNT, options={"page_id": "ExampleDaily"}), {"page_token": "tok-1234"})
