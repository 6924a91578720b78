"""Where the contract is tried: a network that can be given faults and looked into, real sockets or in memory."""

import hashlib
import io
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Protocol

from PIL import Image

from syndicator import adapters
from syndicator.adapters import Adapter, memory
from syndicator.errors import (
    AccountRefused,
    DeliveryError,
    LookError,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from syndicator.models import Account, Card, DeliveryRules, Features, Media, Post
from syndicator.sandbox import Sandbox

SECONDS = 2.0  # the whole call's time in these tests


@dataclass(frozen=True)
class Seen:
    """A public post as its readers see it; media are (sha256, alt)."""

    id: str
    text: str
    links: tuple[str, ...]
    media: tuple[tuple[str, str], ...]


class Place(Protocol):
    """What the contract needs of a network."""

    platform: str
    secrets: Mapping[str, str]
    identity: str

    def adapter(self, seconds: float = SECONDS, base_url: str = "") -> Adapter:
        """A fresh adapter for the account."""
        ...

    def posts(self) -> list[Seen]:
        """What is public, oldest first."""
        ...

    def ops(self) -> list[str]:
        """What the requests so far were for: publish, upload, verify, find, retract."""
        ...

    def fault(self, kind: str, on: str = "publish", times: int = 1) -> None:
        """Let the next requests of that kind go wrong."""
        ...

    def hand_post(self, text: str, link: str) -> None:
        """Post as somebody would on the platform itself."""
        ...


class NetworkPlace(Place, Protocol):
    """A network with sockets."""

    def after_each_answer(self, adapter: Adapter, act: Callable[[], None]) -> None:
        """Do this whenever the adapter has read an answer."""
        ...


class SandboxPlace:
    """A loopback network over real sockets, through the real SDK."""

    def __init__(self, box: Sandbox, platform: str) -> None:
        self.box, self.platform = box, platform
        found = box.accounts(platform)
        self.secrets: Mapping[str, str] = found["secrets"]
        self.identity: str = found["identity"]
        self._options: Mapping[str, str] = found["options"]

    def adapter(self, seconds: float = SECONDS, base_url: str = "") -> Adapter:
        """See Place."""
        account = Account(
            name=f"{self.platform}-test",
            platform=self.platform,
            identity=self.identity,
            base_url=base_url or self.box.url(self.platform),
            delivery=DeliveryRules(timeout=timedelta(seconds=seconds)),
            options=self._options,
        )
        return adapters.build(account, self.secrets)

    def posts(self) -> list[Seen]:
        """See Place."""
        public = [one for one in self.box.posts(self.platform) if not one.deleted]
        return [Seen(one.id, one.text, tuple(one.links), tuple((m.sha256, m.alt) for m in one.media)) for one in public]

    def ops(self) -> list[str]:
        """See Place."""
        return [one.op for one in self.box.requests(self.platform)]

    def fault(self, kind: str, on: str = "publish", times: int = 1) -> None:
        """See Place."""
        self.box.fault(self.platform, kind, on=on, times=times)

    def hand_post(self, text: str, link: str) -> None:
        """See Place."""
        self.box.hand_post(self.platform, text, link)

    def after_each_answer(self, adapter: Adapter, act: Callable[[], None]) -> None:
        """See NetworkPlace."""
        of_adapter: Any = adapter
        of_adapter._wire.session.hooks["response"].append(lambda *_, **__: act())


class MemoryPlace:
    """The adapter in memory, told to answer as each fault would be understood."""

    platform = "memory"
    secrets: Mapping[str, str] = {}
    _names = count()

    def __init__(self, base_url: str = "") -> None:
        self.network = memory.network(base_url or f"contract-{next(self._names)}")
        self.identity = self.network.identity.id

    def adapter(self, seconds: float = SECONDS, base_url: str = "") -> Adapter:
        """See Place."""
        return adapters.build(Account(name="memory-test", platform="memory", base_url=self.network.name), {})

    def posts(self) -> list[Seen]:
        """See Place."""
        return [Seen(one.id, one.text, (one.link,) if one.link else (), tuple(one.media)) for one in self.network.posts]

    def ops(self) -> list[str]:
        """See Place."""
        return [op for op, _ in self.network.log]

    def fault(self, kind: str, on: str = "publish", times: int = 1) -> None:
        """See Place."""
        error = MediaRefused("unreadable") if on == "upload" else LEAVES[kind]
        if on == "find":
            until = error.until if isinstance(error, RateLimited) else None
            self.network.say(LookError(str(error), until=until), on="find", times=times)
        elif on == "upload":
            self.network.say(error, at="upload", times=times)
        elif on == "publish":
            self.network.say(error, at="stored" if kind.endswith("-after") else "request", times=times)
        else:
            self.network.say(error, on="verify" if on == "verify" else "retract", times=times)

    def hand_post(self, text: str, link: str) -> None:
        """See Place."""
        self.network.hand_post(text, link)


def _lost(kind: str) -> DeliveryError:
    return OutcomeUnknown(kind, code=kind)


LEAVES: Mapping[str, DeliveryError] = {
    **{kind: _lost(kind) for kind in ("500-before", "500-after", "hangup-before", "hangup-after", "truncated")},
    **{kind: _lost(kind) for kind in ("rubbish", "empty", "duplicate", "drip", "hang")},
    "429": RateLimited("slow", until=datetime.now(UTC) + timedelta(hours=1)),
    "429-bare": RateLimited("slow", until=datetime.now(UTC) + timedelta(hours=1)),
    "401": AccountRefused("no", code="token"),
    "403": AccountRefused("no", code="permission"),
    "too_long": Rejected("too long", code="too_long"),
    "refused": Unavailable("nobody there"),
}


# ---------------------------------------------------------------------------------------------- posts

_clock = count(int(time.time() * 1_000_000))
_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
LINK = "https://news.example.com/world/2026/harbour-reopens"


def tid() -> str:
    """A record key: 13 characters that sort by time."""
    number = next(_clock) << 10
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(60, -1, -5))


def photo(alt: str = "A crane over the harbour at dawn") -> Media:
    """A small real JPEG."""
    buffer = io.BytesIO()
    Image.new("RGB", (640, 360), (30, 90, 160)).save(buffer, "JPEG", quality=85)
    data = buffer.getvalue()
    return Media(hashlib.sha256(data).hexdigest(), "image/jpeg", 640, 360, alt=alt, data=data)


def make(features: Features, text: str = "Harbour reopens", link: str = LINK, *media: Media) -> Post:
    """A post as the renderer would make it: the link printed where the platform reads it from the text."""
    in_text = features.links == "text" or bool(media)
    body = f"{text} {link}" if link and in_text else text
    card = (
        Card(link, "Harbour reopens", "After two years.") if features.links == "card" and link and not media else None
    )
    key = hashlib.sha256(f"{body}{next(_clock)}".encode()).hexdigest()
    return Post(body, link, media, card, "en", key=key, record_key=tid(), created_at=datetime.now(UTC))


def again(post: Post) -> Post:
    """The same words as a delivery of its own."""
    return replace(post, key=hashlib.sha256(post.key.encode()).hexdigest(), record_key=tid())


def closed_port() -> str:
    """An address nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
