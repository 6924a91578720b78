"""Failed log-ins, and how long nobody may try again."""

import ipaddress
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from syndicator.ledger.schema_people import logins
from syndicator.ledger.store import Store, insert_missing

ALLOWED = {"user": 5, "ip": 20}
"""Failures of one account, and from one address, before anybody has to wait."""

FIRST, LAST = timedelta(seconds=30), timedelta(minutes=15)
"""The first wait, doubled at each further failure, and the longest."""

FORGOTTEN = timedelta(hours=1)
"""After this long without a failure counting begins anew. Longer than the longest wait."""

_DOUBLINGS = 10  # more than lead from the first wait to the longest


def login_keys(name: str, address: str) -> tuple[str, ...]:
    """What the failures of a log-in are counted by: the name as typed, and the address (IPv6: its network of 64)."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return (f"user:{name.strip().lower()[:40]}",)
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False).network_address
    return (f"user:{name.strip().lower()[:40]}", f"ip:{found}")


class Throttle:
    """Failures by key, "user:NAME" or "ip:ADDRESS"."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def blocked_until(self, keys: Collection[str], now: datetime) -> datetime | None:
        """Until when (aware UTC) none of these may try, None when they may."""
        query = select(func.max(logins.c.until)).where(logins.c.key.in_(keys), logins.c.until > now)
        with self._store.read() as connection:
            return connection.execute(query).scalar()

    def note_failure(self, keys: Collection[str], now: datetime) -> datetime | None:
        """Count a failure; where trying is not allowed nothing is counted, and until when that is comes back.

        Counted before the password is looked at, and taken back by `note_success`, it also holds against many tries
        at the same moment.
        """
        return self.blocked_until(keys, now) or self._count(keys, now)

    def _count(self, keys: Iterable[str], now: datetime) -> datetime | None:
        with self._store.write() as connection:
            connection.execute(delete(logins).where(logins.c.last < now - FORGOTTEN))
            # One order for everybody, so that two cannot wait for each other.
            known = {key: _failures(connection, key, now) for key in sorted(set(keys))}
            waits = [until for _, until in known.values() if until and until > now]
            if waits:
                return max(waits)
            for key, (failures, _) in known.items():
                values = {"failures": failures + 1, "last": now, "until": _until(key, failures + 1, now)}
                connection.execute(update(logins).where(logins.c.key == key).values(values))
        return None

    def note_success(self, keys: Collection[str]) -> None:
        """Forget the failures of these."""
        with self._store.write() as connection:
            connection.execute(delete(logins).where(logins.c.key.in_(keys)))


def _failures(connection: Connection, key: str, now: datetime) -> tuple[int, datetime | None]:
    insert_missing(connection, logins, key=key, failures=0, last=now)
    query = select(logins.c.failures, logins.c.until).where(logins.c.key == key).with_for_update()
    failures, until = connection.execute(query).one()
    return failures, until


def _until(key: str, failures: int, now: datetime) -> datetime | None:
    beyond = failures - ALLOWED[key.partition(":")[0]]
    if beyond < 0:
        return None
    wait: timedelta = FIRST * 2 ** min(beyond, _DOUBLINGS)
    return now + min(wait, LAST)
