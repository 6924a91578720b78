"""The history at 100,000 posts, from a process that has just started."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter

from bench.children import Child, environment, folder
from bench.figures import Figure, middle
from bench.many import ACCOUNTS, RARE, RARE_TITLES, many
from bench.rooms import HEAD

NEWEST = {"account": "x-main", "statuses": ["sent"], "limit": 50}
SEARCH = {"search": RARE}


def run(quick: bool) -> list[Figure]:
    """Milliseconds in the ledger's call, the first one of its process, and of the whole command."""
    number = 2_500 if quick else 25_000
    with folder() as here:
        many(here / "ledger.db", number).close()
        newest = _calls(here, NEWEST, 50)
        words = _calls(here, SEARCH, RARE_TITLES * len(ACCOUNTS))
        whole = middle(_command(here) for _ in range(3 if quick else 7))
    of = f"of {number * len(ACCOUNTS):,}"
    return [
        Figure("history, newest 50 of an account and state", newest, "ms", 50, f"{of}, first call of a process"),
        Figure("history, a word of ten titles", words, "ms", 50, f"{RARE_TITLES * len(ACCOUNTS)} rows {of}, likewise"),
        Figure("syndicator history --search", whole * 1000, "ms", None, "the whole command, JSON"),
    ]


def _calls(here: Path, question: Mapping[str, object], rows: int) -> float:
    """The median of five processes, each asking once."""
    spent = []
    for _ in range(5):
        with Child("bench.history_call", str(here / "ledger.db")) as child:
            found = child.ask(**question)
        if found["rows"] != rows:
            raise RuntimeError(f"{question} found {found['rows']} rows, not {rows}")
        spent.append(found["ms"])
    return middle(spent)


def _command(here: Path) -> float:
    (here / "syndicator.toml").write_text(f'{HEAD}[ledger]\nurl = "sqlite:///ledger.db"\n')
    command = [sys.executable, "-m", "syndicator", "--config", str(here / "syndicator.toml"), "history"]
    started = perf_counter()
    done = subprocess.run(
        [*command, "--search", RARE, "--format", "json"], capture_output=True, check=True, env=environment()
    )
    if done.stdout.count(b'"permalink"') != RARE_TITLES * len(ACCOUNTS):
        raise RuntimeError("the command did not list what it should")
    return perf_counter() - started
