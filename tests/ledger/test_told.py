"""Subscriptions at hubs: one per source, changed by desk and daemon side by side."""

from collections.abc import Callable
from dataclasses import replace
from threading import Barrier, Thread

import pytest

from syndicator.errors import StoreError
from syndicator.ledger import Ledger
from syndicator.models import Subscription

from .made import NOW

ONE = Subscription("world", "https://news.example/feed", "https://hub.example/", "path", "secret")


def test_a_change_rests_on_what_is_there(ledger: Ledger) -> None:
    """It is given the row as it is, and returns what became of it; there may be none."""
    assert ledger.told.change("path", lambda it: it) is None
    ledger.told.keep(ONE)
    later = ledger.told.change("path", lambda it: replace(it, state="active", lease_until=NOW))
    assert later == replace(ONE, state="active", lease_until=NOW) == ledger.told.at("path")


def test_a_change_may_set_it_apart(ledger: Ledger) -> None:
    """With another name it makes room for the source's next one."""
    ledger.told.keep(ONE)
    ledger.told.change("path", lambda it: replace(it, source="world/path", state="leaving"))
    ledger.told.keep(replace(ONE, path="other"))
    assert {name: one.path for name, one in ledger.told.subscriptions().items()} == {
        "world/path": "path",
        "world": "other",
    }
    with pytest.raises(StoreError):
        ledger.told.change("other", lambda it: replace(it, source="world/path"))
    assert ledger.told.at("other") == replace(ONE, path="other")


def test_no_change_is_lost(ledger: Ledger) -> None:
    """Two who count at once count two."""
    ledger.told.keep(ONE)
    barrier = Barrier(4)
    more: Callable[[Subscription], Subscription] = lambda it: replace(it, failures=it.failures + 1)  # noqa: E731

    def count() -> None:
        barrier.wait()
        for _ in range(5):
            ledger.told.change("path", more)

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = ledger.told.at("path")
    assert found is not None
    assert found.failures == 20
