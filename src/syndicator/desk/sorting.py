"""Tables that are sorted by their heads: ?sort=NAME, or -NAME for the other way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from syndicator.desk.i18n import _


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `key` names what it is sorted by in a row's "sort" ("" for none); `word` is to be translated.

    `down` begins with the greatest; `wide` is hidden on phones; `hidden` is a head for screen readers only.
    """

    key: str
    word: str
    num: bool = False
    wide: bool = False
    down: bool = False
    hidden: bool = False


def heads(columns: Sequence[Column], path: str, asked: str) -> list[dict[str, Any]]:
    """The heads as the macro `thead` takes them. `asked` is the query's "sort", "" for the first column's order."""
    return [_head(one, path, asked or _first(columns)) for one in columns]


def ordered(rows: Sequence[dict[str, Any]], columns: Sequence[Column], asked: str) -> list[dict[str, Any]]:
    """The rows in the order asked for; a row without a value comes last whichever way. Unknown words: the first's."""
    known = {one.key for one in columns if one.key}
    asked = asked if asked.removeprefix("-") in known else _first(columns)
    key = asked.removeprefix("-")
    there = [row for row in rows if row["sort"][key] is not None]
    gone = [row for row in rows if row["sort"][key] is None]
    return sorted(there, key=lambda row: row["sort"][key], reverse=asked.startswith("-")) + gone


def _first(columns: Sequence[Column]) -> str:
    return next(one.key for one in columns if one.key)


def _head(column: Column, path: str, asked: str) -> dict[str, Any]:
    head: dict[str, Any] = {
        "word": _(column.word), "num": column.num, "wide": column.wide, "hidden": column.hidden,
        "sorted": "", "sort": "",
    }  # fmt: skip
    if not column.key:
        return head
    wanted = f"-{column.key}" if column.down else column.key
    if asked.removeprefix("-") == column.key:
        head["sorted"] = "descending" if asked.startswith("-") else "ascending"
        wanted = column.key if asked.startswith("-") else f"-{column.key}"
    return head | {"sort": f"{path}?{urlencode({'sort': wanted})}"}
