"""Poll: sources are read side by side, and what they gave is stored in one transaction."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import itemgetter

import structlog

from syndicator import sources
from syndicator.errors import StoreError
from syndicator.fetch import Fetcher, shown
from syndicator.models import Poll, Source, SourceState
from syndicator.pipeline.subscribe import note
from syndicator.room import Room

log = structlog.get_logger("syndicator.poll")


async def poll_one(
    room: Room, source: Source, state: SourceState, way: Fetcher, *, whole: bool = True
) -> tuple[SourceState, Poll]:
    """Read one source once. Never raises for what the other side does; returns its new state and what it gave.

    Unless the `whole` document is asked for, items that are stored as they are written are left out. `store` may then
    want it read once more in full: the source is due again.
    """
    known = frozenset[int]() if whole else room.ledger.articles.known(source.name)
    result = await sources.poll(source, state, way, now=room.clock(), zone=room.zone, known=known)
    if result.error:
        log.warning("source failed", source=source.name, error=result.error, failures=state.failures + 1)
    for remark in result.skipped:
        log.info("item skipped", source=source.name, reason=remark)
    result = _patient(room, result)
    following = sources.after(state, source, result, told=source.name in room.told)
    if following.moved and following.moved != state.moved:
        log.warning("source has moved", source=source.name, detail=_moved(source, following.moved))
    return following, result


def _moved(source: Source, target: str) -> str:
    here = f"{shown(source.url)} says that it has moved for ever to {shown(target)}"
    return f"{here}, and is read there now: change sources.{source.name}.url in the configuration."


def _patient(room: Room, result: Poll) -> Poll:
    """With what the document asked for when it was last read: an answer without a body does not say it again."""
    if result.error or result.changed:
        if not result.error:
            room.patience[result.source] = result.pace
        return result
    asked = room.patience.get(result.source)
    return result if asked is None or (result.pace and asked <= result.pace) else replace(result, pace=asked)


def by_turns(asked: Sequence[SourceState]) -> list[SourceState]:
    """In an order in which the hosts take turns, so that one with many sources, or a slow one, holds up no other."""
    asked_before = Counter[str]()
    turns = []
    for state in asked:
        host = (state.moved or state.url).split("/", 3)[2:3]
        turns.append(asked_before["".join(host)])
        asked_before["".join(host)] += 1
    return [state for _, state in sorted(zip(turns, asked, strict=True), key=itemgetter(0))]


def store(room: Room, results: Sequence[tuple[SourceState, Poll]], backfill: int = 0) -> int:
    """Keep the results of some polls in one transaction. Returns how many articles are new work."""
    fresh = _stored(room, results, backfill) if results else 0
    note(room, results)
    for state, result in results:
        if result.changed and not result.error:
            log.info("source read", source=state.name, articles=result.listed)
    return fresh


def _stored(room: Room, results: Sequence[tuple[SourceState, Poll]], backfill: int) -> int:
    """One transaction for all; when it fails, one for each, so that one source's trouble is its own."""
    try:
        return room.ledger.articles.store_polls(results, backfill)
    except StoreError as error:
        if len(results) == 1:
            log.error("poll not stored", source=results[0][0].name, error=str(error))
            raise
    fresh, failed = 0, None
    for one in results:
        try:
            fresh += room.ledger.articles.store_polls([one], backfill)
        except StoreError as error:
            log.error("poll not stored", source=one[0].name, error=str(error))
            failed = error
    if failed and fresh == 0:
        raise failed
    return fresh


def take(room: Room, told: Poll) -> int:
    """Keep what a source told by itself (`told.pushed`), and set to work on it at once. Returns the new work's count.

    The source's pace, validators and failures stay as they are. Raises StoreError when nothing was kept.
    """
    source = room.config.sources[told.source]
    state = room.ledger.sources.states([source])[source.name]
    changed = told.at if told.articles else state.last_change
    fresh = store(room, [(replace(state, last_success=told.at, last_change=changed), told)])
    room.wake()
    return fresh


async def poll(room: Room, names: Iterable[str], way: Fetcher, backfill: int = 0) -> list[Poll]:
    """Read the named sources now, all side by side, and store what they gave."""
    room.ledger.sources.follow_moves(room.config.sources.values())
    states = room.ledger.sources.states(room.config.sources.values())
    # Posting the newest on purpose needs the whole document, also one that has not changed.
    asked = [
        replace(states[name], etag="", last_modified="", digest="") if backfill else states[name] for name in names
    ]
    reading = (poll_one(room, room.config.sources[state.name], state, way) for state in asked)
    results = await asyncio.gather(*reading)
    store(room, results, backfill)
    return [result for _, result in results]
