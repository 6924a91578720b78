"""Starting: help at once, version, completion, and the sandbox."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from syndicator import __version__
from tests.cli.desk import SRC, Desk

COMMANDS = "init check run status preview why queue history accounts sources stop resume backup migrate sandbox"
QUEUE = "list show add approve hold edit move suppress release send retry retract settle"
HEAVY = ("pydantic", "sqlalchemy", "aiohttp", "rich", "jinja2", "structlog", "PIL", "syndicator.models")


@pytest.mark.parametrize(("group", "names"), [("", COMMANDS), ("queue", QUEUE)], ids=["syndicator", "queue"])
def test_help_names_every_command(group: str, names: str, desk: Desk) -> None:
    """Help lists what there is, and every command has help of its own."""
    told = desk.ok(*group.split(), "--help")
    for name in names.split():
        assert re.search(rf"^  {name} ", told, re.MULTILINE), name
        assert "Usage" in desk.ok(*group.split(), name, "--help")


def test_help_loads_nothing_heavy() -> None:
    """Help and completion need typer alone."""
    code = (
        "import sys\nfrom syndicator.cli import main\ntry: main(['--help'])\n"
        f"except SystemExit: print(*sorted({{*{HEAVY}}} & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": str(SRC)})
    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_the_version_is_told(desk: Desk) -> None:
    """--version prints it and needs no configuration."""
    desk.file.unlink()
    assert desk.ok("--version") == f"syndicator {__version__}\n"


def test_the_shell_completes_commands() -> None:
    """Completion offers the commands that begin as typed."""
    environ = {"PYTHONPATH": str(SRC), "COMP_WORDS": "syndicator queue re", "COMP_CWORD": "2"}
    environ["_SYNDICATOR_COMPLETE"] = "complete_bash"
    done = subprocess.run([sys.executable, "-m", "syndicator"], capture_output=True, text=True, env=environ)
    assert done.stdout.split() == ["release", "retry", "retract"]


def test_the_sandbox_says_how_to_use_it(desk: Desk) -> None:
    """It prints addresses that answer and a configuration that loads, and ends in good order at Ctrl-C."""
    command = [sys.executable, "-m", "syndicator", "sandbox"]
    environ = os.environ | {"PYTHONPATH": str(SRC)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ) as box:
        try:
            assert box.stdout is not None
            lines = []
            for line in box.stdout:
                lines.append(line.rstrip())
                if "Ctrl-C" in line:
                    break
            told = "\n".join(lines)
            parts = [[line[4:] for line in part.splitlines() if line.startswith("    ")] for part in told.split("\n\n")]
            config, secrets = (part for part in parts if part)
            desk.configure("\n".join(config))
            desk.secret("\n".join(secrets))
            found = json.loads(desk.call("check", "--format", "json").out)
            address = told.partition("newsroom")[2].split()[0]
            with urllib.request.urlopen(f"{address}/_sandbox/health", timeout=10) as answer:
                health = json.load(answer)
        finally:
            box.send_signal(signal.SIGINT)
    assert "\n".join(one["detail"] for one in found if one["result"] != "ok") == ""
    assert health["ok"] is True
    assert box.returncode == 0


def test_a_taken_port_is_told(desk: Desk) -> None:
    """When the sandbox cannot have its ports, one line says so."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = desk.call("sandbox", "--port-base", taken.getsockname()[1])
    assert (done.code, "--port-base" in done.err) == (1, True)
