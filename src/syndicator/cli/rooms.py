"""Ways into the ledger: to change it, to read it without touching a row, or with no ledger there at all."""

import getpass
import os
import platform
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from syndicator import config as configs
from syndicator import log
from syndicator.adapters import PLATFORMS
from syndicator.cli.failures import remark
from syndicator.cli.options import Options
from syndicator.config import Config
from syndicator.ledger import Ledger
from syndicator.ledger import migrate as schema
from syndicator.ledger.accounts import Accounts
from syndicator.ledger.store import Store
from syndicator.models import Account, AccountState
from syndicator.room import Room, open_room

State = Literal["ready", "none", "old", "newer"]


def configuration(options: Options, *, level: str = "critical") -> Config:
    """The configuration; from here on the log hides its secrets. `level` stands unless --log-level was given."""
    config = configs.load(options.config, environ=os.environ, cwd=Path.cwd(), platforms=PLATFORMS)
    log.configure(config.log_format, config.all_secrets(), level=options.level or level)
    options.logged = True
    return config


def actor() -> str:
    """Who is at the keyboard: cli:USER@HOST."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = str(os.getuid())
    return f"cli:{user}@{platform.node() or 'localhost'}"


@contextmanager
def opened(options: Options) -> Iterator[tuple[Config, Ledger]]:
    """Configuration and ledger alone, for what needs neither templates nor accounts. Refuses another schema."""
    config = configuration(options)
    with closing(Ledger(config.ledger_url)) as ledger:
        ledger.check()
        yield config, ledger


@contextmanager
def changing(options: Options) -> Iterator[Room]:
    """A room for verbs that change rows; accounts the ledger has not seen are registered. Refuses another schema."""
    with closing(open_room(configuration(options))) as room:
        yield room


class _Unregistered(Accounts):
    """Accounts as the ledger knows them; those it has not seen stay unknown to it."""

    def __init__(self, store: Store, *, ready: bool) -> None:
        super().__init__(store)
        self._ready = ready

    def register(self, configured: Iterable[Account], now: datetime) -> dict[str, AccountState]:
        known = {state.name: state for state in self.states()} if self._ready else {}
        return {one.name: known.get(one.name) or AccountState("", one.name, one.platform, now) for one in configured}


class ReadingLedger(Ledger):
    """A ledger that may not be there yet. `state` says whether it can be read; registering accounts writes nothing."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.state: State = _state(self.store)
        self.accounts = _Unregistered(self.store, ready=self.state == "ready")


def _state(store: Store) -> State:
    if store.path and not store.path.exists():
        return "none"
    found = schema.current(store)
    if found is None:
        return "none"
    if found == schema.HEAD:
        return "ready"
    return "old" if found in schema.VERSIONS else "newer"


@contextmanager
def reading(options: Options, *, config: Config | None = None, need: bool = True) -> Iterator[Room]:
    """A room that changes no row. Refuses a ledger that is missing or of another schema unless `need` is false."""
    config = config or configuration(options)
    with closing(ReadingLedger(config.ledger_url)) as ledger:
        if need:
            ledger.check()
        yield Room(config, ledger)


def readable(room: Room) -> bool:
    """Whether the room's ledger is there and can be asked."""
    return not isinstance(room.ledger, ReadingLedger) or room.ledger.state == "ready"


def remark_if_alone(room: Room) -> None:
    """Say so when nobody is there to carry out what was queued."""
    from syndicator.editorial import daemon_alive

    if not daemon_alive(room):
        remark("no daemon is running, so nothing leaves; start it: syndicator run")
