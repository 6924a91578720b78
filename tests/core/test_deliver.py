"""From claim to receipt, and every way it can fail."""

import contextlib
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Connection, event

from syndicator import editorial, pipeline
from syndicator.adapters import memory
from syndicator.compose import Picture
from syndicator.errors import (
    AccountRefused,
    DeliveryError,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Stale,
    StoreError,
    Unavailable,
)
from syndicator.models import Outcome, Receipt, Status
from syndicator.policy import Gate
from syndicator.room import Room
from tests.core.made import Desk, photo


def test_an_article_goes_out_once_on_every_account(desk: Desk) -> None:
    """Each account sends its post; a second round sends nothing."""
    rows = desk.publish()
    for name in ("one", "two", "one", "two"):
        desk.deliver(name)
    assert [desk.row(row.id).status for row in rows] == [Status.SENT, Status.SENT]
    assert desk.public("one") == desk.public("two") == ["Ships & boats <harbour>\n\nhttps://news.example/harbour"]
    assert desk.row(rows[0].id).permalink is not None


FAILURES = [
    (Rejected("too long", code="too_long"), Status.FAILED, "rejected:too_long", Outcome.REJECTED, 0),
    (AccountRefused("token revoked", code="token"), Status.QUEUED, "account:token", Outcome.ACCOUNT_REFUSED, 0),
    (Unavailable("connection refused"), Status.QUEUED, "unavailable", Outcome.UNAVAILABLE, 1),
    (OutcomeUnknown("timed out"), Status.UNCONFIRMED, "unknown", Outcome.UNKNOWN, 1),
    (ValueError("a bug"), Status.UNCONFIRMED, "broken", Outcome.UNKNOWN, 1),
]


@pytest.mark.parametrize(("error", "status", "code", "outcome", "tries"), FAILURES, ids=lambda v: type(v).__name__)
def test_a_failure_moves_the_row_by_its_class(
    desk: Desk, error: Exception, status: Status, code: str, outcome: Outcome, tries: int
) -> None:
    """Each leaf of DeliveryError is one move; anything unforeseen after go() may be public."""
    number = desk.publish()[0].id
    memory.network("one").say(error)
    desk.deliver()
    row = desk.row(number)
    assert (row.status, row.code, row.tries) == (status, code, tries)
    assert [a.outcome for a in desk.room.ledger.attempts.of(number)] == [outcome]
    assert desk.deliver("two") is not None
    assert desk.public("two") != []


def test_a_bug_before_go_is_proof_that_nothing_left(desk: Desk) -> None:
    """An unforeseen exception before the request is tried again."""
    number = desk.publish()[0].id
    memory.network("one").say(KeyError("bug"), at="upload")
    desk.deliver()
    assert desk.row(number).status is Status.QUEUED


def test_a_rate_limit_waits_and_is_no_try(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """The row comes back at the platform's own time."""
    number = desk.publish()[0].id
    until = clock() + timedelta(minutes=15)
    memory.network("one").say(RateLimited("slow down", until=until))
    desk.deliver()
    assert (desk.row(number).due, desk.row(number).tries) == (until, 0)
    assert desk.deliver() is None
    clock.forward(minutes=15)
    desk.deliver()
    assert desk.row(number).status is Status.SENT


def test_a_refused_account_is_paused_and_loses_nothing(desk: Desk) -> None:
    """Nothing more leaves a refused account until it works again; then everything does."""
    number = desk.publish()[0].id
    memory.network("one").say(AccountRefused("the token was revoked", code="token"))
    desk.deliver()
    gate = desk.deliver()
    assert isinstance(gate, Gate)
    assert gate.code == "paused"
    assert desk.public() == []
    checked = pipeline.verify(desk.room, desk.room.accounts["one"])
    assert checked.state.paused is None
    desk.deliver()
    assert desk.row(number).status is Status.SENT


def test_out_of_tries_is_failed(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """A network that stays away ends in FAILED, for a person, with growing waits before."""
    number = desk.publish(published=clock() + timedelta(days=30))[0].id
    memory.network("one").say(Unavailable("connection refused"), times=8)
    waits = []
    for _ in range(8):
        desk.deliver()
        row = desk.row(number)
        if row.due and row.status is Status.QUEUED:
            waits.append(row.due - clock())
            clock.forward(seconds=waits[-1].total_seconds())
    assert (row.status, row.code) == (Status.FAILED, "out_of_tries")
    assert waits == sorted(waits)
    assert desk.public() == []


# ---------------------------------------------------------------------------------------------- photos


def picture() -> Picture:
    """A small photo with its texts."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "JPEG")
    return Picture(photo(alt="A quay", credit="M. Example"), out.getvalue())


def test_a_photo_goes_with_its_alt_text(desk: Desk) -> None:
    """The post carries the fitted photo and its alt text."""
    desk.publish(picture=picture())
    desk.deliver()
    assert [alt for _, alt in memory.network("one").posts[0].media] == ["A quay"]


def test_a_refused_photo_is_left_out(desk: Desk) -> None:
    """MediaRefused renders the post anew without the photo, says why, and sends it."""
    number = desk.publish(picture=picture())[0].id
    memory.network("one").say(MediaRefused("too large", code="size"), at="upload")
    desk.deliver()
    assert (desk.row(number).status, desk.row(number).version) == (Status.QUEUED, 2)
    assert "too large" in desk.row(number).detail
    desk.deliver()
    assert memory.network("one").posts[0].media == ()


def test_a_lost_photo_never_stops_a_post(desk: Desk, tmp_path: Path) -> None:
    """When the photo store lost or damaged the photo, the post goes without it."""
    number = desk.publish(picture=picture())[0].id
    for name, _ in list(desk.room.photos.names()):
        desk.room.photos.delete(name)
    desk.deliver()
    desk.deliver()
    assert desk.row(number).status is Status.SENT
    assert memory.network("one").posts[0].media == ()


def test_a_photo_refused_although_there_is_none_fails(desk: Desk) -> None:
    """A network that refuses a photo it was not given cannot loop for ever."""
    number = desk.publish()[0].id
    memory.network("one").say(MediaRefused("strange"), at="upload")
    desk.deliver()
    assert desk.row(number).status is Status.FAILED


# ---------------------------------------------------------------------------------------------- the ledger in trouble


@contextlib.contextmanager
def unwritable(room: Room) -> Iterator[None]:
    """The database refuses every write, as a read-only or full disk does."""

    def refuse(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = ON")

    event.listen(room.ledger.store.engine, "begin", refuse)
    yield
    event.remove(room.ledger.store.engine, "begin", refuse)
    room.ledger.store.engine.dispose()  # fresh connections may write again


def test_a_receipt_the_ledger_cannot_take_is_kept(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A disk that refuses while a receipt is recorded loses nothing: it is logged in full and handed in again."""
    number = desk.publish()[0].id
    trouble = contextlib.ExitStack()
    memory.network("one").hooks["stored"] = lambda: trouble.enter_context(unwritable(desk.room)) and None
    desk.deliver()
    assert desk.row(number).status is Status.SENDING
    assert pipeline.hand_back(desk.room) == 1
    assert memory.network("one").posts[0].id in capsys.readouterr().out
    trouble.close()
    assert pipeline.hand_back(desk.room) == 0
    assert (desk.row(number).status, len(desk.public())) == (Status.SENT, 1)


def test_no_request_leaves_without_its_intent_on_disk(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """When go() cannot be recorded the post is withheld, not sent; it leaves once the disk is back."""
    number = desk.publish()[0].id
    trouble = contextlib.ExitStack()
    memory.network("one").hooks["upload"] = lambda: trouble.enter_context(unwritable(desk.room)) and None
    with pytest.raises(StoreError):
        desk.deliver()
    trouble.close()
    memory.network("one").hooks.clear()
    assert (desk.row(number).status, desk.public()) == (Status.SENDING, [])
    clock.forward(minutes=1)
    assert [row.status for row in pipeline.recover(desk.room)] == [Status.QUEUED]
    desk.deliver()
    assert desk.row(number).status is Status.SENT


def test_an_id_of_another_post_is_no_proof(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that answers with an id it gave before leaves the row unknown."""
    desk.publish("first")
    desk.deliver()
    number = desk.publish("second")[0].id
    first = memory.network("one").posts[0]
    monkeypatch.setattr(memory.network("one"), "store", lambda *_: first)
    desk.deliver()
    assert (desk.row(number).status, desk.row(number).code) == (Status.UNCONFIRMED, "id_taken")


def test_a_missing_library_stops_only_its_account(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account whose adapter cannot be built is paused with the reason; the others go on."""
    from syndicator import adapters
    from syndicator.errors import ConfigError

    desk.publish()
    real = adapters.build

    def build(account, secrets):  # type: ignore[no-untyped-def]
        if account.name == "one":
            raise ConfigError("account one: the library of memory is missing")
        return real(account, secrets)

    monkeypatch.setattr(adapters, "build", build)
    assert desk.deliver("one") is None
    assert "library" in (desk.room.ledger.accounts.get("one").paused or "")
    desk.deliver("two")
    assert len(desk.public("two")) == 1


def test_errors_are_leaves(desk: Desk) -> None:
    """Every leaf has its own move: the table above misses none but the two with tests of their own."""
    tried = {type(case[0]) for case in FAILURES} | {RateLimited, MediaRefused, ValueError}
    assert set(DeliveryError.__subclasses__()) <= tried


def test_a_late_second_receipt_does_not_undo_a_no(desk: Desk) -> None:
    """A post that is being taken down stays so when another receipt for it comes in."""
    number = desk.publish()[0].id
    desk.deliver()
    editorial.retract(desk.room, number, "person:anna", "no")
    receipt = Receipt("late", memory.PERMALINK + "late")
    row = desk.room.ledger.attempts.receive(number, receipt, "receipt", actor="daemon:x", now=desk.clock())
    assert (row.status, row.second_remote_id) == (Status.RETRACTING, "late")
    desk.look()
    assert desk.public() == []


def test_another_posts_permalink_is_not_public_twice(desk: Desk) -> None:
    """What another row holds proves nothing about one that has a receipt, either."""
    mine, other = desk.publish("a")[0].id, desk.publish("b")[0].id
    desk.deliver()
    desk.deliver()
    before = desk.row(mine)
    with pytest.raises(Stale):
        editorial.settle_at(desk.room, mine, "person:anna", desk.row(other).permalink or "")
    assert desk.row(mine) == before
