"""Which mistakes are refused, and with which words."""

from pathlib import Path

import pytest

from syndicator.errors import ConfigError
from tests.config.files import HEAD, WIRE, Write

MISTAKES = [
    ("", "newsroom.name: missing"),
    ("", 'newsroom.timezone: missing; write timezone = "Europe/Berlin"'),
    (HEAD + "[polcy]\n", 'polcy: unknown table; did you mean "policy"?'),
    ("newsroom = 1", "newsroom: found 1, expected a table [newsroom]"),
    (HEAD.replace("Berlin", "Berln"), 'found "Europe/Berln", expected a time zone by place'),
    (HEAD + 'language = "English"', 'newsroom.language: found "English", expected a language by its short name'),
    (HEAD + '[policy]\nholdfor = "1m"', 'policy.holdfor: unknown key; did you mean "hold_for"?'),
    (HEAD + "[policy]\nhold_for = 10", "policy.hold_for: found 10, expected a duration"),
    (HEAD + "[policy]\nquiet_hours = 22", "policy.quiet_hours: found 22, expected quiet hours"),
    (HEAD + "[policy]\nburst = true", "policy.burst: found true, expected a whole number"),
    (HEAD + "[policy]\nburst = -1", "policy.burst: found -1, expected at least 0"),
    (HEAD + '[policy]\napproval = "no"', 'policy.approval: found "no", expected true or false'),
    (HEAD + '[policy]\nbreaking = "Live"', 'policy.breaking: found "Live", expected a list'),
    (HEAD + '[policy]\nbreaking = ["a", 1]', "policy.breaking.1: found 1, expected a text in quotes"),
    (HEAD + '[policy]\nsensitive = "holt"', 'found "holt", expected "warn" or "hold" or "send"; did you mean "hold"?'),
    (HEAD + '[delivery]\ntimeout = "0s"', 'delivery.timeout: found "0s", expected a duration of at least "1s"'),
    (HEAD + '[delivery]\nretry_cap = "10s"', 'delivery.retry_cap: found "10s", expected at least retry_first'),
    (WIRE + 'retry_cap = "10s"', 'accounts.w-1.retry_cap: found "10s", expected at least retry_first'),
    (WIRE + "retry_cap = { a = 1 }", "accounts.w-1.retry_cap: found a table, expected a duration"),
    (HEAD + "[links]\nutm = { source = 1 }", "links.utm.source: found 1, expected a text in quotes"),
    (HEAD + '[links]\nutm = { "a b" = "x" }', 'found "a b", expected a name of letters'),
    (
        HEAD + '[ledger]\nurl = "sqlite:///:memory:"',
        "ledger.url: found another value (not shown here), expected an address",
    ),
    (HEAD + '[ledger]\nurl = "postgresql://h/d"', '"postgresql+psycopg://user@host/name"'),
    (HEAD + '[ledger]\nurl = "postgresql+psycopg://h"', "ledger.url"),
    (HEAD + '[desk]\nlisten = "8600"', 'desk.listen: found "8600", expected an address and a port'),
    (HEAD + '[desk]\nlisten = "localhost:99999"', "expected an address and a port"),
    (
        HEAD + '[desk]\ntrusted_proxies = ["10.0.0.300"]',
        'desk.trusted_proxies.0: found "10.0.0.300", expected an address',
    ),
    (
        HEAD + '[log]\nformat = "jsn"',
        'log.format: found "jsn", expected "auto" or "console" or "json"; did you mean "json"?',
    ),
    (HEAD + "[sources]\nworld = 1", "sources.world: found 1, expected a table [sources.world]"),
    ("sources = 3\n" + HEAD, "sources: found 3, expected tables by name"),
    (HEAD + '[sources.World]\nurl = "https://a.example"', 'sources: found the name "World", expected small letters'),
    (HEAD + "[sources.w]\n", "sources.w.url: missing; write url = "),
    (
        HEAD + '[sources.w]\nurl = "ftp://a.example/f"',
        'sources.w.url: found "ftp://a.example/f", expected an address that',
    ),
    (HEAD + '[sources.w]\nurl = "https:///f"', 'sources.w.url: found "https:///f"'),
    (HEAD + '[sources.w]\nurl = "https://a b/f"', 'sources.w.url: found "https://a b/f"'),
    (HEAD + '[sources.w]\nurl = "https://a.example"\ntype = "rss"', 'sources.w.type: found "rss", expected "feed"'),
    (HEAD + '[sources.w]\nurl = "https://a.example"\nevery = "0s"', "expected a duration of at least"),
    (HEAD + "[accounts]\nw = 1", "accounts.w: found 1, expected a table [accounts.w]"),
    (HEAD + "[accounts.w]\n", "accounts.w.platform: missing"),
    (HEAD + "[accounts.w]\nplatform = 1", "accounts.w.platform: found 1, expected a text in quotes"),
    (
        HEAD + '[accounts.w]\nplatform = "wyre"',
        'platform: found "wyre", expected one of paper, wire, memory; did you mean "wire"?',
    ),
    (
        HEAD + '[accounts.w]\nplatform = "paper"',
        'accounts.w.page: missing; an account of platform "paper" needs page = "…"',
    ),
    (
        HEAD + '[accounts.w]\nplatform = "paper"\npage = " "',
        'page: found " ", expected a text in quotes that is not empty',
    ),
    (HEAD + '[accounts.w]\nplatform = "paper"\npage = 7', "accounts.w.page: found 7, expected a text in quotes"),
    (WIRE + 'page = "7"', "accounts.w-1.page: unknown key"),
    (WIRE + 'led = "card"', 'accounts.w-1.led: unknown key; did you mean "lead"?'),
    (WIRE + 'lead = "crd"', 'accounts.w-1.lead: found "crd", expected "photo" or "card"; did you mean "card"?'),
    (WIRE + "burst = []", "accounts.w-1.burst: found a list, expected a whole number"),
    (WIRE + 'include = [""]', 'accounts.w-1.include.0: found "", expected a text that is not empty'),
    (
        WIRE + 'sources = ["wrld"]\n[sources.world]\nurl = "https://a.example"',
        'found "wrld", expected a configured source',
    ),
    (WIRE + 'base_url = "http://93.184.216.34"', "plain http is for this machine alone"),
    (WIRE + 'base_url = "x.example"', 'accounts.w-1.base_url: found "x.example", expected an address that starts with'),
    (WIRE + 'base_url = "http://[::1"', "accounts.w-1.base_url"),
]


@pytest.mark.parametrize(("text", "words"), MISTAKES)
def test_a_mistake_is_named(write: Write, tmp_path: Path, text: str, words: str) -> None:
    """A mistake is refused with the file, the key path, what was found and what was expected."""
    with pytest.raises(ConfigError) as caught:
        write(text)
    assert words in str(caught.value)
    assert all(line.startswith(f"{tmp_path / 'syndicator.toml'}: ") for line in str(caught.value).splitlines())


def test_all_mistakes_are_named_at_once(write: Write) -> None:
    """Mistakes in different tables are named together, one per line."""
    with pytest.raises(ConfigError) as caught:
        write(
            WIRE
            + 'lead = "x"\nburst = "x"\ntries = "x"\nfoo = 1\nsources = ["x"]\n'
            + "[sources.w]\nurl = 1\n[log]\nformat = 1\n"
        )
    assert len(str(caught.value).splitlines()) == 7


@pytest.mark.parametrize(
    "text",
    [
        WIRE + 'key = "hunter2"',
        WIRE + 'ky_secret = "hunter2"',
        HEAD + '[accounts.w]\nplatform = "wyre"\nkey = "hunter2"',
        HEAD + '[ledger]\nurl = "postgres://u:hunter2@h/d"',
        HEAD + '[sources.w]\nurl = "https://u:hunter2@a.example/f"',
        HEAD + '[sources.w]\nurl = "ftp://a.example/f?token=hunter2"',
        HEAD + '[alerts]\nwebhook = "hooks.example/hunter2"',
        HEAD + '[desk]\npublic_url = "https://u:hunter2@a.example"',
    ],
)
def test_mistakes_do_not_show_secrets(write: Write, text: str) -> None:
    """The words of a refusal never hold what may be secret."""
    with pytest.raises(ConfigError) as caught:
        write(text)
    assert "hunter2" not in str(caught.value)


def test_a_wrong_ledger_in_the_environment_is_named(write: Write) -> None:
    """A wrong SYNDICATOR_LEDGER_URL is refused by that name, without its value."""
    with pytest.raises(ConfigError, match=r"SYNDICATOR_LEDGER_URL: found another value") as caught:
        write(HEAD, {"SYNDICATOR_LEDGER_URL": "mysql://u:hunter2@h/d"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://m.example/", "https://m.example"),
        ("http://127.0.0.1:81", "http://127.0.0.1:81"),
        ("http://[::1]:81", "http://[::1]:81"),
        ("http://localhost:81/a/", "http://localhost:81/a"),
        ("file:///var/posts.jsonl", "file:///var/posts.jsonl"),
        ("", ""),
    ],
)
def test_base_addresses_are_taken(write: Write, url: str, kept: str) -> None:
    """An account's own address is https, or http on this machine, and is kept without a last slash."""
    assert write(WIRE + f'base_url = "{url}"').accounts["w-1"].base_url == kept
