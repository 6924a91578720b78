"""A newsroom with four accounts on loopback networks, and real `syndicator` processes that work for it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any, Self

from syndicator.errors import StoreError
from syndicator.ledger import Filter, Ledger
from syndicator.models import Source, SourceState
from syndicator.sandbox import NETWORKS, Sandbox, StoredPost

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "syndicator")
ENVIRONMENT = {"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}


def until(condition: Callable[[], object], seconds: float, what: str = "it") -> None:
    """Wait until the condition holds. AssertionError when it does not within so many seconds."""
    end, pause = monotonic() + seconds, Event()
    while not condition():
        assert monotonic() < end, f"{what}: not within {seconds:g} s"
        pause.wait(0.05)


@dataclass(frozen=True)
class Rules:
    """What a test sets in the configuration: `patience` is X's time-out, `sources` are further ones (name, address).

    `listen` is the desk's address, `more` and `secrets` are further lines of the two files.
    """

    hold_for: str = "0s"
    timeout: str = "30s"
    patience: str = "5s"
    sources: tuple[tuple[str, str], ...] = ()
    listen: str = ""
    more: str = ""
    secrets: str = ""


class Stand:
    """One newsroom in a folder. As a context manager it ends what it started."""

    def __init__(self, folder: Path, rules: Rules = Rules()) -> None:
        self.folder, self.box = folder, Sandbox(newsroom=True)
        self.file = folder / "syndicator.toml"
        self._rules, self._started = rules, list[subprocess.Popen[bytes]]()
        self._ledger: Ledger | None = None

    def __enter__(self) -> Self:
        self.box.start()
        self.configure(self._rules)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._started:
            process.kill()
            process.wait()
        if self._ledger:
            self._ledger.close()
        self.box.stop()

    def configure(self, rules: Rules) -> None:
        """Write the configuration and the secrets."""
        lines = ['[newsroom]\nname = "Sandbox Daily"\ntimezone = "UTC"\n[ledger]\nurl = "sqlite:///syndicator.db"']
        lines += [f'[policy]\nhold_for = "{rules.hold_for}"\n[delivery]\ntimeout = "{rules.timeout}"\nsettle = "1s"']
        lines += [f'[desk]\nlisten = "{rules.listen}"', rules.more]
        for name, base in (("newsroom", self.box.url("newsroom")), *rules.sources):
            lines.append(f'[sources.{name}]\nurl = "{base}/feed.xml"\nevery = "1s"\nallow_private = true')
        secrets = [rules.secrets]
        for network in NETWORKS:
            known = self.box.accounts(network)
            options = {"platform": network, "base_url": self.box.url(network), **known["options"]}
            if network == "x":
                options["timeout"] = rules.patience
            lines.append(_table(f"accounts.{account(network)}", options))
            secrets.append(_table(account(network), known["secrets"]))
        self.file.write_text("\n".join(lines))
        hidden = self.folder / "secrets.toml"
        hidden.touch(0o600)
        hidden.write_text("\n".join(secrets))

    # ------------------------------------------------------------------------------------------ processes

    def cli(self, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run a command to its end and check its exit code."""
        line = (*COMMAND, "--config", str(self.file), *arguments)
        done = subprocess.run(line, env=ENVIRONMENT, cwd=self.folder, capture_output=True, text=True, timeout=30)
        assert code is None or done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def run(self) -> subprocess.Popen[bytes]:
        """Start the daemon; returns when it has read the newsroom's feed and signed in everywhere."""
        since = datetime.now(UTC)
        with (self.folder / "daemon.log").open("ab") as log:
            line = (*COMMAND, "--config", str(self.file), "run")
            process = subprocess.Popen(line, env=ENVIRONMENT, cwd=self.folder, stdout=log, stderr=log)
        self._started.append(process)
        until(lambda: process.poll() is not None or self._is_up(since), 20, "the daemon's start")
        assert process.poll() is None, self.log()
        return process

    def _is_up(self, since: datetime) -> bool:
        with suppress(StoreError):
            beat = self.ledger.accounts.heartbeat()
            states = self.ledger.accounts.states()
            signed_in = len(states) == len(NETWORKS) and all(state.verified_at for state in states)
            return bool(beat and beat.started >= since and signed_in and self._state().seeded)
        return False

    def _state(self) -> SourceState:
        source = Source("newsroom", f"{self.box.url('newsroom')}/feed.xml")
        return self.ledger.sources.states([source])["newsroom"]

    def end(self, process: subprocess.Popen[bytes], seconds: float = 10) -> tuple[int, float]:
        """Tell a daemon to end; its exit code and how long it took."""
        start = monotonic()
        process.send_signal(signal.SIGTERM)
        return process.wait(seconds), monotonic() - start

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """kill -9."""
        process.kill()
        process.wait(10)

    def log(self) -> str:
        """What the daemons have said."""
        return (self.folder / "daemon.log").read_text(errors="replace")

    # ------------------------------------------------------------------------------------------ looking

    @property
    def ledger(self) -> Ledger:
        """The ledger, read beside the daemon as every other process reads it. StoreError while there is none."""
        if self._ledger is None:
            path = self.folder / "syndicator.db"
            if not path.exists():
                raise StoreError("no ledger yet")
            self._ledger = Ledger(f"sqlite:///{path}")
        return self._ledger

    def rows(self, slug: str) -> dict[str, dict[str, Any]]:
        """The history's entries of a story, by network. Here and below a story of another newsroom has its address."""
        url = self._address(slug)
        entries = self.ledger.history.entries(Filter())
        return {row["platform"]: row for row in entries if row["article_url"] == url}

    def _address(self, slug: str) -> str:
        return slug if "://" in slug else self.box.newsroom.url(slug)

    def statuses(self, slug: str) -> dict[str, str]:
        """The state of a story's posts, by network."""
        return {network: row["status"].lower() for network, row in self.rows(slug).items()}

    def posts(self, network: str, slug: str = "") -> list[StoredPost]:
        """Our posts on a network, those of a story when it is named."""
        url = self._address(slug) if slug else ""
        return [post for post in self.box.posts(network) if not post.by_hand and (not slug or url in post.links)]

    def public(self, slug: str) -> set[str]:
        """The networks on which a story is public."""
        return {network for network in NETWORKS if self.posts(network, slug)}

    def next_poll(self) -> None:
        """Wait until the daemon has asked the newsroom once more: what it would do at once, it has done."""
        before = self._state().last_poll
        until(lambda: self._state().last_poll != before, 5, "the next poll")


def account(network: str) -> str:
    """The name of our account on a network."""
    return network.replace("_", "-")


def _table(name: str, values: dict[str, str]) -> str:
    return "\n".join((f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())))
