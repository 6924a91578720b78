"""Other processes on the same ledger, real ones."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import syndicator
from syndicator.errors import StoreError
from syndicator.ledger import Ledger
from syndicator.ledger.store import Store

SOURCES = os.pathsep.join(str(folder) for folder in (Path(syndicator.__file__).parents[1], Path(__file__).parents[2]))


@contextlib.contextmanager
def child(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has said "ready"; it is gone afterwards."""
    environment = {**os.environ, "PYTHONPATH": SOURCES}
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def said(code: str, *arguments: str) -> list[str]:
    """The lines a process prints until its end."""
    with child(code, *arguments) as process:
        assert process.stdout is not None
        return process.stdout.read().splitlines()


def handles(ledger: Ledger) -> set[str]:
    """What all accounts are called on their platform."""
    return {state.handle for state in ledger.accounts.states()}


def one_sentence(error: StoreError, ledger: Store) -> bool:
    """Whether a person can read it: a line that names the ledger."""
    return ledger.name in str(error) and "\n" not in str(error) and len(str(error)) < 500
