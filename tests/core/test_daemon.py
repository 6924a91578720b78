"""The clock: what is due starts within a second, and nothing slow delays anything else."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator import adapters, config, daemon
from syndicator.adapters import memory
from syndicator.errors import StoreError, Unavailable
from syndicator.ledger import Filter
from syndicator.models import Status
from syndicator.room import Room, open_room
from syndicator.sandbox import Sandbox

PATIENCE = 10.0


def soon(true: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Wait for something to become true."""
    tick, left = threading.Event(), seconds
    while left > 0 and not true():
        tick.wait(0.02)
        left -= 0.02
    return true()


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """A newsroom on loopback; the networks are in memory."""
    with Sandbox(networks=(), newsroom=True) as made:
        yield made


@pytest.fixture
def room(box: Sandbox, tmp_path: Path) -> Iterator[Room]:
    """A real clock, a real feed."""
    memory._networks.clear()
    file = tmp_path / "syndicator.toml"
    file.write_text(
        f"""
[newsroom]
name = "Example Daily"
timezone = "Europe/Berlin"
language = "en"
[policy]
hold_for = "0s"
burst = 0
[sources.world]
type = "feed"
url = "{box.url("newsroom")}/feed.xml"
every = "1s"
allow_private = true
[sources.slow]
type = "feed"
url = "http://127.0.0.1:1/feed.xml"
allow_private = true
[accounts.one]
platform = "memory"
[accounts.two]
platform = "memory"
"""
    )
    made = open_room(config.load(file, environ={}, cwd=tmp_path, platforms=adapters.PLATFORMS), migrate=True)
    yield made
    made.close()


@pytest.fixture
def running(room: Room) -> Iterator[daemon.Daemon]:
    """A daemon that has read its sources once."""
    made = daemon.Daemon(room)
    made.start()
    states = lambda: room.ledger.sources.states(room.config.sources.values())  # noqa: E731
    assert soon(lambda: states()["world"].seeded)
    yield made
    made.stop()


def titles(name: str) -> list[str]:
    """The first lines of what is public on an account."""
    return [post.text.split("\n")[0] for post in memory.network(name).posts]


def test_a_new_article_leaves_within_seconds(running: daemon.Daemon, box: Sandbox) -> None:
    """Published while the daemon runs, it is on both accounts soon; the stories of the first poll are not."""
    box.newsroom.publish("night-bus", "Night bus stays", "The council kept line 9.")
    assert soon(lambda: titles("one") == titles("two") == ["Night bus stays"])


def test_a_hanging_account_delays_no_other(running: daemon.Daemon, box: Sandbox) -> None:
    """While one account's call hangs, the other goes on with further articles."""
    free = threading.Event()
    memory.network("one").hooks["go"] = lambda: free.wait(PATIENCE) and None
    box.newsroom.publish("first", "First story", "Words.")
    assert soon(lambda: titles("two") == ["First story"])
    box.newsroom.publish("second", "Second story", "Words.")
    assert soon(lambda: "Second story" in titles("two"))
    assert titles("one") == []
    free.set()
    assert soon(lambda: len(titles("one")) == 2)


def test_an_account_in_trouble_is_tried_again(running: daemon.Daemon, room: Room, box: Sandbox) -> None:
    """A network that was away gets its post when its time has come."""
    object.__setattr__(room.accounts["one"].delivery, "retry_first", timedelta(seconds=0.5))
    memory.network("one").say(Unavailable("connection refused"))
    box.newsroom.publish("first", "First story", "Words.")
    assert soon(lambda: titles("one") == ["First story"])


def test_a_second_daemon_is_refused(running: daemon.Daemon, room: Room) -> None:
    """One daemon per ledger; `run --once` counts as one."""
    other = open_room(room.config)
    with pytest.raises(StoreError, match="already running"):
        daemon.Daemon(other).start()
    with pytest.raises(StoreError, match="already running"):
        daemon.once(other)
    other.close()


def test_a_ledger_in_trouble_is_not_the_end(
    running: daemon.Daemon, room: Room, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tick that fails is logged, and the next one goes on."""
    real, failed = room.ledger.accounts.beat, threading.Event()

    def beat(now, *, ended=False):  # type: ignore[no-untyped-def]
        if not failed.is_set():
            failed.set()
            raise StoreError("disk full")
        real(now, ended=ended)

    monkeypatch.setattr(room.ledger.accounts, "beat", beat)
    assert failed.wait(PATIENCE)
    box.newsroom.publish("first", "First story", "Words.")
    assert soon(lambda: titles("one") == ["First story"])


def test_once_does_the_whole_round(room: Room, box: Sandbox) -> None:
    """Poll, plan, deliver, end; again and again without doubling."""
    daemon.once(room)
    assert titles("one") == []
    box.newsroom.publish("first", "First story", "Words.")
    for _ in range(3):
        daemon.once(room)
    assert titles("one") == titles("two") == ["First story"]
    room.ledger.sources.forget_validators()
    daemon.once(room)
    assert titles("one") == ["First story"]
    beat = room.ledger.accounts.heartbeat()
    assert beat is not None
    assert (beat.starts, beat.ended is not None) == (5, True)


def test_a_page_that_is_not_there_is_never_posted(room: Room, box: Sandbox) -> None:
    """A dead link waits; once its page answers, it leaves."""
    daemon.once(room)
    box.newsroom.publish("first", "First story", "Words.")
    box.newsroom.page_status("first", 404)
    daemon.once(room)
    assert list(room.ledger.history.entries(Filter())) == []
    waiting = room.ledger.articles.new(room.clock() + timedelta(minutes=1))
    assert [article.page_tries for article in waiting] == [1]
    box.newsroom.page_status("first", 200)
    later = room.clock() + timedelta(minutes=1)
    room.clock = lambda: later
    daemon.once(room)
    assert titles("one") == ["First story"]


def test_a_page_that_stays_away_is_held(room: Room, box: Sandbox) -> None:
    """After fifteen minutes a person is asked."""
    daemon.once(room)
    box.newsroom.publish("first", "First story", "Words.")
    box.newsroom.page_status("first", 404)
    daemon.once(room)
    later = room.clock() + timedelta(minutes=16)
    room.clock = lambda: later
    daemon.once(room)
    entries = list(room.ledger.history.entries(Filter()))
    assert {(entry["status"], entry["code"]) for entry in entries} == {(Status.HELD.value, "page")}
    assert "404" in entries[0]["detail"]
    assert titles("one") == []


def test_photos_nobody_needs_are_tidied(room: Room) -> None:
    """A photo no delivery names is deleted once it is older than `keep`."""
    name = room.photos.put(b"old bytes")
    assert daemon.tidy(room) == 0
    later = room.clock() + timedelta(days=31)
    room.clock = lambda: later
    assert daemon.tidy(room) == 1
    assert not room.photos.has(name)


def test_the_service_manager_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """sd_notify messages go to the socket systemd names; without one, nowhere."""
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(PATIENCE)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        daemon.notify("READY=1")
        assert manager.recv(100) == b"READY=1"
    Path(address).unlink()
    daemon.notify("WATCHDOG=1")  # a manager that went away is no reason to stop
    monkeypatch.delenv("NOTIFY_SOCKET")
    daemon.notify("READY=1")
    assert not Path(address).exists()
