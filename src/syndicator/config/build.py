"""From the tables of a file to the Config: checks each, merges accounts with the common rules, resolves paths."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from syndicator.config.accounts import AccountReader, check_rules, merged
from syndicator.config.problems import checked, did_you_mean, found
from syndicator.config.schema import (
    NAMED,
    SECTIONS,
    AlertsTable,
    DeliveryTable,
    DeskTable,
    LedgerTable,
    LinksTable,
    LogTable,
    NewsroomTable,
    PathsTable,
    PhotosTable,
    PolicyTable,
    SourceTable,
    Table,
)
from syndicator.config.secrets import Vault
from syndicator.config.tree import Alerts, Config, Desk, Newsroom, Photos
from syndicator.errors import ConfigError
from syndicator.models import DeliveryRules, Needs, Policy, Source

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_SQLITE = "sqlite:///"
_LEDGER_URL = "SYNDICATOR_LEDGER_URL"
T = TypeVar("T", bound=Table)


@dataclass(frozen=True, slots=True)
class _Reader:
    """The raw tables and the mistakes found so far."""

    raw: Mapping[str, object]
    problems: list[str]

    def section(self, name: str, model: type[T]) -> T:
        """The section's table; its defaults when it is wrong, so that the rest can be checked too."""
        table = checked(model, self.raw.get(name, {}), name, self.problems)
        return table if table is not None else model.model_construct()

    def named(self, kind: str) -> Iterator[tuple[str, object]]:
        """Names and tables below [sources] or [accounts]."""
        tables = self.raw.get(kind, {})
        if not isinstance(tables, dict):
            self.problems.append(f"{kind}: {found(tables)}, expected tables by name, such as [{kind}.world]")
            return
        for name, table in tables.items():
            if _NAME.fullmatch(name):
                yield name, table
            else:
                self.problems.append(f'{kind}: found the name "{name}", expected small letters, digits and dashes')


def build(file: Path, raw: Mapping[str, object], environ: Mapping[str, str], platforms: Mapping[str, Needs]) -> Config:
    """The Config of one file's tables. Raises ConfigError with every mistake, one per line."""
    known = (*SECTIONS, *NAMED)
    problems = [f"{key}: unknown table{did_you_mean(key, known)}" for key in raw if key not in known]
    reader = _Reader(raw, problems)
    newsroom, paths = reader.section("newsroom", NewsroomTable), reader.section("paths", PathsTable)
    photos, links = reader.section("photos", PhotosTable), reader.section("links", LinksTable)
    desk, alerts = reader.section("desk", DeskTable), reader.section("alerts", AlertsTable)
    ledger, log = _ledger(reader, environ), reader.section("log", LogTable)
    policy = merged(Policy(), reader.section("policy", PolicyTable))
    rules = merged(DeliveryRules(), reader.section("delivery", DeliveryTable))
    check_rules(rules, "delivery", problems)
    sources = {name: _source(name, table, problems) for name, table in reader.named("sources")}
    accounts = AccountReader(policy, rules, platforms, tuple(sources), problems)
    made = {name: accounts.read(name, table) for name, table in reader.named("accounts")}
    if problems:
        raise ConfigError("\n".join(f"{file}: {problem}" for problem in problems))
    base = file.parent
    return Config(
        file=file,
        newsroom=Newsroom(newsroom.name, ZoneInfo(newsroom.timezone), newsroom.language, newsroom.contact),
        ledger_url=_resolved(ledger.url, base),
        templates=base / paths.templates,
        secrets_file=base / paths.secrets,
        photos=Photos(base / photos.dir, photos.keep),
        utm=links.utm,
        policy=policy,
        delivery=rules,
        sources=sources,
        accounts=made,
        desk=Desk(desk.listen, desk.public_url, tuple(desk.trusted_proxies), desk.undo_send),
        alerts=Alerts(alerts.webhook, alerts.command, alerts.silence),
        log_format=log.format,
        _vault=Vault(base / paths.secrets, environ, platforms),
    )


def _ledger(reader: _Reader, environ: Mapping[str, str]) -> LedgerTable:
    table = reader.section("ledger", LedgerTable)
    if not environ.get(_LEDGER_URL):
        return table
    problems: list[str] = []
    given = checked(LedgerTable, {"url": environ[_LEDGER_URL]}, "ledger", problems)
    reader.problems.extend(problem.replace("ledger.url", _LEDGER_URL) for problem in problems)
    return given or table


def _resolved(url: str, base: Path) -> str:
    """The ledger's address with an absolute file: a relative one starts at the configuration file."""
    if not url.startswith(_SQLITE):
        return url
    return f"{_SQLITE}{base / url.removeprefix(_SQLITE)}"


def _source(name: str, raw: object, problems: list[str]) -> Source:
    table = checked(SourceTable, raw, f"sources.{name}", problems)
    if table is None:
        return Source(name=name, url="")
    if table.type == "page" and not table.select:
        problems.append(f'sources.{name}.select: missing, expected the CSS selector of its links, as "main h2 a"')
    if table.slowest < table.every:
        table = table.model_copy(update={"slowest": table.every})
    return Source(name=name, **table.values())
