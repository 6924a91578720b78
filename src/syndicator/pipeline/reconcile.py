"""Reconcile: ask the platform about posts that may be public, take down what shall be gone, clean up after crashes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from syndicator import delivery as machine
from syndicator.adapters import Adapter
from syndicator.adapters.matching import pick
from syndicator.delivery import LOOK_CAP, Move
from syndicator.errors import AccountRefused, DeliveryError, LookError, RateLimited, Rejected, Stale
from syndicator.ledger import Ending
from syndicator.models import Account, Attempt, Delivery, Outcome, Post, Receipt, Status
from syndicator.pipeline.verify import refuse
from syndicator.room import Room

log = structlog.get_logger("syndicator.reconcile")

KNOWN_FOR = timedelta(days=2)
"""How far back remote ids of other rows are given to `find`, so that it skips them."""


def look(room: Room, account: Account, rows: Sequence[Delivery]) -> list[Delivery]:
    """One look at the platform for all of an account's rows that may be public, and one more request for each post
    that shall be removed. Where the platform has no keys of ours, one listing serves all."""
    adapter = room.adapter(account)
    unknown = [row for row in rows if row.status is Status.UNCONFIRMED]
    done = [_take_down(room, adapter, account, row) for row in rows if row.status is Status.RETRACTING]
    features = room.features(account)
    if not unknown or not features.findable:
        return done + [_cannot_ask(room, row) for row in unknown]
    if features.idempotency == "record":
        return done + [_look_by_key(room, adapter, account, row) for row in unknown]
    return done + _look_in_listing(room, adapter, account, unknown)


def _cannot_ask(room: Room, row: Delivery) -> Delivery:
    detail = "this network cannot be asked; please look"
    return _note(room, row, Move("look", Status.UNCONFIRMED, row.code, detail, {"next_look": None}))


def _since(room: Room, row: Delivery) -> datetime:
    return room.ledger.attempts.first_request(row.id) or row.claimed_at or room.clock()


def _look_in_listing(room: Room, adapter: Adapter, account: Account, rows: Sequence[Delivery]) -> list[Delivery]:
    began = {row.id: _since(room, row) for row in rows}
    try:
        shown = adapter.shown(min(began.values()))
    except (LookError, DeliveryError) as error:
        return [_failed(room, account, row, began[row.id], error) for row in rows]
    _charge(room, rows, room.features(account).price.look * len(shown))
    done = []
    for row in rows:
        known = room.ledger.attempts.known(account.uid, began[row.id] - KNOWN_FOR)
        done.append(_judge(room, account, row, pick(post_of(room, row), shown, known), began[row.id]))
    return done


def _charge(room: Room, rows: Sequence[Delivery], micro_usd: int) -> None:
    """What a listing cost is kept on the try of the first row it was made for."""
    if micro_usd and rows[0].attempt is not None:
        room.ledger.attempts.add_cost(rows[0].attempt, micro_usd)


def _look_by_key(room: Room, adapter: Adapter, account: Account, row: Delivery) -> Delivery:
    since = _since(room, row)
    known = room.ledger.attempts.known(account.uid, since - KNOWN_FOR)
    try:
        found = adapter.find(post_of(room, row), since, known)
    except (LookError, DeliveryError) as error:
        return _failed(room, account, row, since, error)
    return _judge(room, account, row, found, since)


def _failed(room: Room, account: Account, row: Delivery, since: datetime, error: Exception) -> Delivery:
    until = error.until if isinstance(error, (LookError, RateLimited)) else None
    log.warning("could not look", post=row.id, account=account.name, reason=str(error))
    return _note(room, row, machine.look_failed(row, since, room.clock(), until, str(error)))


def _judge(room: Room, account: Account, row: Delivery, found: Receipt | None, since: datetime) -> Delivery:
    now = room.clock()
    if found is None:
        move = machine.absent(row, since, now, room.features(account), account.delivery)
        log.info("looked, not there", post=row.id, account=account.name, looks=row.looks + 1, verb=move.verb)
        return _note(room, row, move)
    if found.probable:
        log.warning("looked, not sure", post=row.id, account=account.name, permalink=found.permalink)
        return _note(room, row, machine.probable(row, found, since, now))
    try:
        after = room.ledger.attempts.receive(
            row.id, found, "proof", actor=room.actor, now=now, detail="found on the platform"
        )
    except Stale as error:
        return _note(room, row, machine.look_failed(row, since, now, None, str(error)))
    log.info("proved", post=row.id, account=account.name, permalink=found.permalink)
    return after


def _note(room: Room, row: Delivery, move: Move) -> Delivery:
    """Carry out a verdict about a row, unless somebody was faster."""
    try:
        return room.ledger.deliveries.move(
            row.id, lambda now: _same(now, row, move), room.actor, room.clock(), seen=row.version
        )
    except Stale:
        return room.ledger.deliveries.get(row.id)


def _same(current: Delivery, judged: Delivery, move: Move) -> Move:
    if (current.status, current.attempt, current.closed, current.wanted) != (
        judged.status, judged.attempt, judged.closed, judged.wanted,
    ):  # fmt: skip
        raise Stale(f"post {judged.id} has moved meanwhile")
    return move


def post_of(room: Room, row: Delivery) -> Post:
    """The words of a row with its keys, as they went out. Raises LookError for a row without words."""
    version = room.ledger.deliveries.version(row.id, row.version)
    if version is None:
        raise LookError(f"post {row.id} has no words to look for")
    return replace(version.post, key=row.key, record_key=row.record_key, created_at=row.created_at)


# ---------------------------------------------------------------------------------------------- taking down


def _take_down(room: Room, adapter: Adapter, account: Account, row: Delivery) -> Delivery:
    receipt = Receipt(row.remote_id or "", row.permalink or "")
    try:
        adapter.retract(receipt)
    except Rejected as error:
        log.error("cannot be removed", post=row.id, account=account.name, reason=str(error))
        return _note(
            room, row, Move("keep", Status.SENT, "not_removed", str(error), {"next_look": None, "wanted": "public"})
        )
    except DeliveryError as error:
        if isinstance(error, AccountRefused):
            refuse(room, account, error)
        wait = min(timedelta(seconds=30) * 2 ** min(row.looks, 7), LOOK_CAP)
        due = error.until if isinstance(error, RateLimited) else room.clock() + wait
        changes = {"next_look": due, "looks": row.looks + 1}
        log.warning("not removed yet", post=row.id, account=account.name, reason=str(error))
        return _note(room, row, Move("keep", Status.RETRACTING, row.code, f"not removed yet: {error}", changes))
    log.info("removed", post=row.id, account=account.name, permalink=row.permalink)
    return _note(room, row, Move("retracted", Status.RETRACTED, row.code, row.detail, {"next_look": None}))


# ---------------------------------------------------------------------------------------------- crashes


def recover(room: Room, *, starting: bool = False) -> list[Delivery]:
    """Decide about rows left SENDING: by a process that died (`starting`), or past their deadline.

    Before the request went out they go back to the queue; after it they may be public.
    """
    now = room.clock()
    found = room.ledger.attempts.overdue(now, mine=room.process if starting else None)
    return [_recover(room, row, attempt, now) for row, attempt in found]


def _recover(room: Room, row: Delivery, attempt: Attempt, now: datetime) -> Delivery:
    if attempt.request_out is None:
        move = machine.withheld(row, "the attempt ended before its request went out")
    else:
        account = room.account(row.account)
        rules = account.delivery if account else room.config.delivery
        settle = (
            rules.settle if rules.settle is not None else room.features(account).settle if account else timedelta(0)
        )
        detail = "the attempt ended after its request went out: it may be public"
        move = machine.lost(row, now, rules, settle, code="crashed", detail=detail)
    after = _note(room, row, move)
    if attempt.ended is None:
        room.ledger.attempts.close(attempt.id, Ending(Outcome.CRASHED, words=move.detail), now)
    log.warning("recovered", post=row.id, status=after.status.value, reason=move.detail)
    return after
