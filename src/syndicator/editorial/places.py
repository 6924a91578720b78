"""Pauses of one account, and the stop switch of all."""

from datetime import datetime

import structlog

from syndicator.ledger.accounts import Stop
from syndicator.models import AccountState
from syndicator.room import Room

log = structlog.get_logger("syndicator.editorial")


def pause(room: Room, name: str, actor: str, reason: str) -> AccountState:
    """Nothing leaves this account from now on. A pause in force keeps its reason. Raises LookupError."""
    state = room.ledger.accounts.pause(name, reason, actor, room.clock())
    log.info("account paused", account=name, by=state.paused_by, reason=state.paused)
    return state


def resume(room: Room, name: str, actor: str) -> AccountState:
    """Let the account send again, at once. Raises LookupError."""
    state = room.ledger.accounts.resume(name)
    log.info("account resumed", account=name, by=actor)
    return state


def stop(room: Room, actor: str, reason: str) -> Stop:
    """Nothing leaves any account from now on. A stop in force keeps its reason."""
    stopped = room.ledger.accounts.stop(reason, actor, room.clock())
    log.warning("all sending is stopped", by=stopped.by, reason=stopped.reason)
    return stopped


def restart(room: Room, actor: str) -> bool:
    """Turn the stop switch off. Returns whether it was on."""
    was_on = room.ledger.accounts.restart()
    if was_on:
        log.warning("sending again", by=actor)
    return was_on


def same_pause(room: Room, name: str, actor: str, at: datetime) -> bool:
    """Whether the account is paused still by what this person did at that moment. Raises LookupError."""
    state = room.ledger.accounts.get(name)
    return state.paused is not None and (state.paused_by, state.paused_at) == (actor, at)


def same_stop(room: Room, actor: str, at: datetime) -> bool:
    """Whether sending is stopped still by what this person did at that moment."""
    stopped = room.ledger.accounts.stopped()
    return stopped is not None and (stopped.by, stopped.at) == (actor, at)
