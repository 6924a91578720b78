"""A loopback Mastodon server. Sources: docs.joinmastodon.org/methods/{statuses,media,instance,accounts} and
docs.joinmastodon.org/api/rate-limits, read 2026-11; the order of checks is that of app/services/post_status_service.rb.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from syndicator.sandbox.mastodon_errors import ERRORS, unprocessable
from syndicator.sandbox.mastodon_instance import (
    ALT_LIMIT,
    IMAGE_BYTES,
    IMAGE_PIXELS,
    IMAGE_TYPES,
    INSTANCE,
    MEDIA_LIMIT,
    TEXT_LIMIT,
)
from syndicator.sandbox.mastodon_text import html, length
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
    route,
    web_links,
)
from syndicator.sandbox.store import Entry, StoredPost, Upload

KEY_LIFE = timedelta(hours=1)
PAGE_LIMIT = 40


class Mastodon(Network):
    """Statuses, media and the instance of one server."""

    name = "mastodon"
    windows: ClassVar = {
        "publish": (300, 10_800),
        "upload": (30, 1800),
        "retract": (30, 1800),
        "find": (300, 300),
        "verify": (300, 300),
    }
    errors: ClassVar = ERRORS

    def make_routes(self) -> list[Route]:
        status = r"/api/v1/statuses/(\d+)"
        return [
            route("GET", "/api/v1/instance/?", "verify", self.instance_v1),
            route("GET", "/api/v2/instance/?", "verify", self.instance_v2),
            route("GET", "/api/v1/accounts/verify_credentials", "verify", self.verify_credentials),
            route("POST", "/api/v[12]/media", "upload", self.upload_media),
            route("GET", r"/api/v1/media/(\d+)", "upload", self.read_media),
            route("PUT", r"/api/v1/media/(\d+)", "upload", self.describe_media),
            route("POST", "/api/v1/statuses", "publish", self.create),
            route("GET", r"/api/v1/accounts/(\d+)/statuses", "find", self.timeline),
            route("GET", status, "find", self.read),
            route("GET", status + "/source", "find", self.source),
            route("DELETE", status, "retract", self.delete),
        ]

    def make_account(self, name: str) -> SandboxAccount:
        secrets = {"access_token": f"sandbox-mastodon-{name}-access-token"}
        return SandboxAccount(name, digits("mastodon", name, count=18), name.replace("-", "_"), secrets)

    def text_of(self, call: Call) -> str:
        return call.get("status")

    def window_headers(self, window: Window) -> dict[str, str]:
        told = (str(window.limit), str(max(window.remaining, 0)), iso(window.reset).replace("Z", "000Z"))
        return dict(zip(("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"), told, strict=True))

    def hand_post(self, account: SandboxAccount, text: str, link: str) -> StoredPost:
        whole = f"{text} {link}" if link and link not in text else text
        return self._store_post(account, {"text": whole}, [], by_hand=True).post

    # ------------------------------------------------------------------------------------------ calls

    def instance_v1(self, _call: Call) -> Answer:
        return Answer(200, {"uri": self.base.partition("://")[2], **INSTANCE})

    def instance_v2(self, _call: Call) -> Answer:
        return Answer(200, {"domain": self.base.partition("://")[2], "api_versions": {"mastodon": 7}, **INSTANCE})

    def verify_credentials(self, call: Call) -> Answer:
        account = self._account(call)
        source = {"privacy": "public", "sensitive": False, "language": None, "note": "", "fields": []}
        return Answer(200, {**self._shown_account(account), "source": source})

    def upload_media(self, call: Call) -> Answer:
        account = self._account(call)
        data, alt = call.files.get("file", b""), call.get("description")
        if len(alt) > ALT_LIMIT:
            raise unprocessable(f"Description is too long (maximum is {ALT_LIMIT} characters)")
        polls = int(call.notes.get("polls", 1)) if call.notes.get("processing") else 0
        upload = self.upload(account, self._new_id(), data, alt, polls=polls) if len(data) <= IMAGE_BYTES else None
        if upload is None or upload.media.mime not in IMAGE_TYPES:
            raise Refused(self.errors["bad_media"])
        if upload.media.width * upload.media.height > IMAGE_PIXELS:
            raise unprocessable("File dimensions are not supported")
        return Answer(202 if polls else 200, self._shown_media(upload))

    def read_media(self, call: Call, media_id: str) -> Answer:
        upload = self._own_media(self._account(call), media_id)
        polls = int(upload.notes["polls"])
        later = self.store.put_media(self.name, replace(upload, notes={"polls": max(polls - 1, 0)}))
        return Answer(206 if polls > 0 else 200, self._shown_media(upload if polls else later))

    def describe_media(self, call: Call, media_id: str) -> Answer:
        upload = self._own_media(self._account(call), media_id)
        described = replace(upload, media=replace(upload.media, alt=call.get("description")))
        return Answer(200, self._shown_media(self.store.put_media(self.name, described)))

    def create(self, call: Call) -> Answer:
        account = self._account(call)
        key = call.headers.get("Idempotency-Key", "")
        seen = self.store.same(self.name, account.name, "key", key, self.clock() - KEY_LIFE) if key else None
        if seen and seen.post.deleted:
            raise Refused(self.errors["404"])
        if seen:
            return Answer(200, self._shown(seen))
        said = self._said(call)
        uploads = [self._attachable(account, one) for one in _media_ids(call)]
        self._check(said, uploads)
        return Answer(200, self._shown(self._store_post(account, {**said, "key": key}, uploads)))

    def timeline(self, call: Call, owner: str) -> Answer:
        self._account(call)
        account = next((one for one in self.accounts.values() if one.identity == owner), None)
        if account is None:
            raise Refused(self.errors["404"])
        limit = min(int(call.query.get("limit", "20")), PAGE_LIMIT)
        newest, rising = call.query.get("min_id", ""), "min_id" in call.query
        found = self.store.timeline(
            self.name,
            account.name,
            limit=limit,
            before=_place(call.query.get("max_id", "")),
            after=_place(newest or call.query.get("since_id", "")),
            oldest=rising,
        )
        page = found[::-1] if rising else found
        return Answer(200, [self._shown(entry) for entry in page], self._link(call, page))

    def read(self, _call: Call, status_id: str) -> Answer:
        return Answer(200, self._shown(self._public(status_id)))

    def source(self, call: Call, status_id: str) -> Answer:
        post = self._own_status(self._account(call), status_id).post
        return Answer(200, {"id": post.id, "text": post.text, "spoiler_text": post.warning})

    def delete(self, call: Call, status_id: str) -> Answer:
        entry = self._own_status(self._account(call), status_id)
        self.store.delete(self.name, entry)
        return Answer(200, {**self._shown(entry), "text": entry.post.text})

    # ------------------------------------------------------------------------------------------ parts

    def _account(self, call: Call) -> SandboxAccount:
        account = self.account_of("access_token", call.bearer())
        if account is None:
            raise Refused(self.errors["401"])
        return account

    def _public(self, status_id: str) -> Entry:
        entry = self.store.get(self.name, status_id)
        if entry is None or entry.post.deleted:
            raise Refused(self.errors["404"])
        return entry

    def _own_status(self, account: SandboxAccount, status_id: str) -> Entry:
        entry = self.own(account, status_id)
        if entry is None:
            raise Refused(self.errors["404"])
        return entry

    def _own_media(self, account: SandboxAccount, media_id: str) -> Upload:
        upload = self.store.media(self.name, media_id)
        if upload is None or upload.account != account.name:
            raise Refused(self.errors["404"])
        return upload

    def _attachable(self, account: SandboxAccount, media_id: str) -> Upload:
        upload = self.store.media(self.name, media_id)
        if upload is None or upload.account != account.name or upload.post:
            raise unprocessable(f"Media {media_id} not found or already attached to another post")
        if upload.notes["polls"]:
            raise unprocessable("Cannot attach files that have not finished processing. Try again in a moment!")
        return upload

    def _said(self, call: Call) -> dict[str, Any]:
        text, warning = call.get("status"), call.get("spoiler_text")
        if warning and not text:
            text, warning = warning, ""
        sensitive = call.get("sensitive").lower() in ("1", "true") or bool(warning)
        return {"text": text, "warning": warning, "sensitive": sensitive, "language": call.get("language")}

    def _check(self, said: dict[str, Any], uploads: list[Upload]) -> None:
        if not said["text"].strip() and not uploads:
            raise unprocessable("Text can't be blank")
        if len(uploads) > MEDIA_LIMIT:
            raise unprocessable(f"Cannot attach more than {MEDIA_LIMIT} files")
        if length(said["warning"] + said["text"]) > TEXT_LIMIT:
            raise Refused(self.errors["too_long"])

    def _new_id(self) -> str:
        return str((int(self.clock().timestamp() * 1000) << 16) + self.store.serial())

    def _store_post(
        self, account: SandboxAccount, said: dict[str, Any], uploads: list[Upload], by_hand: bool = False
    ) -> Entry:
        status_id = self._new_id()
        post = StoredPost(
            status_id,
            account.name,
            links=web_links(said["text"]),
            media=tuple(upload.media for upload in uploads),
            created_at=self.clock(),
            permalink=f"{self.base}/@{account.handle}/{status_id}",
            by_hand=by_hand,
            **said,
        )
        return self.keep(post, {"media": [upload.id for upload in uploads]}, uploads)

    def _link(self, call: Call, page: list[Entry]) -> dict[str, str]:
        if not page:
            return {}
        path, limit = f"{self.base}{call.path}", call.query.get("limit", "20")
        older = f'<{path}?limit={limit}&max_id={page[-1].post.id}>; rel="next"'
        return {"Link": f'{older}, <{path}?limit={limit}&min_id={page[0].post.id}>; rel="prev"'}

    def _shown_account(self, account: SandboxAccount) -> dict[str, Any]:
        url = f"{self.base}/@{account.handle}"
        names = {"username": account.handle, "acct": account.handle, "display_name": account.handle}
        return {
            "id": account.identity,
            **names,
            "url": url,
            "uri": url,
            "note": "",
            "created_at": "2026-01-01T00:00:00.000Z",
        }

    def _shown_media(self, upload: Upload) -> dict[str, Any]:
        media = upload.media
        url = None if upload.notes.get("polls") else f"{self.base}/_sandbox/photos/{media.sha256}"
        size = {"original": {"width": media.width, "height": media.height}}
        return {"id": upload.id, "type": "image", "url": url, "description": media.alt or None, "meta": size}

    def _shown(self, entry: Entry) -> dict[str, Any]:
        post = entry.post
        uploads = [self.store.media(self.name, one) for one in entry.raw["media"]]
        return {
            "id": post.id,
            "created_at": iso(post.created_at),
            "sensitive": post.sensitive,
            "spoiler_text": post.warning,
            "visibility": "public",
            "language": post.language or None,
            "uri": f"{self.base}/users/{self.accounts[post.account].handle}/statuses/{post.id}",
            "url": post.permalink,
            "content": html(post.text),
            "reblog": None,
            "card": None,
            "account": self._shown_account(self.accounts[post.account]),
            "media_attachments": [self._shown_media(upload) for upload in uploads if upload],
        }


def _media_ids(call: Call) -> list[str]:
    listed = call.form.getall("media_ids[]", []) or (call.json or {}).get("media_ids") or []
    return [str(one) for one in listed]


def _place(status_id: str) -> str:
    return status_id and status_id.zfill(24)


NETWORK = Mastodon
