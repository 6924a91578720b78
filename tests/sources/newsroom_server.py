"""A newsroom's web server on loopback, for tests: pages by path, each a function that writes its answer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["Handler"], None]


@dataclass
class Newsroom:
    """The running server: put answers into `pages`; `asked` lists (path, headers) in order. `ended` stops slow ones."""

    port: int
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The address of a path."""
        return f"http://{host}:{self.port}{path}"


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 and keeps connections open, as newsrooms do."""

    protocol_version = "HTTP/1.1"
    newsroom: Newsroom

    def do_GET(self) -> None:
        """Answer from the table; 404 for the rest."""
        self.newsroom.asked.append((self.path, dict(self.headers)))
        answer = self.newsroom.pages.get(self.path.partition("?")[0], reply(404))
        try:
            answer(self)
        except OSError:
            self.close_connection = True

    def begin(self, status: int, headers: dict[str, str]) -> None:
        """Send the head of an answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Ends with its test, and does not complain about visitors who leave early: tests leave early on purpose."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


def reply(status: int = 200, body: bytes = b"", **headers: str) -> Answer:
    """A whole answer; underscores in header names become dashes."""

    def answer(handler: Handler) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        handler.begin(status, {"Content-Length": str(len(body)), **named})
        handler.wfile.write(body)

    return answer


def conditional(body: bytes, etag: str, modified: str) -> Answer:
    """An answer that is 304 for whoever names its ETag or date."""

    def answer(handler: Handler) -> None:
        head = {"ETag": etag, "Last-Modified": modified, "Content-Type": "application/rss+xml"}
        if handler.headers.get("If-None-Match") == etag and handler.headers.get("If-Modified-Since") == modified:
            handler.begin(304, head)
            return
        handler.begin(200, {**head, "Content-Length": str(len(body))})
        handler.wfile.write(body)

    return answer


def endless(chunk: bytes, **headers: str) -> Answer:
    """An answer that promises and sends without end."""

    def answer(handler: Handler) -> None:
        handler.close_connection = True
        handler.begin(200, {"Connection": "close", **{k.replace("_", "-"): v for k, v in headers.items()}})
        while not handler.newsroom.ended.is_set():
            handler.wfile.write(chunk)

    return answer


def cut_off(body: bytes, promised: int, **headers: str) -> Answer:
    """An answer that promises more bytes than it sends, then hangs up."""

    def answer(handler: Handler) -> None:
        handler.close_connection = True
        handler.begin(200, {"Content-Length": str(promised), **{k.replace("_", "-"): v for k, v in headers.items()}})
        handler.wfile.write(body)

    return answer


def broken_chunk(body: bytes) -> Answer:
    """A chunked answer whose second chunk is rubbish."""

    def answer(handler: Handler) -> None:
        handler.close_connection = True
        handler.begin(200, {"Transfer-Encoding": "chunked", "Content-Type": "application/rss+xml"})
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(body), body))
        handler.newsroom.ended.wait(0.05)
        handler.wfile.write(b"zzzz\r\n")

    return answer


def drip(byte: bytes = b" ", every: float = 0.02) -> Answer:
    """An answer that sends one byte at a time, for ever."""

    def answer(handler: Handler) -> None:
        handler.close_connection = True
        handler.begin(200, {"Content-Length": "1000000"})
        while not handler.newsroom.ended.wait(every):
            handler.wfile.write(byte)

    return answer


def redirect(target: str, status: int = 302) -> Answer:
    """A redirect."""
    return reply(status, Location=target)


@contextmanager
def newsroom(address: str = "127.0.0.1") -> Iterator[Newsroom]:
    """A running server that ends with the block."""
    handler = type("NewsroomHandler", (Handler,), {})
    server = Server((address, 0), handler)
    room = handler.newsroom = Newsroom(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield room
    finally:
        room.ended.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
