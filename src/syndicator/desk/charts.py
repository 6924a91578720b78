"""The figures of the history as the charts draw them and as a sentence tells them. Pure: numbers in, data out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from syndicator.desk import states, times
from syndicator.desk.i18n import _, several
from syndicator.models import Status

LARGEST = 6
"""Accounts that are drawn by themselves; the rest are added up."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one layer of bars: a value a day, None where there is none; `number` is its colour."""

    name: str
    number: int
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """Values by day. `finding` is what they say, in words; "" when there is nothing to draw."""

    days: tuple[date, ...]
    series: tuple[Series, ...]
    finding: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: `x` and `width` in percent."""

    status: str
    word: str
    number: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """What became of the posts of one account."""

    name: str
    total: int
    parts: tuple[Part, ...]


def days_of(first: date, last: date) -> tuple[date, ...]:
    """Every day of a period."""
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def sent(counts: Iterable[tuple[date, str, int]], days: Sequence[date], today: date) -> Days:
    """Posts sent per day, of (day, account's name, number): the largest accounts, then all others together."""
    by_account: dict[str, dict[date, int]] = {}
    for day, name, number in counts:
        by_account.setdefault(name, {})[day] = number
    ordered = sorted(by_account, key=lambda name: (-sum(by_account[name].values()), name))
    kept, rest = ordered[:LARGEST], ordered[LARGEST:]
    layers = [(name, [by_account[name]]) for name in kept]
    if rest:
        layers.append((_("Others"), [by_account[name] for name in rest]))
    series = tuple(
        Series(name, number, tuple(sum(one.get(day, 0) for one in many) for day in days))
        for number, (name, many) in enumerate(layers, 1)
    )
    totals = [sum(layer.values[n] or 0 for layer in series) for n in range(len(days))]
    return Days(tuple(days), series, _most(days, totals, today))


def _most(days: Sequence[date], totals: Sequence[float], today: date) -> str:
    whole = int(sum(totals))
    if not whole:
        return ""
    at = max(range(len(days)), key=lambda n: totals[n])
    said = several("{n} post sent", "{n} posts sent", whole)
    if len(days) == 1:
        return f"{said}."
    each = _("{mean} a day; most on {day}: {n}.")
    mean = f"{whole / len(days):.1f}".removesuffix(".0")
    return f"{said}, " + each.format(mean=mean, day=times.short_day(days[at], today), n=int(totals[at]))


def waits(figures: Iterable[tuple[date, float, float]], days: Sequence[date], today: date) -> Days:
    """Minutes from publication to post, of (day, median, 95th percentile) in minutes."""
    by_day = {day: (middle, high) for day, middle, high in figures}
    middles = tuple(_rounded(by_day[day][0]) if day in by_day else None for day in days)
    highs = tuple(_rounded(by_day[day][1]) if day in by_day else None for day in days)
    series = (Series(_("Median"), 1, middles), Series(_("95 % within"), 2, highs))
    if not by_day:
        return Days(tuple(days), series, "")
    slowest = max(by_day, key=lambda day: by_day[day][1])
    said = _("Median day {median} min; slowest day {day}: {worst} min.").format(
        median=_number(median(one for one, _high in by_day.values())),
        day=times.short_day(slowest, today),
        worst=_number(by_day[slowest][1]),
    )
    return Days(tuple(days), series, said)


def _rounded(minutes: float) -> float:
    return round(minutes, 1)


def _number(minutes: float) -> str:
    """Whole from ten on: nobody waits for tenths of long times."""
    return f"{minutes:,.0f}" if minutes >= 10 else f"{minutes:.1f}".removesuffix(".0")


# The order of a bar: what is public, what may be, what waits, what did not come to it.
_ORDER = (
    Status.SENT, Status.UNCONFIRMED, Status.QUEUED, Status.SENDING, Status.HELD, Status.FAILED, Status.SUPPRESSED,
    Status.EXPIRED, Status.RETRACTING, Status.RETRACTED,
)  # fmt: skip


def outcomes(counts: Mapping[str, Mapping[str, int]]) -> tuple[list[Bar], str]:
    """One bar of 100 % per account, the largest first, of {account's name: {state: number}}; and what they say."""
    bars = [_bar(name, numbers) for name, numbers in counts.items() if sum(numbers.values())]
    bars.sort(key=lambda bar: (-bar.total, bar.name))
    whole = {status: sum(numbers.get(status.value, 0) for numbers in counts.values()) for status in _ORDER}
    total = sum(whole.values())
    if not total:
        return [], ""
    told = [
        _("{percent} sent").format(percent=percent(whole[Status.SENT], total)),
        *(f"{whole[one]} {states.word(one).lower()}" for one in (Status.UNCONFIRMED, Status.FAILED) if whole[one]),
    ]
    return bars, several("{n} post", "{n} posts", total) + ": " + ", ".join(told) + "."


def legend(bars: Iterable[Bar]) -> list[tuple[str, str]]:
    """The states that some bar shows, with their words, in the order of a bar."""
    there = {part.status for bar in bars for part in bar.parts}
    return [(one.value, states.word(one)) for one in _ORDER if one.value in there]


def percent(number: int, total: int) -> str:
    """ "62 %"; never 100 for less than all, nor 0 for something."""
    if not total:
        return "0 %"
    exact = 100 * number / total
    return f"{min(max(round(exact), 1 if number else 0), 100 if number == total else 99)} %"


def _bar(name: str, numbers: Mapping[str, int]) -> Bar:
    total, x = sum(numbers.values()), 0.0
    parts = []
    for status in _ORDER:
        number = numbers.get(status.value, 0)
        if number:
            width = 100 * number / total
            parts.append(Part(status.value, states.word(status), number, round(x, 3), round(width, 3)))
            x += width
    return Bar(name, total, tuple(parts))
