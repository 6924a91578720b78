"""People of the desk: accounts, sessions, tokens, failed log-ins, actions, answers, unsaved words."""

import sqlalchemy as sa
from alembic import op

from syndicator.ledger.columns import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """New tables only; nothing that is there is touched."""
    _people()
    _log_ins()
    _work()


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("display", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("password_at", Moment(), nullable=False),
        sa.Column("disabled_at", Moment(), nullable=True),
        sa.Column("keys", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        _words("zone"),
        sa.Column("last_seen", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_users"),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("last_used", Moment(), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("hash", name="uq_tokens_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_tokens_name",
        "tokens",
        ["user", "name"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def _log_ins() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=40), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("expires", Moment(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        _words("ip"),
        _words("agent"),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name="fk_sessions_user"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_expires", "sessions", ["expires"])
    op.create_index("ix_sessions_user", "sessions", ["user"])
    op.create_table(
        "logins",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_logins"),
    )
    op.create_index("ix_logins_last", "logins", ["last"])


def _work() -> None:
    op.create_table(
        "actions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("verb", sa.String(length=16), nullable=False),
        _words("reason"),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("undone_at", Moment(), nullable=True),
        _words("undone_by"),
        sa.PrimaryKeyConstraint("id", name="pk_actions"),
    )
    op.create_index("ix_actions_at", "actions", ["at"])
    op.create_table(
        "answers",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", "actor", name="pk_answers"),
    )
    op.create_index("ix_answers_at", "answers", ["at"])
    op.create_table(
        "drafts",
        sa.Column("user", sa.String(length=40), nullable=False),
        sa.Column("delivery", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _words("text"),
        _words("alt"),
        _words("warning"),
        _words("due"),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name="fk_drafts_delivery"),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name="fk_drafts_user"),
        sa.PrimaryKeyConstraint("user", "delivery", name="pk_drafts"),
    )
    op.create_index("ix_drafts_delivery", "drafts", ["delivery"])
