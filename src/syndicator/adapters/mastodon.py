"""Mastodon and the servers that speak its API, through Mastodon.py. Resending with the same key is safe for an hour."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from syndicator.adapters import Go
from syndicator.adapters.budgets import window
from syndicator.adapters.mastodon_answers import PERMALINK, limits, links_of, plain, same, statuses, told
from syndicator.adapters.matching import pick
from syndicator.adapters.wire import Call, Wire, answered, retry_time
from syndicator.errors import (
    AccountRefused,
    ConfigError,
    DeliveryError,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from syndicator.models import Account, Budget, Features, Identity, Media, Post, Preview, Receipt, Shown

FEATURES = Features(
    platform="mastodon",
    label="Mastodon",
    monogram="Ma",
    # Grapheme clusters of warning and text: app/validators/status_length_validator.rb, read 2026-11.
    count="graphemes",
    # The defaults of docs.joinmastodon.org/methods/instance/#v2, read 2026-11; `verify` brings the server's own.
    text_limit=500,
    link_cost=23,
    images=4,
    image_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
    image_bytes=16_777_216,
    image_pixels=33_177_600,
    alt_limit=1500,
    warnings=True,
    sensitive_media=True,
    links="text",
    # Kept for an hour: docs.joinmastodon.org/methods/statuses/#create, read 2026-11.
    idempotency="key",
    # The account's own server reads its own database, so a list without the post is proof.
    absence="certain",
    settle=timedelta(seconds=10),
    # app/javascript/mastodon/features/status/components/card.tsx in github.com/mastodon/mastodon, read 2026-11.
    preview=Preview(photo_ratio=(0.5, 2.0), card_ratio=1.91, card_title_lines=2, card_text_lines=1, domain="above"),
)

SKEW = timedelta(minutes=5)  # a server's clock may be behind ours
POLL_FIRST, POLL_CAP = 0.2, 2.0  # seconds between two questions whether a photo is processed
PUBLISH_SHARE = 0.25  # of the time-out is kept for the publishing request while a photo is processed


def build(account: Account, secrets: Mapping[str, str]) -> "Mastodon":
    """The adapter of an account. Raises ConfigError without `base_url`, ImportError without Mastodon.py."""
    if not urlsplit(account.base_url).netloc:
        raise ConfigError(f'account {account.name}: base_url is missing, for instance "https://mastodon.social"')
    return Mastodon(account, secrets["access_token"])


class Mastodon:
    """See `syndicator.adapters.Adapter`. The account's `base_url` is its own server."""

    features = FEATURES

    def __init__(self, account: Account, token: str) -> None:
        from mastodon import Mastodon as Client  # a fifth of a second: only where it is needed
        from mastodon import MastodonNotFoundError

        self._base = account.base_url.rstrip("/")
        self._host = urlsplit(self._base).netloc.lower()
        self._identity = account.identity
        self._wire = Wire(account, (token,), _refusal, reader=lambda told: window(told, "x-ratelimit"))
        self._gone = MastodonNotFoundError
        self._api = Client(
            access_token=token,
            api_base_url=self._base,
            ratelimit_method="throw",
            session=self._wire.session,
            user_agent="syndicator",
            mastodon_version="4.3.0",  # a given version keeps the library from asking the server for it
            version_check_mode="created",
            lang="en",  # a refusal's words are told apart below
        )

    @property
    def budget(self) -> Budget | None:
        """Of posts alone: the server counts them apart from its other calls."""
        return self._wire.budget

    def publish(self, post: Post, go: Go) -> Receipt:
        """As promised by the contract; photos are awaited until the server has processed them."""
        with self._wire.publishing(go) as call:
            media = [self._upload(photo, call) for photo in post.media]
            call.go()
            status = self._api.status_post(
                post.text,
                media_ids=media or None,
                sensitive=post.sensitive or bool(post.warning),
                spoiler_text=post.warning or None,
                language=post.language or None,
                idempotency_key=post.key or None,
            )
            if same(plain(told(status, "content"))[0], post.text):
                return answered(self._receipt(status), call)
            raise OutcomeUnknown("the server's text is not the text that was sent", code="text_differs")

    def verify(self) -> Identity:
        """Whose token it is, and the limits of its server where it tells them."""
        with self._wire.reading():
            account = self._api.account_verify_credentials()
            identity, name = str(told(account, "id")), str(told(account, "username"))
            self._identity = self._identity or identity
            try:
                instance = self._api.instance_v2()
            except self._gone:  # older servers and some relatives
                instance = {}
            return Identity(id=identity, handle=f"@{name}@{self._host}", limits=limits(instance))

    def find(self, post: Post, since: datetime, known: frozenset[str]) -> Receipt | None:
        """Reads the account's posts since five minutes before `since`, until the post is found. None is certain."""
        with self._wire.looking() as call:
            return pick(post, self._listing(call, since), known)

    def shown(self, since: datetime) -> list[Shown]:
        """The account's posts since five minutes before `since`, every page."""
        with self._wire.looking() as call:
            return list(self._listing(call, since))

    def locate(self, permalink: str) -> Receipt:
        """https://server/@user/123, …/web/statuses/123, …/users/user/statuses/123 on the account's own server."""
        parts = urlsplit(permalink.strip())
        path = PERMALINK.fullmatch(parts.path)
        if parts.scheme not in ("http", "https") or parts.netloc.lower() != self._host or not path:
            raise ValueError(f"not the address of a post on {self._host}: {permalink}")
        user = path["user"] or path["owner"]
        address = f"{self._base}/@{user}/{path['id']}" if user else f"{self._base}/web/statuses/{path['id']}"
        return Receipt(remote_id=path["id"], permalink=address)

    def retract(self, receipt: Receipt) -> None:
        """Deletes the post; one that is not there counts as gone."""
        with self._wire.changing() as call:
            call.go()
            try:
                self._api.status_delete(receipt.remote_id)
            except self._gone:
                return

    def _upload(self, photo: Media, call: Call) -> str:
        media = self._api.media_post(photo.data, photo.mime, description=photo.alt or None)
        pause, reserve = POLL_FIRST, self._wire.seconds * PUBLISH_SHARE
        while not media.get("url") or (call.answer and call.answer.status in (202, 206)):
            if call.deadline.remaining - pause < reserve:
                raise Unavailable("the server is still processing the photo", code="media_not_ready")
            Event().wait(pause)
            pause = min(POLL_CAP, pause * 1.5)
            media = self._api.media(told(media, "id"))
        return str(told(media, "id"))

    def _listing(self, call: Call, since: datetime) -> Iterator[Shown]:
        self._identity = self._identity or str(told(self._api.account_verify_credentials(), "id"))
        for status in statuses(self._api, call, self._identity, since - SKEW):
            yield Shown(self._receipt(status), plain(told(status, "content"))[0], links_of(status))

    def _receipt(self, status: Any) -> Receipt:
        remote_id = str(told(status, "id"))
        permalink = status.get("url") or f"{self._base}/web/statuses/{remote_id}"
        return Receipt(remote_id=remote_id, permalink=str(permalink))


# ---------------------------------------------------------------------------------------------- refusals

_ACCOUNT = {401: "token", 403: "permission", 404: "not_found", 410: "gone"}
_NOT_READY = re.compile(r"process|attach|media", re.IGNORECASE)
_TOO_LONG = re.compile(r"character|too long|maximum", re.IGNORECASE)


def _refusal(_: Exception, call: Call) -> DeliveryError | None:
    """Decided by the answer's status, never by the exception: the library raises its rate-limit error also for a
    success whose headers it cannot read, when the post is public."""
    if call.answer is None or call.answer.status < 400:
        return None
    status, reason = call.answer.status, call.answer.json().get("error")
    words = str(reason or f"the server answered {status}")
    if status == 429:
        return RateLimited(words, until=retry_time(call.answer.headers, "x-ratelimit-reset"))
    if status >= 500 or status == 408:
        return OutcomeUnknown(words, code="server_error") if call.sent else None
    if status in _ACCOUNT and not (status == 404 and call.sent and reason):
        return AccountRefused(words, code=_ACCOUNT[status])
    return _of_post(status, words) if call.sent else MediaRefused(words, code="media")


def _of_post(status: int, words: str) -> DeliveryError:
    if status == 404:  # the key's post was deleted within the hour in which keys are kept
        return Rejected(words, code="gone")
    if _TOO_LONG.search(words):
        return Rejected(words, code="too_long")
    if status == 422 and _NOT_READY.search(words):
        return Unavailable(words, code="media_not_ready")
    return Rejected(words, code="invalid")
