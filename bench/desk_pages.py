"""Pages of the desk as a browser gets them: the real server over HTTP, drawn and compressed."""

import gzip
import re
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter
from urllib.parse import urlencode, urlsplit

from bench.many import ACCOUNTS, RARE
from bench.rooms import HEAD, loaded
from syndicator.desk import passwords
from syndicator.desk.server import Server
from syndicator.ledger import Ledger
from syndicator.models import Role
from syndicator.room import Room, utc_now

PASSWORD = "correct horse battery"  # of a ledger that is thrown away
PAGES = {
    "queue": ("/queue", "/queue?account=x-main", "/queue?state=queued"),
    "history": ("/history", "/history?q=council", f"/history?q={RARE}", "/history?q=the+tram", "/history?state=sent"),
}


class Browser:
    """One kept connection with a log-in."""

    def __init__(self, address: str) -> None:
        self._line = HTTPConnection(urlsplit(address).netloc, timeout=60)
        self._cookie = ""

    def log_in(self) -> None:
        """As anybody does: the form, then its answer."""
        page, _ = self.get("/login")
        token = re.search(r'name="csrf" value="([^"]+)"', page)
        form = urlencode({"csrf": token[1] if token else "", "name": "anna", "password": PASSWORD, "next": ""})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self._cookie}
        self._line.request("POST", "/login", form, headers)
        answer = self._line.getresponse()
        answer.read()
        if answer.status != 303:
            raise RuntimeError(f"the log-in was answered with {answer.status}")
        self._keep(answer.headers.get_all("Set-Cookie") or [])

    def get(self, path: str) -> tuple[str, int]:
        """A page, and how many bytes it took on the way."""
        self._line.request("GET", path, headers={"Cookie": self._cookie, "Accept-Encoding": "gzip"})
        answer = self._line.getresponse()
        body = answer.read()
        self._keep(answer.headers.get_all("Set-Cookie") or [])
        if answer.status != 200:
            raise RuntimeError(f"{path} was answered with {answer.status}")
        plain = gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body
        return plain.decode(), len(body)

    def _keep(self, set_cookies: list[str]) -> None:
        kept = [one.partition(";")[0] for one in set_cookies]
        self._cookie = "; ".join(kept) or self._cookie


def measured(folder: Path, ledger: Ledger, rounds: int) -> dict[str, tuple[list[float], int]]:
    """For each kind of page: milliseconds from the request to the last byte, and the largest page in bytes."""
    file = folder / "syndicator.toml"
    accounts = "".join(f'[accounts.{name}]\nplatform = "memory"\n' for name in ACCOUNTS)
    file.write_text(HEAD.replace('listen = ""', 'listen = "127.0.0.1:0"') + accounts)
    room = Room(loaded(file), ledger)
    ledger.people.add("anna", Role.EDITOR, passwords.hashed(PASSWORD), utc_now(), display="Anna")
    server = Server(room)
    server.start()
    try:
        browser = Browser(server.address)
        browser.log_in()
        return {kind: _asked(browser, paths, rounds) for kind, paths in PAGES.items()}
    finally:
        server.stop()


def _asked(browser: Browser, paths: tuple[str, ...], rounds: int) -> tuple[list[float], int]:
    spent, largest = [], 0
    for path in paths:
        browser.get(path)  # templates are read and compiled at the first one
    for _ in range(rounds):
        for path in paths:
            started = perf_counter()
            _page, size = browser.get(path)
            spent.append((perf_counter() - started) * 1000)
            largest = max(largest, size)
    return spent, largest
