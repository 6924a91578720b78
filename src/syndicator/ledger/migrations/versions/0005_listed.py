"""Which of its articles a source still lists, and which articles are joined with another."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """One new column and two indexes. What was carried before counts as listed until the next poll says otherwise."""
    listed: sa.Column[bool] = sa.Column("listed", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    op.add_column("article_sources", listed)
    op.create_index(
        "ix_article_sources_listed",
        "article_sources",
        ["source", "article"],
        sqlite_where=sa.text("listed = 1"),
        postgresql_where=sa.text("listed"),
    )
    joined = sa.text("same_as IS NOT NULL")
    op.create_index("ix_articles_same", "articles", ["same_as"], sqlite_where=joined, postgresql_where=joined)
