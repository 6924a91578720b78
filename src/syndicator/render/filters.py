"""The filters beside Jinja2's own, and the marks that `fit` leaves in what a template prints."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime

import regex  # type: ignore[import-untyped]
from jinja2 import pass_context
from jinja2.runtime import Context

from syndicator.text import Mark, graphemes, oneline

# Noncharacters cannot stand in an article's texts (`normalise` removes them), so they can stand for marks.
_OPEN, _CLOSE, _ZERO = "\ufdd0", "\ufdd1", 0xFDE0
_MARK = re.compile(f"{_OPEN}([{chr(_ZERO)}-{chr(_ZERO + 9)}]+){_CLOSE}")
_STRAY = re.compile("[\ufdd0-\ufdef]")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}_]+")
_NAMED = frozenset({"short", "medium", "long", "full"})


@dataclass(slots=True)
class Run:
    """One rendering: its language, the steps its loops may still take, the marks made so far."""

    language: str
    steps: int
    marks: list[Mark] = field(default_factory=list)


current: ContextVar[Run] = ContextVar("rendering")


class Tags(str):
    """Hashtags in a row: they shrink by whole tags, without an ellipsis."""

    __slots__ = ()


def plain(value: object) -> str:
    """The value as text, None as "". Raises ValueError for what `fit` has marked: it cannot be changed any more."""
    text = "" if value is None else str(value)
    if _STRAY.search(text):
        raise ValueError("fit must come last: what it has marked cannot be changed any more")
    return text


# `pass_context` keeps Jinja2 from working out a filter of constants once and for all when it compiles a template.
@pass_context
def fit(
    _context: Context,
    value: object,
    order: int = 1,
    min: int = 0,  # noqa: A002
    pre: str = "",
    post: str = "",
) -> str:
    """Marks a part that may shrink to `min` graphemes, lower orders first; at 0 it goes with its `pre` and `post`."""
    marks = current.get().marks
    text, pre, post = plain(value).strip(), plain(pre), plain(post)
    marks.append(
        Mark(text, order, min, pre, post, ellipsis="") if isinstance(value, Tags) else Mark(text, order, min, pre, post)
    )
    return _OPEN + "".join(chr(_ZERO + int(digit)) for digit in str(len(marks) - 1)) + _CLOSE


def hashtag(value: object) -> str:
    """ "climate change" as "#ClimateChange"; "" where only digits and signs are left."""
    words = _WORD.findall(re.sub("['’]", "", plain(value)))
    joined = words[0] if len(words) == 1 else "".join(word[:1].upper() + word[1:] for word in words)
    return f"#{joined}" if regex.search(r"\p{L}", joined) else ""


def hashtags(values: Iterable[object], count: int = 3) -> Tags:
    """The first `count` different hashtags, in a row."""
    found: dict[str, str] = {}
    for tag in map(hashtag, values):
        if tag:
            found.setdefault(tag.casefold(), tag)
    return Tags(" ".join(list(found.values())[: max(count, 0)]))


@pass_context
def format_date(_context: Context, value: date | None, pattern: str = "long") -> str:
    """A day or moment in the post's language: short, medium, long, full, or a Unicode pattern such as "d MMMM"."""
    if value is None:
        return ""
    from babel import Locale, UnknownLocaleError, dates

    try:
        locale = Locale.parse(current.get().language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse("en")
    if pattern in _NAMED:
        return dates.format_date(value, pattern, locale)
    try:
        return str(dates.parse_pattern(pattern).apply(value, locale))
    except AttributeError:
        if isinstance(value, datetime):
            raise
        raise ValueError(
            f"date({pattern!r}) needs a time and only a day is known: ask published_is_day first"
        ) from None


FILTERS: Mapping[str, Callable[..., str]] = {
    "fit": fit,
    "hashtag": hashtag,
    "hashtags": hashtags,
    "date": format_date,
    "oneline": lambda value: oneline(plain(value)),
}


# ---------------------------------------------------------------------------------------------- marks in printed text


@dataclass(frozen=True, slots=True)
class Printed:
    """What a template has printed: its marks in order of place, and what stands around them (one part more)."""

    fixed: list[str]
    marks: list[Mark]

    def with_marks(self, marked: Sequence[str]) -> str:
        """The text with the marks as given."""
        return "".join(part for pair in zip(self.fixed, [*marked, ""], strict=True) for part in pair)

    def full(self) -> str:
        """The text with every mark at its full length."""
        return self.with_marks([mark.at(graphemes(mark.text)) for mark in self.marks])


def split(text: str, marks: Sequence[Mark]) -> Printed:
    """Finds the marks again in what was printed. Raises ValueError where another filter has damaged one."""
    parts = _MARK.split(text)
    found = [marks[int("".join(str(ord(digit) - _ZERO) for digit in number))] for number in parts[1::2]]
    return Printed([plain(part) for part in parts[::2]], found)
