"""One file per platform behind one contract. `PLATFORMS` is the only list of them; an SDK is imported when its first
account is built, so a missing one stops only its own accounts.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from typing import Protocol, runtime_checkable

from syndicator.errors import ConfigError
from syndicator.models import Account, Budget, Features, Identity, Needs, Post, Receipt, Shown

Go = Callable[[], None]
"""Called exactly once, immediately before the one request that can make something public. Raises Withheld."""


@runtime_checkable
class Adapter(Protocol):
    """The contract. `tests/adapters/contract.py` proves it for every platform."""

    features: Features
    budget: Budget | None
    """What the last answers said of the limit on posts; None while they said nothing."""

    def publish(self, post: Post, go: Go) -> Receipt:
        """Upload first, call `go()` once, then send the one publishing request, which is the last.

        Returns only with the platform's id and the same text. Raises only leaves of DeliveryError, or Withheld from
        `go`. Sends `post.text` unchanged. Never sleeps or retries; the account's timeout bounds the whole call.
        """
        ...

    def verify(self) -> Identity:
        """Read only. Raises AccountRefused, RateLimited, Unavailable or OutcomeUnknown (nobody knows)."""
        ...

    def find(self, post: Post, since: datetime, known: frozenset[str]) -> Receipt | None:
        """Read only. None is a statement: the whole window since `since` was read and the post is not there.

        Matches in order: key; text and link; text alone when there is no link; link alone is `probable`. Skips
        remote ids in `known`. Raises LookError for a missing page, an error or a limit.
        """
        ...

    def shown(self, since: datetime) -> list[Shown]:
        """Read only: every post of the account since `since`, newest first, by whomever. One listing serves all rows.

        Raises LookError for a missing page, an error or a limit.
        """
        ...

    def locate(self, permalink: str) -> Receipt:
        """Pure. The receipt a permalink stands for; ValueError when it is not one of this account's platform."""
        ...

    def retract(self, receipt: Receipt) -> None:
        """Remove the post. Returns when the platform says gone or not found; raises leaves of DeliveryError."""
        ...


PLATFORMS: Mapping[str, Needs] = {
    "memory": Needs(secrets=()),
    "x": Needs(secrets=("api_key", "api_secret", "access_token", "access_token_secret")),
    "facebook_page": Needs(secrets=("page_token",), optional_secrets=("app_secret",), options=("page_id",)),
    "mastodon": Needs(secrets=("access_token",)),
    "bluesky": Needs(secrets=("app_password",), options=("handle",)),
}


def features(platform: str) -> Features:
    """What a platform can do, without importing its SDK."""
    found: Features = import_module(f"syndicator.adapters.{platform}").FEATURES
    return found


def build(account: Account, secrets: Mapping[str, str]) -> Adapter:
    """The adapter of one account. Raises ConfigError when its SDK is missing or an option is wrong."""
    if account.platform not in PLATFORMS:
        raise ConfigError(f"account {account.name}: no platform {account.platform!r}; there are {', '.join(PLATFORMS)}")
    module = import_module(f"syndicator.adapters.{account.platform}")
    try:
        adapter: Adapter = module.build(account, secrets)
    except ImportError as error:
        raise ConfigError(f"account {account.name}: the library of {account.platform} is missing: {error}") from error
    return adapter
