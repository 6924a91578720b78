"""What every verb asks first."""

from syndicator.delivery import STOPPED, UNFINISHED
from syndicator.errors import ConfigError, IllegalMove
from syndicator.models import Account, Delivery, Status
from syndicator.room import Room


def must_be(row: Delivery, states: set[Status] | frozenset[Status], verb: str) -> None:
    """Raise IllegalMove unless the row is in one of the states."""
    if row.status not in states:
        hint = " (it is not finished)" if row.status in UNFINISHED and states == STOPPED else ""
        raise IllegalMove(f"cannot {verb} post {row.id}: it is {row.status.value}{hint}")


def account_of(room: Room, row: Delivery) -> Account:
    """The configured account of a row. Raises ConfigError when there is none any more."""
    account = room.account(row.account)
    if account is None:
        raise ConfigError(f"post {row.id} belongs to an account that is no longer in {room.config.file}")
    return account
