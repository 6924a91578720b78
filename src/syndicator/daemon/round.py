"""One round of work: all an account has to do now, and the whole of `run --once`."""

import asyncio
import threading
from datetime import timedelta

import structlog

from syndicator import alerts, pipeline, sources
from syndicator.compose import fetcher
from syndicator.errors import SyndicatorError
from syndicator.models import Account, AccountState, Article, Delivery
from syndicator.pipeline.verify import due as verify_due
from syndicator.room import Room

log = structlog.get_logger("syndicator.daemon")

PAGES = 32  # articles whose page and photo are read at a time: bounds the memory of an outage's end
BREAKER = 3  # tries in a row that did not reach a network, after which it is asked by reading first
PROBE, PROBE_CAP = timedelta(seconds=10), timedelta(minutes=5)
POLLS_KEPT = timedelta(days=2)  # all polls worth remembering; beyond that the newest of each source
SHREDS = timedelta(hours=1)  # how old what a killed writer left of a photo must be


def work(
    room: Room, account: Account, looks: list[Delivery], *, ask: bool, ending: threading.Event | None = None
) -> None:
    """Everything an account has to do now, one thing after the other: verify, looks, then posts until none is due."""
    state = room.ledger.accounts.get(account.name)
    if state.failures >= BREAKER:
        if not _reached(room, account, state):
            return
    elif ask:
        pipeline.verify(room, account)
    account = room.accounts[account.name]
    if looks:
        pipeline.look(room, account, looks)
    if state.compare_until is not None:
        pipeline.compare(room, account, state)
    while not (ending and ending.is_set()):
        done = pipeline.deliver_next(room, account)
        if not isinstance(done, Delivery):
            return


def _reached(room: Room, account: Account, state: AccountState) -> bool:
    """Ask a network that could not be reached again, by reading: one question instead of many posts' tries."""
    now = room.clock()
    if state.wait_until is not None and state.wait_until > now:
        return False
    if not pipeline.verify(room, account).trouble:
        return True
    pause = min(PROBE * (1 << min(state.failures - BREAKER, 8)), PROBE_CAP)
    room.ledger.accounts.wait(account.uid, now + pause, unreachable=True)
    return False


def tidy(room: Room) -> int:
    """Delete photos nobody needs any more. Returns how many."""
    now = room.clock()
    keep_since = now - room.config.photos.keep
    needed = room.ledger.photos.needed(keep_since)
    old = [name for name, modified in room.photos.names() if name not in needed and modified < keep_since]
    for name in old:
        room.photos.delete(name)
    room.photos.tidy(now - SHREDS)
    room.ledger.polls.tidy(now - POLLS_KEPT)
    if old:
        log.info("photos tidied", deleted=len(old))
    return len(old)


def once(room: Room) -> None:
    """Poll every source, plan what is new, deliver what is due, look after unknowns, and end. Raises StoreError."""
    room.ledger.store.lock()
    try:
        pipeline.start(room)
        pipeline.recover(room, starting=True)
        asyncio.run(_ingest(room))
        pipeline.expire(room)
        _work_all(room)
        if pipeline.hand_back(room):
            log.critical("receipts were not recorded", left=len(room.unrecorded))
        alerts.tell(room)
        pipeline.beat(room, ended=True)
    finally:
        room.ledger.store.unlock()


async def _ingest(room: Room) -> None:
    states = room.ledger.sources.states(room.config.sources.values())
    async with fetcher(room) as way:
        asked = sources.polled(room.config.sources.values())
        await pipeline.poll(room, [source.name for source in asked if not states[source.name].gone], way)
        for article in room.ledger.articles.to_check(room.clock(), limit=1_000):
            await pipeline.check(room, article, way)
        articles = room.ledger.articles.new(room.clock(), limit=10_000)
        places = asyncio.Semaphore(PAGES)

        async def prepare(article: Article) -> None:
            async with places:
                await pipeline.prepare(room, article, way)

        await asyncio.gather(*map(prepare, articles))


def _work_all(room: Room) -> None:
    looks = room.ledger.deliveries.to_look(room.clock())
    threads = [
        threading.Thread(
            target=_work_once,
            args=(room, account, [row for row in looks if row.account == account.uid]),
            name=account.name,
        )
        for account in room.accounts.values()
        if account.enabled
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _work_once(room: Room, account: Account, looks: list[Delivery]) -> None:
    state = room.ledger.accounts.get(account.name)
    try:
        work(room, account, looks, ask=verify_due(state, room))
    except SyndicatorError as error:
        log.error("account's work failed", account=account.name, error=str(error))
