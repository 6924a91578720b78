"""An older ledger is noticed, and nothing it forgot is sent twice."""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator import adapters, alerts, config, pipeline
from syndicator.adapters import memory
from syndicator.daemon.round import work
from syndicator.errors import LookError
from syndicator.ledger import Ledger
from syndicator.models import Status
from syndicator.policy import Gate
from syndicator.room import Room, open_room
from tests.core.made import Desk


@pytest.fixture
def reopened(room: Room, clock) -> Iterator[list[Desk]]:  # type: ignore[no-untyped-def]
    """Newsrooms opened again on the same configuration; closed at the end."""
    opened: list[Desk] = []
    yield opened
    for desk in opened:
        desk.room.close()


def again(desk: Desk, opened: list[Desk]) -> Desk:
    """The same newsroom after a restart."""
    loaded = config.load(desk.room.config.file, environ={}, cwd=Path("/"), platforms=adapters.PLATFORMS)
    opened.append(Desk(open_room(loaded, clock=desk.clock), desk.clock))
    return opened[-1]


def restored(desk: Desk, copy: Path, opened: list[Desk]) -> Desk:
    """The newsroom after its ledger was replaced by an older copy."""
    path = desk.room.ledger.store.path
    assert path is not None
    desk.room.close()
    for leftover in path.parent.glob(f"{path.name}-*"):
        leftover.unlink()
    shutil.copyfile(copy, path)
    return again(desk, opened)


def run(desk: Desk, name: str = "one") -> None:
    """An account's work."""
    work(desk.room, desk.room.accounts[name], [], ask=False)


def test_starts_are_counted_in_the_ledger_and_beside_it(desk: Desk, reopened: list[Desk]) -> None:
    """Start after start agrees; nothing has to be compared."""
    assert [pipeline.start(desk.room), pipeline.start(desk.room)] == [1, 2]
    assert pipeline.start(again(desk, reopened).room) == 3
    assert {state.compare_until for state in desk.room.ledger.accounts.states()} == {None}


def test_a_restored_backup_sends_nothing_twice(desk: Desk, clock, tmp_path: Path, reopened: list[Desk]) -> None:  # type: ignore[no-untyped-def]
    """What was sent after the backup is found on the network, whether the copy knew its row or not."""
    pipeline.start(desk.room)
    desk.publish("known")
    desk.room.ledger.copy(tmp_path / "backup.db")
    clock.forward(minutes=10)
    desk.publish("forgotten")
    for name in ("one", "one", "two", "two"):
        desk.deliver(name)
    assert len(desk.public()) == 2
    clock.forward(minutes=10)
    old = restored(desk, tmp_path / "backup.db", reopened)
    pipeline.start(old.room)
    assert old.statuses() == [Status.QUEUED, Status.QUEUED]
    old.publish("forgotten", published=clock() - timedelta(minutes=10))
    gate = old.deliver()
    assert isinstance(gate, Gate)
    assert gate.code == "comparing"
    for name in ("one", "two"):
        run(old, name)
    assert set(old.statuses()) == {Status.SENT}
    assert (len(old.public("one")), len(old.public("two"))) == (2, 2)
    assert {incident.kind for incident in alerts.incidents(old.room)} == {"ledger restored"}


def test_what_the_network_does_not_show_is_sent(desk: Desk, clock, tmp_path: Path, reopened: list[Desk]) -> None:  # type: ignore[no-untyped-def]
    """A post that had not left before is sent after the comparison; later articles need none."""
    pipeline.start(desk.room)
    desk.publish("waiting")
    desk.room.ledger.copy(tmp_path / "backup.db")
    old = restored(desk, tmp_path / "backup.db", reopened)
    clock.forward(minutes=1)
    pipeline.start(old.room)
    run(old)
    assert len(old.public()) == 1
    clock.forward(minutes=1)
    old.publish("later")
    old.deliver()
    assert len(old.public()) == 2


def test_something_alike_is_held_for_a_person(desk: Desk, clock, tmp_path: Path, reopened: list[Desk]) -> None:  # type: ignore[no-untyped-def]
    """Other words with the same link may be ours, edited on the site: a person says."""
    pipeline.start(desk.room)
    number = desk.publish("waiting")[0].id
    desk.room.ledger.copy(tmp_path / "backup.db")
    memory.network("one").hand_post("Other words", "https://news.example/waiting")
    old = restored(desk, tmp_path / "backup.db", reopened)
    pipeline.start(old.room)
    run(old)
    row = old.row(number)
    assert (row.status, row.code) == (Status.HELD, "probable")


def test_a_network_that_cannot_be_read_keeps_the_gate_shut(
    desk: Desk, clock, tmp_path: Path, reopened: list[Desk]
) -> None:  # type: ignore[no-untyped-def]
    """Nothing is sent until the listing was read whole."""
    pipeline.start(desk.room)
    desk.publish("waiting")
    desk.room.ledger.copy(tmp_path / "backup.db")
    old = restored(desk, tmp_path / "backup.db", reopened)
    pipeline.start(old.room)
    memory.network("one").say(LookError("page missing"), on="find")
    run(old)
    assert old.public() == []
    clock.forward(minutes=2)
    run(old)
    assert len(old.public()) == 1


def test_a_lost_counter_counts_as_an_older_ledger(desk: Desk, reopened: list[Desk]) -> None:
    """A ledger that was carried to another machine without its counter is compared once."""
    pipeline.start(desk.room)
    pipeline.compare.__globals__["counter"](desk.room).unlink()
    other = again(desk, reopened)
    assert pipeline.start(other.room) == 2
    assert all(state.compare_until for state in other.room.ledger.accounts.states())


def test_a_copy_made_by_other_means_is_noticed(desk: Desk, clock, tmp_path: Path, reopened: list[Desk]) -> None:  # type: ignore[no-untyped-def]
    """Also without a start in between, an older heartbeat than the one beside the ledger tells."""
    pipeline.start(desk.room)
    desk.room.ledger.copy(tmp_path / "backup.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "backup.db")) as plain:
        plain.execute("UPDATE daemon SET starts = starts + 1")  # as if the file had simply been copied
        plain.commit()
    clock.forward(seconds=5)
    pipeline.beat(desk.room)
    old = restored(desk, tmp_path / "backup.db", reopened)
    clock.forward(minutes=1)
    pipeline.start(old.room)
    assert all(state.compare_until for state in old.room.ledger.accounts.states())


def test_a_backup_knows_that_it_is_one(desk: Desk, tmp_path: Path) -> None:
    """A copy's counter is one behind, so that restoring it is noticed even without a start in between."""
    pipeline.start(desk.room)
    pipeline.start(desk.room)
    desk.room.ledger.copy(tmp_path / "backup.db")
    copy = Ledger(f"sqlite:///{tmp_path / 'backup.db'}")
    beat = copy.accounts.heartbeat()
    copy.close()
    assert beat is not None
    assert beat.starts == 1
