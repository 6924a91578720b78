"""A network in memory, for tests and trials: says what it is told to say and keeps what was posted.

Accounts with the same `base_url` (else: name) share one `Network`, found with `network("…")`. Scripting it:

    place = memory.network("x-main")
    place.say(RateLimited("slow down", until=later))          # the next publish: raised in place of the answer
    place.say(OutcomeUnknown("lost"), at="stored")            # stored first, then raised: public, nobody was told
    place.say(MediaRefused("too large"), at="upload")         # raised before go()
    place.say(LookError("page missing"), on="find")           # and of `shown`; likewise "verify" and "retract"
    place.hooks["stored"] = lambda: os.kill(os.getpid(), 9)   # "upload", "go" (just after it), "stored"
    place.lag = 2                                             # the next two looks do not see what is there
    place.budget = Budget(300, 12, resets)                    # what its headers would say
    place.features = replace(place.features, idempotency="key")
    place.hand_post("typed by hand", "https://news.example/1")

`place.posts` is what is public, `place.log` every call as (operation, key or remote id). With a `base_url` like
file:///tmp/x.jsonl each post is a line of that file, synced before publish returns, and `find` reads the file: another
process can count what is public, whatever was killed meanwhile.
"""

import json
import os
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from urllib.request import url2pathname
from uuid import uuid4

from syndicator.adapters import Go
from syndicator.adapters.matching import pick
from syndicator.errors import OutcomeUnknown, Rejected
from syndicator.models import Account, Budget, Features, Identity, Post, Receipt, Shown

At = Literal["upload", "request", "stored"]
On = Literal["publish", "find", "verify", "retract"]

# The numbers are ours: small, so that tests reach them.
FEATURES = Features(
    platform="memory",
    label="Memory",
    monogram="M",
    count="codepoints",
    text_limit=500,
    images=4,
    image_bytes=1_000_000,
    image_side=4096,
    alt_limit=1000,
    idempotency="none",
    absence="certain",
    settle=timedelta(0),
)

PERMALINK = "https://memory.example/posts/"


def build(account: Account, _secrets: Mapping[str, str]) -> "Memory":
    """The adapter of one account; needs no secrets."""
    return Memory(account)


@dataclass(frozen=True, slots=True)
class Stored:
    """A post as the network keeps it; `media` are (sha256, alt). `key` is "" for one typed by hand."""

    id: str
    text: str
    link: str
    key: str
    at: str
    account: str = ""
    warning: str = ""
    media: tuple[tuple[str, str], ...] = ()


class Network:
    """What one network is told to say, and what was posted there."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.features = FEATURES
        self.identity = Identity(id=f"id-{name}", handle=f"@{name}")
        self.refuses_duplicates = False  # answers an equal text with a "duplicate", as X does
        self.lag = 0
        self.budget: Budget | None = None
        self.hooks: dict[str, Callable[[], None]] = {}
        self.log: list[tuple[str, str]] = []
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._lines: list[str] = []
        self._file = Path(url2pathname(urlsplit(name).path)) if name.startswith("file://") else None
        self._script: dict[str, deque[tuple[At, Exception]]] = defaultdict(deque)
        self._lock = threading.Lock()

    def say(self, error: Exception, *, on: On = "publish", at: At = "request", times: int = 1) -> None:
        """Raise `error` from the next call of `on`, the next `times` times; errors are kept in order."""
        self._script[on].extend([(at, error)] * times)

    def next_word(self, on: On) -> tuple[At, Exception] | None:
        """The next scripted error, taken off the script."""
        with self._lock:
            return self._script[on].popleft() if self._script[on] else None

    @property
    def posts(self) -> list[Stored]:
        """What is public, oldest first, across processes for a file."""
        found: dict[str, Stored] = {}
        for line in self._read():
            fields = json.loads(line)
            if "deleted" in fields:
                found.pop(fields["deleted"], None)
            else:
                found[fields["id"]] = Stored(**fields | {"media": tuple(map(tuple, fields["media"]))})
        return list(found.values())

    def hand_post(self, text: str, link: str = "") -> Stored:
        """A post somebody typed on the platform itself."""
        return self.store(Post(text, link))

    def store(self, post: Post, account: str = "") -> Stored:
        """Make a post public."""
        media = tuple((one.sha256, one.alt) for one in post.media)
        at = self.clock().isoformat()
        stored = Stored(uuid4().hex, post.text, post.link, post.key, at, account, post.warning, media)
        self._append(asdict(stored))
        return stored

    def delete(self, remote_id: str) -> None:
        """Make it gone; nothing happens when it is."""
        self._append({"deleted": remote_id})

    def hook(self, stage: str) -> None:
        """Run what a test wants to happen here."""
        self.hooks.get(stage, lambda: None)()

    def _append(self, fields: Mapping[str, object]) -> None:
        line = json.dumps(fields) + "\n"
        with self._lock:
            if self._file is None:
                self._lines.append(line)
                return
            handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, line.encode())
                os.fsync(handle)
            finally:
                os.close(handle)

    def _read(self) -> list[str]:
        if self._file is None:
            return list(self._lines)
        text = self._file.read_text("utf-8") if self._file.exists() else ""
        return text.split("\n")[:-1]  # a last line without its end was never synced


_networks: dict[str, Network] = {}
_networks_lock = threading.Lock()


def network(name: str) -> Network:
    """The network of that `base_url` or account name, the same for the whole process."""
    with _networks_lock:
        return _networks.setdefault(name, Network(name))


class Memory:
    """One account on a `Network`."""

    def __init__(self, account: Account) -> None:
        self._network = network(account.base_url or account.name)
        self._account = account.name

    @property
    def features(self) -> Features:
        """The network's, as scripted at this moment."""
        return self._network.features

    @property
    def budget(self) -> Budget | None:
        """As scripted at this moment."""
        return self._network.budget

    def publish(self, post: Post, go: Go) -> Receipt:
        """As the contract says; an equal key gives the first receipt where `features.idempotency` is "key"."""
        place = self._network
        at, error = place.next_word("publish") or ("", None)
        place.hook("upload")
        if error and at == "upload":
            raise error
        go()
        place.log.append(("publish", post.key))
        place.hook("go")
        if error and at == "request":
            raise error
        stored = self._known(post) or place.store(post, self._account)
        place.hook("stored")
        if error:
            raise error
        return replace(_receipt(stored.id), http_status=200)

    def verify(self) -> Identity:
        """The network's scripted identity."""
        self._speak("verify", "")
        return self._network.identity

    def find(self, post: Post, since: datetime, known: frozenset[str]) -> Receipt | None:
        """By key; text and link; text alone without a link; link alone is probable."""
        return pick(post, self._look(since, post.key), known)

    def shown(self, since: datetime) -> list[Shown]:
        """This account's posts and those typed by hand, all of them, newest first."""
        return self._look(since, "")

    def _look(self, since: datetime, about: str) -> list[Shown]:
        self._speak("find", about)
        if self._network.lag:
            self._network.lag -= 1
            return []
        own = [one for one in self._network.posts if one.account in ("", self._account)]
        window = [one for one in own if datetime.fromisoformat(one.at) >= since]
        return [Shown(_receipt(one.id), one.text, frozenset({one.link} - {""}), one.key) for one in reversed(window)]

    def locate(self, permalink: str) -> Receipt:
        """From https://memory.example/posts/…"""
        base, slash, remote_id = permalink.strip().rpartition("/")
        if base + slash != PERMALINK or not remote_id.isalnum():
            raise ValueError(f"not a post of this network: {permalink}")
        return _receipt(remote_id)

    def retract(self, receipt: Receipt) -> None:
        """Gone when it returns."""
        self._speak("retract", receipt.remote_id)
        self._network.delete(receipt.remote_id)

    def _speak(self, on: On, about: str) -> None:
        self._network.log.append((on, about))
        word = self._network.next_word(on)
        if word:
            raise word[1]

    def _known(self, post: Post) -> Stored | None:
        if len(post.text) > self.features.text_limit:
            raise Rejected("the text is too long", code="too_long", http_status=400)
        public = self._network.posts
        if self.features.idempotency != "none":
            return next((one for one in public if post.key and one.key == post.key), None)
        if self._network.refuses_duplicates and any((one.text, one.link) == (post.text, post.link) for one in public):
            raise OutcomeUnknown("the network has this text already", code="duplicate", http_status=403)
        return None


def _receipt(remote_id: str) -> Receipt:
    return Receipt(remote_id, PERMALINK + remote_id)
