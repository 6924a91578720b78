"""The accounts of one story, grouped by state: what a row of the queue shows. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from syndicator.delivery import WAITING
from syndicator.desk import times
from syndicator.desk.states import account_name, severity, shape, word
from syndicator.models import Delivery, Features, Status

FOLD = 6
"""How many marks of one state stand side by side; more fold into their number."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One account's post. `shown` is its monogram, or the account's name beside another account of its network;
    `time` is its own where it is not the story's, else ""."""

    row: Delivery
    account: str  # the configured name
    name: str  # as people read it
    label: str
    monogram: str
    shown: str
    time: str


@dataclass(frozen=True, slots=True)
class Group:
    """Marks of one state with its word and shape. One that is `folded` shows its number first: "Queued 12"."""

    status: Status
    word: str
    shape: str
    marks: tuple[Mark, ...]
    folded: bool

    @property
    def count(self) -> int:
        """How many posts."""
        return len(self.marks)


def group_marks(
    posts: Iterable[tuple[Delivery, str, Features]], zone: ZoneInfo, now: datetime, at: datetime | None = None
) -> list[Group]:
    """Groups, the worst state first; within one the accounts stand as they came.

    `posts` are rows with their account's configured name and its network's features; `at` is the time the story itself
    shows (None: the earliest of its waiting posts).
    """
    found = list(posts)
    networks = Counter(network for _name, network in {(name, features.platform) for _, name, features in found})
    twins = {network for network, number in networks.items() if number > 1}
    at = at or earliest([row for row, _, _ in found])
    marks = [_mark(row, name, features, features.platform in twins, _own_time(row, at, now, zone))
             for row, name, features in found]  # fmt: skip
    states = sorted({mark.row.status for mark in marks}, key=severity)
    return [_group(status, tuple(mark for mark in marks if mark.row.status is status)) for status in states]


def earliest(rows: Sequence[Delivery]) -> datetime | None:
    """When the first of a story's waiting posts is due; None when none waits."""
    return min((row.due for row in rows if row.due and row.status in WAITING), default=None)


def _group(status: Status, marks: tuple[Mark, ...]) -> Group:
    return Group(status, word(status), shape(status), marks, len(marks) > FOLD)


def _mark(row: Delivery, account: str, features: Features, twin: bool, time: str) -> Mark:
    name = account_name(account, features.label)
    shown = name if twin else features.monogram
    return Mark(row, account, name, features.label, features.monogram, shown, time)


def _own_time(row: Delivery, at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    if row.status not in WAITING or row.due is None:
        return ""
    own = times.until(row.due, now, zone)
    return "" if at and own == times.until(at, now, zone) else own
