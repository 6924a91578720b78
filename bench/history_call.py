"""One call of the history in a process that has just started: `python -m bench.history_call FILE`."""

import sys
from time import perf_counter
from typing import Any

from bench.children import answer
from syndicator.ledger import Filter, Ledger
from syndicator.models import Status


def main() -> None:
    """The ledger is opened and its schema checked before the clock runs, as every command does."""
    ledger = Ledger(f"sqlite:///{sys.argv[1]}")
    ledger.check()

    def call(statuses: tuple[str, ...] = (), **wanted: Any) -> dict[str, float]:
        started = perf_counter()
        found = list(ledger.history.entries(Filter(statuses=tuple(map(Status, statuses)), **wanted)))
        return {"ms": (perf_counter() - started) * 1000, "rows": len(found)}

    answer({"ready": True}, call)
    ledger.close()


if __name__ == "__main__":
    main()
