"""From a CMS's push to the networks: the desk takes it, the daemon beside it is woken and posts."""

import json
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from syndicator import adapters, config, daemon
from syndicator.adapters import memory
from syndicator.desk.server import Server
from syndicator.room import open_room
from syndicator.sandbox import Sandbox
from syndicator.sources.push import signing
from tests.core.test_daemon import soon

SECRET = "the secret of a CMS that pushes"
CONFIG = """
[newsroom]
name = "Example Daily"
timezone = "Europe/Berlin"
[desk]
listen = "127.0.0.1:0"
[policy]
hold_for = "0s"
[sources.cms]
type = "push"
url = "{0}/"
allow_private = true
[accounts.one]
platform = "memory"
[accounts.two]
platform = "memory"
"""


def send(url: str, event: str, article: dict[str, object]) -> dict[str, object]:
    """Push as the CMS does; the answer."""
    body = json.dumps({"event": event, "article": article}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    request.add_header(signing.HEADERS["json"], signing.sign("json", SECRET, body, datetime.now(UTC)))
    with urllib.request.urlopen(request, timeout=20) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def test_a_push_is_posted_at_once_and_nobody_is_polled(tmp_path: Path) -> None:
    """The story goes out with its photo on every account; the source, which only tells, is never asked."""
    memory._networks.clear()
    with Sandbox(networks=(), newsroom=True) as box:
        file = tmp_path / "syndicator.toml"
        file.write_text(CONFIG.format(box.url("newsroom")))
        environ = {"SYNDICATOR_CMS_SECRET": SECRET}
        room = open_room(config.load(file, environ=environ, cwd=tmp_path, platforms=adapters.PLATFORMS), migrate=True)
        server, running = Server(room), daemon.Daemon(room)
        running.start()
        server.start()
        try:
            story = {
                "url": f"{box.url('newsroom')}/articles/pushed", "title": "The tunnel reopens",
                "published": datetime.now(UTC).isoformat(),
                "photos": [{"url": f"{box.url('newsroom')}/photos/pushed.jpg", "alt": "Cars in the tunnel"}],
            }  # fmt: skip
            answer = send(f"{server.address}push/cms", "published", story)
            assert (answer["taken"], answer["new"]) == (1, 1)
            assert soon(lambda: all(memory.network(name).posts for name in ("one", "two")))
            [post] = memory.network("one").posts
            assert ("The tunnel reopens" in post.text, [alt for _, alt in post.media]) == (True, ["Cars in the tunnel"])
            assert room.ledger.sources.states(room.config.sources.values())["cms"].last_poll is None
        finally:
            server.stop()
            running.stop()
            room.close()
