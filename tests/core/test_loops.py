"""The loop in which sources are asked: uvloop's where it is there, and in it nobody is heard for long."""

import asyncio
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from syndicator.daemon import loops
from syndicator.errors import FetchError
from syndicator.fetch import Fetcher, Response
from tests.sources.newsroom_server import Handler, newsroom, reply

INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000
BODY = bytes(range(256)) * 40_000  # 10 MB


def test_the_loop_is_uvloops_where_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """And Python's own where it is not."""
    import uvloop

    quick = loops.new_loop()
    monkeypatch.setitem(sys.modules, "uvloop", None)
    plain = loops.new_loop()
    for loop in (quick, plain):
        loop.close()
    assert isinstance(quick, uvloop.Loop)
    assert not isinstance(plain, uvloop.Loop)


@contextmanager
def pouring() -> Iterator[int]:
    """A server that answers with interim answers without end, as fast as they are taken. Its port."""
    ended = threading.Event()

    def pour() -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                while not ended.is_set():
                    connection.sendall(INTERIM)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=pour)
        thread.start()
        yield listening.getsockname()[1]
        ended.set()
        listening.close()
        thread.join()


def test_a_server_that_pours_holds_up_nobody() -> None:
    """While one connection is flooded the loop comes round: others are served, and the time-out is in time."""
    gaps: list[float] = []

    async def beats() -> None:
        while True:
            begun = time.monotonic()
            await asyncio.sleep(0.01)
            gaps.append(time.monotonic() - begun)

    async def flooded(port: int) -> float:
        beating, begun = asyncio.create_task(beats()), time.monotonic()
        async with Fetcher(user_agent="syndicator/test", timeout=1.5) as way:
            with pytest.raises(FetchError, match="did not answer in full"):
                await way.get(f"http://127.0.0.1:{port}/", allow_private=True)
        beating.cancel()
        return time.monotonic() - begun

    with pouring() as port, asyncio.Runner(loop_factory=loops.new_loop) as runner:
        took = runner.run(flooded(port))
    assert took < 3
    assert max(gaps) < 1


def close_at_the_end(handler: Handler) -> None:
    """An answer whose end is the end of the connection."""
    handler.begin(200, {"Connection": "close"})
    handler.wfile.write(BODY)
    handler.close_connection = True


def test_what_is_large_arrives_whole() -> None:
    """Reading by turns loses nothing, with a length and without one, side by side, and connections are used again."""

    async def read(way: Fetcher, url: str) -> Response:
        return await way.get(url, allow_private=True, max_bytes=len(BODY))

    async def all_of(base: str) -> list[Response]:
        async with Fetcher(user_agent="syndicator/test", timeout=20, per_host=4) as way:
            first = await asyncio.gather(*(read(way, f"{base}/{name}") for name in ("large", "closing", "large")))
            return [*first, await read(way, f"{base}/large")]

    with newsroom() as room, asyncio.Runner(loop_factory=loops.new_loop) as runner:
        room.pages |= {"/large": reply(200, BODY), "/closing": close_at_the_end}
        found = runner.run(all_of(room.url("")))
    assert all(one.body == BODY and one.complete for one in found)
