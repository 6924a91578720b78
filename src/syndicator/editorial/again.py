"""Verbs of a post that was given up: suppressed, failed or expired."""

import asyncio
from datetime import datetime

from syndicator.compose import Composed, compose, fetcher, picture
from syndicator.delivery import HELD, QUEUED, STOPPED, Move
from syndicator.editorial.parts import account_of, must_be
from syndicator.models import Account, Delivery, Post, Status, Wanted
from syndicator.policy import hold_reason
from syndicator.room import Room


def release(
    room: Room,
    number: int,
    actor: str,
    *,
    verb: str = "release",
    version: int | None = None,
    due: datetime | None = None,
    held: tuple[str, str] | None = None,
) -> Delivery:
    """SUPPRESSED, FAILED or EXPIRED → QUEUED, due now or at `due` (aware); or HELD where a policy wants a person's yes.

    `held`, a code and a sentence, holds it whatever the policy says.
    Rendered first where there is no post, and anew where the platform refused one that no person has worded.
    Must not be called inside an event loop: rendering may fetch the photo.
    """
    row = room.ledger.deliveries.get(number)
    must_be(row, STOPPED, verb)
    account = account_of(room, row)
    now = room.clock()
    made = asyncio.run(_words(room, row, account)) if _rendered_anew(room, row) else None
    post = made.post if made else None
    code, said = held or _held(room, row, account, post) or ("", "")
    why = "; ".join(part for part in (said, made.remark if made else "") if part)

    def decide(row: Delivery) -> Move:
        must_be(row, STOPPED, verb)
        changes = {"due": due or now, "expires": None, "tries": 0, "wanted": Wanted.PUBLIC.value}
        return Move(verb, HELD if code else QUEUED, code, why, changes)

    return room.ledger.deliveries.move(number, decide, actor, now, post=post, seen=version)


def retry(room: Room, number: int, actor: str, *, version: int | None = None, due: datetime | None = None) -> Delivery:
    """Try a failed post again."""
    return release(room, number, actor, verb="retry", version=version, due=due)


def _held(room: Room, row: Delivery, account: Account, post: Post | None) -> tuple[str, str] | None:
    """Why it waits for a person again: a no that is taken back is no yes to what a policy holds."""
    if row.version and row.approved == row.version:
        return None
    stored = room.ledger.deliveries.version(row.id, row.version)
    words = post or (stored.post if stored else None)
    alt = words.media[0].alt if words and words.media else None
    article = room.ledger.articles.get(row.article)
    return hold_reason(article, account, room.features(account), alt, by_hand=False)


def _rendered_anew(room: Room, row: Delivery) -> bool:
    """Whether a template that was mended meanwhile may help."""
    if row.version == 0:
        return True
    version = room.ledger.deliveries.version(row.id, row.version)
    return row.status is Status.FAILED and not row.frozen and version is not None and not version.fields


async def _words(room: Room, row: Delivery, account: Account) -> Composed:
    """The post of a row that was planned without one, rendered now."""
    article = room.ledger.articles.get(row.article)
    async with fetcher(room) as way:
        offered = await picture(room, article, way, [account])
    return compose(room, article, account, offered, occasion=row.occasion)
