"""What the loopback networks hold: posts, media and a log of requests, in memory or in one SQLite file of a folder."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import Any, Literal

SCHEMA = """
CREATE TABLE IF NOT EXISTS posts (
  serial INTEGER PRIMARY KEY AUTOINCREMENT, network TEXT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL,
  place TEXT NOT NULL, text TEXT NOT NULL, key TEXT NOT NULL, at REAL NOT NULL, deleted INTEGER NOT NULL DEFAULT 0,
  post TEXT NOT NULL, raw TEXT NOT NULL, UNIQUE (network, id));
CREATE INDEX IF NOT EXISTS posts_place ON posts (network, account, place);
CREATE INDEX IF NOT EXISTS posts_text ON posts (network, account, text);
CREATE INDEX IF NOT EXISTS posts_key ON posts (network, account, key);
CREATE TABLE IF NOT EXISTS media (
  network TEXT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL, at REAL NOT NULL, post TEXT NOT NULL DEFAULT '',
  media TEXT NOT NULL, notes TEXT NOT NULL, PRIMARY KEY (network, id));
CREATE TABLE IF NOT EXISTS blobs (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS serials (n INTEGER PRIMARY KEY AUTOINCREMENT);
"""
TIMELINE = """
SELECT post, place, raw FROM posts WHERE network = ? AND account = ? AND deleted = 0 AND place > ? AND place < ?
  AND at >= ? AND at < ? ORDER BY place DESC LIMIT ?"""
SAME_KEY = """
SELECT post, place, raw FROM posts WHERE network = ? AND account = ? AND key = ? AND at >= ?
  ORDER BY deleted, serial DESC LIMIT 1"""
LOG_LIMIT = 200_000  # requests kept per network: more than any run here makes, and a bound on memory


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """A photo as the network keeps it: `bytes` is its size; its data is under `sha256`."""

    sha256: str
    mime: str
    width: int
    height: int
    alt: str = ""
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class StoredPost:
    """A post as its readers see it: entities decoded, short links expanded. `created_at` is aware UTC.

    `links` are the addresses in the text and that of an attached link or card, expanded. `key` is the idempotency key
    or record key the client chose, "" where there was none. A deleted post stays, marked `deleted`.
    """

    id: str
    account: str
    text: str
    links: tuple[str, ...] = ()
    media: tuple[StoredMedia, ...] = ()
    warning: str = ""
    sensitive: bool = False
    language: str = ""
    created_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    permalink: str = ""
    by_hand: bool = False
    key: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request a network received. `path` is without its query, `bytes` the size of the body, `status` what was
    answered (0 while it runs, and for a connection closed without an answer)."""

    at: datetime
    method: str
    path: str
    op: str
    status: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored post with what its network needs to show it again. `place` orders the posts of one account."""

    post: StoredPost
    place: str
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded photo: `post` is the id of the post that carries it, "" before."""

    id: str
    account: str
    media: StoredMedia
    at: datetime
    post: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict)


class Store:
    """The posts, media and requests of all networks of one sandbox. Every method may be called from any thread.

    With a folder, posts and media are in `folder/sandbox.db` and a later Store on that folder holds them again.
    """

    def __init__(self, folder: Path | None = None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._lock = RLock()
        self._db = sqlite3.connect(
            folder / "sandbox.db" if folder else ":memory:", check_same_thread=False, isolation_level=None
        )
        self._db.execute("PRAGMA journal_mode = WAL")
        # The operating system keeps what a killed process wrote; only a power cut could lose a made-up post.
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(SCHEMA)
        self._log: dict[str, list[LoggedRequest]] = {}

    def close(self) -> None:
        """Close the file; the store is of no use afterwards."""
        with self._lock:
            self._db.close()

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def serial(self) -> int:
        """A number never given before on this folder, rising."""
        with self._lock:
            number = self._db.execute("INSERT INTO serials DEFAULT VALUES").lastrowid
        return number or 0

    # ------------------------------------------------------------------------------------------ posts

    def add(self, network: str, entry: Entry) -> StoredPost:
        """Keep a new post; sqlite3.IntegrityError when its id is taken."""
        post = entry.post
        columns = (network, post.id, post.account, entry.place, post.text, post.key, post.created_at.timestamp())
        self._rows(
            "INSERT INTO posts (network, id, account, place, text, key, at, deleted, post, raw) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *columns,
            post.deleted,
            _dump(asdict(post)),
            _dump(entry.raw),
        )
        return post

    def update(self, network: str, entry: Entry) -> None:
        """Replace the post of the same id."""
        post = entry.post
        self._rows(
            "UPDATE posts SET text = ?, deleted = ?, post = ?, raw = ? WHERE network = ? AND id = ?",
            post.text,
            post.deleted,
            _dump(asdict(post)),
            _dump(entry.raw),
            network,
            post.id,
        )

    def delete(self, network: str, entry: Entry) -> None:
        """Mark the post as deleted; it stays in `posts`."""
        self.update(network, replace(entry, post=replace(entry.post, deleted=True)))

    def get(self, network: str, post_id: str) -> Entry | None:
        """The post with this id, also when it is deleted."""
        rows = self._rows("SELECT post, place, raw FROM posts WHERE network = ? AND id = ?", network, post_id)
        return _entry(rows[0]) if rows else None

    def posts(self, network: str, skip: int = 0) -> list[StoredPost]:
        """All posts of a network, oldest first, deleted ones included, without the `skip` oldest."""
        rows = self._rows("SELECT post FROM posts WHERE network = ? ORDER BY serial LIMIT -1 OFFSET ?", network, skip)
        return [_post(row[0]) for row in rows]

    def timeline(
        self,
        network: str,
        account: str,
        *,
        limit: int,
        before: str = "",
        after: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        oldest: bool = False,
    ) -> list[Entry]:
        """Public posts of one account, newest first (`oldest`: the other way round).

        `before` and `after` are places, both exclusive; `since` is inclusive and `until` exclusive.
        """
        start = since.timestamp() if since else -1e12
        end = until.timestamp() if until else 1e12
        rows = self._rows(
            TIMELINE.replace("DESC", "ASC") if oldest else TIMELINE,
            *(network, account, after, before or "~", start, end, limit),
        )
        return [_entry(row) for row in rows]

    def same(
        self, network: str, account: str, column: Literal["text", "key"], value: str, since: datetime
    ) -> Entry | None:
        """The newest post since then with this `text` or `key`, also when it is deleted."""
        rows = self._rows(
            SAME_KEY if column == "key" else SAME_KEY.replace("key", "text"),
            *(network, account, value, since.timestamp()),
        )
        return _entry(rows[0]) if rows else None

    # ------------------------------------------------------------------------------------------ media

    def put_media(self, network: str, upload: Upload, data: bytes = b"") -> Upload:
        """Keep an upload, or replace the one of the same id; without data the old bytes stay."""
        with self._lock:
            values = (network, upload.id, upload.account, upload.at.timestamp(), upload.post)
            self._rows(
                "INSERT OR REPLACE INTO media (network, id, account, at, post, media, notes) VALUES (?,?,?,?,?,?,?)",
                *values,
                _dump(asdict(upload.media)),
                _dump(upload.notes),
            )
            if data:
                self._rows("INSERT OR IGNORE INTO blobs VALUES (?, ?)", upload.media.sha256, data)
        return upload

    def media(self, network: str, media_id: str) -> Upload | None:
        """The upload with this id."""
        rows = self._rows(
            "SELECT id, account, media, at, post, notes FROM media WHERE network = ? AND id = ?", network, media_id
        )
        if not rows:
            return None
        found_id, account, media, at, post, notes = rows[0]
        when = datetime.fromtimestamp(at, UTC)
        return Upload(found_id, account, StoredMedia(**json.loads(media)), when, post, json.loads(notes))

    def data(self, digest: str) -> bytes | None:
        """The bytes of a photo by its sha256."""
        rows = self._rows("SELECT data FROM blobs WHERE sha256 = ?", digest)
        return bytes(rows[0][0]) if rows else None

    # ------------------------------------------------------------------------------------------ requests

    def log(self, network: str, request: LoggedRequest) -> Callable[[int], None]:
        """Note a request; call what comes back with its status when it has been answered."""
        with self._lock:
            entries = self._log.setdefault(network, [])
            if len(entries) >= LOG_LIMIT:
                return lambda _: None
            place = len(entries)
            entries.append(request)

        def answered(status: int) -> None:
            with self._lock:
                entries[place] = replace(request, status=status)

        return answered

    def requests(self, network: str) -> list[LoggedRequest]:
        """The requests a network received, in order of arrival."""
        with self._lock:
            return list(self._log.get(network, ()))


def stored_media(data: bytes, mime: str, width: int, height: int, alt: str = "") -> StoredMedia:
    """The record of these bytes."""
    return StoredMedia(sha256(data).hexdigest(), mime, width, height, alt, len(data))


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=lambda moment: moment.isoformat())


def _post(text: str) -> StoredPost:
    fields = json.loads(text)
    fields["created_at"] = datetime.fromisoformat(fields["created_at"])
    fields["links"] = tuple(fields["links"])
    fields["media"] = tuple(StoredMedia(**media) for media in fields["media"])
    return StoredPost(**fields)


def _entry(row: tuple[Any, ...]) -> Entry:
    return Entry(_post(row[0]), row[1], json.loads(row[2]))
