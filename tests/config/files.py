"""Configuration files of the tests, and platforms that need something."""

from collections.abc import Callable
from pathlib import Path

from syndicator.config import Config
from syndicator.models import Needs

ROOT = Path(__file__).parents[2]
PLATFORMS = {
    "paper": Needs(secrets=("token",), optional_secrets=("signature",), options=("page",)),
    "wire": Needs(secrets=("key", "key_secret")),
    "memory": Needs(secrets=()),
}
HEAD = '[newsroom]\nname = "Daily"\ntimezone = "Europe/Berlin"\n'
WIRE = HEAD + '[accounts.w-1]\nplatform = "wire"\n'
PAPER = HEAD + '[accounts.p]\nplatform = "paper"\npage = "7"\n'


Write = Callable[..., Config]


def keep_secrets(folder: Path, text: str, mode: int = 0o600) -> Path:
    """Writes the secrets file."""
    path = folder / "secrets.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path
