"""Who may use the desk: people, their sessions, and tokens for machines. Of secrets only hashes are here."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, delete, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from syndicator.errors import ConfigError, StoreError
from syndicator.ledger.columns import Moment
from syndicator.ledger.desk_work import Work
from syndicator.ledger.schema_people import sessions, tokens, users
from syndicator.ledger.throttle import Throttle
from syndicator.models.people import NAME, SCOPES, Person, Role, Session, Token

IDLE = timedelta(hours=12)
"""How long a session lives without a request."""

LONGEST = timedelta(days=7)
"""How long a session lives at all."""

STEP = timedelta(minutes=1)
"""How often it is noted, at most, that a session or a token was used."""

_PERSON = ("name", "display", "created_at", "password_at", "disabled_at", "keys", "zone", "last_seen")
_COLUMNS = [*(users.c[name].label(f"person_{name}") for name in _PERSON), users.c.role.label("person_role")]
_SESSION = (
    select(sessions, *_COLUMNS)
    .join(users, users.c.name == sessions.c.user)
    .where(sessions.c.id == bindparam("of_id"), users.c.disabled_at.is_(None))
    .where(sessions.c.expires > bindparam("now", type_=sessions.c.expires.type))
)
_TOKENS = select(tokens, *_COLUMNS).outerjoin(users, users.c.name == tokens.c.user)


class People(Throttle, Work):
    """People by name; they are never deleted, for the history names them. Also failed log-ins and the desk's work."""

    def add(self, name: str, role: Role, password: str, now: datetime, display: str = "") -> Person:
        """A new person with the hash of a password. Raises ConfigError for a name that is taken or cannot be one."""
        _named(name)
        values = {"name": name, "display": display.strip() or name, "role": role.value, "password": password}
        try:
            with self._store.write() as connection:
                connection.execute(insert(users).values(**values, created_at=now, password_at=now))
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError):
                raise ConfigError(f"there is a person {name!r} already") from error
            raise
        return self.get(name)

    def get(self, name: str) -> Person:
        """One person. Raises LookupError for one there is not."""
        with self._store.read() as connection:
            return _get(connection, name)

    def list(self) -> tuple[Person, ...]:
        """Everybody by name, those who may not log in too."""
        with self._store.read() as connection:
            found = connection.execute(select(*_COLUMNS).order_by(users.c.name)).mappings()
            return tuple(_person(row) for row in found)

    def password_of(self, name: str) -> str | None:
        """The hash a password is tried against, None where nobody of that name may log in."""
        where = (users.c.name == name) & users.c.disabled_at.is_(None)
        with self._store.read() as connection:
            return connection.execute(select(users.c.password).where(where)).scalar()

    def set_role(self, name: str, role: Role) -> Person:
        """Give a person another role, at once. Raises LookupError, or ConfigError for the last administrator."""
        with self._store.write() as connection:
            if role is not Role.ADMINISTRATOR:
                _keep_an_administrator(connection, name)
            return _change(connection, name, role=role.value)

    def disable(self, name: str, now: datetime) -> Person:
        """End a person's sessions and let them in no more; their tokens are refused. Raises as `set_role` does."""
        with self._store.write() as connection:
            _keep_an_administrator(connection, name)
            connection.execute(delete(sessions).where(sessions.c.user == name))
            return _change(connection, name, disabled_at=func.coalesce(users.c.disabled_at, literal(now, Moment())))

    def enable(self, name: str) -> Person:
        """Let a person in again. Raises LookupError."""
        with self._store.write() as connection:
            return _change(connection, name, disabled_at=None)

    def set_password(self, name: str, password: str, now: datetime) -> Person:
        """Keep the hash of a new password, and end all sessions of that person. Raises LookupError."""
        with self._store.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.user == name))
            return _change(connection, name, password=password, password_at=now)

    def renew_hash(self, name: str, old: str, fresh: str) -> None:
        """Keep a better hash of the same password, unless it was changed meanwhile."""
        where = (users.c.name == name) & (users.c.password == old)
        with self._store.write() as connection:
            connection.execute(update(users).where(where).values(password=fresh))

    def set_preferences(
        self, name: str, *, display: str | None = None, keys: bool | None = None, zone: str | None = None
    ) -> Person:
        """Change what is given. Raises LookupError."""
        given = {"display": (display or "").strip() or None, "keys": keys, "zone": zone}
        with self._store.write() as connection:
            return _change(connection, name, **{field: value for field, value in given.items() if value is not None})

    # ------------------------------------------------------------------------------------------ sessions

    def start_session(
        self, user: str, token_hash: str, csrf: str, now: datetime, *, ip: str = "", agent: str = ""
    ) -> Session:
        """Log a person in; sessions that have ended are forgotten. Raises LookupError for who may not log in."""
        made = {"id": token_hash, "user": user, "csrf": csrf, "ip": ip[:64], "agent": agent[:200]}
        with self._store.write() as connection:
            person = _change(connection, user, last_seen=now)
            if person.disabled_at is not None:
                raise LookupError(f"{user} may not log in")
            connection.execute(delete(sessions).where(sessions.c.expires <= now))
            connection.execute(insert(sessions).values(**made, created_at=now, seen_at=now, expires=now + IDLE))
            return _session(connection.execute(_SESSION, {"of_id": token_hash, "now": now}).mappings().one())

    def session(self, token_hash: str, now: datetime) -> Session | None:
        """The session of a cookie, None once it has ended; that it was used is noted once a minute."""
        with self._store.read() as connection:
            row = connection.execute(_SESSION, {"of_id": token_hash, "now": now}).mappings().first()
        if row is None or now - row["seen_at"] < STEP:
            return _session(row) if row else None
        values = {"seen_at": now, "expires": min(now + IDLE, row["created_at"] + LONGEST)}
        with self._store.write("later") as connection:
            where = (sessions.c.id == token_hash) & (sessions.c.seen_at < now)
            connection.execute(update(sessions).where(where).values(values))
            connection.execute(update(users).where(users.c.name == row["user"]).values(last_seen=now))
        return _session({**row, **values, "person_last_seen": now})

    def alive(self, token_hash: str, now: datetime) -> bool:
        """Whether a cookie's session has not ended; does not count as its use."""
        with self._store.read() as connection:
            return connection.execute(_SESSION, {"of_id": token_hash, "now": now}).first() is not None

    def sessions(self, user: str, now: datetime) -> tuple[Session, ...]:
        """A person's sessions, the last used first."""
        query = select(sessions, *_COLUMNS).join(users, users.c.name == sessions.c.user)
        query = query.where(sessions.c.user == user, sessions.c.expires > now).order_by(sessions.c.seen_at.desc())
        with self._store.read() as connection:
            return tuple(_session(row) for row in connection.execute(query).mappings())

    def rotate(self, token_hash: str, fresh_hash: str, csrf: str, now: datetime) -> Session | None:
        """The same session under another token, the old one is worth nothing. None once it has ended."""
        where = (sessions.c.id == token_hash) & (sessions.c.expires > now)
        with self._store.write() as connection:
            connection.execute(update(sessions).where(where).values(id=fresh_hash, csrf=csrf))
            row = connection.execute(_SESSION, {"of_id": fresh_hash, "now": now}).mappings().first()
        return _session(row) if row else None

    def end_session(self, token_hash: str) -> None:
        """Log out."""
        with self._store.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.id == token_hash))

    def end_sessions(self, user: str, *, keep: str = "") -> int:
        """Log a person out everywhere, but where `keep` is the session's id. Returns how many sessions that ended."""
        where = (sessions.c.user == user) & (sessions.c.id != keep)
        with self._store.write() as connection:
            return connection.execute(delete(sessions).where(where)).rowcount

    # ------------------------------------------------------------------------------------------ tokens

    def add_token(self, user: str, name: str, token_hash: str, scopes: Sequence[str], now: datetime) -> Token:
        """A key to the API; `user` "" for a machine's. Raises ConfigError for a name or scope, LookupError for a user.

        The scopes are some of SCOPES.
        """
        _named(name)
        if not scopes or not set(scopes) <= set(SCOPES):
            raise ConfigError(f"a token is for some of: {', '.join(SCOPES)}")
        values = {"user": user, "name": name, "hash": token_hash, "scopes": [one for one in SCOPES if one in scopes]}
        try:
            with self._store.write() as connection:
                if user:
                    _get(connection, user)
                connection.execute(insert(tokens).values(**values, created_at=now))
                return _token(connection.execute(_TOKENS.where(tokens.c.hash == token_hash)).mappings().one())
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError):
                raise ConfigError(f"there is a token {name!r} already; revoke it first") from error
            raise

    def find_token(self, token_hash: str, now: datetime) -> Token | None:
        """The token with this hash, None when revoked or its person disabled; its use is noted once a minute."""
        query = _TOKENS.where(tokens.c.hash == token_hash, tokens.c.revoked_at.is_(None))
        with self._store.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None or row["person_disabled_at"] is not None:
            return None
        if row["last_used"] is None or now - row["last_used"] >= STEP:
            with self._store.write("later") as connection:
                connection.execute(update(tokens).where(tokens.c.id == row["id"]).values(last_used=now))
        return _token(row)

    def tokens(self, user: str | None = None) -> tuple[Token, ...]:
        """Tokens that are not revoked: everybody's, or a person's ("": the machines')."""
        query = _TOKENS.where(tokens.c.revoked_at.is_(None)).order_by(tokens.c.user, tokens.c.name)
        with self._store.read() as connection:
            found = connection.execute(query if user is None else query.where(tokens.c.user == user)).mappings()
            return tuple(_token(row) for row in found)

    def revoke_token(self, user: str, name: str, now: datetime) -> None:
        """Make a token worth nothing, at once; its name is free again. Raises LookupError."""
        where = (tokens.c.user == user) & (tokens.c.name == name) & tokens.c.revoked_at.is_(None)
        with self._store.write() as connection:
            if not connection.execute(update(tokens).where(where).values(revoked_at=now)).rowcount:
                raise LookupError(f"there is no token {name!r}" + (f" of {user}" if user else ""))


def _named(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ConfigError(
            f"{name[:60]!r} is no name: at most 40 of a to z, 0 to 9, dot, dash and underscore, a letter or digit first"
        )


def _get(connection: Connection, name: str) -> Person:
    row = connection.execute(_one(name)).mappings().first()
    if row is None:
        raise LookupError(f"there is no person {name!r}")
    return _person(row)


def _one(name: str) -> Select[Any]:
    return select(*_COLUMNS).where(users.c.name == name)


def _change(connection: Connection, name: str, **values: Any) -> Person:
    if values:
        connection.execute(update(users).where(users.c.name == name).values(values))
    return _get(connection, name)


def _keep_an_administrator(connection: Connection, name: str) -> None:
    """Raises ConfigError when this one is the last. The rows are locked, so that two cannot go at the same moment."""
    last = select(users.c.name).where(users.c.role == Role.ADMINISTRATOR.value, users.c.disabled_at.is_(None))
    if connection.execute(last.order_by(users.c.name).with_for_update()).scalars().all() == [name]:
        raise ConfigError(f"{name} is the only administrator; make somebody else one first")


def _person(row: Any) -> Person:
    return Person(role=Role(row["person_role"]), **{name: row[f"person_{name}"] for name in _PERSON})


def _session(row: Any) -> Session:
    own: Iterable[str] = ("id", "created_at", "seen_at", "expires", "csrf", "ip", "agent")
    return Session(person=_person(row), **{name: row[name] for name in own})


def _token(row: RowMapping) -> Token:
    own: Iterable[str] = ("id", "name", "created_at", "last_used", "revoked_at")
    person = _person(row) if row["person_name"] is not None else None
    return Token(scopes=tuple(row["scopes"]), person=person, **{name: row[name] for name in own})
