"""The adapter in memory keeps the contract, and what it stores in a file survives its process."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator import adapters
from syndicator.adapters import memory
from syndicator.models import Account, Budget

from .contract import Contract
from .places import MemoryPlace, Place, make


class TestMemory(Contract):
    """In memory."""


class TestMemoryFile(Contract):
    """In a file."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        """A network whose posts are lines of a file."""
        return MemoryPlace((tmp_path / "posts.jsonl").as_uri())


class TestMemoryKeyed(Contract):
    """With keys, as Mastodon has."""

    @pytest.fixture
    def place(self) -> Place:
        """A network that knows idempotency keys."""
        place = MemoryPlace()
        place.network.features = replace(memory.FEATURES, idempotency="key")
        return place


KILLED = """
import os, signal, sys
from syndicator import adapters
from syndicator.adapters import memory
from syndicator.models import Account, Post
memory.network(sys.argv[1]).hooks[sys.argv[2]] = lambda: os.kill(os.getpid(), signal.SIGKILL)
adapters.build(Account("a", "memory", base_url=sys.argv[1]), {}).publish(Post("Hello", key="k"), lambda: None)
"""


@pytest.mark.parametrize(("stage", "public"), [("upload", 0), ("go", 0), ("stored", 1)])
def test_file_outlives_a_killed_process(tmp_path: Path, stage: str, public: int) -> None:
    """What was stored before kill -9 is there for another process, and nothing else."""
    url = (tmp_path / "posts.jsonl").as_uri()
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", KILLED, url, stage], env=path, timeout=20)
    assert done.returncode == -9
    assert [one.text for one in memory.network(url).posts] == ["Hello"] * public


def test_lag_hides_what_is_there() -> None:
    """A lagging network shows a post only to a later look."""
    place = MemoryPlace()
    adapter = place.adapter()
    post = make(adapter.features)
    since = datetime.now(UTC)
    receipt = adapter.publish(post, lambda: None)
    place.network.lag = 1
    assert [adapter.find(post, since, frozenset()) for _ in range(2)] == [None, receipt]


def test_accounts_share_a_network_by_address() -> None:
    """Two accounts with one base_url post to one network."""
    for name in ("one", "two"):
        adapters.build(Account(name, "memory", base_url="shared"), {}).publish(
            make(memory.FEATURES, name), lambda: None
        )
    assert [one.account for one in memory.network("shared").posts] == ["one", "two"]


def test_shown_is_the_account_s_own() -> None:
    """On a shared network an account is shown its own posts and those typed by hand, and says its limits as told."""
    place = memory.network("shared-listing")
    place.budget = Budget(300, 12, datetime.now(UTC))
    one, two = (adapters.build(Account(name, "memory", base_url=place.name), {}) for name in ("one", "two"))
    mine = one.publish(make(memory.FEATURES, "Mine"), lambda: None)
    two.publish(make(memory.FEATURES, "Theirs"), lambda: None)
    place.hand_post("By hand")
    shown = one.shown(datetime.now(UTC) - timedelta(minutes=1))
    assert [one.text.partition(" http")[0] for one in shown] == ["By hand", "Mine"]
    assert shown[1].receipt == mine
    assert one.budget == place.budget
