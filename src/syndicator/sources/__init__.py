"""Polls become articles. `TYPES` is the only list of kinds of sources; one more is one more reader here."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from syndicator.errors import FetchError
from syndicator.fetch import Fetcher, Response, retry_after, shown
from syndicator.models import Article, Poll, Source, SourceState
from syndicator.sources import feed, page
from syndicator.sources.entry import DocumentError, Payload
from syndicator.sources.feed import Found
from syndicator.sources.plain import decode

FEED_BYTES = 10_000_000
FIRST_BACKOFF = timedelta(seconds=60)
LONGEST_BACKOFF = timedelta(hours=1)
LONGEST_PATIENCE = timedelta(hours=24)  # what a Retry-After may ask for
SHORTEST_PACE = timedelta(seconds=1)

log = logging.getLogger(__name__)

Read = Callable[[Payload, Source, ZoneInfo], Found]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one type of source is read: what to ask for, and bytes to articles (raises DocumentError)."""

    accept: str
    read: Read


TYPES: Mapping[str, Kind] = {"feed": Kind(feed.ACCEPT, feed.read)}


async def poll(source: Source, state: SourceState, fetcher: Fetcher, *, now: datetime, zone: ZoneInfo) -> Poll:
    """Ask a source once. Never raises for anything the other side does: `error` is one sentence for a person.

    A 304, or the same bytes as last time, is not parsed (`changed` False). A document that was cut off gives what was
    whole, without validators, so that the next poll reads it again.
    """
    outcome = Poll(source.name, source.url, now)
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
        return replace(outcome, error=_refusal(answer), retry_at=retry_after(answer.headers, now))
    digest = hashlib.sha256(answer.body).hexdigest()
    if digest == known.digest and answer.complete:
        return _unchanged(outcome, answer, known)
    payload = Payload(answer.body, answer.url, _content_type(answer)[1], now)
    found = await _read(payload, source, kind, zone)
    if isinstance(found, str):
        return replace(outcome, error=found)
    outcome = replace(outcome, articles=found.articles, skipped=found.skipped)
    if not (found.whole and answer.complete):
        return outcome
    validators = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
    return replace(outcome, etag=validators[0], last_modified=validators[1], digest=digest)


async def read_page(article: Article, source: Source, fetcher: Fetcher, *, zone: ZoneInfo) -> Article:
    """The article with what its feed left out, taken from its own page, and with the canonical address as a key.

    Raises FetchError, with `status` where there was an answer, when the page does not answer 200 with HTML.
    """
    answer = await fetcher.get(
        article.url, max_bytes=page.MAX_BYTES, allow_private=source.allow_private, accept=page.ACCEPT
    )
    if answer.status != HTTPStatus.OK:
        raise FetchError(_refusal(answer), status=answer.status)
    kind, charset = _content_type(answer)
    if "html" not in kind and (kind or not answer.body.lstrip().startswith(b"<")):
        raise FetchError(f"{shown(answer.url)} answered {kind or 'something'}, not a page.", status=answer.status)
    html = decode(answer.body, charset)
    facts = await asyncio.to_thread(page.read, html, answer.url, zone)
    return page.fill(article, facts, source, answer.url, zone)


def next_poll(source: Source, state_before: SourceState, poll: Poll) -> datetime:
    """When to ask again, always later than the poll.

    The source's own pace after success; after errors that pace, at least a minute, doubled each time up to an hour;
    what a Retry-After asks for, up to a day, but never faster than the pace.
    """
    pace = max(source.every, SHORTEST_PACE)
    if not poll.error:
        return poll.at + pace
    if poll.retry_at is not None:
        return max(poll.at + pace, min(poll.retry_at, poll.at + LONGEST_PATIENCE))
    first = max(pace, FIRST_BACKOFF)
    doubled: timedelta = first * (1 << min(state_before.failures, 12))
    return poll.at + max(pace, min(doubled, LONGEST_BACKOFF))


def after(state: SourceState, source: Source, poll: Poll) -> SourceState:
    """The state to store with a poll's articles: validators and success from a good poll only.

    A source with another address starts anew, unseeded.
    """
    before = state if state.url == source.url else SourceState(source.name, source.url)
    following = next_poll(source, before, poll)
    if poll.error:
        failures = before.failures + 1
        return replace(before, last_poll=poll.at, next_poll=following, failures=failures, error=poll.error)
    return replace(
        before,
        last_poll=poll.at,
        next_poll=following,
        # What a cut-off first document left out is not news when the next poll finds it.
        seeded=before.seeded or feed.CUT_SHORT not in poll.skipped,
        etag=poll.etag,
        last_modified=poll.last_modified,
        digest=poll.digest,
        last_success=poll.at,
        last_change=poll.at if poll.changed else before.last_change,
        failures=0,
        error="",
    )


def _conditions(known: SourceState) -> dict[str, str]:
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in conditions.items() if value and value.isascii() and value.isprintable()}


def _unchanged(outcome: Poll, answer: Response, known: SourceState) -> Poll:
    return replace(
        outcome,
        status=answer.status,
        changed=False,
        etag=answer.headers.get("ETag") or known.etag,
        last_modified=answer.headers.get("Last-Modified") or known.last_modified,
        digest=known.digest,
    )


def _refusal(answer: Response) -> str:
    try:
        phrase = f" ({HTTPStatus(answer.status).phrase})"
    except ValueError:
        phrase = ""
    return f"{shown(answer.url)} answered {answer.status}{phrase}."


def _content_type(answer: Response) -> tuple[str, str]:
    kind, _, rest = answer.headers.get("Content-Type", "").partition(";")
    charset = rest.partition("charset=")[2].partition(";")[0].strip(" \"'")
    return kind.strip().lower(), charset


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
