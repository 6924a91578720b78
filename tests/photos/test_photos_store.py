"""Photos on disk and from the network."""

import asyncio
import contextlib
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.errors import PhotoError
from syndicator.fetch import Fetcher
from syndicator.models import Photo
from syndicator.photos import MAX_BYTES, PhotoStore, get

DATA = b"as good as a photo"
NAME = sha256(DATA).hexdigest()
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> PhotoStore:
    """A store in a folder that does not exist yet."""
    return PhotoStore(tmp_path / "var" / "photos")


def age(path: Path) -> None:
    """Makes a file old."""
    os.utime(path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))


def test_what_is_put_can_be_had_by_its_hash(store: PhotoStore) -> None:
    """The name is the SHA-256 of the bytes, in a folder of its first two digits."""
    assert not store.has(NAME)
    assert store.put(DATA) == NAME
    assert store.has(NAME)
    assert store.get(NAME) == DATA
    assert [path.relative_to(store.folder).as_posix() for path in store.folder.glob("*/*")] == [f"{NAME[:2]}/{NAME}"]


@settings(max_examples=20, deadline=None)
@given(contents=st.lists(st.binary(max_size=200), max_size=6))
def test_each_content_is_kept_once(tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]) -> None:
    """However often and in whatever order, each content has one file."""
    store = PhotoStore(tmp_path_factory.mktemp("photos"))
    names = [store.put(content) for content in contents]
    assert [store.get(name) for name in names] == contents
    assert sorted(name for name, _ in store.names()) == sorted(set(names))


def test_putting_again_renews_the_age_and_not_the_file(store: PhotoStore) -> None:
    """A photo used again is young again for the sweep."""
    path = store.folder / NAME[:2] / store.put(DATA)
    inode = path.stat().st_ino
    age(path)
    assert list(store.names()) == [(NAME, LONG_AGO)]
    store.put(DATA)
    assert path.stat().st_ino == inode
    assert next(store.names())[1] > LONG_AGO + timedelta(days=365)


@pytest.mark.parametrize("damage", [b"", DATA[:-1], b"something else", DATA.upper()])
def test_a_damaged_file_is_never_handed_out_and_is_mended_by_putting(store: PhotoStore, damage: bytes) -> None:
    """Bytes that are no longer the same are an error, until the photo is put again."""
    path = store.folder / NAME[:2] / store.put(DATA)
    path.write_bytes(damage)
    with pytest.raises(PhotoError, match="damaged on disk"):
        store.get(NAME)
    store.put(DATA)
    assert store.get(NAME) == DATA


def test_a_lost_file_is_said(store: PhotoStore) -> None:
    """A photo that is gone is an error that names the folder."""
    with pytest.raises(PhotoError, match=f"no longer in {store.folder}"):
        store.get(NAME)


def test_deleting_twice_is_fine(store: PhotoStore) -> None:
    """A deleted photo is gone, and may be deleted again."""
    store.put(DATA)
    store.delete(NAME)
    store.delete(NAME)
    assert not store.has(NAME)


@pytest.mark.parametrize(
    "name", ["", "abc", "../../etc/passwd", "A" * 64, "g" * 64, NAME + "\n", NAME + "0", "/" + NAME]
)
def test_only_hashes_are_names(store: PhotoStore, name: str) -> None:
    """Nothing but 64 lower-case hex digits reaches the disk."""
    for call in (store.get, store.has, store.delete):
        with pytest.raises(PhotoError, match="64 hex digits"):
            call(name)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A file where the folder should be is a PhotoError, not a crash."""
    blocked = tmp_path / "photos"
    blocked.write_text("not a folder")
    with pytest.raises(PhotoError, match="could not be kept"):
        PhotoStore(blocked).put(DATA)


@pytest.mark.parametrize(("verb", "words"), [("get", "could not be read"), ("delete", "could not be deleted")])
def test_what_the_disk_refuses_is_said(store: PhotoStore, verb: str, words: str) -> None:
    """Something else in a photo's place is a PhotoError that names it."""
    (store.folder / NAME[:2] / NAME / "inside").mkdir(parents=True)
    with pytest.raises(PhotoError, match=words):
        getattr(store, verb)(NAME)
    with pytest.raises(PhotoError, match="could not be kept"):
        store.put(DATA)
    assert not store.has(NAME)


def test_a_full_disk_leaves_nothing_behind(store: PhotoStore) -> None:
    """A write that fails half-way leaves neither a name nor a rest."""
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    store.put(b"small")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(PhotoError, match="could not be kept"):
            store.put(bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert [path.name for path in store.folder.glob("*/*")] == [sha256(b"small").hexdigest()]


def test_many_writers_of_one_photo_agree(store: PhotoStore) -> None:
    """Threads that put the same photo at the same moment leave one whole file and no rests."""
    start, content = threading.Barrier(8), os.urandom(200_000)
    seen: list[bytes] = []

    def write() -> None:
        start.wait(10)
        seen.append(store.get(store.put(content)))

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert seen == [content] * 8
    assert len(list(store.folder.glob("*/*"))) == 1


def test_rests_of_killed_writers_are_no_photos_and_are_tidied(store: PhotoStore) -> None:
    """An unfinished file is not listed, and is removed once it is old."""
    folder = (store.folder / NAME[:2] / store.put(DATA)).parent
    old, young = folder / f"{NAME}.0.part", folder / f"{NAME}.1.part"
    for rest in (old, young):
        rest.write_bytes(b"half")
    age(old)
    assert [name for name, _ in store.names()] == [NAME]
    assert store.tidy(LONG_AGO + timedelta(days=1)) == 1
    assert (old.exists(), young.exists()) == (False, True)
    assert store.get(NAME) == DATA


def test_an_empty_store_lists_nothing(store: PhotoStore) -> None:
    """Before the first photo there is nothing to sweep."""
    assert list(store.names()) == []


class Newsroom(BaseHTTPRequestHandler):
    """Answers by path: /404 with that status, /empty with nothing, /large with a byte too many."""

    answers: ClassVar[dict[str, tuple[int, bytes]]] = {
        "/a.jpg": (200, DATA),
        "/404": (404, b"not here"),
        "/204": (204, b""),
        "/empty": (200, b""),
        "/large": (200, bytes(MAX_BYTES + 1)),
    }

    def do_GET(self) -> None:
        """One answer; the photo only to those who ask for an image."""
        status, body = self.answers[self.path]
        if self.headers["Accept"] != "image/*":
            status, body = 406, b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Keeps quiet."""


@pytest.fixture(scope="module")
def newsroom() -> Iterator[str]:
    """A newsroom's server on the loopback; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Newsroom)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


async def fetched(url: str, allow_private: bool) -> bytes:
    """The photo by the real way."""
    async with Fetcher(user_agent="test", timeout=10) as fetcher:
        return await get(Photo(url), fetcher, allow_private=allow_private)


def test_a_photo_is_fetched(newsroom: str) -> None:
    """What the newsroom serves is what comes back."""
    assert asyncio.run(fetched(f"{newsroom}/a.jpg", True)) == DATA


@pytest.mark.parametrize(
    ("path", "allow_private", "words"),
    [
        ("/404", True, "the server answered 404"),
        ("/204", True, "the server answered 204"),
        ("/empty", True, "the server sent nothing"),
        ("/large", True, "could not be fetched"),
        ("/a.jpg", False, "private"),
    ],
)
def test_what_cannot_be_fetched_is_a_photo_error(newsroom: str, path: str, allow_private: bool, words: str) -> None:
    """Whatever goes wrong on the way is a PhotoError, so that the post goes without the photo."""
    with pytest.raises(PhotoError, match=words):
        asyncio.run(fetched(newsroom + path, allow_private))
