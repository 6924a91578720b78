"""The door of one network: the port it listens on, which can be shut for a while so that callers are refused."""

import asyncio
import socket

from aiohttp import web

BACKLOG = 512


def listen(port: int = 0) -> socket.socket:
    """A listening socket on loopback; 0 takes a free port. OSError when the port is taken."""
    return socket.create_server(("127.0.0.1", port), backlog=BACKLOG)


class Door:
    """Listens for one application. `refuse` may be called from any other thread while it serves."""

    def __init__(self, app: web.Application, listening: socket.socket) -> None:
        self._port: int = listening.getsockname()[1]
        self._loop = asyncio.get_running_loop()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        self._listening: socket.socket | None = listening
        self._site: web.SockSite | None = None

    async def open(self) -> None:
        """Listen; a door that stands open stays open. OSError when the port has been taken meanwhile."""
        if self._site is not None:
            return
        if self._runner.server is None:
            await self._runner.setup()
        self._site = web.SockSite(self._runner, self._listening or listen(self._port))
        self._listening = None
        await self._site.start()

    async def close(self) -> None:
        """Listen no more: new connections are refused, those that stand are served."""
        if self._site is not None:
            await self._site.stop()
            self._site = None

    def refuse(self, refusing: bool) -> None:
        """From another thread: close or open, and return when it is done."""
        work = self.close() if refusing else self.open()
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def end(self) -> None:
        """Close, and end what still runs."""
        await self._runner.cleanup()
