"""The configuration as the rest of syndicator sees it: checked, frozen, paths absolute, no secret in any repr."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from syndicator.config.secrets import Secrets, Vault
from syndicator.models import Account, DeliveryRules, Policy, Source


@dataclass(frozen=True, slots=True)
class Newsroom:
    """Who publishes; `zone` is the clock of quiet hours and of days without an hour.

    `contact` is an address, of mail or the web, that servers we ask are told.
    """

    name: str
    zone: ZoneInfo
    language: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Photos:
    """Where photos lie, and how long after the last unfinished delivery that names them."""

    dir: Path
    keep: timedelta


@dataclass(frozen=True, slots=True)
class Desk:
    """How the desk is reached. `listen` is "" for none; `public_url` when people use the address it listens on."""

    listen: str
    public_url: str
    trusted_proxies: tuple[str, ...]
    undo_send: timedelta

    @property
    def bind(self) -> tuple[str, int]:
        """Host (without brackets) and port to listen on."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


@dataclass(frozen=True, slots=True)
class Alerts:
    """Who is told, once per incident, when a person is needed; `silence` without a post is an incident too."""

    webhook: str = field(repr=False)
    command: str = field(repr=False)
    silence: timedelta


@dataclass(frozen=True, slots=True)
class Config:
    """One configuration file, checked. `secrets` reads the secrets of an account when they are needed."""

    file: Path
    newsroom: Newsroom
    ledger_url: str = field(repr=False)
    templates: Path
    secrets_file: Path
    photos: Photos
    utm: Mapping[str, str]
    policy: Policy
    delivery: DeliveryRules
    sources: Mapping[str, Source]
    accounts: Mapping[str, Account]
    desk: Desk
    alerts: Alerts
    log_format: Literal["auto", "console", "json"]
    _vault: Vault = field(repr=False, compare=False)

    def secrets(self, account: Account) -> Secrets:
        """The account's secrets by key, from the environment, the credentials directory or the secrets file.

        Read anew on every call. Raises ConfigError for a missing one (not for an account that is not enabled), for a
        secrets file that others can read, and for an unknown key in the account's table.
        """
        return self._vault.read(account)

    def source_secret(self, source: Source) -> str:
        """The secret that a source signs its pushes with, from the same places. Raises ConfigError."""
        return self._vault.of_source(source.name)

    def all_secrets(self) -> frozenset[str]:
        """Every secret value that can be read now, for scrubbing logs: accounts', the ledger's password, the webhook.

        Never raises: what cannot be read cannot leak.
        """
        told = [source.name for source in self.sources.values() if source.type == "push"]
        whole = (self.alerts.webhook, *self._vault.of_sources(told))
        return self._vault.values(self.accounts.values(), (self.ledger_url,), whole)
