"""From the newsroom's clock to moments: what people write into a form, days that are moved, days of 23 and 25 hours.

Pure. Moments are aware, results are in UTC.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from syndicator.desk import times
from syndicator.desk.i18n import _
from syndicator.errors import SyndicatorError

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?", re.ASCII)
YEARS = range(1970, 2200)
_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)


class NoSuchTime(SyndicatorError):
    """What was written names no one moment. `field` is "day", "clock" or "offset"; `choices` are the moments of a
    time that its day has twice, for the reader to choose from by offset ("+02:00")."""

    def __init__(self, message: str, field: str, choices: tuple[datetime, ...] = ()) -> None:
        super().__init__(message)
        self.field = field
        self.choices = choices


def parse(day: str, clock: str, zone: ZoneInfo, offset: str = "") -> datetime:
    """The moment two fields of a form name: "2026-11-24" and "08:30". Raises NoSuchTime with a sentence.

    `offset` ("+02:00") tells which of two is meant where the clocks go back; elsewhere it is not looked at.
    """
    naive = datetime.combine(read_day(day), _clock(clock))
    found = moments(naive, zone)
    if not found:
        raise NoSuchTime(missing(naive, zone), "clock")
    if len(found) == 1:
        return found[0]
    chosen = [moment for moment in found if times.offset(moment, zone) == offset.strip()]
    if chosen:
        return chosen[0]
    told = [f"{naive:%H:%M} ({times.offset(moment, zone)})" for moment in found]
    words = _("On {day} clocks go back, and {time} comes twice: choose {first} or {second}.")
    said = words.format(day=times.day(naive.date()), time=f"{naive:%H:%M}", first=told[0], second=told[1])
    raise NoSuchTime(said, "offset", found)


def fields(moment: datetime, zone: ZoneInfo) -> tuple[str, str, str]:
    """A moment as a form's fields: day, clock and offset, such that `parse` reads it back to the second."""
    local = moment.astimezone(zone)
    hands = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return local.date().isoformat(), hands, times.offset(moment, zone)


def on_day(moment: datetime, day: date, zone: ZoneInfo) -> datetime:
    """The same hour by the clock on another day. Raises NoSuchTime where that day leaves it out.

    An hour that the new day has twice keeps its offset, or is the first of the two.
    """
    local = moment.astimezone(zone)
    naive = datetime.combine(day, local.time().replace(fold=0))
    found = moments(naive, zone)
    if not found:
        raise NoSuchTime(missing(naive, zone), "day")
    same = [one for one in found if times.offset(one, zone) == times.offset(moment, zone)]
    return (same or found)[0]


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A day's first moment and the next one's: 23 or 25 hours apart where the clocks change."""
    return _begins(day, zone), _begins(day + timedelta(days=1), zone)


def hours(day: date, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The moments a day's hours begin: 23, 24 or 25."""
    begin, end = day_bounds(day, zone)
    return tuple(begin + _HOUR * n for n in range(-((begin - end) // _HOUR)))


def moments(naive: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The moments at which the clock shows a time: none, one or two, the earlier first."""
    both = sorted({naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)})
    return tuple(one for one in both if one.astimezone(zone).replace(tzinfo=None, fold=0) == naive)


def missing(naive: datetime, zone: ZoneInfo) -> str:
    """Why a time does not exist: "On 28 March 2027 clocks jump from 02:00 to 03:00."."""
    jump = _jump(naive, zone)
    before = (jump - _SECOND).astimezone(zone).replace(tzinfo=None) + _SECOND
    after = jump.astimezone(zone).replace(tzinfo=None)
    far = "" if after.date() == before.date() else f" on {times.day(after.date())}"
    return _("On {day} clocks jump from {first} to {last}.").format(
        day=times.day(before.date()), first=f"{before:%H:%M}", last=f"{after:%H:%M}{far}"
    )


def _jump(naive: datetime, zone: ZoneInfo) -> datetime:
    """The moment the clocks go forward over a time that does not exist."""
    late, early = (naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    # With the offset of before it lies after the change, with that of after before it: the change is between.
    old = early.astimezone(zone).utcoffset()
    while late - early > _SECOND:
        middle = early + (late - early) // 2
        early, late = (middle, late) if middle.astimezone(zone).utcoffset() == old else (early, middle)
    return late.replace(microsecond=0)


def _begins(day: date, zone: ZoneInfo) -> datetime:
    midnight = datetime.combine(day, time())
    found = moments(midnight, zone)
    return found[0] if found else _jump(midnight, zone)


def read_day(text: str) -> date:
    """A day of a form or an address: "2026-11-24", from 1970 to 2199. Raises NoSuchTime."""
    wrong = NoSuchTime(_("The day must be a date, such as 2026-11-24."), "day")
    try:
        found = date.fromisoformat(text.strip() if _DAY.fullmatch(text.strip()) else "")
    except ValueError:
        raise wrong from None
    if found.year not in YEARS:
        raise wrong
    return found


def _clock(text: str) -> time:
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        raise NoSuchTime(_("The time must be hours and minutes, such as 08:30."), "clock")
    return time(int(found[1]), int(found[2]), int(found[3] or 0))
