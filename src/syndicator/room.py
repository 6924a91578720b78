"""What a running syndicator holds together: configuration, ledger, accounts, templates, photos, adapters."""

import os
import platform
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syndicator import __version__, adapters
from syndicator.adapters import Adapter
from syndicator.config import Config
from syndicator.errors import ConfigError
from syndicator.ledger import Ledger
from syndicator.models import Account, AccountState, Features, Source
from syndicator.photos import PhotoStore
from syndicator.render import Renderer

Clock = Callable[[], datetime]

USER_AGENT = f"syndicator/{__version__}"


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def _nobody() -> None:
    """No daemon runs in this process: the one that does looks each second."""


class Room:
    """One newsroom at work. Threads may share it; adapters are built when first needed, one per account.

    `process` names this process in attempts and events ("daemon:HOST/PID"). `accounts` carry the uid and identity the
    ledger gave them. Raises ConfigError or StoreError.
    """

    def __init__(self, config: Config, ledger: Ledger, *, clock: Clock = utc_now) -> None:
        self.config = config
        self.ledger = ledger
        self.clock = clock
        self.process = f"{platform.node() or 'localhost'}/{os.getpid()}"
        self.actor = f"daemon:{self.process}"
        self.photos = PhotoStore(config.photos.dir)
        self.renderer = Renderer(
            [config.templates],
            newsroom=config.newsroom.name,
            language=config.newsroom.language,
            zone=config.newsroom.zone,
            utm=config.utm,
        )
        self.accounts: dict[str, Account] = {}
        self.wake: Callable[[], None] = _nobody  # makes the daemon of this process look for work now
        self.told: frozenset[str] = frozenset()  # sources whose hub tells us what is new: asked less often
        self.patience: dict[
            str, timedelta | None
        ] = {}  # how long a source's document, last read, asks to be left alone
        self.unrecorded: list[Any] = []  # receipts the ledger could not take yet; see pipeline/deliver.py
        self.since: dict[str, datetime] = {}
        self._by_uid: dict[str, Account] = {}
        self._limits: dict[str, Mapping[str, int]] = {}
        self._adapters: dict[str, Adapter] = {}
        self._locks: dict[str, threading.Lock] = {}
        for state in ledger.accounts.register(config.accounts.values(), clock()).values():
            self.note(state)

    @property
    def zone(self) -> ZoneInfo:
        """The newsroom's clock."""
        return self.config.newsroom.zone

    def note(self, state: AccountState) -> Account:
        """Take over what the ledger knows of a configured account."""
        account = replace(self.config.accounts[state.name], uid=state.uid, identity=state.identity)
        self.accounts[state.name] = account
        self._by_uid[state.uid] = account
        self.since[state.name] = state.since
        self._limits[state.name] = state.limits
        self._locks.setdefault(state.name, threading.Lock())
        return account

    def account(self, uid: str) -> Account | None:
        """The configured account of a row, None when the configuration no longer has it."""
        return self._by_uid.get(uid)

    def named(self, name: str) -> Account:
        """A configured account. Raises ConfigError."""
        if name not in self.accounts:
            known = ", ".join(sorted(self.accounts)) or "none"
            raise ConfigError(f"there is no account {name!r} in {self.config.file}; there are: {known}")
        return self.accounts[name]

    def source(self, name: str) -> Source | None:
        """A configured source."""
        return self.config.sources.get(name)

    def features(self, account: Account) -> Features:
        """What the account's platform can do, with its server's own limits where it told them."""
        return adapters.features(account.platform).limited(self._limits.get(account.name, {}))

    def adapter(self, account: Account) -> Adapter:
        """The adapter of an account; the first call imports its library. Raises ConfigError."""
        with self._locks[account.name]:
            if account.name not in self._adapters:
                self._adapters[account.name] = adapters.build(account, self.config.secrets(account))
            return self._adapters[account.name]

    def close(self) -> None:
        """Give the ledger back."""
        self.ledger.close()


def open_room(config: Config, *, clock: Clock = utc_now, migrate: bool = False) -> Room:
    """A room on the configured ledger; `migrate` brings the schema up to date first, others refuse an old one."""
    ledger = Ledger(config.ledger_url)
    try:
        if migrate:
            ledger.migrate(clock())
        ledger.check()
        return Room(config, ledger, clock=clock)
    except BaseException:
        ledger.close()
        raise
