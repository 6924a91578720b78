"""What is wrong with a table, in sentences a person can act on: key path, what was found, what was expected."""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from syndicator.config.schema import Table

T = TypeVar("T", bound=Table)

_EXPECTED = {
    "string_type": "a text in quotes",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "list_type": 'a list, such as ["News"]',
    "dict_type": 'a table, such as { utm_medium = "social" }',
    "string_pattern_mismatch": "a name of letters, digits, dots, dashes and underscores",
}
_HUSH = {"ledger.url", "alerts.webhook", "alerts.command"}  # values that may hold a password or a token
_SHOWN = 60


def did_you_mean(word: str, known: Collection[str]) -> str:
    """A hint that names the closest known word, or ""."""
    close = get_close_matches(word, known, 1)
    return f'; did you mean "{close[0]}"?' if close else ""


def found(value: object, path: str = "") -> str:
    """A value as the file writes it, cut short, without what may be secret in it."""
    if path in _HUSH:
        return "found another value (not shown here)"
    if value is True or value is False:
        return f"found {str(value).lower()}"
    if isinstance(value, str):
        text = re.sub(r"//[^/\s]*@", "//…@", value.split("?", 1)[0] if "://" in value else value)
        return f'found "{text[:_SHOWN]}{"…" if len(text) > _SHOWN else ""}"'
    if isinstance(value, Mapping):
        return "found a table"
    if isinstance(value, list):
        return "found a list"
    return f"found {str(value)[:_SHOWN]}"


def checked(model: type[T], table: object, path: str, problems: list[str], known: Collection[str] = ()) -> T | None:
    """The table as its model, or None with a sentence for each mistake added to `problems`.

    `known` are further keys to propose for a misspelt one.
    """
    if not isinstance(table, dict):
        problems.append(f"{path}: {found(table)}, expected a table [{path}]")
        return None
    try:
        return model.model_validate(table)
    except ValidationError as error:
        keys = [*model.model_fields, *known]
        problems.extend(_sentence(model, detail, path, keys) for detail in error.errors(include_url=False))
        return None


def unknown_key(path: str, key: str, known: Collection[str]) -> str:
    """The sentence for a key nobody reads."""
    hint = did_you_mean(key, known) or f"; known are {', '.join(sorted(known))}"
    return f"{path}.{key}: unknown key{hint}"


def _sentence(model: type[Table], detail: ErrorDetails, path: str, keys: Collection[str]) -> str:
    *parents, last = (str(part) for part in detail["loc"] if part != "[key]")
    where = ".".join((path, *parents, last))
    if detail["type"] == "extra_forbidden":
        return unknown_key(path, last, keys)
    if detail["type"] == "missing":
        example = (model.model_fields[last].examples or ["…"])[0]
        return f'{where}: missing; write {last} = "{example}"'
    key_path = ".".join((path, *parents[:1])) if parents else where
    value = last if "[key]" in detail["loc"] else detail["input"]
    return f"{where}: {found(value, key_path)}, expected {_expected(detail)}"


def _expected(detail: ErrorDetails) -> str:
    context: dict[str, Any] = detail.get("ctx", {})
    match detail["type"]:
        case "value_error":
            return str(context["error"])
        case "literal_error":
            words = re.findall(r"'([^']*)'", context["expected"])
            quoted = " or ".join(f'"{word}"' for word in words)
            return f"{quoted}{did_you_mean(str(detail['input']), words)}"
        case "greater_than_equal":
            return f"at least {context['ge']}"
        case kind:
            return _EXPECTED.get(kind, detail["msg"])
