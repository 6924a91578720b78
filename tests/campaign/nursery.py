"""The process that starts the daemon's lives: whole ones, and forks of itself after all imports.

Run as `python -m tests.campaign.nursery CONFIG LOG SABOTAGE`. A line "fork" or "exec" on standard input starts a life;
answered are its pid, and when it has ended its exit code (below zero: the signal). It has one thread, so that it may
fork, and everything here dies with its parent.
"""

import ctypes
import gc
import os
import signal
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import NoReturn

PR_SET_PDEATHSIG = 1
NEEDED = (
    "alembic.command",
    "atproto_client.models",
    "facebook",
    "mastodon",
    "tweepy",
    "syndicator.adapters.bluesky",
    "syndicator.adapters.facebook_page",
    "syndicator.adapters.mastodon",
    "syndicator.adapters.x",
    "syndicator.cli.daemons",
    "syndicator.daemon",
    "twitter_text",
)


def die_with(parent: int) -> None:
    """Be killed by the kernel when the parent ends."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def main(file: str, log: str, way: str) -> None:
    """Start lives, one at a time, until standard input ends."""
    die_with(os.getppid())
    for module in NEEDED:
        import_module(module)
    from tests.campaign import sabotage

    sabotage.no_gap()
    sabotage.WAYS[way]()
    gc.collect()
    gc.freeze()
    if threading.active_count() != 1:
        raise RuntimeError("a process with threads cannot be forked safely")
    here = os.getpid()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _live(line.strip(), file, log, here)
        _tell(pid)
        _tell(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _live(kind: str, file: str, log: str, parent: int) -> NoReturn:
    """The new process: `syndicator run`, in a fresh interpreter or in this one."""
    die_with(parent)
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for number, name in ((0, os.open(os.devnull, os.O_RDONLY)), (1, out), (2, out)):
        os.dup2(name, number)
    arguments = ["--config", file, "run"]
    if kind == "exec":
        os.execv(sys.executable, [sys.executable, "-m", "syndicator", *arguments])
    from syndicator.cli import main as syndicator

    code: object = 1
    try:
        syndicator(arguments)
    except SystemExit as end:
        code = end.code
    finally:
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    if not Path(sys.argv[1]).exists():
        sys.exit(f"no configuration {sys.argv[1]}")
    main(*sys.argv[1:4])
