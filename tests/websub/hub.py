"""A newsroom with a feed and hubs on loopback, and a desk that the hubs can reach, for tests."""

import asyncio
import hashlib
import hmac
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx

from syndicator import adapters, config, pipeline
from syndicator.compose import fetcher
from syndicator.desk.server import Server
from syndicator.models import Poll, Source, Subscription
from syndicator.room import Clock, Room, open_room

CHALLENGE = "a challenge of the hub's own"
TOML = """
[newsroom]
name = "Example Daily"
timezone = "Europe/Berlin"
[policy]
hold_for = "0s"
[sources.world]
type = "feed"
url = "{feed}"
every = "1h"
allow_private = true
page = false
[accounts.one]
platform = "memory"
[desk]
listen = "127.0.0.1:{port}"
public_url = "{public}"
"""


@dataclass
class Site:
    """One server that is a newsroom's feed (GET) and any number of hubs (POST).

    `asked` are (path, form) of the hubs in order; a hub answers with `status` and `headers`. With `at_once` it comes
    to verify before it answers, as some do.
    """

    port: int
    body: bytes = b""
    links: tuple[str, ...] = ()
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    status: dict[str, int] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    at_once: bool = False
    came: list[httpx.Response] = field(default_factory=list)

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def publish(self, *stories: str, hubs: tuple[str, ...] = ("/hub",)) -> bytes:
        """The feed has these stories and names these hubs from now on."""
        named = "".join(f'<atom:link rel="hub" href="{self.url(hub)}"/>' for hub in hubs)
        head = f'{named}<atom:link rel="self" href="{self.url("/feed.xml")}"/>'
        items = "".join(f"<item><title>{one}</title><link>{self.url('/' + one)}</link></item>" for one in stories)
        self.body = (
            f'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>{head}{items}</channel></rss>'
        ).encode()
        return self.body

    def verify(self, form: Mapping[str, str], **more: str) -> httpx.Response:
        """Come to verify what was asked; `more` overrides what is said, "" leaves it out."""
        said = {
            "hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"], "hub.challenge": CHALLENGE,
            "hub.lease_seconds": form.get("hub.lease_seconds", ""),
        }  # fmt: skip
        said |= {f"hub.{name}": value for name, value in more.items()}
        return httpx.get(form["hub.callback"], params={name: value for name, value in said.items() if value})

    def deliver(
        self, form: Mapping[str, str], body: bytes | None = None, method: str = "sha256", **headers: str | bytes
    ) -> httpx.Response:
        """Tell what is new, signed with the secret of `form`."""
        sent = self.body if body is None else body
        mark = hmac.new(form["hub.secret"].encode(), sent, method).hexdigest()
        named: dict[str, str | bytes] = {"X-Hub-Signature": f"{method}={mark}", "Content-Type": "application/rss+xml"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.post(form["hub.callback"], content=sent, headers=[*named.items()])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        """The feed, with an ETag; 304 for whoever has it."""
        etag = f'"{hashlib.sha256(self.site.body).hexdigest()}"'
        known = self.headers.get("If-None-Match") == etag
        self._answer(304 if known else 200, b"" if known else self.site.body, {"ETag": etag})

    def do_POST(self) -> None:
        """A hub is asked."""
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = dict(parse_qsl(sent))
        self.site.asked.append((self.path, form))
        if self.site.at_once:
            self.site.came.append(self.site.verify(form))
        self._answer(self.site.status.get(self.path, 202), b"", self.site.headers)

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        for link in self.site.links:
            self.send_header("Link", link)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def site() -> Iterator[Site]:
    """A running newsroom and its hubs, until the block ends."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    made = handler.site = Site(server.server_address[1])
    made.publish("old")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class Subscriber:
    """A newsroom's syndicator: a room, and its desk listening below a path, as behind a proxy."""

    def __init__(self, folder: Path, feed: str, clock: Clock, *, public: bool = True) -> None:
        port = free_port()
        file = folder / "syndicator.toml"
        address = f"http://127.0.0.1:{port}/desk/" if public else ""
        file.write_text(TOML.format(feed=feed, port=port, public=address), "utf-8")
        loaded = config.load(file, environ={}, cwd=folder, platforms=adapters.PLATFORMS)
        self.room: Room = open_room(loaded, clock=clock, migrate=True)
        self.woken = threading.Event()
        self.room.wake = self.woken.set
        self.server = Server(self.room)
        self.server.start()

    def close(self) -> None:
        """Stop listening, give the ledger back."""
        self.server.stop()
        self.room.close()

    def poll(self) -> Poll:
        """Read the feed once."""
        return self._run(lambda way: pipeline.poll(self.room, ["world"], way))[0]

    def beat(self) -> None:
        """Do what is due at hubs, as the daemon's clock does."""
        self._run(lambda way: pipeline.subscribe(self.room, way))

    def _run(self, work: Callable[[Any], Any]) -> Any:
        async def run() -> Any:
            async with fetcher(self.room) as way:
                return await work(way)

        return asyncio.run(run())

    def configure(self, **changes: Any) -> None:
        """Change the source in the configuration; `None` for its name takes it away."""
        sources = {name: replace(one, **changes) for name, one in self.room.config.sources.items()}
        self.room.config = replace(self.room.config, sources=sources)

    @property
    def source(self) -> Source:
        """The feed as configured."""
        return self.room.config.sources["world"]

    @property
    def one(self) -> Subscription | None:
        """The source's subscription."""
        return self.room.ledger.told.subscriptions().get("world")

    def state(self) -> str:
        """The state of the source's subscription, "" for none."""
        return self.one.state if self.one else ""

    def titles(self) -> list[str]:
        """The stories the ledger has, the oldest first."""
        return [row["title"] for row in reversed(self.room.ledger.sources.latest("world"))]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
