"""A day of the calendar: its stretches of time, quiet ones told from others, and the tiles that stand in them. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from syndicator.desk import times, wallclock
from syndicator.models import Delivery, QuietHours, Status
from syndicator.policy import quiet_until

OUT = frozenset({Status.SENDING, Status.UNCONFIRMED})


@dataclass(frozen=True, slots=True)
class Tile:
    """A story's posts of one minute and one state."""

    at: datetime
    title: str
    rows: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a day, from `begin` until before `end` (aware UTC); `quiet` while some account's quiet hours hold."""

    begin: datetime
    end: datetime
    label: str  # its beginning by the newsroom's clock
    until: str
    quiet: bool
    now: bool
    tiles: tuple[Tile, ...]


def moment(row: Delivery) -> datetime | None:
    """Where a post stands in the calendar: when it was sent, or may have been, else when it is due."""
    if row.sent_at:
        return row.sent_at
    return row.claimed_at if row.status in OUT and row.claimed_at else row.due


def tiles(posts: Iterable[tuple[Delivery, str]]) -> list[Tile]:
    """Tiles in the order of time, of rows with their story's title."""
    found: dict[tuple[datetime, int, Status], tuple[str, list[Delivery]]] = {}
    for row, title in posts:
        at = moment(row)
        if at is not None:
            key = at.replace(second=0, microsecond=0), row.article, row.status
            found.setdefault(key, (title, []))[1].append(row)
    ordered = sorted(found.items(), key=lambda item: item[0])
    return [Tile(at, title, tuple(rows)) for (at, _article, _status), (title, rows) in ordered]


def day(
    which: date, zone: ZoneInfo, quiet: Sequence[QuietHours], found: Sequence[Tile], now: datetime, *, hourly: bool
) -> list[Stretch]:
    """A day in stretches: one an hour, or as few as tell quiet hours from others. Every moment of it is in one."""
    begin, end = wallclock.day_bounds(which, zone)
    edges = {begin, *(edge for one in quiet for edge in _edges(which, one, zone) if begin < edge < end)}
    if hourly:
        edges |= set(wallclock.hours(which, zone))
    starts = sorted(edges)
    if not hourly:
        starts = _merged(starts, quiet, zone)
    return [
        _stretch(first, last, zone, quiet, found, now) for first, last in zip(starts, [*starts[1:], end], strict=True)
    ]


def is_quiet(at: datetime, quiet: Iterable[QuietHours], zone: ZoneInfo) -> bool:
    """Whether some of the quiet hours hold at a moment."""
    return any(quiet_until(one, at, zone) is not None for one in quiet)


def _edges(which: date, quiet: QuietHours, zone: ZoneInfo) -> list[datetime]:
    clocks = [time(minute // 60 % 24, minute % 60) for minute in (quiet.start, quiet.end)]
    return [found for clock in clocks for found in wallclock.moments(datetime.combine(which, clock), zone)]


def _merged(starts: Sequence[datetime], quiet: Sequence[QuietHours], zone: ZoneInfo) -> list[datetime]:
    kept: list[datetime] = []
    for start in starts:
        if not kept or is_quiet(start, quiet, zone) != is_quiet(kept[-1], quiet, zone):
            kept.append(start)
    return kept


def _stretch(
    begin: datetime, end: datetime, zone: ZoneInfo, quiet: Sequence[QuietHours], found: Sequence[Tile], now: datetime
) -> Stretch:
    inside = tuple(tile for tile in found if begin <= tile.at < end)
    return Stretch(
        begin, end, _label(begin, zone), _label(end, zone), is_quiet(begin, quiet, zone), begin <= now < end, inside
    )


def _label(at: datetime, zone: ZoneInfo) -> str:
    """By the clock; the day stands above it, so midnight needs no weekday."""
    midnight = f"{at.astimezone(zone):%H:%M}" == "00:00"
    return "00:00" if midnight else times.clock(at, zone)
