"""What has changed, told to open pages as it happens: one look at the ledger for all of them, hints only."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from starlette.concurrency import run_in_threadpool

from syndicator.errors import StoreError
from syndicator.room import Room

log = structlog.get_logger("syndicator.desk")

PACE = 0.5  # seconds between two looks while a page is open
HEARTBEAT = 15.0  # seconds after which a silent stream says that it lives
BACKLOG = 500  # hints a page may be behind before it is told to load anew


@dataclass(eq=False)
class Listener:
    """One open page."""

    hints: "asyncio.Queue[dict[str, Any]]" = field(default_factory=lambda: asyncio.Queue(BACKLOG))


class Hub:
    """Looks at the ledger while somebody listens. Lives in the server's event loop."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._seen = 0
        self._state: dict[str, Any] = {}

    def close(self) -> None:
        """End all streams."""
        self._closing.set()
        if self._task:
            self._task.cancel()

    async def listen(self, since: int | None, valid: Callable[[], bool]) -> AsyncIterator[str]:
        """Server-sent events: what came after event `since` (None: from now on), then what comes.

        `valid` is asked at each beat whether the listener may still hear them.
        """
        listener = Listener()
        self._listeners.add(listener)
        try:
            state, changes = await run_in_threadpool(self._look, since)
            yield _said("state", state)
            for change in changes:
                yield _said("change", change)
            if self._task is None or self._task.done():
                self._seen = changes[-1]["event"] if changes else state["event"]
                self._state = state
                self._task = asyncio.create_task(self._watch())
            beat = asyncio.get_running_loop().time() + HEARTBEAT
            while not self._closing.is_set():
                left = beat - asyncio.get_running_loop().time()
                if left <= 0:
                    if not await run_in_threadpool(valid):
                        return
                    yield ": still here\n\n"
                    beat += HEARTBEAT
                    continue
                with contextlib.suppress(TimeoutError):
                    hint = await asyncio.wait_for(listener.hints.get(), left)
                    yield _said(hint["kind"], hint)
        finally:
            self._listeners.discard(listener)

    async def _watch(self) -> None:
        while self._listeners and not self._closing.is_set():
            try:
                state, changes = await run_in_threadpool(self._look, self._seen)
            except StoreError as error:
                log.warning("the desk cannot read the ledger", error=str(error))
            else:
                self._tell(state, changes)
            await asyncio.sleep(PACE)

    def _tell(self, state: dict[str, Any], changes: list[dict[str, Any]]) -> None:
        if changes:
            self._seen = changes[-1]["event"]
        told = [*changes]
        if {**state, "event": 0} != {**self._state, "event": 0}:
            told.insert(0, state)
        self._state = state
        for listener in list(self._listeners):
            for hint in told:
                if listener.hints.full():
                    while not listener.hints.empty():
                        listener.hints.get_nowait()
                    listener.hints.put_nowait({"kind": "reload"})
                    break
                listener.hints.put_nowait(hint)

    def _look(self, since: int | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """How things stand, and what has moved since an event; at most BACKLOG, the newest."""
        ledger = self._room.ledger
        stop = ledger.accounts.stopped()
        moved = [] if since is None else ledger.changes.since(since, BACKLOG)
        state = {
            "kind": "state",
            "event": moved[-1]["event"] if moved else since or ledger.changes.newest(),
            "stopped": {"by": stop.by, "reason": stop.reason, "at": stop.at.isoformat()} if stop else None,
            "changed": ledger.revisions.newest(),
            "paused": sorted(one.name for one in ledger.accounts.states() if one.configured and one.paused is not None),
        }
        return state, [{"kind": "change", **change} for change in moved]


def _said(kind: str, value: dict[str, Any]) -> str:
    number = f"id: {value['event']}\n" if value.get("event") else ""
    return f"{number}event: {kind}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"
