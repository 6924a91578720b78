"""The tables of the desk: people, log-ins, tokens, what was done and answered. Beside `schema.py`, for length alone."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text

from syndicator.ledger.columns import Moment, metadata

users = Table(  # people of the desk
    "users",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("display", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("password", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("password_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    Column("keys", Boolean(create_constraint=False), nullable=False, server_default=text("true")),
    Column("zone", Text, nullable=False, server_default=""),
    Column("last_seen", Moment),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),  # the hash of the cookie's token
    Column("user", String(40), ForeignKey("users.name"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires", Moment, nullable=False, index=True),
    Column("csrf", Text, nullable=False),
    Column("ip", Text, nullable=False, server_default=""),
    Column("agent", Text, nullable=False, server_default=""),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user", String(40), nullable=False),  # "" for a machine's
    Column("name", String(40), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("scopes", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_used", Moment),
    Column("revoked_at", Moment),
    sqlite_autoincrement=True,
)
Index(
    "uq_tokens_name",
    tokens.c.user,
    tokens.c.name,
    unique=True,
    sqlite_where=tokens.c.revoked_at.is_(None),
    postgresql_where=tokens.c.revoked_at.is_(None),
)

logins = Table(  # failed log-ins, by "user:NAME" and "ip:ADDRESS"
    "logins",
    metadata,
    Column("key", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last", Moment, nullable=False, index=True),
    Column("until", Moment),
)

actions = Table(  # what was done in one go at the desk, for undoing it
    "actions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("verb", String(16), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("results", JSON, nullable=False),
    Column("undone_at", Moment),
    Column("undone_by", Text, nullable=False, server_default=""),
)

answers = Table(  # what was answered to requests that name themselves, so that each is carried out once
    "answers",
    metadata,
    Column("key", Text, primary_key=True),
    Column("actor", Text, primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("http_status", Integer),  # none while it is being worked on
    Column("answer", JSON),
    Column("at", Moment, nullable=False, index=True),
)

drafts = Table(  # what people are writing and have not saved
    "drafts",
    metadata,
    Column("user", String(40), ForeignKey("users.name"), primary_key=True),
    Column("delivery", Integer, ForeignKey("deliveries.id"), primary_key=True, index=True),
    Column("version", Integer, nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    Column("alt", Text, nullable=False, server_default=""),
    Column("warning", Text, nullable=False, server_default=""),
    Column("due", Text, nullable=False, server_default=""),
    Column("at", Moment, nullable=False),
)
