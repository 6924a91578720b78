"""Servers that tests start: up when they say so, and gone with who started them, even by kill -9."""

import contextlib
import ctypes
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

_START = 60.0  # seconds; a busy machine with cold files needs ten
_STOP = 20.0
_PR_SET_PDEATHSIG = 1


@contextlib.contextmanager
def running(command: Sequence[str | Path], ready: str, stop: signal.Signals, **how: Any) -> Iterator[None]:
    """The server while it runs: from the line of its output that holds `ready` until `stop` has ended it.

    Call it from the main thread: the kernel ends the server with the thread that started it. RuntimeError with what it
    said when it does not start.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        preexec_fn=_end_with_parent(stop),  # noqa: PLW1509 - one system call, looked up before the fork
        **how,
    )
    said: list[str] = []
    up = threading.Event()
    assert process.stdout is not None
    watcher = threading.Thread(target=_watch, args=(process.stdout, ready, said, up), daemon=True)
    watcher.start()
    try:
        if not up.wait(_START) or process.poll() is not None or not any(ready in line for line in said):
            raise RuntimeError(f"{Path(command[0]).name} did not start: {''.join(said)}")
        yield
    finally:
        _stop(process, stop)
        watcher.join(_STOP)
        process.stdout.close()


def _end_with_parent(stop: signal.Signals) -> Callable[[], None] | None:
    """What the child does first: ask the kernel for `stop` when its parent dies (Linux)."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, stop)


def _watch(lines: IO[str], ready: str, said: list[str], up: threading.Event) -> None:
    """Reads the server's log to its end, so that it never blocks; `up` is set when it is up or gone."""
    for line in lines:
        said.append(line)
        if ready in line:
            up.set()
    up.set()


def _stop(process: subprocess.Popen[str], stop: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(stop)
    try:
        process.wait(_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
