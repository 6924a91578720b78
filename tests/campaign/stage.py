"""Where a campaign plays: a newsroom, four networks in this process, and the ledger read from outside."""

import json
import os
import select
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any, Self

from syndicator.sandbox import NETWORKS, Sandbox

ROOT = Path(__file__).parents[2]
FEED = 120  # stories in the feed: a minute of the steady pace, many polls long
MANY = 1_000_000  # calls in an hour: no limit, or the daemon would spread its posts over hours
UNLOCKED = ("x", "facebook_page")  # whose own check against duplicates is not promised, and is off here

OPEN_ROWS = """
SELECT account.platform, articles.url, row.clears, row.status, attempts.request_out IS NOT NULL
  FROM deliveries AS row JOIN accounts AS account ON account.uid = row.account
  JOIN articles ON articles.id = row.article LEFT JOIN attempts ON attempts.id = row.attempt
 WHERE row.status IN ('held', 'queued', 'sending', 'unconfirmed', 'failed')"""
READY = """
SELECT (SELECT count(*) FROM sources WHERE seeded) AND
       (SELECT count(*) FROM accounts WHERE verified_at IS NOT NULL) = ?"""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not at its end, as it stands in the ledger."""

    network: str
    link: str
    clears: int
    status: str
    out: bool  # the request was let out

    @property
    def caught(self) -> bool:
        """Its process died, or works, between `go` and the record of the outcome."""
        return self.status == "sending" and self.out


class Stage:
    """A context manager: what it started ends with it."""

    def __init__(self, folder: Path, way: str = "") -> None:
        self.folder, self.way = folder, way
        self.box = Sandbox(newsroom=True)
        self.links: list[str] = []
        self._file, self._log = folder / "syndicator.toml", folder / "daemon.log"
        self._public = {network: Counter[str]() for network in NETWORKS}
        self._read = dict.fromkeys(NETWORKS, 0)
        self._ledger: sqlite3.Connection | None = None
        self._heard = b""

    def __enter__(self) -> Self:
        self.box.start()
        self.box.newsroom.feed_items(FEED)
        for network in UNLOCKED:
            self.box.allow_duplicates(network)
        for network, op in product(NETWORKS, ("publish", "upload", "find", "verify")):
            self.box.limit(network, op, MANY, timedelta(hours=1))
        self._configure()
        line = (sys.executable, "-m", "tests.campaign.nursery", str(self._file), str(self._log), self.way)
        environment = {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "PATH": os.environ.get("PATH", "")}
        self._nursery = subprocess.Popen(
            line, cwd=self.folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._log.open("ab"),
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self._nursery.kill()  # and the kernel kills what it started
        self._nursery.wait(10)
        for pipe in (self._nursery.stdin, self._nursery.stdout):
            if pipe:
                pipe.close()
        if self._ledger:
            self._ledger.close()
        self.box.stop()

    def _configure(self) -> None:
        lines = ['[newsroom]\nname = "Sandbox Daily"\ntimezone = "UTC"\n[ledger]\nurl = "sqlite:///syndicator.db"']
        lines += ['[policy]\nhold_for = "0s"\nburst = 0\nspacing = "0s"\n[delivery]\ntimeout = "2s"\nsettle = "1s"']
        lines += ['retry_first = "1s"\nretry_cap = "2s"\ntries = 1000']
        lines += [f'[sources.newsroom]\nurl = "{self.box.url("newsroom")}/feed.xml"\nevery = "1s"']
        lines += ['allow_private = true\n[desk]\nlisten = ""']
        secrets = []
        for network in NETWORKS:
            known, name = self.box.accounts(network), network.replace("_", "-")
            options = {"platform": network, "base_url": self.box.url(network), **known["options"]}
            lines.append(_table(f"accounts.{name}", options))
            secrets.append(_table(name, known["secrets"]))
        self._file.write_text("\n".join(lines))
        hidden = self.folder / "secrets.toml"
        hidden.touch(0o600)
        hidden.write_text("\n".join(secrets))

    # ------------------------------------------------------------------------------------------ the newsroom

    def publish(self, mark: str) -> None:
        """One more story; its title carries the mark, every tenth has a photo."""
        number = len(self.links)
        title, summary = f"News {number} of the day {mark}", f"What is known of {number} so far."
        photo = number % 10 == 9
        details = {"alt": "A quay", "caption": "On the quay"} if photo else {}
        self.links.append(self.box.newsroom.publish(f"story-{number}", title, summary, photo=photo, **details))

    # ------------------------------------------------------------------------------------------ lives

    def start(self, kind: str) -> int:
        """Start a life; its pid."""
        if self._nursery.stdin:
            self._nursery.stdin.write(f"{kind}\n".encode())
            self._nursery.stdin.flush()
        told = self._hear(30)
        assert told is not None, f"no life was started:\n{self.log()}"
        return told

    def ended(self, seconds: float) -> int | None:
        """The exit code of the life that was started last, None when it lives on after so many seconds."""
        return self._hear(seconds)

    def rises(self, pid: int, seconds: float) -> int | None:
        """Wait until this life has taken the ledger. Its exit code when it ends before, as when a network is still
        reading what the life before had sent, and kills for that."""
        end = monotonic() + seconds
        while not self.up(pid) and monotonic() < end:
            code = self.ended(0.03)
            if code is not None:
                return code
        return None

    def kill(self, pid: int, number: signal.Signals = signal.SIGKILL, seconds: float = 15) -> int:
        """Send a signal and wait for the end; the exit code."""
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        code = self._hear(seconds)
        assert code is not None, f"the daemon does not end:\n{self.log()}"
        return code

    def _hear(self, seconds: float) -> int | None:
        end, out = monotonic() + seconds, self._nursery.stdout
        while b"\n" not in self._heard:
            left = end - monotonic()
            if out is None or left <= 0 or not select.select([out], [], [], left)[0]:
                return None
            heard = os.read(out.fileno(), 4096)
            assert heard, f"the nursery has ended:\n{self.log()}"
            self._heard += heard
        line, _, self._heard = self._heard.partition(b"\n")
        return int(line)

    def log(self) -> str:
        """The end of what the daemons have said."""
        return self._log.read_text(errors="replace")[-4000:]

    # ------------------------------------------------------------------------------------------ looking

    def _ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        path = self.folder / "syndicator.db"
        if self._ledger is None:
            if not path.exists():
                return []
            self._ledger = sqlite3.connect(path, timeout=10, isolation_level=None)
            self._ledger.execute("PRAGMA query_only = 1")
        try:
            return self._ledger.execute(query, values).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):  # the first life has not made them yet
                return []
            raise

    def ready(self) -> bool:
        """Whether the feed has been read once and every account has signed in: from here on every story is due."""
        return bool(sum(value for row in self._ask(READY, len(NETWORKS)) for value in row))

    def up(self, pid: int) -> bool:
        """Whether this process has taken the ledger."""
        return any(name.endswith(f"/{pid}") for (name,) in self._ask("SELECT process FROM daemon"))

    def rows(self) -> list[Row]:
        """The rows that are not at their end."""
        return [Row(name, link, clears, status.lower(), bool(out)) for name, link, clears, status, out in
                self._ask(OPEN_ROWS)]  # fmt: skip

    def statuses(self) -> Counter[str]:
        """How many rows are in which state."""
        return Counter(
            {status.lower(): n for status, n in self._ask("SELECT status, count(*) FROM deliveries GROUP BY 1")}
        )

    def public(self, network: str) -> Counter[str]:
        """How many posts the network holds for each link, by its own account; those typed by hand do not count."""
        fresh = self.box.posts(network, skip=self._read[network])
        self._read[network] += len(fresh)
        mine = set(self.links)
        for post in fresh:
            if not post.by_hand and not post.deleted:
                self._public[network].update(mine.intersection(post.links))
        return self._public[network]


def until(condition: Any, seconds: float) -> bool:
    """Wait until the condition holds; False when it does not within so many seconds."""
    end, pause = monotonic() + seconds, Event()
    while not condition():
        if monotonic() > end:
            return False
        pause.wait(0.03)
    return True


def _table(name: str, values: dict[str, str]) -> str:
    return "\n".join((f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())))
