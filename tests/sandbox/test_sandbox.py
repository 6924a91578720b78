"""The sandbox as a whole: control over HTTP, persistence, several accounts, threads."""

import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from syndicator.sandbox import NETWORKS, Sandbox, StoredPost
from tests.sandbox.clients import bluesky_client, mastodon_client, x_client, x_upload


def test_posts_outlast_the_sandbox_in_a_folder(tmp_path: Path, photo: bytes) -> None:
    """A second run on the same folder has the same posts and photos, keys and duplicates included."""
    with Sandbox(folder=tmp_path) as box:
        x_client(box).create_tweet(text="Kept", media_ids=[x_upload(x_client(box), photo, "A ferry")], user_auth=True)
        first = mastodon_client(box).status_post("Kept", idempotency_key="k").id
        session = bluesky_client(box)
        session.send_post("Kept")
        before = {network: box.posts(network) for network in NETWORKS}
    with Sandbox(folder=tmp_path, ports={"bluesky": int(session._base_url.split(":")[2].split("/")[0])}) as box:
        assert {network: box.posts(network) for network in NETWORKS} == before
        assert mastodon_client(box).status_post("Kept", idempotency_key="k").id == first
        assert session.send_post("The session lives on").uri == box.posts("bluesky")[1].id
        assert box.photo(box.posts("x")[0].media[0].sha256) == photo


def test_without_a_folder_nothing_is_kept() -> None:
    """A sandbox in memory begins empty."""
    for _ in range(2):
        with Sandbox(("mastodon",)) as box:
            box.hand_post("mastodon", "Hello")
            assert len(box.posts("mastodon")) == 1


def test_control_over_http(box: Sandbox) -> None:
    """Another process can post by hand, set and clear faults, and read posts, photos and requests."""
    base = box.url("mastodon") + "/_sandbox"
    made = requests.post(f"{base}/hand-post", json={"text": "Hello", "link": "https://example.com/a"}, timeout=5).json()
    assert made["links"] == ["https://example.com/a"]
    (post,) = requests.get(f"{base}/posts", timeout=5).json()
    assert (post["by_hand"], datetime.fromisoformat(post["created_at"]).tzinfo) == (True, UTC)
    fault = {"kind": "500-before", "on": "find", "times": 2, "match": ""}
    assert requests.post(f"{base}/faults", json=fault, timeout=5).json() == {"left": 2}
    assert requests.get(f"{box.url('mastodon')}/api/v1/statuses/1", timeout=5).status_code == 500
    requests.delete(f"{base}/faults", timeout=5)
    assert (box.faults_left("mastodon"), requests.get(f"{base}/health", timeout=5).json()["ok"]) == (0, True)
    assert [one["op"] for one in requests.get(f"{base}/requests", timeout=5).json()] == ["find"]
    refused = requests.post(f"{base}/faults", json={"kind": "earthquake"}, timeout=5)
    assert (refused.status_code, "no fault 'earthquake'" in refused.json()["error"]) == (400, True)
    assert [requests.get(f"{base}/{what}", timeout=5).status_code for what in ("photos/0", "lunch")] == [404, 404]


@pytest.mark.parametrize("network", NETWORKS)
def test_a_post_by_hand_is_an_ordinary_post(box: Sandbox, network: str) -> None:
    """It is dated by the clock, marked as typed, and carries its link."""
    box.clock = lambda: datetime(2026, 11, 23, 8, tzinfo=UTC)
    made = box.hand_post(network, "Typed & sent", "https://example.com/a")
    assert [made] == box.posts(network)
    assert (made.by_hand, made.created_at, made.account) == (True, datetime(2026, 11, 23, 8, tzinfo=UTC), "main")
    assert (made.text.startswith("Typed & sent"), made.links) == (True, ("https://example.com/a",))


@pytest.mark.parametrize("network", NETWORKS)
def test_accounts_differ_and_stay_the_same(box: Sandbox, network: str) -> None:
    """Each account has an identity and secrets of its own, equal in every sandbox."""
    with Sandbox((network,)) as other:
        assert box.add_account(network, "sports") == other.add_account(network, "sports")
    main, sports = box.accounts(network), box.accounts(network, "sports")
    assert main["identity"] != sports["identity"]
    assert all("sandbox-" in secret for secret in sports["secrets"].values())
    assert main["secrets"] != sports["secrets"]


def test_an_unknown_path_is_not_found(box: Sandbox) -> None:
    """What a network does not have is a 404 in its own words."""
    statuses = {
        network: requests.get(box.url(network) + "/nothing/here", timeout=5).status_code for network in NETWORKS
    }
    assert set(statuses.values()) == {404}


def test_many_clients_at_once(box: Sandbox) -> None:
    """Posts from many threads are all there, each once, in an order that agrees with their ids."""

    def send(number: int) -> None:
        token = box.accounts("mastodon")["secrets"]["access_token"]
        requests.post(
            f"{box.url('mastodon')}/api/v1/statuses",
            {"status": f"Post {number}"},
            headers={"Authorization": f"Bearer {token}"},
            timeout=5,
        )
        box.hand_post("x", f"Post {number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(60)))
    for network in ("mastodon", "x"):
        posts: list[StoredPost] = box.posts(network)
        assert sorted(post.text for post in posts) == sorted(f"Post {number}" for number in range(60))
        assert len({post.id for post in posts}) == 60


def test_a_taken_port_is_an_error() -> None:
    """start() says so and leaves nothing open."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        Sandbox(("x", "mastodon"), ports={"mastodon": taken.getsockname()[1]}).start()


def test_only_what_was_asked_for_runs() -> None:
    """A sandbox of one network has one address."""
    with Sandbox(("bluesky",)) as box:
        assert box.url("bluesky").startswith("http://127.0.0.1:")
        with pytest.raises(KeyError):
            box.url("x")
