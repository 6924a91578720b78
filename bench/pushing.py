"""From a push to the last of four networks, by a whole `syndicator run`: how long a story takes from CMS to readers."""

import json
import re
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import perf_counter, time
from typing import Any

from sqlalchemy import func, select

from bench.children import ROOT, Child, environment, folder
from bench.figures import Figure, middle
from bench.rooms import loaded, photos, written
from bench.throughput import no_gaps
from syndicator.cli import main as syndicator
from syndicator.ledger import Ledger
from syndicator.ledger.schema import articles, deliveries
from syndicator.models import Status
from syndicator.sources.push import signing

SOURCE = '[sources.cms]\ntype = "push"\nurl = "{}/"\nallow_private = true\n'
SECRET = "a secret of the bench alone"
WARM = 5  # pushes that are not counted: log-ins, first imports
LOOK = 0.01  # seconds between two looks whether all are sent
PATIENCE = 30.0


def run(quick: bool) -> list[Figure]:
    """Milliseconds from the beginning of the CMS's request to the last receipt, of pushes one after another."""
    number = WARM + (20 if quick else 100)
    with folder() as here, Child("bench.networks") as networks, _newsroom(number) as newsroom:
        file, url = _configured(here, networks.hello, newsroom)
        pushes = [_story(newsroom, one) for one in range(number)]
        ledger = Ledger(loaded(file).ledger_url)
        with _daemon(file, url):
            answers, spent = [], []
            for push in pushes:
                began = time()
                answers.append(_push(url, push))
                spent.append(_last_sent(ledger, len(networks.hello)).timestamp() - began)
        ledger.close()
    shown = sorted(one * 1000 for one in spent[WARM:])
    raw = f"{len(shown)} pushes with a photo; the answer after {middle(answers[WARM:]) * 1000:.0f} ms"
    return [
        Figure("from push to four networks, median", middle(shown), "ms", 300, raw),
        Figure("from push to four networks, 95 % within", shown[int(len(shown) * 0.95)], "ms", None, raw),
    ]


@contextmanager
def _newsroom(number: int) -> Iterator[str]:
    """A site with so many photos; its address."""
    shown = dict(enumerate(photos(number)))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = re.fullmatch(r"/photos/(\d+)\.jpg", self.path)
            body = shown[int(found[1])] if found else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "image/jpeg" if body else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _configured(here: Path, places: dict[str, Any], newsroom: str) -> tuple[Path, str]:
    """The configuration with a free port for the desk, and the address of pushes."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    file = written(here, places, '[ledger]\nurl = "sqlite:///ledger.db"\n' + SOURCE.format(newsroom))
    file.write_text(file.read_text().replace('listen = ""', f'listen = "127.0.0.1:{port}"'))
    with (here / "secrets.toml").open("a") as secrets:
        secrets.write(f'[cms]\nsecret = "{SECRET}"\n')
    return file, f"http://127.0.0.1:{port}/push/cms"


def _story(newsroom: str, one: int) -> dict[str, Any]:
    photo = {"url": f"{newsroom}/photos/{one}.jpg", "alt": "The harbour at dusk", "credit": "A. Lens"}
    return {
        "event": "published",
        "article": {
            "url": f"{newsroom}/articles/pushed-{one}",
            "id": str(one),
            "title": f"The council and the harbour: what was decided in session {one}",
            "summary": "After a long night the council voted; the work is to begin in spring.",
            "published": datetime.now(UTC).isoformat(),
            "photos": [photo],
        },
    }


@contextmanager
def _daemon(file: Path, url: str) -> Iterator[None]:
    command = [sys.executable, "-m", "bench.pushing", str(file)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment())
    waiting, end = threading.Event(), perf_counter() + PATIENCE
    try:
        while not _listens(url):
            waiting.wait(0.1)
            if perf_counter() > end or process.poll() is not None:
                raise RuntimeError("the daemon did not listen in time")
        yield
    finally:
        process.terminate()
        process.wait(30)


def _listens(url: str) -> bool:
    host, _, port = url.split("/")[2].partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def _push(url: str, story: dict[str, Any]) -> float:
    """Send a push as a CMS does. Seconds until it was answered."""
    body, began = json.dumps(story).encode(), perf_counter()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    request.add_header(signing.HEADERS["json"], signing.sign("json", SECRET, body, datetime.now(UTC)))
    with urllib.request.urlopen(request, timeout=30) as answer:
        if json.load(answer)["new"] != 1:
            raise RuntimeError("a push was not new")
    return perf_counter() - began


def _last_sent(ledger: Ledger, networks: int) -> datetime:
    """When the last of the networks had the newest story. Raises RuntimeError when one never had it."""
    newest = select(func.max(articles.c.id)).scalar_subquery()
    there = (deliveries.c.article == newest) & (deliveries.c.status == Status.SENT.value)
    query = select(func.count(), func.max(deliveries.c.sent_at)).where(there)
    waiting, end = threading.Event(), perf_counter() + PATIENCE
    while perf_counter() < end:
        with ledger.store.read() as connection:
            sent, last = connection.execute(query).one()
        if sent == networks:
            return last if isinstance(last, datetime) else datetime.fromisoformat(last)
        waiting.wait(LOOK)
    raise RuntimeError(f"a story is on {sent} of {networks} networks")


def main() -> None:
    """`python -m bench.pushing CONFIG`: the daemon, keeping no distance between two posts."""
    no_gaps()
    syndicator(["--config", sys.argv[1], "run"])


if __name__ == "__main__":
    main()
