"""The event loop in which sources are asked: uvloop's where it can be had, since thousands are asked in each round."""

import asyncio
from collections.abc import Callable
from typing import Any

MUCH = 65_536  # bytes at once after which a connection lets the others go first


def new_loop() -> asyncio.AbstractEventLoop:
    """A loop that does not run yet. An exchange costs a seventh less in uvloop's (bench polls10k)."""
    try:
        import uvloop
    except ImportError:  # not on this platform: everything works as well, only slower
        return asyncio.new_event_loop()

    class Loop(uvloop.Loop):
        """uvloop's, in which nobody is heard for long: what pours in is taken a piece in each round of the loop."""

        async def create_connection(  # type: ignore[override]
            self, protocol_factory: Callable[[], asyncio.Protocol], *args: Any, **more: Any
        ) -> tuple[Any, asyncio.Protocol]:
            """As inherited, by turns."""
            transport, by_turns = await super().create_connection(
                lambda: ByTurns(self, protocol_factory()), *args, **more
            )
            return transport, by_turns.inner

    return Loop()


class ByTurns(asyncio.Protocol):
    """Hands everything on, and stops reading until the loop's next round when much has come at once.

    uvloop reads a connection up to 32 times before it looks after the others and after time-outs (libuv's uv__read):
    8 MB, which a server can fill with what takes seconds to parse. Python's own loop reads each once in a round.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, inner: asyncio.Protocol) -> None:
        self.inner = inner
        self._loop = loop
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It begins."""
        self._transport = transport
        self.inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Hand it on; much is a turn."""
        self.inner.data_received(data)
        # Whoever has stopped reading by himself goes on by himself.
        if len(data) >= MUCH and self._transport.is_reading():
            self._transport.pause_reading()
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def eof_received(self) -> bool | None:
        """The other side has said all."""
        return self.inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self.inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """The other side is slow."""
        self.inner.pause_writing()

    def resume_writing(self) -> None:
        """It has caught up."""
        self.inner.resume_writing()
