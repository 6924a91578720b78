"""Tell people, once per incident: account paused, post not known, source failing, nothing published for a while."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests
import structlog

from syndicator.delivery import needs_person
from syndicator.errors import StoreError
from syndicator.models import Status
from syndicator.room import Room

log = structlog.get_logger("syndicator.alerts")

UNREACHED = 3  # tries in a row
TOKEN_ENDS = timedelta(days=7)
COMPARED = timedelta(days=1)
FAILING = 3  # polls in a row before a source is an incident
TIMEOUT = 10.0  # seconds for the webhook or the command


@dataclass(frozen=True, slots=True)
class Incident:
    """One trouble. `kind` and `subject` tell it from others; `detail` is a sentence for a person."""

    kind: str
    subject: str
    detail: str


def incidents(room: Room) -> Iterator[Incident]:
    """What needs a person now."""
    stop = room.ledger.accounts.stopped()
    if stop:
        yield Incident("stopped", "all", f"all sending was stopped by {stop.by}: {stop.reason}")
    yield from _accounts(room)
    yield from _unknown(room)
    for source in room.ledger.sources.failing(room.config.sources.values(), FAILING):
        often = f"{source.failures} times" if source.failures > 1 else "once"
        yield Incident("source failing", source.name, f"source {source.name} failed {often}: {source.error}")
    yield from _silence(room)


def _accounts(room: Room) -> Iterator[Incident]:
    now = room.clock()
    for state in (one for one in room.ledger.accounts.states() if one.configured):
        if state.paused is not None:
            yield Incident("account paused", state.name, f"account {state.name} is paused: {state.paused}")
        if state.failures >= UNREACHED:
            yield Incident(
                "network not reached", state.name, f"the network of {state.name} cannot be reached; posts wait"
            )
        if state.expires is not None and state.expires - now < TOKEN_ENDS:
            yield Incident(
                "token ends", state.name, f"the token of {state.name} ends on {state.expires:%d %B, %H:%M} UTC"
            )
        if state.compare_until is not None and now - state.compare_until < COMPARED:
            detail = "an older ledger was restored; its posts are looked for on the network before any is sent"
            yield Incident("ledger restored", state.name, f"{state.name}: {detail}")


def _unknown(room: Room) -> Iterator[Incident]:
    for row in room.ledger.deliveries.with_status(Status.UNCONFIRMED):
        account = room.account(row.account)
        if account and needs_person(row, account.delivery):
            detail = f"post {row.id} on {account.name} may be public and nobody can tell: {row.detail}"
            yield Incident("post not known", str(row.id), detail)


def _silence(room: Room) -> Iterator[Incident]:
    """Nothing was sent for `silence`, counted from the daemon's start."""
    limit = room.config.alerts.silence
    if limit <= timedelta(0):
        return
    now = room.clock()
    beat = room.ledger.accounts.heartbeat()
    times = [state.last_sent for state in room.ledger.accounts.states()] + [beat.started if beat else None]
    last = max((moment for moment in times if moment), default=now)
    if now - last >= limit:
        hours = (now - last).total_seconds() / 3600
        yield Incident("silence", "all", f"nothing was published for {hours:.1f} hours")


def tell(room: Room) -> list[Incident]:
    """Tell people of new incidents, and forget those that are over. Returns the new ones."""
    accounts = room.ledger.accounts
    known = accounts.open_incidents()
    current = {(incident.kind, incident.subject): incident for incident in incidents(room)}
    for kind, subject in known.keys() - current.keys():
        accounts.close_incident(kind, subject)
    new = [incident for key, incident in current.items() if key not in known]
    now = room.clock()
    for incident in new:
        accounts.open_incident(incident.kind, incident.subject, incident.detail, now)
        log.error("needs a person", kind=incident.kind, detail=incident.detail)
        _notify(room, incident, now)
    return new


def _notify(room: Room, incident: Incident, now: datetime) -> None:
    settings = room.config.alerts
    body = {"newsroom": room.config.newsroom.name, "kind": incident.kind, "subject": incident.subject,
            "text": incident.detail, "at": now.isoformat(timespec="seconds")}  # fmt: skip
    try:
        if settings.webhook:
            requests.post(settings.webhook, json=body, timeout=TIMEOUT, allow_redirects=False).raise_for_status()
        if settings.command:
            # The administrator's own command line, read from the configuration; facts go in by standard input only.
            subprocess.run(  # noqa: S602
                settings.command,
                shell=True,
                input=json.dumps(body),
                text=True,
                timeout=TIMEOUT,
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
    except (requests.RequestException, subprocess.SubprocessError, OSError) as error:
        log.error("alert not delivered", kind=incident.kind, error=type(error).__name__)


def tell_quietly(room: Room) -> None:
    """`tell`, for a clock that must go on when the ledger is in trouble."""
    try:
        tell(room)
    except StoreError as error:
        log.error("alerts not judged", error=str(error))
