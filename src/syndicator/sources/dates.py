"""Dates as newsrooms write them. A moment becomes an aware UTC datetime, a day without an hour a date."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

# fmt: off
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)
# fmt: on
MONTH = {name[:length]: number for number, name in enumerate(_MONTHS, 1) for length in (3, 4, len(name))}

# Hours from UTC. A name that the newsroom's own zone uses at that moment is the newsroom's ("IST" in Dublin).
ZONES: dict[str, float] = {
    name: hours
    for hours, names in (
        (-10, "hst"),
        (-9, "akst"),
        (-8, "pst akdt"),
        (-7, "mst pdt"),
        (-6, "cst mdt"),
        (-5, "est cdt cot pet"),
        (-4, "edt ast clt vet bot"),
        (-3.5, "nst"),
        (-3, "adt brt art clst"),
        (-2.5, "ndt"),
        (0, "z ut utc gmt wet"),
        (1, "bst west cet met mez wat"),
        (2, "cest mest mesz eet cat sast"),
        (3, "eest msk eat trt"),
        (4, "gst"),
        (5, "pkt"),
        (5.5, "ist"),
        (5.75, "npt"),
        (7, "ict wib"),
        (8, "hkt sgt pht awst"),
        (9, "jst kst"),
        (9.5, "acst"),
        (10, "aest"),
        (10.5, "acdt"),
        (11, "aedt"),
        (12, "nzst"),
        (13, "nzdt"),
    )
    for name in names.split()
}

FIRST, LAST = 1900, 9998  # years; at the calendar's ends another zone has no such day
NEVER = datetime(LAST, 12, 31, tzinfo=UTC)

_CLOCK = (
    r"(?:(?:,|t|\s|\bat\b|[-–—|·])*(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?(?![a-z]))?\s*\(?(?P<zone>[+-]\d{1,2}:?\d{2}|[+-]\d{1,2}|(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?|[a-z]{1,5})?\)?)?"
)
_MONTH = rf"(?P<month>{'|'.join(sorted(MONTH, key=len, reverse=True))})\.?"
_FORMS = tuple(
    re.compile(rf"(?:[a-z]+\.?,?\s+)?{day}{_CLOCK}\s*(?:\([a-z ]+\))?$", re.IGNORECASE)
    for day in (
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[\s-]+(?:of\s+)?{_MONTH},?[\s-]+(?P<year>\d{{4}}|\d{{2}})",
        rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})",
        r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    )
)
_FOUND = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{'|'.join(_MONTHS)}|[A-Z][a-z]{{2}}\.?)\s+\d{{4}}"
    rf"|(?:{'|'.join(_MONTHS)}|[A-Z][a-z]{{2}}\.?)\s+\d{{1,2}},?\s+\d{{4}})"
    r"(?:(?:,|\s|\bat\b|[-|·])*\d{1,2}[:.]\d{2}(?:\s*[ap]\.?m\.?)?(?:\s+[A-Z]{2,5}\b)?)?",
    re.IGNORECASE,
)


def parse(text: str, zone: ZoneInfo) -> datetime | date | None:
    """A moment (aware UTC), a day, or None when the text is no date. Never the current time.

    Reads RFC 822 with named zones, ISO 8601 and "6 January 2022"; a time without a zone is the newsroom's, a time in
    a zone nobody knows is only a day. Numbers alone ("06/01/2022") are ambiguous and give None, and so do years
    before 1900 and after 9998.
    """
    found = _parsed(" ".join(text[:1000].split())[:100], zone)
    return found if found is not None and FIRST <= found.year <= LAST else None


def _parsed(text: str, zone: ZoneInfo) -> datetime | date | None:
    for form in _FORMS:
        if match := form.match(text):
            try:
                return _read(match, zone)
            except (ValueError, OverflowError):
                return None
    return _iso(text, zone)


def moment(text: str, zone: ZoneInfo) -> datetime | None:
    """As `parse`, a day being its first moment in the newsroom's zone; the year 9999 means `NEVER`."""
    found = parse(text, zone)
    if found is None and text.strip().startswith("9999-"):
        return NEVER
    if found is None or isinstance(found, datetime):
        return found
    return datetime(found.year, found.month, found.day, tzinfo=zone).astimezone(UTC)


def find(text: str, zone: ZoneInfo) -> datetime | date | None:
    """The first date written out in a short text, such as "Published 6 January 2022"."""
    match = _FOUND.search(text)
    return parse(match[0], zone) if match else None


def _read(match: re.Match[str], zone: ZoneInfo) -> datetime | date:
    month = match["month"]
    day = date(_year(match["year"]), int(month) if month.isdigit() else MONTH[month.lower()], int(match["day"]))
    if match["hour"] is None:
        return day
    hour, half = int(match["hour"]), (match["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    naive = datetime.combine(day, time.min) + timedelta(
        hours=_upto(hour, 24), minutes=_upto(int(match["minute"]), 59), seconds=min(_upto(match["second"], 60), 59)
    )
    where = _zone(match["zone"], naive, zone)
    return day if where is None else naive.replace(tzinfo=where).astimezone(UTC)


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 50 else 1900)


def _upto(value: int | str | None, limit: int) -> int:
    number = int(value or 0)
    if number > limit:
        raise ValueError(f"{number} is more than {limit}")
    return number


def _zone(name: str | None, naive: datetime, zone: ZoneInfo) -> tzinfo | None:
    folded = (name or "").lower()
    if not folded or (naive.replace(tzinfo=zone).tzname() or "").lower() == folded:
        return zone
    if folded in ZONES:
        return timezone(timedelta(hours=ZONES[folded]))
    match = re.fullmatch(r"(?:utc|gmt)?([+-])(\d{1,2}):?(\d{2})?", folded)
    if match is None:
        return None
    offset = timedelta(hours=int(match[2]), minutes=_upto(match[3], 59))
    return timezone(-offset if match[1] == "-" else offset)


def _iso(text: str, zone: ZoneInfo) -> datetime | date | None:
    """Rarer spellings of ISO 8601: week dates, basic times."""
    if not re.match(r"\d{4}-?(?:W|\d{2})", text):
        return None
    try:
        when = datetime.fromisoformat(text)
        return when.replace(tzinfo=when.tzinfo or zone).astimezone(UTC) if "T" in text else when.date()
    except (ValueError, OverflowError):
        return None
