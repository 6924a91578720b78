"""Which sources are due, which are gone, and which go on under a new address."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from syndicator.ledger import Ledger
from syndicator.models import Poll, Source, SourceState
from tests.ledger.made import FEED, NOW, article

MINUTE = timedelta(minutes=1)
WORLD = Source("world", f"{FEED}/world")
SPORT = Source("sport", f"{FEED}/sport")
BOTH = [WORLD, SPORT]


def store(ledger: Ledger, *states: SourceState) -> None:
    """As after polls that brought nothing."""
    ledger.articles.store_polls([(state, Poll(state.name, state.url, NOW, changed=False)) for state in states])


def state(source: Source, **more: object) -> SourceState:
    """A seeded source, due in a minute."""
    return SourceState(source.name, source.url, seeded=True, next_poll=NOW + MINUTE, **more)  # type: ignore[arg-type]


def test_everything_about_a_source_is_kept(ledger: Ledger) -> None:
    """Each field comes back as it was stored, for a new row and for an old one."""
    whole = SourceState(
        WORLD.name, WORLD.url, True, '"1"', "Mon", "d", NOW, NOW, NOW, NOW, 3, "no", f"{FEED}/new", True, 900
    )
    store(ledger, state(WORLD))
    store(ledger, whole, state(SPORT))
    assert ledger.sources.states(BOTH) == {"world": whole, "sport": state(SPORT)}


def test_sources_are_due_in_their_time(ledger: Ledger) -> None:
    """New ones at once, and again when the ledger has forgotten them; known ones when their time has come."""
    assert set(ledger.sources.due(BOTH, NOW)) == {"world", "sport"}
    store(ledger, state(WORLD))
    assert set(ledger.sources.due(BOTH, NOW)) == {"sport"}
    store(ledger, state(SPORT))
    assert ledger.sources.due(BOTH, NOW) == {}
    assert ledger.sources.due(BOTH, NOW) == {}
    assert ledger.sources.due(BOTH, NOW + MINUTE) == {"world": state(WORLD), "sport": state(SPORT)}
    assert ledger.sources.due([WORLD], NOW + MINUTE) == {"world": state(WORLD)}
    ledger.sources.forget("sport")
    assert ledger.sources.due(BOTH, NOW) == {"sport": SourceState("sport", SPORT.url)}


def test_what_is_being_asked_is_not_due(ledger: Ledger) -> None:
    """New and known sources that are on their way are left out."""
    store(ledger, state(WORLD))
    assert set(ledger.sources.due(BOTH, NOW + MINUTE, frozenset({"world"}))) == {"sport"}
    assert set(ledger.sources.due(BOTH, NOW + MINUTE, frozenset({"sport"}))) == {"world"}
    assert ledger.sources.due(BOTH, NOW + MINUTE, frozenset({"world", "sport"})) == {}


def test_another_address_is_due_at_once(ledger: Ledger) -> None:
    """It is a new source until its first poll is stored."""
    store(ledger, state(WORLD), state(SPORT))
    assert ledger.sources.due(BOTH, NOW) == {}
    elsewhere = replace(WORLD, url=f"{FEED}/elsewhere")
    fresh = Ledger(ledger.store.url.render_as_string(hide_password=False))
    try:
        for _ in range(2):
            assert fresh.sources.due([elsewhere, SPORT], NOW) == {"world": SourceState("world", elsewhere.url)}
        store(fresh, state(elsewhere))
        assert fresh.sources.due([elsewhere, SPORT], NOW) == {}
    finally:
        fresh.close()


@pytest.mark.parametrize(
    "wanted",
    [
        lambda ledger: ledger.sources.read_now("world", NOW),
        lambda ledger: ledger.sources.forget_validators("world"),
        lambda ledger: store(ledger, state(WORLD)),
    ],
)
def test_what_is_gone_is_not_asked(ledger: Ledger, wanted: Callable[[Ledger], None]) -> None:
    """Never, until a person wants it read or it has been read after all."""
    store(ledger, state(WORLD, gone=True), state(SPORT))
    year = NOW + timedelta(days=366)
    assert set(ledger.sources.due(BOTH, year)) == {"sport"}
    wanted(ledger)
    assert set(ledger.sources.due(BOTH, year)) == {"world", "sport"}


def test_failing_sources(ledger: Ledger) -> None:
    """Those that failed so often, and those that are gone; what is not configured is nobody's trouble."""
    store(ledger, state(WORLD, failures=3), state(SPORT, failures=1, gone=True), state(Source("old", FEED), failures=9))
    assert [one.name for one in ledger.sources.failing(BOTH, 3)] == ["world", "sport"]
    assert [one.name for one in ledger.sources.failing(BOTH, 4)] == ["sport"]
    assert ledger.sources.failing([replace(WORLD, url=FEED)], 1) == []


def test_a_move_taken_over_into_the_configuration_loses_nothing(ledger: Ledger) -> None:
    """The source stays seeded: what is new at the moment of the change is news."""
    there = f"{FEED}/moved"
    store(ledger, state(WORLD, etag='"1"', moved=there), state(SPORT, moved=there))
    changed = replace(WORLD, url=there)
    ledger.sources.follow_moves([changed, SPORT])
    kept = ledger.sources.states([changed, SPORT])
    assert kept == {"world": replace(state(changed), etag='"1"'), "sport": state(SPORT, moved=there)}
    assert ledger.articles.store_polls([(kept["world"], Poll("world", there, NOW, (article("late"),)))]) == 1
