"""A real WordPress for tests, on 127.0.0.1, with a database of its own on a socket.

PHP's own web server serves it, from the files of Debian's packages: they are taken apart, not installed, since the
package `wordpress` would bring in and start a web server. The files are kept in the user's cache. Everything ends with
the process that started it, even when that is killed.
"""

import contextlib
import fcntl
import getpass
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.services import child

USER, PASSWORD = "desk", "a password for the browser"
PARTS = Path(__file__).with_suffix("")
PLUGIN = Path(__file__).parents[2] / "config" / "wordpress" / "syndicator-push.php"
_PROGRAMS = (
    "php-cli", "php-mysql", "php-xml", "php-gd", "php-mbstring",
    "mariadb-server-core", "mariadb-client-core",  # the second has my_print_defaults, which mariadb-install-db needs
)  # fmt: skip
_FILES = ("wordpress", "php-getid3", "libjs-underscore", "libjs-cropper")
_PATH = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin"
_SPEED = ("--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M")
_PATIENCE = 20.0  # seconds for an answer


class Missing(RuntimeError):
    """There can be no WordPress here; says what is wanting."""


@dataclass(frozen=True, slots=True)
class WordPress:
    """A running newsroom: its address without a slash at the end, its files, and its owner's application password."""

    url: str
    files: Path
    key: str

    @property
    def feed(self) -> str:
        """The address of its RSS feed."""
        return f"{self.url}/feed/"

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """A call of the REST API as its owner, below /wp/v2/; the answer's JSON. AssertionError when refused."""
        address = f"{self.url}/wp-json/wp/v2/{path}"
        answer = requests.request(method, address, json=body, auth=(USER, self.key), timeout=_PATIENCE, **more)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def upload(self, photo: bytes, name: str, alt: str, caption: str) -> int:
        """Put a JPEG photo into the library; its number."""
        headers = {"Content-Type": "image/jpeg", "Content-Disposition": f'attachment; filename="{name}"'}
        number = int(self.call("POST", "media", data=photo, headers=headers)["id"])
        self.call("POST", f"media/{number}", {"alt_text": alt, "caption": caption})
        return number

    def cron(self) -> None:
        """Do what WordPress has put off and is due."""
        requests.get(f"{self.url}/wp-cron.php", timeout=_PATIENCE).raise_for_status()

    def plug_in(self, url: str, secret: str, code: str = "") -> None:
        """Install our plugin with its two constants, and more PHP code beside it."""
        constants = {"SYNDICATOR_PUSH_URL": url, "SYNDICATOR_PUSH_SECRET": secret}
        lines = [f"define( '{name}', {_quoted(value)} );" for name, value in constants.items()]
        (self.files / "push.php").write_text("\n".join(("<?php", *lines)))
        (self._plugins / "more.php").write_text(f"<?php {code}")
        shutil.copy(PLUGIN, self._plugins)

    def unplug(self) -> None:
        """Without our plugin again."""
        for file in (self._plugins / PLUGIN.name, self._plugins / "more.php", self.files / "push.php"):
            file.unlink(missing_ok=True)

    @property
    def _plugins(self) -> Path:
        return self.files / "wp-content" / "mu-plugins"


@contextlib.contextmanager
def server() -> Iterator[WordPress]:
    """A WordPress of its own, up in about two seconds (the first on a machine fetches 11 MB); gone afterwards.

    Call it from the main thread: the kernel ends its servers with the thread that started them. Missing where what it
    needs is not there and may not be installed.
    """
    unpacked = _unpacked()
    base = tempfile.gettempdir() if len(tempfile.gettempdir()) < 60 else "/tmp"  # a socket's path has 107 bytes
    folder = Path(tempfile.mkdtemp(prefix="wordpress-", dir=base))
    url = f"http://127.0.0.1:{_free_port()}"
    variables = {"WORDPRESS_URL": url, "WORDPRESS_SOCKET": str(folder / "socket")}
    variables |= {"WORDPRESS_USER": USER, "WORDPRESS_PASSWORD": PASSWORD}
    environment = {"PATH": _PATH, "LC_ALL": "C.UTF-8", "TZ": "UTC", **variables}
    try:
        files = folder / "files"
        shutil.copytree(unpacked, files, copy_function=_link)
        shutil.copy(PARTS / "wp-config.php", files)
        (files / "wp-content" / "mu-plugins").mkdir()
        shutil.copy(PARTS / "quiet.php", files / "wp-content" / "mu-plugins")
        how = {"cwd": files, "env": environment}
        with _database(folder, how):
            php = ("php", "-d", "sendmail_path=/bin/true", "-d", "opcache.revalidate_freq=0")
            key = _output([*php, PARTS / "install.php"], how)
            with child.running([*php, "-S", url.partition("//")[2], "-t", files], "started", signal.SIGTERM, **how):
                yield WordPress(url, files, key)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _database(folder: Path, how: Mapping[str, Any]) -> Iterator[None]:
    """MariaDB on a socket in the folder; it runs as root only when told so."""
    which = ("--no-defaults", f"--user={getpass.getuser()}", f"--datadir={folder / 'data'}")
    _output(["mariadb-install-db", *which, "--auth-root-authentication-method=normal", "--skip-test-db"], how)
    places = (f"--socket={folder / 'socket'}", f"--pid-file={folder / 'pid'}", "--skip-networking")
    with child.running(["mariadbd", *which, *places, *_SPEED], "ready for connections", signal.SIGTERM, **how):
        yield


def _output(command: list[Any], how: Mapping[str, Any]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, **how)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout} {done.stderr}")
    return done.stdout


def _quoted(text: str) -> str:
    """A string as PHP reads it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _link(source: str, target: str) -> str:
    """The same file a second time, as a copy where a hard link cannot be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


# ---------------------------------------------------------------------------------------------- what it is made of


def _unpacked() -> Path:
    """The folder of WordPress' files, fetched and taken apart by the first who asks."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "syndicator-tests" / "wordpress"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side
        _install_programs()
        tree = cache / "tree"
        if not tree.exists():
            with tempfile.TemporaryDirectory(dir=cache) as scratch:
                _take_apart(Path(scratch), tree)
        return tree


def _install_programs() -> None:
    programs = ("php", "mariadbd", "mariadb-install-db", "my_print_defaults")
    wanting = [program for program in programs if not shutil.which(program, path=_PATH)]
    modules = {"mysqli", "gd", "mbstring", "dom"}
    if not wanting and modules <= set(_output(["php", "-m"], {}).lower().split()):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Missing(f"no WordPress for the tests: apt-get install {' '.join(_PROGRAMS)}")
    _apt("update")
    _apt("install", "--yes", "--no-install-recommends", *_PROGRAMS)


def _take_apart(scratch: Path, tree: Path) -> None:
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise Missing("no WordPress for the tests: its files come from Debian's packages")
    _fetch(scratch)
    root = scratch / "root"
    for package in scratch.glob("*.deb"):
        _output(["dpkg", "-x", package, root], {})
    for link in (path for path in root.rglob("*") if path.is_symlink()):
        target = link.readlink()
        if target.is_absolute():
            link.unlink()
            link.symlink_to(root / target.relative_to("/"))
    # Links into other packages become the files they lead to; what leads nowhere (TLS certificates) is left out.
    shutil.copytree(root / "usr" / "share" / "wordpress", scratch / "tree", ignore_dangling_symlinks=True)
    (scratch / "tree" / "wp-config.php").unlink()  # Debian's own, which looks in /etc
    (scratch / "tree").rename(tree)


def _fetch(folder: Path) -> None:
    """Download the packages, the theme of this version of WordPress among them; with fresh lists when it fails."""
    for refresh in (False, True):
        if refresh and os.geteuid() == 0:
            _apt("update")
        said = subprocess.run(["apt-cache", "show", "wordpress"], capture_output=True, text=True).stdout
        themes = re.findall(r"wordpress-theme-\w+", said)[:1]
        with contextlib.suppress(Missing):
            return _apt("download", *_FILES, *themes, cwd=folder)
    raise Missing("no WordPress for the tests: its packages could not be downloaded")


def _apt(*words: str, cwd: Path | None = None) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", "-qq", *words], capture_output=True, text=True, cwd=cwd, env=environment)
    if done.returncode:
        raise Missing(f"no WordPress for the tests: apt-get {words[0]} failed: {done.stderr.strip()[-300:]}")
