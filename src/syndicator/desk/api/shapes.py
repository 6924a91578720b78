"""What the API says: every key is always there, null when unknown. Keys are added, never taken away or retyped."""

from typing import Any, Literal

from pydantic import Field

from syndicator.desk.api.kinds import Day, Moment, Sent
from syndicator.models import Status


class Count(Sent):
    """How long a text is as its platform counts it."""

    length: int
    limit: int
    left: int = Field(description="Negative when it is too long.")


class Media(Sent):
    """A photo of a post."""

    sha256: str
    alt: str
    credit: str


class Delivery(Sent):
    """One article's post on one account. The keys of `history --format json`, and what the desk shows beside them."""

    id: int
    key: str = Field(description="The post's own, also what platforms with such keys are given.")
    article: int
    article_id: int
    article_url: str | None
    title: str
    account: str
    platform: str
    occasion: str
    sources: list[str]
    status: Status
    label: str = Field(description="The state's word on the desk.")
    wanted: Literal["public", "gone"]
    detail: str = Field(description="The sentence that the desk shows beside the state.")
    code: str
    text: str
    link: str
    media: list[Media]
    alt: str | None = Field(description="The photo's description; null without a photo.")
    warning: str | None
    count: Count | None
    version: int = Field(description="Of the words; the ETag.")
    permalink: str | None
    remote_id: str | None
    attempts: int
    published: Day | None
    found_at: Moment | None
    due: Moment | None
    expires: Moment | None
    first_attempt_at: Moment | None
    sent_at: Moment | None
    changed_at: Moment | None
    sent_by: Literal["receipt", "proof", "person"] | None
    actor: str
    can: list[str] = Field(description="The verbs that whoever asks may use on it now.")
    desk: str = Field(description="Its place on the desk.")


class Deliveries(Sent):
    """A page of posts, the newest change first."""

    items: list[Delivery]
    next: str | None = Field(description="Send it as `after`; null on the last page.")


class NoPost(Sent):
    """A story that got no post, and why."""

    article: int
    article_url: str | None
    title: str
    status: Literal["none"] = "none"
    label: str
    detail: str


class History(Sent):
    """Every post ever planned, and stories that got none, the newest first."""

    items: list[Delivery | NoPost]
    next: str | None
    posts: int = Field(description="How many posts answer to the question.")
    stories: int


class Difference(Sent):
    """One part of an article that changed."""

    what: str
    before: str
    after: str


class Change(Sent):
    """A change of an article by the newsroom. `public` is how many of its posts were out."""

    at: Moment
    kind: str
    source: str | None
    differences: list[Difference]
    detail: str
    public: int
    seen_at: Moment | None
    seen_by: str | None


class Article(Sent):
    """A story, with its posts."""

    id: int
    url: str | None
    title: str
    summary: str
    authors: list[str]
    sections: list[str]
    tags: list[str]
    labels: list[str]
    language: str
    sources: list[str]
    published: Day | None
    updated: Moment | None
    found_at: Moment | None
    embargo: Moment | None
    sensitive: bool
    state: str
    reason: str
    withdrawn: str | None = Field(description="Why the newsroom took it back.")
    correction: str | None
    changes: list[Change] = Field(description="What the newsroom changed since it was found, oldest first.")
    deliveries: list[Delivery]
    desk: str


class Articles(Sent):
    """The articles at an address: one, or none."""

    items: list[Article]
    next: str | None = None


class Queued(Sent):
    """An article that was added."""

    article: Article
    made: list[int] = Field(description="The posts that are new; other accounts had theirs.")


class Event(Sent):
    """One move of a post: who, when, from, to, why. Events are never changed."""

    id: int
    at: Moment
    delivery: int
    article: int
    account: str
    actor: str
    verb: str
    before: Status | None = Field(serialization_alias="from")
    after: Status = Field(serialization_alias="to")
    version: int
    code: str
    detail: str


class Events(Sent):
    """Moves, oldest first."""

    items: list[Event]
    next: str | None = Field(description="Ask for more with it as `after`, now or later; null without any event.")


class Undo(Sent):
    """How to take an action back."""

    verb: str
    href: str


class Result(Sent):
    """What became of one post: the state it has now, or a problem."""

    delivery: int
    before: Status | None = Field(serialization_alias="from")
    after: Status | None = Field(serialization_alias="to")
    version: int | None
    problem: dict[str, Any] | None = Field(description="RFC 9457, where nothing was done.")


class Action(Sent):
    """What was done in one go."""

    id: str
    verb: str
    reason: str
    actor: str
    at: Moment
    detail: str = Field(description="What the desk says about it.")
    account: str | None = Field(None, description="The account of a pause.")
    undo: Undo | None
    undone_at: Moment | None = None
    results: list[Result]


class Account(Sent):
    """An account and how it does."""

    name: str
    platform: str
    label: str
    handle: str | None
    identity: str | None
    configured: bool
    enabled: bool
    paused: str | None = Field(description="Why nothing leaves; null while it works.")
    paused_by: str | None
    paused_at: Moment | None
    waits_until: Moment | None = Field(description="The network asked for patience, or cannot be reached.")
    since: Moment
    verified_at: Moment | None
    token_expires: Moment | None
    last_sent: Moment | None
    limit: int | None
    limit_left: int | None
    limit_resets: Moment | None
    counts: dict[str, int] = Field(description="How many posts are in each state.")
    can: list[str]
    desk: str


class Accounts(Sent):
    """All accounts ever known, by name."""

    items: list[Account]
    next: str | None = None


class AccountDone(Sent):
    """What became of a verb on an account."""

    account: Account
    action: Action | None = Field(description="What can be undone; null for a test.")
    trouble: str | None = Field(description="What the platform had against it; null when all is well.")


class Source(Sent):
    """A source and how it does."""

    name: str
    type: str
    url: str
    every: float = Field(description="Seconds between two polls.")
    seeded: bool
    last_poll: Moment | None
    last_success: Moment | None
    last_change: Moment | None
    next_poll: Moment | None
    failures: int
    error: str | None
    can: list[str]
    desk: str


class Sources(Sent):
    """The configured sources."""

    items: list[Source]
    next: str | None = None


class Stop(Sent):
    """The stop switch."""

    stopped: bool
    reason: str | None
    by: str | None
    at: Moment | None
    waiting: int = Field(description="Queued posts.")


class Measured(Sent):
    """A text as an account's platform counts it."""

    account: str
    fits: bool
    count: Count
