"""Ways to break the promise on purpose: patches that exist only in a forked daemon, so that the campaign can show that
it would notice, and what the promise is worth.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from syndicator import delivery
from syndicator.adapters import PLATFORMS
from syndicator.delivery import Move
from syndicator.errors import DeliveryError, OutcomeUnknown, Unavailable
from syndicator.ledger.attempts import Attempts, Claim
from syndicator.models import Delivery, DeliveryRules


def no_gap() -> None:
    """Let posts follow each other at once: the networks' own pace would make a campaign of hours."""
    for platform in PLATFORMS:
        module: Any = import_module(f"syndicator.adapters.{platform}")
        module.FEATURES = replace(module.FEATURES, min_gap=timedelta(0))


def claim_after() -> None:
    """The intent is written down when the request is over."""
    let_out, record, receive = Attempts.let_out, Attempts.record, Attempts.receive

    def later(_self: Attempts, _claim: Claim, _now: datetime) -> None:
        return

    def recorded(self: Attempts, claim: Claim, *values: Any, now: datetime, **more: Any) -> Delivery:
        let_out(self, claim, now)
        return record(self, claim, *values, now=now, **more)

    def received(self: Attempts, *values: Any, now: datetime, claim: Claim | None = None, **more: Any) -> Delivery:
        if claim:
            let_out(self, claim, now)
        return receive(self, *values, now=now, claim=claim, **more)

    _set(Attempts, let_out=later, record=recorded, receive=received)


def unknown_is_unavailable() -> None:
    """What may be public is taken for what is not."""
    refused = delivery.refused

    def optimist(row: Delivery, error: DeliveryError, *values: Any) -> Move:
        if isinstance(error, OutcomeUnknown):
            error = Unavailable(str(error), code=error.code)
        return refused(row, error, *values)

    _set(delivery, refused=optimist)


def finds_nothing() -> None:
    """Every look says that the post is not there."""
    from syndicator.adapters import bluesky, facebook_page, mastodon, x

    for adapter in (x.X, facebook_page.FacebookPage, mastodon.Mastodon, bluesky.Bluesky):
        _set(adapter, find=lambda *_: None, shown=lambda *_: [])


def retries() -> None:
    """The twin: whatever failed, and whatever a crash left behind, is sent again without a look."""

    def again(
        row: Delivery, now: datetime, rules: DeliveryRules, _settle: timedelta, *, code: str, detail: str = ""
    ) -> Move:
        tries = row.tries + 1
        wait = delivery.backoff(tries, rules, row.key)
        return delivery.back(row, "defer", code, detail, due=now + wait, tries=tries)

    _set(delivery, lost=again)


def _set(where: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(where, name, value)


WAYS: Mapping[str, Callable[[], None]] = {
    "": lambda: None,
    "claim-after": claim_after,
    "unknown-is-unavailable": unknown_is_unavailable,
    "finds-nothing": finds_nothing,
    "retries": retries,
}
