"""Facebook Pages, by the Graph API (facebook-sdk). Facts from developers.facebook.com/docs, read 2026-11."""

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from syndicator.adapters import Go
from syndicator.adapters.budgets import usage
from syndicator.adapters.matching import pick
from syndicator.adapters.wire import Answer, Call, Wire, answered, retry_time
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
    platform="facebook_page",
    label="Facebook",
    monogram="Fb",
    count="utf16",
    text_limit=63_206,  # not in the documentation; the figure commonly measured, read 2026-11
    images=1,  # one request then uploads and publishes; several would need unpublished uploads first
    image_types=("image/jpeg", "image/png"),
    image_bytes=4_000_000,  # docs/graph-api/reference/page/photos, read 2026-11: "recommended: under 4 MB"
    links="attached",
    idempotency="none",
    absence="evidence",  # how soon published_posts shows a new post is not documented
    settle=timedelta(minutes=5),  # ours
    min_gap=timedelta(seconds=2),  # ours; limits are per engaged users: docs/graph-api/overview/rate-limiting, 2026-11
    preview=Preview(photo_ratio=(0.67, 1.91), card_ratio=1.91, card_title_lines=2, card_text_lines=1, domain="above"),
)

HOST = "https://graph.facebook.com"  # the SDK's fixed address
VERSION = "v26.0"  # current in 2026-11; a version lives two years: docs/graph-api/changelog
SKEW = timedelta(minutes=10)  # between the platform's clock and ours
PERMALINK = "https://www.facebook.com/"
FIELDS = "id,message,created_time,attachments{url,unshimmed_url,target}"
_LINK = re.compile(r"https?://[^\s<>\"]+")
_PERMALINKS = re.compile(
    r"https?://(?:www\.|m\.|web\.)?facebook\.com/(?:(\d+_\d+)|(\d+)/posts/(\d+)|permalink\.php\?story_fbid=(\d+)&id=(\d+))/?"
    r"(?:[?#&].*)?"
)


def build(account: Account, secrets: Mapping[str, str]) -> "FacebookPage":
    """The adapter of one Page. Raises ImportError without facebook-sdk, ConfigError without a numeric page_id."""
    if not account.options.get("page_id", "").isdecimal():
        raise ConfigError(f"account {account.name}: page_id must be the Page's number")
    return FacebookPage(account, secrets)


class FacebookPage:
    """One Page."""

    features = FEATURES

    def __init__(self, account: Account, secrets: Mapping[str, str]) -> None:
        import facebook

        token, secret = secrets["page_token"], secrets.get("app_secret", "")
        proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest() if secret else ""
        self._wire = Wire(account, (*secrets.values(), *filter(None, [proof])), leaf_of, HOST, usage)
        if proof:  # docs/graph-api/guides/secure-requests, read 2026-11: with every call
            self._wire.session.params = {"appsecret_proof": proof}
        self._graph = facebook.GraphAPI(token, session=self._wire.session)
        self._graph.version = VERSION  # the constructor takes no version newer than 3.1
        self._page, self._proven, self._refusal = account.options["page_id"], bool(proof), facebook.GraphAPIError

    @property
    def budget(self) -> Budget | None:
        """In percent of the calls the Page has, which are not posts alone."""
        return self._wire.budget

    def publish(self, post: Post, go: Go) -> Receipt:
        """One request: a photo with the text as its caption, or the text with its link."""
        with self._wire.publishing(go) as call:
            call.go()
            return answered(self._photo(post, post.media[0]) if post.media else self._feed(post), call)

    def verify(self) -> Identity:
        """The Page behind the token; the token's expiry where the app's secret is known."""
        with self._wire.reading():
            page = self._graph.get_object(self._page, fields="id,name")
            expires = self._expiry() if self._proven else None
            return Identity(str(page["id"]), str(page["name"]), expires)

    def find(self, post: Post, since: datetime, known: frozenset[str]) -> Receipt | None:
        """Reads the Page's published posts since ten minutes before `since`, until the post is found."""
        with self._wire.looking():
            return pick(post, map(_shown, self._published(since - SKEW)), known)

    def shown(self, since: datetime) -> list[Shown]:
        """The Page's published posts since ten minutes before `since`, every page."""
        with self._wire.looking():
            return list(map(_shown, self._published(since - SKEW)))

    def locate(self, permalink: str) -> Receipt:
        """From addresses that hold the numbers of the Page and the post; others do not name the post."""
        found = _PERMALINKS.fullmatch(permalink.strip())
        if not found:
            raise ValueError(f"not the address of a Page's post with its numbers: {permalink[:200]}")
        whole, page, post, story, owner = found.groups()
        return _receipt(whole or f"{page or owner}_{post or story}")

    def retract(self, receipt: Receipt) -> None:
        """DELETE; a post that does not exist is gone."""
        with self._wire.changing(_missing) as call:
            call.go()
            if self._graph.delete_object(receipt.remote_id).get("success") is not True:
                raise OutcomeUnknown("Facebook did not say that the post is deleted", code="not_deleted")

    def _feed(self, post: Post) -> Receipt:
        link = {"link": post.link} if post.link else {}
        return _receipt(self._graph.put_object(self._page, "feed", message=post.text, **link)["id"])

    def _photo(self, post: Post, media: Media) -> Receipt:
        alt = {"alt_text_custom": media.alt} if media.alt else {}
        image = ("photo", media.data, media.mime)
        made = self._graph.put_photo(image, f"{self._page}/photos", caption=post.text, published="true", **alt)
        return _receipt(made["post_id"])

    def _expiry(self) -> datetime | None:
        token = self._graph.access_token
        try:  # a token may be asked about by an app's developers only; without an answer nothing is known
            data = self._graph.get_object("debug_token", input_token=token, access_token=token).get("data") or {}
        except self._refusal:
            return None
        if data.get("is_valid") is False:
            raise AccountRefused("the Page's token is no longer valid", code="token")
        at = int(data.get("expires_at") or 0)  # 0: never
        return datetime.fromtimestamp(at, UTC) if at else None

    def _published(self, start: datetime) -> Iterator[dict[str, Any]]:
        asked: dict[str, Any] = {"fields": FIELDS, "limit": 100, "since": int(start.timestamp())}
        while True:
            page = self._graph.get_connections(self._page, "published_posts", **asked)
            yield from page["data"]
            following = (page.get("paging") or {}).get("next")
            if not following:
                return
            asked = {
                k: v for k, v in parse_qsl(urlsplit(following).query) if k not in ("access_token", "appsecret_proof")
            }


def _receipt(remote_id: object) -> Receipt:
    if not re.fullmatch(r"\d+_\d+", str(remote_id)):
        raise ValueError("Facebook gave no post id")
    return Receipt(str(remote_id), f"{PERMALINK}{remote_id}")


def _shown(post: Mapping[str, Any]) -> Shown:
    message = str(post.get("message") or "")
    attached = (post.get("attachments") or {}).get("data") or []
    links = frozenset((*_LINK.findall(message), *(link for one in attached for link in _links(one))))
    return Shown(_receipt(post["id"]), message, links)


def _links(attachment: Mapping[str, Any]) -> Iterator[str]:
    for url in (attachment.get("unshimmed_url"), attachment.get("url"), (attachment.get("target") or {}).get("url")):
        shimmed = parse_qs(urlsplit(url or "").query).get("u")  # l.facebook.com/l.php?u=…
        yield from filter(None, [url, *(shimmed or ())])


# ---------------------------------------------------------------------------------------------- errors

# docs/graph-api/guides/error-handling and /overview/rate-limiting, read 2026-11: code → what it proves, our reason.
# 1 and 2 were seen with posts that had been published: github.com/arsduo/koala/issues/699, read 2026-11.
# 368 stands for "blocked" and for "posted already", which nobody can tell apart: a look must.
ROWS: tuple[tuple[type[DeliveryError], str, tuple[int, ...]], ...] = (
    (OutcomeUnknown, "server_error", (1, 2)),
    (OutcomeUnknown, "duplicate", (368, 506)),
    (AccountRefused, "permission", (3, 10, *range(200, 300))),
    (AccountRefused, "token", (102, 190)),
    (RateLimited, "rate_limited", (4, 17, 32, 613, 80001)),
    (RateLimited, "feed_limit", (341,)),
    (MediaRefused, "media", (324,)),  # though in the publishing request: refused by name, so nothing was published
    (Rejected, "invalid", (100,)),
    (Rejected, "not_found", (803,)),
    (Unavailable, "link_not_read", (1609005,)),
)
CODES = {code: (kind, reason) for kind, reason, codes in ROWS for code in codes}
FEED_LIMIT = "21600"  # seconds; "retry much later": ours
STATUSES: Mapping[int, int] = {401: 190, 403: 200, 429: 4}  # for answers without a code


def leaf_of(_error: Exception, call: Call) -> DeliveryError | None:
    """What Facebook's answer stands for; None without an answer, or with one that holds no error."""
    answer = call.answer
    if answer is None:
        return None
    told = answer.json().get("error") or {}
    code = told.get("code") or STATUSES.get(answer.status, 0)
    words = f"Facebook answered {answer.status}, code {code}: {told.get('message') or 'no reason given'}"
    kind, reason = CODES.get(code, (None, ""))
    if kind is RateLimited:
        wait = {"wait": _minutes(answer) or (FEED_LIMIT if code == 341 else "")}
        return RateLimited(words, until=retry_time(wait, "wait"), code=reason)
    if kind is Rejected and "too long" in words.lower():
        reason = "too_long"
    if kind is OutcomeUnknown and not call.sent:
        kind = Unavailable
    return kind(words, code=reason) if kind else None


def _missing(answer: Answer) -> bool:
    told = answer.json().get("error") or {}
    return (told.get("code"), told.get("error_subcode")) in ((100, 33), (803, None))


def _minutes(answer: Answer) -> str:
    """Seconds until access is regained, from the usage header's minutes; "" where it says nothing."""
    header = answer.headers.get("x-business-use-case-usage") or ""
    waits = [int(minutes) for minutes in re.findall(r'"estimated_time_to_regain_access"\s*:\s*(\d+)', header)]
    return str(max(waits) * 60) if any(waits) else ""
