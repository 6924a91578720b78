"""`status`: how things stand, and what needs a person."""

from collections.abc import Iterator
from typing import Any

import typer

from syndicator import alerts
from syndicator.cli import show
from syndicator.cli.failures import FAILED, complain
from syndicator.cli.options import Listing, Options
from syndicator.cli.rooms import reading
from syndicator.cli.show import facts, local
from syndicator.editorial import daemon_alive
from syndicator.models import Status
from syndicator.room import Room

ALWAYS = ("held", "queued", "sending", "unconfirmed", "retracting", "failed")


def attention(room: Room, *, ended: bool = False) -> Iterator[str]:
    """What needs a person, a sentence each. `ended`: right after `run --once`, when no daemon is expected, and a
    single failed poll counts."""
    for incident in alerts.incidents(room):
        if incident.kind != "silence":  # a quiet night needs nobody
            yield incident.detail
    failed = room.ledger.deliveries.with_status(Status.FAILED)
    for row in failed[-10:]:
        account = room.account(row.account)
        yield f"post {row.id} on {account.name if account else 'a forgotten account'} failed: {row.detail}"
    if len(failed) > 10:
        yield f"{len(failed)} posts failed in all: syndicator history --status failed"
    if ended:
        yield from _polls(room)
    elif not daemon_alive(room) and room.ledger.deliveries.with_status(Status.QUEUED):
        yield "posts wait and no daemon is running; start it: syndicator run"


def _polls(room: Room) -> Iterator[str]:
    for source in room.ledger.sources.states(room.config.sources.values()).values():
        if 0 < source.failures < alerts.FAILING:
            yield f"source {source.name} failed: {source.error}"


def tell_status(options: Options, form: Listing) -> None:
    """Print how things stand; exit 1 when something needs a person."""
    with reading(options) as room:
        found = _facts(room)
        if form is Listing.JSON:
            print(show.as_json(found))
        else:
            _print(room, found)
    if found["attention"]:
        raise typer.Exit(FAILED)


def _facts(room: Room) -> dict[str, Any]:
    beat, stop = room.ledger.accounts.heartbeat(), room.ledger.accounts.stopped()
    sources = room.ledger.sources.states(room.config.sources.values()).values()
    counts: dict[str, int] = dict.fromkeys(ALWAYS, 0)
    for states in room.ledger.history.counts().values():
        for name, number in states.items():
            counts[name] = counts.get(name, 0) + number
    return {
        "daemon": "running" if daemon_alive(room) else "not running",
        "process": beat.process if beat else None,
        "started": beat.started if beat else None,
        "beat": beat.beat if beat else None,
        "starts": beat.starts if beat else 0,
        "last_poll": max((one.last_poll for one in sources if one.last_poll), default=None),
        "last_sent": room.ledger.history.last_sent(),
        "counts": counts,
        "stopped": stop.reason if stop else None,
        "paused": {
            one.name: one.paused for one in room.ledger.accounts.states() if one.configured and one.paused is not None
        },
        "failing_sources": {one.name: one.error for one in sources if one.failures},
        "attention": list(attention(room)),
    }


def _print(room: Room, found: dict[str, Any]) -> None:
    beat = f", last heard of {local(found['beat'], room.zone, seconds=True)}" if found["beat"] else ""
    since = f" since {local(found['started'], room.zone)}" if found["daemon"] == "running" else beat
    facts(
        [
            ("daemon", f"{found['daemon']}{since}"),
            ("process", found["process"]),
            ("starts", found["starts"]),
            ("last poll", local(found["last_poll"], room.zone, seconds=True) or "never"),
            ("last sent", local(found["last_sent"], room.zone, seconds=True) or "never"),
            ("posts", ", ".join(f"{number} {name}" for name, number in found["counts"].items() if number) or "none"),
            ("stop switch", f"ON: {found['stopped']}" if found["stopped"] is not None else "off"),
            *(("paused", f"{name}: {why}") for name, why in found["paused"].items()),
            *(("failing", f"{name}: {why}") for name, why in found["failing_sources"].items()),
        ]
    )
    for sentence in found["attention"]:
        complain(sentence)
