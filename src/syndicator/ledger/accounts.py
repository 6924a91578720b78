"""Accounts as rows, pauses, the stop switch, and the daemon's heartbeat."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from syndicator.errors import ConfigError, StoreError
from syndicator.ledger.columns import Moment
from syndicator.ledger.prepared import Prepared
from syndicator.ledger.schema import accounts, daemon, deliveries, incidents, switch
from syndicator.ledger.store import Store, insert_missing
from syndicator.models import Account, AccountState, Identity

_FIELDS = tuple(field.name for field in fields(AccountState))


@dataclass(frozen=True, slots=True)
class Stop:
    """The stop switch while it is on."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last daemon: `beat` is fresh while it lives, `ended` set when it went in good order."""

    process: str
    started: datetime
    beat: datetime
    starts: int
    ended: datetime | None


def _state(row: RowMapping | Mapping[str, Any]) -> AccountState:
    return AccountState(**{name: row[name] for name in _FIELDS})


_STATES = Prepared(select(accounts).order_by(accounts.c.name))


class Accounts:
    """Accounts by name; rows stay when the configuration forgets them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def register(self, configured: Iterable[Account], now: datetime) -> dict[str, AccountState]:
        """Note the configured accounts, new ones from `now` on. Returns the state of each by name, in their order."""
        wanted = {account.name: account for account in configured}
        with self._store.write() as connection:
            known = {row["name"]: row for row in connection.execute(select(accounts)).mappings()}
            for name, row in known.items():
                if row["configured"] != (name in wanted):
                    there = update(accounts).where(accounts.c.name == name)
                    connection.execute(there.values(configured=name in wanted))
                if name in wanted and row["platform"] != wanted[name].platform:
                    raise ConfigError(
                        f"accounts.{name}.platform: was {row['platform']} when its posts were sent, now "
                        f"{wanted[name].platform}; give the new account another name"
                    )
            for name in (name for name in wanted if name not in known):
                uid = hashlib.sha256(f"{wanted[name].platform}\n{name}\n{now.isoformat()}".encode()).hexdigest()
                insert_missing(
                    connection, accounts, uid=uid, name=name, platform=wanted[name].platform, since=now, limits={}
                )
            rows = connection.execute(select(accounts).where(accounts.c.name.in_(list(wanted)))).mappings()
            found = {row["name"]: _state(row) for row in rows}
            return {name: found[name] for name in wanted}

    def states(self) -> list[AccountState]:
        """Every account ever known, by name."""
        with self._store.read() as connection:
            return [_state(row) for row in _STATES.all(connection, {})]

    def get(self, name: str) -> AccountState:
        """One account. Raises LookupError."""
        with self._store.read() as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == name)).mappings().first()
        if row is None:
            raise LookupError(f"there is no account {name}")
        return _state(row)

    def verified(self, state: AccountState, identity: Identity, now: datetime) -> AccountState:
        """Keep what the platform said. Raises ConfigError for another identity behind a known name, or one that
        another account has; a new name with a known identity of a forgotten account takes that account over,
        and the posts planned meanwhile with it."""
        values = {
            "identity": identity.id,
            "handle": identity.handle,
            "expires": identity.expires,
            "verified_at": now,
            "limits": dict(identity.limits),
            "failures": 0,
        }
        try:
            with self._store.write() as connection:
                uid = _owner(connection, state, identity)
                connection.execute(update(accounts).where(accounts.c.uid == uid).values(values))
                row = connection.execute(select(accounts).where(accounts.c.uid == uid)).mappings().one()
                return _state(row)
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError):  # two processes verified at the same moment
                raise ConfigError(f"account {state.name}: {identity.handle} belongs to another account") from error
            raise

    def pause(self, name: str, reason: str, actor: str, now: datetime) -> AccountState:
        """Nothing leaves this account from the next `go` on. A pause in force keeps its reason. Raises LookupError."""
        values = {"paused": reason, "paused_by": actor, "paused_at": now}
        with self._store.write() as connection:
            where = (accounts.c.name == name) & accounts.c.paused.is_(None)
            connection.execute(update(accounts).where(where).values(values))
        return self.get(name)

    def wait(self, uid: str, until: datetime | None, *, unreachable: bool = False) -> None:
        """Nothing leaves the account before `until`: its network asked for patience, or was `unreachable` once more."""
        values: dict[str, object] = {"wait_until": until}
        if unreachable:
            values["failures"] = accounts.c.failures + 1
        with self._store.write() as connection:
            connection.execute(update(accounts).where(accounts.c.uid == uid).values(values))

    def must_compare(self, since: datetime, until: datetime) -> None:
        """An older ledger was restored: posts of before `until` are looked for on the networks before any is sent.

        `since` is the last moment the ledger knows of; an earlier one that is still open stays.
        """
        with self._store.write() as connection:
            open_since = func.coalesce(accounts.c.compare_since, literal(since, Moment()))
            connection.execute(update(accounts).values(compare_since=open_since, compare_until=until))
            connection.execute(update(deliveries).where(deliveries.c.compared).values(compared=False))

    def resume(self, name: str) -> AccountState:
        """Let the account send again, at once. Raises LookupError."""
        values = {"paused": None, "paused_by": "", "paused_at": None, "wait_until": None, "failures": 0}
        with self._store.write() as connection:
            connection.execute(update(accounts).where(accounts.c.name == name).values(values))
        return self.get(name)

    # ------------------------------------------------------------------------------------------ the stop switch

    def stopped(self) -> Stop | None:
        """The stop switch, None while posts may leave."""
        with self._store.read() as connection:
            row = connection.execute(select(switch)).mappings().first()
        return Stop(row["reason"], row["by"], row["at"]) if row else None

    def stop(self, reason: str, actor: str, now: datetime) -> Stop:
        """Nothing leaves any account from the next `go` on, in every process. A stop in force keeps its reason."""
        with self._store.write() as connection:
            insert_missing(connection, switch, id=1, reason=reason, by=actor, at=now)
        return self.stopped() or Stop(reason, actor, now)

    def restart(self) -> bool:
        """Turn the stop switch off. Returns whether it was on."""
        with self._store.write() as connection:
            return connection.execute(delete(switch)).rowcount > 0

    # ------------------------------------------------------------------------------------------ the daemon

    def started(self, process: str, now: datetime, at_least: int = 0) -> int:
        """Note a daemon's start. Returns how many there have been, more than `at_least`."""
        with self._store.write() as connection:
            starts = max(connection.execute(select(daemon.c.starts)).scalar() or 0, at_least) + 1
            connection.execute(delete(daemon))
            connection.execute(insert(daemon).values(id=1, process=process, started=now, beat=now, starts=starts))
        return starts

    def beat(self, now: datetime, *, ended: bool = False) -> None:
        """Say that the daemon lives, or went in good order."""
        with self._store.write() as connection:
            connection.execute(update(daemon).values(beat=now, ended=now if ended else None))

    def heartbeat(self) -> Heartbeat | None:
        """The last daemon, None when there never was one."""
        with self._store.read() as connection:
            row = connection.execute(select(daemon)).mappings().first()
        return Heartbeat(row["process"], row["started"], row["beat"], row["starts"], row["ended"]) if row else None

    # ------------------------------------------------------------------------------------------ incidents

    def open_incidents(self) -> dict[tuple[str, str], datetime]:
        """What people were told about and is not over: (kind, subject) → since."""
        with self._store.read() as connection:
            rows = connection.execute(select(incidents.c.kind, incidents.c.subject, incidents.c.since))
            return {(kind, subject): since for kind, subject, since in rows}

    def open_incident(self, kind: str, subject: str, detail: str, now: datetime) -> None:
        """Remember that people are being told, so that they are told once; one that is open stays as it is."""
        with self._store.write() as connection:
            insert_missing(connection, incidents, kind=kind, subject=subject, detail=detail, since=now, told_at=now)

    def close_incident(self, kind: str, subject: str) -> None:
        """The trouble is over; the next one is a new incident."""
        with self._store.write() as connection:
            where = (incidents.c.kind == kind) & (incidents.c.subject == subject)
            connection.execute(delete(incidents).where(where))


def _owner(connection: Connection, state: AccountState, identity: Identity) -> str:
    """The uid of the account an identity belongs to. Raises ConfigError when it cannot be this one's."""
    mine = connection.execute(select(accounts).where(accounts.c.name == state.name)).mappings().one()
    if mine["identity"] and mine["identity"] != identity.id:
        raise ConfigError(
            f"account {state.name}: this token belongs to {identity.handle} ({identity.id}), "
            f"not to {mine['handle']} ({mine['identity']})"
        )
    same = (accounts.c.platform == state.platform) & (accounts.c.identity == identity.id)
    other = connection.execute(select(accounts).where(same, accounts.c.uid != mine["uid"])).mappings().first()
    if other is None:
        return str(mine["uid"])
    if other["configured"]:
        raise ConfigError(
            f"accounts {other['name']} and {state.name} are one: both tokens belong to {identity.handle} "
            f"({identity.id}); remove one of them"
        )
    return _take_over(connection, other, mine)


def _take_over(connection: Connection, other: RowMapping, mine: RowMapping) -> str:
    """A forgotten account under a new name: the old row stays with its history, the fresh one and its posts join it."""
    old, fresh = deliveries.alias(), deliveries.alias()
    twice = (old.c.article == fresh.c.article) & (old.c.occasion == fresh.c.occasion)
    both = select(fresh.c.id).where(old.c.account == other["uid"], fresh.c.account == mine["uid"], twice)
    if connection.execute(both).first():
        raise ConfigError(
            f"account {mine['name']}: {other['handle']} was called {other['name']} before, and there are posts of the "
            f"same articles under both names; call the account {other['name']} again"
        )
    # Keys stay as they were when planned: the platform may have seen them.
    theirs = update(deliveries).where(deliveries.c.account == mine["uid"])
    connection.execute(theirs.values(account=other["uid"]))
    connection.execute(delete(accounts).where(accounts.c.uid == mine["uid"]))
    values: dict[str, object] = {"name": mine["name"], "configured": True}
    if other["paused"] is None:
        values |= {column: mine[column] for column in ("paused", "paused_by", "paused_at")}
    if mine["last_sent"]:
        values["last_sent"] = mine["last_sent"]
    connection.execute(update(accounts).where(accounts.c.uid == other["uid"]).values(values))
    return str(other["uid"])
