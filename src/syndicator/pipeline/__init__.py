"""poll → plan → deliver → reconcile: the only one who knows the order. Each step is one function on a Room."""

from syndicator.pipeline.checks import check
from syndicator.pipeline.compare import beat, compare, start
from syndicator.pipeline.deliver import deliver_next, hand_back
from syndicator.pipeline.plan import expire, prepare, replan
from syndicator.pipeline.poll import by_turns, poll, poll_one, store, take
from syndicator.pipeline.reconcile import look, recover
from syndicator.pipeline.subscribe import subscribe
from syndicator.pipeline.verify import verify

__all__ = [
    "beat",
    "by_turns",
    "check",
    "compare",
    "deliver_next",
    "expire",
    "hand_back",
    "look",
    "poll",
    "poll_one",
    "prepare",
    "recover",
    "replan",
    "start",
    "store",
    "subscribe",
    "take",
    "verify",
]
