"""A loopback X: API v2 as an OAuth 1.0a user client meets it. Sources: docs.x.com/x-api/, read 2026-11."""

import base64
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import unquote

from syndicator.sandbox.network import (
    Answer,
    Call,
    Network,
    Refused,
    Route,
    SandboxAccount,
    Window,
    digits,
    iso,
    moment_of,
    route,
    web_links,
)
from syndicator.sandbox.store import Entry, StoredPost, Upload
from syndicator.sandbox.x_errors import ERRORS, invalid, problem
from syndicator.sandbox.x_text import shorten, weight, with_pictures

TEXT_LIMIT = 280  # weighted; docs.x.com/fundamentals/counting-characters
ALT_LIMIT = 1000  # docs.x.com/x-api/media
IMAGE_BYTES = 5_000_000  # docs.x.com/x-api/media/quickstart/best-practices
IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
MEDIA_LIFE = timedelta(seconds=86_400)  # expires_after_secs
DUPLICATE_WINDOW = timedelta(hours=24)  # the real window is not documented
EPOCH_MS = 1_288_834_974_657  # where the ids' clock starts
CREATE_FIELDS = {
    *("text", "media", "reply", "quote_tweet_id", "edit_options", "made_with_ai", "paid_partnership", "nullcast"),
    *("community_id", "share_with_followers", "reply_settings", "card_uri", "direct_message_deep_link", "poll", "geo"),
    *("for_super_followers_only",),
}


class X(Network):
    """POST /2/tweets and what belongs to it. Signatures are not recomputed: clients sign for the real host name."""

    name = "x"
    windows: ClassVar = {
        "publish": (100, 900),
        "retract": (50, 900),
        "find": (900, 900),
        "upload": (500, 900),
        "verify": (75, 900),
    }
    errors: ClassVar = ERRORS

    def make_routes(self) -> list[Route]:
        return [
            route("GET", "/2/users/me", "verify", self.me),
            route("POST", "/2/media/upload", "upload", self.media_upload),
            route("POST", "/2/media/metadata(?:/create)?", "upload", self.media_metadata),
            route("POST", "/2/tweets", "publish", self.create),
            route("GET", r"/2/users/(\d+)/tweets", "find", self.timeline),
            route("GET", r"/2/tweets/(\d+)", "find", self.lookup),
            route("DELETE", r"/2/tweets/(\d+)", "retract", self.delete),
        ]

    def make_account(self, name: str) -> SandboxAccount:
        secrets = {
            "api_key": "sandbox-x-api-key",
            "api_secret": "sandbox-x-api-secret",
            "access_token": f"sandbox-x-{name}-access-token",
            "access_token_secret": f"sandbox-x-{name}-access-token-secret",
        }
        return SandboxAccount(name, digits("x", name, count=19), f"sandbox_{name.replace('-', '_')}"[:15], secrets)

    def window_headers(self, window: Window) -> dict[str, str]:
        reset = str(int(window.reset.timestamp()))
        names = ("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset")
        return dict(zip(names, (str(window.limit), str(max(window.remaining, 0)), reset), strict=True))

    def hand_post(self, account: SandboxAccount, text: str, link: str) -> StoredPost:
        whole = f"{text} {link}" if link and link not in text else text
        return self._store_post(account, whole, [], by_hand=True).post

    # ------------------------------------------------------------------------------------------ calls

    def me(self, call: Call) -> Answer:
        account = self._account(call)
        return Answer(200, {"data": {"id": account.identity, "name": account.handle, "username": account.handle}})

    def media_upload(self, call: Call) -> Answer:
        account = self._account(call)
        data, category = self._media_data(call)
        if category not in ("tweet_image", "dm_image"):
            raise invalid("media_category is not one of the categories of images", media_category=[category])
        upload = self.upload(account, self._new_id(), data, "") if len(data) <= IMAGE_BYTES else None
        if upload is None or upload.media.mime not in IMAGE_TYPES:
            raise Refused(self.errors["bad_media"])
        media = upload.media
        told = {
            "id": upload.id,
            "media_key": f"3_{upload.id}",
            "size": media.bytes,
            "expires_after_secs": int(MEDIA_LIFE.total_seconds()),
            "image": {"image_type": media.mime, "w": media.width, "h": media.height},
        }
        return Answer(200, {"data": told})

    def _media_data(self, call: Call) -> tuple[bytes, str]:
        if call.files:
            return call.files.get("media", b""), call.get("media_category")
        body = call.json if isinstance(call.json, dict) else {}
        extra = set(body) - {"media", "media_category", "media_type", "shared", "additional_owners"}
        if extra or not isinstance(body.get("media"), str):
            raise invalid("the body must hold media and media_category, and nothing unknown", unknown=sorted(extra))
        try:
            return base64.b64decode(body["media"], validate=True), str(body.get("media_category", ""))
        except ValueError as error:
            raise invalid("media is not base64") from error

    def media_metadata(self, call: Call) -> Answer:
        account = self._account(call)
        body = call.json if isinstance(call.json, dict) else {}
        metadata = body.get("metadata") or {}
        alt = str((metadata.get("alt_text") or {}).get("text", ""))
        upload = self._own_media(account, str(body.get("id", "")))
        if len(alt) > ALT_LIMIT:
            raise invalid(f"alt text is longer than {ALT_LIMIT} characters")
        notes = {**upload.notes, "sensitive": sorted(metadata.get("sensitive_media_warning") or {})}
        self.store.put_media(self.name, replace(upload, media=replace(upload.media, alt=alt), notes=notes))
        return Answer(200, {"data": {"id": upload.id, "associated_metadata": metadata}})

    def create(self, call: Call) -> Answer:
        account = self._account(call)
        body = call.json if isinstance(call.json, dict) else {}
        unknown = sorted(set(body) - CREATE_FIELDS)
        if unknown:
            raise invalid(f"[{unknown[0]}] is not a known field", unknown=unknown)
        text = unicodedata.normalize("NFC", str(body.get("text") or ""))
        ids = (body.get("media") or {}).get("media_ids") or []
        if not text and not ids:
            raise invalid("A Tweet must hold text or media.")
        if len(ids) > 4 or not all(isinstance(one, str) for one in ids):
            raise invalid("media_ids must be 1 to 4 strings", **{"media.media_ids": [str(one) for one in ids]})
        uploads = [self._own_media(account, one) for one in ids]
        self._check_text(account, text)
        entry = self._store_post(account, text, uploads)
        told = {"id": entry.post.id, "text": entry.raw["wire"], "edit_history_tweet_ids": [entry.post.id]}
        return Answer(201, {"data": told})

    def timeline(self, call: Call, user: str) -> Answer:
        self._account(call)
        owner = next((one for one in self.accounts.values() if one.identity == user), None)
        if owner is None:
            detail = f"Could not find user with id: [{user}]."
            missing = {"title": "Not Found Error", "detail": detail, "resource_type": "user", "value": user}
            return Answer(200, {"errors": [missing]})
        limit = _number(call.query.get("max_results", "10"))
        if not 5 <= limit <= 100:
            raise invalid(f"max_results [{limit}] is not between 5 and 100", max_results=[str(limit)])
        older = call.query.get("pagination_token", "").rpartition("-")[2] or call.query.get("until_id", "")
        newer = call.query.get("since_id", "")
        found = self.store.timeline(
            self.name,
            owner.name,
            limit=limit + 1,
            before=older and older.zfill(24),
            after=newer and newer.zfill(24),
            since=_time(call, "start_time"),
            until=_time(call, "end_time"),
        )
        fields = call.query.get("tweet.fields", "").split(",")
        return Answer(200, _page([self._shown(entry, fields) for entry in found], limit))

    def lookup(self, call: Call, post_id: str) -> Answer:
        self._account(call)
        entry = self.store.get(self.name, post_id)
        if entry is None or entry.post.deleted:
            detail = f"Could not find tweet with id: [{post_id}]."
            missing = {"title": "Not Found Error", "detail": detail, "resource_type": "tweet", "value": post_id}
            return Answer(200, {"errors": [missing]})
        return Answer(200, {"data": self._shown(entry, call.query.get("tweet.fields", "").split(","))})

    def delete(self, call: Call, post_id: str) -> Answer:
        account = self._account(call)
        entry = self.store.get(self.name, post_id)
        if entry and entry.post.account != account.name:
            raise Refused(problem(403, "Forbidden", "You are not authorized to delete this Tweet."))
        if entry:
            self.store.delete(self.name, entry)
        return Answer(200, {"data": {"deleted": True}})

    # ------------------------------------------------------------------------------------------ parts

    def _account(self, call: Call) -> SandboxAccount:
        header = call.headers.get("Authorization", "")
        given = {name: unquote(value) for name, value in re.findall(r'(oauth_\w+)="([^"]*)"', header)}
        account = self.account_of("access_token", given.get("oauth_token", ""))
        if account is None or given.get("oauth_consumer_key") != account.secrets["api_key"]:
            raise Refused(self.errors["401"])
        return account

    def _own_media(self, account: SandboxAccount, media_id: str) -> Upload:
        upload = self.store.media(self.name, media_id)
        if upload is None or upload.account != account.name or self.clock() - upload.at > MEDIA_LIFE:
            raise invalid("Your media IDs are invalid.", **{"media.media_ids": [media_id]})
        return upload

    def _check_text(self, account: SandboxAccount, text: str) -> None:
        if re.search("[\ufffe\ufeff\uffff]", text):
            raise invalid("The text holds characters that are not allowed.")
        if weight(text) > TEXT_LIMIT:
            raise Refused(self.errors["too_long"])
        last = self.store.same(self.name, account.name, "text", text, self.clock() - DUPLICATE_WINDOW)
        if self.refuses_duplicates and text and last and not last.post.deleted:
            raise Refused(self.errors["duplicate"])

    def _new_id(self) -> str:
        milliseconds = int(self.clock().timestamp() * 1000) - EPOCH_MS
        return str((milliseconds << 22) + self.store.serial())

    def _store_post(self, account: SandboxAccount, text: str, uploads: list[Upload], by_hand: bool = False) -> Entry:
        post_id = self._new_id()
        wire, urls = shorten(text, post_id)
        if uploads:
            pictures = f"https://x.com/{account.handle}/status/{post_id}/photo/1"
            wire, urls = with_pictures(wire, urls, pictures, post_id, [f"3_{upload.id}" for upload in uploads])
        post = StoredPost(
            post_id,
            account.name,
            text,
            tuple(dict.fromkeys((*(url["expanded_url"] for url in urls if "media_key" not in url), *web_links(text)))),
            tuple(upload.media for upload in uploads),
            sensitive=any(upload.notes.get("sensitive") for upload in uploads),
            created_at=self.clock(),
            permalink=f"https://x.com/i/web/status/{post_id}",
            by_hand=by_hand,
        )
        raw = {"wire": wire, "urls": urls, "keys": [f"3_{upload.id}" for upload in uploads], "author": account.identity}
        return self.keep(post, raw, uploads)

    def _shown(self, entry: Entry, fields: list[str]) -> dict[str, Any]:
        post, raw = entry.post, entry.raw
        more: Mapping[str, Callable[[], Any]] = {
            "created_at": lambda: iso(post.created_at),
            "author_id": lambda: raw["author"],
            "entities": lambda: {"urls": raw["urls"]} if raw["urls"] else None,
            "attachments": lambda: {"media_keys": raw["keys"]} if raw["keys"] else None,
            "possibly_sensitive": lambda: post.sensitive,
        }
        shown = {name: more[name]() for name in fields if name in more}
        base = {"id": post.id, "text": raw["wire"], "edit_history_tweet_ids": [post.id]}
        return {**base, **{name: value for name, value in shown.items() if value is not None}}


def _page(shown: list[dict[str, Any]], limit: int) -> dict[str, Any]:
    page = shown[:limit]
    if not page:
        return {"meta": {"result_count": 0}}
    meta = {"result_count": len(page), "newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
    more = {"next_token": f"next-{page[-1]['id']}"} if len(shown) > limit else {}
    return {"data": page, "meta": {**meta, **more}}


def _time(call: Call, name: str) -> datetime | None:
    value = call.query.get(name)
    moment = moment_of(value) if value else None
    if value and moment is None:
        raise invalid(f"{name} is not a time", **{name: [value]})
    return moment


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else -1


NETWORK = X
