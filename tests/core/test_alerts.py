"""People are told once per incident, and again only when it happens again."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from syndicator import alerts
from syndicator.adapters import memory
from syndicator.errors import OutcomeUnknown, StoreError
from syndicator.models import Poll, Source, SourceState
from syndicator.room import Room
from tests.core.made import TOML, Desk

ANNA = "person:anna"


class Bell:
    """A webhook on loopback that keeps what it was told."""

    def __init__(self) -> None:
        heard: list[dict[str, str]] = []
        self.heard = heard

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where to ring."""
        return f"http://127.0.0.1:{self.server.server_port}/"


BELL = Bell()


@pytest.fixture
def toml(tmp_path: Path) -> str:
    """The usual newsroom, with a bell and a command."""
    command = f"cat >> {tmp_path / 'told'}"
    return f'{TOML}\n[alerts]\nwebhook = "{BELL.url}"\ncommand = "{command}"\nsilence = "2h"\n'


@pytest.fixture
def heard() -> list[dict[str, str]]:
    """What the webhook was told in this test."""
    BELL.heard.clear()
    return BELL.heard


def kinds(room: Room) -> list[str]:
    """The kinds of the new incidents."""
    return [incident.kind for incident in alerts.tell(room)]


def test_a_quiet_newsroom_tells_nothing(desk: Desk, heard: list[dict[str, str]]) -> None:
    """No trouble, no alert."""
    assert kinds(desk.room) == []
    assert heard == []


def test_a_paused_account_is_told_once(desk: Desk, heard: list[dict[str, str]], tmp_path: Path) -> None:
    """One message by webhook and one by command; after a resume the next pause is a new incident."""
    room = desk.room
    room.ledger.accounts.pause("one", "token revoked", ANNA, desk.clock())
    assert kinds(room) == ["account paused"]
    assert kinds(room) == []
    room.ledger.accounts.resume("one")
    assert kinds(room) == []
    room.ledger.accounts.pause("one", "token revoked", ANNA, desk.clock())
    assert kinds(room) == ["account paused"]
    assert [message["subject"] for message in heard] == ["one", "one"]
    assert "token revoked" in heard[0]["text"]
    assert (tmp_path / "told").read_text().count("account paused") == 2


def test_a_post_nobody_can_tell_about(desk: Desk, heard: list[dict[str, str]]) -> None:
    """An unknown is an incident only once it waits for a person."""
    desk.publish()
    memory.network("one").say(OutcomeUnknown("duplicate content", code="duplicate"))
    desk.deliver()
    assert kinds(desk.room) == ["post not known"]


def test_a_failing_source(desk: Desk, heard: list[dict[str, str]]) -> None:
    """Three failed polls in a row are told, and its recovery ends the incident."""
    source: Source = desk.room.config.sources["world"]
    state = SourceState("world", source.url, failures=3, error="answered 500")
    poll = Poll("world", source.url, desk.clock(), error="answered 500")
    desk.room.ledger.articles.store_polls([(state, poll)])
    assert kinds(desk.room) == ["source failing"]
    desk.room.ledger.articles.store_polls([(SourceState("world", source.url), Poll("world", source.url, desk.clock()))])
    assert kinds(desk.room) == []
    assert desk.room.ledger.accounts.open_incidents() == {}


def test_a_source_that_is_gone(desk: Desk, heard: list[dict[str, str]]) -> None:
    """One 410 is enough: nobody asks a second time."""
    source: Source = desk.room.config.sources["world"]
    state = SourceState("world", source.url, failures=1, gone=True, error="answered 410")
    desk.room.ledger.articles.store_polls([(state, Poll("world", source.url, desk.clock(), error="answered 410"))])
    assert kinds(desk.room) == ["source failing"]


def test_silence_and_stop(desk: Desk, clock, heard: list[dict[str, str]]) -> None:  # type: ignore[no-untyped-def]
    """Nothing published for `silence`, and the stop switch, are told."""
    desk.room.ledger.accounts.started("here/1", clock())
    clock.forward(hours=1, minutes=59)
    assert kinds(desk.room) == []
    clock.forward(minutes=1)
    assert kinds(desk.room) == ["silence"]
    desk.publish()
    desk.deliver()
    desk.room.ledger.accounts.stop("fire", ANNA, clock())
    assert kinds(desk.room) == ["stopped"]
    assert ("silence", "all") not in desk.room.ledger.accounts.open_incidents()


def test_a_dead_bell_is_logged_not_fatal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A webhook that does not answer, or a ledger in trouble, never stops the clock."""
    BELL.server.socket.settimeout(timedelta(seconds=5).total_seconds())
    object.__setattr__(desk.room.config.alerts, "webhook", "http://127.0.0.1:1/")
    desk.room.ledger.accounts.pause("one", "token revoked", ANNA, desk.clock())
    assert kinds(desk.room) == ["account paused"]

    def broken() -> None:
        raise StoreError("disk full")

    monkeypatch.setattr(desk.room.ledger.accounts, "open_incidents", broken)
    alerts.tell_quietly(desk.room)
    assert desk.room.ledger.accounts.get("one").paused == "token revoked"
