"""Sources that push: what `check` says of them, and a push by hand."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator import config as configs
from syndicator.adapters import PLATFORMS
from syndicator.desk.server import Server
from syndicator.room import open_room
from tests.cli.desk import HEAD, Desk, account

SECRET = "the secret of a CMS that pushes"
CMS = '[sources.cms]\ntype = "push"\nurl = "https://news.example/"'
PUSH = {"event": "published", "article": {"url": "https://news.example/harbour-reopens", "title": "It reopens"}}


def configured(desk: Desk, listen: str, secret: str = SECRET, more: str = "") -> Desk:
    """A desk with a source that pushes."""
    head = HEAD.replace('listen = ""', f'listen = "{listen}"\n{more}')
    desk.configure(account("one", desk.folder), CMS, head=head)
    desk.secret(f'[cms]\nsecret = "{secret}"\n')
    return desk


@pytest.fixture
def served(desk: Desk) -> Iterator[Desk]:
    """A desk that listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        configured(desk, f"127.0.0.1:{free.getsockname()[1]}")
    config = configs.load(desk.file, environ={}, cwd=desk.folder, platforms=PLATFORMS)
    room = open_room(config)
    server = Server(room)
    server.start()
    yield desk
    server.stop()
    room.close()


def result(desk: Desk, code: int) -> tuple[str, str]:
    """What check says of the source, and its words."""
    done = desk.call("check", "--format", "json")
    assert done.code == code, done
    [found] = [one for one in json.loads(done.out) if (one["what"], one["name"]) == ("source", "cms")]
    return found["result"], found["detail"]


def test_check_prints_what_to_put_into_the_cms(desk: Desk) -> None:
    """The whole address, the public one where there is one."""
    assert "http://127.0.0.1:8600/push/cms" in result(configured(desk, "127.0.0.1:8600"), 0)[1]
    public = 'public_url = "https://proxy.example/desk"'
    told = result(configured(desk, "127.0.0.1:8600", more=public), 0)
    assert told == ("ok", "its CMS pushes to https://proxy.example/desk/push/cms")


LACKING = (
    ("nobody listens", "", SECRET, "desk.listen is empty"),
    ("no secret", "127.0.0.1:8600", "", "SYNDICATOR_CMS_SECRET"),
    ("a short secret", "127.0.0.1:8600", "short", "longer"),
)


@pytest.mark.parametrize(("listen", "secret", "words"), [pytest.param(*one, id=name) for name, *one in LACKING])
def test_check_says_what_is_missing(desk: Desk, listen: str, secret: str, words: str) -> None:
    """Nobody listens, there is no secret, or one that can be guessed."""
    kind, detail = result(configured(desk, listen, secret), 2)
    assert kind == "fail"
    assert words in detail


def test_a_source_that_pushes_is_listed_and_never_read(desk: Desk) -> None:
    """It has no pace; asking for it is refused, and reading all leaves it out."""
    configured(desk, "127.0.0.1:8600")
    assert "no push yet" in desk.ok("sources", "list")
    [listed] = json.loads(desk.ok("sources", "list", "--format", "json"))
    assert (listed["every"], listed["next_poll"]) == (None, None)
    refused = desk.call("sources", "poll", "cms")
    assert (refused.code, "syndicator sources push cms" in refused.err) == (2, True)
    assert json.loads(desk.ok("sources", "poll", "--format", "json")) == []
    assert desk.process("run", "--once").code == 0
    assert json.loads(desk.ok("sources", "list", "--format", "json")) == [listed]


@pytest.mark.parametrize("by", ["file", "stdin"])
def test_a_push_by_hand(served: Desk, tmp_path: Path, by: str) -> None:
    """It is signed and taken; the answer names the article."""
    file, text = tmp_path / "push.json", json.dumps(PUSH)
    file.write_text(text)
    named, given = (file, {}) if by == "file" else ("-", {"input": text})
    done = served.process("sources", "push", "cms", named, "--format", "json", **given)
    assert done.code == 0, done
    said = json.loads(done.out)
    assert (said["status"], said["new"], said["articles"][0]["url"]) == (202, 1, PUSH["article"]["url"])  # type: ignore[index]
    assert "no daemon is running" in done.err
    assert SECRET not in done.out + done.err
    assert " ok " in served.ok("sources", "list").replace("\t", " ")


def test_a_push_that_does_not_fit_is_told(served: Desk, tmp_path: Path) -> None:
    """What the desk says of it, and exit code 1."""
    file = tmp_path / "push.json"
    file.write_text('{"event": "published", "article": {"url": "https://news.example/a-b"}}')
    done = served.call("sources", "push", "cms", file)
    assert (done.code, "422" in done.err, "article.title" in done.err) == (1, True, True), done


def test_a_push_to_nobody_is_told(desk: Desk, tmp_path: Path) -> None:
    """Without a desk that runs, and for a source that does not push."""
    file = tmp_path / "push.json"
    file.write_text(json.dumps(PUSH))
    with socket.create_server(("127.0.0.1", 0)) as free:
        configured(desk, f"127.0.0.1:{free.getsockname()[1]}")
    done = desk.call("sources", "push", "cms", file)
    assert (done.code, "syndicator run" in done.err) == (2, True), done
    unknown = desk.call("sources", "push", "world", file)
    assert (unknown.code, "there are: cms" in unknown.err) == (2, True), unknown
    assert os.fspath(tmp_path / "nowhere") in desk.call("sources", "push", "cms", tmp_path / "nowhere").err
