"""When a source is asked again, and what is remembered of it until then."""

from dataclasses import replace
from datetime import datetime, timedelta

from syndicator.models import Poll, Source, SourceState
from syndicator.sources.feed import CUT_SHORT

FIRST_BACKOFF = timedelta(seconds=60)
LONGEST_BACKOFF = timedelta(hours=1)
LONGEST_PATIENCE = timedelta(hours=24)  # what a Retry-After may ask for
SHORTEST_PACE = timedelta(seconds=1)


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
        seeded=before.seeded or CUT_SHORT not in poll.skipped,
        etag=poll.etag,
        last_modified=poll.last_modified,
        digest=poll.digest,
        last_success=poll.at,
        last_change=poll.at if poll.changed else before.last_change,
        failures=0,
        error="",
    )
