"""Secrets of the accounts: environment, then credentials directory, then secrets file; never in a repr."""

import os
import re
import stat
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from syndicator.config.problems import unknown_key
from syndicator.errors import ConfigError
from syndicator.models import Account, Needs

SECRET = "secret"  # noqa: S105 - a key, not a value
"""The key of the one secret that a source has."""

_OTHERS = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH


class Secrets(Mapping[str, str]):
    """Secret values by key, plain on access; the repr shows the keys alone."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Secrets({', '.join(f'{key}=…' for key in self._values)})"


def environment_name(account: str, key: str) -> str:
    """The environment variable of one secret: account "x-main", key "api_key" is SYNDICATOR_X_MAIN_API_KEY."""
    return "SYNDICATOR_" + re.sub(r"[^A-Z0-9]", "_", f"{account}_{key}".upper())


@dataclass(frozen=True, slots=True, repr=False)
class Vault:
    """Where secrets are looked for. Holds the environment, no secret of its own."""

    file: Path
    environ: Mapping[str, str]
    platforms: Mapping[str, Needs] = field(default_factory=dict)

    def read(self, account: Account) -> Secrets:
        """The secrets of one account; see `Config.secrets`."""
        needs = self.platforms[account.platform]
        keys = (*needs.secrets, *needs.optional_secrets)
        nearer = {key: value for key in keys if (value := self._near(account.name, key))}
        if all(key in nearer for key in keys):
            return Secrets(nearer)
        values = self._filed(account.name, keys) | nearer
        missing = [key for key in needs.secrets if key not in values]
        if missing and account.enabled:
            raise ConfigError("\n".join(self._missing(account.name, key) for key in missing))
        return Secrets(values)

    def of_source(self, name: str) -> str:
        """The secret of a source that pushes. Raises ConfigError."""
        found = self._near(name, SECRET) or self._filed(name, (SECRET,)).get(SECRET, "")
        if not found:
            raise ConfigError(self._missing(name, SECRET, "sources"))
        return found

    def of_sources(self, names: Iterable[str]) -> set[str]:
        """The secrets of these sources that can be read now."""
        known = set()
        for name in names:
            with suppress(ConfigError):
                known.add(self.of_source(name))
        return known

    def values(self, accounts: Iterable[Account], urls: Iterable[str], whole: Iterable[str]) -> frozenset[str]:
        """Every secret that can be read now: of the accounts, the passwords within `urls`, and `whole` as they are."""
        known = set(whole)
        for account in accounts:
            known |= self._readable(account)
        for url in urls:
            parts = urlsplit(url)
            password = parts.password or ""
            known |= {password, unquote(password), *parse_qs(parts.query).get("password", ())}
        return frozenset(known - {""})

    def _readable(self, account: Account) -> set[str]:
        needs = self.platforms[account.platform]
        keys = (*needs.secrets, *needs.optional_secrets)
        known = set()
        with suppress(ConfigError):
            known |= set(self._filed(account.name, keys).values())
        for key in keys:
            with suppress(ConfigError):
                known.add(self._near(account.name, key))
        return known

    def _near(self, account: str, key: str) -> str:
        """The value from the environment or the credentials directory, or ""."""
        name = environment_name(account, key)
        given = self.environ.get(name, "").strip()
        folder = self.environ.get("CREDENTIALS_DIRECTORY", "")
        if given or not folder:
            return given
        for path in (Path(folder, f"{account}.{key}"), Path(folder, name)):
            try:
                return path.read_text(encoding="utf-8").strip()
            except FileNotFoundError:
                continue
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(f"{path}: cannot be read as text: {_reason(error)}") from None
        return ""

    def _filed(self, account: str, keys: tuple[str, ...]) -> dict[str, str]:
        """The values of one account in the secrets file; none when there is no file."""
        table = _load(self.file).get(account, {})
        if not isinstance(table, dict):
            raise ConfigError(f"{self.file}: {account}: expected a table [{account}]")
        problems = [unknown_key(account, key, keys) for key in table if key not in keys]
        problems += [
            f"{account}.{key}: expected a text in quotes" for key, value in table.items() if not isinstance(value, str)
        ]
        if problems:
            raise ConfigError("\n".join(f"{self.file}: {problem}" for problem in problems))
        return {key: value.strip() for key, value in table.items() if value.strip()}

    def _missing(self, account: str, key: str, kind: str = "accounts") -> str:
        name = environment_name(account, key)
        return (
            f'{kind}.{account}: no secret "{key}": set {name} in the environment, or put it into the file '
            f'{account}.{key} in $CREDENTIALS_DIRECTORY, or write {key} = "…" below [{account}] in {self.file}'
        )


def _load(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                raise ConfigError(f"{path}: others than its owner can read or change this file; run: chmod 600 {path}")
            return tomllib.load(file)
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {_reason(error)}") from None


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or "unknown" if isinstance(error, OSError) else "it is not UTF-8"
