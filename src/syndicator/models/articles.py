"""What the newsroom published, and where it was found."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from syndicator.models.states import ArticleState


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
