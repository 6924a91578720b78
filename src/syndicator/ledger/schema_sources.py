"""The tables beside sources and articles: what was heard, what changed, what a person parted."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from syndicator.ledger.columns import Moment, count, flag, metadata, words

polls = Table(  # those worth remembering; the newest of each source are kept
    "polls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("status", Integer),
    count("articles"),
    count("fresh"),
    words("error"),
    flag("pushed"),
    sqlite_autoincrement=True,
)
Index("ix_polls_source", polls.c.source, polls.c.id)

revisions = Table(
    "revisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article", Integer, ForeignKey("articles.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("kind", String(12), nullable=False),
    words("source"),
    Column("changes", JSON, nullable=False),  # [[what, before, after], …]
    words("detail"),
    count("public"),
    Column("seen_at", Moment),
    words("seen_by"),
    sqlite_autoincrement=True,
)
_OPEN = revisions.c.seen_at.is_(None) & (revisions.c.public > 0)
Index("ix_revisions_open", revisions.c.article, revisions.c.id, sqlite_where=_OPEN, postgresql_where=_OPEN)

apart = Table(  # two articles that a person says are two stories; the smaller number first
    "apart",
    metadata,
    Column("one", Integer, ForeignKey("articles.id"), primary_key=True),
    Column("other", Integer, ForeignKey("articles.id"), primary_key=True),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("source", Text, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("hub", Text, nullable=False),
    Column("path", String(64), nullable=False, unique=True),
    Column("secret", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("asked_at", Moment),
    Column("lease_until", Moment),
    Column("next_try", Moment),
    count("failures"),
    words("error"),
    Column("heard_at", Moment),
)

pushes = Table(  # pushes taken lately, so that none is taken twice
    "pushes",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("source", Text, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)
