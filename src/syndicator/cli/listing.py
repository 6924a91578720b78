"""The history as a table, a streamed JSON array, or CSV that no spreadsheet takes for formulas."""

import csv
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from syndicator.cli import show, when
from syndicator.cli.options import Options
from syndicator.cli.rooms import opened
from syndicator.config import Config
from syndicator.errors import ConfigError
from syndicator.ledger import Filter, Ledger
from syndicator.ledger.history import FIELDS
from syndicator.models import Status

LIMIT = 50  # lines of a table, unless said otherwise
HEADS = ("changed", "id", "account", "state", "title", "where or why")
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Entries = Iterator[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asked for, as typed."""

    account: str = ""
    statuses: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    search: str = ""
    limit: int | None = None


def list_history(options: Options, question: Question, form: str) -> None:
    """Print what was asked for. Raises ConfigError for an account, state or time there is not."""
    with opened(options) as (config, ledger):
        wanted = _filter(config, ledger, question, LIMIT if form == "table" else None)
        PRINTERS[form](ledger.history.entries(wanted), config)


def _filter(config: Config, ledger: Ledger, question: Question, limit: int | None) -> Filter:
    now, zone = datetime.now(UTC), config.newsroom.zone
    if question.account:
        known = {*config.accounts, *(state.name for state in ledger.accounts.states())}
        if question.account not in known:
            names = ", ".join(sorted(known)) or "none"
            raise ConfigError(f"--account: there is no account {question.account!r}; there are: {names}")
    return Filter(
        account=question.account,
        statuses=tuple(_status(name) for name in question.statuses),
        since=when.bound(question.since, now, zone, "since") if question.since else None,
        until=when.bound(question.until, now, zone, "until") if question.until else None,
        search=question.search,
        limit=question.limit or limit,
    )


def _status(name: str) -> Status:
    try:
        return Status(name.lower())
    except ValueError:
        raise ConfigError(f"--status: there is no state {name!r}; there are: {', '.join(Status)}") from None


def _table(entries: Entries, config: Config) -> None:
    zone = config.newsroom.zone
    lines = (
        (show.local(one["changed_at"], zone), one["id"], one["account"], one["status"], one["title"],
         one["permalink"] or one["detail"])
        for one in entries
    )  # fmt: skip
    show.table(HEADS, lines, empty="no post answers to that")


def _json(entries: Entries, _config: Config) -> None:
    show.stream_json(entries)


def _csv(entries: Entries, _config: Config) -> None:
    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(FIELDS)
    lines.writerows([harmless(one[name]) for name in FIELDS] for one in entries)


def harmless(value: object) -> object:
    """A cell that a spreadsheet shows and never calculates; numbers stay numbers."""
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, (list, tuple, Mapping)):
        value = show.as_json(value)
    text = "" if value is None else show.for_machines(value) if not isinstance(value, str) else value
    return f"'{text}" if text.startswith(FORMULA) else text


PRINTERS: Mapping[str, Callable[[Entries, Config], None]] = {"table": _table, "json": _json, "csv": _csv}
