"""A person's words: stored as a new version, and kept from leaving while they are being written."""

from datetime import datetime, timedelta

from syndicator.delivery import FAILED, HELD, QUEUED, WAITING, Move
from syndicator.editorial.parts import account_of, must_be
from syndicator.editorial.waiting import move
from syndicator.editorial.wording import anew, worded
from syndicator.errors import IllegalMove
from syndicator.models import Delivery, Post, Wanted
from syndicator.policy import hold_reason
from syndicator.room import Room

SOON = timedelta(minutes=10)
"""What is to leave within this time is held while somebody edits it."""

EDITING = "editing"
"""The code of such a hold."""

UNFINISHED_EDIT = "edit not finished"
"""Why such a post is held; it is what stays of an edit that nobody finished."""

_CHANGED = "waits for approval: its words were changed"


def edit(
    room: Room,
    number: int,
    actor: str,
    *,
    version: int,
    text: str | None = None,
    alt: str | None = None,
    warning: str | None = None,
    photo: str | None = None,
    due: datetime | None = None,
    approves: bool = True,
) -> Delivery:
    """A person's wording, photo and time as a new version; None leaves a field.

    `photo` is the place of one of the article's photos, from "0", or "none". `approves`: this person may approve what
    a policy holds; where another changes approved words, the post waits for approval again.
    Raises RenderError when it does not fit, PhotoError, Stale, IllegalMove.
    """
    row = room.ledger.deliveries.get(number)
    given = _given(text=text, alt=alt, warning=warning, photo=photo)
    if not given and due is not None:
        return move(room, number, actor, due, version=version)
    post = worded(room, row, given)
    judged = bool(given) and not approves and account_of(room, row).policy.approval
    if judged and row.status is QUEUED and not row.frozen:
        _hold_again(room, number, actor, version)
    changes: dict[str, object] = {} if due is None else {"due": due, "expires": None}
    if row.approved == row.version and row.approved and not judged:
        changes["approved"] = row.version + 1
    after = room.ledger.deliveries.edit(number, version, post, given, actor, room.clock(), **changes)
    return _described(room, after, post, actor)


def _described(room: Room, row: Delivery, post: Post, actor: str) -> Delivery:
    """A post that was held for want of a description goes on once it has one, or waits for what else holds it."""
    if (row.status, row.code) != (HELD, "rule:require_alt") or not (post.media and post.media[0].alt):
        return row
    account = account_of(room, row)
    article = room.ledger.articles.get(row.article)
    held = hold_reason(article, account, room.features(account), post.media[0].alt, by_hand=False)

    def decide(row: Delivery) -> Move:
        must_be(row, {HELD}, "edit")
        return Move("move", HELD, *held) if held else Move("approve", QUEUED, "", "")

    return room.ledger.deliveries.move(row.id, decide, actor, room.clock(), seen=row.version)


def mend(
    room: Room,
    number: int,
    actor: str,
    *,
    version: int,
    text: str | None = None,
    alt: str | None = None,
    warning: str | None = None,
    photo: str | None = None,
    due: datetime | None = None,
) -> Delivery:
    """FAILED → HELD with a person's other words: what failed does not leave again before somebody says so.

    Fields and errors are those of `edit`.
    """
    row = room.ledger.deliveries.get(number)
    must_be(row, {FAILED}, "mend")
    if row.frozen:
        raise IllegalMove(f"post {number} cannot be edited: an earlier try of it may be public")
    given = _given(text=text, alt=alt, warning=warning, photo=photo)
    post = worded(room, row, given)
    approval = account_of(room, row).policy.approval
    said = ("rule:approval", "waits for approval") if approval else ("person", f"edited after it failed: {row.detail}")
    now = room.clock()

    def decide(row: Delivery) -> Move:
        must_be(row, {FAILED}, "mend")
        changes = {"due": due or row.due, "expires": None, "tries": 0, "wanted": Wanted.PUBLIC.value, "approved": 0}
        return Move("retry", HELD, *said, changes)

    room.ledger.deliveries.move(number, decide, actor, now, seen=version)
    return room.ledger.deliveries.edit(number, version, post, given, actor, now)


def reset(room: Room, number: int, actor: str, *, version: int, approves: bool = True) -> Delivery:
    """The template's words and photo in place of a person's, as a new version; none where they are the same.

    `approves` as in `edit`. Must not be called inside an event loop. Raises RenderError, Stale, IllegalMove.
    """
    row = room.ledger.deliveries.get(number)
    must_be(row, WAITING, "edit")
    post = anew(room, row)
    stored = room.ledger.deliveries.version(number, version)
    differs = stored is None or stored.post != post
    judged = differs and not approves and account_of(room, row).policy.approval

    def decide(row: Delivery) -> Move:
        must_be(row, WAITING, "edit")
        if row.frozen:
            raise IllegalMove(f"post {number} cannot be edited: it may be public")
        if judged and row.status is QUEUED:
            return Move("hold", HELD, "rule:approval", _CHANGED)
        kept = differs and not judged and row.approved == row.version
        return Move("edit", row.status, row.code, row.detail, {"approved": row.version + 1} if kept else {})

    return room.ledger.deliveries.move(number, decide, actor, room.clock(), seen=version, post=post)


def begin_edit(room: Room, number: int, actor: str) -> Delivery:
    """Hold a queued post that would leave while it is edited; all others stay as they are.

    Raises IllegalMove when it has just left, LookupError.
    """
    soon = room.clock() + SOON
    row = room.ledger.deliveries.get(number)
    if row.status is not QUEUED or row.frozen or (row.due is not None and row.due > soon):
        return row

    def decide(row: Delivery) -> Move:
        must_be(row, {QUEUED}, "edit")
        return Move("hold", HELD, EDITING, UNFINISHED_EDIT)

    return room.ledger.deliveries.move(number, decide, actor, room.clock())


def being_edited(row: Delivery) -> bool:
    """Whether a post is held because somebody has begun to edit it."""
    return (row.status, row.code) == (HELD, EDITING)


def end_edit(
    room: Room, number: int, actor: str, *, due: datetime | None = None, approves: bool = True, changed: bool = True
) -> Delivery:
    """Give a post that `begin_edit` held its place and its time back; all others stay as they are.

    Where its time has passed it leaves at `due` (aware). `changed` words of one who may not approve what a policy
    holds (`approves`) wait for approval.
    """
    row = room.ledger.deliveries.get(number)
    if not being_edited(row):
        return row
    judged = changed and not approves and account_of(room, row).policy.approval

    def decide(row: Delivery) -> Move:
        if not being_edited(row):
            raise IllegalMove(f"somebody else has decided about post {number} meanwhile: it is {row.status.value}")
        if judged:
            return Move("move", HELD, "rule:approval", _CHANGED)
        return Move("approve", QUEUED, "", "", {"due": max(row.due or due, due) if due else row.due})

    return room.ledger.deliveries.move(number, decide, actor, room.clock())


def _given(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}


def _hold_again(room: Room, number: int, actor: str, version: int) -> None:
    """Before the words change, so that they cannot leave in between."""

    def decide(row: Delivery) -> Move:
        must_be(row, {QUEUED}, "edit")
        return Move("hold", HELD, "rule:approval", _CHANGED)

    room.ledger.deliveries.move(number, decide, actor, room.clock(), seen=version)
