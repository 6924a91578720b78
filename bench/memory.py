"""What the daemon weighs after one post on each of four networks."""

import json
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.children import ROOT, Child, environment, folder, megabytes
from bench.figures import Figure
from bench.rooms import written

SOURCE = '[sources.world]\nurl = "{}/feed.xml"\nevery = "1s"\nallow_private = true\n'
REST, SHORT_REST = 60.0, 5.0  # seconds between the posts and the look
PATIENCE = 60.0  # seconds for the posts


def run(quick: bool) -> list[Figure]:
    """VmRSS of `syndicator run`, and its highest mark."""
    with folder() as here, Child("bench.networks", "newsroom") as networks:
        newsroom = networks.hello["newsroom"]["url"]
        file = written(here, networks.hello, SOURCE.format(newsroom))
        with _daemon(file) as process:
            _until(lambda: b'"source read"' in (here / "log").read_bytes())  # what was there before is never posted
            _publish(newsroom)
            _until(lambda: all(networks.ask().values()))
            threading.Event().wait(SHORT_REST if quick else REST)
            found = megabytes(process.pid)
    rest = f"{SHORT_REST if quick else REST:.0f} s after the posts; peak {found['VmHWM']:.0f} MB"
    return [Figure("memory of the daemon", found["VmRSS"], "MB", 180, rest)]


@contextmanager
def _daemon(file: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (file.parent / "log").open("wb") as log:
        command = [sys.executable, "-m", "syndicator", "--config", str(file), "run"]
        process = subprocess.Popen(command, stderr=log, cwd=ROOT, env=environment())
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _publish(newsroom: str) -> None:
    story: dict[str, Any] = {"slug": "memory", "title": "The council weighs its ferry", "summary": "It is not heavy."}
    request = urllib.request.Request(f"{newsroom}/_sandbox/publish", json.dumps(story).encode())
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()


def _until(there: Any) -> None:
    end, waiting = perf_counter() + PATIENCE, threading.Event()
    while not there():
        waiting.wait(0.2)
        if perf_counter() > end:
            raise RuntimeError("the daemon did not post in time")
