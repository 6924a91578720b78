"""Where the configuration is found and what it gives."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syndicator.config import load
from syndicator.errors import ConfigError
from syndicator.models import DeliveryRules, Policy, QuietHours
from tests.config.files import HEAD, PAPER, PLATFORMS, Write


def test_a_small_file_gives_the_defaults(write: Write, tmp_path: Path) -> None:
    """With a name and a time zone alone everything has its default and paths start at the file."""
    config = write(HEAD)
    assert config.newsroom.zone == ZoneInfo("Europe/Berlin")
    assert config.ledger_url == f"sqlite:///{tmp_path}/var/syndicator.db"
    assert (config.templates, config.secrets_file) == (tmp_path / "templates", tmp_path / "secrets.toml")
    assert (config.policy, config.delivery) == (Policy(), DeliveryRules())
    assert config.photos.keep == timedelta(days=30)
    assert config.desk.bind == ("127.0.0.1", 8600)
    assert config.alerts.silence == timedelta(hours=2)


def test_an_account_overrides_the_common_rules(write: Write) -> None:
    """An account takes what [policy] and [delivery] say, except for its own keys."""
    config = write(
        HEAD
        + '[policy]\nburst = 3\nquiet_hours = "22:00-06:00"\nbreaking = ["Breaking"]\n'
        + '[delivery]\ntries = 2\nsettle = "1m"\n'
        + '[accounts.one]\nplatform = "memory"\nburst = 5\nsettle = ""\ninclude = [" tram "]\n'
        + '[accounts.two]\nplatform = "memory"\nquiet_hours = ""\n'
    )
    one, two = config.accounts["one"], config.accounts["two"]
    assert (one.policy.burst, one.policy.quiet_hours, one.policy.breaking) == (5, QuietHours(1320, 360), ("Breaking",))
    assert (one.delivery.tries, one.delivery.settle, one.include) == (2, None, ("tram",))
    assert (two.policy.burst, two.policy.quiet_hours, two.delivery.settle) == (3, None, timedelta(minutes=1))


def test_sources_and_options_are_read(write: Write) -> None:
    """Sources keep their sections and pace, accounts their platform's keys."""
    config = write(
        PAPER
        + 'sources = ["world"]\n[sources.world]\nurl = "https://a.example/f.xml"\nevery = "5m"\nsections = ["World"]\n'
    )
    assert config.sources["world"].every == timedelta(minutes=5)
    assert config.sources["world"].sections == ("World",)
    assert config.accounts["p"].options == {"page": "7"}
    assert config.accounts["p"].sources == ("world",)


@pytest.mark.parametrize(
    ("url", "resolved"),
    [
        ("sqlite:///a/b.db", "sqlite:///{}/a/b.db"),
        ("sqlite:////srv/b.db", "sqlite:////srv/b.db"),
        ("postgresql+psycopg://u@h/db", "postgresql+psycopg://u@h/db"),
    ],
)
def test_ledger_addresses_are_resolved(write: Write, tmp_path: Path, url: str, resolved: str) -> None:
    """A relative ledger file starts at the configuration file, in the file and in the environment alike."""
    expected = resolved.format(tmp_path)
    assert write(HEAD + f'[ledger]\nurl = "{url}"\n').ledger_url == expected
    assert write(HEAD, {"SYNDICATOR_LEDGER_URL": url}).ledger_url == expected


@pytest.mark.parametrize(
    ("files", "path", "environ", "chosen"),
    [
        (("a.toml", "b.toml", "syndicator.toml"), "a.toml", {"SYNDICATOR_CONFIG": "b.toml"}, "a.toml"),
        (("b.toml", "syndicator.toml"), None, {"SYNDICATOR_CONFIG": "b.toml"}, "b.toml"),
        (("syndicator.toml", "config/syndicator.toml"), None, {}, "syndicator.toml"),
        (("config/syndicator.toml",), None, {"SYNDICATOR_CONFIG": ""}, "config/syndicator.toml"),
    ],
)
def test_the_file_is_found_in_order(
    tmp_path: Path, files: tuple[str, ...], path: str | None, environ: dict[str, str], chosen: str
) -> None:
    """The named file goes first, then the environment's, then the two usual places."""
    (tmp_path / "config").mkdir()
    for name in files:
        (tmp_path / name).write_text(HEAD)
    config = load(Path(path) if path else None, environ=environ, cwd=tmp_path, platforms=PLATFORMS)
    assert config.file == tmp_path / chosen


@pytest.mark.parametrize(("path", "environ"), [("no.toml", {}), (None, {"SYNDICATOR_CONFIG": "no.toml"}), (None, {})])
def test_a_missing_file_is_refused(tmp_path: Path, path: str | None, environ: dict[str, str]) -> None:
    """A file that is not there is never replaced by another, and the way to make one is told."""
    if path or environ:
        (tmp_path / "syndicator.toml").write_text(HEAD)
    with pytest.raises(ConfigError, match="syndicator init"):
        load(Path(path) if path else None, environ=environ, cwd=tmp_path, platforms=PLATFORMS)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"[newsroom\n", "line 1"), (b'a = 1\nb = "\n', "line 2"), (b"\xff\xfe", "UTF-8"), (b"a = 1\na = 2\n", "line 2")],
)
def test_what_is_not_toml_is_refused_with_its_line(tmp_path: Path, content: bytes, words: str) -> None:
    """A file that cannot be read as TOML is refused, naming the file and the line."""
    (tmp_path / "syndicator.toml").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(environ={}, cwd=tmp_path, platforms=PLATFORMS)
    assert words in str(caught.value)
    assert str(tmp_path / "syndicator.toml") in str(caught.value)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    """An editor's byte order mark is no mistake."""
    (tmp_path / "syndicator.toml").write_bytes(b"\xef\xbb\xbf" + HEAD.encode())
    assert load(environ={}, cwd=tmp_path, platforms=PLATFORMS).newsroom.name == "Daily"
