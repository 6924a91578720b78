"""Compare: after an older ledger was restored, what the networks show comes before what the ledger remembers.

The ledger counts its starts and a file beside it keeps a copy. A ledger that is behind that file has forgotten posts:
nothing leaves an account until every post it might have sent was looked for in one listing of its network.
"""

from datetime import timedelta
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
    """Count this start in the ledger and beside it. A ledger behind its copy must be compared. Returns the count."""
    now, file = room.clock(), counter(room)
    beat = room.ledger.accounts.heartbeat()
    known, copied = beat.starts if beat else 0, _read(file)
    behind = known < copied if copied is not None else known > 0
    if behind:
        since = (beat.beat if beat else now - timedelta(days=1)) - MARGIN
        room.ledger.accounts.must_compare(since, now)
        log.warning("an older ledger was restored", starts=known, expected=copied, since=since)
    starts = room.ledger.accounts.started(room.process, now, at_least=copied or 0)
    _write(file, starts)
    return starts


def _read(file: Path) -> int | None:
    try:
        return int(file.read_text("ascii"))
    except (OSError, ValueError):
        return None


def _write(file: Path, starts: int) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_name(file.name + ".part")
        partial.write_text(str(starts), "ascii")
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
