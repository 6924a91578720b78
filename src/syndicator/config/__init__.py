"""Configuration: one TOML file and the environment, checked at once and as a whole.

    config = load(environ=os.environ, cwd=Path.cwd(), platforms=PLATFORMS)

`docs/configuration.md` describes every key; the example `config/syndicator.toml` has every key.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from syndicator.config.build import build
from syndicator.config.durations import format_duration, parse_duration, parse_quiet_hours
from syndicator.config.secrets import Secrets, environment_name
from syndicator.config.tree import Alerts, Config, Desk, Newsroom, Photos
from syndicator.errors import ConfigError
from syndicator.models import Needs

__all__ = [
    "Alerts",
    "Config",
    "Desk",
    "Newsroom",
    "Photos",
    "Secrets",
    "environment_name",
    "format_duration",
    "load",
    "locate",
    "parse_duration",
    "parse_quiet_hours",
]

_PLACES = ("syndicator.toml", "config/syndicator.toml")
_MEND = "run `syndicator init` to make one"


def locate(path: Path | None = None, *, environ: Mapping[str, str], cwd: Path) -> Path:
    """The configuration file, absolute: `path`, else SYNDICATOR_CONFIG, else ./syndicator.toml, else ./config/…

    Raises ConfigError when there is none; a file that was named is never replaced by another.
    """
    named = path or (Path(environ["SYNDICATOR_CONFIG"]) if environ.get("SYNDICATOR_CONFIG") else None)
    if named is not None:
        if not (cwd / named).is_file():
            raise ConfigError(f"{cwd / named}: no such configuration file; {_MEND}")
        return (cwd / named).resolve()
    for place in _PLACES:
        if (cwd / place).is_file():
            return (cwd / place).resolve()
    raise ConfigError(f"no configuration file: neither {' nor '.join(_PLACES)} in {cwd}; {_MEND}, or name it: --config")


def load(path: Path | None = None, *, environ: Mapping[str, str], cwd: Path, platforms: Mapping[str, Needs]) -> Config:
    """The configuration, checked. Secrets are not read yet (see `Config.secrets`).

    Raises ConfigError with every mistake of the file, one per line: file, key path, found, expected, and the mend.
    """
    file = locate(path, environ=environ, cwd=cwd)
    return build(file, _read(file), environ, platforms)


def _read(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: not TOML: {error}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
