"""What a person may do with a post. Every verb names who does it and, where words are approved, which version was read.

Command line and desk call these same functions. None of them publishes: they set what the daemon will find.
"""

from datetime import timedelta

from syndicator.editorial.adding import add, by_hand, headlined
from syndicator.editorial.again import release, retry
from syndicator.editorial.editing import (
    EDITING,
    SOON,
    UNFINISHED_EDIT,
    begin_edit,
    being_edited,
    edit,
    end_edit,
    mend,
    reset,
)
from syndicator.editorial.places import pause, restart, resume, same_pause, same_stop, stop
from syndicator.editorial.stories import seen, split
from syndicator.editorial.undoing import Change, snapshot, undo
from syndicator.editorial.unknown import leave, settle_absent, settle_at
from syndicator.editorial.waiting import approve, hold, move, retract, send, suppress
from syndicator.editorial.wording import NO_PHOTO
from syndicator.room import Room

__all__ = [
    "EDITING",
    "GRACE",
    "NO_PHOTO",
    "SOON",
    "UNFINISHED_EDIT",
    "Change",
    "add",
    "approve",
    "begin_edit",
    "being_edited",
    "by_hand",
    "daemon_alive",
    "edit",
    "end_edit",
    "headlined",
    "hold",
    "leave",
    "mend",
    "move",
    "pause",
    "release",
    "reset",
    "restart",
    "resume",
    "retract",
    "retry",
    "same_pause",
    "same_stop",
    "seen",
    "send",
    "settle_absent",
    "settle_at",
    "snapshot",
    "split",
    "stop",
    "suppress",
    "undo",
]

GRACE = timedelta(seconds=30)
"""How old a daemon's heartbeat may be before people are told that none is running."""


def daemon_alive(room: Room) -> bool:
    """Whether a daemon will find what was queued."""
    beat = room.ledger.accounts.heartbeat()
    return beat is not None and beat.ended is None and room.clock() - beat.beat < GRACE
