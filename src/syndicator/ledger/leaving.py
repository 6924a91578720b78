"""What its newsroom takes back, or no longer lists, and what comes back."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select, update

from syndicator.delivery import Move
from syndicator.ledger import revisions, rows
from syndicator.ledger.meanwhile import WITHDRAWN
from syndicator.ledger.prepared import Prepared
from syndicator.ledger.prints import DEAF, deaf
from syndicator.ledger.schema import article_sources, articles, deliveries
from syndicator.models import ArticleState, Delivery, Status

WATCHED_FOR = timedelta(days=2)
"""How long after it was found an article that has left its source's list is looked for by its page."""

PATIENCE = 10
"""Which part of its age passes before the page of an article that left the list is asked, when no post of it waits."""

_WAITING = (Status.HELD.value, Status.QUEUED.value)

_UNLIST = Prepared(
    update(article_sources).where(
        article_sources.c.source == bindparam("of"), article_sources.c.article == bindparam("number")
    )
)
_YOUNG = Prepared(
    select(articles.c.found_at).where(
        articles.c.id == bindparam("number"),
        articles.c.found_at > bindparam("since"),
        articles.c.withdrawn == "",
        (articles.c.state == ArticleState.NEW.value) | (articles.c.state == ArticleState.PLANNED.value),
    )
)


def withdraw(connection: Connection, number: int, why: str, now: datetime, source: str = "") -> bool:
    """The newsroom took an article back: waiting posts are suppressed, sent ones are shown to people.

    Returns whether that was news.
    """
    old = rows.article_by_id(connection, number)
    if old.withdrawn:
        return False
    connection.execute(
        update(articles).where(articles.c.id == number).values(withdrawn=why, check_at=None, turn=articles.c.turn + 1)
    )
    if old.state in DEAF:
        return False
    revisions.record(connection, number, now, "withdrawn", source=source, detail=why)
    for row in waiting(connection, number):
        stop = Move("suppress", Status.SUPPRESSED, WITHDRAWN, f"the article was taken back: {why}")
        rows.move(connection, row, stop, WITHDRAWN, now)
    return True


def restore(connection: Connection, number: int, now: datetime, source: str = "") -> bool:
    """It is there again: its posts wait for a person, who alone knows why it was away."""
    old = rows.article_by_id(connection, number)
    if not old.withdrawn:
        return False
    again = {} if old.state in DEAF else {"state": ArticleState.NEW.value}
    values = {"withdrawn": "", "turn": articles.c.turn + 1, **again}
    connection.execute(update(articles).where(articles.c.id == number).values(values))
    if not again:
        return False
    revisions.record(connection, number, now, "restored", source=source)
    for row in _with(connection, number, Status.SUPPRESSED.value):
        if row.code == WITHDRAWN:
            times = not_before(row, old.embargo)  # it may have been moved meanwhile
            held = Move("release", Status.HELD, "restored", "the article was taken back, and is there again", times)
            rows.move(connection, row, held, WITHDRAWN, now)
    return True


def left(connection: Connection, source: str, gone: Mapping[int, int | None], now: datetime) -> None:
    """Note what the source lists no more, by number and stamp; a young article's page tells whether it is gone."""
    for number, stamped in gone.items():
        _UNLIST.run(connection, {"of": source, "number": number, "listed": False})
        if deaf(stamped):
            continue
        young = _YOUNG.first(connection, {"number": number, "since": now - WATCHED_FOR})
        if young:
            # A feed that drops a story and lists it again at each poll would else have its page asked at each.
            soon = now if waiting(connection, number) else now + (now - young["found_at"]) / PATIENCE
            later = articles.c.check_at.is_(None) | (articles.c.check_at > soon)
            connection.execute(update(articles).where(articles.c.id == number, later).values(check_at=soon))


def listed(connection: Connection, number: int) -> bool:
    """Whether a source lists the article now, as far as is known."""
    there = select(article_sources.c.article).where(article_sources.c.article == number, article_sources.c.listed)
    return connection.execute(there.limit(1)).first() is not None


def waiting(connection: Connection, number: int) -> list[Delivery]:
    """The article's posts that have not left."""
    return _with(connection, number, *_WAITING)


def _with(connection: Connection, number: int, *states: str) -> list[Delivery]:
    query = select(deliveries).where(deliveries.c.article == number, deliveries.c.status.in_(states))
    return [rows.delivery(row) for row in connection.execute(query).mappings().all()]


def times(row: Delivery, due: datetime) -> dict[str, object]:
    """Another time for a post, which then lasts as long as it would have."""
    expires = row.expires + (due - row.due) if row.expires and row.due else row.expires
    return {"due": due, "expires": expires}


def not_before(row: Delivery, embargo: datetime | None) -> dict[str, object]:
    """A later time for a post that would leave before its embargo; nothing for others."""
    return times(row, embargo) if embargo and row.due and row.due < embargo else {}
