"""The stream of hints: for who is logged in, quick, never buffered, and over when the desk or the log-in is."""

import json
import os
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from syndicator.desk import acts
from syndicator.models import Role
from tests.desk.newsroom import PASSWORD, Newsroom, logged_in, token


def hints(answer: httpx.Response, kind: str = "") -> Iterator[dict[str, Any]]:
    """What a stream tells, as it comes; `kind` alone where that is given."""
    told = ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            told = line.removeprefix("event: ")
        elif line.startswith("data: ") and kind in {"", told}:
            yield json.loads(line.removeprefix("data: "))


def act(newsroom: Newsroom, verb: str, number: int) -> None:
    """A person does something elsewhere."""
    people = newsroom.room.ledger.people
    acts.act(newsroom.room, people, people.get("cleo"), verb, [(number, None)])


def test_a_change_is_told_within_two_seconds(newsroom: Newsroom, anna: httpx.Client) -> None:
    """An act by somebody else, and a stop, reach an open page within two seconds, with what it needs to ask anew."""
    row = newsroom.publish("harbour")[0]
    with anna.stream("GET", "/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        lines = hints(answer)
        assert next(lines)["stopped"] is None
        begin = monotonic()
        act(newsroom, "hold", row.id)
        hint = next(one for one in lines if one["kind"] == "change")
        assert hint["delivery"] == row.id and monotonic() - begin < 2
        begin = monotonic()
        acts.stop(newsroom.room, newsroom.room.ledger.people, newsroom.room.ledger.people.get("cleo"), "checking")
        state = next(one for one in lines if one["kind"] == "state")
        assert state["stopped"]["reason"] == "checking" and monotonic() - begin < 2


@pytest.mark.parametrize("coding", ["gzip", "identity"])
def test_compression_holds_no_hint_back(newsroom: Newsroom, anna: httpx.Client, coding: str) -> None:
    """A hint arrives whole at once, also in a browser that would take compressed answers."""
    row = newsroom.publish("harbour")[0]
    with anna.stream("GET", "/stream", headers={"accept-encoding": coding}) as answer:
        pieces, said = answer.iter_raw(), b""
        plain = zlib.decompressobj(31) if answer.headers.get("content-encoding") == "gzip" else None
        while b"event: state" not in said:
            piece = next(pieces)
            said += plain.decompress(piece) if plain else piece
        begin = monotonic()
        act(newsroom, "hold", row.id)
        while b"event: change" not in said:
            piece = next(pieces)
            said += plain.decompress(piece) if plain else piece
        assert monotonic() - begin < 2


def test_what_was_missed_is_told(newsroom: Newsroom, anna: httpx.Client) -> None:
    """A page that comes back names the last event it has seen and is told what came after; nonsense is no number."""
    rows = newsroom.publish("harbour")
    with anna.stream("GET", "/stream") as answer:
        seen = next(hints(answer, "state"))["event"]
    act(newsroom, "hold", rows[0].id)
    act(newsroom, "hold", rows[1].id)
    with anna.stream("GET", "/stream", headers={"last-event-id": str(seen)}) as answer:
        told = hints(answer, "change")
        assert [next(told)["delivery"], next(told)["delivery"]] == [rows[0].id, rows[1].id]
    for nonsense in ("x", "-1", "9" * 40, "1; drop"):
        with anna.stream("GET", "/stream", headers={"last-event-id": nonsense}) as answer:
            assert next(hints(answer))["kind"] == "state"


@pytest.mark.parametrize("path", ["/stream", "/api/v1/stream"])
def test_nobody_listens_without_a_log_in(newsroom: Newsroom, path: str) -> None:
    """Without a session there is no stream."""
    with httpx.stream("GET", newsroom.url + path) as answer:
        assert answer.status_code in {303, 401}
        assert not answer.headers.get("content-type", "").startswith("text/event-stream")


@pytest.mark.parametrize("how", ["disabled", "log-out"])
def test_a_stream_ends_with_its_log_in(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Who was logged out hears nothing more after the next beat of the stream."""
    monkeypatch.setattr("syndicator.desk.stream.HEARTBEAT", 0.2)
    row = newsroom.publish("harbour")[0]
    with logged_in(newsroom, "ben") as client, client.stream("GET", "/stream") as answer:
        lines = hints(answer)
        assert next(lines)["kind"] == "state"
        if how == "disabled":
            newsroom.room.ledger.people.disable("ben", newsroom.room.clock())
        else:
            newsroom.room.ledger.people.end_sessions("ben")
        begin = monotonic()
        rest = list(lines)
        assert monotonic() - begin < 5
        act(newsroom, "hold", row.id)
        assert not [one for one in rest if one["kind"] == "change"]


def test_open_streams_end_with_the_server(newsroom: Newsroom) -> None:
    """A desk that stops ends its streams and is gone within two seconds, give or take a busy machine's one."""
    with ExitStack() as stack:
        client = stack.enter_context(logged_in(newsroom, "anna"))
        answers = [stack.enter_context(client.stream("GET", "/stream")) for _tab in range(10)]
        lines = [hints(answer) for answer in answers]
        assert {next(one)["kind"] for one in lines} == {"state"}
        assert newsroom.server
        begin = monotonic()
        newsroom.server.stop()
        assert newsroom.server.wait(0) and monotonic() - begin < 3
        for one in lines:
            with suppress(httpx.RemoteProtocolError):  # cut off: a browser comes back by itself
                assert list(one) == []
        assert monotonic() - begin < 3


CONFIG = """
[newsroom]
name = "Example Daily"
timezone = "UTC"
[desk]
listen = "127.0.0.1:0"
[accounts.one]
platform = "memory"
"""


def test_the_daemon_ends_with_ten_streams_open(tmp_path: Path, hashed_password: str) -> None:
    """SIGTERM ends `syndicator run` within ten seconds and with exit code 0, however many pages listen."""
    from syndicator import config as configs
    from syndicator.adapters import PLATFORMS
    from syndicator.room import open_room, utc_now

    file = tmp_path / "syndicator.toml"
    file.write_text(CONFIG, "utf-8")
    room = open_room(configs.load(file, environ={}, cwd=tmp_path, platforms=PLATFORMS), migrate=True)
    room.ledger.people.add("anna", Role.EDITOR, hashed_password, utc_now())
    room.close()
    line = [sys.executable, "-m", "syndicator", "--config", str(file), "run"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    with subprocess.Popen(line, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=environment) as daemon:
        try:
            assert daemon.stderr is not None
            started = next(json.loads(said) for said in daemon.stderr if '"address"' in said)
            with ExitStack() as stack:
                client = stack.enter_context(httpx.Client(base_url=started["address"], timeout=20))
                form = {"csrf": token(client.get("/login")), "name": "anna", "password": PASSWORD}
                assert client.post("/login", data=form).status_code == 303
                tabs = [stack.enter_context(client.stream("GET", "/stream")) for _tab in range(10)]
                assert all(next(hints(tab))["kind"] == "state" for tab in tabs)
                begin = monotonic()
                daemon.send_signal(signal.SIGTERM)
                assert daemon.wait(10) == 0
                assert monotonic() - begin < 10
        finally:
            if daemon.poll() is None:
                daemon.kill()
