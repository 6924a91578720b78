"""X, by API v2 as a user with OAuth 1.0a (tweepy). Facts from docs.x.com, read 2026-11."""

import base64
import html
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from syndicator.adapters import Go
from syndicator.adapters.budgets import scarcest, window
from syndicator.adapters.matching import pick
from syndicator.adapters.wire import Answer, Call, Wire, answered, retry_time
from syndicator.errors import (
    AccountRefused,
    DeliveryError,
    LookError,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from syndicator.models import Account, Budget, Features, Identity, Media, Post, Preview, Price, Receipt, Shown

FEATURES = Features(
    platform="x",
    label="X",
    monogram="X",
    count="weighted",
    text_limit=280,  # docs.x.com/fundamentals/counting-characters, read 2026-11
    link_cost=23,  # the same page: every link becomes a t.co address of 23
    sensitive_media=True,  # docs.x.com/x-api/media/create-media-metadata, read 2026-11: sensitive_media_warning
    images=4,  # docs.x.com/x-api/media/quickstart/best-practices, read 2026-11; also the three below
    image_types=("image/jpeg", "image/png", "image/webp"),
    image_bytes=5_000_000,
    image_side=8192,  # not in the documentation; the figure commonly quoted, read 2026-11
    alt_limit=1000,  # docs.x.com/x-api/media/create-media-metadata, read 2026-11
    links="text",
    idempotency="none",
    absence="evidence",  # how soon a timeline shows a new post is not documented
    settle=timedelta(minutes=5),  # ours: far beyond any lag seen, short enough for news
    min_gap=timedelta(seconds=2),  # ours; 100 posts in 15 minutes: docs.x.com/x-api/fundamentals/rate-limits, 2026-11
    price=Price(post=15_000, post_with_link=200_000, alt=5_000, look=1_000),  # docs.x.com/…/pricing, of 2026-04-20
    preview=Preview(photo_ratio=(0.75, 1.78), card_ratio=1.91, card_title_lines=1, card_text_lines=0, domain="below"),
)

HOST = "https://api.twitter.com"  # tweepy's fixed address, and what it signs for
SKEW = timedelta(minutes=10)  # between the platform's clock and ours
DEPTH = 3200  # posts a timeline reaches back: docs.x.com/x-api/posts/timelines, read 2026-11
PERMALINK = "https://x.com/i/web/status/"
_PERMALINKS = re.compile(
    r"https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/(?:i/web|i|\w{1,15})/status/(\d{1,20})(?:[/?#].*)?"
)


def build(account: Account, secrets: Mapping[str, str]) -> "X":
    """The adapter of one account. Raises ImportError without tweepy."""
    return X(account, secrets)


class X:
    """One account on X."""

    features = FEATURES

    def __init__(self, account: Account, secrets: Mapping[str, str]) -> None:
        import tweepy

        self._wire = Wire(account, secrets.values(), leaf_of, HOST, _budget)
        self._client = tweepy.Client(
            consumer_key=secrets["api_key"],
            consumer_secret=secrets["api_secret"],
            access_token=secrets["access_token"],
            access_token_secret=secrets["access_token_secret"],
            wait_on_rate_limit=False,
        )
        self._client.session = self._wire.session
        self._identity = account.identity

    @property
    def budget(self) -> Budget | None:
        """Of the quarter of an hour, the account's day and the app's day: the one with the least left."""
        return self._wire.budget

    def publish(self, post: Post, go: Go) -> Receipt:
        """Photos with their alt texts first, then the post. X rewrites links and encodes & < >; its id is the proof."""
        with self._wire.publishing(go) as call:
            ids = [self._upload(media, post.sensitive) for media in post.media]
            call.go()
            made = self._client.create_tweet(text=post.text, media_ids=ids or None, user_auth=True)
            return answered(_receipt(made.data["id"]), call)

    def verify(self) -> Identity:
        """GET /2/users/me. OAuth 1.0a tokens do not expire until revoked: docs.x.com, read 2026-11."""
        with self._wire.reading():
            return self._me()

    def find(self, post: Post, since: datetime, known: frozenset[str]) -> Receipt | None:
        """Reads the account's own timeline since ten minutes before `since`, until the post is found."""
        with self._wire.looking():
            return pick(post, map(_shown, self._timeline(since - SKEW)), known)

    def shown(self, since: datetime) -> list[Shown]:
        """The account's own timeline since ten minutes before `since`, every page."""
        with self._wire.looking():
            return list(map(_shown, self._timeline(since - SKEW)))

    def locate(self, permalink: str) -> Receipt:
        """From x.com and twitter.com addresses of a post."""
        found = _PERMALINKS.fullmatch(permalink.strip())
        if not found:
            raise ValueError(f"not the address of a post on X: {permalink[:200]}")
        return _receipt(found[1])

    def retract(self, receipt: Receipt) -> None:
        """DELETE /2/tweets/:id; a post that is not there is gone."""
        with self._wire.changing(lambda answer: answer.status == 404) as call:
            call.go()
            if self._client.delete_tweet(receipt.remote_id, user_auth=True).data["deleted"] is not True:
                raise OutcomeUnknown("X did not say that the post is deleted", code="not_deleted")

    def _upload(self, media: Media, sensitive: bool) -> str:
        body = {"media": base64.b64encode(media.data).decode(), "media_category": "tweet_image"}
        answer = self._client.request("POST", "/2/media/upload", json=body, user_auth=True)
        media_id = str(answer.json()["data"]["id"])
        metadata: dict[str, Any] = {"alt_text": {"text": media.alt}} if media.alt else {}
        metadata |= {"sensitive_media_warning": {"other": True}} if sensitive else {}
        if metadata:
            told = {"id": media_id, "metadata": metadata}
            self._client.request("POST", "/2/media/metadata", json=told, user_auth=True)
        return media_id

    def _me(self) -> Identity:
        me = self._client.get_me(user_auth=True).data
        self._identity = self._identity or str(me.id)
        return Identity(id=str(me.id), handle=f"@{me.username}")

    def _timeline(self, start: datetime) -> Iterator[dict[str, Any]]:
        user = self._identity or self._me().id
        token, seen = None, 0
        while True:
            page = self._client.get_users_tweets(
                user,
                start_time=start,
                max_results=100,
                pagination_token=token,
                tweet_fields=["created_at", "entities"],
                user_auth=True,
            )
            if page.errors or "result_count" not in page.meta or page.meta["result_count"] != len(page.data or ()):
                raise LookError("X gave no readable page of the timeline")
            yield from (one.data for one in page.data or ())
            seen, token = seen + page.meta["result_count"], page.meta.get("next_token")
            if not token:
                break
            if seen >= DEPTH:
                raise LookError(f"more than {DEPTH} posts since then: X does not show the rest")


def _receipt(remote_id: object) -> Receipt:
    if not str(remote_id).isdecimal():
        raise ValueError("X gave no id")
    return Receipt(str(remote_id), f"{PERMALINK}{remote_id}")


def _shown(tweet: Mapping[str, Any]) -> Shown:
    """As its readers see it: what is given has t.co addresses in place of links, one more for each photo, and
    & < > as entities."""
    text, links = html.unescape(tweet["text"]), set[str]()
    for url in (tweet.get("entities") or {}).get("urls") or []:
        full = [] if "media_key" in url else [url.get(name) or "" for name in ("expanded_url", "unwound_url")]
        text = text.replace(url["url"], next(iter(full), ""))
        links.update(full)
    return Shown(_receipt(tweet["id"]), text.strip(), frozenset(links - {""}))


# ---------------------------------------------------------------------------------------------- errors

# docs.x.com/x-api/fundamentals/response-codes-and-errors, read 2026-11: what a status proves about the post.
STATUSES: Mapping[int, tuple[type[DeliveryError], str]] = {
    400: (Rejected, "invalid"),
    401: (AccountRefused, "token"),
    402: (AccountRefused, "usage_cap"),  # credits used up
    403: (AccountRefused, "permission"),  # lost permission, access level (453), suspension
    404: (Rejected, "not_found"),
    413: (Rejected, "too_large"),
}


def leaf_of(_error: Exception, call: Call) -> DeliveryError | None:
    """What X's answer stands for, whatever tweepy made of it; None without an answer or with a success."""
    answer = call.answer
    if answer is None:
        return None
    body = answer.json()
    words = f"X answered {answer.status}: {_words(body)}"
    if answer.status == 429:
        return _limited(answer, body, words)
    if answer.status >= 500:
        return (OutcomeUnknown if call.sent else Unavailable)(words, code="server_error")
    if answer.status == 403 and "duplicate" in _words(body).lower():
        return (OutcomeUnknown if call.sent else Unavailable)(words, code="duplicate")
    kind, code = STATUSES.get(answer.status, (None, ""))
    if kind is Rejected and not call.sent:
        kind, code = MediaRefused, "media"
    if answer.status == 400 and "too long" in _words(body).lower():
        code = "too_long"
    return kind(words, code=code) if kind else None


# docs.x.com/x-api/fundamentals/rate-limits, read 2026-11. The longest first: when it is used up, it alone counts.
LIMITS = ("x-app-limit-24hour", "x-user-limit-24hour", "x-rate-limit")


def _budget(headers: Mapping[str, str]) -> Budget | None:
    return scarcest(window(headers, name) for name in LIMITS)


def _limited(answer: Answer, body: Mapping[str, Any], words: str) -> DeliveryError:
    if "usage-capped" in str(body.get("type")):
        return AccountRefused(words, code="usage_cap")
    used_up = [f"{name}-reset" for name in LIMITS if answer.headers.get(f"{name}-remaining") == "0"]
    return RateLimited(words, until=retry_time(answer.headers, *used_up, "x-rate-limit-reset"))


def _words(body: Mapping[str, Any]) -> str:
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    said = [body.get("title"), body.get("detail"), first.get("message") if isinstance(first, dict) else first]
    return ". ".join(str(one).rstrip(".") for one in said if one) or "no reason given"
