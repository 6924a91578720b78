"""What the newsroom published, and where it was found."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from syndicator.models.states import ArticleState


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as the newsroom published it; texts are plain, one line.

    `width` and `height` in pixels as the source says them, 0 when it does not. `focus` is what must stay in sight:
    (x, y) from 0.0 to 1.0, from the upper left corner; () when nobody says. `terms` are its usage terms in words.
    """

    url: str
    alt: str = ""
    caption: str = ""
    credit: str = ""
    width: int = 0
    height: int = 0
    focus: tuple[float, ...] = ()
    terms: str = ""


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
    `withdrawn` says in words that the newsroom took the article back ("its page answers 410"); "" while it stands.
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
    provisional: bool = False  # the title is a stand-in (a link's words) until the page has been read
    content: str = ""  # digest of the story's own text, "" when the source does not carry it
    words: int = 0  # how many words that text has
    correction: str = ""  # the newsroom's correction note, plain text
    withdrawn: str = ""
    keys: tuple[Key, ...] = ()
    uid: str = ""
    id: int = 0
    state: ArticleState = ArticleState.NEW
    reason: str = ""  # why refused, or what the page answered
    found_at: datetime | None = None
    page_read: bool = False  # the article's own page has been read (or is not wanted)
    page_tries: int = 0
    page_error: str = ""  # why the page could not be read: once we gave up, or, while `page_read` is False, until now
    backfill: bool = False  # found by a first poll, posted on purpose
    turn: int = 0  # counts what its source changed: work on an older turn is done again


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
    slowest: timedelta = timedelta(minutes=15)  # the pace may grow to this while nothing new comes
    fresh: timedelta = timedelta(days=2)  # older entries of a sitemap or section page are not news
    select: str = ""  # CSS selector of the links of a section page
    form: str = "json"  # what a push looks like
    websub: bool = True  # subscribe where the feed names a hub and the desk can be reached


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
    moved: str = ""  # where the source said it lives now, for ever; asked there from then on
    gone: bool = False  # it answered 410: asked no more until its address is changed or a person reads it now
    pace: int = 0  # seconds between polls as they are now, 0 before the first


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
    moved: str = ""  # the last address of a chain of permanent redirects
    gone: bool = False  # 410
    pace: timedelta | None = None  # how long the source asks to be left alone
    hub: str = ""
    topic: str = ""
    whole: bool = True  # the articles are all that the source lists now
    pushed: bool = False  # the source told us; its pace and validators are not touched
    direct: bool = False  # … and named each article by itself, as a CMS does when somebody publishes
    recovered: bool = False  # the poll before it had failed
    prints: tuple[int, ...] = ()  # fingerprints of the articles as written, 0 for one that is not to be remembered
    known: tuple[int, ...] = ()  # those of the items that were left out: the ledger holds them as they are written

    @property
    def listed(self) -> int:
        """How many items the document holds that could be used."""
        return len(self.articles) + len(self.known)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed's subscription at its hub (WebSub, W3C Recommendation 2018). `path` is the secret part of our address."""

    source: str
    topic: str
    hub: str
    path: str
    secret: str = field(repr=False)
    state: str = "wanted"  # wanted, asked, active, refused
    asked_at: datetime | None = None
    lease_until: datetime | None = None
    next_try: datetime | None = None
    failures: int = 0
    error: str = ""
    heard_at: datetime | None = None  # the last delivery that was ours


@dataclass(frozen=True, slots=True)
class Revision:
    """A change of an article that the newsroom made, as the desk shows it.

    `kind` is "changed", "withdrawn" or "restored". `changes` are (what, before, after): what is "headline", "summary",
    "photo", "body", "correction", "address", "embargo" or "warning"; before and after are plain words for people.
    `public` is how many posts were out (sent, or perhaps) when it came; `seen_by` is the person who dealt with it.
    """

    id: int
    article: int
    at: datetime
    kind: str
    source: str
    changes: tuple[tuple[str, str, str], ...] = ()
    detail: str = ""
    public: int = 0
    seen_at: datetime | None = None
    seen_by: str = ""


@dataclass(frozen=True, slots=True)
class PastPoll:
    """One poll worth remembering: it brought something, failed, or was the first to work again."""

    at: datetime
    source: str
    status: int | None
    articles: int
    fresh: int
    error: str = ""
    pushed: bool = False
