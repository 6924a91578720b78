"""How answers look: tables for a terminal, tab-separated lines for a pipe, JSON for machines; times in two manners."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ")
_IN_TEXT = {code: blank for code, blank in _CONTROLS.items() if code != 10}


def plain(text: str) -> str:
    """One line without control characters: what others wrote must not steer a terminal."""
    return text.translate(_CONTROLS)


def block(text: str, indent: str = "    ") -> str:
    """A text of several lines, indented, without control characters."""
    return "\n".join(indent + line for line in text.translate(_IN_TEXT).split("\n"))


def local(moment: datetime | date | None, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """A time by the newsroom's clock, a day as it is, "" for none."""
    if moment is None:
        return ""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def utc(moment: datetime) -> str:
    """A time for machines: 2026-11-23T14:05:09.123Z."""
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def for_machines(value: Any) -> Any:
    """What `json` does not know by itself."""
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def as_json(value: Any) -> str:
    """One value as JSON, times in UTC with milliseconds and Z."""
    return json.dumps(value, ensure_ascii=False, default=for_machines)


def stream_json(values: Iterable[Mapping[str, Any]]) -> None:
    """Print an array as its entries come, one a line."""
    lead = "[\n"
    for value in values:
        print(lead + as_json(value), end="")
        lead = ",\n"
    print("[]" if lead == "[\n" else "\n]")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str = "") -> None:
    """Print rows: a table as wide as a terminal, or tab-separated lines below their heads when piped."""
    cells = [[plain("" if cell is None else str(cell)) for cell in row] for row in rows]
    if not cells and empty and sys.stdout.isatty():
        print(empty)
    elif sys.stdout.isatty():
        _draw(heads, cells)
    else:
        for line in (heads, *cells):
            print("\t".join(line))


def _draw(heads: Sequence[str], cells: Iterable[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        drawn.add_column(head, overflow="fold")
    for row in cells:
        drawn.add_row(*map(Text, row))
    Console().print(drawn)


def facts(pairs: Iterable[tuple[str, object]]) -> None:
    """Print names and values below each other; what is empty is left out."""
    for name, value in pairs:
        if value not in (None, "", ()):
            print(f"{name + ':':<14}{plain(str(value))}")
