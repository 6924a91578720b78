"""The sources at work: listed and polled."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer

from syndicator import pipeline
from syndicator.cli import show
from syndicator.cli.failures import FAILED, complain
from syndicator.cli.options import Listing, Options
from syndicator.cli.pushes import lack
from syndicator.cli.rooms import changing, reading, remark_if_alone
from syndicator.cli.show import local
from syndicator.compose import fetcher
from syndicator.config import format_duration
from syndicator.desk.health import of_hub
from syndicator.errors import ConfigError
from syndicator.models import Poll, Subscription
from syndicator.pipeline.hubs import host
from syndicator.room import Room
from syndicator.sources import polled


def list_sources(options: Options, form: Listing) -> None:
    """Print the configured sources and what the ledger knows of them."""
    with reading(options) as room:
        states = room.ledger.sources.states(room.config.sources.values())
        known, now = room.ledger.told.subscriptions(), room.clock()
    hubs = {name: _hub(one, now, room.zone) for name, one in known.items()}
    facts = [
        {"name": one.name, "type": one.type, "url": one.url,
         "every": format_duration(one.every) if polled([one]) else None,
         "seeded": states[one.name].seeded, "last_poll": states[one.name].last_poll,
         "last_success": states[one.name].last_success, "last_change": states[one.name].last_change,
         "next_poll": states[one.name].next_poll, "failures": states[one.name].failures,
         "error": states[one.name].error or None, "pace": states[one.name].pace or None,
         "moved": states[one.name].moved or None, "gone": states[one.name].gone, "hub": hubs.get(one.name)}
        for one in room.config.sources.values()
    ]  # fmt: skip
    if form is Listing.JSON:
        show.stream_json(facts)
    else:
        heads = ("source", "every", "last read", "next poll", "failures", "state", "address")
        show.table(heads, (_line(room, one) for one in facts), empty="no sources")


def _hub(one: Subscription, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """A subscription as machines see it, without what is secret."""
    return {"host": host(one), "state": one.state, "until": one.lease_until, "last_told": one.heard_at,
            "error": one.error or None, "words": of_hub(one, now, zone)}  # fmt: skip


def _line(room: Room, one: dict[str, Any]) -> tuple[object, ...]:
    good, otherwise = ("seeded", "not read yet") if one["every"] else ("last_success", "no push yet")
    state = one["error"] or ("ok" if one[good] else otherwise)
    if not one["every"] and (source := room.source(one["name"])):
        state = lack(room, source) or state
    if one["moved"] and not one["error"]:
        state = f"moved to {one['moved']}: change its url"
    if one["hub"]:
        words = one["hub"]["words"]
        state = f"{state.rstrip('.')}; {words[0].lower()}{words[1:]}"
    times = (local(one[name], room.zone, seconds=True) for name in ("last_success", "next_poll"))
    return one["name"], one["every"] or "pushed", *times, one["failures"], state, one["url"]


def poll_sources(options: Options, names: Sequence[str], backfill: int, form: Listing) -> None:
    """Read sources now and store what they gave. Exit 1 when one failed; ConfigError for one there is not."""
    with changing(options) as room:
        unknown = [name for name in names if name not in room.config.sources]
        if unknown:
            known = ", ".join(room.config.sources) or "none"
            raise ConfigError(f"there is no source {unknown[0]!r} in {room.config.file}; there are: {known}")
        asked = [one.name for one in polled(room.config.sources.values())]
        told = [name for name in names if name not in asked]
        if told:
            raise ConfigError(
                f"source {told[0]} is not read, its CMS pushes; try: syndicator sources push {told[0]} FILE"
            )
        before = len(room.ledger.articles.new(room.clock(), limit=10_000))
        polls = asyncio.run(_poll(room, names or asked, backfill))
        fresh = len(room.ledger.articles.new(room.clock(), limit=10_000)) - before
        _print(polls, form)
        if fresh > 0:
            print(f"{fresh} new articles to be planned") if form is Listing.TABLE else None
            remark_if_alone(room)
    for one in polls:
        if one.error:
            complain(f"source {one.source}: {one.error}")
    if any(one.error for one in polls):
        raise typer.Exit(FAILED)


async def _poll(room: Room, names: Sequence[str], backfill: int) -> list[Poll]:
    async with fetcher(room) as way:
        return await pipeline.poll(room, names, way, backfill)


def _print(polls: Sequence[Poll], form: Listing) -> None:
    facts: list[dict[str, Any]] = [
        {"name": one.source, "url": one.url, "at": one.at, "status": one.status, "articles": len(one.articles),
         "changed": one.changed and not one.error, "skipped": list(one.skipped), "error": one.error or None}
        for one in polls
    ]  # fmt: skip
    if form is Listing.JSON:
        show.stream_json(facts)
        return
    lines = ((one["name"], one["articles"], len(one["skipped"]), _result(one)) for one in facts)
    show.table(("source", "articles", "skipped", "result"), lines, empty="no sources")


def _result(one: dict[str, Any]) -> str:
    return one["error"] or ("read" if one["changed"] else "not changed")
