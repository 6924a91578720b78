"""The queue as people read it: stories in the order in which they leave, and what needs somebody."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, or_, select

from syndicator.ledger import rows, words
from syndicator.ledger.schema import accounts, articles, deliveries, posts
from syndicator.ledger.store import Store
from syndicator.models import Article, Delivery, Status

WAITING = (Status.HELD, Status.QUEUED, Status.SENDING, Status.UNCONFIRMED, Status.RETRACTING)

RECENT = timedelta(hours=24)
"""How long a failed post stays in the queue, unless somebody asks for failed ones."""

FIRST = 5
"""Posts of each kind that the strip names."""

APPROVAL = "rule:approval"
"""The code of a post that a policy holds until somebody has approved it."""

_LAST = datetime.max.replace(tzinfo=UTC)  # where stories stand whose posts have no time
_BATCH = 500
_row = deliveries.c


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list; "" or empty means all. `words` stand in headlines, address or posts of the story.

    Of `statuses`, only those of the queue are found: WAITING and FAILED.
    """

    account: str = ""
    section: str = ""
    statuses: tuple[Status, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """An article with its posts of the queue. `due` is the earliest of theirs, None where none has a time.

    `photo` is the name (SHA-256) of the first photo of its posts, else of a card's picture, "" for none.
    """

    article: Article
    rows: tuple[Delivery, ...]
    due: datetime | None
    photo: str = ""


@dataclass(frozen=True, slots=True)
class Stories:
    """One page of the queue. `after` names the next page, "" on the last one."""

    stories: tuple[Story, ...]
    after: str
    total_stories: int
    total_posts: int


@dataclass(frozen=True, slots=True)
class Need:
    """A post that may need a person, with its account's name and its story's headline."""

    row: Delivery
    account: str
    title: str


@dataclass(frozen=True, slots=True)
class Kind:
    """How many posts of a kind there are, and the first of them, the latest change on top."""

    count: int
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """What may need a person. `unknown` names every post without a clear answer that nobody has left as it is, so that
    the caller can take those that are not looked for any more; `failed` are of the last 24 hours.
    """

    unknown: Kind
    failed: Kind
    approval: Kind
    held: Kind  # for other reasons


class Board:
    """Reads only. Every call is one consistent view."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def stories(self, wanted: Wanted, now: datetime, *, after: str = "", limit: int = 100) -> Stories:
        """Stories with unfinished posts, next to leave first, and those that failed within a day.

        Raises ValueError for an `after` that names no page.
        """
        start = _place(after) if after else None
        with self._store.read() as connection:
            found = _found(connection, wanted, now)
            ordered = sorted((due, article) for article, due in _earliest(found).items())
            rest = [place for place in ordered if start is None or place > start]
            shown = {article for _, article in rest[:limit]}
            numbers = [row.id for row in found if row.article in shown]
            stories = _stories(connection, [article for _, article in rest[:limit]], numbers)
        more = _cursor(*rest[limit - 1]) if 0 < limit < len(rest) else ""
        return Stories(tuple(stories), more, len(ordered), len(found))

    def story(self, article: int) -> Story | None:
        """One story with all its posts, sent ones, too; None when it has none."""
        with self._store.read() as connection:
            numbers = list(connection.execute(select(_row.id).where(_row.article == article)).scalars())
            return next(iter(_stories(connection, [article], numbers)), None) if numbers else None

    def sections(self, now: datetime) -> list[str]:
        """Every section of a waiting story, for a filter."""
        with self._store.read() as connection:
            found = {row.article for row in _found(connection, Wanted(), now)}
            return sorted({name for names in _sections(connection, found).values() for name in names})

    def needs(self, now: datetime) -> Strip:
        """What may need a person, by kind."""
        unknown = and_(_row.status == Status.UNCONFIRMED.value, _row.closed.is_(False))
        failed = and_(_row.status == Status.FAILED.value, _row.changed_at > now - RECENT)
        held = _row.status == Status.HELD.value
        with self._store.read() as connection:
            return Strip(
                _kind(connection, unknown, None),
                _kind(connection, failed, FIRST),
                _kind(connection, and_(held, _row.code == APPROVAL), FIRST),
                _kind(connection, and_(held, _row.code != APPROVAL), FIRST),
            )


# ---------------------------------------------------------------------------------------------- what is wanted


def _found(connection: Connection, wanted: Wanted, now: datetime) -> Sequence[Any]:
    """Number, article and time of every wanted post."""
    query = select(_row.id, _row.article, _row.due).where(_states(wanted.statuses, now))
    if wanted.account:
        query = query.where(_row.account.in_(select(accounts.c.uid).where(accounts.c.name == wanted.account)))
    found = connection.execute(query.order_by(_row.id)).all()
    only = {row.article for row in found}
    if wanted.section:
        only = {article for article, names in _sections(connection, only).items() if wanted.section in names}
    if wanted.words.strip():
        only = _told(connection, only, wanted.words)
    return [row for row in found if row.article in only]


def _states(statuses: Sequence[Status], now: datetime) -> ColumnElement[bool]:
    chosen = set(statuses or WAITING) & {*WAITING, Status.FAILED}
    states: ColumnElement[bool] = and_(
        _row.status.in_(sorted(status.value for status in chosen)),
        or_(_row.status != Status.UNCONFIRMED.value, _row.closed.is_(False)),
    )
    recent = and_(_row.status == Status.FAILED.value, _row.changed_at > now - RECENT)
    return states if statuses else or_(states, recent)


def _told(connection: Connection, among: set[int], asked: str) -> set[int]:
    """Those of some articles that have all the words."""
    parts = words.written(asked)
    query = words.stories(parts, sqlite=connection.dialect.name == "sqlite") if parts else words.marked(asked)
    number = query.selected_columns[0]
    # A range: SQLite would look into its index of words once for each number.
    near = query.where(number.between(min(among, default=0), max(among, default=0)))
    return among & set(connection.execute(near).scalars())


def _earliest(found: Iterable[Any]) -> dict[int, datetime]:
    due: dict[int, datetime] = {}
    for row in found:
        due[row.article] = min(due.get(row.article, _LAST), row.due or _LAST)
    return due


def _sections(connection: Connection, numbers: set[int]) -> dict[int, tuple[str, ...]]:
    query = select(articles.c.id, articles.c.body["sections"])
    return {
        number: tuple(names or ())
        for batch in _batches(numbers)
        for number, names in connection.execute(query.where(articles.c.id.in_(batch)))
    }


# ---------------------------------------------------------------------------------------------- stories


def _stories(connection: Connection, shown: Sequence[int], numbers: Sequence[int]) -> list[Story]:
    told: dict[int, Article] = {}
    for batch in _batches(shown):
        query = select(articles).where(articles.c.id.in_(batch))
        told |= {row["id"]: rows.article(row) for row in connection.execute(query).mappings()}
    found: dict[int, list[RowMapping]] = {article: [] for article in shown}
    current = and_(posts.c.delivery == _row.id, posts.c.version == _row.version)
    for batch in _batches(numbers):
        query = select(deliveries, posts.c.body).select_from(deliveries.outerjoin(posts, current))
        for row in connection.execute(query.where(_row.id.in_(batch)).order_by(_row.id)).mappings():
            found[row["article"]].append(row)
    return [_story(told[article], found[article]) for article in shown]


def _story(article: Article, found: Sequence[RowMapping]) -> Story:
    photo = next((name for row in found if (name := _photo(row["body"]))), "")
    due = min((row["due"] for row in found if row["due"]), default=None)
    return Story(article, tuple(rows.delivery(row) for row in found), due, photo)


def _photo(body: dict[str, Any] | None) -> str:
    """A post's first photo, else its card's picture."""
    if body is None:
        return ""
    thumb = body["card"][3] if body["card"] else None
    return str(body["media"][0][0] if body["media"] else thumb[0] if thumb else "")


def _kind(connection: Connection, where: ColumnElement[bool], limit: int | None) -> Kind:
    tables = deliveries.join(accounts).join(articles, articles.c.id == _row.article)
    query = select(deliveries, accounts.c.name.label("account_name"), articles.c.title).select_from(tables)
    latest = query.where(where).order_by(_row.changed_at.desc(), _row.id.desc()).limit(limit)
    found = connection.execute(latest).mappings().all()
    count = len(found) if limit is None or len(found) < limit else rows.count(connection, where)
    return Kind(count, tuple(Need(rows.delivery(row), row["account_name"], row["title"]) for row in found))


def _batches(numbers: Iterable[int]) -> Iterable[list[int]]:
    chosen = list(numbers)
    return (chosen[start : start + _BATCH] for start in range(0, len(chosen), _BATCH))


def _cursor(due: datetime, number: int) -> str:
    return base64.urlsafe_b64encode(f"{due.isoformat()} {number}".encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, int]:
    try:
        due, number = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(" ")
        return datetime.fromisoformat(due).replace(tzinfo=UTC), int(number)
    except (ValueError, binascii.Error) as error:
        raise ValueError("the address of this page is not whole; begin with its first page") from error
