"""The Bluesky adapter against the network's own server, started on the loopback by tests/services/pds/start."""

import hashlib
import io
import json
import random
import re
import selectors
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from syndicator import adapters
from syndicator.adapters import Adapter
from syndicator.errors import AccountRefused, MediaRefused, OutcomeUnknown, Rejected
from syndicator.models import Account, Card, DeliveryRules, Media
from tests.adapters.contract import NONE, SINCE, Contract, Go
from tests.adapters.places import LINK, Place, Seen, again, make, photo

START = Path(__file__).parent.parent / "services" / "pds" / "start"
PATIENCE = 600.0  # seconds: the first start compiles the server's database
OPS = {
    "putRecord": "publish",
    "uploadBlob": "upload",
    "deleteRecord": "retract",
    "getRecord": "find",
    "listRecords": "find",
}
POSTS = "app.bsky.feed.post"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a running server; it ends with its standard input."""
    if not shutil.which("npm"):
        pytest.skip("npm is needed to install the server")
    with subprocess.Popen([START], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        with selectors.DefaultSelector() as waiting:
            waiting.register(process.stdout, selectors.EVENT_READ)
            ready = waiting.select(PATIENCE)
        try:
            assert ready, f"the server was not up within {PATIENCE:.0f} seconds"
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.stdin.close()
            process.wait(30)


@dataclass
class Pds:
    """A fresh account on the server: a `Place` of the contract without faults on request."""

    url: str
    handle: str
    identity: str
    token: str
    secrets: Mapping[str, str]
    platform: str = "bluesky"
    log: list[str] = field(default_factory=list)

    def adapter(self, seconds: float = 20.0, base_url: str = "") -> Adapter:
        """An adapter whose requests are noted."""
        account = Account(
            name="bluesky-pds",
            platform="bluesky",
            identity=self.identity,
            base_url=base_url or self.url,
            delivery=DeliveryRules(timeout=timedelta(seconds=seconds)),
            options={"handle": self.handle},
        )
        adapter: Any = adapters.build(account, self.secrets)
        adapter._wire.session.hooks["response"].append(self._note)
        return adapter

    def _note(self, response: requests.Response, **_: Any) -> None:
        method = response.url.partition("?")[0].rpartition(".")[2]
        self.log.append(OPS.get(method, "verify"))

    def ops(self) -> list[str]:
        """See Place."""
        return list(self.log)

    def call(self, method: str, body: Mapping[str, Any] | None = None, **params: Any) -> requests.Response:
        """A request of the account's owner."""
        verb = "POST" if body is not None else "GET"
        answer = requests.request(
            verb,
            f"{self.url}/xrpc/com.atproto.{method}",
            json=body,
            params=params,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=20,
        )
        answer.raise_for_status()
        return answer

    def records(self) -> list[dict[str, Any]]:
        """What is public, oldest first."""
        found = self.call("repo.listRecords", repo=self.identity, collection=POSTS, reverse="true").json()
        return list(found["records"])

    def posts(self) -> list[Seen]:
        """See Place."""
        return [self._seen(one["uri"], one["value"]) for one in self.records()]

    def _seen(self, uri: str, record: dict[str, Any]) -> Seen:
        embed = record.get("embed", {})
        links = [f["features"][0]["uri"] for f in record.get("facets", []) if "uri" in f["features"][0]]
        links += [embed["external"]["uri"]] if "external" in embed else []
        media = [(self._digest(one["image"]["ref"]["$link"]), one["alt"]) for one in embed.get("images", [])]
        return Seen(uri, record["text"], tuple(links), tuple(media))

    def _digest(self, cid: str) -> str:
        return hashlib.sha256(self.call("sync.getBlob", did=self.identity, cid=cid).content).hexdigest()

    def hand_post(self, text: str, link: str) -> None:
        """See Place."""
        record: dict[str, Any] = {"$type": POSTS, "text": text, "createdAt": datetime.now(UTC).isoformat()}
        if link:
            card = {"uri": link, "title": "", "description": ""}
            record["embed"] = {"$type": "app.bsky.embed.external", "external": card}
        self.call("repo.createRecord", {"repo": self.identity, "collection": POSTS, "record": record})


_names = count(1)


@pytest.fixture
def place(server: str) -> Pds:
    """An account of its own for each test, with an app password as a newsroom would use."""
    handle = f"paper{next(_names)}.test"
    wanted = {"handle": handle, "email": f"{handle}@example.com", "password": "a-password-for-the-tests"}
    made = requests.post(f"{server}/xrpc/com.atproto.server.createAccount", json=wanted, timeout=20).json()
    pds = Pds(server, handle, made["did"], made["accessJwt"], {})
    password = pds.call("server.createAppPassword", {"name": "syndicator"}).json()["password"]
    return replace(pds, secrets={"app_password": password})


@pytest.fixture
def adapter(place: Pds) -> Adapter:
    """The adapter under test."""
    return place.adapter()


class TestContract:
    """The parts of the contract that need no faults."""

    look = Contract.look
    test_text_on_the_wire = Contract.test_text_on_the_wire
    test_find_knows_the_text = Contract.test_find_knows_the_text
    test_very_long_link = Contract.test_very_long_link
    test_photo_and_alt_text_arrive = Contract.test_photo_and_alt_text_arrive
    test_without_link = Contract.test_without_link
    test_nothing_is_sent_when_go_refuses = Contract.test_nothing_is_sent_when_go_refuses
    test_too_long = Contract.test_too_long
    test_same_key_same_post = Contract.test_same_key_same_post
    test_find_skips_what_is_known = Contract.test_find_skips_what_is_known
    test_find_does_not_take_text_for_link = Contract.test_find_does_not_take_text_for_link
    test_shown_is_empty_at_first = Contract.test_shown_is_empty_at_first
    test_shown_lists_ours_and_others = Contract.test_shown_lists_ours_and_others
    test_shown_reads_every_page = Contract.test_shown_reads_every_page
    test_shown_honours_since = Contract.test_shown_honours_since
    test_one_listing_serves_all = Contract.test_one_listing_serves_all
    test_retracted_posts_are_not_shown = Contract.test_retracted_posts_are_not_shown
    test_receipt_tells_the_answer = Contract.test_receipt_tells_the_answer
    test_verify = Contract.test_verify
    test_locate = Contract.test_locate
    test_retract = Contract.test_retract

    @pytest.mark.parametrize("pictures", [0, 1])
    def test_go_is_followed_by_one_request(self, place: Place, adapter: Adapter, pictures: int) -> None:
        """After `go` there is the publishing request and nothing else."""
        go = Go(place)
        adapter.publish(make(adapter.features, "Once", LINK, *[photo()] * pictures), go)
        assert place.ops()[go.asked[0] :] == ["publish"]


def test_a_real_post_is_taken_in_full(place: Pds, adapter: Adapter) -> None:
    """Card, thumbnail, link in the text, hashtag, language and label pass the server's own checks."""
    post = make(adapter.features, f"Größe 👩🏽‍🚀 {LINK} #Häfen", LINK)
    post = replace(post, card=Card(LINK, "Harbour reopens", "After two years.", photo()), sensitive=True)
    adapter.publish(post, Go(place))
    record = place.records()[0]["value"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["createdAt"])
    assert [(f["index"]["byteStart"], f["index"]["byteEnd"]) for f in record["facets"]] == [(24, 75), (76, 83)]
    assert record["embed"]["external"]["thumb"]["mimeType"] == "image/jpeg"
    assert record["labels"]["values"] == [{"val": "graphic-media"}]
    assert record["langs"] == ["en"]


@pytest.mark.parametrize(
    ("text", "fits"),
    [("x" * 300, True), ("👨‍👩‍👧‍👦" * 120, True), ("👨‍👩‍👧‍👦" * 121, False), ("🇺🇦" * 300, True), ("🇺🇦" * 301, False)],
)
def test_both_limits_of_a_text(place: Pds, adapter: Adapter, text: str, fits: bool) -> None:
    """300 graphemes and 3,000 bytes are taken; one more of either is refused as too long."""
    post = make(adapter.features, text, "")
    if fits:
        adapter.publish(post, Go(place))
        assert place.posts()[0].text == text
    else:
        with pytest.raises(Rejected) as caught:
            adapter.publish(post, Go(place))
        assert caught.value.code == "too_long"


def test_other_words_under_the_same_key(place: Pds, adapter: Adapter) -> None:
    """A record that is there is never overwritten, and `find` leaves the verdict to a person."""
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


def noise(side: int) -> Media:
    """A real JPEG of about `side` x `side` bytes."""
    buffer = io.BytesIO()
    pixels = random.Random(1).randbytes(3 * side * side)  # the same on every run
    Image.frombytes("RGB", (side, side), pixels).save(buffer, "JPEG", quality=50)
    data = buffer.getvalue()
    return Media(hashlib.sha256(data).hexdigest(), "image/jpeg", side, side, data=data)


def words() -> Media:
    """Something that is no photo."""
    data = b"plain words " * 100
    return Media(hashlib.sha256(data).hexdigest(), "text/plain", 0, 0, data=data)


@pytest.mark.parametrize("photo_of", [words, lambda: noise(3000)], ids=["words", "too large"])
@pytest.mark.parametrize("where", ["photo", "thumb"])
def test_refused_photos(place: Pds, adapter: Adapter, photo_of: Callable[[], Media], where: str) -> None:
    """What the server does not take as a photo or thumbnail is a refused photo, and nothing is public."""
    media = photo_of()
    post = make(adapter.features, "Photo", LINK, *([media] if where == "photo" else []))
    if post.card:
        post = replace(post, card=replace(post.card, thumb=media))
    with pytest.raises(MediaRefused):
        adapter.publish(post, Go(place))
    assert place.posts() == []


def test_revoked_app_password(place: Pds) -> None:
    """A password that was taken back refuses the account."""
    place.call("server.revokeAppPassword", {"name": "syndicator"})
    with pytest.raises(AccountRefused) as caught:
        place.adapter().verify()
    assert caught.value.code == "token"


def test_deactivated_account(place: Pds, adapter: Adapter) -> None:
    """An account that its owner has switched off is refused, not the post."""
    adapter.verify()
    place.call("server.deactivateAccount", {})
    with pytest.raises(AccountRefused):
        adapter.publish(make(adapter.features), Go(place))
    with pytest.raises(AccountRefused):
        adapter.verify()


def test_session_is_kept(place: Pds) -> None:
    """One log-in serves many posts, also after the session has been looked after."""
    adapter: Any = place.adapter()
    adapter.publish(make(adapter.features), Go(place))
    adapter._repo._seen -= 3600
    adapter.publish(again(make(adapter.features)), Go(place))
    assert place.ops() == ["verify", "publish", "verify", "publish"]
