"""How these tests write a configuration."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from syndicator.config import Config, load
from tests.config.files import PLATFORMS, Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a configuration file and loads it."""

    def loaded(text: str, environ: Mapping[str, str] | None = None) -> Config:
        (tmp_path / "syndicator.toml").write_text(text, encoding="utf-8")
        return load(environ=environ or {}, cwd=tmp_path, platforms=PLATFORMS)

    return loaded
