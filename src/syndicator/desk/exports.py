"""The history as files, streamed: CSV that no spreadsheet takes for formulas, and a JSON array."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from syndicator.desk import times

BOM = "\ufeff"
"""Tells spreadsheets that a file is UTF-8."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
BATCH = 200  # rows written at once

Entries = Iterable[Mapping[str, Any]]
Writer = Callable[[Entries, Sequence[str]], Iterator[bytes]]


def as_csv(entries: Entries, fields: Sequence[str]) -> Iterator[bytes]:
    """A line of heads, then one line a row. Texts that a spreadsheet would calculate begin with an apostrophe."""
    yield (BOM + _lines([fields])).encode()
    yield from (
        _lines(batch).encode() for batch in _batches([harmless(one[name]) for name in fields] for one in entries)
    )


def as_json(entries: Entries, fields: Sequence[str]) -> Iterator[bytes]:
    """An array of objects with the same keys. Times are UTC, in ISO 8601."""
    lead = "[\n"
    for batch in _batches({name: one[name] for name in fields} for one in entries):
        yield (lead + ",\n".join(_dumped(one) for one in batch)).encode()
        lead = ",\n"
    yield b"[]\n" if lead == "[\n" else b"\n]\n"


def harmless(value: Any) -> str | int | float:
    """A cell that a spreadsheet shows and never calculates; numbers stay numbers."""
    if isinstance(value, int | float):
        return value
    text = "" if value is None else value if isinstance(value, str) else _told(value)
    # Spreadsheets skip blanks before a formula.
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA) or text.startswith(FORMULA) else text


WRITERS: Mapping[str, tuple[Writer, str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "json": (as_json, "application/json"),
}
"""How a file of each kind is written, and its media type."""


def _told(value: Any) -> str:
    told = _plain(value) if isinstance(value, date) else _dumped(value)
    return str(told)


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return times.iso(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _lines(rows: Iterable[Sequence[Any]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue()


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
