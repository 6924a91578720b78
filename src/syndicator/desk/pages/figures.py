"""The history's charts: a period in three figures, each with its finding in words and its table."""

from datetime import date, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from syndicator.desk import asked, charts, times
from syndicator.desk.asked import Question
from syndicator.desk.context import Desk, desk_of
from syndicator.desk.found import address, question_of, value_word
from syndicator.desk.i18n import _
from syndicator.ledger.figures import LONGEST, Charts

router = APIRouter()

USUAL = timedelta(days=29)  # the period, with today, where nobody names one


@router.get("/history/charts")
def draw(request: Request) -> Response:
    """Three charts of a period, each with its finding in words and its table."""
    desk = desk_of(request)
    desk.person(request)
    question, errors = question_of(request)
    today = desk.now.astimezone(desk.room.zone).date()
    first, last, shortened = _period(question, today)
    figures = desk.room.ledger.figures.charts(first, last, desk.room.zone)
    days = charts.days_of(first, last)
    sent, waits, bars, finding = _drawn(desk, question, figures, days, today)
    tables = {name: _table(found, today) for name, found in (("sent", sent), ("waits", waits))}
    periods = [
        (
            address("/history/charts", asked.written(question, **{"from": begin, "to": ""})),
            word,
            begin == question.begin,
        )
        for word, begin in ((_("7 days"), "-6d"), (_("30 days"), "-29d"), (_("A year"), "-364d"))
    ]
    return desk.page(
        request,
        "charts.html",
        422 if errors else 200,
        period=f"{times.period(first, last, today)} ({times.place(desk.room.zone)})",
        periods=periods,
        rows=address("/history", asked.written(question)),
        shortened=errors[0][1] if errors else shortened or _left_out(question),
        sent=sent,
        waits=waits,
        days=tables,
        bars=bars,
        legend=charts.legend(bars),
        outcomes_finding=finding,
        nothing=_("Nothing in this period."),
    )


def _period(question: Question, today: date) -> tuple[date, date, str]:
    """The days that are drawn, and what is said where they are fewer than were asked for."""
    last = min(question.last or today, today)
    first = question.first or last - USUAL
    first = min(first, last)
    if (last - first).days < LONGEST:
        return first, last, ""
    return last - timedelta(days=LONGEST - 1), last, _("At most a year is drawn: its last days are shown.")


def _left_out(question: Question) -> str:
    others = [name for name in asked.FACETS if name != "account" and question.chosen(name)]
    if not (question.words or others):
        return ""
    return _("The charts count all posts of the period; words and filters other than the account are left out.")


def _drawn(
    desk: Desk, question: Question, figures: Charts, days: tuple[date, ...], today: date
) -> tuple[charts.Days, charts.Days, list[charts.Bar], str]:
    """The three charts, of the accounts that are asked for."""
    wanted = set(question.chosen("account"))
    named = {name: value_word(desk, "account", name, {}) for name in desk.room.accounts}
    sent = [(day, named.get(name, name), number) for day, name, number in figures.sent if not wanted or name in wanted]
    counts = {named.get(name, name): found for name, found in figures.outcomes.items() if not wanted or name in wanted}
    bars, finding = charts.outcomes(counts)
    return charts.sent(sent, days, today), charts.waits(figures.waits, days, today), bars, finding


def _table(found: charts.Days, today: date) -> list[tuple[date, str, list[float | None]]]:
    """A chart's days with their values."""
    return [
        (day, times.short_day(day, today), [one.values[n] for one in found.series]) for n, day in enumerate(found.days)
    ]
