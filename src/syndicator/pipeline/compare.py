"""Compare: after an older ledger was restored, what the networks show comes before what the ledger remembers.

The ledger counts its starts and notes its heartbeat; a file beside it keeps a copy of both. A ledger that is behind
that file has forgotten posts:
nothing leaves an account until every post it might have sent was looked for in one listing of its network.
"""

from datetime import datetime, timedelta
from pathlib import Path

import structlog

from syndicator.adapters.matching import pick
from syndicator.delivery import Move
from syndicator.errors import DeliveryError, IllegalMove, LookError, Stale
from syndicator.ledger import Ledger
from syndicator.models import Account, AccountState, Delivery, Receipt, Status
from syndicator.pipeline.reconcile import post_of
from syndicator.room import Room

log = structlog.get_logger("syndicator.compare")

MARGIN = timedelta(minutes=5)  # before the last moment the ledger knows of
AGAIN = timedelta(minutes=1)  # when the network could not be read


def counter(room: Room) -> Path:
    """The file beside the ledger that keeps a copy of its counter of starts."""
    path = room.ledger.store.path
    return Path(f"{path}.starts") if path else room.config.photos.dir / "ledger.starts"


def start(room: Room) -> int:
    """Count this start in the ledger and beside it. A ledger behind its copy must be compared. Returns the count.

    Sources whose address was changed in the configuration to where they have moved go on as the sources they were.
    """
    room.ledger.sources.follow_moves(room.config.sources.values())
    now, file = room.clock(), counter(room)
    beat = room.ledger.accounts.heartbeat()
    copied, copied_beat = _read(file)
    known = beat.starts if beat else 0
    forgot = known < copied or (beat is not None and (copied_beat is None or beat.beat < copied_beat))
    if forgot:
        since = (beat.beat if beat else now - timedelta(days=1)) - MARGIN
        room.ledger.accounts.must_compare(since, now)
        log.warning("an older ledger was restored", starts=known, expected=copied, since=since)
    starts = room.ledger.accounts.started(room.process, now, at_least=copied)
    _write(file, starts, now)
    return starts


def beat(room: Room, *, ended: bool = False) -> None:
    """Say in the ledger, then beside it, that the daemon lives, or went in good order."""
    now = room.clock()
    room.ledger.accounts.beat(now, ended=ended)
    heart = room.ledger.accounts.heartbeat()
    if heart:
        _write(counter(room), heart.starts, now)


def _read(file: Path) -> tuple[int, datetime | None]:
    """The copy: starts, and the last beat; zero and None when there is none."""
    try:
        starts, last = file.read_text("ascii").split()
        return int(starts), datetime.fromisoformat(last)
    except (OSError, ValueError):
        return 0, None


def _write(file: Path, starts: int, last: datetime) -> None:
    last = last.replace(microsecond=last.microsecond // 1000 * 1000)  # as exact as the ledger keeps it
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_name(file.name + ".part")
        partial.write_text(f"{starts} {last.isoformat(timespec='milliseconds')}", "ascii")
        partial.replace(file)
    except OSError as error:
        log.error("the counter beside the ledger cannot be written", file=str(file), error=str(error))


def behind(ledger: Ledger, state: AccountState) -> list[Delivery]:
    """The posts of an account that must be looked for before any is sent."""
    if state.compare_until is None:
        return []
    return ledger.deliveries.to_compare(state.uid, state.compare_until)


def compare(room: Room, account: Account, state: AccountState) -> int:
    """Look for every post the ledger may have forgotten to have sent, in one listing. Returns how many were there."""
    rows = behind(room.ledger, state)
    if not rows or state.compare_since is None:
        return 0
    try:
        shown = room.adapter(account).shown(state.compare_since)
    except (LookError, DeliveryError) as error:
        until = getattr(error, "until", None) or room.clock() + AGAIN
        room.ledger.accounts.wait(account.uid, until)
        log.warning("could not compare", account=account.name, reason=str(error))
        return 0
    found = 0
    for row in rows:
        known = room.ledger.attempts.known(account.uid, state.compare_since - timedelta(days=2))
        there = pick(post_of(room, row), shown, known) if row.version else None
        found += there is not None and _settle(room, account, row, there)
    room.ledger.deliveries.compared([row.id for row in rows])
    log.info("compared with the network", account=account.name, posts=len(rows), found=found, shown=len(shown))
    return found


def _settle(room: Room, account: Account, row: Delivery, there: Receipt) -> bool:
    now = room.clock()
    log.warning(
        "was sent before", post=row.id, account=account.name, permalink=there.permalink, sure=not there.probable
    )
    try:
        if not there.probable:
            detail = "found on the network after an older ledger was restored"
            room.ledger.attempts.receive(row.id, there, "proof", actor=room.actor, now=now, detail=detail)
            return True
        if row.status is Status.QUEUED:
            detail = f"a post with this link but other words is at {there.permalink}: is it ours?"
            room.ledger.deliveries.move(
                row.id, lambda _: Move("revise", Status.HELD, "probable", detail), room.actor, now
            )
    except (Stale, IllegalMove) as error:
        log.warning("not settled", post=row.id, reason=str(error))
    return False
