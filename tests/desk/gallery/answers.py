"""A stand-in for the desk's server: it answers the script as the desk does, and remembers what was asked of it."""

import json
import threading
import time
from collections import defaultdict
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.desk.gallery import samples
from tests.desk.gallery.pages import Answers, environment, frame, render

PARTS = """{% from "desk/marks.html" import needs_strip, story_row with context %}
{% from "desk/bars.html" import flash_bar, stop_bar with context %}
{% from "desk/previews.html" import counter with context %}
{% from "desk/forms.html" import ask, choice with context %}
{% if part == "row" %}{{ story_row(story) }}{% elif part == "stop" %}{{ stop_bar(stopped) }}{% endif %}
{% if part == "needs" %}{{ needs_strip(needs, 6) }}{% elif part == "measure" %}{{ counter(count) }}{% endif %}
{% if part == "ask" %}{% call ask("Suppress 1 post", "Suppress", "suppress", ids) %}
{{ choice("reason", "Reason", [("Duplicate", "Duplicate")], "Duplicate", focus=true) }}{% endcall %}{% endif %}
{% if flash %}{{ flash_bar(flash) }}{% endif %}"""


def part(name: str, **values: Any) -> str:
    """A fragment as the desk would send it."""
    own = {"flash": None, "stopped": None, "part": name, "needs": samples.NEEDS}
    return environment().from_string(PARTS).render(frame() | own | values)


def moved(number: int, status: str) -> dict[str, Any]:
    """A story of the samples, all its posts in another state."""
    story = next(one for one in samples.STORIES if one["id"] == number)
    posts = [one | {"status": status, "word": samples.WORDS[status], "can": samples.CAN.get(status, ())}
             for group in story["groups"] for one in group["posts"]]  # fmt: skip
    return story | {"groups": [samples.group(status, *posts)]}


class Desk:
    """What the stand-in has been asked and what it is to say."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, list[str]]]] = []
        self.hints: list[dict[str, Any]] = []
        self.states: dict[int, str] = defaultdict(lambda: "held")
        self.status = 200
        self.over = threading.Event()
        self.release = threading.Event()
        self.release.set()
        self.stopped: dict[str, Any] | None = None

    def answers(self) -> type[Answers]:
        """A handler of requests that belongs to this."""
        return type("Bound", (DeskAnswers,), {"desk": self})


class DeskAnswers(Answers):
    """Answers as the desk gives them, for one `Desk`."""

    desk: Desk

    def do_GET(self) -> None:  # noqa: N802 - the name that http.server calls
        """A part, a question, the stream, or a page of the gallery."""
        where = urlsplit(self.path)
        if where.path == "/stream":
            self._stream()
        elif where.path.startswith("/parts/row/"):
            number = int(where.path.rsplit("/", 1)[1])
            self.send(part("row", story=moved(number, self.desk.states[number])))
        elif where.path in {"/parts/needs", "/parts/stop"}:
            self.send(part(where.path[7:], stopped=self.desk.stopped))
        elif where.path == "/ask":
            self.send(part("ask", ids=parse_qs(where.query)["id"]))
        elif where.path == "/login":
            self.send('<form action="/login" method="post"><input name="name"><button>Log in</button></form>')
        else:
            super().do_GET()

    def do_POST(self) -> None:  # noqa: N802 - the name that http.server calls
        """A verb, a log-in, a text to be counted."""
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.desk.posts.append((self.path, parse_qs(body)))
        self.desk.release.wait(20)
        if self.path == "/login":
            self.desk.status = 200
            self.send(render("queue").replace('content="token"', 'content="new token"'))
        elif self.desk.status != 200:
            self.send("You were logged out.", "text/html", self.desk.status)
        elif self.path == "/parts/measure":
            self.send(part("measure", count={"left": 3, "limit": 280, "length": 277}))
        else:
            rows = "".join(part("row", story=moved(number, "held")) for number in (412, 413))
            self.send(rows + part("", flash={"words": "Held 4 posts.", "undo": "act-1"}))

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        told = 0
        while not self.desk.over.wait(0.02):
            for hint in self.desk.hints[told:]:
                self.wfile.write(f"event: {hint['kind']}\ndata: {json.dumps(hint)}\n\n".encode())
                told += 1
            self.wfile.write(b": here\n\n")
            self.wfile.flush()


def until(seconds: float, true: Any) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        threading.Event().wait(0.02)
    return bool(true())
