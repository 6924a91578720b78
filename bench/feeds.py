"""A server of feeds that never change, as cheap as can be: `python -m bench.feeds HOSTS`."""

import asyncio
import sys
import threading

from bench.children import answer

ETAG = b'"v1"'
ITEM = b"<item><title>Tide turns</title><link>https://news.example/tide</link><guid>tide</guid></item>"
FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>Example</title>' + ITEM + b"</channel></rss>"
WHOLE = b"HTTP/1.1 200 OK\r\nETag: %s\r\nContent-Type: application/rss+xml\r\nContent-Length: %d\r\n\r\n" % (
    ETAG,
    len(FEED),
)
SAME = b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % ETAG
counts = {"whole": 0, "same": 0}


class Feed(asyncio.Protocol):
    """Answers each request at once; every path is the same feed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        self._transport, self._heard = transport, b""

    def data_received(self, data: bytes) -> None:
        """One request after the other, none with a body."""
        *requests, self._heard = (self._heard + data).split(b"\r\n\r\n")
        for request in requests:
            same = b"\r\nif-none-match: " + ETAG in request.lower()
            counts["same" if same else "whole"] += 1
            self._transport.write(SAME if same else WHOLE + FEED)  # type: ignore[attr-defined]


async def serve(hosts: list[str], listening: threading.Event, ports: list[int]) -> None:
    """One port on every host, for ever."""
    loop = asyncio.get_running_loop()
    first = await loop.create_server(Feed, hosts[0], 0)
    ports.append(first.sockets[0].getsockname()[1])
    for host in hosts[1:]:
        await loop.create_server(Feed, host, ports[0], backlog=512)
    listening.set()
    await asyncio.Event().wait()


def main() -> None:
    """Say where the feeds are, and how many were asked for."""
    hosts = [f"127.0.1.{number + 1}" for number in range(int(sys.argv[1]))]
    listening, ports = threading.Event(), list[int]()
    threading.Thread(target=lambda: asyncio.run(serve(hosts, listening, ports)), daemon=True).start()
    listening.wait(10)
    answer({"places": [f"http://{host}:{ports[0]}" for host in hosts]}, lambda: counts)


if __name__ == "__main__":
    main()
