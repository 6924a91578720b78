"""Words of a story: its headlines, addresses and posts in one index; and which stories changed."""

import string

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# Of one story 100,000 characters are indexed: a whole book would stop PostgreSQL's index. What a post says is kept
# without its headline and address, which are the story's own.

# What parts words in the search, and the accents it leaves out; `words.py` asks with the same expression.
BREAKS = string.punctuation + "“”„‟‘’‚‛«»‹›–—…·¿¡"
MARKS = "".join(map(chr, range(0x300, 0x370)))
QUOTED = (BREAKS + MARKS).replace("'", "''").replace(":", "\\:")  # a colon would be a parameter's

SQLITE = (
    "DROP TRIGGER articles_words_new",
    "DROP TRIGGER articles_words_change",
    "DROP TABLE article_words",
    "CREATE TABLE story_words (article INTEGER PRIMARY KEY REFERENCES articles (id), words TEXT NOT NULL)",
    """
    INSERT INTO story_words (article, words)
    SELECT a.id, substr(a.title || char(10) || a.url || coalesce(char(10) || (
        SELECT group_concat(DISTINCT nullif(
            trim(replace(replace(p.text, a.title, ''), p.link, ''), ' ' || char(9, 10, 13)), ''))
        FROM deliveries d JOIN posts p ON p.delivery = d.id WHERE d.article = a.id
    ), ''), 1, 100000)
    FROM articles a
    """,
    """
    CREATE VIRTUAL TABLE story_words_index USING fts5(
        words, content='story_words', content_rowid='article',
        tokenize='unicode61 remove_diacritics 2', prefix='2 3'
    )
    """,
    "INSERT INTO story_words_index(story_words_index) VALUES ('rebuild')",
    """
    CREATE TRIGGER story_words_new AFTER INSERT ON story_words
    BEGIN INSERT INTO story_words_index(rowid, words) VALUES (new.article, new.words); END
    """,
    """
    CREATE TRIGGER story_words_change AFTER UPDATE ON story_words WHEN old.words <> new.words BEGIN
        INSERT INTO story_words_index(story_words_index, rowid, words) VALUES ('delete', old.article, old.words);
        INSERT INTO story_words_index(rowid, words) VALUES (new.article, new.words);
    END
    """,
    """
    CREATE TRIGGER articles_words_new AFTER INSERT ON articles BEGIN
        INSERT INTO story_words (article, words)
        VALUES (new.id, substr(new.title || char(10) || new.url, 1, 100000));
    END
    """,
    """
    CREATE TRIGGER articles_words_change AFTER UPDATE OF title, url ON articles
    WHEN old.title <> new.title OR old.url <> new.url BEGIN
        UPDATE story_words SET words = substr(
            words || CASE WHEN instr(words, new.title) THEN '' ELSE char(10) || new.title END
            || CASE WHEN instr(words, new.url) THEN '' ELSE char(10) || new.url END, 1, 100000)
        WHERE article = new.id;
    END
    """,
    """
    CREATE TRIGGER posts_words_new AFTER INSERT ON posts BEGIN
        UPDATE story_words SET words = substr(words || char(10) || said.piece, 1, 100000)
        FROM (
            SELECT a.id, trim(replace(replace(new.text, a.title, ''), new.link, ''), ' ' || char(9, 10, 13)) AS piece
            FROM deliveries d JOIN articles a ON a.id = d.article WHERE d.id = new.delivery
        ) AS said
        WHERE article = said.id AND said.piece <> '' AND NOT instr(words, said.piece);
    END
    """,
    "CREATE TABLE story_words_changes (id INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL)",
    """
    CREATE TRIGGER articles_words_body AFTER UPDATE OF body ON articles WHEN old.body IS NOT new.body
    BEGIN INSERT INTO story_words_changes (article) VALUES (new.id); END
    """,
    """
    CREATE TRIGGER article_sources_words AFTER INSERT ON article_sources
    WHEN EXISTS (SELECT 1 FROM article_sources WHERE article = new.article AND source <> new.source)
    BEGIN INSERT INTO story_words_changes (article) VALUES (new.article); END
    """,
)

POSTGRESQL = (
    "DROP INDEX ix_articles_words",
    "CREATE TABLE story_words (article integer PRIMARY KEY REFERENCES articles (id), words text NOT NULL)",
    """
    INSERT INTO story_words (article, words)
    SELECT a.id, left(a.title || E'\\n' || a.url || coalesce(E'\\n' || (
        SELECT string_agg(DISTINCT nullif(
            btrim(replace(replace(p.text, a.title, ''), p.link, ''), E' \\t\\r\\n'), ''), E'\\n')
        FROM deliveries d JOIN posts p ON p.delivery = d.id WHERE d.article = a.id
    ), ''), 100000)
    FROM articles a
    """,
    f"""
    CREATE INDEX ix_story_words ON story_words USING gin (
        to_tsvector('simple', translate(normalize(words, NFD), '{QUOTED}', '{" " * len(BREAKS)}'))
    )
    """,
    """
    CREATE FUNCTION articles_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO story_words (article, words)
            VALUES (new.id, left(new.title || E'\\n' || new.url, 100000));
        ELSIF old.title <> new.title OR old.url <> new.url THEN
            UPDATE story_words SET words = left(
                words || CASE WHEN strpos(words, new.title) > 0 THEN '' ELSE E'\\n' || new.title END
                || CASE WHEN strpos(words, new.url) > 0 THEN '' ELSE E'\\n' || new.url END, 100000)
            WHERE article = new.id;
        END IF;
        IF TG_OP = 'UPDATE' AND old.body\\:\\:text <> new.body\\:\\:text THEN
            INSERT INTO story_words_changes (article) VALUES (new.id);
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION posts_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- Whoever plans also changes the article: its row is locked before its words, as a poll does.
        IF new.version = 1 THEN
            PERFORM 1 FROM articles a JOIN deliveries d ON d.article = a.id WHERE d.id = new.delivery
            FOR NO KEY UPDATE OF a;
        END IF;
        UPDATE story_words SET words = left(words || E'\\n' || said.piece, 100000)
        FROM (
            SELECT a.id, btrim(replace(replace(new.text, a.title, ''), new.link, ''), E' \\t\\r\\n') AS piece
            FROM deliveries d JOIN articles a ON a.id = d.article WHERE d.id = new.delivery
        ) AS said
        WHERE article = said.id AND said.piece <> '' AND strpos(words, said.piece) = 0;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION article_sources_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM article_sources WHERE article = new.article AND source <> new.source) THEN
            INSERT INTO story_words_changes (article) VALUES (new.article);
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TABLE story_words_changes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, article integer NOT NULL)",
    """
    CREATE TRIGGER articles_words AFTER INSERT OR UPDATE OF title, url, body ON articles
    FOR EACH ROW EXECUTE FUNCTION articles_words()
    """,
    "CREATE TRIGGER posts_words AFTER INSERT ON posts FOR EACH ROW EXECUTE FUNCTION posts_words()",
    """
    CREATE TRIGGER article_sources_words AFTER INSERT ON article_sources
    FOR EACH ROW EXECUTE FUNCTION article_sources_words()
    """,
)


def upgrade() -> None:
    """The index is built for every story there is."""
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(sa.text(statement))
