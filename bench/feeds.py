"""A server of feeds, as cheap as can be: `python -m bench.feeds HOSTS [SHARE]`.

The feeds do not change by themselves; each question with `turn` gives every SHAREth of them, others each time, a story.
Those whose turn comes first have twenty stories, the others one, so that a ledger with all of them is filled soon.
"""

import asyncio
import re
import sys
import threading

from bench.children import answer

ITEM = (
    "<item><title>Tide {0} turns at the harbour of {1}</title><link>https://news.example/{1}/tide-{0}</link>"
    "<guid isPermaLink='false'>{1}-{0}</guid><pubDate>Mon, 23 Nov 2026 14:05:00 GMT</pubDate>"
    "<category>World</category><description>The ferry leaves an hour late, says the harbour master, and the council"
    " will have to decide before spring who pays for the new quay. {0}</description></item>"
)
WHOLE = "HTTP/1.1 200 OK\r\nETag: {}\r\nContent-Type: application/rss+xml\r\nContent-Length: {}\r\n\r\n"
SAME = "HTTP/1.1 304 Not Modified\r\nETag: {}\r\n\r\n"
NUMBER = re.compile(rb"^GET /(\d+)\.xml")
KNOWN = re.compile(rb'\r\nif-none-match: ("v\d+")', re.IGNORECASE)

counts = {"whole": 0, "same": 0}
turns = [0]
share = 100
STORIES, SOON = 20, 10


def version(number: int) -> int:
    """How often a feed has changed."""
    return turns[0] // share + (number % share < turns[0] % share)


def feed(number: int, version: int) -> bytes:
    """A feed, its newest story first."""
    stories = STORIES if number % share < SOON else 1
    listed = "".join(ITEM.format(version + one, number) for one in range(stories, 0, -1))
    title = f"<title>Example {number}</title>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{title}{listed}</channel></rss>'.encode()


class Feed(asyncio.Protocol):
    """Answers each request at once; a path is the number of a feed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        self._transport, self._heard = transport, b""

    def data_received(self, data: bytes) -> None:
        """One request after the other, none with a body."""
        *requests, self._heard = (self._heard + data).split(b"\r\n\r\n")
        for request in requests:
            self._transport.write(_answer(request))  # type: ignore[attr-defined]


def _answer(request: bytes) -> bytes:
    asked, known = NUMBER.match(request), KNOWN.search(request)
    number = int(asked[1]) if asked else 0
    now = version(number)
    etag = f'"v{now}"'
    if known and known[1].decode() == etag:
        counts["same"] += 1
        return SAME.format(etag).encode()
    counts["whole"] += 1
    body = feed(number, now)
    return WHOLE.format(etag, len(body)).encode() + body


async def serve(hosts: list[str], listening: threading.Event, ports: list[int]) -> None:
    """One port on every host, for ever."""
    loop = asyncio.get_running_loop()
    first = await loop.create_server(Feed, hosts[0], 0)
    ports.append(first.sockets[0].getsockname()[1])
    for host in hosts[1:]:
        await loop.create_server(Feed, host, ports[0], backlog=512)
    listening.set()
    await asyncio.Event().wait()


def _reply(*, turn: bool = False) -> dict[str, int]:
    turns[0] += turn
    return counts


def main() -> None:
    """Say where the feeds are, and how many were asked for."""
    global share
    wanted, share = map(int, (*sys.argv[1:], share)[:2])
    hosts = [f"127.0.{number // 200 + 1}.{number % 200 + 1}" for number in range(wanted)]
    listening, ports = threading.Event(), list[int]()
    threading.Thread(target=lambda: asyncio.run(serve(hosts, listening, ports)), daemon=True).start()
    listening.wait(10)
    answer({"places": [f"http://{host}:{ports[0]}" for host in hosts]}, _reply)


if __name__ == "__main__":
    main()
