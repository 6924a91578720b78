"""`syndicator --help` on the wall, against a bare typer program with as many commands and the same settings."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

import typer

from bench.children import environment, folder
from bench.figures import Figure, middle

TIMES = 15
OURS = "from syndicator.cli import main; main()"
BARE = """
import typer

app = typer.Typer(name="bare", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
"""


def run(quick: bool) -> list[Figure]:
    """The ratio of medians; runs take turns."""
    with folder() as here:
        bare = here / "bare.py"
        bare.write_text(_bare(_commands()))
        spent = [(_seconds("-c", OURS), _seconds(str(bare))) for _ in range(5 if quick else TIMES)]
    mine, plain = middle(one for one, _ in spent), middle(other for _, other in spent)
    raw = f"{mine * 1000:.0f} against {plain * 1000:.0f} ms, median of {len(spent)}"
    return [Figure("syndicator --help", mine / plain, "×", 1.5, raw)]


def _commands() -> dict[str, list[str]]:
    """Our commands by group, "" for those of the program itself."""
    from syndicator.cli import app

    top: Any = typer.main.get_command(app)
    groups = {name: list(one.commands) for name, one in top.commands.items() if hasattr(one, "commands")}
    return {"": [name for name in top.commands if name not in groups], **groups}


def _bare(commands: Mapping[str, list[str]]) -> str:
    lines = [BARE]
    for group, names in commands.items():
        app = f"app_{group}" if group else "app"
        if group:
            lines.append(f"{app} = typer.Typer()\napp.add_typer({app}, name={group!r})\n")
        for number, name in enumerate(names):
            body = f'    """Do what {name} does."""\n    print(word)\n'
            lines.append(f'@{app}.command("{name}")\ndef {app}_{number}(word: str = "") -> None:\n{body}')
    return "\n".join([*lines, "app()\n"])


def _seconds(*program: str) -> float:
    command, started = [sys.executable, *program, "--help"], perf_counter()
    done = subprocess.run(command, capture_output=True, check=True, env=environment(), cwd=Path("/"))
    if b"Usage" not in done.stdout:
        raise RuntimeError(f"no help from {program}")
    return perf_counter() - started
