"""One poll of one source: asked, and read when something changed."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from syndicator.errors import FetchError
from syndicator.fetch import Fetcher, Response, retry_after
from syndicator.models import Poll, Source, SourceState
from syndicator.sources import robots
from syndicator.sources.answers import refusal
from syndicator.sources.discovery import named
from syndicator.sources.entry import Found
from syndicator.sources.feed import CUT_SHORT
from syndicator.sources.following import Reader, follow
from syndicator.sources.kinds import TYPES, Kind

FEED_BYTES = 10_000_000


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
        answer = await _get(source, kind, fetcher, conditions)
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
    return await _taken(outcome, answer, Reader(source, kind, fetcher, now, zone), digest)


async def _get(source: Source, kind: Kind, fetcher: Fetcher, headers: Mapping[str, str]) -> Response:
    """The answer of a source. Raises FetchError, also where robots.txt forbids to ask."""
    if kind.robots:
        await robots.obey(source.url, fetcher, allow_private=source.allow_private)
    return await fetcher.get(
        source.url,
        headers=headers,
        max_bytes=FEED_BYTES,
        allow_private=source.allow_private,
        accept=kind.accept,
        partial=True,
    )


async def _taken(outcome: Poll, answer: Response, reader: Reader, digest: str) -> Poll:
    """The outcome with what the document holds, and with validators when nothing is missing."""
    found = await reader.document(answer, reader.source.url)
    if isinstance(found, Found) and found.more:
        found = await follow(found, reader)
    if isinstance(found, str):
        return replace(outcome, error=found)
    whole = found.whole and answer.complete
    skipped = found.skipped if answer.complete or CUT_SHORT in found.skipped else (*found.skipped, CUT_SHORT)
    hub, topic = named(answer, found)
    outcome = replace(outcome, articles=found.articles, skipped=skipped, whole=whole, hub=hub, topic=topic)
    if not (whole and found.steady):
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
