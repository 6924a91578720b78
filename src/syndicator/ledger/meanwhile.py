"""What became of an article while a post of it was on its way, and what that makes of the post."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from syndicator.delivery import Move
from syndicator.ledger.joining import SAME_STORY, public_or_waiting, same_story
from syndicator.ledger.prepared import Prepared
from syndicator.ledger.schema import articles, events
from syndicator.ledger.schema_sources import revisions
from syndicator.models import Delivery, Status

WITHDRAWN = "rule:withdrawn"
"""The code of a post whose article the newsroom took back."""

_BACK = frozenset({"recover", "defer", "clear"})  # verbs that lead from the way back to the queue
_SINCE = Prepared(
    select(revisions.c.kind, revisions.c.changes, revisions.c.detail)
    .where(revisions.c.article == bindparam("of_article"))
    .where(revisions.c.at >= bindparam("since", type_=revisions.c.at.type))
)


def why_not(connection: Connection, row: Delivery, now: datetime) -> str:
    """Why a post that was claimed must not leave after all: its article was changed since. "" when it may."""
    since = _since(connection, row)
    taken_back = _taken_back(since)
    if taken_back:
        return taken_back
    embargo = _embargo(connection, row, since)
    return "its article is under embargo now" if embargo and embargo > now else ""


def judged(connection: Connection, row: Delivery, move: Move) -> Move:
    """The verdict about a post that comes back to the queue, as its article is by now.

    What waited would have been stopped, or put off, when its article changed; what was on its way could not be. A
    person's word that a post is to be sent again stands.
    """
    if move.verb not in _BACK or move.after is not Status.QUEUED or move.code == "person":
        return move
    since = _since(connection, row)
    taken_back = _taken_back(since)
    if taken_back:
        return replace(move, after=Status.SUPPRESSED, code=WITHDRAWN, detail=taken_back)
    twin = _joined(connection, row)
    if twin:
        return replace(move, after=Status.SUPPRESSED, code=SAME_STORY, detail=same_story(connection, twin))
    embargo = _embargo(connection, row, since)
    due = move.changes.get("due", row.due)
    if embargo is None or not isinstance(due, datetime) or due >= embargo:
        return move
    expires = row.expires + (embargo - due) if row.expires else None
    return replace(move, changes={**move.changes, "due": embargo, "expires": expires})


def _since(connection: Connection, row: Delivery) -> list[Any]:
    return list(_SINCE.all(connection, {"of_article": row.article, "since": row.claimed_at})) if row.claimed_at else []


def _taken_back(since: list[Any]) -> str:
    why = next((one["detail"] for one in since if one["kind"] == "withdrawn"), None)
    return "" if why is None else f"the article was taken back: {why}"


def _embargo(connection: Connection, row: Delivery, since: list[Any]) -> datetime | None:
    """The article's embargo where it was changed since; none for what a person sends now."""
    if row.urgent or not any(what == "embargo" for one in since for what, *_ in one["changes"]):
        return None
    return connection.execute(select(articles.c.embargo).where(articles.c.id == row.article)).scalar()


def _joined(connection: Connection, row: Delivery) -> int | None:
    """The story that a post's article was joined with on its way, where that has a post there too."""
    older = connection.execute(select(articles.c.same_as).where(articles.c.id == row.article)).scalar()
    if older is None or row.occasion != "publication":
        return None
    told = select(events.c.id).where(events.c.delivery == row.id, events.c.code == SAME_STORY).limit(1)
    if connection.execute(told).first():  # it was stopped for that before, and a person let it go
        return None
    return older if public_or_waiting(connection, older, row.account) else None
