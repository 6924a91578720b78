"""A loopback Bluesky personal data server. Sources: github.com/bluesky-social/atproto lexicons/ and packages/pds,
docs.bsky.app/docs/advanced-guides/rate-limits, read 2026-11.
"""

import base64
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, ClassVar

from syndicator.sandbox.bluesky_record import POST, TID, RecordError, check, content_id, links_of
from syndicator.sandbox.bluesky_session import ACCESS, ACCESS_LIFE, REFRESH, REFRESH_LIFE, claims_of, ended, issue
from syndicator.sandbox.network import (
    Answer,
    Call,
    Network,
    Refused,
    Route,
    SandboxAccount,
    Window,
    graphemes,
    iso,
    look,
    moment_of,
    route,
)
from syndicator.sandbox.store import Entry, StoredMedia, StoredPost, Upload, stored_media

BLOB_BYTES = 50_000_000  # bsky.social's; smaller limits are checked when a record names the blob
TID_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"


def error(status: int, name: str, message: str) -> Answer:
    """An XRPC error."""
    return Answer(status, {"error": name, "message": message})


class Bluesky(Network):
    """Sessions, blobs and the records of app.bsky.feed.post."""

    name = "bluesky"
    windows: ClassVar = {
        "publish": (5000, 3600),
        "retract": (5000, 3600),
        "upload": (3000, 300),
        "verify": (3000, 300),
        "find": (3000, 300),
    }
    errors: ClassVar[Mapping[str, Answer]] = {
        "500": error(500, "InternalServerError", "Internal Server Error"),
        "401": error(401, "AuthenticationRequired", "Invalid identifier or password"),
        "expired": error(400, "ExpiredToken", "Token has expired"),
        "403": error(403, "AccountTakedown", "Account has been taken down"),
        "404": error(404, "MethodNotImplemented", "Method Not Implemented"),
        "429": error(429, "RateLimitExceeded", "Rate Limit Exceeded"),
        # There is no check for equal texts; nearest is a record that is already there.
        "duplicate": error(400, "InvalidSwap", "Record was already there"),
        "too_long": error(400, "InvalidRequest", f"Invalid {POST} record: grapheme too big (maximum 300, got 301)"),
        "bad_media": error(400, "InvalidMimeType", "Wrong mimetype of the referenced blob"),
    }

    def make_routes(self) -> list[Route]:
        server, repo = "/xrpc/com.atproto.server.", "/xrpc/com.atproto.repo."
        return [
            route("POST", server + "createSession", "verify", self.create_session),
            route("POST", server + "refreshSession", "verify", self.refresh_session),
            route("GET", server + "getSession", "verify", self.get_session),
            route("GET", "/xrpc/app.bsky.actor.getProfile", "verify", self.get_profile),
            route("POST", repo + "uploadBlob", "upload", self.upload_blob),
            route("POST", repo + "putRecord", "publish", self.put_record),
            route("POST", repo + "createRecord", "publish", self.create_record),
            route("GET", repo + "getRecord", "find", self.get_record),
            route("GET", repo + "listRecords", "find", self.list_records),
            route("POST", repo + "deleteRecord", "retract", self.delete_record),
        ]

    def make_account(self, name: str) -> SandboxAccount:
        identity = "did:plc:" + base64.b32encode(sha256(f"sandbox/{name}".encode()).digest()).decode().lower()[:24]
        handle = f"{name}.sandbox.example"
        secrets = {"app_password": f"sandbox-bluesky-{name}-app-password"}
        return SandboxAccount(name, identity, handle, secrets, {"handle": handle})

    def text_of(self, call: Call) -> str:
        record = call.json.get("record") if isinstance(call.json, dict) else None
        return str(record.get("text", "")) if isinstance(record, dict) else ""

    def window_headers(self, window: Window) -> dict[str, str]:
        reset, left = int(window.reset.timestamp()), max(window.remaining, 0)
        told = {"ratelimit-limit": str(window.limit), "ratelimit-remaining": str(left), "ratelimit-reset": str(reset)}
        wait = max(1, round((window.reset - self.clock()).total_seconds()))
        told["ratelimit-policy"] = f"{window.limit};w=3600"
        return told if left else {**told, "retry-after": str(wait)}

    def hand_post(self, account: SandboxAccount, text: str, link: str) -> StoredPost:
        record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": iso(self.clock()), "langs": ["en"]}
        if link:
            external = {"uri": link, "title": link, "description": ""}
            record["embed"] = {"$type": "app.bsky.embed.external", "external": external}
        return self._write(account, self._new_tid(), record, by_hand=True).post

    # ------------------------------------------------------------------------------------------ sessions

    def create_session(self, call: Call) -> Answer:
        named = call.get("identifier").removeprefix("@")
        account = self.account_of("app_password", call.get("password"))
        if account is None or named not in (account.handle, account.identity):
            raise Refused(self.errors["401"])
        return Answer(200, self._session(account))

    def refresh_session(self, call: Call) -> Answer:
        return Answer(200, self._session(self._account(call, REFRESH)))

    def get_session(self, call: Call) -> Answer:
        account = self._account(call)
        return Answer(200, {"handle": account.handle, "did": account.identity, "active": True})

    def get_profile(self, call: Call) -> Answer:
        account = self._account(call)
        return Answer(200, {"did": account.identity, "handle": account.handle, "displayName": account.name})

    def _session(self, account: SandboxAccount) -> dict[str, Any]:
        return {
            "did": account.identity,
            "handle": account.handle,
            "active": True,
            "accessJwt": self._token(account, ACCESS, ACCESS_LIFE),
            "refreshJwt": self._token(account, REFRESH, REFRESH_LIFE),
        }

    def _token(self, account: SandboxAccount, scope: str, life: int) -> str:
        return issue(account.identity, scope, life, str(self.store.serial()))

    def _account(self, call: Call, scope: str = ACCESS) -> SandboxAccount:
        if not call.bearer():
            raise Refused(error(401, "AuthMissing", "Authentication Required"))
        claims = claims_of(call.bearer())
        if claims is None:
            raise Refused(error(400, "InvalidToken", "Token could not be verified"))
        if ended(claims):
            raise Refused(self.errors["expired"])
        account = next((one for one in self.accounts.values() if one.identity == claims["sub"]), None)
        if account is None or claims["scope"] != scope:
            raise Refused(error(400, "InvalidToken", "Bad token scope"))
        return account

    # ------------------------------------------------------------------------------------------ records

    def upload_blob(self, call: Call) -> Answer:
        account = self._account(call)
        if len(call.body) > BLOB_BYTES:
            raise Refused(error(413, "PayloadTooLarge", "request entity too large"))
        seen = look(call.body) or ("application/octet-stream", 0, 0)
        media = stored_media(call.body, *seen)
        cid = content_id(call.body, codec=0x55)
        self.store.put_media(self.name, Upload(cid, account.name, media, self.clock()), call.body)
        blob = {"$type": "blob", "ref": {"$link": cid}, "mimeType": media.mime, "size": media.bytes}
        return Answer(200, {"blob": blob})

    def put_record(self, call: Call) -> Answer:
        account, body = self._asked(call)
        rkey, record = self._checked(account, body, str(body.get("rkey", "")))
        old = self._record(account, rkey)
        if old and old.raw["cid"] == content_id(record):
            return Answer(200, {"uri": old.post.id, "cid": old.raw["cid"], "validationStatus": "valid"})
        if "swapRecord" in body and body["swapRecord"] != (old.raw["cid"] if old else None):
            raise Refused(error(400, "InvalidSwap", f"Record was at {old.raw['cid'] if old else 'null'}"))
        return self._written(self._write(account, rkey, record))

    def create_record(self, call: Call) -> Answer:
        account, body = self._asked(call)
        rkey, record = self._checked(account, body, str(body.get("rkey") or self._new_tid()))
        if self._record(account, rkey):
            raise Refused(self.errors["500"])
        return self._written(self._write(account, rkey, record))

    def get_record(self, call: Call) -> Answer:
        owner, rkey = self._owner(call.get("repo")), call.get("rkey")
        entry = self._record(owner, rkey) if call.get("collection") == POST else None
        if entry is None:
            uri = f"at://{owner.identity}/{call.get('collection')}/{rkey}"
            raise Refused(error(400, "RecordNotFound", f"Could not locate record: {uri}"))
        return Answer(200, _shown(entry))

    def list_records(self, call: Call) -> Answer:
        owner, limit = self._owner(call.get("repo")), int(call.get("limit", "50"))
        if not 1 <= limit <= 100:
            raise Refused(error(400, "InvalidRequest", "Error: limit can not be greater than 100"))
        rising, cursor = call.get("reverse") == "true", call.get("cursor")
        span = {"after": cursor} if rising else {"before": cursor}
        found = self.store.timeline(self.name, owner.name, limit=limit, oldest=rising, **span)  # type: ignore[arg-type]
        more = {"cursor": found[-1].place} if found else {}
        return Answer(200, {**more, "records": [_shown(entry) for entry in found]})

    def delete_record(self, call: Call) -> Answer:
        account, body = self._asked(call)
        entry = self._record(account, str(body.get("rkey", "")))
        if entry is None:
            return Answer(200, {})
        self.store.delete(self.name, entry)
        return Answer(200, {"commit": self._commit()})

    # ------------------------------------------------------------------------------------------ parts

    def _asked(self, call: Call) -> tuple[SandboxAccount, dict[str, Any]]:
        account, body = self._account(call), call.json if isinstance(call.json, dict) else {}
        if body.get("repo") not in (account.identity, account.handle):
            raise Refused(error(401, "AuthenticationRequired", "Authentication Required"))
        if body.get("collection") != POST:
            raise Refused(error(400, "InvalidRequest", f"Lexicon not found: lex:{body.get('collection')}"))
        return account, body

    def _checked(self, account: SandboxAccount, body: dict[str, Any], rkey: str) -> tuple[str, dict[str, Any]]:
        if not TID.fullmatch(rkey):
            raise Refused(error(400, "InvalidRequest", f"Invalid {POST} record: Invalid record key: {rkey}"))
        try:
            return rkey, check(body.get("record"), lambda cid: self._blob(account, cid), graphemes, moment_of)
        except RecordError as wrong:
            raise Refused(error(400, wrong.name, str(wrong))) from wrong

    def _blob(self, account: SandboxAccount, cid: str) -> StoredMedia | None:
        upload = self.store.media(self.name, cid)
        return upload.media if upload and upload.account == account.name else None

    def _owner(self, repo: str) -> SandboxAccount:
        owner = next((one for one in self.accounts.values() if repo in (one.identity, one.handle)), None)
        if owner is None:
            raise Refused(error(400, "InvalidRequest", f"Could not find repo: {repo}"))
        return owner

    def _record(self, account: SandboxAccount, rkey: str) -> Entry | None:
        return self.own(account, f"at://{account.identity}/{POST}/{rkey}")

    def _new_tid(self) -> str:
        number = (int(self.clock().timestamp() * 1_000_000) << 10) + self.store.serial() % 1024
        return "".join(TID_LETTERS[number >> shift & 31] for shift in range(60, -1, -5))

    def _write(self, account: SandboxAccount, rkey: str, record: dict[str, Any], by_hand: bool = False) -> Entry:
        uri = f"at://{account.identity}/{POST}/{rkey}"
        labels = [label["val"] for label in (record.get("labels") or {}).get("values", [])]
        post = StoredPost(
            uri,
            account.name,
            record["text"],
            links_of(record),
            self._pictures(account, record),
            warning=", ".join(labels),
            sensitive=bool(labels),
            language=next(iter(record.get("langs") or ()), ""),
            created_at=self.clock(),
            permalink=f"https://bsky.app/profile/{account.identity}/post/{rkey}",
            by_hand=by_hand,
            key=rkey,
        )
        entry = Entry(post, rkey, {"record": record, "cid": content_id(record)})
        if self.store.get(self.name, uri):
            self.store.update(self.name, entry)
        else:
            self.store.add(self.name, entry)
        return entry

    def _pictures(self, account: SandboxAccount, record: dict[str, Any]) -> tuple[StoredMedia, ...]:
        found = []
        for image in (record.get("embed") or {}).get("images", []):
            media = self._blob(account, image["image"]["ref"]["$link"])
            found += [replace(media, alt=image["alt"])] if media else []
        return tuple(found)

    def _commit(self) -> dict[str, str]:
        rev = self._new_tid()
        return {"cid": content_id({"rev": rev}), "rev": rev}

    def _written(self, entry: Entry) -> Answer:
        told = {"uri": entry.post.id, "cid": entry.raw["cid"], "commit": self._commit(), "validationStatus": "valid"}
        return Answer(200, told)


def _shown(entry: Entry) -> dict[str, Any]:
    return {"uri": entry.post.id, "cid": entry.raw["cid"], "value": entry.raw["record"]}


NETWORK = Bluesky
