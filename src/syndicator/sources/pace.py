"""When a source is asked again, and what is remembered of it until then. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32

from syndicator.models import Poll, Source, SourceState
from syndicator.sources.feed import CUT_SHORT

FIRST_BACKOFF = timedelta(seconds=60)
LONGEST_BACKOFF = timedelta(hours=1)
LONGEST_PATIENCE = timedelta(hours=24)  # what a Retry-After may ask for
SHORTEST_PACE = timedelta(seconds=1)
LIVELY = timedelta(hours=8)  # a night: who published in the evening is still asked at full pace in the morning
SPREAD = 10  # waits differ by up to a tenth, so that sources that fell due together do not stay together


def next_poll(source: Source, state_before: SourceState, poll: Poll, *, told: bool = False) -> datetime:
    """When to ask again, always later than the poll.

    The pace and a little more after success; after errors `every`, at least a minute, doubled each time up to an hour;
    what a Retry-After asks for, up to a day, but never faster than `every`.
    """
    if not poll.error:
        return poll.at + _spread(source, poll.at, pace(source, state_before, poll, told=told))
    every = max(source.every, SHORTEST_PACE)
    if poll.retry_at is not None:
        return max(poll.at + every, min(poll.retry_at, poll.at + LONGEST_PATIENCE))
    first = max(every, FIRST_BACKOFF)
    doubled: timedelta = first * (1 << min(state_before.failures, 12))
    return poll.at + max(every, min(doubled, LONGEST_BACKOFF))


def pace(source: Source, state_before: SourceState, poll: Poll, *, told: bool = False) -> timedelta:
    """How long to wait after a good poll: `every` while the source is lively, longer once it is quiet.

    Up to `LIVELY` after a change it is `every`, whatever the document wishes: many programs write "hourly" into every
    feed. Then it grows with the time since the change (at three times `LIVELY` it is three times `every`), or is what
    the document and its headers ask for (`poll.pace`), never more than `slowest`. A source whose hub tells us what is
    new (`told`) is asked at `slowest`.
    """
    every = max(source.every, SHORTEST_PACE)
    slowest = max(source.slowest, every)
    if told:
        return slowest
    quiet = poll.at - (state_before.last_change or poll.at)
    if poll.changed or quiet <= LIVELY:
        return every
    return min(max(every * (quiet / LIVELY), poll.pace or every), slowest)


def _spread(source: Source, at: datetime, wait: timedelta) -> timedelta:
    """The wait with a share of a tenth of it that follows from the name and the moment; within every and slowest."""
    every = max(source.every, SHORTEST_PACE)
    span = wait // SPREAD
    share = crc32(source.name.encode(), at.hour * 3600 + at.minute * 60 + at.second)
    # Downwards from `slowest`, or all the slow ones would meet there. Whole numbers: a fraction of a time costs more.
    lowest = max(every, min(wait, source.slowest - span))
    return min(lowest + span * share // 2**32, max(source.slowest, every + every // SPREAD))


def address(source: Source, state: SourceState) -> str:
    """Where to ask: where the source has moved for ever, and in turns with the configured address when that fails."""
    return state.moved if state.moved and state.failures % 2 == 0 else source.url


def after(state: SourceState, source: Source, poll: Poll, *, told: bool = False) -> SourceState:
    """The state to store with a poll's articles: validators and success from a good poll only.

    A source with another address starts anew, unseeded.
    """
    before = state if state.url == source.url else SourceState(source.name, source.url)
    if poll.error:
        return replace(
            before,
            last_poll=poll.at,
            next_poll=next_poll(source, before, poll, told=told),
            failures=before.failures + 1,
            error=poll.error,
            gone=poll.gone,
        )
    wait = pace(source, before, poll, told=told)
    return SourceState(
        source.name,
        source.url,
        # What a cut-off first document left out is not news when the next poll finds it.
        seeded=before.seeded or CUT_SHORT not in poll.skipped,
        etag=poll.etag,
        last_modified=poll.last_modified,
        digest=poll.digest,
        next_poll=poll.at + _spread(source, poll.at, wait),
        last_poll=poll.at,
        last_success=poll.at,
        last_change=poll.at if poll.changed else before.last_change,
        moved=poll.moved,
        pace=round(wait.total_seconds()),
    )
