"""What one account will say, and the proof that it did."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Media:
    """A photo fitted to a platform. `data` is empty in the ledger; the pipeline fills it in for the adapter."""

    sha256: str
    mime: str
    width: int
    height: int
    alt: str = ""
    credit: str = ""
    source_url: str = ""
    data: bytes = field(default=b"", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Card:
    """A link's card, for platforms where we supply it."""

    url: str
    title: str
    text: str = ""
    thumb: Media | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One version of what one account will say. `text` is sent unchanged; `link` is "" for a post without one.

    `key`, `record_key` and `created_at` belong to the delivery and are the same for every try: the idempotency key
    (64 hex digits), a TID for platforms with client-chosen record keys, and the time of the first claim.
    """

    text: str
    link: str = ""
    media: tuple[Media, ...] = ()
    card: Card | None = None
    language: str = ""
    warning: str = ""
    sensitive: bool = False
    key: str = ""
    record_key: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A post as stored: number from 1, who made it, and which fields a person has set (kept by new renderings)."""

    delivery: int
    version: int
    by: str
    at: datetime
    post: Post
    fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's proof. `probable` (from `find`): only the link matched, a person must say whether it is ours.

    `http_status` and `request_id` are the answer's, for the attempt log.
    """

    remote_id: str
    permalink: str
    probable: bool = False
    http_status: int | None = field(default=None, compare=False)
    request_id: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the account's own posts as its platform shows it, by whomever it was made.

    `text` has entities decoded; `links` are full addresses, those of a card included; `key` is ours where the platform
    keeps it.
    """

    receipt: Receipt
    text: str
    links: frozenset[str] = frozenset()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a platform said of the posting limit: `left` of `limit` posts until `resets` (aware UTC)."""

    limit: int
    left: int
    resets: datetime
