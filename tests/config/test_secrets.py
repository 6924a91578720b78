"""Where secrets come from, and that none is shown."""

from pathlib import Path

import pytest

from syndicator.errors import ConfigError
from tests.config.files import PAPER, WIRE, Write, keep_secrets


def test_secrets_are_looked_for_in_order(write: Write, tmp_path: Path) -> None:
    """The environment goes before the credentials directory, which goes before the secrets file."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    keep_secrets(tmp_path, '[w-1]\nkey = "file-1"\nkey_secret = "file-2"\n[gone]\nold = 1\n')
    environ = {"CREDENTIALS_DIRECTORY": str(folder)}
    config = write(WIRE, environ)
    account = config.accounts["w-1"]
    assert dict(config.secrets(account)) == {"key": "file-1", "key_secret": "file-2"}
    (folder / "SYNDICATOR_W_1_KEY").write_text("folder-1\n")
    (folder / "w-1.key_secret").write_text("folder-2\n")
    assert dict(config.secrets(account)) == {"key": "folder-1", "key_secret": "folder-2"}
    environ["SYNDICATOR_W_1_KEY"] = " environment-1 "
    assert config.secrets(account)["key"] == "environment-1"
    assert len(config.secrets(account)) == 2


def test_a_missing_secret_is_refused_with_the_three_places(write: Write, tmp_path: Path) -> None:
    """A missing secret is named with its account, its key and each place it can be put; an empty one is missing."""
    keep_secrets(tmp_path, '[w-1]\nkey = ""\nkey_secret = "s"\n')
    config = write(WIRE)
    with pytest.raises(ConfigError) as caught:
        config.secrets(config.accounts["w-1"])
    words = str(caught.value)
    for word in ("accounts.w-1", '"key"', "SYNDICATOR_W_1_KEY", "w-1.key", "CREDENTIALS_DIRECTORY", "secrets.toml"):
        assert word in words
    assert "key_secret" not in words


def test_an_account_that_is_not_enabled_may_lack_secrets(write: Write) -> None:
    """For an account that is not enabled the secrets that are there are given, and none is missed."""
    config = write(WIRE + "enabled = false\n", {"SYNDICATOR_W_1_KEY": "k"})
    assert dict(config.secrets(config.accounts["w-1"])) == {"key": "k"}


def test_an_optional_secret_may_be_missing(write: Write, tmp_path: Path) -> None:
    """A platform's optional secret is given when it is there and not missed otherwise."""
    config = write(PAPER, {"SYNDICATOR_P_TOKEN": "t"})
    assert dict(config.secrets(config.accounts["p"])) == {"token": "t"}
    keep_secrets(tmp_path, '[p]\nsignature = "s"\n')
    assert dict(config.secrets(config.accounts["p"])) == {"token": "t", "signature": "s"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o602])
def test_a_secrets_file_that_others_can_read_is_refused(write: Write, tmp_path: Path, mode: int) -> None:
    """A secrets file that group or others can read or write is refused with the command that mends it."""
    path = keep_secrets(tmp_path, '[p]\ntoken = "t"\n', mode)
    config = write(PAPER)
    with pytest.raises(ConfigError, match=f"chmod 600 {path}"):
        config.secrets(config.accounts["p"])
    assert config.all_secrets() == frozenset()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[p\n", "line 1"),
        ("p = 1\n", "p: expected a table [p]"),
        ("[p]\ntoken = 5\n", "p.token: expected a text in quotes"),
        ('[p]\ntokn = "hunter2"\n', 'p.tokn: unknown key; did you mean "token"?'),
    ],
)
def test_a_wrong_secrets_file_is_refused(write: Write, tmp_path: Path, text: str, words: str) -> None:
    """A mistake in the secrets file is named without the secret."""
    keep_secrets(tmp_path, text)
    config = write(PAPER)
    with pytest.raises(ConfigError) as caught:
        config.secrets(config.accounts["p"])
    assert words in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_what_cannot_be_read_as_text_is_refused(write: Write, tmp_path: Path) -> None:
    """A credential or a secrets file that is not text is refused by its name."""
    keep_secrets(tmp_path, "").write_bytes(b"\xff")
    config = write(PAPER)
    with pytest.raises(ConfigError, match=r"secrets\.toml: cannot be read: it is not UTF-8"):
        config.secrets(config.accounts["p"])
    (tmp_path / "p.token").mkdir()
    config = write(PAPER, {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    with pytest.raises(ConfigError, match=r"p\.token: cannot be read as text"):
        config.secrets(config.accounts["p"])
    assert config.all_secrets() == frozenset()


def test_every_secret_is_known_for_scrubbing(write: Write, tmp_path: Path) -> None:
    """Secrets of all accounts, from every place, the ledger's password in both spellings and the webhook are known."""
    keep_secrets(tmp_path, '[w-1]\nkey = "from-file"\n')
    config = write(
        WIRE + '[alerts]\nwebhook = "https://hooks.example/T0"\n[accounts.p]\nplatform = "paper"\npage = "7"\n',
        {
            "SYNDICATOR_P_TOKEN": "from-environment",
            "SYNDICATOR_LEDGER_URL": "postgresql+psycopg://u:pass%21word@h/d?password=other",
        },
    )
    expected = {"from-file", "from-environment", "pass%21word", "pass!word", "other", "https://hooks.example/T0"}
    assert config.all_secrets() == expected


def test_no_repr_shows_a_secret(write: Write, tmp_path: Path) -> None:
    """Neither the configuration nor the secrets of an account show a secret when printed."""
    keep_secrets(tmp_path, '[p]\ntoken = "hunter2"\n')
    config = write(
        PAPER + '[alerts]\nwebhook = "https://hooks.example/hunter2"\ncommand = "tell hunter2"\n',
        {"SYNDICATOR_LEDGER_URL": "postgresql+psycopg://u:hunter2@h/d", "SYNDICATOR_P_SIGNATURE": "hunter2"},
    )
    secrets = config.secrets(config.accounts["p"])
    assert secrets["token"] == "hunter2"
    assert "hunter2" not in f"{config!r} {config} {secrets!r} {secrets} {config._vault!r}"
    assert repr(secrets) == "Secrets(token=…, signature=…)"
