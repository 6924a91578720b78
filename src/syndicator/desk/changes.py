"""What the newsroom changed about a story, in words: for the story's page, the list of changes and the story so far."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from syndicator.desk import times
from syndicator.desk.i18n import N_, _, several
from syndicator.models import Revision

SHOWN = 3
"""How many changes a story's page shows beside those that are somebody's turn."""

_WORDS = {
    "headline": N_("headline"),
    "summary": N_("summary"),
    "photo": N_("photo"),
    "body": N_("body"),
    "correction": N_("correction note"),
    "address": N_("address"),
    "embargo": N_("embargo"),
    "warning": N_("warning"),
}
_SHORT = 80  # characters of a value that stands in a sentence


@dataclass(frozen=True, slots=True)
class Told:
    """One change as a page shows it: a sentence, what differs as (what, before, after), and whether somebody is asked.

    `kind` is the class it is drawn with, "" for none.
    """

    words: str
    rows: tuple[tuple[str, str, str], ...]
    open: bool
    kind: str = ""


def told(revisions: Sequence[Revision], now: datetime, zone: ZoneInfo) -> list[Told]:
    """The changes a story's page shows, the newest first: all that are open, and the last few."""
    newest = list(reversed(revisions))
    shown = [one for place, one in enumerate(newest) if is_open(one) or place < SHOWN]
    return [Told(_notice(one, now, zone), _rows(one, zone), is_open(one), _kind(one)) for one in shown]


def sentence(one: Revision, zone: ZoneInfo) -> str:
    """A change in one line, as the story so far has it: 'article changed: headline “31 dead” → “dozens”'."""
    if one.kind == "withdrawn":
        return _("article taken back: {why}").format(why=one.detail)
    if one.kind == "restored":
        return _("article is there again")
    return _("article changed: {what}").format(what=", ".join(_change(*row) for row in _rows(one, zone)))


def brief(one: Revision) -> str:
    """What kind of change it is: "headline, photo", "taken back: its page answers 410 (Gone)"."""
    if one.kind == "withdrawn":
        return _("taken back: {why}").format(why=one.detail)
    return _("is there again") if one.kind == "restored" else ", ".join(_names(one))


def by_whom(one: Revision) -> str:
    """Who made it known."""
    return _("source {name}").format(name=one.source) if one.source else _("the article's page")


def dealt_with(revisions: Iterable[Revision]) -> Mapping[tuple[datetime, str], None]:
    """When people said that they had dealt with changes, and who, each once."""
    return {(one.seen_at, one.seen_by): None for one in revisions if one.seen_at}


def is_open(one: Revision) -> bool:
    """Whether it came after a post was out, and nobody has dealt with it."""
    return one.public > 0 and one.seen_at is None


def _kind(one: Revision) -> str:
    return "failed" if one.kind == "withdrawn" else "held" if is_open(one) else ""


def _notice(one: Revision, now: datetime, zone: ZoneInfo) -> str:
    at = _at(one.at, now, zone)
    if one.kind == "withdrawn":
        said = _("The newsroom took this article back {time}: {why}.").format(time=at, why=one.detail)
    elif one.kind == "restored":
        said = _("The article was found again {time}. Its posts wait for somebody.").format(time=at)
    else:
        said = _("The article changed {time}: {what}.").format(time=at, what=", ".join(_names(one)))
    if not one.public:
        return said
    return said + " " + several("{n} post was out.", "{n} posts were out.", one.public)


def _at(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """ "at 14:29", "yesterday 22:54"."""
    said = times.at(moment, now, zone)
    return _("at {time}").format(time=said) if said[:1].isdigit() else said


def _names(one: Revision) -> list[str]:
    return [_(_WORDS.get(change[0], change[0])) for change in one.changes]


def _rows(one: Revision, zone: ZoneInfo) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (_(_WORDS.get(what, what)), _value(what, before, zone), _value(what, after, zone))
        for what, before, after in one.changes
    )


def _value(what: str, value: str, zone: ZoneInfo) -> str:
    """A value as people read it: a moment by the newsroom's clock."""
    if what != "embargo" or not value:
        return value
    return f"{datetime.fromisoformat(value).astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _change(what: str, before: str, after: str) -> str:
    old, new = _cut(before), _cut(after)
    if old and new:
        return f"{what} “{old}” → “{new}”"
    return f"{what} “{new}”" if new else _("{what} gone, was “{old}”").format(what=what, old=old)


def _cut(value: str) -> str:
    return value if len(value) <= _SHORT else value[: _SHORT - 1].rstrip() + "…"
