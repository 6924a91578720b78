"""Processes of a bench: each is a module that says hello and then answers questions, one JSON object per line."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

ROOT = Path(__file__).parents[1]
DISK = Path("/var/tmp")  # /tmp may be memory, where a commit costs nothing


def environment(**more: str) -> dict[str, str]:
    """The environment of every process here: the sources of this tree, and no configuration from outside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SYNDICATOR_")}
    return kept | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"} | more


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder on a disk, gone afterwards."""
    with TemporaryDirectory(prefix="syndicator-bench-", dir=DISK if DISK.is_dir() else None) as name:
        yield Path(name)


def megabytes(pid: int | str = "self") -> dict[str, float]:
    """Lines of /proc/PID/status that count memory (proc_pid_status(5)), in megabytes."""
    found = re.findall(r"^(Vm\w+):\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return {name: int(number) / 1000 for name, number in found}


class Child:
    """One process. `hello` is the first thing it said; it ends when its questions do."""

    def __init__(self, module: str, *args: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
            cwd=ROOT,
        )
        self._name = module
        self.hello: dict[str, Any] = self._hear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin and self._process.stdout:
            self._process.stdin.close()
            self._process.wait(30)
            self._process.stdout.close()

    def ask(self, **question: Any) -> dict[str, Any]:
        """Its answer. Raises RuntimeError when it has ended instead."""
        if self._process.stdin:
            print(json.dumps(question), file=self._process.stdin, flush=True)
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError(f"{self._name} ended with {self._process.wait()}")
        heard: dict[str, Any] = json.loads(line)
        return heard


def answer(hello: Mapping[str, Any], reply: Callable[..., Mapping[str, Any]] | None = None) -> None:
    """The child's side: say hello, then reply to each question until there are no more."""
    print(json.dumps(hello), flush=True)
    for line in sys.stdin:
        if reply:
            print(json.dumps(reply(**json.loads(line))), flush=True)
