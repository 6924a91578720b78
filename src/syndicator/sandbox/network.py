"""What all loopback networks share: a call read off the wire, its answer, accounts and request windows."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from hashlib import sha256
from importlib import import_module
from io import BytesIO
from threading import RLock
from typing import Any, ClassVar

from multidict import CIMultiDict, MultiDict
from PIL import Image, UnidentifiedImageError

from syndicator.sandbox.store import Entry, Store, StoredPost, Upload, stored_media

Form = MultiDict[str]


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read whole. `fields` is the query, the form and a JSON object in one; `notes` come from a fault."""

    method: str
    path: str
    query: Form = field(default_factory=MultiDict)
    form: Form = field(default_factory=MultiDict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    json: Any = None
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=CIMultiDict, repr=False)
    size: int = 0
    notes: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """A field of the form, the JSON object or the query, as text."""
        if name in self.form:
            return self.form[name]
        if isinstance(self.json, dict) and self.json.get(name) is not None:
            return str(self.json[name])
        return self.query.get(name, default)

    def bearer(self) -> str:
        """The token of an `Authorization: Bearer` header, or ""."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. A body that is not bytes is sent as JSON."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    type: str = "application/json; charset=utf-8"

    def data(self) -> bytes:
        """The bytes of the body."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False).encode()


class Refused(Exception):
    """Ends a handler with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"answered {answer.status}")
        self.answer = answer


Handler = Callable[..., Answer]
Op = str | Callable[[Call], str]


@dataclass(frozen=True, slots=True)
class Route:
    """Method and path of a call (a regular expression for the whole path; its groups go to the handler), and what it
    is for: "publish", "upload", "verify", "find", "retract" or "other"."""

    method: str
    path: re.Pattern[str]
    op: Op
    handler: Handler


def route(method: str, path: str, op: Op, handler: Handler) -> Route:
    """A Route from its path's pattern."""
    return Route(method, re.compile(path), op, handler)


@dataclass(frozen=True, slots=True)
class SandboxAccount:
    """An account of a loopback network: its secrets are made up and say so."""

    name: str
    identity: str
    handle: str
    secrets: Mapping[str, str]
    options: Mapping[str, str] = field(default_factory=dict)

    def credentials(self) -> dict[str, Any]:
        """What a configuration needs: secrets, options, identity and handle."""
        return {
            "secrets": dict(self.secrets),
            "options": dict(self.options),
            "identity": self.identity,
            "handle": self.handle,
        }


@dataclass(frozen=True, slots=True)
class Window:
    """Where a caller stands in a rate window."""

    limit: int
    remaining: int
    reset: datetime


class Network:
    """The base of a loopback network. A network gives its routes, its errors and how it keeps a post typed by hand.

    `windows` are the documented limits (calls, seconds) by op. They show in the headers; a call is refused for them
    only after `limit` was called for its op, so that benches may go faster than the real network lets them.
    """

    name: ClassVar[str]
    windows: ClassVar[Mapping[str, tuple[int, int]]] = {}
    errors: ClassVar[Mapping[str, Answer]] = {}

    def __init__(self, store: Store, clock: Callable[[], datetime], base: str) -> None:
        self.store, self.clock, self.base = store, clock, base
        self.lock = RLock()
        self.refuses_duplicates = True
        self.accounts: dict[str, SandboxAccount] = {}
        self.routes = self.make_routes()
        self._limits: dict[str, tuple[int, int]] = {}
        self._spent: dict[str, tuple[datetime, int]] = {}

    def make_routes(self) -> list[Route]:
        """The calls this network answers."""
        return []

    def make_account(self, name: str) -> SandboxAccount:
        """An account of this name; always the same for the same name."""
        return SandboxAccount(name, digits(self.name, name), f"sandbox_{name}", {})

    def hand_post(self, account: SandboxAccount, text: str, link: str) -> StoredPost:
        """Keep a post as if a person had typed it on the network's own site. LookupError where none can be."""
        raise LookupError(f"{self.name} takes no posts: {text!r} {link!r} by {account.name}")

    def text_of(self, call: Call) -> str:
        """The text of the post a call carries, "" when it carries none."""
        return call.get("text")

    def path_of(self, path: str) -> str:
        """The path that is compared with the routes."""
        return path

    def add_account(self, name: str, without: Collection[str] = ()) -> SandboxAccount:
        """The account of this name, made when there is none; `without` are secrets it does not have."""
        with self.lock:
            if name not in self.accounts:
                made = self.make_account(name)
                kept = {key: secret for key, secret in made.secrets.items() if key not in without}
                self.accounts[name] = replace(made, secrets=kept)
            return self.accounts[name]

    def account_of(self, token_name: str, token: str) -> SandboxAccount | None:
        """The account whose secret `token_name` this is."""
        return next((one for one in self.accounts.values() if token and one.secrets.get(token_name) == token), None)

    def find_route(self, call: Call) -> tuple[str, Callable[[], Answer]]:
        """The op of a call and what answers it; never raises."""
        path = self.path_of(call.path)
        for one in self.routes:
            match = one.path.fullmatch(path) if one.method == call.method else None
            if match:
                op = one.op if isinstance(one.op, str) else one.op(call)
                return op, partial(self._answer, op, one.handler, call, match.groups())
        return "other", lambda: self.failure("404", {})

    def _answer(self, op: str, handler: Handler, call: Call, groups: tuple[str, ...]) -> Answer:
        with self.lock:
            window = self._spend(op)
            if window and window.remaining < 0:
                return self.failure("429", {})
            try:
                answer = handler(call, *groups)
            except Refused as refused:
                answer = refused.answer
        headers = {**self.window_headers(window), **answer.headers} if window else answer.headers
        return Answer(answer.status, answer.body, headers, answer.type)

    def limit(self, op: str, calls: int, window: timedelta) -> None:
        """From now on refuse calls of this op beyond so many in each window."""
        with self.lock:
            self._limits[op] = (calls, int(window.total_seconds()))
            self._spent.pop(op, None)

    def _spend(self, op: str) -> Window | None:
        limit, seconds = self._limits.get(op) or self.windows.get(op) or (0, 0)
        if not limit:
            return None
        now = self.clock()
        start, spent = self._spent.get(op, (now, 0))
        if now - start >= timedelta(seconds=seconds):
            start, spent = now, 0
        self._spent[op] = (start, spent + 1)
        floor = -1 if op in self._limits else 1
        return Window(limit, max(limit - spent - 1, floor), start + timedelta(seconds=seconds))

    def window_headers(self, window: Window) -> dict[str, str]:
        """The headers in which this network tells its limits."""
        return {"Retry-After": str(max(1, round((window.reset - self.clock()).total_seconds())))}

    def failure(self, kind: str, options: Mapping[str, Any]) -> Answer:
        """This network's own error of a kind: one of `errors`, or "429" with and "429-bare" without its headers."""
        answer = self.errors.get(kind) or self.errors.get(kind.removesuffix("-bare")) or self.errors["500"]
        headers = dict(answer.headers)
        if kind == "429":
            reset = self.clock() + timedelta(seconds=float(options.get("seconds", 60)))
            headers.update(self.window_headers(Window(100, 0, reset)))
        return Answer(int(options.get("status", answer.status)), answer.body, headers, answer.type)

    # ------------------------------------------------------------------------------------------ parts for networks

    def keep(self, post: StoredPost, raw: Mapping[str, Any], uploads: Iterable[Upload] = (), place: str = "") -> Entry:
        """Store a post and mark its uploads as used."""
        entry = Entry(post, place or post.id.rpartition("_")[2].zfill(24), raw)
        self.store.add(self.name, entry)
        for upload in uploads:
            self.store.put_media(self.name, replace(upload, post=post.id))
        return entry

    def own(self, account: SandboxAccount, post_id: str) -> Entry | None:
        """A public post of this account, or None."""
        entry = self.store.get(self.name, post_id)
        return entry if entry and not entry.post.deleted and entry.post.account == account.name else None

    def upload(self, account: SandboxAccount, media_id: str, data: bytes, alt: str, **notes: Any) -> Upload | None:
        """Keep a photo under this id; None when the bytes are no image that could be read."""
        seen = look(data)
        if seen is None:
            return None
        media = stored_media(data, *seen, alt)
        return self.store.put_media(self.name, Upload(media_id, account.name, media, self.clock(), "", notes), data)


def look(data: bytes) -> tuple[str, int, int] | None:
    """Type, width and height of an image by its bytes; None when it is none."""
    try:
        with Image.open(BytesIO(data)) as image:
            return Image.MIME.get(image.format or "", "application/octet-stream"), *image.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None


def digits(*words: str, count: int = 15) -> str:
    """A number of so many digits that stands for these words."""
    return f"1{int(sha256('/'.join(words).encode()).hexdigest(), 16)}"[:count]


def graphemes(text: str) -> int:
    """How many characters a person sees."""
    return len(library("regex").findall(r"\X", text))


def web_links(text: str) -> tuple[str, ...]:
    """The http(s) addresses in a text, in order, each once; closing punctuation is not part of them."""
    found = (link.rstrip(".,;:!?'\")]}»”’") for link in re.findall(r"https?://[^\s<>\"]+", text))
    return tuple(dict.fromkeys(found))


def iso(moment: datetime) -> str:
    """UTC with milliseconds and Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_of(text: str) -> datetime | None:
    """An ISO 8601 or Unix time as an aware datetime; None when it is neither."""
    try:
        if re.fullmatch(r"\d{1,12}", text):
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@lru_cache
def library(name: str) -> Any:
    """A library that is imported when it is first needed, or that brings no types."""
    return import_module(name)
