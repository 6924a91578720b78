"""Between rows and models, and the one way a delivery moves."""

from collections.abc import Iterable, Mapping
from dataclasses import astuple, replace
from dataclasses import fields as dataclass_fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, select, update

from syndicator import delivery as machine
from syndicator.delivery import Move
from syndicator.errors import Stale
from syndicator.ledger.prepared import Prepared
from syndicator.ledger.schema import articles, deliveries, events, post_media, posts
from syndicator.models import (
    Article,
    ArticleState,
    Attempt,
    Card,
    Delivery,
    Event,
    Media,
    Outcome,
    Photo,
    Post,
    Status,
    Version,
    Wanted,
)

Row = RowMapping | Mapping[str, Any]  # by the columns' names

BODY = (
    "summary", "authors", "sections", "tags", "labels", "language", "sensitive",
    "provisional", "content", "words", "correction",
)  # fmt: skip


def _names(model: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclass_fields(model))


_DELIVERY = _names(Delivery)
_ATTEMPT = _names(Attempt)
_EVENT = _names(Event)

# ---------------------------------------------------------------------------------------------- articles


def article_body(article: Article, found: Mapping[str, str]) -> dict[str, Any]:
    """The JSON part of an article. `found` are the words its source gave, to tell a change from an enrichment."""
    body: dict[str, Any] = {name: getattr(article, name) for name in BODY}
    body["photos"] = [list(astuple(photo)) for photo in article.photos]
    body["updated"] = article.updated.isoformat() if article.updated else None
    body["found"] = dict(found)
    return body


def article_columns(article: Article, found: Mapping[str, str]) -> dict[str, Any]:
    """The columns that follow an article's content."""
    published = article.published
    exact = published if isinstance(published, datetime) else None
    return {
        "url": article.url,
        "title": article.title,
        "body": article_body(article, found),
        "published": exact,
        "published_day": published if exact is None else None,
        "embargo": article.embargo,
        "page_read": article.page_read,
        "page_tries": article.page_tries,
        "page_error": article.page_error,
        "withdrawn": article.withdrawn,
    }


def article(row: Row) -> Article:
    """An article of the ledger, without its keys."""
    body = row["body"]
    published: datetime | date | None = row["published"] or row["published_day"]
    return Article(
        url=row["url"],
        title=row["title"],
        summary=body["summary"],
        authors=tuple(body["authors"]),
        sections=tuple(body["sections"]),
        tags=tuple(body["tags"]),
        labels=tuple(body["labels"]),
        language=body["language"],
        sensitive=body["sensitive"],
        provisional=body.get("provisional", False),
        content=body.get("content", ""),
        words=body.get("words", 0),
        correction=body.get("correction", ""),
        withdrawn=row["withdrawn"],
        photos=tuple(_photo(*photo) for photo in body["photos"]),
        updated=datetime.fromisoformat(body["updated"]) if body["updated"] else None,
        published=published,
        embargo=row["embargo"],
        source=row["source"],
        uid=row["uid"],
        id=row["id"],
        state=ArticleState(row["state"]),
        reason=row["reason"],
        found_at=row["found_at"],
        page_read=row["page_read"],
        page_tries=row["page_tries"],
        page_error=row["page_error"],
        backfill=row["backfill"],
        turn=row["turn"],
    )


def _photo(*values: Any) -> Photo:
    """A photo as it was stored; JSON has made its focus a list."""
    photo = Photo(*values)
    return replace(photo, focus=tuple(photo.focus))


_ARTICLE = Prepared(select(articles).where(articles.c.id == bindparam("number")))
_TURN = Prepared(select(articles.c.turn).where(articles.c.id == bindparam("number")))


def article_by_id(connection: Connection, number: int) -> Article:
    """One article. Raises LookupError."""
    row = _ARTICLE.first(connection, {"number": number})
    if row is None:
        raise LookupError(f"there is no article {number}")
    return article(row)


def turned(connection: Connection, article: Article) -> bool:
    """Whether an article was changed after this copy of it was taken."""
    now = _TURN.first(connection, {"number": article.id})
    return now is None or now["turn"] != article.turn


# ---------------------------------------------------------------------------------------------- posts


def _media_json(media: Media) -> list[Any]:
    return [media.sha256, media.mime, media.width, media.height, media.alt, media.credit, media.source_url]


def post_body(post: Post) -> dict[str, Any]:
    """The JSON part of a post."""
    card = post.card
    return {
        "media": [_media_json(media) for media in post.media],
        "card": [card.url, card.title, card.text, _media_json(card.thumb) if card.thumb else None] if card else None,
        "language": post.language,
        "warning": post.warning,
        "sensitive": post.sensitive,
    }


def post(row: Row) -> Post:
    """A post of the ledger, without its delivery's keys."""
    body = row["body"]
    card = body["card"]
    return Post(
        text=row["text"],
        link=row["link"],
        media=tuple(Media(*media) for media in body["media"]),
        card=Card(card[0], card[1], card[2], Media(*card[3]) if card[3] else None) if card else None,
        language=body["language"],
        warning=body["warning"],
        sensitive=body["sensitive"],
    )


def version(row: Row) -> Version:
    """One stored version of a post."""
    return Version(row["delivery"], row["version"], row["by"], row["at"], post(row), frozenset(row["fields"]))


_VERSION = select(posts).where(posts.c.delivery == bindparam("of"), posts.c.version == bindparam("number"))


def get_version(connection: Connection, delivery: int, number: int) -> Version | None:
    """A version of a delivery's post, None when there is none."""
    row = connection.execute(_VERSION, {"of": delivery, "number": number}).mappings().first()
    return version(row) if row else None


def add_version(
    connection: Connection, delivery: int, number: int, post: Post, by: str, now: datetime, fields: Iterable[str] = ()
) -> None:
    """Store an immutable version and name its photos, so that they are kept."""
    connection.execute(
        insert(posts).values(
            delivery=delivery,
            version=number,
            by=by,
            at=now,
            text=post.text,
            link=post.link,
            body=post_body(post),
            fields=sorted(fields),
        )
    )
    names = {media.sha256 for media in post.media} | (
        {post.card.thumb.sha256} if post.card and post.card.thumb else set()
    )
    have = select(post_media.c.sha256).where(post_media.c.delivery == delivery)
    for name in sorted(names - set(connection.execute(have).scalars()) if names else ()):
        connection.execute(insert(post_media).values(delivery=delivery, sha256=name))


# ---------------------------------------------------------------------------------------------- deliveries


def delivery(row: Row) -> Delivery:
    """The row as the core knows it."""
    values = {name: row[name] for name in _DELIVERY}
    values["status"], values["wanted"] = Status(values["status"]), Wanted(values["wanted"])
    return Delivery(**values)


def attempt(row: Row) -> Attempt:
    """One try."""
    values = {name: row[name] for name in _ATTEMPT}
    values["outcome"] = Outcome(values["outcome"]) if values["outcome"] else None
    return Attempt(**values)


def event(row: Row) -> Event:
    """One move."""
    values = {name: row[name] for name in _EVENT}
    values["before"] = Status(values["before"]) if values["before"] else None
    values["after"] = Status(values["after"])
    return Event(**values)


# Building a statement costs several times what running it does: those of the way of a post are built once.
_BY_ID = Prepared(select(deliveries).where(deliveries.c.id == bindparam("number")))
_BY_ID_LOCKED = Prepared(select(deliveries).where(deliveries.c.id == bindparam("number")).with_for_update())
_MOVE = Prepared(
    update(deliveries).where(
        deliveries.c.id == bindparam("of_id"),
        deliveries.c.status == bindparam("of_status"),
        deliveries.c.version == bindparam("of_version"),
        deliveries.c.attempt.is_not_distinct_from(bindparam("of_attempt")),
    )
)
_ADD_EVENT = Prepared(insert(events))


def delivery_by_id(connection: Connection, number: int, *, lock: bool = False) -> Delivery:
    """One row; `lock` keeps others from moving it until the transaction ends. Raises LookupError."""
    row = (_BY_ID_LOCKED if lock else _BY_ID).first(connection, {"number": number})
    if row is None:
        raise LookupError(f"there is no post {number}")
    return delivery(row)


def move(connection: Connection, row: Delivery, move: Move, actor: str, now: datetime) -> Delivery:
    """Carry out a verdict: the row where nobody was faster, and its event. Raises Stale or IllegalMove."""
    machine.check(move.verb, row.status, move.after)
    values = {
        **move.changes,
        "status": move.after.value,
        "code": move.code,
        "detail": move.detail[:500],
        "actor": actor,
        "changed_at": now,
    }
    same = {"of_id": row.id, "of_status": row.status.value, "of_version": row.version, "of_attempt": row.attempt}
    if _MOVE.run(connection, values | same) != 1:
        raise Stale(f"post {row.id} has moved meanwhile; look at it again")
    known: dict[str, Any] = {name: value for name, value in values.items() if name in _DELIVERY}
    wanted = Wanted(known.get("wanted", row.wanted))
    after = replace(row, **{**known, "status": move.after, "wanted": wanted})
    add_event(connection, after, move.verb, row.status, actor, now)
    return after


def add_event(
    connection: Connection, row: Delivery, verb: str, before: Status | None, actor: str, now: datetime
) -> None:
    """Write down what has just happened to a row."""
    values = {
        "delivery": row.id,
        "at": now,
        "actor": actor,
        "verb": verb,
        "before": before.value if before else None,
        "after": row.status.value,
        "version": row.version,
        "code": row.code,
        "detail": row.detail,
    }
    _ADD_EVENT.run(connection, values)


def count(connection: Connection, *where: Any) -> int:
    """How many deliveries match."""
    return connection.execute(select(func.count()).select_from(deliveries).where(*where)).scalar_one()
