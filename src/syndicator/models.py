"""The words everybody uses: frozen, slotted, with aware UTC times. Imports nothing of ours.

An Article is found, a Post is what one account will say about it, a Delivery is the row that follows the post to
its end, an Attempt is one try, a Receipt the platform's proof, an Event one move. `docs/design.md` tells the story.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

Lead = Literal["photo", "card"]


class Status(StrEnum):
    """The state of a delivery. The moves between them are in `delivery.py`."""

    HELD = "held"  # waits for a person
    QUEUED = "queued"  # waits for its time
    SENDING = "sending"  # claimed; the request may be out
    UNCONFIRMED = "unconfirmed"  # may be public; needs proof
    SENT = "sent"  # public, receipt kept
    FAILED = "failed"  # refused, or out of tries; nothing is public
    SUPPRESSED = "suppressed"  # a person or a rule said no
    EXPIRED = "expired"  # too old to be news
    RETRACTING = "retracting"  # asking the platform to remove it
    RETRACTED = "retracted"  # no longer public


class Wanted(StrEnum):
    """What people want of a delivery, whatever its state."""

    PUBLIC = "public"
    GONE = "gone"


class Outcome(StrEnum):
    """How an attempt ended. One value per leaf of DeliveryError, and three of our own."""

    SENT = "sent"
    REJECTED = "rejected"
    MEDIA_REFUSED = "media_refused"
    ACCOUNT_REFUSED = "account_refused"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"
    WITHHELD = "withheld"  # go() said no
    CRASHED = "crashed"  # the process died, or the deadline passed, before anyone recorded an end


class ArticleState(StrEnum):
    """Where an article stands on its way to being planned."""

    NEW = "new"  # work to do
    PLANNED = "planned"
    SEEN = "seen"  # there before its source was first polled: never posted by itself
    REFUSED = "refused"  # see the article's reason


# ---------------------------------------------------------------------------------------------- articles


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as the newsroom published it; texts are plain, one line."""

    url: str
    alt: str = ""
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """One identity of an article: normalised (`key`, unique in the ledger) and as it was found (`raw`).

    `key` starts with its kind: "url:…" (the item's link and the page's canonical share it) or "guid:…".
    """

    key: str
    raw: str


@dataclass(frozen=True, slots=True)
class Article:
    """What the newsroom published. `url` is canonical and without tracking parameters; texts are plain text.

    `published` is a moment (aware UTC datetime) or a day (date) in the newsroom's zone, or None when nobody says.
    `id` and `uid` are given by the ledger; before that they are 0 and "".
    """

    url: str
    title: str
    summary: str = ""
    authors: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()  # "News > World"
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()  # "Opinion", "Live"
    language: str = ""  # BCP 47, "" when the newsroom's
    photos: tuple[Photo, ...] = ()
    published: datetime | date | None = None
    updated: datetime | None = None
    sensitive: bool = False
    embargo: datetime | None = None
    source: str = ""  # name of the source that found it first
    keys: tuple[Key, ...] = ()
    uid: str = ""
    id: int = 0
    state: ArticleState = ArticleState.NEW
    reason: str = ""  # why refused, or what the page answered
    found_at: datetime | None = None
    page_read: bool = False  # the article's own page has been read (or is not wanted)
    page_tries: int = 0
    page_error: str = ""  # why the page could not be read, once we gave up
    backfill: bool = False  # found by a first poll, posted on purpose


@dataclass(frozen=True, slots=True)
class Source:
    """Where articles come from, as configured. `every` is the pace of polling."""

    name: str
    url: str
    type: str = "feed"
    every: timedelta = timedelta(seconds=60)
    sections: tuple[str, ...] = ()  # given to articles that name none
    allow_private: bool = False
    page: bool = True  # read each new article's page


@dataclass(frozen=True, slots=True)
class SourceState:
    """What the ledger knows of a source; validators are those of the last poll whose items were all stored."""

    name: str
    url: str
    seeded: bool = False
    etag: str = ""
    last_modified: str = ""
    digest: str = ""  # sha256 of the last body, "" before the first
    next_poll: datetime | None = None
    last_poll: datetime | None = None
    last_success: datetime | None = None
    last_change: datetime | None = None
    failures: int = 0  # in a row
    error: str = ""


@dataclass(frozen=True, slots=True)
class Poll:
    """The result of polling one source once. `error` is "" on success; then validators are the new ones.

    `changed` is False for a 304 or a body with the same digest: no articles are given then.
    `skipped` are remarks on items that could not be used; they never fail the poll.
    """

    source: str
    url: str
    at: datetime
    articles: tuple[Article, ...] = ()
    changed: bool = True
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    status: int | None = None
    error: str = ""
    retry_at: datetime | None = None
    skipped: tuple[str, ...] = ()


# ---------------------------------------------------------------------------------------------- accounts


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Minutes after midnight by the newsroom's clock; `start` may be later than `end` (over midnight)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Policy:
    """When an article may leave. `burst` is posts per hour and account; 0 turns a limit off."""

    hold_for: timedelta = timedelta(minutes=10)
    max_age: timedelta = timedelta(hours=24)
    quiet_hours: QuietHours | None = None
    spacing: timedelta = timedelta(0)
    burst: int = 12
    approval: bool = False
    require_alt: bool = False
    breaking: tuple[str, ...] = ()  # labels, tags or sections that skip hold_for, quiet hours and spacing
    sensitive: Literal["warn", "hold", "send"] = "warn"


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """How a post is tried. `settle` None takes the platform's; `on_unknown` "ask" leaves every unknown to a person."""

    timeout: timedelta = timedelta(seconds=30)
    retry_first: timedelta = timedelta(seconds=30)
    retry_cap: timedelta = timedelta(hours=1)
    tries: int = 8
    settle: timedelta | None = None
    on_unknown: Literal["prove", "ask"] = "prove"


@dataclass(frozen=True, slots=True)
class Account:
    """One place we post to, as configured. Its secrets live elsewhere; nothing here may be secret.

    `uid` is given by the ledger at first sight and never changes; `identity` is the platform's own id of the account.
    """

    name: str
    platform: str
    uid: str = ""
    identity: str = ""
    enabled: bool = True
    template: str = ""  # "" takes posts/<platform>.j2, then posts/default.j2
    base_url: str = ""  # "" takes the platform's own
    language: str = ""
    lead: Lead = "photo"
    sources: tuple[str, ...] = ()  # empty: all
    sections: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    utm: Mapping[str, str] = field(default_factory=dict)
    policy: Policy = Policy()
    delivery: DeliveryRules = DeliveryRules()
    options: Mapping[str, str] = field(default_factory=dict)  # the platform's own keys: page_id, handle


@dataclass(frozen=True, slots=True)
class AccountState:
    """What the ledger knows of an account: `since` its first sight, `paused` why nothing leaves (None: it runs)."""

    uid: str
    name: str
    platform: str
    since: datetime
    identity: str = ""
    handle: str = ""
    paused: str | None = None
    paused_by: str = ""
    paused_at: datetime | None = None
    verified_at: datetime | None = None
    expires: datetime | None = None
    last_sent: datetime | None = None
    limits: Mapping[str, int] = field(default_factory=dict)
    configured: bool = True


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a token belongs to. `limits` are the server's own numbers, named as fields of Features (text_limit, …)."""

    id: str
    handle: str
    expires: datetime | None = None
    limits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """How people's screens draw a post: for the desk. Ratios are width / height; lines before it is cut."""

    photo_ratio: tuple[float, float] = (0.5, 2.0)
    card_ratio: float = 1.91
    card_title_lines: int = 2
    card_text_lines: int = 2
    domain: Literal["above", "below", "none"] = "above"
    card_by: Literal["platform", "us"] = "platform"


@dataclass(frozen=True, slots=True)
class Price:
    """Micro-USD per call, 0 where the platform is free."""

    post: int = 0
    post_with_link: int = 0
    alt: int = 0
    look: int = 0  # per post read back


@dataclass(frozen=True, slots=True)
class Features:
    """What a platform can do and how it counts: data, read by the core. Every number has a source in its adapter.

    `count` names the rule in `text.py`; `links` says how a link travels: "text" (printed in the text; the platform draws
    any card), "attached" (a field of its own; the platform draws the card) or "card" (we supply title, text, thumb).
    `absence`: whether "not found" by `find` is certain, or evidence only. Images are limited in bytes, in pixels
    (width x height) and per side; 0 means no limit known.
    """

    platform: str
    label: str
    monogram: str
    count: Literal["weighted", "graphemes", "utf16", "codepoints"]
    text_limit: int
    byte_limit: int = 0
    link_cost: int = 0  # 0: a link counts as written
    warnings: bool = False  # has a content warning line
    sensitive_media: bool = False  # can cover a photo
    images: int = 1
    image_types: tuple[str, ...] = ("image/jpeg", "image/png")
    image_bytes: int = 0
    image_pixels: int = 0
    image_side: int = 0
    thumb_bytes: int = 0
    alt_limit: int = 0  # in code points, 0: no limit known
    links: Literal["text", "attached", "card"] = "text"
    idempotency: Literal["key", "record", "none"] = "none"
    findable: bool = True
    absence: Literal["certain", "evidence"] = "evidence"
    settle: timedelta = timedelta(minutes=5)
    min_gap: timedelta = timedelta(0)
    price: Price = Price()
    preview: Preview = Preview()
    retract: bool = True
    edit: bool = False

    def limited(self, limits: Mapping[str, int]) -> "Features":
        """These features with the server's own numbers in place of the defaults; unknown names are ignored."""
        known: dict[str, Any] = {name: value for name, value in limits.items() if name in self.__slots__ and value > 0}
        return replace(self, **known) if known else self


@dataclass(frozen=True, slots=True)
class Needs:
    """What a platform needs in the configuration: names of secrets and of keys in the account's table."""

    secrets: tuple[str, ...]
    optional_secrets: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


# ---------------------------------------------------------------------------------------------- posts


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
    """The platform's proof. `probable` (from `find`): only the link matched, a person must say whether it is ours."""

    remote_id: str
    permalink: str
    probable: bool = False


# ---------------------------------------------------------------------------------------------- deliveries


@dataclass(frozen=True, slots=True)
class Delivery:
    """The row that follows a post to its end. Times are aware UTC.

    `attempt` is the current attempt's id while SENDING and after; `tries` counts those that ended in Unavailable or
    unknown, `requests` those whose request was let out by `go`. `looks` and `clears` belong to UNCONFIRMED.
    """

    id: int
    key: str
    article: int
    account: str  # the account's uid
    occasion: str
    status: Status
    wanted: Wanted = Wanted.PUBLIC
    due: datetime | None = None
    expires: datetime | None = None
    version: int = 0  # 0: no post yet
    approved: int = 0  # the version a person approved
    record_key: str = ""
    created_at: datetime | None = None  # first claim
    urgent: bool = False  # sent by a person: skips hold, quiet hours and spacing
    breaking: bool = False
    newest: datetime | None = None  # the article's time, for the order within an account
    attempt: int | None = None
    tries: int = 0
    requests: int = 0
    next_look: datetime | None = None
    looks: int = 0
    clears: int = 0
    closed: bool = False  # a person said: leave it
    frozen: bool = False  # a request went out and there is no proof yet: the post must not change
    remote_id: str | None = None
    permalink: str | None = None
    second_remote_id: str | None = None  # "public twice"
    first_attempt_at: datetime | None = None
    claimed_at: datetime | None = None  # last claim
    sent_at: datetime | None = None
    sent_by: str | None = None  # "receipt" | "proof" | "person"
    found_at: datetime | None = None
    changed_at: datetime | None = None
    code: str = ""
    detail: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. `request_out` is set by `go`; `outcome` is None while it runs. `words` are the platform's, scrubbed."""

    id: int
    delivery: int
    version: int
    process: str
    started: datetime
    deadline: datetime
    request_out: datetime | None = None
    ended: datetime | None = None
    outcome: Outcome | None = None
    code: str = ""
    words: str = ""
    http_status: int | None = None
    request_id: str | None = None
    cost: int = 0  # micro-USD


@dataclass(frozen=True, slots=True)
class Event:
    """One move of a delivery, for ever. `before` is None for the first."""

    id: int
    delivery: int
    at: datetime
    actor: str
    verb: str
    before: Status | None
    after: Status
    version: int
    code: str = ""
    detail: str = ""
