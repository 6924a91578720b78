"""Every key of the configuration file: one flat model per table. A key without a default must be written."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from syndicator.config.durations import parse_duration
from syndicator.config.values import (
    BaseAddress,
    Duration,
    Language,
    LedgerAddress,
    Listen,
    MaybeLanguage,
    MaybeWebAddress,
    Networks,
    Pace,
    Quiet,
    Settle,
    Text,
    Utm,
    WebAddress,
    Words,
    Zone,
)
from syndicator.models import Account, DeliveryRules, Policy, Source

_POLICY = Policy()
_RULES = DeliveryRules()
_SOURCE = Source(name="", url="")
_ACCOUNT = Account(name="", platform="")


class Table(BaseModel):
    """A table of the file: no unknown keys, no conversion between types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    def values(self, *, defaults: bool = True) -> dict[str, Any]:
        """The values by key, lists as tuples; without `defaults` only those that stand in the file."""
        keys = type(self).model_fields if defaults else self.model_fields_set
        found = {key: getattr(self, key) for key in keys}
        return {key: tuple(value) if isinstance(value, list) else value for key, value in found.items()}


class NewsroomTable(Table):
    name: Text = Field(examples=["Example Daily"])
    timezone: Zone = Field(examples=["Europe/Berlin"])
    language: Language = "en"
    contact: str = Field("", pattern=r"^[!-~]*$")


class LedgerTable(Table):
    url: LedgerAddress = "sqlite:///var/syndicator.db"


class PathsTable(Table):
    templates: Text = "templates"
    secrets: Text = "secrets.toml"


class PhotosTable(Table):
    dir: Text = "var/photos"
    keep: Duration = parse_duration("30d")


class LinksTable(Table):
    utm: Utm = {}


class PolicyTable(Table):
    hold_for: Duration = _POLICY.hold_for
    max_age: Pace = _POLICY.max_age
    quiet_hours: Quiet = _POLICY.quiet_hours
    spacing: Duration = _POLICY.spacing
    burst: int = Field(_POLICY.burst, ge=0)
    approval: bool = _POLICY.approval
    require_alt: bool = _POLICY.require_alt
    breaking: Words = list(_POLICY.breaking)
    sensitive: Literal["warn", "hold", "send"] = _POLICY.sensitive
    allow_credits: Words = list(_POLICY.allow_credits)
    deny_credits: Words = list(_POLICY.deny_credits)
    require_credit: bool = _POLICY.require_credit


class DeliveryTable(Table):
    timeout: Pace = _RULES.timeout
    retry_first: Pace = _RULES.retry_first
    retry_cap: Pace = _RULES.retry_cap
    tries: int = Field(_RULES.tries, ge=1)
    settle: Settle = _RULES.settle
    on_unknown: Literal["prove", "ask"] = _RULES.on_unknown


class SourceTable(Table):
    type: Literal["feed", "sitemap", "page", "push"] = "feed"
    url: WebAddress = Field(examples=["https://www.example.com/feed.xml"])
    slowest: Pace = _SOURCE.slowest
    fresh: Pace = _SOURCE.fresh
    select: str = _SOURCE.select
    form: Literal["json", "wordpress", "ghost"] = "json"
    websub: bool = _SOURCE.websub
    every: Pace = _SOURCE.every
    sections: Words = []
    allow_private: bool = _SOURCE.allow_private
    page: bool = _SOURCE.page


class AccountTable(Table):
    """Beside these an account takes every key of [policy] and [delivery], and its platform's own."""

    platform: Text
    enabled: bool = _ACCOUNT.enabled
    template: str = _ACCOUNT.template
    base_url: BaseAddress = _ACCOUNT.base_url
    language: MaybeLanguage = _ACCOUNT.language
    lead: Literal["photo", "card"] = _ACCOUNT.lead
    sources: Words = []
    sections: Words = []
    include: Words = []
    exclude: Words = []
    utm: Utm = {}


class DeskTable(Table):
    listen: Listen = "127.0.0.1:8600"
    public_url: MaybeWebAddress = ""
    trusted_proxies: Networks = []
    undo_send: Duration = parse_duration("5s")


class AlertsTable(Table):
    webhook: MaybeWebAddress = ""
    command: str = ""
    silence: Duration = parse_duration("2h")


class LogTable(Table):
    format: Literal["auto", "console", "json"] = "auto"


SECTIONS: dict[str, type[Table]] = {
    "newsroom": NewsroomTable,
    "ledger": LedgerTable,
    "paths": PathsTable,
    "photos": PhotosTable,
    "links": LinksTable,
    "policy": PolicyTable,
    "delivery": DeliveryTable,
    "desk": DeskTable,
    "alerts": AlertsTable,
    "log": LogTable,
}
NAMED: dict[str, type[Table]] = {"sources": SourceTable, "accounts": AccountTable}
