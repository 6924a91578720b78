"""X keeps the contract through tweepy over a real socket, and its own rules."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicator import adapters
from syndicator.adapters import Adapter
from syndicator.errors import (
    AccountRefused,
    DeliveryError,
    LookError,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from syndicator.models import Account, Budget, DeliveryRules, Post, Receipt

from .contract import NONE, NetworkContract
from .places import LINK, photo
from .rawserver import Server, answer, serving

SECRETS = {"api_key": "key", "api_secret": "shh1", "access_token": "1-tok", "access_token_secret": "shh2"}
POST = Post(f"Harbour & port reopen {LINK}", LINK)
SINCE = datetime(2026, 11, 23, 12, tzinfo=UTC)


class TestX(NetworkContract):
    """X."""

    platform = "x"
    budget = (100, 99)


def an_x(server: Server, identity: str = "7") -> Adapter:
    """An account whose X is this server."""
    rules = DeliveryRules(timeout=timedelta(seconds=2))
    return adapters.build(Account("x", "x", identity=identity, base_url=server.url, delivery=rules), SECRETS)


def told(status: int, body: Any, **headers: str) -> bytes:
    """An answer of X."""
    data = json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", "Content-Type: application/json", f"Content-Length: {len(data)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


DUPLICATE = {"title": "Forbidden", "detail": "You are not allowed to create a Tweet with duplicate content."}
CAPPED = {"title": "UsageCapExceeded", "type": "https://api.twitter.com/2/problems/usage-capped"}
LONG = {"title": "Invalid Request", "errors": [{"message": "Your Tweet text is too long."}]}
REFUSALS: list[tuple[int, Any, type[DeliveryError], str]] = [
    (400, LONG, Rejected, "too_long"),
    (400, {"title": "Invalid Request"}, Rejected, "invalid"),
    (401, {"title": "Unauthorized"}, AccountRefused, "token"),
    (402, {"title": "CreditsDepleted"}, AccountRefused, "usage_cap"),
    (403, DUPLICATE, OutcomeUnknown, "duplicate"),
    (403, {"detail": "Your account is suspended"}, AccountRefused, "permission"),
    (403, {"errors": [{"code": 453, "message": "a subset of endpoints"}]}, AccountRefused, "permission"),
    (404, {"title": "Not Found"}, Rejected, "not_found"),
    (429, CAPPED, AccountRefused, "usage_cap"),
    (429, {}, RateLimited, "rate_limited"),
    (408, {}, OutcomeUnknown, "answer_lost"),
    (302, {}, OutcomeUnknown, "answer_lost"),
    (500, [], OutcomeUnknown, "server_error"),
    (503, {"title": "Service Unavailable"}, OutcomeUnknown, "server_error"),
    (201, {"data": {"text": "no id"}}, OutcomeUnknown, "answer_lost"),
    (201, {"data": {"id": None, "text": ""}}, OutcomeUnknown, "answer_lost"),
    (201, {"errors": ["a word"]}, OutcomeUnknown, "answer_lost"),
]


@pytest.mark.parametrize(("status", "body", "leaf", "code"), REFUSALS)
def test_what_an_answer_proves(status: int, body: Any, leaf: type[DeliveryError], code: str) -> None:
    """Each of X's answers to a post has its leaf and its code, and is never a receipt without an id."""
    with serving(answer(told(status, body))) as server, pytest.raises(DeliveryError) as caught:
        an_x(server).publish(POST, lambda: None)
    assert (type(caught.value), caught.value.code, caught.value.http_status) == (leaf, code, status)


@pytest.mark.parametrize(
    ("status", "leaf"), [(400, MediaRefused), (413, MediaRefused), (403, AccountRefused), (503, Unavailable)]
)
def test_what_an_upload_proves(status: int, leaf: type[DeliveryError]) -> None:
    """Before `go` a refusal is about the photo or the account, and trouble is no unknown."""
    with serving(answer(told(status, {}))) as server, pytest.raises(leaf):
        an_x(server).publish(Post("Hello", media=(photo(),)), lambda: None)


def test_the_longest_limit_counts() -> None:
    """When a day's limit is used up, the quarter of an hour is not the time to come back."""
    tomorrow = int((datetime.now(UTC) + timedelta(hours=20)).timestamp())
    data = told(
        429,
        {},
        x_rate_limit_reset=str(int(datetime.now(UTC).timestamp()) + 60),
        x_rate_limit_remaining="12",
        x_user_limit_24hour_remaining="0",
        x_user_limit_24hour_reset=str(tomorrow),
    )
    with serving(answer(data)) as server, pytest.raises(RateLimited) as caught:
        an_x(server).publish(POST, lambda: None)
    assert caught.value.until.timestamp() == tomorrow


def tweet(text: str, *urls: dict[str, Any]) -> dict[str, Any]:
    """A post as the timeline gives it."""
    return {"id": "42", "text": text, "edit_history_tweet_ids": ["42"], "entities": {"urls": list(urls)}}


def url(expanded: str, **more: Any) -> dict[str, Any]:
    """One of its links."""
    return {"url": "https://t.co/Ab1", "expanded_url": expanded, "start": 0, "end": 1, **more}


PICTURE = {"url": "https://t.co/Pic", "expanded_url": "https://x.com/a/status/42/photo/1", "media_key": "3_1"}
OURS = Receipt("42", "https://x.com/i/web/status/42")
MAYBE = Receipt("42", "https://x.com/i/web/status/42", probable=True)
SHOWN: list[tuple[dict[str, Any], Receipt | None]] = [
    (tweet("Harbour &amp; port reopen https://t.co/Ab1", url(LINK)), OURS),
    (tweet("Harbour & port reopen https://t.co/Ab1", url(LINK)), OURS),
    (tweet("Harbour &amp; port reopen https://t.co/Ab1", url(LINK + "/")), OURS),
    (tweet("Harbour &amp; port reopen https://t.co/Ab1", url("https://short.example/1", unwound_url=LINK)), OURS),
    (tweet("Harbour &amp; port reopen https://t.co/Ab1 https://t.co/Pic", url(LINK), PICTURE), OURS),
    (tweet(f"Harbour &amp; port reopen {LINK}"), OURS),
    (tweet("Something else https://t.co/Ab1", url(LINK)), MAYBE),
    (tweet("Harbour &amp; port reopen"), MAYBE),
    (tweet("Harbour &amp; port reopen https://t.co/Ab1", url(LINK + "-again")), None),
    (tweet(f"Something else {LINK}-again"), None),
    (tweet("Something else"), None),
]


@pytest.mark.parametrize(("shown", "found"), SHOWN)
def test_whose_post_is_shown(shown: dict[str, Any], found: Receipt | None) -> None:
    """Text and link together are proof, one of them is a question for a person, neither is nothing."""
    with serving(answer(told(200, {"data": [shown], "meta": {"result_count": 1}}))) as server:
        assert an_x(server).find(POST, SINCE, NONE) == found


def test_bare_domain_in_a_headline() -> None:
    """A domain that X takes for a link, and gives a scheme, is still the word of the text."""
    shown = tweet("example.com turns 30".replace("example.com", "https://t.co/Ab1"), url("http://example.com"))
    with serving(answer(told(200, {"data": [shown], "meta": {"result_count": 1}}))) as server:
        assert an_x(server).find(Post("example.com turns 30"), SINCE, NONE) == OURS


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"meta": {}},
        {"meta": {"result_count": 2}, "data": [tweet("One")]},
        {"errors": [{"title": "Not Found Error"}]},
        {"data": [{"id": "42"}], "meta": {"result_count": 1}},
    ],
)
def test_a_page_that_says_nothing(body: Any) -> None:
    """A page without its count, with errors, or with posts missing is no statement."""
    with serving(answer(told(200, body))) as server, pytest.raises(LookError):
        an_x(server).find(POST, SINCE, NONE)


def test_asks_from_ten_minutes_before() -> None:
    """The window begins a minute early, because clocks differ."""
    with serving(answer(told(200, {"meta": {"result_count": 0}}))) as server:
        assert an_x(server).find(POST, SINCE, NONE) is None
        assert b"/2/users/7/tweets?" in server.heads[0]
        assert b"start_time=2026-11-23T11%3A50%3A00Z" in server.heads[0]


def test_sensitive_photos_are_marked() -> None:
    """A sensitive post's photo carries X's warning and the alt text."""

    def serve(connection: Any, head: bytes) -> None:
        body = {"data": {"id": "99", "text": ""}}
        connection.sendall(told(201, body))

    with serving(serve) as server:
        an_x(server).publish(Post("Hello", media=(photo("Alt"),), sensitive=True), lambda: None)
        sent = json.loads(server.heads[1].partition(b"\r\n\r\n")[2])
    assert sent == {
        "id": "99",
        "metadata": {"alt_text": {"text": "Alt"}, "sensitive_media_warning": {"other": True}},
    }


@pytest.mark.parametrize(("status", "body", "gone"), [(404, {}, True), (200, {"data": {"deleted": False}}, False)])
def test_retract_believes_only_x(status: int, body: Any, gone: bool) -> None:
    """ "Not found" is gone; "deleted: false" is not."""
    with serving(answer(told(status, body))) as server:
        adapter = an_x(server)
        if gone:
            adapter.retract(OURS)
        else:
            with pytest.raises(OutcomeUnknown):
                adapter.retract(OURS)
        assert server.heads[0].startswith(b"DELETE /2/tweets/42 ")


@pytest.mark.parametrize(
    "address",
    [
        "https://x.com/i/web/status/42",
        "https://x.com/ExampleDaily/status/42?s=20",
        "https://twitter.com/ExampleDaily/status/42",
        "https://mobile.twitter.com/ExampleDaily/status/42/photo/1",
        "http://www.x.com/a/status/42#m",
    ],
)
def test_locate_knows_both_names(address: str) -> None:
    """Addresses of x.com and twitter.com name the same post."""
    with serving(answer(b"")) as server:
        assert an_x(server).locate(address) == OURS


@pytest.mark.parametrize(
    "address", ["https://x.com/ExampleDaily", "https://notx.com/a/status/42", "https://x.com/a/status/4x"]
)
def test_locate_refuses_what_is_no_post(address: str) -> None:
    """A profile, another site and a broken number are refused."""
    with serving(answer(b"")) as server, pytest.raises(ValueError, match="not the address"):
        an_x(server).locate(address)


MADE = {"data": {"id": "42", "text": ""}}
NOON = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=3)


def limits(**left: str) -> dict[str, str]:
    """Headers of windows by the beginnings of their names: a hundred each, until noon."""
    found: dict[str, str] = {}
    for name, number in left.items():
        found |= {f"{name}_limit": "100", f"{name}_remaining": number, f"{name}_reset": str(int(NOON.timestamp()))}
    return found


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        (limits(x_rate_limit="99"), 99),
        (limits(x_rate_limit="99", x_user_limit_24hour="3", x_app_limit_24hour="40"), 3),
        (limits(x_rate_limit="2", x_user_limit_24hour="3"), 2),
        (limits(x_rate_limit="rubbish", x_app_limit_24hour="40"), 40),
        (limits(x_rate_limit="rubbish"), None),
        ({}, None),
    ],
)
def test_the_scarcest_limit_counts(headers: dict[str, str], left: int | None) -> None:
    """Of X's windows the one with the least left is the budget; what cannot be read leaves the receipt as it is."""
    with serving(answer(told(201, MADE, **headers))) as server:
        adapter = an_x(server)
        assert adapter.publish(POST, lambda: None) == OURS
    assert adapter.budget == (None if left is None else Budget(100, left, NOON))


def test_receipt_names_the_request() -> None:
    """X's own name for the request and its status are kept, and do not make another receipt."""
    with serving(answer(told(201, MADE, x_transaction_id="a1b2"))) as server:
        receipt = an_x(server).publish(POST, lambda: None)
    assert (receipt, receipt.http_status, receipt.request_id) == (OURS, 201, "a1b2")


@pytest.mark.parametrize("first", ["find", "shown", "verify"])
def test_asks_once_whose_account_it_is(first: str) -> None:
    """Where nobody has told the account's id, X is asked for it once, and not for each look."""

    def serve(connection: Any, head: bytes) -> None:
        me = {"data": {"id": "7", "name": "Daily", "username": "daily"}}
        connection.sendall(told(200, me if b"/users/me" in head else {"meta": {"result_count": 0}}))

    with serving(serve) as server:
        adapter = an_x(server, identity="")
        if first == "verify":
            adapter.verify()
        for _ in range(2):
            assert adapter.find(POST, SINCE, NONE) is None if first == "find" else adapter.shown(SINCE) == []
        assert [b"/2/users/me" in head for head in server.heads] == [True, False, False]
        assert b"/2/users/7/tweets?" in server.heads[-1]


def test_shown_as_readers_see_it() -> None:
    """Entities are decoded, links stand in full, and the address of a photo is no part of the text."""
    one = tweet("Harbour &amp; port https://t.co/Ab1 https://t.co/Pic", url(LINK), PICTURE)
    with serving(answer(told(200, {"data": [one], "meta": {"result_count": 1}}))) as server:
        (found,) = an_x(server).shown(SINCE)
    shown: tuple[object, ...] = (found.receipt, found.text, found.links, found.key)
    assert shown == (OURS, f"Harbour & port {LINK}", {LINK}, "")
