"""Faults on request: what a network does wrong, how often, and to which calls.

A kind says whether the call is carried out before the fault shows; the option `after` says otherwise. A 500 that
comes after storing has been seen in production: github.com/arsduo/koala/issues/699, read 2026-11.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from aiohttp import web

from syndicator.sandbox.network import Answer, Call, Network

OPS = ("publish", "upload", "verify", "find", "retract", "other", "any")
RUBBISH = {
    "empty": Answer(200, {}),
    "html": Answer(200, b"<!doctype html><title>Please wait</title><h1>One moment</h1>", {}, "text/html"),
    "json": Answer(200, b'{"data": {"id": "12', {}, "application/json; charset=utf-8"),
}


@dataclass(slots=True)
class Fault:
    """A fault that waits for its calls. `left` is how many more times it happens, -1 for ever."""

    kind: str
    on: str = "publish"
    left: int = 1
    match: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def meets(self, op: str, text: str) -> bool:
        """Whether it happens to a call of this op with this post's text."""
        return self.left != 0 and self.on in (op, "any") and self.match in text


class Faults:
    """The faults of one network, in the order they were asked for. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Wait for calls; ValueError for a kind, op or pid that cannot be."""
        if fault.kind not in KINDS:
            raise ValueError(f"no fault {fault.kind!r}; there are {', '.join(KINDS)}")
        if fault.on not in OPS:
            raise ValueError(f"no calls {fault.on!r}; there are {', '.join(OPS)}")
        if fault.kind == "kill" and int(fault.options.get("pid", 0)) <= 1:
            raise ValueError("the fault 'kill' needs the pid of one process")
        with self._lock:
            self._faults.append(fault)

    def take(self, op: str, text: str) -> Fault | None:
        """The first fault that meets this call, counted down by one."""
        with self._lock:
            fault = next((one for one in self._faults if one.meets(op, text)), None)
            if fault and fault.left > 0:
                fault.left -= 1
            return fault

    def left(self) -> int:
        """How many faults are still to happen; one that never ends counts as one."""
        with self._lock:
            return sum(abs(fault.left) for fault in self._faults)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._faults.clear()


@dataclass(frozen=True, slots=True)
class Scene:
    """A call that meets a fault. `carry_out` does what was asked and gives the true answer, `true` is that answer
    when it has been done; `stopping` is set when the sandbox ends, so that nothing outlasts it."""

    fault: Fault
    request: web.Request
    call: Call
    network: Network
    carry_out: Callable[[], Answer]
    stopping: asyncio.Event
    true: Answer | None = None

    def option(self, name: str, default: Any) -> Any:
        """An option of the fault."""
        return self.fault.options.get(name, default)

    async def wait(self, seconds: float) -> None:
        """Let time go by, or the sandbox end."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)


Shown = tuple[web.StreamResponse, int]  # what was answered, and the status for the log


def send(answer: Answer) -> Shown:
    """Answer as a server should."""
    return web.Response(status=answer.status, body=answer.data(), headers=_headers(answer)), answer.status


async def perform(scene: Scene) -> Shown:
    """Do to the call what its fault says."""
    after, act = KINDS[scene.fault.kind]
    done = _flag(scene.option("after", after))
    return await act(replace(scene, true=scene.carry_out()) if done else scene)


async def _error(scene: Scene) -> Shown:
    kind = scene.fault.kind.removesuffix("-before").removesuffix("-after")
    return send(scene.network.failure(kind, scene.fault.options))


async def _hang_up(scene: Scene) -> Shown:
    transport = scene.request.transport
    if transport is not None:
        transport.close()
    return web.Response(), 0


async def _hang(scene: Scene) -> Shown:
    await scene.wait(float(scene.option("seconds", 60)))
    late = _flag(scene.option("late", False))
    if scene.true is None and not late:
        return await _hang_up(scene)
    return send(scene.true or scene.carry_out())


async def _drip(scene: Scene) -> Shown:
    answer = scene.true or scene.carry_out()
    data, interval = answer.data(), float(scene.option("interval", 0.2))
    response = web.StreamResponse(status=answer.status, headers=_headers(answer))
    response.content_length = len(data)
    with suppress(ConnectionError):  # the caller may lose patience, which is what a drip is for
        await response.prepare(scene.request)
        for place in range(len(data)):
            if scene.stopping.is_set():
                return await _hang_up(scene)
            await response.write(data[place : place + 1])
            await scene.wait(interval)
        await response.write_eof()
    return response, answer.status


async def _truncated(scene: Scene) -> Shown:
    answer = scene.true or scene.carry_out()
    data = answer.data()
    response = web.StreamResponse(status=answer.status, headers=_headers(answer))
    response.content_length = len(data) + 1
    with suppress(ConnectionError):
        await response.prepare(scene.request)
        await response.write(data[: len(data) // 2])
        await _hang_up(scene)
    return response, answer.status


async def _rubbish(scene: Scene) -> Shown:
    form = "empty" if scene.fault.kind == "empty" else scene.option("form", "html")
    return send(RUBBISH[form])


async def _note(scene: Scene) -> Shown:
    scene.call.notes.update({scene.fault.kind: True, **scene.fault.options})
    return send(scene.carry_out())


async def _kill(scene: Scene) -> Shown:
    when, pid = scene.option("when", "receipt"), int(scene.option("pid", 0))
    if when == "receipt":
        _kill_process(pid)
        return await _hang_up(scene)
    answer = scene.carry_out()
    if when == "stored":
        _kill_process(pid)
        return await _hang_up(scene)
    response, status = send(answer)
    with suppress(ConnectionError):
        await response.prepare(scene.request)
        await response.write_eof()
    await scene.wait(float(scene.option("delay", 0)))
    _kill_process(pid)
    return response, status


def _kill_process(pid: int) -> None:
    with suppress(ProcessLookupError):  # it may have ended by itself in the meantime
        os.kill(pid, signal.SIGKILL)


def _headers(answer: Answer) -> dict[str, str]:
    return {"Content-Type": answer.type, **answer.headers}


def _flag(value: object) -> bool:
    return str(value).lower() in ("1", "true", "yes")


KINDS: Mapping[str, tuple[bool, Callable[[Scene], Awaitable[Shown]]]] = {
    "500-before": (False, _error),
    "500-after": (True, _error),
    "hangup-before": (False, _hang_up),
    "hangup-after": (True, _hang_up),
    "hang": (False, _hang),
    "drip": (True, _drip),
    "429": (False, _error),
    "429-bare": (False, _error),
    "401": (False, _error),
    "403": (False, _error),
    "expired": (False, _error),
    "duplicate": (False, _error),
    "too_long": (False, _error),
    "bad_media": (False, _error),
    "rubbish": (False, _rubbish),
    "empty": (False, _rubbish),
    "truncated": (True, _truncated),
    "processing": (False, _note),
    "kill": (False, _kill),
}
"""Every kind: whether the call is carried out first, and what then happens."""
