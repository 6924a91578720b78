"""The tables. The one place, beside the migrations, that knows columns; `tests/ledger` proves that both agree."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from syndicator.ledger.columns import Moment, count, flag, metadata, words
from syndicator.models import Status

RULE_VERSION = 1
"""Version of the rule that normalises identity keys, stored beside each key."""

sources = Table(
    "sources",
    metadata,
    Column("name", Text, primary_key=True),
    Column("url", Text, nullable=False),
    flag("seeded"),
    words("etag"),
    words("last_modified"),
    words("digest"),
    Column("next_poll", Moment),
    Column("last_poll", Moment),
    Column("last_success", Moment),
    Column("last_change", Moment),
    count("failures"),
    words("error"),
    words("moved"),
    flag("gone"),
    count("pace"),  # seconds
)

articles = Table(
    "articles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uid", String(64), nullable=False, unique=True),
    Column("url", Text, nullable=False),  # "" for a post typed by hand
    Column("title", Text, nullable=False),
    Column("body", JSON, nullable=False),  # the other fields of models.Article
    Column("published", Moment),
    Column("published_day", Date),
    Column("embargo", Moment),
    Column("found_at", Moment, nullable=False),
    Column("state", String(8), nullable=False),
    words("reason"),
    Column("source", Text, nullable=False, server_default=""),
    Column("same_as", Integer, ForeignKey("articles.id")),
    flag("backfill"),
    flag("page_read"),
    count("page_tries"),
    Column("page_next", Moment),
    words("page_error"),
    words("withdrawn"),
    Column("check_at", Moment),  # when to ask whether its page is still there
    count("turn"),  # how often its source has changed it
    CheckConstraint("state IN ('new', 'planned', 'seen', 'refused')", name="state"),
    sqlite_autoincrement=True,
)
Index(
    "ix_articles_new", articles.c.id, sqlite_where=articles.c.state == "new", postgresql_where=articles.c.state == "new"
)
Index("ix_articles_url", articles.c.url)
Index(
    "ix_articles_same",
    articles.c.same_as,
    sqlite_where=articles.c.same_as.is_not(None),
    postgresql_where=articles.c.same_as.is_not(None),
)
Index(
    "ix_articles_check",
    articles.c.check_at,
    sqlite_where=articles.c.check_at.is_not(None),
    postgresql_where=articles.c.check_at.is_not(None),
)

article_sources = Table(
    "article_sources",
    metadata,
    Column("article", Integer, ForeignKey("articles.id"), primary_key=True),
    Column("source", Text, primary_key=True),
    Column(
        "listed", Boolean(create_constraint=False), nullable=False, server_default=text("true")
    ),  # it is in there now
)
Index(
    "ix_article_sources_listed",
    article_sources.c.source,
    article_sources.c.article,
    sqlite_where=text("listed = 1"),
    postgresql_where=text("listed"),
)

article_keys = Table(
    "article_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("article", Integer, ForeignKey("articles.id"), nullable=False, index=True),
    Column("raw", Text, nullable=False),
    Column("rule_version", Integer, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("uid", String(64), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("platform", Text, nullable=False),
    Column("since", Moment, nullable=False),
    words("identity"),
    words("handle"),
    Column("paused", Text),
    words("paused_by"),
    Column("paused_at", Moment),
    Column("verified_at", Moment),
    Column("expires", Moment),
    Column("last_sent", Moment),
    Column("wait_until", Moment),
    count("failures"),
    Column("budget_limit", Integer),
    Column("budget_left", Integer),
    Column("budget_resets", Moment),
    Column("compare_since", Moment),
    Column("compare_until", Moment),
    Column("limits", JSON, nullable=False),
    Column("configured", Boolean(create_constraint=False), nullable=False, server_default=text("true")),
)
Index(
    "uq_accounts_identity",
    accounts.c.platform,
    accounts.c.identity,
    unique=True,
    sqlite_where=accounts.c.identity != "",
    postgresql_where=accounts.c.identity != "",
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("article", Integer, ForeignKey("articles.id"), nullable=False),
    Column("account", String(64), ForeignKey("accounts.uid"), nullable=False),
    Column("occasion", Text, nullable=False),
    Column("status", String(12), nullable=False),
    Column("wanted", String(6), nullable=False, server_default="public"),
    Column("due", Moment),
    Column("expires", Moment),
    count("version"),
    count("approved"),
    Column("record_key", String(13), nullable=False),
    Column("created_at", Moment),
    flag("urgent"),
    flag("breaking"),
    Column("newest", Moment),
    Column("attempt", Integer),
    count("tries"),
    count("requests"),
    Column("next_look", Moment),
    count("looks"),
    count("clears"),
    flag("closed"),
    flag("frozen"),
    flag("compared"),
    Column("remote_id", Text),
    Column("permalink", Text),
    Column("second_remote_id", Text),
    Column("first_attempt_at", Moment),
    Column("claimed_at", Moment),
    Column("sent_at", Moment),
    Column("sent_by", String(8)),
    Column("found_at", Moment),
    Column("changed_at", Moment, nullable=False),
    words("code"),
    words("detail"),
    words("actor"),
    UniqueConstraint("article", "account", "occasion"),
    UniqueConstraint("account", "remote_id"),
    CheckConstraint("status IN ({})".format(", ".join(f"'{s.value}'" for s in Status)), name="status"),
    CheckConstraint("wanted IN ('public', 'gone')", name="wanted"),
    CheckConstraint("status <> 'sent' OR (remote_id IS NOT NULL AND permalink IS NOT NULL)", name="receipt"),
    sqlite_autoincrement=True,
)
Index(
    "uq_deliveries_sending",
    deliveries.c.account,
    unique=True,
    sqlite_where=deliveries.c.status == "sending",
    postgresql_where=deliveries.c.status == "sending",
)
Index(
    "ix_deliveries_next",
    deliveries.c.account,
    deliveries.c.urgent.desc(),
    deliveries.c.breaking.desc(),
    deliveries.c.newest.desc(),
    deliveries.c.id,
    sqlite_where=deliveries.c.status == "queued",
    postgresql_where=deliveries.c.status == "queued",
)
Index("ix_deliveries_claimed", deliveries.c.account, deliveries.c.claimed_at)
Index("ix_deliveries_changed", deliveries.c.changed_at, deliveries.c.id)
Index("ix_deliveries_list", deliveries.c.account, deliveries.c.status, deliveries.c.changed_at, deliveries.c.id)
Index("ix_deliveries_state", deliveries.c.status, deliveries.c.changed_at, deliveries.c.id)

posts = Table(
    "posts",
    metadata,
    Column("delivery", Integer, ForeignKey("deliveries.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("text", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("body", JSON, nullable=False),  # the other fields of models.Post
    Column("fields", JSON, nullable=False),  # names of fields a person has set
)

post_media = Table(
    "post_media",
    metadata,
    Column("delivery", Integer, ForeignKey("deliveries.id"), primary_key=True),
    Column("sha256", String(64), primary_key=True),
)
Index("ix_post_media_sha256", post_media.c.sha256)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("delivery", Integer, ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("process", Text, nullable=False),
    Column("started", Moment, nullable=False),
    Column("deadline", Moment, nullable=False),
    Column("request_out", Moment),
    Column("ended", Moment),
    Column("outcome", String(16)),
    words("code"),
    words("words"),
    Column("http_status", Integer),
    Column("request_id", Text),
    count("cost"),
    sqlite_autoincrement=True,
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("delivery", Integer, ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("verb", String(12), nullable=False),
    Column("before", String(12)),
    Column("after", String(12), nullable=False),
    Column("version", Integer, nullable=False),
    words("code"),
    words("detail"),
    sqlite_autoincrement=True,
)

switch = Table(  # the stop switch: one row while everything is stopped
    "switch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

daemon = Table(  # one row: the last daemon, alive while `beat` is fresh
    "daemon",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("process", Text, nullable=False),
    Column("started", Moment, nullable=False),
    Column("beat", Moment, nullable=False),
    count("starts"),
    Column("ended", Moment),
)

incidents = Table(  # what people were told about, once per incident
    "incidents",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("told_at", Moment),
    words("detail"),
)
