"""Accounts: their own keys, the keys of [policy] and [delivery] they override, and their platform's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from syndicator.config.durations import format_duration
from syndicator.config.problems import checked, did_you_mean, found, unknown_key
from syndicator.config.schema import AccountTable, DeliveryTable, PolicyTable, Table
from syndicator.models import Account, DeliveryRules, Needs, Policy

R = TypeVar("R", Policy, DeliveryRules)


def merged(rules: R, table: Table) -> R:
    """The rules with what the table sets in their place; what it leaves out stays."""
    return replace(rules, **table.values(defaults=False))


def check_rules(rules: DeliveryRules, path: str, problems: list[str]) -> None:
    """Adds a sentence when the longest pause between tries is shorter than the first."""
    if rules.retry_cap < rules.retry_first:
        problems.append(
            f'{path}.retry_cap: found "{format_duration(rules.retry_cap)}", expected at least retry_first, '
            f'which is "{format_duration(rules.retry_first)}"'
        )


@dataclass(frozen=True, slots=True)
class AccountReader:
    """Reads account tables against the common rules; mistakes are added to `problems`."""

    policy: Policy
    rules: DeliveryRules
    platforms: Mapping[str, Needs]
    sources: Sequence[str]
    problems: list[str]

    def read(self, name: str, raw: object) -> Account:
        """The account of one table; an empty one when the table is wrong."""
        path = f"accounts.{name}"
        if not isinstance(raw, dict):
            self.problems.append(f"{path}: {found(raw)}, expected a table [{path}]")
            return Account(name, "")
        options = self._options(path, raw)
        self._check_keys(path, raw)
        self._check_sources(path, raw.get("sources"))
        own = checked(AccountTable, _only(raw, AccountTable), path, self.problems)
        policy = checked(PolicyTable, _only(raw, PolicyTable), path, self.problems)
        delivery = checked(DeliveryTable, _only(raw, DeliveryTable), path, self.problems)
        if own is None or policy is None or delivery is None:
            return Account(name, "")
        rules = merged(self.rules, delivery)
        if delivery.model_fields_set:
            check_rules(rules, path, self.problems)
        return Account(name=name, policy=merged(self.policy, policy), delivery=rules, options=options, **own.values())

    def _needs(self, platform: object) -> Needs:
        """What the platform needs; for an unknown one whatever any platform needs, so that only its name is wrong."""
        if isinstance(platform, str) and platform in self.platforms:
            return self.platforms[platform]
        every = self.platforms.values()
        return Needs(
            secrets=tuple(key for needs in every for key in needs.secrets),
            optional_secrets=tuple(key for needs in every for key in needs.optional_secrets),
            options=tuple(key for needs in every for key in needs.options),
        )

    def _options(self, path: str, raw: Mapping[str, object]) -> dict[str, str]:
        platform = raw.get("platform")
        if isinstance(platform, str) and platform and platform not in self.platforms:
            known = f"one of {', '.join(self.platforms)}{did_you_mean(platform, self.platforms)}"
            self.problems.append(f"{path}.platform: {found(platform)}, expected {known}")
        if platform not in self.platforms:
            return {}
        options = {}
        for key in self._needs(platform).options:
            value = raw.get(key)
            if isinstance(value, str) and value.strip():
                options[key] = value.strip()
            elif key in raw:
                self.problems.append(f"{path}.{key}: {found(value)}, expected a text in quotes that is not empty")
            else:
                self.problems.append(f'{path}.{key}: missing; an account of platform "{platform}" needs {key} = "…"')
        return options

    def _check_keys(self, path: str, raw: Mapping[str, object]) -> None:
        needs = self._needs(raw.get("platform"))
        known = {*needs.options, *(key for model in _TABLES for key in model.model_fields)}
        secret = {*needs.secrets, *needs.optional_secrets}
        for key in raw:
            if key in secret:
                self.problems.append(
                    f"{path}.{key}: a secret must not stand in this file; write it into the secrets file, "
                    f"below [{path.removeprefix('accounts.')}], and make a new one if others have seen this file"
                )
            elif key not in known:
                self.problems.append(unknown_key(path, key, known))

    def _check_sources(self, path: str, wanted: object) -> None:
        for name in wanted if isinstance(wanted, list) else ():
            if isinstance(name, str) and name not in self.sources:
                known = ", ".join(self.sources) or "none"
                hint = did_you_mean(name, self.sources)
                self.problems.append(f'{path}.sources: found "{name}", expected a configured source ({known}){hint}')


_TABLES: tuple[type[Table], ...] = (AccountTable, PolicyTable, DeliveryTable)


def _only(raw: Mapping[str, object], model: type[Table]) -> dict[str, object]:
    return {key: value for key, value in raw.items() if key in model.model_fields}
