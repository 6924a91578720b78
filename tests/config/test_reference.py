"""The example and the reference have every key."""

import re
import tomllib
from datetime import timedelta

import pytest
from pydantic.fields import FieldInfo

from syndicator.adapters import PLATFORMS as REAL
from syndicator.config import load, parse_duration
from syndicator.config.schema import NAMED, SECTIONS, Table
from tests.config.files import ROOT


def toml_values(field: FieldInfo) -> set[object]:
    """What a TOML file may hold for a key to mean its default."""
    default = field.default
    if isinstance(default, timedelta):
        return {default}
    return {"" if default is None else repr(default) if isinstance(default, list | dict) else default}


def read_value(value: object, field: FieldInfo) -> object:
    """A value of a TOML file in the form `toml_values` gives."""
    if isinstance(field.default, timedelta):
        return parse_duration(str(value))
    return repr(value) if isinstance(value, list | dict) else value


KEYS = [
    pytest.param(section, key, field, id=f"{section}.{key}")
    for section, model in (*SECTIONS.items(), *NAMED.items())
    for key, field in model.model_fields.items()
]


def documented(section: str, key: str) -> str:
    """The default of a key as the reference gives it."""
    heading = f"{section}.NAME" if section in NAMED else section
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    part = text.partition(f"\n## [{heading}]\n")[2].partition("\n## ")[0]
    row = re.search(rf"^\| `{key}` \| (.+?) \| .+ \|$", part, re.MULTILINE)
    assert row, f"docs/configuration.md: [{heading}] has no row for {key}"
    return row[1].strip("`")


@pytest.mark.parametrize(("section", "key", "field"), KEYS)
def test_every_key_is_in_the_reference(section: str, key: str, field: FieldInfo) -> None:
    """The reference has a row for each key, with its default or the word required."""
    given = documented(section, key)
    if field.is_required():
        assert given == "*required*"
    else:
        assert read_value(tomllib.loads(f"value = {given}")["value"], field) in toml_values(field)


@pytest.mark.parametrize(("section", "key", "field"), KEYS)
def test_every_key_is_in_the_example(section: str, key: str, field: FieldInfo) -> None:
    """The example has each key with its default and a comment that says what it does."""
    text = (ROOT / "config" / "syndicator.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)[section]
    table = next(iter(table.values())) if section in NAMED else table
    assert re.search(rf"^{key} = .+ # .+$", text, re.MULTILINE)
    if not field.is_required() and (section, key) != ("accounts", "enabled"):
        assert read_value(table[key], field) in toml_values(field)
    assert key in table


def test_the_reference_names_no_other_keys() -> None:
    """A row of the reference is a key, a platform or nothing else."""
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    known = {key for model in (*SECTIONS.values(), *NAMED.values()) for key in model.model_fields}
    assert set(re.findall(r"^\| `(.+?)` \|", text, re.MULTILINE)) == known | (set(REAL) - {"memory"})


def test_the_examples_load() -> None:
    """The example configuration loads, and the example secrets have every secret of its accounts."""
    config = load(ROOT / "config" / "syndicator.toml", environ={}, cwd=ROOT, platforms=REAL)
    secrets = tomllib.loads((ROOT / "config" / "secrets.toml.example").read_text(encoding="utf-8"))
    for account in config.accounts.values():
        needs = REAL[account.platform]
        assert set(secrets[account.name]) == {*needs.secrets, *needs.optional_secrets}
    assert {account.platform for account in config.accounts.values()} == set(REAL) - {"memory"}


def test_every_platform_is_in_the_reference() -> None:
    """The reference names each platform with its own keys and its secrets."""
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    for name, needs in REAL.items():
        row = re.search(rf"^\| `{name}` \|.*$", text, re.MULTILINE)
        words = (*needs.options, *needs.secrets, *needs.optional_secrets)
        assert all(row and f"`{word}`" in row[0] for word in words)


def test_no_key_stands_in_two_tables_of_an_account() -> None:
    """An account's own keys and those of [policy] and [delivery] are different words."""
    tables: list[type[Table]] = [NAMED["accounts"], SECTIONS["policy"], SECTIONS["delivery"]]
    keys = [key for table in tables for key in table.model_fields]
    assert len(keys) == len(set(keys))
