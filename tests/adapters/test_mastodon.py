"""Mastodon: the contract through Mastodon.py, and what only this network has."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from syndicator import adapters
from syndicator.adapters import Adapter
from syndicator.adapters.mastodon import _refusal
from syndicator.adapters.wire import Answer, Call
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
from syndicator.models import Account, DeliveryRules, Post

from .contract import Go, NetworkContract
from .places import LINK, Place, SandboxPlace, make, photo

SECRETS = {"access_token": "sandbox-token"}


class TestContract(NetworkContract):
    """The contract."""

    platform = "mastodon"
    budget = (300, 299)

    def test_locate(self, place: Place, adapter: Adapter) -> None:
        """A permalink a person pastes leads back to the receipt, on the account's own server whatever its scheme."""
        receipt = adapter.publish(make(adapter.features), Go(place))
        assert adapter.locate(f"  {receipt.permalink}\n") == receipt

    @pytest.mark.parametrize("on", ["find", "verify"])
    def test_deadline_of_reading(self, place: Place, on: str) -> None:
        """The deadline also bounds what only reads, where the answer is long enough to be dripped."""
        place.hand_post("Look what we found", LINK)
        super().test_deadline_of_reading(place, on)


class TestSandbox:
    """Against the loopback network."""

    @pytest.fixture
    def place(self) -> Iterator[SandboxPlace]:
        """A network of its own for each test."""
        from syndicator.sandbox import Sandbox

        with Sandbox(("mastodon",)) as box:
            yield SandboxPlace(box, "mastodon")

    def test_what_travels_beside_the_text(self, place: SandboxPlace) -> None:
        """Warning, language, cover and key arrive."""
        adapter = place.adapter()
        post = Post("Wounded at the harbour", warning="Violence", language="de", sensitive=True, key="k" * 64)
        adapter.publish(post, Go(place))
        (seen,) = place.box.posts("mastodon")
        assert (seen.warning, seen.language, seen.sensitive, seen.key) == ("Violence", "de", True, "k" * 64)

    def test_limits_of_the_server(self, place: SandboxPlace) -> None:
        """`verify` brings the server's own numbers, by the names of Features."""
        found = place.adapter().verify()
        assert found.handle == f"@main@{place.box.url('mastodon').partition('://')[2]}"
        assert found.limits == {
            "text_limit": 500,
            "link_cost": 23,
            "images": 4,
            "image_bytes": 16_777_216,
            "image_pixels": 33_177_600,
            "alt_limit": 1500,
        }

    def test_photo_is_awaited(self, place: SandboxPlace) -> None:
        """A photo the server still processes is waited for before the post goes out."""
        place.box.fault("mastodon", "processing", on="upload", polls=2)
        adapter = place.adapter(seconds=5)
        adapter.publish(make(adapter.features, "Photo", LINK, photo("Dawn")), Go(place))
        assert [alt for _, alt in place.posts()[0].media] == ["Dawn"]

    def test_photo_that_is_never_ready(self, place: SandboxPlace) -> None:
        """A photo not processed in time leaves nothing public, and the deadline is kept."""
        place.box.fault("mastodon", "processing", on="upload", polls=999)
        adapter, go, started = place.adapter(seconds=1), Go(place), time.monotonic()
        with pytest.raises(Unavailable) as caught:
            adapter.publish(make(adapter.features, "Photo", LINK, photo()), go)
        assert (caught.value.code, go.asked) == ("media_not_ready", [])
        assert time.monotonic() - started < 1.5

    def test_nothing_is_asked_at_the_start(self, place: SandboxPlace) -> None:
        """Building an adapter sends nothing, and publishing sends nothing but the post."""
        adapter = place.adapter()
        assert place.ops() == []
        adapter.publish(make(adapter.features), Go(place))
        assert place.ops() == ["publish"]


# ---------------------------------------------------------------------------------------------- strange servers

STATUS = {
    "id": "1",
    "url": "https://social.example/@main/1",
    "content": "<p>Harbour reopens</p>",
    "created_at": "2026-11-23T10:00:00.000Z",
}
LIMITED: dict[str, str] = {
    "X-RateLimit-Limit": "300",
    "X-RateLimit-Remaining": "299",
    "X-RateLimit-Reset": "2026-11-23T11:00:00Z",
}
Script = Mapping[str, tuple[int, Any, Mapping[str, str]]]


@contextmanager
def server(script: Script) -> Iterator[str]:
    """A server that answers by path with exactly these headers: no Date of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body, headers = script[self.path.partition("?")[0]]
            data = json.dumps(body).encode()
            self.send_response_only(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": len(data), **headers}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_DELETE = do_GET  # noqa: N815 - names of the standard library

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_address[1]}"
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join(5)


def adapter_at(url: str, **more: Any) -> Adapter:
    """An adapter for an account on the server."""
    rules = DeliveryRules(timeout=timedelta(seconds=2))
    return adapters.build(Account("m", "mastodon", base_url=url, delivery=rules, **more), SECRETS)


@pytest.mark.parametrize("wrong", [{"Date": "yesterday"}, {"X-RateLimit-Reset": "soon"}])
def test_rate_limit_error_after_a_success(wrong: Mapping[str, str]) -> None:
    """A 200 with odd headers is public: the library's rate-limit error must not say that nothing was published."""
    with server({"/api/v1/statuses": (200, STATUS, {**LIMITED, **wrong})}) as url, pytest.raises(OutcomeUnknown):
        adapter_at(url).publish(Post("Harbour reopens", key="k"), lambda: None)


@pytest.mark.parametrize("headers", [LIMITED, {**LIMITED, "Date": "Mon, 23 Nov 2026 10:00:00 GMT"}])
def test_too_many_requests_with_and_without_date(headers: Mapping[str, str]) -> None:
    """A 429 is a limit, whatever the library makes of its headers."""
    script: Script = {"/api/v1/statuses": (429, {"error": "Too many requests"}, headers)}
    with server(script) as url, pytest.raises(RateLimited) as caught:
        adapter_at(url).publish(Post("Harbour reopens", key="k"), lambda: None)
    assert caught.value.until > datetime.now(UTC)


@pytest.mark.parametrize("headers", [{}, {"X-RateLimit-Limit": "many", "X-RateLimit-Remaining": "few"}])
def test_no_budget_from_rubbish(headers: Mapping[str, str]) -> None:
    """Limits that are missing or no numbers are no budget, and no error."""
    with server({"/api/v1/statuses": (200, STATUS, headers)}) as url:
        adapter = adapter_at(url)
        with suppress(OutcomeUnknown):  # the library stumbles over some
            adapter.publish(Post("Harbour reopens", key="k"), lambda: None)
        assert adapter.budget is None


def test_another_text_comes_back() -> None:
    """An answer with other words is no receipt for these."""
    with server({"/api/v1/statuses": (200, STATUS, {})}) as url, pytest.raises(OutcomeUnknown) as caught:
        adapter_at(url).publish(Post("Harbour closes", key="k"), lambda: None)
    assert caught.value.code == "text_differs"


def test_server_that_tells_no_limits() -> None:
    """An older server without /api/v2/instance still tells whose token it is."""
    script: Script = {
        "/api/v1/accounts/verify_credentials": (200, {"id": "7", "username": "main"}, {}),
        "/api/v2/instance/": (404, {"error": "not found"}, {}),
    }
    with server(script) as url:
        found = adapter_at(url).verify()
    assert (found.id, dict(found.limits)) == ("7", {})


@pytest.mark.parametrize("body", [{}, {"statuses": []}, "", None, [{}]])
def test_a_list_that_is_none(body: object) -> None:
    """An answer that is no list of posts is never "absent"."""
    with server({"/api/v1/accounts/7/statuses": (200, body, {})}) as url, pytest.raises(LookError):
        adapter_at(url, identity="7").find(Post("Harbour reopens"), datetime(2026, 11, 23, tzinfo=UTC), frozenset())


# ---------------------------------------------------------------------------------------------- tables


@pytest.mark.parametrize(
    ("status", "words", "sent", "leaf", "code"),
    [
        (200, "", True, None, ""),
        (302, "", True, None, ""),
        (400, "Bad request", True, Rejected, "invalid"),
        (401, "The access token is invalid", True, AccountRefused, "token"),
        (401, "The access token is invalid", False, AccountRefused, "token"),
        (403, "Your login is currently disabled", True, AccountRefused, "permission"),
        (404, "", True, AccountRefused, "not_found"),
        (404, "Record not found", True, Rejected, "gone"),
        (408, "", True, OutcomeUnknown, "server_error"),
        (413, "", False, MediaRefused, "media"),
        (422, "Validation failed: File content type is invalid", False, MediaRefused, "media"),
        (422, "Validation failed: Text character limit of 500 exceeded", True, Rejected, "too_long"),
        (
            422,
            "Cannot attach files that have not finished processing. Try again!",
            True,
            Unavailable,
            "media_not_ready",
        ),
        (422, "Media 1 not found or already attached to another post", True, Unavailable, "media_not_ready"),
        (422, "Validation failed: Text can't be blank", True, Rejected, "invalid"),
        (429, "Too many requests", True, RateLimited, "rate_limited"),
        (500, "", True, OutcomeUnknown, "server_error"),
        (503, "There was a temporary problem", True, OutcomeUnknown, "server_error"),
        (503, "There was a temporary problem", False, None, ""),
    ],
)
def test_refusals(status: int, words: str, sent: bool, leaf: type[DeliveryError] | None, code: str) -> None:
    """Each answer is the leaf that says whether anything can be public."""
    call = Call(1.0)
    call.sent = sent
    call.answer = Answer(status, {}, json.dumps({"error": words}).encode())
    found = _refusal(ValueError(), call)
    assert (type(found) if found else None, found.code if found else "") == (leaf, code)


HOME = "https://social.example"


@pytest.mark.parametrize(
    ("address", "permalink"),
    [
        (f"{HOME}/@desk/123", f"{HOME}/@desk/123"),
        (f" {HOME}/@desk/123/ ", f"{HOME}/@desk/123"),
        ("https://SOCIAL.example/@desk/123", f"{HOME}/@desk/123"),
        (f"{HOME}/web/@desk/123", f"{HOME}/@desk/123"),
        (f"{HOME}/users/desk/statuses/123", f"{HOME}/@desk/123"),
        (f"{HOME}/web/statuses/123", f"{HOME}/web/statuses/123"),
        (f"{HOME}/@desk@elsewhere.example/123", ""),
        ("https://elsewhere.example/@desk/123", ""),
        ("https://social.example.evil.example/@desk/123", ""),
        (f"{HOME}/@desk", ""),
        (f"{HOME}/about", ""),
        ("ftp://social.example/@desk/123", ""),
    ],
)
def test_locate(address: str, permalink: str) -> None:
    """The forms in which a post's address is pasted, on the account's own server only."""
    adapter = adapter_at(HOME)
    if permalink:
        receipt = adapter.locate(address)
        assert (receipt.remote_id, receipt.permalink) == ("123", permalink)
    else:
        with pytest.raises(ValueError, match="not the address"):
            adapter.locate(address)


def test_account_without_server() -> None:
    """Without base_url the configuration is refused in words that name it."""
    with pytest.raises(ConfigError, match="base_url"):
        adapter_at("")
