"""The desk as a server in a thread of its own: beside the daemon, or alone. It never keeps the process from ending."""

import logging
import socket
import threading

import structlog
import uvicorn

from syndicator.desk.app import create_app
from syndicator.errors import ConfigError
from syndicator.room import Room

log = structlog.get_logger("syndicator.desk")

GOODBYE = 2.0  # seconds that open pages are given at the end
_BACKLOG = 128


class Server:
    """One desk on the configured address. `start` and `stop` may be called once each, from any thread."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """Where it listens, as people type it."""
        if self._socket is None:
            return f"http://{self._room.config.desk.listen}/"
        host, port = self._socket.getsockname()[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/"

    def start(self) -> None:
        """Listen and answer. Raises ConfigError when the address cannot be had."""
        self._socket = self._listening()
        app = create_app(self._room)
        # Bare answers: no "Server" header; addresses of proxies are judged by our own layer.
        options = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, date_header=False, proxy_headers=False,
            lifespan="on", timeout_graceful_shutdown=1, timeout_keep_alive=30, ws="none",
            h11_max_incomplete_event_size=32_768,
        )  # fmt: skip
        for name in ("uvicorn.error", "uvicorn.access", "asyncio"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._server = uvicorn.Server(options)
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)
        self._thread.start()
        log.info("desk", address=self.address)

    def _run(self) -> None:
        if self._server and self._socket:
            try:
                self._server.run(sockets=[self._socket])
            except Exception:
                log.exception("the desk has ended")

    def _listening(self) -> socket.socket:
        host, port = self._room.config.desk.bind
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # With the protocol named, asyncio switches Nagle's delay off: 40 ms for each answer on a kept connection.
        sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((host, port))
            sock.listen(_BACKLOG)
        except OSError as error:
            sock.close()
            why = f"desk.listen: cannot listen on {self._room.config.desk.listen}: {error.strerror or error}"
            raise ConfigError(why) from error
        return sock

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within some seconds."""
        if self._thread:
            self._thread.join(seconds)
        return not (self._thread and self._thread.is_alive())

    def stop(self) -> None:
        """Tell open pages that it is over, and go."""
        if self._server:
            self._server.should_exit = True
        self.wait(GOODBYE)
        if self._socket:
            self._socket.close()
