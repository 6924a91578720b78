"""Subscribing to what feeds' hubs tell: what a poll found is noted, and what is due is asked for."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus

import structlog

from syndicator.config import Config
from syndicator.errors import FetchError, StoreError, SyndicatorError
from syndicator.fetch import Fetcher, Response, retry_after
from syndicator.models import Poll, Source, SourceState, Subscription
from syndicator.pipeline import hubs
from syndicator.pipeline.hubs import Step
from syndicator.room import Room
from syndicator.sources.answers import refusal

log = structlog.get_logger("syndicator.websub")

STEADY = timedelta(hours=1)  # two servers of one feed that name different hubs must not make us run to and fro

_PATIENCE = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why a hub did not take what it was asked; `refused` when it said no, `again` when it asks for patience."""

    words: str
    refused: bool = False
    again: datetime | None = None


def reachable(config: Config) -> bool:
    """Whether hubs can reach the desk."""
    return bool(config.desk.listen and config.desk.public_url)


def note(room: Room, results: Sequence[tuple[SourceState, Poll]]) -> None:
    """Remember which hubs the sources just polled name. Never raises: a poll that is stored stays stored."""
    heard = [poll for _, poll in results if _says(room, poll)]
    if not heard:
        return
    try:
        known = room.ledger.told.subscriptions()
        for poll in heard:
            _note(room, poll, known.get(poll.source))
    except StoreError as error:
        log.error("hubs not noted", error=str(error))


def _says(room: Room, poll: Poll) -> bool:
    """Whether a poll says something about hubs: it names one, or read the whole document without finding any."""
    if not reachable(room.config) or not hubs.wants(room.source(poll.source)) or poll.error or poll.pushed:
        return False
    return bool(poll.hub or (poll.changed and poll.digest))


def _note(room: Room, poll: Poll, one: Subscription | None) -> None:
    same = one is not None and (set(one.hub.split()), one.topic) == (set(poll.hub.split()), poll.topic)
    if same or (one and one.asked_at and poll.at - one.asked_at < STEADY):
        return
    if one is not None:
        part(room, one)
    if poll.hub:
        path, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        room.ledger.told.keep(Subscription(poll.source, poll.topic, poll.hub, path, secret))


def part(room: Room, one: Subscription) -> None:
    """Let a source go its way without this subscription; the hub is asked to end one it may have."""
    if one.asked_at is None or one.state == "refused":
        room.ledger.told.forget([one.source])
    else:
        room.ledger.told.change(one.path, lambda found: hubs.parted(found, room.clock()))


async def subscribe(room: Room, way: Fetcher) -> None:
    """Do what is due for every subscription, all side by side, and see which sources are told by their hubs."""
    if not reachable(room.config):
        room.told = frozenset()
        return
    known = await asyncio.to_thread(room.ledger.told.subscriptions)
    room.told = hubs.told(known.values(), room.clock()) & {
        name for name, source in room.config.sources.items() if hubs.wants(source)
    }
    await asyncio.gather(*(_step(room, way, one) for one in known.values()))


async def _step(room: Room, way: Fetcher, one: Subscription) -> None:
    source, now = room.source(hubs.name_of(one)), room.clock()
    step = hubs.decide(one, source, now)
    try:
        if step is Step.ASK and source is not None:
            await _ask(room, way, one, source)
        elif step is Step.LEAVE:
            await _leave(room, way, one, private=source is not None and source.allow_private)
        elif step is not Step.NOTHING:
            await asyncio.to_thread(_settle, room, one, step)
    except SyndicatorError as error:
        log.error("subscription not kept", source=hubs.name_of(one), error=str(error))


def _settle(room: Room, one: Subscription, step: Step) -> None:
    """The steps that need no hub."""
    if step is Step.PART:
        part(room, one)
    elif step is Step.FORGET:
        room.ledger.told.forget([one.source])
    elif step is Step.END:
        room.ledger.told.change(one.path, lambda found: hubs.ended(found, room.clock()))
    elif step is Step.REFUSE:
        room.ledger.told.change(one.path, hubs.unsafe)
        log.warning("hub not asked", source=one.source, hub=hubs.host(one), error=hubs.NOT_SECURE)


async def _ask(room: Room, way: Fetcher, one: Subscription, source: Source) -> None:
    """Subscribe, or renew. It is written down before the hub is asked: it may come to verify before it has answered."""
    now = room.clock()
    found = await _begun(room, one, hubs.asked(one, now))
    if found is None:
        return
    hub = hubs.usable(found, source)[0]
    form = {
        **_form(room, found, "subscribe"),
        "hub.lease_seconds": str(int(hubs.LEASE.total_seconds())),
        "hub.secret": found.secret,
    }
    trouble = await _post(way, hub, form, now, private=source.allow_private)
    if trouble is None:
        log.info("hub asked", source=one.source, hub=hubs.host(found))
        return
    log.warning("hub failed", source=one.source, error=trouble.words, failures=found.failures)
    change, failed = room.ledger.told.change, partial(hubs.missed, now=now, error=trouble.words)
    await asyncio.to_thread(change, one.path, partial(failed, refused=trouble.refused, again=trouble.again))


async def _leave(room: Room, way: Fetcher, one: Subscription, *, private: bool) -> None:
    now = room.clock()
    found = await _begun(room, one, hubs.farewell(one, now))
    if found is None:
        return
    hub = found.hub.split()[0]
    trouble = await _post(way, hub, _form(room, found, "unsubscribe"), now, private=private)
    said = trouble.words if trouble else None
    log.info("hub asked to end", source=hubs.name_of(one), hub=hubs.host(found), error=said)


def _form(room: Room, one: Subscription, mode: str) -> dict[str, str]:
    callback = f"{room.config.desk.public_url.rstrip('/')}/websub/{one.path}"
    return {"hub.callback": callback, "hub.mode": mode, "hub.topic": one.topic}


async def _begun(room: Room, one: Subscription, after: Subscription) -> Subscription | None:
    """Write down what is begun; None when the subscription has changed meanwhile."""
    found = await asyncio.to_thread(room.ledger.told.change, one.path, lambda it: after if it == one else it)
    return after if found == after else None


async def _post(way: Fetcher, hub: str, form: Mapping[str, str], now: datetime, *, private: bool) -> _Trouble | None:
    """Ask a hub: None when it took it (202; any 2xx will do)."""
    try:
        answer = await way.post(hub, form, allow_private=private)
    except FetchError as error:
        return _Trouble(str(error), again=error.retry_at)
    return None if 200 <= answer.status < 300 else _trouble(answer, now)


def _trouble(answer: Response, now: datetime) -> _Trouble:
    refused = 400 <= answer.status < 500 and answer.status not in _PATIENCE
    return _Trouble(refusal(answer), refused, retry_after(answer.headers, now))
