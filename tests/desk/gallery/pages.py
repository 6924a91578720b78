"""All parts of the desk's look on three pages with sample data: for tests in a browser, and to look at by eye.

`python -m tests.desk.gallery.pages` serves them on loopback and says where.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import syndicator
from syndicator.share import share
from tests.desk.gallery import samples

STATIC = Path(syndicator.__file__).parent / "desk" / "static"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'"
)
PAGES = ("queue", "article", "parts")
PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 400" width="600" height="400">
<rect width="600" height="400" fill="#8a9bb0"/><path d="M0 400V250l150-90 120 80 130-130 200 150v140z" fill="#4b5f78"/>
<circle cx="470" cy="90" r="42" fill="#f0d9a8"/></svg>"""
FRAME: dict[str, Any] = {
    "newsroom": "Example Daily",
    "language": "en",
    "person": {"name": "anna", "display": "Anna", "role": "chief"},
    "prefix": "",
    "csrf": "token",
    "form_key": lambda: "key",
    "now_line": "14:31 (Berlin, UTC+1)",
    "zone": "Europe/Berlin",
    "keys_on": True,
    "here": "/queue",
}
NAV = ("Queue", "Compose", "Calendar", "History", "Accounts", "Sources")
STOPPED = {"at": "14:31", "by": "Anna", "reason": "checking a wrong name", "waiting": 37}
FLASH = {"words": "Held 4 posts.", "undo": "act-5f1", "reason": "/ask?action=act-5f1"}


def environment() -> Environment:
    """The desk's templates as the desk sets them up, and the gallery's own."""
    env = Environment(
        loader=FileSystemLoader([share("templates"), Path(__file__).parent]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_null_translations()  # type: ignore[attr-defined]
    env.globals["url"] = str
    return env


def frame() -> dict[str, Any]:
    """What every page of the desk is given."""
    return FRAME | {"nav": [(f"/{word.lower()}", word, word == "Queue") for word in NAV]}


def render(page: str, theme: str = "", stopped: bool = False) -> str:
    """One page of the gallery as HTML."""
    own = {name.lower(): getattr(samples, name) for name in dir(samples) if name.isupper()}
    bars = {"stopped": STOPPED, "flash": FLASH} if stopped else {"stopped": None, "flash": None}
    return environment().get_template("gallery.html").render(frame() | own | bars, page=page, theme=theme, count=7)


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """A page, a file or the sample photo."""
        where = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(where.query).items()}
        name = where.path.strip("/")
        if name in PAGES:
            self.send(render(name, asked.get("theme", ""), "stopped" in asked), "text/html; charset=utf-8")
        elif name.startswith("static/") and (STATIC / name[7:]).is_file():
            path = STATIC / name[7:]
            self.send(path.read_text("utf-8"), KINDS[path.suffix])
        elif name == "photo.svg":
            self.send(PICTURE, "image/svg+xml")
        else:
            self.send("not here", "text/plain", 404)

    def send(self, text: str, kind: str = "text/html; charset=utf-8", status: int = 200) -> None:
        """One answer under the desk's policy for content."""
        body = text.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-security-policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Silence."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that has left is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served(port: int = 0, answers: type[BaseHTTPRequestHandler] = Answers) -> Iterator[str]:
    """The gallery on loopback; gives its address."""
    server = _Server(("127.0.0.1", port), answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    with served() as address:
        print(*(f"{address}/{page}" for page in PAGES), sep="\n")  # noqa: T201 - this is what it is for
        threading.Event().wait()
