"""The members of a push, read strictly: what has another type than it should is named by its path, never guessed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from syndicator.sources import dates
from syndicator.sources.entry import DocumentError

LARGEST = 100_000
"""Pixels; no photo has more to a side."""

_KINDS = ((str, "a text"), (bool, "true or false"), (int | float, "a number"), (list, "a list"), (dict, "an object"))


class Unfit(DocumentError):
    """A member that does not fit: `field` is its path ("article.photos[0].url"), `message` what was expected."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Node:
    """An object of a push and where it stands in it. What is missing or null reads as empty. Raises Unfit."""

    values: Mapping[str, Any]
    at: str = ""

    def has(self, name: str) -> bool:
        """Whether it says anything of this."""
        return self.values.get(name) is not None

    def path(self, name: str) -> str:
        """Where a member stands."""
        return f"{self.at}.{name}" if self.at else name

    def text(self, name: str) -> str:
        """A text."""
        return _text(self._typed(name, str, ""))

    def name(self, name: str) -> str:
        """A text or a number that names something."""
        value = self.values.get(name)
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else self.text(name)

    def flag(self, name: str) -> bool:
        """true or false."""
        found: bool = self._typed(name, bool, False)
        return found

    def pixels(self, name: str) -> int:
        """A whole number of pixels, 0 when nobody says."""
        value = self._typed(name, int | float, 0)
        if isinstance(value, bool) or not 0 <= value <= LARGEST:
            raise Unfit(self.path(name), f"expected a number of pixels from 0 to {LARGEST:,}")
        return int(value)

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        values = self._typed(name, list, [])
        for number, value in enumerate(values):
            if not isinstance(value, str):
                raise Unfit(f"{self.path(name)}[{number}]", _expected("a text", value))
        return [_text(value) for value in values]

    def node(self, name: str) -> "Node":
        """An object; [] is none, as PHP writes it."""
        if self.values.get(name) == []:
            return Node({}, self.path(name))
        return Node(self._typed(name, dict, {}), self.path(name))

    def nodes(self, name: str) -> list["Node"]:
        """A list of objects."""
        found = [Node(value, f"{self.path(name)}[{n}]") for n, value in enumerate(self._typed(name, list, []))]
        for one in found:
            if not isinstance(one.values, dict):
                raise Unfit(one.at, _expected("an object", one.values))
        return found

    def when(self, name: str, zone: ZoneInfo) -> datetime | date | None:
        """A moment or a day."""
        text = self.text(name)
        found = dates.parse(text, zone) if text else None
        if text and found is None:
            raise Unfit(self.path(name), "expected a moment, as 2026-11-23T09:30:00Z, or a day, as 2026-11-23")
        return found

    def moment(self, name: str, zone: ZoneInfo) -> datetime | None:
        """A moment."""
        found = self.when(name, zone)
        if found is not None and not isinstance(found, datetime):
            raise Unfit(self.path(name), "expected a moment, as 2026-11-23T09:30:00Z")
        return found

    def _typed(self, name: str, kind: Any, empty: Any) -> Any:
        value = self.values.get(name)
        if value is None:
            return empty
        if not isinstance(value, kind):
            raise Unfit(self.path(name), _expected(next(words for one, words in _KINDS if one == kind), value))
        return value


def root(body: bytes) -> Node:
    """The object that a body is. Raises Unfit."""
    try:
        found = json.loads(body.decode("utf-8-sig"), strict=False)
    except (ValueError, RecursionError):
        raise Unfit("body", "expected JSON in UTF-8") from None
    if not isinstance(found, dict):
        raise Unfit("body", _expected("an object", found))
    return Node(found)


def _expected(wanted: str, found: object) -> str:
    kinds = [words for kind, words in _KINDS if isinstance(found, kind)]
    return f"expected {wanted}, found {kinds[0] if kinds else 'nothing'}"


def _text(value: str) -> str:
    """Without white space around it, and without halves of characters, which no database takes."""
    return value.strip() if value.isascii() else value.encode("utf-8", "replace").decode().strip()
