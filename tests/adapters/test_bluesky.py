"""Bluesky: the contract through atproto's client, and what only this network has."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from syndicator import adapters
from syndicator.adapters import Adapter
from syndicator.adapters.bluesky import Bluesky, refusal
from syndicator.adapters.wire import Answer, Call
from syndicator.delivery import record_key
from syndicator.errors import (
    AccountRefused,
    ConfigError,
    DeliveryError,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from syndicator.models import Account

from .contract import NONE, SINCE, Go, NetworkContract
from .places import LINK, Place, SandboxPlace, make, photo, tid

DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"


class TestContract(NetworkContract):
    """The contract."""

    platform = "bluesky"
    budget = (2500, 2499)  # of 5,000 points, two for each

    def test_find_beside_a_hand_made_post(self, place: Place, adapter: Adapter) -> None:
        """A post somebody made of the same link is never taken for ours: only the record's key decides."""
        post = make(adapter.features, "Ours")
        place.hand_post("Ours", LINK)
        assert self.look(adapter, post) is None
        receipt = adapter.publish(post, Go(place))
        place.hand_post("Ours", LINK)
        assert self.look(adapter, post) == receipt


class TestSandbox:
    """Against the loopback network."""

    @pytest.fixture
    def place(self) -> Iterator[SandboxPlace]:
        """A network of its own for each test."""
        from syndicator.sandbox import Sandbox

        with Sandbox(("bluesky",)) as box:
            yield SandboxPlace(box, "bluesky")

    def test_one_log_in_for_many_posts(self, place: SandboxPlace) -> None:
        """Building sends nothing, and the session of the first use serves the others."""
        adapter = place.adapter()
        assert place.ops() == []
        for number in range(3):
            adapter.publish(make(adapter.features, f"Number {number}"), Go(place))
        assert place.ops() == ["verify", "publish", "publish", "publish"]

    def test_old_session_is_looked_after_before_go(self, place: SandboxPlace) -> None:
        """A session not seen for ten minutes is asked for first; one that has ended is replaced by a new log-in."""
        adapter: Any = place.adapter()
        adapter.verify()
        before = len(place.ops())
        adapter._repo._seen -= 601
        place.fault("expired", on="verify")
        go = Go(place)
        adapter.publish(make(adapter.features), go)
        assert place.ops()[before:] == ["verify", "verify", "publish"]
        assert place.ops()[go.asked[0] :] == ["publish"]

    def test_server_in_trouble_before_go(self, place: SandboxPlace) -> None:
        """When nobody can tell whether the session lives, nothing is sent."""
        adapter: Any = place.adapter()
        adapter.verify()
        adapter._repo._seen -= 601
        place.fault("500-before", on="verify")
        with pytest.raises(Unavailable):
            adapter.publish(make(adapter.features), Go(place))
        assert place.posts() == []

    def test_refused_account_logs_in_anew(self, place: SandboxPlace) -> None:
        """After a refused token the next try starts with the password."""
        adapter = place.adapter()
        place.fault("expired")
        with pytest.raises(AccountRefused) as caught:
            adapter.publish(make(adapter.features), Go(place))
        adapter.publish(make(adapter.features), Go(place))
        assert caught.value.code == "token"
        assert place.ops() == ["verify", "publish", "verify", "publish"]

    def test_other_words_under_the_same_key(self, place: SandboxPlace) -> None:
        """A record that is there is never overwritten, and `find` leaves the verdict to a person."""
        adapter = place.adapter()
        post = make(adapter.features, "First words")
        adapter.publish(post, Go(place))
        other = replace(post, text="Other words")
        with pytest.raises(OutcomeUnknown) as caught:
            adapter.publish(other, Go(place))
        found = adapter.find(other, datetime.now(UTC) - SINCE, NONE)
        assert caught.value.code == "record_taken"
        assert found
        assert found.probable
        assert [one.text for one in place.posts()] == ["First words"]

    def test_photo_refused_with_the_record(self, place: SandboxPlace) -> None:
        """The network judges a photo when the record names it: nothing is public, and the post can go without."""
        adapter = place.adapter()
        place.fault("bad_media")
        with pytest.raises(MediaRefused):
            adapter.publish(make(adapter.features, "Photo", LINK, photo()), Go(place))
        assert place.posts() == []

    def test_label_and_language(self, place: SandboxPlace) -> None:
        """A sensitive post carries the label that covers its photo, and its language."""
        adapter = place.adapter()
        adapter.publish(
            replace(make(adapter.features, "Photo", LINK, photo()), sensitive=True, language="de"), Go(place)
        )
        (seen,) = place.box.posts("bluesky")
        assert (seen.warning, seen.language) == ("graphic-media", "de")

    def test_post_that_waited_is_shown(self, place: SandboxPlace) -> None:
        """A post planned for days ago and made public now is listed, behind keys that are newer than its own."""
        adapter = place.adapter()
        planned = datetime.now(UTC) - timedelta(days=3)
        place.hand_post("Typed by hand", LINK)
        post = replace(make(adapter.features), record_key=record_key("5" * 64, planned))
        receipt = adapter.publish(post, Go(place))
        assert receipt in [one.receipt for one in adapter.shown(datetime.now(UTC) - SINCE)]

    def test_listing_ends_with_old_keys(self, place: SandboxPlace) -> None:
        """A record whose key is weeks old ends the listing, so that not a whole history is read."""
        adapter = place.adapter()
        adapter.verify()
        since = datetime.now(UTC) + timedelta(days=30)
        for number in range(120):
            place.hand_post(f"Number {number}", "")
        assert adapter.shown(since) == []
        assert place.ops().count("find") == 1

    def test_foreign_post_is_not_retracted(self, place: SandboxPlace) -> None:
        """A post of somebody else is refused before anything is sent."""
        adapter = place.adapter()
        stranger = replace(
            adapter.locate(f"at://{place.identity}/app.bsky.feed.post/{tid()}"), remote_id=f"at://{DID}/x/y"
        )
        with pytest.raises(Rejected):
            adapter.retract(stranger)
        assert "retract" not in place.ops()


# ---------------------------------------------------------------------------------------------- tables


@pytest.mark.parametrize(
    ("status", "name", "words", "sent", "expected"),
    [
        (200, "", "", True, (None, "")),
        (400, "ExpiredToken", "Token has expired", True, (AccountRefused, "token")),
        (401, "AuthenticationRequired", "Invalid identifier or password", False, (AccountRefused, "token")),
        (401, "AccountTakedown", "Account has been taken down", True, (AccountRefused, "suspended")),
        (403, "", "", True, (AccountRefused, "permission")),
        (404, "", "", True, (AccountRefused, "not_found")),
        (400, "InvalidSwap", "Record was at bafy", True, (OutcomeUnknown, "record_taken")),
        (400, "InvalidRequest", "grapheme too big (maximum 300, got 301)", True, (Rejected, "too_long")),
        (400, "InvalidRequest", "Record/text must not be longer than 3000 bytes", True, (Rejected, "too_long")),
        (400, "InvalidRequest", "Invalid record key", True, (Rejected, "invalid")),
        (400, "BlobNotFound", "Could not find blob", True, (MediaRefused, "media")),
        (400, "InvalidMimeType", "Wrong mimetype", True, (MediaRefused, "media")),
        (400, "InvalidSize", "", True, (MediaRefused, "media")),
        (400, "InvalidRequest", 'Expected "image/*" at $.record.embed.images[0].image', True, (MediaRefused, "media")),
        (400, "InvalidRequest", "blob too big at $.record.embed.external.thumb", True, (MediaRefused, "media")),
        (413, "PayloadTooLarge", "request entity too large", False, (MediaRefused, "media")),
        (429, "RateLimitExceeded", "Rate Limit Exceeded", True, (RateLimited, "rate_limited")),
        (409, "", "", True, (OutcomeUnknown, "server_error")),
        (500, "InternalServerError", "", True, (OutcomeUnknown, "server_error")),
        (502, "UpstreamFailure", "", False, (None, "")),
    ],
)
def test_refusals(
    status: int, name: str, words: str, sent: bool, expected: tuple[type[DeliveryError] | None, str]
) -> None:
    """Each answer is the leaf that says whether anything can be public."""
    call = Call(1.0)
    call.sent = sent
    call.answer = Answer(status, {}, json.dumps({"error": name, "message": words}).encode())
    found = refusal(ValueError(), call)
    assert (type(found) if found else None, found.code if found else "") == expected


def test_refused_log_in() -> None:
    """A log-in that is refused for its form is the account's matter, not the photo's."""
    response = requests.Response()
    response.url = "https://bsky.social/xrpc/com.atproto.server.createSession"
    call = Call(1.0)
    call.answer = Answer(400, {}, b'{"error":"InvalidRequest","message":"Error: Input/identifier must be a string"}')
    found = refusal(requests.HTTPError(response=response), call)
    assert isinstance(found, AccountRefused)


def adapter_of(identity: str = DID, handle: str = "news.example.com") -> Bluesky:
    """An adapter that has sent nothing."""
    options = {"handle": handle} if handle else {}
    found = adapters.build(
        Account("b", "bluesky", identity=identity, options=options), {"app_password": "sandbox-word"}
    )
    assert isinstance(found, Bluesky)
    return found


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        (f"https://bsky.app/profile/{DID}/post/3mabcdefghij2", True),
        ("https://bsky.app/profile/news.example.com/post/3mabcdefghij2", True),
        (" https://bsky.app/profile/News.Example.com/post/3mabcdefghij2/ ", True),
        (f"at://{DID}/app.bsky.feed.post/3mabcdefghij2", True),
        ("https://bsky.app/profile/somebody.example/post/3mabcdefghij2", False),
        (f"https://elsewhere.example/profile/{DID}/post/3mabcdefghij2", False),
        (f"https://bsky.app/profile/{DID}", False),
        (f"at://{DID}/app.bsky.feed.like/3mabcdefghij2", False),
    ],
)
def test_locate(address: str, ours: bool) -> None:
    """The forms in which a post's address is pasted, of this account only; the permalink names the DID, which stays."""
    if ours:
        receipt = adapter_of(handle="@news.example.com").locate(address)
        assert receipt.remote_id == f"at://{DID}/app.bsky.feed.post/3mabcdefghij2"
        assert receipt.permalink == f"https://bsky.app/profile/{DID}/post/3mabcdefghij2"
    else:
        with pytest.raises(ValueError, match="not the address"):
            adapter_of().locate(address)


def test_locate_before_anybody_knows_the_account() -> None:
    """Without the account's DID there is no receipt to be made from a handle."""
    with pytest.raises(ValueError, match="not the address"):
        adapter_of(identity="").locate("https://bsky.app/profile/news.example.com/post/3mabcdefghij2")


def test_account_without_handle() -> None:
    """Without a handle the configuration is refused in words that name it."""
    with pytest.raises(ConfigError, match="handle"):
        adapter_of(handle="")
