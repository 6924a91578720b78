"""A loopback Facebook Graph API, as far as a Page is concerned. Sources: developers.facebook.com/docs/graph-api and
/docs/pages-api, read 2026-11; that a post stored is also answered with a 500: github.com/arsduo/koala/issues/699.
"""

import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from syndicator.sandbox.facebook_errors import JSON_TYPE, KINDS, USAGE, graph_error
from syndicator.sandbox.network import (
    Answer,
    Call,
    Network,
    Refused,
    Route,
    SandboxAccount,
    digits,
    moment_of,
    route,
    web_links,
)
from syndicator.sandbox.store import Entry, StoredMedia, StoredPost, Upload

TEXT_LIMIT = 63_206  # UTF-16 units
PHOTO_BYTES = 10_000_000  # developers.facebook.com/docs/graph-api/reference/page/photos
PHOTO_TYPES = ("image/jpeg", "image/bmp", "image/png", "image/gif", "image/tiff")
PAGE_LIMIT = 100  # posts per answer
APP_ID = "100000000000042"


class FacebookPage(Network):
    """Feed, photos and published posts of a Page. A version in front of a path is accepted and ignored."""

    name = "facebook_page"
    errors: ClassVar[Mapping[str, Answer]] = {
        **{kind: graph_error(code) for kind, code in KINDS.items()},
        "expired": graph_error(190, "Error validating access token: Session has expired", 463),
        "too_long": graph_error(100, "(#100) Message is too long"),
    }

    def make_routes(self) -> list[Route]:
        post = r"/(\d+_\d+)"
        return [
            route("GET", "/debug_token", "verify", self.debug_token),
            route("GET", post, "find", self.read),
            route("DELETE", post, "retract", self.delete),
            route("GET", r"/(me|\d+)", "verify", self.page),
            route("POST", r"/(me|\d+)/feed", "publish", self.feed),
            route("POST", r"/(me|\d+)/photos", _photo_op, self.photos),
            route("GET", r"/(me|\d+)/(?:published_posts|feed|posts)", "find", self.published),
        ]

    def make_account(self, name: str) -> SandboxAccount:
        identity = digits("facebook_page", name)
        secrets = {
            "page_token": f"sandbox-facebook-{name}-page-token",
            "app_secret": f"sandbox-facebook-{name}-app-secret",
        }
        return SandboxAccount(name, identity, f"Sandbox {name}", secrets, {"page_id": identity})

    def path_of(self, path: str) -> str:
        return re.sub(r"^/v\d+\.\d+(?=/)", "", path).rstrip("/")

    def text_of(self, call: Call) -> str:
        return call.get("message") or call.get("caption")

    def hand_post(self, account: SandboxAccount, text: str, link: str) -> StoredPost:
        return self._store_post(account, text, link, [], by_hand=True).post

    def failure(self, kind: str, options: Mapping[str, Any]) -> Answer:
        answer = super().failure(kind, options)
        if "code" in options:
            answer = graph_error(
                int(options["code"]), "", int(options.get("subcode", 0)), int(options.get("status", 0))
            )
        if kind != "429":
            return answer
        minutes = max(1, int(float(options.get("seconds", 60)) // 60))
        usage = {"type": "pages", "call_count": 100, "total_cputime": 20, "total_time": 20}
        owner = {self.accounts["main"].identity: [{**usage, "estimated_time_to_regain_access": minutes}]}
        return replace(answer, headers={**answer.headers, "X-Business-Use-Case-Usage": json.dumps(owner)})

    # ------------------------------------------------------------------------------------------ calls

    def page(self, call: Call, page: str) -> Answer:
        account = self._account(call, page)
        known = {"id": account.identity, "name": account.handle, "link": f"https://www.facebook.com/{account.identity}"}
        wanted = [name for name in _fields(call) if name in known] or ["id", "name"]
        return _told({name: known[name] for name in dict.fromkeys(("id", *wanted))})

    def debug_token(self, call: Call) -> Answer:
        asked = self.account_of("page_token", call.get("input_token"))
        apps = {f"{APP_ID}|{one.secrets.get('app_secret')}" for one in self.accounts.values()}
        if call.get("access_token") not in apps and self.account_of("page_token", _token(call)) is None:
            raise Refused(self.errors["401"])
        if asked is None:
            return _told({"data": {"is_valid": False, "error": {"code": 190, "message": "Malformed access token"}}})
        scopes = ["pages_manage_posts", "pages_read_engagement", "pages_show_list"]
        data = {"app_id": APP_ID, "type": "PAGE", "application": "Sandbox", "profile_id": asked.identity}
        return _told(
            {"data": {**data, "expires_at": 0, "data_access_expires_at": 0, "is_valid": True, "scopes": scopes}}
        )

    def feed(self, call: Call, page: str) -> Answer:
        account = self._account(call, page)
        text, link = call.get("message"), call.get("link")
        uploads = [self._own_photo(account, one) for one in _attached(call)]
        self._check(text, link, bool(uploads))
        last = next(iter(self.store.timeline(self.name, account.name, limit=1)), None)
        alone = self.refuses_duplicates and not uploads
        if last and alone and (last.post.text, last.raw["link"], last.raw["photo"]) == (text, link, ""):
            raise Refused(self.errors["duplicate"])
        return _told({"id": self._store_post(account, text, link, uploads).post.id})

    def photos(self, call: Call, page: str) -> Answer:
        account = self._account(call, page)
        text, data = call.get("caption") or call.get("message"), call.files.get("source", b"")
        self._check(text, "", True)
        photo_id = self._new_id()
        upload = self.upload(account, photo_id, data, call.get("alt_text_custom")) if len(data) <= PHOTO_BYTES else None
        if upload is None or upload.media.mime not in PHOTO_TYPES:
            raise Refused(self.errors["bad_media"])
        if not _published(call):
            return _told({"id": photo_id})
        return _told({"id": photo_id, "post_id": self._store_post(account, text, "", [upload]).post.id})

    def published(self, call: Call, page: str) -> Answer:
        account = self._account(call, page)
        limit = int(call.get("limit", "25")) if call.get("limit", "25").isdecimal() else 0
        if not 1 <= limit <= PAGE_LIMIT:
            raise Refused(graph_error(100, f"(#100) Param limit must be from 1 to {PAGE_LIMIT}"))
        after, before = call.get("after").removeprefix("c-"), call.get("before").removeprefix("c-")
        span = {"since": _time(call, "since"), "until": _time(call, "until")}
        found = self.store.timeline(
            self.name, account.name, limit=limit + 1, before=after, after=before, oldest=bool(before), **span
        )
        shown = found[:limit][::-1] if before else found[:limit]
        if not shown:
            return _told({"data": []})
        cursors = {"before": f"c-{shown[0].place}", "after": f"c-{shown[-1].place}"}
        paging: dict[str, Any] = {"cursors": cursors}
        if before or len(found) > limit:
            again = [(name, value) for name, value in call.query.items() if name not in ("after", "before")]
            paging["next"] = f"{self.base}{call.path}?{urlencode([*again, ('after', cursors['after'])])}"
        return _told({"data": [_shown(entry, _fields(call)) for entry in shown], "paging": paging})

    def read(self, call: Call, post_id: str) -> Answer:
        account = self._account(call)
        return _told(_shown(self._own_post(account, post_id, "get"), _fields(call)))

    def delete(self, call: Call, post_id: str) -> Answer:
        account = self._account(call)
        self.store.delete(self.name, self._own_post(account, post_id, "delete"))
        return _told({"success": True})

    # ------------------------------------------------------------------------------------------ parts

    def _account(self, call: Call, page: str = "me") -> SandboxAccount:
        token = _token(call)
        account = self.account_of("page_token", token)
        if account is None:
            raise Refused(self.errors["401"])
        _check_proof(call.get("appsecret_proof"), account.secrets.get("app_secret", ""), token)
        if page not in ("me", account.identity):
            raise Refused(self.errors["403"])
        return account

    def _own_post(self, account: SandboxAccount, post_id: str, verb: str) -> Entry:
        entry = self.own(account, post_id)
        if entry is None:
            words = f"Unsupported {verb} request. Object with ID '{post_id}' does not exist"
            raise Refused(graph_error(100, words, 33))
        return entry

    def _own_photo(self, account: SandboxAccount, photo_id: str) -> Upload:
        upload = self.store.media(self.name, photo_id)
        if upload is None or upload.account != account.name:
            raise Refused(graph_error(100, f"(#100) Photo {photo_id} cannot be attached"))
        return upload

    def _check(self, text: str, link: str, photo: bool) -> None:
        if not (text or link or photo):
            raise Refused(graph_error(100, "(#100) You must provide message or link"))
        if len(text.encode("utf-16-le", "surrogatepass")) // 2 > TEXT_LIMIT:
            raise Refused(self.errors["too_long"])
        if link and link not in web_links(link):
            raise Refused(graph_error(100, "(#100) link URL is not properly formatted", 1500))

    def _new_id(self) -> str:
        return str((int(self.clock().timestamp() * 1000) << 16) + self.store.serial())

    def _store_post(
        self, account: SandboxAccount, text: str, link: str, uploads: list[Upload], by_hand: bool = False
    ) -> Entry:
        post_id = f"{account.identity}_{self._new_id()}"
        post = StoredPost(
            post_id,
            account.name,
            text,
            tuple(dict.fromkeys((*((link,) if link else ()), *web_links(text)))),
            tuple(upload.media for upload in uploads),
            created_at=self.clock(),
            permalink=f"https://www.facebook.com/{post_id}",
            by_hand=by_hand,
        )
        return self.keep(post, {"link": link, "photo": uploads[0].id if uploads else ""}, uploads)


def _check_proof(proof: str, secret: str, token: str) -> None:
    if secret and not proof:
        raise Refused(graph_error(100, "API calls from the server require an appsecret_proof argument"))
    if secret and not hmac.compare_digest(proof, hmac.new(secret.encode(), token.encode(), "sha256").hexdigest()):
        raise Refused(graph_error(100, "Invalid appsecret_proof provided in the API argument"))


def _photo_op(call: Call) -> str:
    return "publish" if _published(call) else "upload"


def _published(call: Call) -> bool:
    return call.get("published", "true").lower() not in ("false", "0")


def _token(call: Call) -> str:
    return call.get("access_token") or call.bearer()


def _attached(call: Call) -> list[str]:
    fields = [value for name, value in sorted(call.form.items()) if re.fullmatch(r"attached_media\[\d+\]", name)]
    listed = json.loads(call.form["attached_media"]) if "attached_media" in call.form else map(json.loads, fields)
    return [str(one["media_fbid"]) for one in listed]


def _fields(call: Call) -> list[str]:
    names, before = call.get("fields"), ""
    while names != before:
        names, before = re.sub(r"\{[^{}]*\}", "", names), names
    return [name.strip() for name in names.split(",") if name.strip()]


def _time(call: Call, name: str) -> datetime | None:
    return moment_of(call.get(name)) if call.get(name) else None


def _told(body: Any) -> Answer:
    return Answer(200, body, USAGE, JSON_TYPE)


def _shown(entry: Entry, fields: list[str]) -> dict[str, Any]:
    post = entry.post
    known: Mapping[str, Callable[[], Any]] = {
        "id": lambda: post.id,
        "message": lambda: post.text or None,
        "created_time": lambda: post.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "permalink_url": lambda: post.permalink,
        "is_published": lambda: True,
        "status_type": lambda: "added_photos" if post.media else "mobile_status_update",
        "attachments": lambda: _attachments(entry),
    }
    shown = {name: known[name]() for name in (fields or ["created_time", "message", "id"]) if name in known}
    return {**{name: value for name, value in shown.items() if value is not None}, "id": post.id}


def _attachments(entry: Entry) -> dict[str, Any] | None:
    link, post = entry.raw["link"], entry.post
    if post.media:
        url = f"https://www.facebook.com/photo.php?fbid={entry.raw['photo']}"
        return {"data": [{"type": "photo", "url": url, **_picture(one)} for one in post.media]}
    if not link:
        return None
    shim = f"https://l.facebook.com/l.php?u={quote(link, safe='')}&h=AT0sandbox"
    return {"data": [{"type": "share", "title": link, "url": shim, "unshimmed_url": link, "target": {"url": shim}}]}


def _picture(media: StoredMedia) -> dict[str, Any]:
    return {"description": media.alt, "media": {"image": {"width": media.width, "height": media.height}}}


NETWORK = FacebookPage
