"""Which of its articles a source still lists, which are joined with another, and how often each was changed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Two new columns and two indexes. What was carried before counts as listed until the next poll says otherwise."""
    listed: sa.Column[bool] = sa.Column("listed", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    op.add_column("article_sources", listed)
    op.create_index(
        "ix_article_sources_listed",
        "article_sources",
        ["source", "article"],
        sqlite_where=sa.text("listed = 1"),
        postgresql_where=sa.text("listed"),
    )
    turn: sa.Column[int] = sa.Column("turn", sa.Integer(), server_default="0", nullable=False)
    op.add_column("articles", turn)
    joined = sa.text("same_as IS NOT NULL")
    op.create_index("ix_articles_same", "articles", ["same_as"], sqlite_where=joined, postgresql_where=joined)
