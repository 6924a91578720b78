"""A server that answers wrongly in one way for each path, byte by byte, and sounds right for all others."""

import gzip
import random
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache

from tests.sources.nasty.corpus import RSS

FEED = RSS.beside()
XML = "Content-Type: application/rss+xml\r\n"
SOON = 0.4  # seconds after which the slow cases are given up
Send = Callable[["Line"], None]


@dataclass
class Line:
    """One connection to answer on. `ended` is set when the server stops; `keep` leaves the connection open."""

    socket: socket.socket
    ended: threading.Event
    host: str = ""
    keep: bool = False

    def send(self, *parts: bytes | str) -> None:
        """Send texts and bytes as they are."""
        self.socket.sendall(b"".join(part if isinstance(part, bytes) else part.encode("latin-1") for part in parts))

    def reset(self) -> None:
        """Hang up rudely."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@dataclass(frozen=True, slots=True)
class Answer:
    """One wrong answer: how many sound items its poll still gives, and whether the poll says that it failed.

    None where that depends on how the bytes fall into packets.
    """

    name: str
    send: Send
    good: int = 0
    fails: bool | None = True
    timeout: float = 8.0


@dataclass
class Server:
    """The running server; `routes` gives the answer by path, and any other path is the sound feed."""

    port: int
    routes: dict[str, Send] = field(default_factory=dict)

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def serving() -> Iterator[Server]:
    """The server, on loopback, until the block ends."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        server = Server(listening.getsockname()[1])

        def accept() -> None:
            while not ended.is_set():
                with suppress(OSError):
                    peer, _ = listening.accept()
                    threading.Thread(target=_converse, args=(server, Line(peer, ended)), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            ended.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _converse(server: Server, line: Line) -> None:
    with line.socket, suppress(OSError, ValueError):
        line.socket.settimeout(10)
        waiting = b""
        while True:
            while b"\r\n\r\n" not in waiting:
                if not (more := line.socket.recv(65536)):
                    return
                waiting += more
            asked, _, waiting = waiting.partition(b"\r\n\r\n")
            path = asked.split()[1].decode()
            line.host, line.keep = server.url(""), False
            server.routes.get(path, _sound)(line)
            if not line.keep:
                return


def _sound(line: Line) -> None:
    line.send(f"HTTP/1.1 200 OK\r\n{XML}Content-Length: {len(FEED)}\r\n\r\n", FEED)
    line.keep = True


def _told(
    body: bytes = FEED, *heads: str, status: str = "200 OK", keep: bool = True, length: int | str | None = None
) -> Send:
    """An answer with these header lines and a length, true or not."""

    def send(line: Line) -> None:
        told = "".join(f"{head}\r\n" for head in heads)
        line.send(f"HTTP/1.1 {status}\r\n{told}Content-Length: {len(body) if length is None else length}\r\n\r\n", body)
        line.keep = keep

    return send


def _raw(*parts: bytes | str, keep: bool = False) -> Send:
    def send(line: Line) -> None:
        line.send(*parts)
        line.keep = keep

    return send


def _chunked(*chunks: bytes | str, keep: bool = False, coding: str = "chunked") -> Send:
    return _raw(_CHUNKS.replace("chunked", coding), *chunks, keep=keep)


def _chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


def _packed(body: bytes, coding: str = "gzip", **more: int) -> Send:
    return _told(body, f"Content-Encoding: {coding}", **more)


def _dripping(head: str, byte: bytes) -> Send:
    def send(line: Line) -> None:
        line.send(head)
        while not line.ended.wait(0.02):
            line.send(byte)

    return send


def _pouring(head: str, block: bytes) -> Send:
    def send(line: Line) -> None:
        line.send(head)
        while not line.ended.is_set():
            line.send(block)

    return send


def _late(*parts: bytes | str) -> Send:
    """What is read first, and rubbish a moment later."""

    def send(line: Line) -> None:
        line.send(*parts)
        line.ended.wait(0.1)
        line.send("zzzz\r\n")

    return send


def _silent(line: Line) -> None:
    line.ended.wait(10)


def _waiting(*parts: bytes | str) -> Send:
    def send(line: Line) -> None:
        line.send(*parts)
        _silent(line)

    return send


def _reset(line: Line) -> None:
    line.send(f"HTTP/1.1 200 OK\r\nContent-Length: {len(FEED)}\r\n\r\n", FEED[:500])
    line.reset()


def _to(target: str, status: str = "302 Found", *more: str) -> Send:
    return _told(b"", f"Location: {target}", *more, status=status)


def _lazy(make: Callable[[], Send]) -> Send:
    """An answer too large to be kept."""

    def send(line: Line) -> None:
        make()(line)

    return send


def _home(line: Line) -> None:
    _to(line.host.removeprefix("http:") + "/sound")(line)


@lru_cache
def _bomb(megabytes: int, form: int = zlib.MAX_WBITS + 16) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, form)
    block = b" " * 1_000_000
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


_NOISE = random.Random(13).randbytes(20_000)
_PACKED = gzip.compress(FEED, mtime=0)
_FORGED = f"HTTP/1.1 200 OK\r\n{XML}Content-Length: 5\r\n\r\n<rss>"
_CHUNKS = f"HTTP/1.1 200 OK\r\n{XML}Transfer-Encoding: chunked\r\n\r\n"
_OK = f"HTTP/1.1 200 OK\r\n{XML}"
_WHOLE = f"{_OK}Content-Length: {len(FEED)}\r\n\r\n".encode() + FEED
_ONE = len(FEED) - len(RSS.after.encode()) - len(RSS.good(2).encode()) + 30  # within the second item

CASES: tuple[Answer, ...] = (
    # --- lengths that are not true
    Answer("a length too short", _told(length=_ONE)),
    Answer(
        "a length too short, the rest later",
        _late(_OK, f"Connection: close\r\nContent-Length: {_ONE}\r\n\r\n", FEED[:_ONE]),
        1,
        False,
    ),
    Answer(
        "a length too short, and a forged answer behind", _told(FEED + _FORGED.encode(), length=len(FEED)), 2, False
    ),
    Answer("a length too long, and the end", _told(length=len(FEED) + 999, keep=False), 2, False),
    Answer(
        "a length too long, and silence", _waiting(_OK, f"Content-Length: {len(FEED) + 9}\r\n\r\n", FEED), timeout=SOON
    ),
    Answer("a body cut in the middle", _told(FEED[:_ONE], length=len(FEED), keep=False), 1, False),
    Answer("a body without a length", _raw(_OK, "\r\n", FEED), 2, False),
    Answer("a body without a length, cut", _raw(_OK, "\r\n", FEED[:_ONE]), 1, False),
    Answer("a body reset in the middle", _reset, 1, False),
    Answer("two lengths", _raw(_OK, f"Content-Length: 5\r\nContent-Length: {len(FEED)}\r\n\r\n", FEED)),
    Answer("a negative length", _told(length=-1, keep=False)),
    Answer("a length of words", _told(length="many", keep=False)),
    Answer("a length of 30 digits", _told(length="9" * 30, keep=False)),
    Answer("a length of 6,000 digits", _told(length="9" * 6000, keep=False)),
    Answer("a length in hexadecimal", _told(length=hex(len(FEED)), keep=False)),
    Answer(
        "a length and chunks",
        _raw(_OK, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", _chunk(FEED), "0\r\n\r\n"),
    ),
    # --- chunks
    Answer("chunks", _chunked(_chunk(FEED[:99]), _chunk(FEED[99:]), "0\r\n\r\n", keep=True), 2, False),
    Answer("chunks of one byte", _chunked(*(_chunk(FEED[n : n + 1]) for n in range(len(FEED))), "0\r\n\r\n"), 2, False),
    Answer("a chunk's size is a word", _chunked(_chunk(FEED[:_ONE]), "zzzz\r\nx\r\n0\r\n\r\n")),
    Answer("a chunk's size is a word, later", _late(_CHUNKS, _chunk(FEED[:_ONE])), 1, False),
    Answer("a chunk's size is negative", _chunked(_chunk(FEED[:_ONE]), "-5\r\nx\r\n0\r\n\r\n")),
    Answer("a chunk's size is enormous", _chunked(_chunk(FEED[:_ONE]), "F" * 16, "\r\nx"), 1, False),
    Answer("a chunk's size has 5,000 digits", _chunked(_chunk(FEED[:_ONE]), "F" * 5000, "\r\nx")),
    Answer("a chunk without its end", _chunked(_chunk(FEED)[:-2], "0\r\n\r\n")),
    Answer("no last chunk", _chunked(_chunk(FEED)), 2, False),
    Answer("a chunk's remark of 1 MB", _chunked("5;", "x" * 1_000_000, "\r\n<rss>\r\n0\r\n\r\n"), 0, False),
    Answer(
        "trailers without end",
        _pouring(_OK + "Transfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n0\r\n", b"X: y\r\n" * 999),
        0,
        None,
        timeout=3,
    ),
    Answer(
        "chunks in chunks",
        _chunked(_chunk(_chunk(FEED) + b"0\r\n\r\n"), "0\r\n\r\n", coding="chunked, chunked"),
        2,
        False,
    ),
    Answer("chunks called otherwise", _chunked(_chunk(FEED), "0\r\n\r\n", coding="CHUNKED"), 2, False),
    Answer("a coding nobody knows", _chunked(FEED, coding="rot13"), 2, False),
    # --- compression
    Answer("gzip", _packed(_PACKED), 2, False),
    Answer("gzip by its old name", _packed(_PACKED, "x-gzip")),
    Answer("gzip, cut", _packed(_PACKED[:-40]), 0, False),
    Answer("gzip, spoiled", _packed(_PACKED[:200] + b"\xff" * 50 + _PACKED[250:])),
    Answer("gzip with a wrong checksum", _packed(_PACKED[:-8] + b"\0" * 8)),
    Answer("gzip and rubbish", _packed(_PACKED + b"rubbish")),
    Answer("gzip in two parts", _packed(gzip.compress(FEED[:300]) + gzip.compress(FEED[300:])), 2, False),
    Answer("gzip, its head alone", _packed(_PACKED[:10])),
    Answer("gzip in gzip", _packed(gzip.compress(_PACKED), "gzip, gzip")),
    Answer("gzip that is none", _packed(FEED)),
    Answer("deflate", _packed(zlib.compress(FEED), "deflate"), 2, False),
    Answer("deflate without its head", _packed(zlib.compress(FEED)[2:-4], "deflate"), 2, False),
    Answer("deflate that is none", _packed(FEED, "deflate")),
    Answer("a coding we did not ask for", _packed(_NOISE, "br")),
    Answer("another one", _packed(_NOISE, "zstd")),
    Answer("a coding of its own", _packed(FEED, "nonsense"), 2, False),
    Answer("a bomb of 200 MB", _lazy(lambda: _packed(_bomb(200)))),
    Answer("a bomb in a bomb", _lazy(lambda: _packed(gzip.compress(_bomb(200)), "gzip, gzip"))),
    Answer(
        "a bomb in chunks",
        _lazy(
            lambda: _raw(
                _OK, "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", _chunk(_bomb(200)), "0\r\n\r\n"
            )
        ),
    ),
    Answer("a deflate bomb", _lazy(lambda: _packed(_bomb(200, zlib.MAX_WBITS), "deflate"))),
    # --- size
    Answer("an item of 50 MB", _lazy(lambda: _told(RSS.beside(RSS.good(3, text="word " * 10_000_000)), keep=False))),
    Answer(
        "an item of 50 MB, in no stated length",
        _lazy(lambda: _raw(_OK, "\r\n", RSS.beside(RSS.good(3, text="word " * 10_000_000)))),
    ),
    Answer("a feed without end", _pouring(_OK + "\r\n", b"<item>" * 10_000)),
    # --- time
    Answer("silence", _silent, timeout=SOON),
    Answer("a dripping head", _dripping("HTTP/1.1 200 OK\r\nX-", b"x"), timeout=SOON),
    Answer("dripping headers", _dripping("HTTP/1.1 200 OK\r\n", b"X: y\r\n"), timeout=SOON),
    Answer("a dripping body", _dripping(_OK + "Content-Length: 1000000\r\n\r\n", b" "), timeout=SOON),
    Answer("dripping chunks", _dripping(_OK + "Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"), timeout=SOON),
    Answer("interim answers without end", _dripping("", b"HTTP/1.1 103 Early Hints\r\n\r\n"), timeout=SOON),
    Answer("a flood of interim answers", _pouring("", b"HTTP/1.1 100 Continue\r\n\r\n" * 999), timeout=SOON),
    # --- hanging up
    Answer("no answer at all", _raw()),
    Answer("half a first line", _raw("HTTP/1.1 20")),
    Answer("a first line alone", _raw("HTTP/1.1 200 OK\r\n")),
    Answer("half a header", _raw("HTTP/1.1 200 OK\r\nContent-Ty")),
    # --- no HTTP
    Answer("a body alone, as in HTTP 0.9", _raw(FEED)),
    Answer("an answer of a radio", _raw("ICY 200 OK\r\n\r\n", FEED)),
    Answer("HTTP 9.9", _raw("HTTP/9.9 200 OK\r\n\r\n", FEED)),
    Answer("HTTP 1.0", _raw("HTTP/1.0 200 OK\r\n\r\n", FEED), 2, False),
    Answer("the beginning of HTTP 2", _raw(b"\0\0\x12\x04\0\0\0\0\0", _NOISE)),
    Answer("another protocol", _raw("SSH-2.0-OpenSSH\r\n", _NOISE)),
    Answer("TLS", _raw(b"\x16\x03\x01\x02\0", _NOISE)),
    Answer("noise", _raw(_NOISE)),
    Answer("a megabyte without a line", _raw("x" * 1_000_000)),
    # --- statuses
    *(
        Answer(f"status {said}", _told(status=said, keep=False))
        for said in ("000 None", "099 Low", "99", "600 More", "999 Denied", "20 OK", "-200 OK", "2000 OK", "abc OK", "")
    ),
    Answer("a status without words", _told(status="200"), 2, False),
    Answer("a status with odd words", _told(status="200 \xff\xfe\x01"), 2, False),
    *(
        Answer(f"an empty {said}", _raw(f"HTTP/1.1 {said}\r\nContent-Length: 0\r\n\r\n", keep=True))
        for said in (
            "200 OK",
            "201 Created",
            "203 Other",
            "205 Reset",
            "206 Partial Content",
            "300 Choices",
            "401 Who",
            "404 Not Found",
            "410 Gone",
            "418 Teapot",
            "451 No",
            "500 Error",
        )
    ),
    *(Answer(f"a bare {said}", _raw(f"HTTP/1.1 {said}\r\n\r\n", keep=True)) for said in ("204 No Content", "304 Same")),
    Answer("a feed as 206", _told(status="206 Partial Content")),
    Answer("a feed as 404", _told(status="404 Not Found")),
    Answer("a switch of protocols", _raw("HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n")),
    Answer("an interim answer", _raw("HTTP/1.1 100 Continue\r\n\r\n", _WHOLE), 2, False),
    Answer("hints", _raw("HTTP/1.1 103 Hints\r\nLink: </x>\r\n\r\n" * 50, _WHOLE), 2, False),
    *(
        Answer(f"come back {number}", _told(b"", f"Retry-After: {value}", status="503 Later"))
        for number, value in enumerate(
            (
                "Fri, 31 Dec 9999 23:59:59 -1200",
                "Sat, 01 Jan 0001 00:00:00 +2359",
                "9" * 5000,
                "-1",
                "NaN",
                "Mon, 99 Foo 2026",
                "\xff",
                "Mon",
                "1e9",
                ",,,,",
            )
        )
    ),
    # --- headers
    Answer("a header of 20 kB", _told(FEED, "Content-Security-Policy: " + "x" * 20_000), 2, False),
    Answer("a header of 1 MB", _told(FEED, "X-Long: " + "x" * 1_000_000, keep=False)),
    Answer("100 cookies", _told(FEED, *(f"Set-Cookie: a{n}={'x' * 500}" for n in range(100))), 2, False),
    Answer("10,000 cookies", _told(FEED, *(f"Set-Cookie: a{n}=x" for n in range(10_000)), keep=False)),
    Answer("headers without end", _pouring("HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 999), timeout=3),
    Answer("a header without a colon", _told(FEED, "Nonsense", keep=False)),
    Answer("a header with NUL", _told(FEED, "X-Odd: a\0b", keep=False)),
    Answer("a header's name with a space", _told(FEED, "X Odd : b", keep=False)),
    Answer("a folded header", _told(FEED, "X-Odd: a\r\n b", keep=False), 2, False),
    Answer("lines that end in LF", _raw(b"HTTP/1.1 200 OK\nContent-Length: %d\n\n" % len(FEED), FEED), 2, False),
    Answer("validators that are none", _told(FEED, 'ETag: "\xff\x80', "Last-Modified: \xfe"), 2, False),
    *(
        Answer(f"as {kind[:30]!r}", _told(FEED, f"Content-Type: {kind}"), 2, False)
        for kind in (
            "image/png",
            "",
            ";;;",
            "text/html",
            "application/json",
            "text/xml; charset=utf-16",
            "x" * 5000,
            "text/xml; charset=",
            "text/xml; charset=punycode",
            'text/xml;charset="',
            "multipart/x; boundary=y",
            "\xff/\xfe",
            "text/xml; charset=utf-8; charset=utf-32",
        )
    ),
    # --- redirects
    Answer("a redirect to nothing", _to("")),
    Answer("a redirect to itself", _to("/case")),
    Answer("a redirect without a place", _told(b"", status="302 Found")),
    Answer("a redirect to script", _to("javascript:alert(1)")),
    Answer("a redirect to data", _to("data:text/xml,<rss/>")),
    Answer("a redirect to a file", _to("file:///etc/passwd")),
    Answer("a redirect to a broken address", _to("http://[::1")),
    Answer("a redirect to a name of dots", _to("http://...../")),
    Answer("a redirect to bytes", _to("/\xff\xfe\x01"), 2, False),
    Answer("a redirect of 8 kB", _to("/" + "x" * 8_000), 2, False),
    Answer("a redirect of 100 kB", _to("/" + "x" * 100_000)),
    Answer("a redirect with a password", _to("http://a:b@127.0.0.1/")),
    Answer("two redirects in one", _to("/sound", "302 Found", "Location: javascript:1"), 2, False),
    Answer("a redirect that is sound", _to("/sound", "308 Permanent"), 2, False),
    Answer(
        "a redirect and an endless body",
        _pouring("HTTP/1.1 302 Found\r\nLocation: /sound\r\n\r\n", b"x" * 9999),
        2,
        False,
    ),
    Answer("a redirect without a scheme", _home, 2, False),
)
