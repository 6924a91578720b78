"""The first schema."""

import string

import sqlalchemy as sa
from alembic import op

from syndicator.ledger.columns import Moment

revision = "0001"
down_revision = None

# What parts words in the search, and the accents it leaves out; `history.py` asks with the same expression.
BREAKS = string.punctuation + "“”„‟‘’‚‛«»‹›–—…·¿¡"
MARKS = "".join(map(chr, range(0x300, 0x370)))
QUOTED = (BREAKS + MARKS).replace("'", "''").replace(":", "\\:")  # a colon would be a parameter's

SQLITE = (
    """
    CREATE TRIGGER events_stay BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events are never changed'); END
    """,
    """
    CREATE TRIGGER events_last BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END
    """,
    """
    CREATE VIRTUAL TABLE article_words USING fts5(
        title, url, content='articles', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER articles_words_new AFTER INSERT ON articles
    BEGIN INSERT INTO article_words(rowid, title, url) VALUES (new.id, new.title, new.url); END
    """,
    """
    CREATE TRIGGER articles_words_change AFTER UPDATE OF title, url ON articles BEGIN
        INSERT INTO article_words(article_words, rowid, title, url) VALUES ('delete', old.id, old.title, old.url);
        INSERT INTO article_words(rowid, title, url) VALUES (new.id, new.title, new.url);
    END
    """,
)

POSTGRESQL = (
    """
    CREATE FUNCTION events_stay() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''events are never changed or deleted''; END'
    """,
    """
    CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION events_stay()
    """,
    f"""
    CREATE INDEX ix_articles_words ON articles USING gin (
        to_tsvector('simple', translate(normalize(title || ' ' || url, NFD), '{QUOTED}', '{" " * len(BREAKS)}'))
    )
    """,
)


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("identity", sa.Text(), server_default="", nullable=False),
        sa.Column("handle", sa.Text(), server_default="", nullable=False),
        sa.Column("paused", sa.Text(), nullable=True),
        sa.Column("paused_by", sa.Text(), server_default="", nullable=False),
        sa.Column("paused_at", Moment(), nullable=True),
        sa.Column("verified_at", Moment(), nullable=True),
        sa.Column("expires", Moment(), nullable=True),
        sa.Column("last_sent", Moment(), nullable=True),
        sa.Column("wait_until", Moment(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("budget_limit", sa.Integer(), nullable=True),
        sa.Column("budget_left", sa.Integer(), nullable=True),
        sa.Column("budget_resets", Moment(), nullable=True),
        sa.Column("compare_since", Moment(), nullable=True),
        sa.Column("compare_until", Moment(), nullable=True),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("configured", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("uid", name="pk_accounts"),
        sa.UniqueConstraint("name", name="uq_accounts_name"),
    )
    op.create_index(
        "uq_accounts_identity",
        "accounts",
        ["platform", "identity"],
        unique=True,
        sqlite_where=sa.text("identity != ''"),
        postgresql_where=sa.text("identity != ''"),
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("published", Moment(), nullable=True),
        sa.Column("published_day", sa.Date(), nullable=True),
        sa.Column("embargo", Moment(), nullable=True),
        sa.Column("found_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("same_as", sa.Integer(), nullable=True),
        sa.Column("backfill", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("page_read", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("page_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("page_next", Moment(), nullable=True),
        sa.Column("page_error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('new', 'planned', 'seen', 'refused')", name=op.f("ck_articles_state")),
        sa.ForeignKeyConstraint(["same_as"], ["articles.id"], name="fk_articles_same_as"),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sa.UniqueConstraint("uid", name="uq_articles_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_articles_new",
        "articles",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index("ix_articles_url", "articles", ["url"], unique=False)
    op.create_table(
        "daemon",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("started", Moment(), nullable=False),
        sa.Column("beat", Moment(), nullable=False),
        sa.Column("starts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_daemon"),
    )
    op.create_table(
        "incidents",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("told_at", Moment(), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_incidents"),
    )
    op.create_table(
        "sources",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("seeded", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("etag", sa.Text(), server_default="", nullable=False),
        sa.Column("last_modified", sa.Text(), server_default="", nullable=False),
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
        sa.Column("next_poll", Moment(), nullable=True),
        sa.Column("last_poll", Moment(), nullable=True),
        sa.Column("last_success", Moment(), nullable=True),
        sa.Column("last_change", Moment(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sources"),
    )
    op.create_table(
        "switch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_switch"),
    )
    op.create_table(
        "article_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("article", sa.Integer(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name="fk_article_keys_article"),
        sa.PrimaryKeyConstraint("key", name="pk_article_keys"),
    )
    op.create_index("ix_article_keys_article", "article_keys", ["article"], unique=False)
    op.create_table(
        "article_sources",
        sa.Column("article", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name="fk_article_sources_article"),
        sa.PrimaryKeyConstraint("article", "source", name="pk_article_sources"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("article", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("wanted", sa.String(length=6), server_default="public", nullable=False),
        sa.Column("due", Moment(), nullable=True),
        sa.Column("expires", Moment(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("approved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("record_key", sa.String(length=13), nullable=False),
        sa.Column("created_at", Moment(), nullable=True),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("breaking", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("newest", Moment(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("requests", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_look", Moment(), nullable=True),
        sa.Column("looks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("clears", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("frozen", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("compared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("permalink", sa.Text(), nullable=True),
        sa.Column("second_remote_id", sa.Text(), nullable=True),
        sa.Column("first_attempt_at", Moment(), nullable=True),
        sa.Column("claimed_at", Moment(), nullable=True),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("sent_by", sa.String(length=8), nullable=True),
        sa.Column("found_at", Moment(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "status <> 'sent' OR (remote_id IS NOT NULL AND permalink IS NOT NULL)", name=op.f("ck_deliveries_receipt")
        ),
        sa.CheckConstraint(
            "status IN ('held', 'queued', 'sending', 'unconfirmed', 'sent', 'failed', 'suppressed', 'expired',"
            " 'retracting', 'retracted')",
            name=op.f("ck_deliveries_status"),
        ),
        sa.CheckConstraint("wanted IN ('public', 'gone')", name=op.f("ck_deliveries_wanted")),
        sa.ForeignKeyConstraint(["account"], ["accounts.uid"], name="fk_deliveries_account"),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name="fk_deliveries_article"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("account", "remote_id", name="uq_deliveries_account_remote_id"),
        sa.UniqueConstraint("article", "account", "occasion", name="uq_deliveries_article_account_occasion"),
        sa.UniqueConstraint("key", name="uq_deliveries_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_changed", "deliveries", ["changed_at", "id"], unique=False)
    op.create_index("ix_deliveries_claimed", "deliveries", ["account", "claimed_at"], unique=False)
    op.create_index("ix_deliveries_list", "deliveries", ["account", "status", "changed_at", "id"], unique=False)
    op.create_index(
        "ix_deliveries_next",
        "deliveries",
        ["account", sa.text("urgent DESC"), sa.text("breaking DESC"), sa.text("newest DESC"), "id"],
        unique=False,
        sqlite_where=sa.text("status = 'queued'"),
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index("ix_deliveries_state", "deliveries", ["status", "changed_at", "id"], unique=False)
    op.create_index(
        "uq_deliveries_sending",
        "deliveries",
        ["account"],
        unique=True,
        sqlite_where=sa.text("status = 'sending'"),
        postgresql_where=sa.text("status = 'sending'"),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("started", Moment(), nullable=False),
        sa.Column("deadline", Moment(), nullable=False),
        sa.Column("request_out", Moment(), nullable=True),
        sa.Column("ended", Moment(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("cost", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name="fk_attempts_delivery"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attempts_delivery", "attempts", ["delivery"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("verb", sa.String(length=12), nullable=False),
        sa.Column("before", sa.String(length=12), nullable=True),
        sa.Column("after", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name="fk_events_delivery"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_delivery", "events", ["delivery"], unique=False)
    op.create_table(
        "post_media",
        sa.Column("delivery", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name="fk_post_media_delivery"),
        sa.PrimaryKeyConstraint("delivery", "sha256", name="pk_post_media"),
    )
    op.create_index("ix_post_media_sha256", "post_media", ["sha256"], unique=False)
    op.create_table(
        "posts",
        sa.Column("delivery", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name="fk_posts_delivery"),
        sa.PrimaryKeyConstraint("delivery", "version", name="pk_posts"),
    )
    statements = SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL
    for statement in statements:
        op.execute(sa.text(statement))
