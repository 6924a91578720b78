"""Where we post to, and by which rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

Lead = Literal["photo", "card"]


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Minutes after midnight by the newsroom's clock; `start` may be later than `end` (over midnight)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Policy:
    """When an article may leave, and with which photos. `burst` is posts per hour and account; 0 turns a limit off.

    `allow_credits` and `deny_credits` are words or phrases that stand whole in a photo's credit, whatever their case.
    """

    hold_for: timedelta = timedelta(minutes=10)
    max_age: timedelta = timedelta(hours=24)
    quiet_hours: QuietHours | None = None
    spacing: timedelta = timedelta(0)
    burst: int = 12
    approval: bool = False
    require_alt: bool = False
    breaking: tuple[str, ...] = ()  # labels, tags or sections that skip hold_for, quiet hours and spacing
    sensitive: Literal["warn", "hold", "send"] = "warn"
    allow_credits: tuple[str, ...] = ()  # empty: all
    deny_credits: tuple[str, ...] = ()
    require_credit: bool = False


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
    wait_until: datetime | None = None  # the network asked for patience, or cannot be reached
    failures: int = 0  # tries in a row that did not reach the network
    budget_limit: int | None = None  # posts the platform allows until budget_resets
    budget_left: int | None = None
    budget_resets: datetime | None = None
    compare_since: datetime | None = None  # an older ledger was restored: what it may not know
    compare_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a token belongs to. `limits` are the server's own numbers, named as fields of Features (text_limit, …)."""

    id: str
    handle: str
    expires: datetime | None = None
    limits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a platform needs in the configuration: names of secrets and of keys in the account's table."""

    secrets: tuple[str, ...]
    optional_secrets: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
