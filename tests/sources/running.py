"""Run what reads sources as the daemon does."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from syndicator.daemon.loops import new_loop

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """What the work gives, done in an event loop of the daemon's kind."""
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(work)
