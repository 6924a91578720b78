"""What the desk says about itself: the strip, empty pages, the stop bar, refusals. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syndicator.desk import times
from syndicator.desk.i18n import N_, _, several
from syndicator.desk.states import actor_name

NOTHING_NEEDED = N_("Nothing needs you.")
NO_MATCH = N_("No waiting post matches.")
CLEAR_FILTERS = N_("Clear filters")
SEARCH_ALL = N_("Search all dates")
ADD_BY_ADDRESS = N_("Add the article by its address")
RESUME_SENDING = N_("Resume sending")
KEEP = N_("Keep as it is")
TWICE = N_("If it is there after all, it will be public twice.")
PROBLEM = N_("There is a problem")
OLD_FORM = N_("This form is too old or did not come from the desk. Nothing was changed. Reload the page.")
NO_LEDGER = N_("The ledger cannot be read. Run `syndicator check`.")


@dataclass(frozen=True, slots=True)
class Need:
    """One part of the strip: its kind, its shape, how many, and in words ("2 failed")."""

    kind: str
    shape: str
    number: int
    words: str


_NEEDS = (
    ("unknown", "diamond", "{n} not known", "{n} not known"),
    ("failed", "cross", "{n} failed", "{n} failed"),
    ("approval", "bars", "{n} held for approval", "{n} held for approval"),
    ("held", "bars", "{n} held", "{n} held"),
    ("paused", "bang", "{n} account paused", "{n} accounts paused"),
    ("source", "bang", "{n} source failing", "{n} sources failing"),
    ("changed", "tilde", "{n} changed since sent", "{n} changed since sent"),
)


def strip(counts: Mapping[str, int]) -> list[Need]:
    """What needs somebody, the worst first; empty: say NOTHING_NEEDED.

    Kinds: unknown, failed, approval (held by a policy's wish for approval), held (for any other reason), paused
    (accounts), source, changed.
    """
    return [
        Need(kind, shape, counts[kind], several(one, many, counts[kind]))
        for kind, shape, one, many in _NEEDS
        if counts.get(kind)
    ]


# ---------------------------------------------------------------------------------------------- empty pages


def nothing_waits(last: datetime | None, title: str, accounts: int, now: datetime, zone: ZoneInfo) -> str:
    """For an empty queue. `last` is when the last post was sent, `title` its story's, on so many `accounts`."""
    parts = [_("Nothing is waiting.")]
    if last:
        on = several("on {n} account", "on {n} accounts", accounts)
        said = _("Last post: {time}, {title}, {on}.")
        parts.append(said.format(time=times.at(last, now, zone), title=title, on=on))
    return " ".join([*parts, _("New articles appear here by themselves.")])


_NUMBERS = (N_("Two"), N_("Three"), N_("Four"), N_("Five"), N_("Six"))


def missing(things: Sequence[str]) -> str:
    """For a first start: "Three things are missing: a source, an account, an editor."; "" when nothing is."""
    if not things:
        return ""
    named = ", ".join(things)
    if len(things) == 1:
        return _("One thing is missing: {things}.").format(things=named)
    number = _(_NUMBERS[len(things) - 2]) if len(things) - 2 < len(_NUMBERS) else str(len(things))
    return _("{number} things are missing: {things}.").format(number=number, things=named)


def nothing_found(words: str, first: date | None, last: date | None, today: date) -> str:
    """For an empty search: 'Nothing was sent, held or suppressed under "allotment" from 16 to 22 Nov.'"""
    said = _("Nothing was sent, held or suppressed")
    if words:
        said += _(' under "{words}"').format(words=words)
    if first and last and first != last:
        said += _(" from {period}").format(period=times.period(first, last, today))
    elif first and last:
        said += _(" on {day}").format(day=times.period(first, last, today))
    elif first:
        said += _(" since {day}").format(day=times.period(first, first, today))
    elif last:
        said += _(" until {day}").format(day=times.period(last, last, today))
    return f"{said}."


# ---------------------------------------------------------------------------------------------- the stop bar


def stopped(
    at: datetime, by: str, reason: str, waiting: int, now: datetime, zone: ZoneInfo, names: Mapping[str, str]
) -> str:
    """The red bar: since when, by whom (an actor), why, and how many posts wait."""
    said = _("Sending is stopped since {time} by {who}").format(
        time=times.until(at, now, zone), who=actor_name(by, names)
    )
    wait = several("{n} post waits.", "{n} posts wait.", waiting)
    return f"{said}: {reason.rstrip('.')}. {wait}" if reason else f"{said}. {wait}"


def sending_again(waiting: int, last: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """After a stop: how many posts leave, and about when the last of them does."""
    parts = [_("Sending again.")]
    if waiting and last and last > now:
        said = several(
            "{n} post leaves by about {{time}}.", "{n} posts leave one after another until about {{time}}.", waiting
        )
        parts.append(said.format(time=times.until(last, now, zone)))
    elif waiting:
        parts.append(several("{n} post leaves.", "{n} posts leave one after another.", waiting))
    return " ".join(parts)


# ---------------------------------------------------------------------------------------------- refusals


def other_text(who: str, at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Two editors wrote at once; `who` is the faster one's display name."""
    said = _("{who} saved another text at {time} while you were writing. Yours is kept below.")
    return said.format(who=who, time=times.until(at, now, zone))


def logged_out(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Over a page whose session has ended."""
    return _("You were logged out at {time}. Log in here; your text is kept.").format(time=times.until(at, now, zone))


def too_long(over: int, label: str) -> str:
    """The text does not fit: by how many characters."""
    said = several(
        "The text is {n} character too long for {{label}}.", "The text is {n} characters too long for {{label}}.", over
    )
    return said.format(label=label)


def too_many(number: int, most: int) -> str:
    """More posts than one action takes."""
    return _("{n} posts are selected; {most} can be changed at once.").format(n=number, most=most)
