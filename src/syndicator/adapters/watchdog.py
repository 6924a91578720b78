"""One thread that cuts calls at their deadline, in place of a timer's thread for each request."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable


class Watch:
    """A call that is watched until it is `done`."""

    __slots__ = ("_cut", "_done")

    def __init__(self, cut: Callable[[], None]) -> None:
        self._cut = cut
        self._done = False

    def done(self) -> None:
        """The call has ended by itself."""
        self._done = True

    def ring(self) -> None:
        """The deadline has come."""
        if not self._done:
            self._cut()


class Watchdog:
    """Rings watches when their time has come. Any thread may use it; its own starts with the first watch."""

    def __init__(self) -> None:
        self._watches: list[tuple[float, int, Watch]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def watch(self, seconds: float, cut: Callable[[], None]) -> Watch:
        """Call `cut` in `seconds` unless the watch is done before."""
        watch = Watch(cut)
        with self._changed:
            item = (time.monotonic() + seconds, next(self._numbers), watch)
            heapq.heappush(self._watches, item)
            if self._thread is None or not self._thread.is_alive():  # a forked process has none
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()
            elif self._watches[0] is item:  # else the thread wakes early enough by itself
                self._changed.notify()
        return watch

    def _run(self) -> None:
        while True:
            with self._changed:
                wait = self._watches[0][0] - time.monotonic() if self._watches else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                watch = heapq.heappop(self._watches)[2]
            watch.ring()
