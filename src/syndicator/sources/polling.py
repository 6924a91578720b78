"""One poll of one source: asked, and read when something changed."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from zlib import crc32
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
from syndicator.sources.pace import address
from syndicator.sources.patience import of_headers

FEED_BYTES = 10_000_000
_NONE = timedelta(0)
NOT_MODIFIED = int(HTTPStatus.NOT_MODIFIED)  # compared at every poll


async def poll(
    source: Source,
    state: SourceState,
    fetcher: Fetcher,
    *,
    now: datetime,
    zone: ZoneInfo,
    known: Collection[int] = frozenset(),
) -> Poll:
    """Ask a source once. Never raises for anything the other side does: `error` is one sentence for a person.

    A 304, or the same bytes as last time, is not parsed (`changed` False). A document that was cut off gives what was
    whole, without validators, so that the next poll reads it again. A source that has moved for ever is asked where
    it lives now, see `pace.address`. Items whose fingerprints are `known` are left out where the document is known.
    """
    kind = TYPES.get(source.type)
    if kind is None:
        return Poll(source.name, source.url, now, error=f"Source {source.name} has no known type: {source.type}.")
    before = state if state.url == source.url else SourceState(source.name, source.url)
    # What was chosen by another selector says nothing about what this one would choose.
    by = f" {crc32(source.select.encode()):08x}" if source.select else ""
    asked, conditions = address(source, before), _conditions(before) if before.digest.endswith(by) else {}
    recovered = state.failures > 0
    try:
        answer = await _get(asked, source, kind, fetcher, conditions)
    except FetchError as error:
        outcome = Poll(source.name, source.url, now, recovered=recovered)
        return replace(outcome, error=str(error), status=error.status, retry_at=error.retry_at)
    moved = _moved(source, answer, asked)
    if answer.status == NOT_MODIFIED and conditions:
        return _unchanged(source, now, before, answer, moved, recovered=recovered)
    outcome = Poll(source.name, source.url, now, recovered=recovered)
    if answer.status != HTTPStatus.OK:
        return _refused(outcome, answer, final=asked == source.url)
    digest = hashlib.sha256(answer.body).hexdigest() + by
    # Under a new address it is read again also unchanged: its GUIDs are to be found by the old host and the new one.
    if digest == before.digest and answer.complete and moved == before.moved:
        return _unchanged(source, now, before, answer, moved, recovered=recovered)
    via = tuple(url for url in (before.moved, *answer.moved) if url)
    outcome = replace(outcome, status=answer.status)
    # Where everything is to be read anew, all of it is.
    left_out = known if before.digest else frozenset()
    taken = await _taken(outcome, answer, Reader(source, kind, fetcher, now, zone, via, left_out), digest)
    return taken if taken.error else replace(taken, moved=moved)


async def _get(asked: str, source: Source, kind: Kind, fetcher: Fetcher, headers: Mapping[str, str]) -> Response:
    """The answer of a source at an address. Raises FetchError, also where robots.txt forbids to ask."""
    if kind.robots:
        await robots.obey(asked, fetcher, allow_private=source.allow_private)
    return await fetcher.get(
        asked,
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
        return replace(outcome, status=answer.status, error=found)
    whole = found.whole and answer.complete
    skipped = found.skipped if answer.complete or CUT_SHORT in found.skipped else (*found.skipped, CUT_SHORT)
    hub, topic = named(answer, found)
    kept = whole and found.steady
    return replace(
        outcome,
        articles=found.articles,
        skipped=skipped,
        etag=answer.headers.get("ETag", "") if kept else "",
        last_modified=answer.headers.get("Last-Modified", "") if kept else "",
        digest=digest if kept else "",
        whole=whole,
        pace=max(found.pace or _NONE, of_headers(answer.headers, outcome.at) or _NONE) or None,
        hub=hub,
        topic=topic,
        prints=found.prints,
        known=found.known,
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
    conditions = {}
    if known.etag and known.etag.isascii() and known.etag.isprintable():
        conditions["If-None-Match"] = known.etag
    if known.last_modified and known.last_modified.isascii() and known.last_modified.isprintable():
        conditions["If-Modified-Since"] = known.last_modified
    return conditions


def _unchanged(
    source: Source, now: datetime, known: SourceState, answer: Response, moved: str, *, recovered: bool
) -> Poll:
    """How nearly every poll ends, so it is made in one go."""
    headers = answer.headers
    hub, topic = named(answer) if "Link" in headers else ("", "")
    return Poll(
        source.name,
        source.url,
        now,
        hub=hub,
        topic=topic,
        status=answer.status,
        changed=False,
        etag=headers.get("ETag") or known.etag,
        last_modified=headers.get("Last-Modified") or known.last_modified,
        digest=known.digest,
        moved=moved,
        pace=of_headers(headers, now),
        recovered=recovered,
    )
