"""A web site on loopback whose pages, feeds and photos are wrong in chosen ways."""

import contextlib
import http.server
import threading
from collections.abc import Iterator
from typing import ClassVar

PAGE = """<!doctype html><html lang="en"><head><title>A story</title><meta property="og:title" content="A story">
<meta property="og:type" content="article"><meta property="og:image" content="{base}/photo.jpg"></head>
<body><article><h1>A story</h1><p>It happened.</p></article></body></html>"""
HUGE = 2 << 30


class Site(http.server.ThreadingHTTPServer):
    """`sent` counts the bytes of the huge feed that were taken from us."""

    daemon_threads = True
    sent = 0

    @property
    def base(self) -> str:
        """The address without a slash at its end."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Site
    types: ClassVar = {"/feed.html": "text/html", "/story": "text/html", "/photo.jpg": "image/jpeg"}

    def do_GET(self) -> None:
        if self.path == "/huge.xml":
            self._huge()
            return
        kind = self.types.get(self.path)
        body = PAGE.format(base=self.server.base).encode() if kind == "text/html" else b"this is no photo"
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _huge(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(HUGE))
        self.end_headers()
        chunk = b"<rss><channel>" + b" " * (1 << 20)
        with contextlib.suppress(OSError):
            while self.server.sent < HUGE:
                self.wfile.write(chunk)
                self.server.sent += len(chunk)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def site() -> Iterator[Site]:
    """The site, until the block ends."""
    with Site(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
