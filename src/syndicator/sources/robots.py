"""robots.txt, as RFC 9309 (September 2022) has it: the group of our name, the longest rule that matches.

The standard library's urllib.robotparser takes the first rule that matches, in the file's order, and knows no
wildcards within a path (Python 3.11), so that "Allow: /news/" after "Disallow: /" is not heard.
"""

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urlsplit
from weakref import WeakKeyDictionary

from syndicator.errors import FetchError
from syndicator.fetch import Fetcher, Response, shown
from syndicator.sources.answers import refusal

PRODUCT = "syndicator"
KEPT = 24 * 3600.0  # seconds: longer it should not be used (section 2.4)
KEPT_TROUBLE = 300.0  # seconds until a file that could not be had is asked for again
READ = 512_000  # bytes that count: at least 500 kibibytes (section 2.5)
MAX_BYTES = 4_000_000
MOST = 1_000  # sites remembered

_TOKEN = re.compile(r"[A-Za-z_-]+|\*")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


@dataclass(frozen=True, slots=True)
class Rules:
    """What one site allows us: patterns of paths, and whether each allows."""

    patterns: tuple[tuple[str, bool], ...] = ()

    def allow(self, url: str) -> bool:
        """Whether an address of the site may be read: by its longest match, and where two are equal the kinder."""
        split = urlsplit(url)
        path = _encoded((split.path or "/") + (f"?{split.query}" if split.query else ""))
        if path == "/robots.txt":
            return True
        matching = [(len(pattern), allows) for pattern, allows in self.patterns if _matches(pattern, path)]
        return max(matching, default=(0, True))[1]


ALL = Rules()


def parse(text: str) -> Rules:
    """The rules of all groups that name us, else of those for everybody ("*")."""
    groups: dict[str, list[tuple[str, bool]]] = {}
    named, ruled = list[str](), False
    for key, value in _lines(text):
        if key == "user-agent":
            named, ruled = ([], False) if ruled else (named, ruled)
            if token := _TOKEN.match(value):
                named.append(token[0].lower())
                groups.setdefault(named[-1], [])
        elif key in ("allow", "disallow"):
            ruled = True
            for name in named if value else ():
                groups[name].append((_encoded(value), key == "allow"))
    return Rules(tuple(groups.get(PRODUCT, groups.get("*", []))))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in re.split(r"[\r\n]+", text.lstrip("\ufeff")):
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def _encoded(path: str) -> str:
    """A path or pattern in one spelling: what needs no escape has none, all else is escaped (section 2.2.2)."""
    plain = _ESCAPE.sub(lambda code: _letter(code[0]), path)
    return quote(plain, safe="%/?#[]@!$&'()*+,;=:~-._")


def _letter(code: str) -> str:
    letter = chr(int(code[1:], 16))
    return letter if _UNRESERVED.fullmatch(letter) else code.upper()


def _matches(pattern: str, path: str) -> bool:
    """Whether a path begins as the pattern says; "*" is anything, "$" at the end is the end."""
    ends = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not rest:
        return not ends or at == len(path)
    last = rest.pop() if ends else ""
    for piece in rest:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return path.endswith(last) and at + len(last) <= len(path)


# ---------------------------------------------------------------------------------------------- asking


@dataclass(frozen=True, slots=True)
class _Known:
    """What a site answered, until when that counts; `trouble` is why we do not know, a sentence."""

    rules: Rules
    until: float
    trouble: str = ""


class Robots:
    """What sites allow, asked once a day each. `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def refusal(self, url: str, fetcher: Fetcher, *, allow_private: bool = False) -> str:
        """Why an address must not be read, one sentence; "" when it may. Never raises for what the site does."""
        split = urlsplit(url)
        origin = f"{split.scheme}://{split.netloc.rpartition('@')[2]}"
        lock = self._asking.setdefault(origin, asyncio.Lock())
        async with lock:
            known = self._known.get(origin)
            if known is None or known.until <= self._clock():
                known = await self._ask(origin, known, fetcher, allow_private)
                self._keep(origin, known)
        if known.trouble:
            return f"{shown(url)} is not read for now, because its robots.txt cannot be: {known.trouble}"
        if known.rules.allow(url):
            return ""
        return f"{shown(url)} is not read: the site's robots.txt does not allow {PRODUCT} to."

    async def _ask(self, origin: str, before: _Known | None, fetcher: Fetcher, allow_private: bool) -> _Known:
        try:
            answer = await fetcher.get(f"{origin}/robots.txt", max_bytes=MAX_BYTES, allow_private=allow_private)
        except FetchError as error:
            return self._troubled(before, str(error))
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status < HTTPStatus.OK:
            return self._troubled(before, refusal(answer))
        return _Known(_rules(answer), self._clock() + KEPT)

    def _troubled(self, before: _Known | None, why: str) -> _Known:
        """What was known still counts while the file cannot be had; without that, nothing is allowed."""
        until = self._clock() + KEPT_TROUBLE
        return _Known(before.rules, until) if before and not before.trouble else _Known(ALL, until, why)

    def _keep(self, origin: str, known: _Known) -> None:
        self._known.pop(origin, None)
        self._known[origin] = known
        for old in list(self._known)[:-MOST]:
            del self._known[old]
            self._asking.pop(old, None)


def _rules(answer: Response) -> Rules:
    """A file that is not there (4xx) allows everything (section 2.3.1.3)."""
    if answer.status >= HTTPStatus.BAD_REQUEST:
        return ALL
    return parse(answer.body[:READ].decode("utf-8", "replace"))


_OF: WeakKeyDictionary[Fetcher, Robots] = WeakKeyDictionary()


async def obey(url: str, fetcher: Fetcher, *, allow_private: bool = False) -> None:
    """Raise FetchError (`refused`) when robots.txt does not allow to read an address. Each fetcher remembers."""
    known = _OF.get(fetcher)
    if known is None:
        known = _OF[fetcher] = Robots()
    if why := await known.refusal(url, fetcher, allow_private=allow_private):
        raise FetchError(why, refused=True)
