"""`python -m bench [NAME…] [--quick] [--write]`: run the benches, each in a process of its own, and print the table."""

import argparse
import json
import subprocess
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from bench.children import ROOT, environment
from bench.figures import Figure, markdown_table, plain_table

NAMES = (
    *("publish", "polls", "polls10k", "startup", "memory", "history", "claims"),
    *("hanging", "restart", "throughput", "desk", "pushing"),
)
PAGE = ROOT / "docs" / "performance.md"
MARK = "<!-- the last table -->"


def main() -> None:
    """Exit code 0 also when an aim is missed: a figure informs, a test decides."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=sys.modules["bench"].__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which of {', '.join(NAMES)}; all without")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, less exact")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--json", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    unknown = set(asked.names) - set(NAMES)
    if unknown:
        parser.error(f"there is no bench {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if asked.json:
        print(json.dumps([asdict(figure) for figure in import_module(f"bench.{asked.names[0]}").run(asked.quick)]))
        return
    figures = [figure for name in asked.names or NAMES for figure in _apart(name, asked.quick)]
    print(plain_table(figures))
    if asked.write:
        _write(PAGE, markdown_table(figures))


def _apart(name: str, quick: bool) -> list[Figure]:
    """The figures of one bench."""
    print(f"    {name} …", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "bench", name, "--json", *(["--quick"] if quick else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, cwd=ROOT, env=environment())
    if done.returncode:
        sys.exit(f"the bench {name} ended with {done.returncode}")
    return [Figure(**figure) for figure in json.loads(done.stdout.splitlines()[-1])]


def _write(page: Path, table: str) -> None:
    before, _, _ = page.read_text().partition(MARK)
    page.write_text(f"{before}{MARK}\n\n{table}\n")


if __name__ == "__main__":
    main()
