"""`init`: a working directory that loads at once and explains what it still lacks."""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from syndicator.errors import ConfigError
from syndicator.share import share

NAMED = re.compile(r"\[(sources|accounts)\.")
IGNORED = "secrets.toml\nvar/\n"
REWORDED = {
    "see secrets.toml.example": "see secrets.toml",
    " Copy this file to secrets.toml\n# beside it and run: chmod 600 secrets.toml  (a file": " Only its owner may\n"
    "# read it (chmod 600; a file",
}
"""What the examples say of themselves, and what their copies say instead."""


def make(folder: Path) -> None:
    """Write what is missing, tell what was there, and what to do next. Raises ConfigError where nothing can be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text, mode in _files():
            print(f"{_write(folder / name, text, mode):<9}{folder / name}")
    except OSError as error:
        raise ConfigError(f"{error.filename or folder}: {error.strerror}") from error
    first = [] if folder.resolve() == Path.cwd() else [f"cd {shlex.quote(str(folder))}"]
    steps = [
        *first,
        "$EDITOR syndicator.toml secrets.toml    # a source, an account, its secrets: remove the # before them",
        "syndicator check",
        "syndicator run",
    ]
    print("\nnext:")
    for step in steps:
        print(f"  {step}")


def _example(name: str) -> str:
    text = (share("config") / name).read_text("utf-8")
    for theirs, ours in REWORDED.items():
        text = text.replace(theirs, ours)
    return text


def _files() -> Iterator[tuple[str, str, int]]:
    config, secrets = _example("syndicator.toml"), _example("secrets.toml.example")
    yield "syndicator.toml", _inert(config), 0o644
    yield "secrets.toml", _commented(secrets), 0o600
    yield ".gitignore", IGNORED, 0o644
    for path in sorted(share("templates").glob("posts/*.j2")):
        yield f"templates/posts/{path.name}", path.read_text("utf-8"), 0o644


def _write(path: Path, text: str, mode: int) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # Created with its mode: secrets are at no moment readable by others.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        return "kept"
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return "made"


def _inert(text: str) -> str:
    """The example with its sources and accounts as comments: nothing is polled or planned before somebody says so."""
    lines, named = [], False
    for line in text.splitlines():
        if line.startswith("["):
            named = bool(NAMED.match(line))
        hidden = named and line and not line.startswith("#")
        lines.append(f"# {line}" if hidden else line)
    return "\n".join(lines) + "\n"


def _commented(text: str) -> str:
    """Every table and key as a comment."""
    lines = (line if not line or line.startswith("#") else f"# {line}" for line in text.splitlines())
    return "\n".join(lines) + "\n"
