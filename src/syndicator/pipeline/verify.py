"""Verify: whose token is it, and may it post? A refused account is paused; one that works again resumes."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from syndicator.errors import AccountRefused, ConfigError, DeliveryError
from syndicator.models import Account, AccountState
from syndicator.room import Room

log = structlog.get_logger("syndicator.verify")

EVERY = timedelta(hours=1)
EVERY_PAID = timedelta(days=1)  # where the platform charges for reading
AGAIN = timedelta(minutes=5)  # while an account is paused because it was refused


@dataclass(frozen=True, slots=True)
class Checked:
    """What verify found: the account's state, and what is wrong ("" when nothing is)."""

    state: AccountState
    trouble: str = ""
    refused: bool = False


def verify(room: Room, account: Account) -> Checked:
    """Ask the platform who the account is. Pauses it when refused, resumes what only a refusal had paused."""
    now, accounts = room.clock(), room.ledger.accounts
    try:
        identity = room.adapter(account).verify()
        state = accounts.verified(accounts.get(account.name), identity, now)
    except (AccountRefused, ConfigError) as error:
        return Checked(refuse(room, account, error), str(error), refused=True)
    except DeliveryError as error:
        log.warning("account not verified", account=account.name, reason=str(error))
        return Checked(accounts.get(account.name), str(error))
    if state.paused is not None and state.paused_by.startswith("daemon:"):
        log.info("account resumed", account=account.name, handle=state.handle)
        state = accounts.resume(account.name)
    room.note(state)
    return Checked(state)


def refuse(room: Room, account: Account, error: Exception) -> AccountState:
    """Pause an account that may not post, and say what to do; it resumes by itself once verify succeeds."""
    reason = str(error)
    if isinstance(error, AccountRefused):
        reason += f" – mend its token or permission, then `syndicator accounts verify {account.name}`"
    log.error("account paused", account=account.name, reason=reason)
    return room.ledger.accounts.pause(account.name, reason, room.actor, room.clock())


def due(state: AccountState, room: Room) -> bool:
    """Whether an account should be asked again: hourly, or soon while a refusal keeps it paused."""
    now = room.clock()
    if state.paused is not None:
        paused_by_us = state.paused_by.startswith("daemon:")
        return paused_by_us and (state.paused_at is None or now - state.paused_at >= AGAIN)
    account = room.accounts[state.name]
    pace = EVERY_PAID if room.features(account).price.look else EVERY
    return state.verified_at is None or now - state.verified_at >= pace
