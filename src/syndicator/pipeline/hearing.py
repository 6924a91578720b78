"""What a hub says to us: whether we meant to subscribe, and what is new. Called by the desk, which hubs can reach."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus

import structlog

from syndicator.errors import StoreError
from syndicator.models import Poll, Source, SourceState, Subscription
from syndicator.pipeline import hubs
from syndicator.pipeline.poll import take
from syndicator.room import Room
from syndicator.sources import TYPES, DocumentError, Found, Payload
from syndicator.sources.answers import parts

log = structlog.get_logger("syndicator.websub")

LONGEST_REASON = 200  # characters of what a hub says


def confirm(room: Room, path: str, said: Mapping[str, str]) -> tuple[int, str]:
    """Answer a hub that comes to verify, or to say no: the status and the text. 404 for what we did not ask for."""
    mode, topic, challenge = (said.get(f"hub.{name}", "") for name in ("mode", "topic", "challenge"))
    one = room.ledger.told.at(path)
    if one is None or topic != one.topic or not hubs.expects(one, mode) or not (challenge or mode == "denied"):
        return HTTPStatus.NOT_FOUND, "There is no such subscription.\n"
    now = room.clock()
    room.ledger.told.change(path, lambda it: _after(it, mode, said, now) if hubs.expects(it, mode) else it)
    log.info("hub came", source=hubs.name_of(one), hub=hubs.host(one), mode=mode)
    return HTTPStatus.OK, challenge


def _after(one: Subscription, mode: str, said: Mapping[str, str], now: datetime) -> Subscription:
    if mode == "subscribe":
        return hubs.verified(one, _lease(said.get("hub.lease_seconds", "")), now)
    if mode == "unsubscribe":
        return hubs.ended(one, now)
    reason = "".join(letter if letter.isprintable() else " " for letter in said.get("hub.reason", ""))
    return hubs.denied(one, " ".join(reason.split())[:LONGEST_REASON] or "it gave no reason", now)


def _lease(text: str) -> timedelta:
    """The lease a hub grants; what we ask for where it names none."""
    seconds = int(text[:10]) if text.isascii() and text.isdigit() else 0
    return timedelta(seconds=seconds) if seconds else hubs.LEASE


def hear(room: Room, one: Subscription, body: bytes, content_type: str) -> int:
    """Take a delivery whose signature is right. Returns the new work's count. Never raises; the next poll finds all."""
    source = room.source(one.source)
    if not hubs.hears(one) or source is None or not hubs.wants(source):
        return 0
    try:
        return _hear(room, one, source, body, content_type)
    except StoreError as error:
        log.error("delivery not stored", source=source.name, error=str(error))
        return 0


def _hear(room: Room, one: Subscription, source: Source, body: bytes, content_type: str) -> int:
    now = room.clock()
    state = room.ledger.sources.states([source])[source.name]
    if not state.seeded:  # never read, or not under the address it has now: nobody knows yet what is old
        log.info("delivery dropped", source=source.name, reason="the source has not been read yet")
        return 0
    found = _read(room, source, state, body, content_type, now)
    if found is None:
        return 0
    if not found.articles:
        log.warning("delivery dropped", source=source.name, reason="it holds no article")
        return 0
    told = Poll(source.name, source.url, now, found.articles, skipped=found.skipped, whole=False, pushed=True)
    fresh = take(room, told)
    room.ledger.told.change(one.path, lambda it: replace(it, heard_at=now))
    log.info("told by its hub", source=source.name, articles=len(found.articles), fresh=fresh)
    return fresh


def _read(
    room: Room, source: Source, state: SourceState, body: bytes, content_type: str, now: datetime
) -> Found | None:
    # Read as if it came from the feed's own address, so that it finds the identities a poll finds.
    payload = Payload(body, state.moved or source.url, parts(content_type)[1], now)
    try:
        return TYPES[source.type].read(payload, source, room.zone)
    except DocumentError as error:
        log.warning("delivery dropped", source=source.name, reason=f"the hub {error}")
    except Exception:
        # What somebody put into a feed must not end the desk's work.
        log.warning("delivery dropped", source=source.name, reason="it could not be read", exc_info=True)
    return None
