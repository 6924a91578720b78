"""Sources that move, end, push and change: polls remembered, revisions, stories parted, subscriptions, pushes."""

import sqlalchemy as sa
from alembic import op

from syndicator.ledger.columns import Moment

revision = "0004"
down_revision = "0003"

_OPEN = sa.text("seen_at IS NULL AND public > 0")
_CHECK = sa.text("check_at IS NOT NULL")


def upgrade() -> None:
    """New tables, and new columns of sources and articles; nothing that is there is changed."""
    op.add_column("sources", _words("moved"))
    op.add_column("sources", _flag("gone"))
    op.add_column("sources", _count("pace"))
    op.add_column("articles", _words("withdrawn"))
    op.add_column("articles", sa.Column("check_at", Moment(), nullable=True))
    op.create_index("ix_articles_check", "articles", ["check_at"], sqlite_where=_CHECK, postgresql_where=_CHECK)
    _polls()
    _revisions()
    _apart()
    _told()


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _polls() -> None:
    op.create_table(
        "polls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        _count("articles"),
        _count("fresh"),
        _words("error"),
        _flag("pushed"),
        sa.PrimaryKeyConstraint("id", name="pk_polls"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_polls_source", "polls", ["source", "id"])


def _revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        _words("source"),
        sa.Column("changes", sa.JSON(), nullable=False),
        _words("detail"),
        _count("public"),
        sa.Column("seen_at", Moment(), nullable=True),
        _words("seen_by"),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name="fk_revisions_article"),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_revisions_article", "revisions", ["article"])
    op.create_index("ix_revisions_open", "revisions", ["article", "id"], sqlite_where=_OPEN, postgresql_where=_OPEN)


def _apart() -> None:
    op.create_table(
        "apart",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["one"], ["articles.id"], name="fk_apart_one"),
        sa.ForeignKeyConstraint(["other"], ["articles.id"], name="fk_apart_other"),
        sa.PrimaryKeyConstraint("one", "other", name="pk_apart"),
    )


def _told() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("path", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_at", Moment(), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("next_try", Moment(), nullable=True),
        _count("failures"),
        _words("error"),
        sa.Column("heard_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("source", name="pk_subscriptions"),
        sa.UniqueConstraint("path", name="uq_subscriptions_path"),
    )
    op.create_table(
        "pushes",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_pushes"),
    )
    op.create_index("ix_pushes_at", "pushes", ["at"])
