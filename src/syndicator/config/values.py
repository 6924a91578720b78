"""The kinds of values a key can have. Each check raises ValueError with what is expected, for a person."""

import ipaddress
import re
from collections.abc import Callable
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from syndicator.config.durations import format_duration, parse_duration, parse_quiet_hours
from syndicator.models import QuietHours

_HOST = re.compile(r"[^\s/?#@\\]+")


def _duration(value: object) -> timedelta:
    return parse_duration(value if isinstance(value, str) else "")


def _settle(value: object) -> timedelta | None:
    return None if value == "" else _duration(value)


def _quiet(value: object) -> QuietHours | None:
    if value == "":
        return None
    return parse_quiet_hours(value if isinstance(value, str) else "-")


def _at_least(least: timedelta) -> Callable[[timedelta], timedelta]:
    def check(value: timedelta) -> timedelta:
        if value < least:
            raise ValueError(f'a duration of at least "{format_duration(least)}"')
        return value

    return check


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("a text that is not empty")
    return value.strip()


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        close = get_close_matches(value, sorted(available_timezones()), 1)
        hint = f'; did you mean "{close[0]}"?' if close else ""
        raise ValueError(f'a time zone by place, such as "Europe/Berlin"{hint}') from None


def _split(value: str) -> SplitResult | None:
    """The parts of an address with a host, or None when it is not one."""
    try:
        parts = urlsplit(value)
        _ = parts.port  # reading it is what checks it
    except ValueError:
        return None
    usable = parts.hostname and _HOST.fullmatch(parts.netloc.rpartition("@")[2]) and not re.search(r"\s", value)
    return parts if usable else None


def _web(value: str) -> str:
    parts = _split(value)
    if parts is None or parts.scheme not in {"http", "https"}:
        raise ValueError('an address that starts with "https://" or "http://"')
    if "@" in parts.netloc:
        raise ValueError("an address without user and password: what is secret must not stand in this file")
    return value


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _base(value: str) -> str:
    if value.startswith("file:///"):  # the memory network keeps its posts in a file, for trials and tests
        return value
    parts = urlsplit(_web(value))
    if parts.scheme == "http" and not _loopback(parts.hostname or ""):
        raise ValueError('an address that starts with "https://"; plain http is for this machine alone (127.0.0.1)')
    return value.rstrip("/")


def _ledger(value: str) -> str:
    if value.startswith("sqlite:///") and value.removeprefix("sqlite:///") not in {"", ":memory:"}:
        return value
    if value.startswith("postgresql+psycopg://") and urlsplit(value).path.strip("/"):
        return value
    raise ValueError('an address such as "sqlite:///var/syndicator.db" or "postgresql+psycopg://user@host/name"')


def _listen(value: str) -> str:
    parts = _split(f"//{value}")
    if parts is None or parts.port is None or parts.path or "@" in value:
        raise ValueError('an address and a port, such as "127.0.0.1:8600", or "" for no desk')
    return value


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value, strict=False))
    except ValueError:
        raise ValueError('an address or a network, such as "127.0.0.1" or "10.0.0.0/8"') from None


def _or_empty(check: Callable[[str], str]) -> Callable[[str], str]:
    return lambda value: check(value) if value else ""


def _language(value: str) -> str:
    if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value) is None:
        raise ValueError('a language by its short name, such as "en", "de" or "pt-BR"')
    return value


Text = Annotated[str, AfterValidator(_filled)]
Words = list[Text]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Pace = Annotated[timedelta, BeforeValidator(_duration), AfterValidator(_at_least(timedelta(seconds=1)))]
Settle = Annotated[timedelta | None, BeforeValidator(_settle)]
Quiet = Annotated[QuietHours | None, BeforeValidator(_quiet)]
Zone = Annotated[str, AfterValidator(_zone)]
Language = Annotated[str, AfterValidator(_language)]
MaybeLanguage = Annotated[str, AfterValidator(_or_empty(_language))]
WebAddress = Annotated[str, AfterValidator(_web)]
MaybeWebAddress = Annotated[str, AfterValidator(_or_empty(_web))]
BaseAddress = Annotated[str, AfterValidator(_or_empty(_base))]
LedgerAddress = Annotated[str, AfterValidator(_ledger)]
Listen = Annotated[str, AfterValidator(_or_empty(_listen))]
Networks = list[Annotated[str, AfterValidator(_network)]]
Utm = dict[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+$")], Text]
