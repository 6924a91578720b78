"""The daemon: a clock that starts what is due, and never waits for it.

One job ticks each second: it starts what is due and never waits for it. Polling, pages and photos run in one event
loop of their own; each account has a thread while it has work. So nothing slow delays anything else.
"""

import asyncio
import contextlib
import gc
import logging
import queue
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from syndicator import alerts, pipeline, sources
from syndicator.compose import fetcher
from syndicator.daemon.files import make_room
from syndicator.daemon.loops import new_loop
from syndicator.daemon.notify import notify
from syndicator.daemon.round import PAGES, tidy, work
from syndicator.errors import StoreError, SyndicatorError
from syndicator.fetch import SIDE_BY_SIDE, Fetcher
from syndicator.models import Account, Article, Delivery, Poll, Source, SourceState
from syndicator.pipeline.verify import due as verify_due
from syndicator.room import Room

log = structlog.get_logger("syndicator.daemon")

GOODBYE = 6.0  # seconds for posts on their way at the end; ten in all are promised, and Python needs some to go
TICK = timedelta(seconds=1)
BEAT = timedelta(seconds=5)
ALERTS = timedelta(seconds=5)
TIDY = timedelta(hours=1)
HUBS = timedelta(seconds=30)
STUCK = 15.0  # seconds without the end of a tick after which the service manager is told no more
GATHER = 0.2  # seconds: results of polls that come within are stored in one transaction
FEW = 200  # results of polls that are stored at once though they say nothing new
LATER = 5.0  # seconds: how long more of them may wait for the end of their batch


Step = Callable[[Room, Article, Fetcher], Awaitable[object]]
"""What is done about an article; whether something came of it, so that there is work now."""


Polled = tuple[SourceState, Poll]
"""A source's new state and what the poll gave."""


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
        self._loop = new_loop()
        self._loop_thread = threading.Thread(target=self._loop.run_forever, name="fetch", daemon=True)
        self._way: Fetcher | None = None
        self._polling: set[str] = set()
        self._gathering: asyncio.TimerHandle | None = None  # of the loop's thread alone
        self._news: queue.SimpleQueue[Polled] = queue.SimpleQueue()  # polls to store: those that brought something
        self._same: queue.SimpleQueue[Polled] = queue.SimpleQueue()  # and those that did not
        self._preparing: set[int] = set()
        self._working: dict[str, threading.Thread] = {}
        self._guard = threading.Lock()
        self._ticking = threading.Lock()
        self._again = threading.Event()
        self._ticked = time.monotonic()
        self._beat, self._alerts, self._tidy, self._hubs = Every(BEAT), Every(ALERTS), Every(TIDY), Every(HUBS)
        self._stored = 0.0  # when polls that brought nothing were stored last (monotonic)
        self._pages = asyncio.Semaphore(PAGES)
        self._scheduler = BackgroundScheduler(timezone="UTC")

    # ------------------------------------------------------------------------------------------ life

    def start(self) -> None:
        """Take the ledger's lock, clean up after a crash, start the clock. Raises StoreError for a second daemon."""
        room = self.room
        make_room()
        room.ledger.store.lock()
        pipeline.start(room)
        pipeline.recover(room, starting=True)
        room.wake = self._wake
        self._loop_thread.start()
        self._way = asyncio.run_coroutine_threadsafe(fetcher(self.room).__aenter__(), self._loop).result()
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self._scheduler.add_job(
            self.tick, "interval", seconds=1, coalesce=True, max_instances=1, misfire_grace_time=None
        )
        self._scheduler.start()
        log.info("started", process=room.process, sources=len(room.config.sources), accounts=len(room.accounts))
        self.tick()

    def run(self) -> None:
        """Start, tell the service manager, and stay until a signal says otherwise."""
        told: queue.SimpleQueue[int] = queue.SimpleQueue()  # its put may interrupt its own get, an Event's set may not
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda which, _frame: told.put(which))
        self.start()
        # What is there now lives as long as the process; without it a full collection stops no thread for 40 ms.
        gc.collect()
        gc.freeze()
        notify("READY=1")
        while not _asked_to_end(told):
            if time.monotonic() - self._ticked < STUCK:
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
            with contextlib.suppress(TimeoutError):
                closing.result(timeout=2)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._loop_thread.join(2)
        self._farewell()

    def _farewell(self) -> None:
        left = pipeline.hand_back(self.room)
        if left:
            log.critical("receipts were not recorded", left=left)
        try:
            pipeline.beat(self.room, ended=True)
        except StoreError as error:
            log.error("end not recorded", error=str(error))
        self.room.ledger.store.unlock()
        log.info("ended")

    # ------------------------------------------------------------------------------------------ the tick

    def tick(self, *, polls: bool = True) -> None:
        """Start everything that is due. A ledger in trouble is logged; the next tick tries again.

        Without `polls` no source is looked for: what of thousands that are being asked is due yet takes time to find.
        """
        if not self._ticking.acquire(blocking=False):
            self._again.set()
            return
        try:
            self._again.clear()
            if not self._ending.is_set():
                self._tick(polls=polls)
        except SyndicatorError as error:
            log.error("tick failed", error=str(error))
        except Exception:
            log.exception("tick failed")
        finally:
            self._ticked = time.monotonic()
            self._ticking.release()
        if self._again.is_set():
            self._wake()

    def _tick(self, *, polls: bool) -> None:
        room, now = self.room, self.room.clock()
        if self._beat.due(now):
            pipeline.beat(room)
        pipeline.hand_back(room)
        pipeline.recover(room)
        pipeline.expire(room)
        self._store_polls(self._news)
        if self._quiet_ones_due():
            self._stored = time.monotonic()
            self._store_polls(self._same)
        if polls:
            self._start_polls()
        self._start_articles()
        self._start_accounts()
        if self._way and self._hubs.due(now):
            self._in_loop(pipeline.subscribe(room, self._way))
        if self._alerts.due(now):
            alerts.tell_quietly(room)
        if self._tidy.due(now):
            tidy(room)

    def _wake(self, *, polls: bool = True) -> None:
        """Tick soon, from a thread that may not wait."""
        if not self._ending.is_set():
            self._scheduler.add_job(self.tick, kwargs={"polls": polls}, misfire_grace_time=None)

    @property
    def asking(self) -> int:
        """How many sources are being asked now, or have answered what is not stored yet."""
        return len(self._polling)

    def _quiet_ones_due(self) -> bool:
        """Whether to store polls that brought nothing: thousands of writes slow down those that are still on their way.

        Each write and each exchange hands Python's lock to the other's thread, which takes longer than either.
        """
        waiting = self._same.qsize()
        batch_over = waiting >= len(self._polling)
        return waiting <= FEW or batch_over or time.monotonic() - self._stored > LATER

    def _store_polls(self, polled: "queue.SimpleQueue[Polled]") -> None:
        results = []
        while not polled.empty():
            results.append(polled.get())
        try:
            pipeline.store(self.room, results)
        finally:
            with self._guard:
                self._polling -= {state.name for state, _ in results}

    def _start_polls(self) -> None:
        # Half a tick ahead: what falls due just after this tick would else wait for a whole one.
        with self._guard:
            polling = frozenset(self._polling)  # only a tick adds to it
        soon = self.room.clock() + TICK / 2
        asked_at_all = sources.polled(self.room.config.sources.values())
        asked = list(self.room.ledger.sources.due(asked_at_all, soon, polling).values())
        with self._guard:
            self._polling.update(state.name for state in asked)
        if asked:
            self._in_loop(self._poll_all(asked))

    async def _poll_all(self, asked: list[SourceState]) -> None:
        """Side by side. What is new is stored together: a little later while others are slow, else at once."""
        waiting = iter(pipeline.by_turns(asked))

        async def work() -> None:
            for state in waiting:
                await self._poll(self.room.config.sources[state.name], state)

        # As many as can be asked at a time: thousands that wait for a place would cost more than the polls.
        await asyncio.gather(*(work() for _ in range(min(len(asked), SIDE_BY_SIDE))))
        self._wake()

    async def _poll(self, source: Source, state: SourceState) -> None:
        if self._way:
            done = await pipeline.poll_one(self.room, source, state, self._way, whole=False)
            if not done[1].changed:
                self._same.put(done)
                return
            self._news.put(done)
            if self._gathering is None:
                self._gathering = self._loop.call_later(GATHER, self._gathered)

    def _gathered(self) -> None:
        self._gathering = None
        self._wake(polls=False)

    def _start_articles(self) -> None:
        now, articles = self.room.clock(), self.room.ledger.articles
        self._begin(articles.new(now), pipeline.prepare)
        self._begin(articles.to_check(now), pipeline.check)

    def _begin(self, articles: Iterable[Article], step: Step) -> None:
        for article in articles:
            with self._guard:
                if article.id in self._preparing:
                    continue
                self._preparing.add(article.id)
            self._in_loop(self._work_on(article, step))

    async def _work_on(self, article: Article, step: Step) -> None:
        done: object = None
        try:
            async with self._pages:
                done = self._way and await step(self.room, article, self._way)
        finally:
            with self._guard:
                self._preparing.discard(article.id)
        if done:
            self._wake()

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
        for account in (one for one in room.accounts.values() if one.enabled):
            asked = verify_due(states[account.name], room)
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


def _asked_to_end(told: "queue.SimpleQueue[int]") -> bool:
    """Whether a signal came within a second."""
    try:
        told.get(timeout=1.0)
    except queue.Empty:
        return False
    return True


def _report(done: "Future[None]") -> None:
    if not done.cancelled() and done.exception():
        log.error("work failed", error=str(done.exception()), kind=type(done.exception()).__name__)
