"""One poll of one source: asked, and read when something changed."""

import asyncio
import hashlib
import logging
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from syndicator.errors import FetchError
from syndicator.fetch import Fetcher, Response, retry_after, shown
from syndicator.models import Poll, Source, SourceState
from syndicator.sources.answers import content_type, refusal
from syndicator.sources.discovery import named
from syndicator.sources.entry import DocumentError, Found, Payload
from syndicator.sources.kinds import TYPES, Kind

FEED_BYTES = 10_000_000

log = logging.getLogger(__name__)


async def poll(source: Source, state: SourceState, fetcher: Fetcher, *, now: datetime, zone: ZoneInfo) -> Poll:
    """Ask a source once. Never raises for anything the other side does: `error` is one sentence for a person.

    A 304, or the same bytes as last time, is not parsed (`changed` False). A document that was cut off gives what was
    whole, without validators, so that the next poll reads it again.
    """
    outcome = Poll(source.name, source.url, now, recovered=state.failures > 0)
    kind = TYPES.get(source.type)
    if kind is None:
        return replace(outcome, error=f"Source {source.name} has no known type: {source.type}.")
    known = state if state.url == source.url else SourceState(source.name, source.url)
    conditions = _conditions(known)
    try:
        answer = await fetcher.get(
            source.url,
            headers=conditions,
            max_bytes=FEED_BYTES,
            allow_private=source.allow_private,
            accept=kind.accept,
            partial=True,
        )
    except FetchError as error:
        return replace(outcome, error=str(error), status=error.status, retry_at=error.retry_at)
    if answer.status == HTTPStatus.NOT_MODIFIED and conditions:
        return _unchanged(outcome, answer, known)
    outcome = replace(outcome, status=answer.status)
    if answer.status != HTTPStatus.OK:
        return replace(outcome, error=refusal(answer), retry_at=retry_after(answer.headers, now))
    digest = hashlib.sha256(answer.body).hexdigest()
    if digest == known.digest and answer.complete:
        return _unchanged(outcome, answer, known)
    payload = Payload(answer.body, answer.url, content_type(answer)[1], now)
    found = await _read(payload, source, kind, zone)
    if isinstance(found, str):
        return replace(outcome, error=found)
    whole = found.whole and answer.complete
    hub, topic = named(answer, found)
    outcome = replace(outcome, articles=found.articles, skipped=found.skipped, whole=whole, hub=hub, topic=topic)
    if not whole:
        return outcome
    validators = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
    return replace(outcome, etag=validators[0], last_modified=validators[1], digest=digest)


def _conditions(known: SourceState) -> dict[str, str]:
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in conditions.items() if value and value.isascii() and value.isprintable()}


def _unchanged(outcome: Poll, answer: Response, known: SourceState) -> Poll:
    hub, topic = named(answer)
    return replace(
        outcome,
        hub=hub,
        topic=topic,
        status=answer.status,
        changed=False,
        etag=answer.headers.get("ETag") or known.etag,
        last_modified=answer.headers.get("Last-Modified") or known.last_modified,
        digest=known.digest,
    )


async def _read(payload: Payload, source: Source, kind: Kind, zone: ZoneInfo) -> Found | str:
    """What the document holds, or one sentence on why it cannot be read."""
    try:
        # Off the event loop: a large document would keep the other sources of the batch waiting.
        return await asyncio.to_thread(kind.read, payload, source, zone)
    except DocumentError as error:
        return f"{shown(source.url)} {error}."
    except Exception as error:
        # What somebody put into a feed must not stop the other sources.
        log.warning("source %s could not be read", source.name, exc_info=True)
        return f"{shown(source.url)} could not be read ({type(error).__name__})."
