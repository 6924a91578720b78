"""Times as the desk writes and reads them: the newsroom's zone, 24 hours. Pure: now and the zone are arguments.

Moments are aware; results that are moments are in UTC. A doubled hour shows its offset, midnight its weekday, and a
day without an hour stays a day. Month names are English ids, translated like all words.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from syndicator.desk.i18n import N_, _, several

DAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
MONTHS = (
    N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"),
    N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec"),
)  # fmt: skip
LONG_MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"), N_("August"),
    N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip

MINUTE = 60
HOUR = 60 * MINUTE
SOON = timedelta(hours=12)
"""Up to here a time to come is told as a distance, or by the clock alone."""


# ---------------------------------------------------------------------------------------------- clock and calendar


def clock(moment: datetime, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """ "14:02"; with the weekday in the day's first minute, with the offset in an hour that the night has twice."""
    local = moment.astimezone(zone)
    hands = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    day = f"{_(DAYS[local.weekday()])} " if (local.hour, local.minute) == (0, 0) else ""
    return f"{day}{hands}{_doubled(local)}"


def day(value: date) -> str:
    """ "6 January 2022"."""
    return f"{value.day} {_(LONG_MONTHS[value.month - 1])} {value.year}"


def short_day(value: date, today: date) -> str:
    """ "Tue 24 Nov", with the year where it is another."""
    year = "" if value.year == today.year else f" {value.year}"
    return f"{_(DAYS[value.weekday()])} {value.day} {_(MONTHS[value.month - 1])}{year}"


def dated(moment: datetime, now: datetime, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """ "Tue 24 Nov 06:00", with the year where it is another."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    hands = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    return f"{short_day(local.date(), today)} {hands}{_doubled(local)}"


def at(moment: datetime, now: datetime, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """A moment by itself: "14:02" today, "yesterday 09:10", else with its date."""
    ago = (now.astimezone(zone).date() - moment.astimezone(zone).date()).days
    if ago == 0:
        return clock(moment, zone, seconds=seconds)
    if ago == 1:
        local = moment.astimezone(zone)
        hands = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
        return _("yesterday {time}").format(time=f"{hands}{_doubled(local)}")
    return dated(moment, now, zone, seconds=seconds)


def until(moment: datetime, now: datetime, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """The end of something: the clock alone today and for twelve hours, else with its date."""
    same_day = moment.astimezone(zone).date() == now.astimezone(zone).date()
    if same_day or timedelta(0) <= moment - now < SOON:
        return clock(moment, zone, seconds=seconds)
    return dated(moment, now, zone, seconds=seconds)


def in_row(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """As the history's table has it: "Sun 22 14:02" this month, else with month, and with year where it is another."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    if (local.year, local.month) == (today.year, today.month):
        return f"{_(DAYS[local.weekday()])} {local.day} {local:%H:%M}{_doubled(local)}"
    return dated(moment, now, zone)


def published(value: datetime | date | None, now: datetime, zone: ZoneInfo) -> str:
    """When an article appeared: a moment as `at`, a day as a day and never 00:00, "" when nobody says."""
    if value is None:
        return ""
    return at(value, now, zone) if isinstance(value, datetime) else day(value)


def period(first: date, last: date, today: date) -> str:
    """Days from first to last: "16 to 22 Nov", "30 Oct to 2 Nov"; the year where it is another than today's."""
    year = "" if last.year == today.year == first.year else f" {last.year}"
    end = f"{last.day} {_(MONTHS[last.month - 1])}{year}"
    if first == last:
        return end
    begin = str(first.day)
    if (first.year, first.month) != (last.year, last.month):
        begin += f" {_(MONTHS[first.month - 1])}"
    if first.year != last.year:
        begin += f" {first.year}"
    return _("{first} to {last}").format(first=begin, last=end)


# ---------------------------------------------------------------------------------------------- distances


def relative(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The distance while it is short: "in 4 min", "in 3 h 20 min", "12 min ago"; else the time itself.

    What is to come is rounded up and what is past down, so that the minutes agree with the clock's.
    """
    away = moment - now
    if away >= SOON:
        return dated(moment, now, zone)
    if away > timedelta(0):
        return _("in {time}").format(time=_span(-(-away // timedelta(seconds=1)), up=True))
    past = -away // timedelta(seconds=1)
    if past == 0:
        return _("now")
    return _("{time} ago").format(time=_span(past)) if past < HOUR else at(moment, now, zone)


def words(value: datetime | date, now: datetime, zone: ZoneInfo) -> str:
    """A moment as `relative`, a day as a day."""
    return relative(value, now, zone) if isinstance(value, datetime) else day(value)


def span(length: timedelta) -> str:
    """A length of time in words: "40 s", "4 min", "3 h 20 min", "24 h", "3 days"."""
    whole = int(length.total_seconds())
    if whole >= 48 * HOUR and whole % (24 * HOUR) == 0:
        return several("{n} day", "{n} days", whole // (24 * HOUR))
    return _span(whole)


def _span(whole: int, *, up: bool = False) -> str:
    if whole < MINUTE:
        return _("{n} s").format(n=whole)
    minutes = -(-whole // MINUTE) if up else whole // MINUTE
    if minutes < 60:
        return _("{n} min").format(n=minutes)
    hours, minutes = divmod(minutes, 60)
    both = _("{hours} h {minutes} min") if minutes else _("{hours} h")
    return both.format(hours=hours, minutes=minutes)


# ---------------------------------------------------------------------------------------------- zones


def offset(moment: datetime, zone: ZoneInfo) -> str:
    """A zone's distance from UTC at a moment: "+01:00"."""
    return _offset(moment.astimezone(zone))


def place(zone: ZoneInfo) -> str:
    """A zone's town: "New York"."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def newsroom_line(now: datetime, zone: ZoneInfo) -> str:
    """The newsroom's time, its zone named: "14:31 (Berlin, UTC+1)"."""
    local = now.astimezone(zone)
    town, distance = place(zone), _distance(local)
    return f"{local:%H:%M} ({distance if town in {'UTC', 'UCT', 'GMT'} else f'{town}, {distance}'})"


def both(now: datetime, zone: ZoneInfo, own: ZoneInfo | None) -> str:
    """ "Newsroom 14:31 · yours 08:31" for a reader whose clock differs, else "Newsroom time 14:31 (Berlin, UTC+1)"."""
    if own is None or now.astimezone(own).utcoffset() == now.astimezone(zone).utcoffset():
        return _("Newsroom time {time}").format(time=newsroom_line(now, zone))
    return _("Newsroom {time} · yours {own}").format(
        time=f"{now.astimezone(zone):%H:%M}", own=f"{now.astimezone(own):%H:%M}"
    )


def hover(moment: datetime, own: ZoneInfo | None = None) -> str:
    """A moment in full by the reader's own clock, or UTC: "23 November 2026 08:31:07 (New York, UTC-5)"."""
    local = moment.astimezone(own or ZoneInfo("UTC"))
    town = f"{place(own)}, " if own and place(own) != "UTC" else ""
    return f"{day(local.date())} {local:%H:%M:%S} ({town}{_distance(local)})"


def iso(moment: datetime) -> str:
    """For machines and `<time datetime>`: "2026-11-23T13:31:07Z"."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def _distance(local: datetime) -> str:
    minutes = int((local.utcoffset() or timedelta(0)).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "") if minutes else "UTC"


def _offset(local: datetime) -> str:
    return local.replace(microsecond=0).isoformat()[19:]


def _doubled(local: datetime) -> str:
    """The offset of a time that its day has twice; "" for all others. `local` exists."""
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f" ({_offset(local)})" if twice else ""
