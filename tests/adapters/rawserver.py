"""A raw HTTP server for answers that no library would send."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
Serve = Callable[[socket.socket, bytes], None]


class Server:
    """A raw server: `serve(connection, head)` for each request; notes the heads and how many connections there were."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self.heads: list[bytes] = []
        self.connections = 0
        self.ended = threading.Event()
        self.closed = threading.Event()  # once a connection is over
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening and let waiting connections go."""
        self.ended.set()
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            try:
                while whole := _request(connection):
                    self.heads.append(whole)
                    self._serve(connection, whole)
            except OSError:
                return
            finally:
                self.closed.set()


@contextmanager
def serving(serve: Serve) -> Iterator[Server]:
    """A server for the time of a test."""
    server = Server(serve)
    try:
        yield server
    finally:
        server.close()


def answer(data: bytes, close: bool = False) -> Serve:
    """Always the same bytes."""

    def serve(connection: socket.socket, head: bytes) -> None:
        connection.sendall(data)
        if close:
            connection.shutdown(socket.SHUT_RDWR)

    return serve


def _request(connection: socket.socket) -> bytes:
    """One request with its body; empty at the end of the connection."""
    whole = b""
    while b"\r\n\r\n" not in whole:
        part = connection.recv(65536)
        if not part:
            return b""
        whole += part
    size = re.search(rb"content-length: (\d+)", whole, re.IGNORECASE)
    end = whole.index(b"\r\n\r\n") + 4 + (int(size[1]) if size else 0)
    while len(whole) < end:
        whole += connection.recv(65536)
    return whole
