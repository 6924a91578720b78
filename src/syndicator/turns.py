"""Waiting in an event loop, cheaply enough for thousands of short exchanges: places to take, and time-outs."""

import asyncio
from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

GRAIN = 0.05  # seconds by which a time-out may come late


class Places:
    """So many may be at it at a time. As asyncio.Semaphore, but who finds a place does not go through the loop."""

    def __init__(self, number: int) -> None:
        self._number = self._free = number
        self._queue: deque[asyncio.Future[None]] | None = None  # made when first needed: most never have to wait

    @property
    def empty(self) -> bool:
        """Whether nobody is at it, and so nobody waits."""
        return self._free == self._number

    def take_now(self) -> bool:
        """Take a place if one is free; whether it was."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    async def take(self) -> None:
        """Wait for a place, in the order of asking."""
        if self.take_now():
            return
        handed = asyncio.get_running_loop().create_future()
        if self._queue is None:
            self._queue = deque()
        self._queue.append(handed)
        try:
            await handed
        except asyncio.CancelledError:
            if handed.done() and not handed.cancelled():
                self.leave()  # it was handed over in the moment of giving up
            raise

    def leave(self) -> None:
        """Give a place back, or on to who has waited longest."""
        while self._queue:
            handed = self._queue.popleft()
            if not handed.done():
                handed.set_result(None)
                return
        self._free += 1


@dataclass(eq=False, slots=True)
class _Deadline:
    at: float
    task: "asyncio.Task[Any]"
    passed: bool = False


class Deadlines:
    """Time-outs of one event loop, looked after by one timer. As asyncio.timeout, at a fraction of its cost."""

    def __init__(self) -> None:
        self._open: set[_Deadline] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def within(self, seconds: float, work: Awaitable[T]) -> T:
        """What the work gives. Raises TimeoutError once it has taken so long, at most GRAIN later; it is cancelled."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        if task is None:
            raise RuntimeError("a time-out needs a task")
        deadline = _Deadline(loop.time() + seconds, task)
        self._open.add(deadline)
        if self._timer is None:
            self._timer = loop.call_later(GRAIN, self._look, loop)
        try:
            return await work
        except asyncio.CancelledError:
            # Somebody else may have cancelled the task as well: then that counts.
            if deadline.passed and task.uncancel() <= 0:
                raise TimeoutError from None
            raise
        finally:
            self._open.discard(deadline)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for deadline in [one for one in self._open if one.at <= now and not one.passed]:
            deadline.passed = True
            deadline.task.cancel()
        self._timer = loop.call_later(GRAIN, self._look, loop) if self._open else None
