"""APScheduler: the clock, threads, signals; nothing else.

One job ticks each second: it starts what is due and never waits for it. Polling, pages and photos run in one event
loop of their own; each account has a thread while it has work. So nothing slow delays anything else.
"""

import asyncio
import logging
import os
import queue
import signal
import socket
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from syndicator import alerts, pipeline
from syndicator.compose import fetcher
from syndicator.errors import StoreError, SyndicatorError
from syndicator.fetch import Fetcher
from syndicator.models import Account, Article, Delivery, Poll, Source, SourceState
from syndicator.pipeline.verify import due as verify_due
from syndicator.room import Room

log = structlog.get_logger("syndicator.daemon")

GOODBYE = 8.0  # seconds given to posts on their way when the daemon is told to end
BEAT = timedelta(seconds=5)
ALERTS = timedelta(seconds=5)
TIDY = timedelta(hours=1)
PAGES = 32  # articles whose page and photo are read at a time: bounds the memory of an outage's end


class Every:
    """A slower beat inside the tick."""

    def __init__(self, pace: timedelta) -> None:
        self._pace = pace
        self._last: datetime | None = None

    def due(self, now: datetime) -> bool:
        """Whether it is time again; then it counts from now. A clock that was set back counts as time."""
        if self._last is not None and timedelta(0) <= now - self._last < self._pace:
            return False
        self._last = now
        return True


class Daemon:
    """One newsroom's clock. `start` and `stop` from the main thread; `tick` from the scheduler's."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self._ending = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._loop_thread = threading.Thread(target=self._loop.run_forever, name="fetch", daemon=True)
        self._way: Fetcher | None = None
        self._polling: set[str] = set()
        self._polled: queue.SimpleQueue[tuple[SourceState, Poll]] = queue.SimpleQueue()
        self._preparing: set[int] = set()
        self._working: dict[str, threading.Thread] = {}
        self._guard = threading.Lock()
        self._ticking = threading.Lock()
        self._again = threading.Event()
        self._beat, self._alerts, self._tidy = Every(BEAT), Every(ALERTS), Every(TIDY)
        self._pages = asyncio.Semaphore(PAGES)
        self._scheduler = BackgroundScheduler(timezone="UTC")

    # ------------------------------------------------------------------------------------------ life

    def start(self) -> None:
        """Take the ledger's lock, clean up after a crash, start the clock. Raises StoreError for a second daemon."""
        room = self.room
        room.ledger.store.lock()
        room.ledger.accounts.started(room.process, room.clock())
        pipeline.recover(room, starting=True)
        self._loop_thread.start()
        self._way = asyncio.run_coroutine_threadsafe(fetcher().__aenter__(), self._loop).result()
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self._scheduler.add_job(
            self.tick, "interval", seconds=1, coalesce=True, max_instances=1, misfire_grace_time=None
        )
        self._scheduler.start()
        log.info("started", process=room.process, sources=len(room.config.sources), accounts=len(room.accounts))
        self.tick()

    def run(self) -> None:
        """Start, tell the service manager, and stay until a signal says otherwise."""
        told = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told.set())
        self.start()
        notify("READY=1")
        while not told.wait(1.0):
            notify("WATCHDOG=1")
        notify("STOPPING=1")
        self.stop()

    def stop(self) -> None:
        """Claim nothing new, give posts on their way some seconds, and go. The next start settles what is left."""
        self._ending.set()
        self._scheduler.shutdown(wait=False)
        deadline = threading.Event()
        timer = threading.Timer(GOODBYE, deadline.set)
        timer.daemon = True
        timer.start()
        for name, thread in list(self._working.items()):
            while thread.is_alive() and not deadline.is_set():
                thread.join(0.05)
            if thread.is_alive():
                log.warning("a post is still on its way; the next start will look for it", account=name)
        timer.cancel()
        if self._way:
            closing = asyncio.run_coroutine_threadsafe(self._way.__aexit__(None, None, None), self._loop)
            closing.result(timeout=2)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._loop_thread.join(2)
        self._farewell()

    def _farewell(self) -> None:
        left = pipeline.hand_back(self.room)
        if left:
            log.critical("receipts were not recorded", left=left)
        try:
            self.room.ledger.accounts.beat(self.room.clock(), ended=True)
        except StoreError as error:
            log.error("end not recorded", error=str(error))
        self.room.ledger.store.unlock()
        log.info("ended")

    # ------------------------------------------------------------------------------------------ the tick

    def tick(self) -> None:
        """Start everything that is due. A ledger in trouble is logged; the next tick tries again."""
        if not self._ticking.acquire(blocking=False):
            self._again.set()
            return
        try:
            self._again.clear()
            if not self._ending.is_set():
                self._tick()
        except SyndicatorError as error:
            log.error("tick failed", error=str(error))
        except Exception:
            log.exception("tick failed")
        finally:
            self._ticking.release()
        if self._again.is_set():
            self._wake()

    def _tick(self) -> None:
        room, now = self.room, self.room.clock()
        if self._beat.due(now):
            room.ledger.accounts.beat(now)
        pipeline.hand_back(room)
        pipeline.recover(room)
        pipeline.expire(room)
        self._store_polls()
        self._start_polls()
        self._start_articles()
        self._start_accounts()
        if self._alerts.due(now):
            alerts.tell_quietly(room)
        if self._tidy.due(now):
            tidy(room)

    def _wake(self) -> None:
        """Tick soon, from a thread that may not wait."""
        if not self._ending.is_set():
            self._scheduler.add_job(self.tick, misfire_grace_time=None)

    def _store_polls(self) -> None:
        results = []
        while not self._polled.empty():
            results.append(self._polled.get())
        try:
            pipeline.store(self.room, results)
        finally:
            with self._guard:
                self._polling -= {state.name for state, _ in results}

    def _start_polls(self) -> None:
        due = self.room.ledger.sources.due(self.room.config.sources.values(), self.room.clock())
        for name, state in due.items():
            with self._guard:
                if name in self._polling:
                    continue
                self._polling.add(name)
            self._in_loop(self._poll(self.room.config.sources[name], state))

    async def _poll(self, source: Source, state: SourceState) -> None:
        if self._way:
            self._polled.put(await pipeline.poll_one(self.room, source, state, self._way))
            self._wake()

    def _start_articles(self) -> None:
        for article in self.room.ledger.articles.new(self.room.clock()):
            with self._guard:
                if article.id in self._preparing:
                    continue
                self._preparing.add(article.id)
            self._in_loop(self._prepare(article))

    async def _prepare(self, article: Article) -> None:
        try:
            async with self._pages:
                if self._way and await pipeline.prepare(self.room, article, self._way):
                    self._wake()
        finally:
            with self._guard:
                self._preparing.discard(article.id)

    def _in_loop(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).add_done_callback(_report)

    # ------------------------------------------------------------------------------------------ accounts

    def _start_accounts(self) -> None:
        room, now = self.room, self.room.clock()
        due = room.ledger.deliveries.accounts_due(now)
        looks: dict[str, list[Delivery]] = {}
        for row in room.ledger.deliveries.to_look(now):
            looks.setdefault(row.account, []).append(row)
        states = {state.name: state for state in room.ledger.accounts.states()}
        for account in room.accounts.values():
            asked = account.enabled and verify_due(states[account.name], room)
            if asked or account.uid in due or account.uid in looks:
                self._start_account(account, looks.get(account.uid, []), asked)

    def _start_account(self, account: Account, looks: list[Delivery], ask: bool) -> None:
        """One thread per account: one that hangs past its deadline keeps its account closed until it returns."""
        with self._guard:
            thread = self._working.get(account.name)
            if thread and thread.is_alive():
                return
            thread = threading.Thread(target=self._work, args=(account, looks, ask), name=account.name, daemon=True)
            self._working[account.name] = thread
        thread.start()

    def _work(self, account: Account, looks: list[Delivery], ask: bool) -> None:
        try:
            work(self.room, account, looks, ask=ask, ending=self._ending)
        except SyndicatorError as error:
            log.error("account's work failed", account=account.name, error=str(error))
        except Exception:
            log.exception("account's work failed", account=account.name)


def work(
    room: Room, account: Account, looks: list[Delivery], *, ask: bool, ending: threading.Event | None = None
) -> None:
    """Everything an account has to do now, one thing after the other: verify, looks, then posts until none is due."""
    if ask:
        pipeline.verify(room, account)
    account = room.accounts[account.name]
    for row in looks:
        if ending and ending.is_set():
            return
        pipeline.look(room, account, row)
    while not (ending and ending.is_set()):
        done = pipeline.deliver_next(room, account)
        if not isinstance(done, Delivery):
            return


def tidy(room: Room) -> int:
    """Delete photos nobody needs any more. Returns how many."""
    now = room.clock()
    keep_since = now - room.config.photos.keep
    needed = room.ledger.photos.needed(keep_since)
    old = [name for name, modified in room.photos.names() if name not in needed and modified < keep_since]
    for name in old:
        room.photos.delete(name)
    room.photos.tidy(now - TIDY)
    if old:
        log.info("photos tidied", deleted=len(old))
    return len(old)


def once(room: Room) -> None:
    """Poll every source, plan what is new, deliver what is due, look after unknowns, and end. Raises StoreError."""
    room.ledger.store.lock()
    try:
        room.ledger.accounts.started(room.process, room.clock())
        pipeline.recover(room, starting=True)
        asyncio.run(_ingest(room))
        pipeline.expire(room)
        _work_all(room)
        alerts.tell(room)
        room.ledger.accounts.beat(room.clock(), ended=True)
    finally:
        room.ledger.store.unlock()


async def _ingest(room: Room) -> None:
    async with fetcher() as way:
        await pipeline.poll(room, room.config.sources, way)
        articles = room.ledger.articles.new(room.clock(), limit=10_000)
        await asyncio.gather(*(pipeline.prepare(room, article, way) for article in articles))


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


def _report(done: "Future[None]") -> None:
    if not done.cancelled() and done.exception():
        log.error("work failed", error=str(done.exception()), kind=type(done.exception()).__name__)


def notify(state: str) -> None:
    """Tell systemd (sd_notify(3)); nothing where it does not listen."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    name = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto(state.encode(), name)
    except OSError as error:
        log.warning("service manager not told", error=str(error))
