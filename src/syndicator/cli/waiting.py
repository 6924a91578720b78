"""`queue list`: what waits, next to leave first."""

from collections.abc import Iterator
from typing import Any

from syndicator import forecast
from syndicator.cli import show
from syndicator.cli.options import Listing, Options
from syndicator.cli.rooms import reading, remark_if_alone
from syndicator.ledger import Filter
from syndicator.models import Status
from syndicator.room import Room

WAITS = (Status.HELD, Status.QUEUED, Status.SENDING, Status.UNCONFIRMED, Status.RETRACTING)
HEADS = ("id", "due", "account", "state", "title", "why")


def list_waiting(options: Options, form: Listing) -> None:
    """Print unfinished posts. In JSON each has the keys of the history and, at the end, `why`."""
    with reading(options) as room:
        entries = list(_entries(room))
        if form is Listing.JSON:
            show.stream_json(entries)
        else:
            show.table(HEADS, (_line(room, entry) for entry in entries), empty="nothing waits")
        if entries:
            remark_if_alone(room)


def _entries(room: Room) -> Iterator[dict[str, Any]]:
    rows = {row.id: row for row in room.ledger.deliveries.with_status(*WAITS)}
    lately = {account.uid: forecast.recent(room, account) for account in room.accounts.values()}
    for entry in room.ledger.history.entries(Filter(statuses=WAITS), by_due=True):
        row = rows.get(entry["id"])
        if row:  # another may have been planned since
            yield {**entry, "why": forecast.reason(room, row, lately.get(row.account))}


def _line(room: Room, entry: dict[str, Any]) -> tuple[object, ...]:
    due = show.local(entry["due"], room.zone)
    return entry["id"], due, entry["account"], entry["status"], entry["title"], entry["why"]
