"""Outgoing HTTP: where it goes, what it costs, what it says when it fails."""

import asyncio
import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from syndicator import fetch
from syndicator.errors import FetchError
from syndicator.fetch import Fetcher, Response, is_public, retry_after, shown
from tests.sources.newsroom_server import (
    Newsroom,
    broken_chunk,
    cut_off,
    drip,
    endless,
    newsroom,
    redirect,
    reply,
)
from tests.sources.running import run

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)


@pytest.fixture
def room() -> Iterator[Newsroom]:
    """A newsroom on loopback, without pages yet."""
    with newsroom() as running:
        yield running


def get(url: str, *, allow_private: bool = True, **options: object) -> Response:
    """One GET with a fetcher of its own."""

    async def once() -> Response:
        async with Fetcher(user_agent="syndicator/test", timeout=5) as fetcher:
            return await fetcher.get(url, allow_private=allow_private, **options)  # type: ignore[arg-type]

    return run(once())


@contextmanager
def listener(family: int = socket.AF_INET, address: str = "127.0.0.1") -> Iterator[tuple[int, list[str]]]:
    """A port that counts who connects, answering each with an empty page."""
    seen: list[str] = []
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, 0))
        sock.listen(64)

        def accept() -> None:
            while True:
                try:
                    peer, where = sock.accept()
                except OSError:
                    return
                seen.append(where[0])
                with peer:
                    peer.settimeout(2)
                    peer.recv(4096)
                    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield sock.getsockname()[1], seen
        finally:
            sock.shutdown(socket.SHUT_RDWR)
            thread.join(2)


# Ways to write this machine's own address, as the system's resolver accepts them.
OURSELVES = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0x7f.0.0.1",
    "0x7F.0x0.0x0.0x1",
    "017700000001",
    "0177.0.0.1",
    "0177.0.0.01",
    "127.0.0.01",
    "0",
    "0.0.0.0",
    "0x0",
    "localhost",
    "LOCALHOST",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
]
ELSEWHERE = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "0xa9fea9fe",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    "[ff02::1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[2001:db8::1]",
    "[::ffff:8.8.8.8]",
]


@pytest.mark.parametrize("host", OURSELVES)
def test_no_spelling_of_our_own_address_gets_past_unless_allowed(host: str) -> None:
    """Every spelling is refused before a connection is made, and connects when the source may be private."""
    with listener() as (port, seen):
        with pytest.raises(FetchError) as failure:
            get(f"http://{host}:{port}/", allow_private=False)
        assert failure.value.refused
        assert seen == []
        assert get(f"http://{host}:{port}/").body == b"ok"
        assert len(seen) == 1


@pytest.mark.parametrize("host", ELSEWHERE)
def test_private_and_reserved_addresses_are_refused(host: str) -> None:
    """No socket is made for networks that are not the public Internet."""
    with pytest.raises(FetchError, match="private or reserved") as failure:
        get(f"http://{host}:9/", allow_private=False, timeout=2)
    assert failure.value.refused
    assert failure.value.status is None


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "1.1.1.1"])
def test_public_addresses_are_public(address: str) -> None:
    """What belongs to the Internet is not refused."""
    assert is_public(address)


def test_what_is_no_address_is_not_public() -> None:
    """A word is never taken for a public address."""
    assert not is_public("localhost")


@pytest.fixture
def only_private(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plays that 127.0.0.1 is public and the rest of loopback private, since tests have no public server."""
    monkeypatch.setattr(fetch, "is_public", lambda address: address == "127.0.0.1")


@pytest.mark.usefixtures("only_private")
@pytest.mark.parametrize("target", ["http://127.0.0.2:{port}/", "//127.0.0.2:{port}/x", "http://[::1]:{port}/"])
def test_a_redirect_to_a_private_address_is_refused(room: Newsroom, target: str) -> None:
    """A public page cannot send us to a private one."""
    with listener(address="127.0.0.2") as (port, seen):
        room.pages["/"] = redirect(target.format(port=port))
        with pytest.raises(FetchError, match="private") as failure:
            get(room.url("/"), allow_private=False)
        assert failure.value.refused
        assert len(room.asked) == 1
        assert seen == []


@pytest.mark.usefixtures("only_private")
def test_a_dns_answer_that_changes_does_not_get_past(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that is judged is the one that is connected to, whatever DNS said a moment before."""
    answers = iter(["127.0.0.1", "127.0.0.2"])
    room.pages["/"] = reply(200, b"public", Connection="close")

    def resolve(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        assert host == "rebound.test"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    async def twice() -> tuple[bytes, str]:
        url = room.url("/", "rebound.test")
        async with Fetcher(user_agent="syndicator/test") as fetcher:
            first = await fetcher.get(url)
        async with Fetcher(user_agent="syndicator/test") as fetcher:
            try:
                return first.body, (await fetcher.get(url)).body.decode()
            except FetchError as error:
                return first.body, str(error)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    body, said = asyncio.run(twice())
    assert body == b"public"
    assert "private or reserved" in said


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "data:text/plain,x", "javascript:1", "", "x",
     "http://", "http://a:b@127.0.0.1/", "http://a@127.0.0.1/", "http://127.0.0.1:99999/", "http://[::1/"],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    """Other schemes, and names and passwords in an address, are refused even where private addresses are allowed."""
    with pytest.raises(FetchError) as failure:
        get(url)
    assert failure.value.refused


def test_a_redirect_to_another_scheme_is_refused(room: Newsroom) -> None:
    """A page cannot send us to a file."""
    room.pages["/"] = redirect("file:///etc/passwd")
    with pytest.raises(FetchError, match="not an http or https address"):
        get(room.url("/"))


def test_redirects_are_followed_and_the_permanent_ones_told(room: Newsroom) -> None:
    """The answer names its final address, and where the first address has moved for good."""
    room.pages |= {
        "/a": redirect("/b", 301),
        "/b": redirect("/c", 302),
        "/c": redirect("/d", 308),
        "/d": reply(200, b"x"),
    }
    answer = get(room.url("/a"))
    assert (answer.url, answer.moved, answer.body) == (room.url("/d"), (room.url("/b"),), b"x")


def test_redirects_in_a_circle_end(room: Newsroom) -> None:
    """A loop is an error at its second round."""
    room.pages |= {"/a": redirect("/b"), "/b": redirect("/a")}
    with pytest.raises(FetchError, match="circle"):
        get(room.url("/a"))
    assert len(room.asked) == 2


def test_more_than_five_redirects_are_too_many(room: Newsroom) -> None:
    """Five are followed, not six."""
    room.pages |= {f"/{n}": redirect(f"/{n + 1}") for n in range(9)}
    room.pages["/9"] = reply(200, b"there")
    assert get(room.url("/4")).body == b"there"
    with pytest.raises(FetchError, match="more than 5 times"):
        get(room.url("/3"))


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_compressed_bodies_are_unpacked(room: Newsroom, coding: str, pack: object) -> None:
    """What comes back is the document."""
    room.pages["/"] = reply(200, pack(b"<rss/>" * 100), Content_Encoding=coding)  # type: ignore[operator]
    assert get(room.url("/")).body == b"<rss/>" * 100


def test_an_endless_body_costs_no_more_than_its_limit(room: Newsroom) -> None:
    """A feed without end is left at 10 MB, in bounded memory and time."""
    room.pages["/"] = endless(b"x" * 65536, Content_Type="application/rss+xml")
    tracemalloc.start()
    begun = time.monotonic()
    with pytest.raises(FetchError, match=r"larger than 10 MB"):
        get(room.url("/"))
    took, (_, peak) = time.monotonic() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 5
    assert peak < 30_000_000


def test_a_body_that_announces_its_size_is_not_even_begun(room: Newsroom) -> None:
    """Two announced gigabytes are refused by their length alone."""
    room.pages["/"] = endless(b"x" * 1024, Content_Length="2000000000")
    with pytest.raises(FetchError, match="larger than 1 MB"):
        get(room.url("/"), max_bytes=1_000_000)


def test_a_bomb_is_left_at_the_limit_of_what_it_unpacks_to(room: Newsroom) -> None:
    """200 kB that would become 200 MB cost no more than the limit."""
    bomb = gzip.compress(b"\0" * 200_000_000, 1)
    room.pages["/"] = reply(200, bomb, Content_Encoding="gzip")
    tracemalloc.start()
    with pytest.raises(FetchError, match="larger than 2 MB"):
        get(room.url("/"), max_bytes=2_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(bomb) < 2_000_000
    assert peak < 20_000_000


@pytest.mark.parametrize("answer", [cut_off(b"<rss>half", 100), broken_chunk(b"<rss>half")])
def test_a_body_that_ends_early_is_an_error_or_partial(room: Newsroom, answer: object) -> None:
    """Without leave it raises; with it, what came is given and marked."""
    room.pages["/"] = answer  # type: ignore[assignment]
    with pytest.raises(FetchError, match="cut off or damaged") as failure:
        get(room.url("/"))
    assert failure.value.status is None
    partial = get(room.url("/"), partial=True)
    assert (partial.body, partial.complete) == (b"<rss>half", False)


def test_a_dripping_server_meets_the_deadline(room: Newsroom) -> None:
    """Bytes that trickle in do not stretch the time-out."""
    room.pages["/"] = drip()
    begun = time.monotonic()
    with pytest.raises(FetchError, match=r"within 0\.3 s"):
        get(room.url("/"), timeout=0.3)
    assert time.monotonic() - begun < 2


def test_nobody_listening_is_one_sentence() -> None:
    """The error names the address and the reason, not the query's secrets."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{sock.getsockname()[1]}/feed?token=hush#x"
        with pytest.raises(FetchError) as failure:
            get(url)
    assert str(failure.value) == f"{shown(url)} could not be read: the connection was refused or failed."
    assert "hush" not in str(failure.value)


@pytest.mark.parametrize("status", [304, 404, 410, 429, 500, 503])
def test_every_status_is_an_answer(room: Newsroom, status: int) -> None:
    """An HTTP error is for the caller to judge; its body is not read."""
    room.pages["/"] = reply(status, b"" if status == 304 else b"no")
    answer = get(room.url("/"))
    assert (answer.status, answer.body) == (status, b"")


def test_the_request_says_who_asks_and_carries_no_cookies(room: Newsroom) -> None:
    """Headers are sent as given, and a cookie that was set is not sent back."""
    room.pages["/"] = reply(200, b"x", Set_Cookie="spy=1")

    async def twice() -> None:
        async with Fetcher(user_agent="syndicator/1") as fetcher:
            for _ in range(2):
                await fetcher.get(
                    room.url("/"), allow_private=True, headers={"If-None-Match": '"a"'}, accept="text/html"
                )

    run(twice())
    sent = room.asked[1][1]
    assert (sent["User-Agent"], sent["If-None-Match"], sent["Accept"]) == ("syndicator/1", '"a"', "text/html")
    assert "Cookie" not in sent


def test_one_host_is_asked_by_no_more_than_its_places(room: Newsroom) -> None:
    """With two places per host, two of six requests are under way at once."""
    lock, busy, most = threading.Lock(), 0, 0
    room.ended.clear()

    def slow(handler: object) -> None:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        room.ended.wait(0.05)
        with lock:
            busy -= 1
        reply(200, b"x")(handler)  # type: ignore[arg-type]

    room.pages["/"] = slow

    async def six() -> None:
        async with Fetcher(user_agent="syndicator/1", per_host=2) as fetcher:
            await asyncio.gather(*(fetcher.get(room.url("/"), allow_private=True) for _ in range(6)))

    run(six())
    assert most == 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", NOW + timedelta(seconds=120)),
        ("0", NOW),
        ("Mon, 23 Nov 2026 15:05:00 GMT", NOW + timedelta(hours=1)),
        ("Mon, 23 Nov 2026 13:05:00 GMT", NOW),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("9" * 400, NOW + timedelta(days=366)),
    ],
)
def test_retry_after_is_read_in_both_its_forms(value: str, expected: datetime | None) -> None:
    """Seconds and dates give a moment not before now; anything else gives none."""
    assert retry_after({"Retry-After": value}, NOW) == expected


def test_no_retry_after_gives_none() -> None:
    """A missing header is no wish."""
    assert retry_after({}, NOW) is None
