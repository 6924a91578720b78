"""The row that follows a post to its end, its tries and its moves."""

from dataclasses import dataclass
from datetime import datetime

from syndicator.models.states import Outcome, Status, Wanted


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
    compared: bool = False  # looked for on the network after an older ledger was restored
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
