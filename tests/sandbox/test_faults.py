"""Faults on request, seen with nothing but HTTP, and once through the clients."""

import subprocess
import sys
import time
from typing import Any

import pytest
import requests
import tweepy
from mastodon import MastodonAPIError, MastodonInternalServerError, MastodonNetworkError

from syndicator.sandbox import Sandbox
from tests.sandbox.clients import mastodon_client, x_client

# kind, options, what the caller gets (a status, or the class of the error), posts stored
KINDS: list[tuple[str, dict[str, Any], int | type[Exception], int]] = [
    ("500-before", {}, 500, 0),
    ("500-after", {}, 500, 1),
    ("500-after", {"status": 503}, 503, 1),
    ("hangup-before", {}, requests.ConnectionError, 0),
    ("hangup-after", {}, requests.ConnectionError, 1),
    ("hang", {"seconds": 5}, requests.ReadTimeout, 0),
    ("hang", {"seconds": 5, "after": True}, requests.ReadTimeout, 1),
    ("hang", {"seconds": 0.01}, requests.ConnectionError, 0),
    ("hang", {"seconds": 0.01, "late": True}, 200, 1),
    ("drip", {"interval": 0.0001}, 200, 1),
    ("429", {}, 429, 0),
    ("429-bare", {}, 429, 0),
    ("401", {}, 401, 0),
    ("403", {}, 403, 0),
    ("expired", {}, 401, 0),
    ("duplicate", {}, 503, 0),
    ("too_long", {}, 422, 0),
    ("bad_media", {}, 422, 0),
    ("rubbish", {}, 200, 0),
    ("rubbish", {"form": "json", "after": True}, 200, 1),
    ("empty", {}, 200, 0),
    ("empty", {"after": True}, 200, 1),
    ("truncated", {}, requests.exceptions.ChunkedEncodingError, 1),
]


def publish(box: Sandbox, text: str = "Hello") -> requests.Response:
    token = box.accounts("mastodon")["secrets"]["access_token"]
    address = f"{box.url('mastodon')}/api/v1/statuses"
    return requests.post(address, {"status": text}, headers={"Authorization": f"Bearer {token}"}, timeout=0.5)


@pytest.mark.parametrize(("kind", "options", "gets", "stored"), KINDS)
def test_each_kind_once(
    box: Sandbox, kind: str, options: dict[str, Any], gets: int | type[Exception], stored: int
) -> None:
    """The fault shows as it is described, the post is stored or not, and the next call goes well."""
    box.fault("mastodon", kind, **options)
    if isinstance(gets, int):
        assert publish(box).status_code == gets
    else:
        with pytest.raises(gets):
            publish(box)
    assert (len(box.posts("mastodon")), box.faults_left("mastodon")) == (stored, 0)
    assert publish(box, "Next").json()["content"] == "<p>Next</p>"


@pytest.mark.parametrize(("kind", "told"), [("429", True), ("429-bare", False)])
@pytest.mark.parametrize(
    ("network", "path", "header"),
    [
        ("mastodon", "/api/v1/statuses", "X-RateLimit-Reset"),
        ("x", "/2/tweets", "x-rate-limit-reset"),
        ("bluesky", "/xrpc/com.atproto.repo.putRecord", "retry-after"),
        ("facebook_page", "/v24.0/me/feed", "X-Business-Use-Case-Usage"),
    ],
)
def test_a_429_tells_when_to_come_back_unless_it_is_bare(
    box: Sandbox, network: str, path: str, header: str, kind: str, told: bool
) -> None:
    """Each network has a header of its own for it."""
    box.fault(network, kind)
    answer = requests.post(box.url(network) + path, timeout=5)
    assert (answer.status_code in (403, 429), header in answer.headers) == (True, told)


def test_a_fault_keeps_to_its_calls_text_and_number(box: Sandbox) -> None:
    """`match` is a part of the post's text, `times` how often; other calls are left alone."""
    box.fault("mastodon", "500-before", match="storm", times=2)
    box.fault("mastodon", "403", on="upload")
    seen = [publish(box, text).status_code for text in ("calm", "a storm", "calm", "the storm", "storm over")]
    assert (seen, box.faults_left("mastodon")) == ([200, 500, 200, 500, 200], 1)
    box.fault("mastodon", "401", on="any", times=-1)
    assert [publish(box).status_code for _ in range(3)] == [401] * 3
    box.clear_faults()
    assert publish(box).status_code == 200


def test_what_cannot_be_a_fault_is_refused(box: Sandbox) -> None:
    """An unknown kind, an unknown call and a kill without a process."""
    for kind, on in (("earthquake", "publish"), ("401", "lunch"), ("kill", "publish")):
        with pytest.raises(ValueError, match=r"fault|calls"):
            box.fault("x", kind, on=on)
    assert box.faults_left("x") == 0


def test_clients_meet_the_faults(box: Sandbox) -> None:
    """tweepy and Mastodon.py raise what they raise in production."""
    box.fault("x", "500-after")
    with pytest.raises(tweepy.TwitterServerError):
        x_client(box).create_tweet(text="Hello", user_auth=True)
    with pytest.raises(tweepy.Forbidden, match="duplicate"):
        x_client(box).create_tweet(text="Hello", user_auth=True)
    for kind, error in (
        ("500-after", MastodonInternalServerError),
        ("hangup-after", MastodonNetworkError),
        ("rubbish", MastodonAPIError),
    ):
        box.fault("mastodon", kind)
        with pytest.raises(error):
            mastodon_client(box).status_post("Hello", idempotency_key="k")
    assert mastodon_client(box).status_post("Hello", idempotency_key="k").id
    assert (len(box.posts("x")), len(box.posts("mastodon"))) == (1, 1)


@pytest.mark.parametrize(("when", "stored"), [("receipt", 0), ("stored", 1), ("answered", 1)])
def test_kill_ends_the_process_that_was_named(box: Sandbox, when: str, stored: int) -> None:
    """SIGKILL before, after storing, or after the answer; the post is there or not."""
    victim = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    box.fault("mastodon", "kill", pid=victim.pid, when=when)
    if when == "answered":
        assert publish(box).status_code == 200
    else:
        with pytest.raises(requests.ConnectionError):
            publish(box)
    assert (victim.wait(5), len(box.posts("mastodon"))) == (-9, stored)
    assert victim.stdin is not None
    victim.stdin.close()


def test_stopping_does_not_wait_for_a_call_that_hangs() -> None:
    """A sandbox with hanging calls ends at once."""
    with Sandbox(("mastodon",)) as box:
        box.fault("mastodon", "hang", seconds=300)
        with pytest.raises(requests.ReadTimeout):
            publish(box)
        start = time.monotonic()
    assert time.monotonic() - start < 3


def test_the_log_tells_what_was_asked_and_answered(box: Sandbox) -> None:
    """Method, path without query, op, size and status, 0 for a hang-up; no secret anywhere."""
    requests.get(f"{box.url('facebook_page')}/v24.0/me?access_token=secret", timeout=5)
    publish(box, "Hello")
    box.fault("mastodon", "hangup-before")
    with pytest.raises(requests.ConnectionError):
        publish(box)
    (asked,) = box.requests("facebook_page")
    assert (asked.method, asked.path, asked.op, asked.status) == ("GET", "/v24.0/me", "verify", 401)
    assert [(one.op, one.status, one.bytes) for one in box.requests("mastodon")] == [
        ("publish", 200, len("status=Hello")),
        ("publish", 0, len("status=Hello")),
    ]
    assert "secret" not in repr(box.requests("facebook_page"))
