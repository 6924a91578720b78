"""One poll of one source: asked, and read when something changed."""

import asyncio
import hashlib
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from syndicator.errors import FetchError
from syndicator.fetch import Fetcher, Response, retry_after, shown
from syndicator.models import Poll, Source, SourceState
from syndicator.sources.answers import content_type, refusal
from syndicator.sources.entry import DocumentError, Found, Payload
from syndicator.sources.kinds import TYPES, Kind
from syndicator.sources.pace import address
from syndicator.sources.patience import of_headers

FEED_BYTES = 10_000_000
_NONE = timedelta(0)

log = logging.getLogger(__name__)


async def poll(source: Source, state: SourceState, fetcher: Fetcher, *, now: datetime, zone: ZoneInfo) -> Poll:
    """Ask a source once. Never raises for anything the other side does: `error` is one sentence for a person.

    A 304, or the same bytes as last time, is not parsed (`changed` False). A document that was cut off gives what was
    whole, without validators, so that the next poll reads it again. A source that has moved for ever is asked where
    it lives now, see `pace.address`.
    """
    outcome = Poll(source.name, source.url, now, recovered=state.failures > 0)
    kind = TYPES.get(source.type)
    if kind is None:
        return replace(outcome, error=f"Source {source.name} has no known type: {source.type}.")
    known = state if state.url == source.url else SourceState(source.name, source.url)
    asked, conditions = address(source, known), _conditions(known)
    try:
        answer = await fetcher.get(
            asked,
            headers=conditions,
            max_bytes=FEED_BYTES,
            allow_private=source.allow_private,
            accept=kind.accept,
            partial=True,
        )
    except FetchError as error:
        return replace(outcome, error=str(error), status=error.status, retry_at=error.retry_at)
    if answer.status == HTTPStatus.NOT_MODIFIED and conditions:
        return _unchanged(outcome, known, answer, _moved(source, answer, asked))
    if answer.status != HTTPStatus.OK:
        return _refused(outcome, answer, final=asked == source.url)
    digest = hashlib.sha256(answer.body).hexdigest()
    moved = _moved(source, answer, asked)
    # Under a new address it is read again also unchanged: its GUIDs are to be found by the old host and the new one.
    if digest == known.digest and answer.complete and moved == known.moved:
        return _unchanged(outcome, known, answer, moved)
    via = tuple(url for url in (known.moved, *answer.moved) if url)
    found = await _read(Payload(answer.body, answer.url, content_type(answer)[1], now, via), source, kind, zone)
    if isinstance(found, str):
        return replace(outcome, status=answer.status, error=found)
    whole = found.whole and answer.complete
    return replace(
        outcome,
        status=answer.status,
        articles=found.articles,
        skipped=found.skipped,
        etag=answer.headers.get("ETag", "") if whole else "",
        last_modified=answer.headers.get("Last-Modified", "") if whole else "",
        digest=digest if whole else "",
        whole=whole,
        moved=moved,
        pace=max(found.pace or _NONE, of_headers(answer.headers, now) or _NONE) or None,
    )


def _refused(outcome: Poll, answer: Response, *, final: bool) -> Poll:
    """The address that is configured may say that it is gone; one it has moved to only fails."""
    error, again = refusal(answer), retry_after(answer.headers, outcome.at)
    gone = final and answer.status == HTTPStatus.GONE
    if gone:
        error += " It is asked no more until its address is changed in the configuration or a person reads it now."
    return replace(outcome, status=answer.status, error=error, retry_at=again, gone=gone)


def _moved(source: Source, answer: Response, asked: str) -> str:
    """Where the source lives for ever, "" where that is the configured address."""
    now = answer.moved[-1] if answer.moved else asked
    return "" if now == source.url else now


def _conditions(known: SourceState) -> dict[str, str]:
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in conditions.items() if value and value.isascii() and value.isprintable()}


def _unchanged(outcome: Poll, known: SourceState, answer: Response, moved: str) -> Poll:
    return Poll(  # not by `replace`, which takes longer than to make it: this is how nearly every poll ends
        outcome.source,
        outcome.url,
        outcome.at,
        status=answer.status,
        changed=False,
        etag=answer.headers.get("ETag") or known.etag,
        last_modified=answer.headers.get("Last-Modified") or known.last_modified,
        digest=known.digest,
        moved=moved,
        pace=of_headers(answer.headers, outcome.at),
        recovered=outcome.recovered,
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
