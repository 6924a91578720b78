"""Bluesky, through atproto's low-level client. The post's own record key makes every resend the same post."""

import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import takewhile
from operator import itemgetter
from typing import Any

import requests

from syndicator.adapters import Go
from syndicator.adapters.bluesky_record import COLLECTION, key_of, key_time, links_of, record, time_of
from syndicator.adapters.budgets import window
from syndicator.adapters.wire import Call, Wire, answered, retry_time
from syndicator.adapters.xrpc import Repository
from syndicator.errors import (
    AccountRefused,
    ConfigError,
    DeliveryError,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
)
from syndicator.models import Account, Budget, Features, Identity, Post, Preview, Receipt, Shown

FEATURES = Features(
    platform="bluesky",
    label="Bluesky",
    monogram="Bs",
    # lexicons/app/bsky/feed/post.json in github.com/bluesky-social/atproto, read 2026-11: both hold.
    count="graphemes",
    text_limit=300,
    byte_limit=3000,
    # lexicons/app/bsky/embed/images.json: four, of 2,000,000 bytes since 2026-04; servers older than that take half.
    images=4,
    image_types=("image/jpeg", "image/png", "image/webp"),
    image_bytes=1_000_000,
    # Goes with those bytes in src/lib/constants.ts of github.com/bluesky-social/social-app, read 2026-11.
    image_side=2000,
    # lexicons/app/bsky/embed/external.json, read 2026-11.
    thumb_bytes=1_000_000,
    alt_limit=2000,  # MAX_ALT_TEXT of the same file; the lexicon has none
    links="card",
    sensitive_media=True,
    idempotency="record",
    # The account's own server is asked for the record by its key.
    absence="certain",
    settle=timedelta(seconds=5),
    # CARD_ASPECT_RATIO of the same file.
    preview=Preview(photo_ratio=(0.5, 2.0), card_ratio=1.91, domain="below", card_by="us"),
)

SERVER = "https://bsky.social"
APP = "https://bsky.app"
SKEW = timedelta(minutes=5)  # between the clocks that wrote the times of two posts
# Records are listed by their keys, and a key is as old as the plan of its post, which may have waited for days.
WAITED = timedelta(days=7)
POINTS = 2  # of a putRecord; packages/pds/src/api/com/atproto/repo in github.com/bluesky-social/atproto, read 2026-11


def build(account: Account, secrets: Mapping[str, str]) -> "Bluesky":
    """The adapter of an account; it logs in at its first use. Raises ConfigError without `handle`, ImportError."""
    handle = account.options.get("handle", "").strip().removeprefix("@")
    if not handle:
        raise ConfigError(f'account {account.name}: handle is missing, for instance "news.example.com"')
    return Bluesky(account, handle, secrets["app_password"])


class Bluesky:
    """See `syndicator.adapters.Adapter`. `clock` gives seconds, for the age of the session."""

    features = FEATURES

    def __init__(
        self, account: Account, handle: str, password: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._identity = account.identity
        self._wire = Wire(account, (password,), self._refusal, reader=lambda told: window(told, "ratelimit", POINTS))
        self._repo = Repository(account.base_url or SERVER, handle, password, self._wire.session, clock)

    @property
    def budget(self) -> Budget | None:
        """In posts, of the limit on writes that has the least left."""
        return self._wire.budget

    def publish(self, post: Post, go: Go) -> Receipt:
        """As promised by the contract: a record is written only where there is none."""
        with self._wire.publishing(go) as call:
            self._repo.ready()
            written = record(post, self._repo.upload)
            call.go()
            answer = self._repo.create(COLLECTION, post.record_key, written)
            if answer["uri"] == self._receipt(post.record_key).remote_id:
                return answered(self._receipt(post.record_key), call)
            raise OutcomeUnknown("the server names another record than the one that was sent", code="other_record")

    def verify(self) -> Identity:
        """The account's DID and handle. AccountRefused too where the account is not active."""
        with self._wire.reading():
            self._repo.ready()
            session = self._repo.session()
            if session.active is False:
                raise AccountRefused(f"the account is {session.status or 'not active'}", code="suspended")
            return Identity(id=session.did, handle=f"@{session.handle}")

    def find(self, post: Post, since: datetime, known: frozenset[str]) -> Receipt | None:  # noqa: ARG002 - the key decides
        """Asks for the post's own record, of any time. None is certain; other words under its key are `probable`."""
        with self._wire.looking() as call:
            self._repo.ready()
            ours = self._receipt(post.record_key)
            try:
                found = self._repo.get(COLLECTION, post.record_key)
            except requests.HTTPError:
                if call.answer and call.answer.json().get("error") == "RecordNotFound":
                    return None
                raise
            uri, text = found["uri"], found["value"]["text"]
            if uri != ours.remote_id:
                raise ValueError("the server gave another record than the one asked for")
            if uri in known:
                return None
            return ours if text == post.text else self._receipt(post.record_key, probable=True)

    def shown(self, since: datetime) -> list[Shown]:
        """The account's records since five minutes before `since`, by the later of their own time and their key's.

        A post whose key is more than a week older than `since` is not among them; `find` has no such limit.
        """
        start = since - SKEW
        with self._wire.looking():
            self._repo.ready()
            listed = takewhile(lambda one: (key_time(one) or start) >= start - WAITED, self._repo.records(COLLECTION))
            dated = [(time_of(one) or start, self._shown(one)) for one in listed]
        recent = [(at, one) for at, one in dated if at >= start]
        return [one for _, one in sorted(recent, key=itemgetter(0), reverse=True)]

    def locate(self, permalink: str) -> Receipt:
        """https://bsky.app/profile/…/post/… or at://… with this account's DID or handle."""
        parts = _PERMALINK.fullmatch(permalink.strip())
        ours = {self._did.lower(), self._repo.handle.lower()}
        if not parts or not self._did or parts["actor"].lower() not in ours:
            raise ValueError(f"not the address of a post of @{self._repo.handle}: {permalink}")
        return self._receipt(parts["rkey"])

    def retract(self, receipt: Receipt) -> None:
        """Deletes the record; one that is not there counts as gone."""
        with self._wire.changing() as call:
            self._repo.ready()
            parts = _PERMALINK.fullmatch(receipt.remote_id)
            if not parts or parts["actor"] != self._did:
                raise Rejected(f"{receipt.remote_id} is not a post of this account", code="not_ours")
            call.go()
            self._repo.delete(COLLECTION, parts["rkey"])

    @property
    def _did(self) -> str:
        return self._repo.did or self._identity

    def _shown(self, listed: Mapping[str, Any]) -> Shown:
        key = key_of(listed)
        return Shown(self._receipt(key), str(listed["value"]["text"]), links_of(listed), key)

    def _receipt(self, key: str, probable: bool = False) -> Receipt:
        return Receipt(f"at://{self._did}/{COLLECTION}/{key}", f"{APP}/profile/{self._did}/post/{key}", probable)

    def _refusal(self, error: Exception, call: Call) -> DeliveryError | None:
        leaf = refusal(error, call)
        if isinstance(leaf, AccountRefused):
            self._repo.forget()  # what somebody mends shows at the next log-in
        return leaf


_PERMALINK = re.compile(
    r"(?:https://bsky\.app/profile|at:/)/(?P<actor>[^/]+)/(?:post|app\.bsky\.feed\.post)/(?P<rkey>[\w.:~-]+)/?"
)

# ---------------------------------------------------------------------------------------------- refusals

# Names of errors: lexicons/com/atproto and packages/pds/src in github.com/bluesky-social/atproto, read 2026-11.
_ACCOUNT = {
    "ExpiredToken": "token",
    "InvalidToken": "token",
    "AuthMissing": "token",
    "AuthenticationRequired": "token",
    "AuthFactorTokenRequired": "token",
    "AccountTakedown": "suspended",
    "AccountSuspended": "suspended",
    "AccountDeactivated": "suspended",
    "RepoTakendown": "suspended",
    "RepoSuspended": "suspended",
    "RepoDeactivated": "suspended",
}
# A photo is judged only when the record that names it is written.
_MEDIA = re.compile(
    r"^(?:BlobNotFound|BlobTooLarge|InvalidMimeType|InvalidSize)\b|record\.embed\.(?:images|external\.thumb)"
)
_STATUS = {401: "token", 403: "permission", 404: "not_found", 501: "not_found"}
_NO_PROOF = frozenset({408, 409, 425})
_TOO_LONG = re.compile(r"grapheme|too (?:big|long|large)|longer than", re.IGNORECASE)


def refusal(error: Exception, call: Call) -> DeliveryError | None:
    """The leaf an answer stands for; None for a success, and before `go` for a server in trouble."""
    if call.answer is None or call.answer.status < 400:
        return None
    status, told = call.answer.status, call.answer.json()
    name = str(told.get("error") or "")
    words = f"{name or status}: {told.get('message') or 'the server gave no reason'}"
    if status == 429:
        return RateLimited(words, until=retry_time(call.answer.headers, "ratelimit-reset"))
    if code := _ACCOUNT.get(name) or _STATUS.get(status):
        return AccountRefused(words, code=code)
    if name == "InvalidSwap":  # a record is there: ours in other words, or a stranger's; `find` tells
        return OutcomeUnknown(words, code="record_taken")
    if status >= 500 or status in _NO_PROOF:
        return OutcomeUnknown(words, code="server_error") if call.sent else None
    if not call.sent and ".server." in str(getattr(getattr(error, "response", None), "url", "")):
        return AccountRefused(words, code="login")
    if not call.sent or _MEDIA.search(words):
        return MediaRefused(words, code="media")
    return Rejected(words, code="too_long" if _TOO_LONG.search(words) else "invalid")
