"""A newsroom's working directory, and the command line called in it."""

import contextlib
import io
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from syndicator.cli import main

SRC = Path(__file__).parents[2] / "src"

HEAD = """
[newsroom]
name = "Daily"
timezone = "Europe/Berlin"
[desk]
listen = ""
[policy]
hold_for = "0s"
"""


def account(name: str, folder: Path, more: str = "") -> str:
    """The table of an account on a network that is a file."""
    return f'[accounts.{name}]\nplatform = "memory"\nbase_url = "{(folder / name).as_uri()}.jsonl"\n{more}\n'


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


class Desk:
    """One working directory with two accounts in files. `call` runs in this process, `process` as a person would."""

    def __init__(self, folder: Path, blank: Path) -> None:
        self.folder, self.blank = folder, blank
        self.file, self.ledger = folder / "syndicator.toml", folder / "var" / "syndicator.db"
        self.configure(account("one", folder), account("two", folder))

    def configure(self, *tables: str, head: str = HEAD) -> None:
        """Write the configuration."""
        self.file.write_text("\n".join((head, *tables)), "utf-8")

    def secret(self, text: str, mode: int = 0o600) -> None:
        """Write the secrets file."""
        path = self.folder / "secrets.toml"
        path.write_text(text, "utf-8")
        path.chmod(mode)

    def template(self, platform: str, text: str) -> None:
        """Write a template of the newsroom's own."""
        path = self.folder / "templates" / "posts" / f"{platform}.j2"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def with_ledger(self) -> "Desk":
        """The same, with a ledger that is ready and empty."""
        self.ledger.parent.mkdir(exist_ok=True)
        shutil.copy(self.blank, self.ledger)
        return self

    def call(self, *arguments: object) -> Done:
        """Run one command in this process."""
        out, err = io.StringIO(), io.StringIO()
        with _log_kept(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main(["--config", str(self.file), *map(str, arguments)])
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else 1
        return Done(code, out.getvalue(), err.getvalue())

    def ok(self, *arguments: object) -> str:
        """What a command printed that must succeed."""
        done = self.call(*arguments)
        assert done.code == 0, done
        return done.out

    def process(self, *arguments: object, **more: Any) -> Done:
        """Run one command as a process of its own, in the folder, without naming the configuration."""
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SRC), "HOME": str(self.folder)}
        done = subprocess.run(
            [sys.executable, "-m", "syndicator", *map(str, arguments)],
            cwd=self.folder, env=environ, capture_output=True, text=True, timeout=60, **more,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    def rows(self) -> list[str]:
        """Every row of the ledger, to prove that nothing changed; empty without one."""
        if not self.ledger.exists():
            return []
        with contextlib.closing(sqlite3.connect(self.ledger)) as connection:
            return list(connection.iterdump())

    def sql(self, statement: str) -> None:
        """Change the ledger behind everybody's back."""
        with contextlib.closing(sqlite3.connect(self.ledger)) as connection, connection:
            connection.execute(statement)


@contextlib.contextmanager
def _log_kept() -> Iterator[None]:
    """A command sets the log up for its process; these tests share one with others."""
    root, ours = logging.getLogger(), logging.getLogger("syndicator")
    handlers, levels, settings = root.handlers[:], (root.level, ours.level), structlog.get_config()
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(levels[0])
        ours.setLevel(levels[1])
        structlog.configure(**settings)
