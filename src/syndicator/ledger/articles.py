"""Articles and their identities: a poll is stored whole or not at all, and one story is one article."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from syndicator.ledger import differing, ingest, joining, leaving, planning, polls, rows
from syndicator.ledger import sources as source_rows
from syndicator.ledger.prepared import Prepared
from syndicator.ledger.prints import Prints
from syndicator.ledger.schema import article_sources, articles
from syndicator.ledger.store import Store
from syndicator.models import Article, ArticleState, Poll, SourceState

# Built once: to build a question takes longer than to ask it, and these are asked each second.
_NOW, _MOST = bindparam("now", type_=articles.c.found_at.type), bindparam("most", type_=articles.c.id.type)
_NEW = Prepared(
    select(articles)
    .where(articles.c.state == ArticleState.NEW.value, articles.c.page_next.is_(None) | (articles.c.page_next <= _NOW))
    .order_by(articles.c.id)
    .limit(_MOST)
)
_TO_CHECK = Prepared(
    select(articles).where(articles.c.check_at <= _NOW, articles.c.page_read).order_by(articles.c.check_at).limit(_MOST)
)


class Articles:
    """Every article ever found."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._prints = Prints()

    def known(self, source: str) -> Collection[int]:
        """Fingerprints of the items of a source that need not be read: they are stored as they are written."""
        return self._prints.of(source)

    def store_polls(self, results: Sequence[tuple[SourceState, Poll]], backfill: int = 0) -> int:
        """Keep the articles, keys and validators of some polls in one transaction. Returns how many are new work.

        A source's first successful poll makes its articles SEEN, except the `backfill` newest. What changed, what was
        taken back and what the source lists no more is noted. Where an item that was left out is no longer stored as
        it is written, nothing of that poll is kept and the source is due at once, to be read in full.
        """
        states = {state.name: state for state, _ in results}
        taken = list[tuple[Poll, ingest.Taken]]()
        with self._store.write() as connection:
            for state, poll in results:
                read = poll.changed and not poll.error
                one = ingest.take(connection, poll, backfill, self._prints) if read else ingest.Taken()
                if read:
                    taken.append((poll, one))
                if one.again:
                    states[state.name] = replace(state, etag="", last_modified="", digest="", next_poll=poll.at)
                polls.remember(connection, poll, one.fresh)
            source_rows.save(connection, list(states.values()))
        for poll, one in taken:
            self._remember(poll, one)
        return sum(one.fresh for _, one in taken)

    def _remember(self, poll: Poll, taken: ingest.Taken) -> None:
        """What is stored now need not be read again; what a source tells by itself is no document of it."""
        if taken.again:
            self._prints.forget(poll.source, bar=not taken.apart)
        elif not poll.pushed:
            self._prints.keep(poll.source, taken.stored)

    def new(self, now: datetime, limit: int = 200) -> list[Article]:
        """Articles with work to do at `now`, breaking nothing: oldest find first."""
        with self._store.read() as connection:
            return [rows.article(row) for row in _NEW.all(connection, {"now": now, "most": limit})]

    def get(self, number: int) -> Article:
        """One article. Raises LookupError."""
        with self._store.read() as connection:
            return rows.article_by_id(connection, number)

    def sources_of(self, number: int) -> list[str]:
        """The names of the sources that carried it, in the order of the alphabet."""
        query = select(article_sources.c.source).where(article_sources.c.article == number)
        with self._store.read() as connection:
            return list(connection.execute(query.order_by(article_sources.c.source)).scalars())

    def story_so_far(self, number: int) -> planning.Story:
        """What planning an article must know of it."""
        return planning.known(self._store, number)

    def by_keys(self, keys: Sequence[str]) -> Article | None:
        """The story that has one of these identity keys."""
        with self._store.read() as connection:
            found = joining.owners(connection, keys)
            return rows.article_by_id(connection, joining.story(connection, found[0])) if found else None

    def finish(self, number: int, state: ArticleState, reason: str = "") -> None:
        """Say that an article needs no more work."""
        with self._store.write() as connection:
            connection.execute(update(articles).where(articles.c.id == number).values(state=state.value, reason=reason))

    def add_by_hand(self, article: Article, now: datetime) -> Article:
        """Keep an article of the desk's own. `article.uid` must be given; its link is optional."""
        with self._store.write() as connection:
            number = ingest.add(connection, replace(article, page_read=True), now, ArticleState.PLANNED)
            return rows.article_by_id(connection, number)

    # ------------------------------------------------------------------------------------------ its page

    def page_read(self, article: Article, now: datetime) -> Article | None:
        """Keep what the article's own page added. Its canonical link may join it to an older story.

        None, and nothing is kept, when its source has changed it meanwhile: it is work again as it is now.
        """
        with self._store.write() as connection:
            if rows.turned(connection, article):
                return None
            found = ingest.said_before(connection, article.id)
            values = rows.article_columns(article, found) | {"page_next": None, "page_tries": 0}
            connection.execute(update(articles).where(articles.c.id == article.id).values(values))
            _join(connection, article, now)
            return rows.article_by_id(connection, article.id)

    def page_read_again(self, article: Article, now: datetime, next_check: datetime | None) -> bool:
        """Take over what the page says otherwise than when it was read last. Returns whether that is work to do.

        An article that had been taken back is there again. When its source has changed it meanwhile nothing is kept,
        and it is looked at once more.
        """
        with self._store.write() as connection:
            if rows.turned(connection, article):
                return False
            old = rows.article_by_id(connection, article.id)
            values = {"check_at": next_check, "page_tries": 0}
            connection.execute(update(articles).where(articles.c.id == article.id).values(values))
            restored = leaving.restore(connection, article.id, now)
            changed = ingest.page_changes(connection, replace(old, withdrawn=""), article, now)
            _join(connection, article, now)
            return restored or changed

    def page_failed(self, article: Article, next_try: datetime | None, error: str) -> None:
        """Note a failed visit: the next try, or the end of trying with the reason people will read."""
        values: dict[str, object] = {"page_tries": article.page_tries + 1, "page_next": next_try, "page_error": error}
        if next_try is None:
            values["page_read"] = True
        with self._store.write() as connection:
            connection.execute(update(articles).where(articles.c.id == article.id).values(values))

    def as_found(self, number: int) -> Article:
        """The article as its source gave it, without what its page has added. Raises LookupError."""
        with self._store.read() as connection:
            article = rows.article_by_id(connection, number)
            return differing.as_found(article, ingest.said_before(connection, number))

    # ------------------------------------------------------------------------------------------ is it still there?

    def to_check(self, now: datetime, limit: int = 50) -> list[Article]:
        """Articles whose page is to be looked at once more, the longest due first; one that was never read is not."""
        with self._store.read() as connection:
            return [rows.article(row) for row in _TO_CHECK.all(connection, {"now": now, "most": limit})]

    def check_later(self, number: int, at: datetime | None, *, missing: bool = False, sooner: bool = False) -> None:
        """When to look again, None for never. `missing` counts a look that found no page; `sooner` never puts off."""
        values: dict[str, object] = {"check_at": at}
        if missing:
            values["page_tries"] = articles.c.page_tries + 1
        where = articles.c.id == number
        if sooner:
            where &= articles.c.check_at.is_(None) | (articles.c.check_at > at)
        with self._store.write() as connection:
            connection.execute(update(articles).where(where).values(values))

    def listed(self, number: int) -> bool:
        """Whether a source lists the article now, as far as its last poll told."""
        with self._store.read() as connection:
            return leaving.listed(connection, number)

    def withdraw(self, number: int, why: str, now: datetime, source: str = "") -> bool:
        """The newsroom took an article back: its waiting posts are suppressed. Returns whether that was news."""
        with self._store.write() as connection:
            return leaving.withdraw(connection, number, why, now, source)

    # ------------------------------------------------------------------------------------------ one story, or two

    def split(self, number: int, by: str, now: datetime) -> Article:
        """Make a joined article a story of its own again, for good. Raises LookupError and IllegalMove."""
        with self._store.write() as connection:
            joining.part(connection, number, by, now)
            return rows.article_by_id(connection, number)

    def twins(self, number: int) -> list[tuple[int, str]]:
        """The articles joined with this story, by number and headline, oldest first."""
        with self._store.read() as connection:
            return joining.twins(connection, number)

    def story(self, number: int) -> int:
        """The article itself, or the story it is joined with."""
        with self._store.read() as connection:
            return joining.story(connection, number)


def _join(connection: Connection, article: Article, now: datetime) -> None:
    """Give an article the keys its page told, which may join it to others."""
    owners = [n for n in joining.owners(connection, [key.key for key in article.keys]) if n != article.id]
    ingest.add_keys(connection, article.id, article)
    if owners:
        joining.join(connection, sorted({article.id, *owners}), now)
