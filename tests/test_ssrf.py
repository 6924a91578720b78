"""Nothing an article says leads to this machine or its network: every spelling, every door, every answer of DNS."""

import asyncio
import socket
import threading
from asyncio import base_events
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address

import pytest
import uvloop

from syndicator import fetch, photos
from syndicator.daemon.loops import new_loop
from syndicator.errors import FetchError, PhotoError
from syndicator.fetch import Fetcher
from syndicator.models import Article, Photo, Source, SourceState
from syndicator.sources import poll, read_page
from tests.sources.documents import BERLIN, NOW, item, rss
from tests.sources.newsroom_server import Newsroom, newsroom, redirect, reply

FIRST, LAST, SIX = "127.0.0.1", "127.255.255.254", "::1"
REDIRECTS = (301, 302, 303, 307, 308)
LOOP: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {}  # which kind of event loop is asked in now

# Addresses by which this machine is reached, and where a connection arrives when it is allowed; "" where it never does.
WAYS = [
    ("http://127.0.0.1:{}/", FIRST),
    ("HTTP://127.0.0.1:{}/", FIRST),
    ("http://127.1:{}/", FIRST),
    ("http://127.0.1:{}/", FIRST),
    ("http://127.0x1:{}/", FIRST),
    ("http://127.00.00.01:{}/", FIRST),
    ("http://2130706433:{}/", FIRST),
    ("http://0x7f000001:{}/", FIRST),
    ("http://0X7F000001:{}/", FIRST),
    ("http://0x7f.1:{}/", FIRST),
    ("http://0x7f.0x0.0x0.0x1:{}/", FIRST),
    ("http://017700000001:{}/", FIRST),
    ("http://0177.0.0.1:{}/", FIRST),
    ("http://0:{}/", FIRST),
    ("http://0.0.0.0:{}/", FIRST),
    ("http://0x0:{}/", FIRST),
    ("http://127.255.255.254:{}/", LAST),
    ("http://127.16777214:{}/", LAST),
    ("http://2147483646:{}/", LAST),
    ("http://0x7ffffffe:{}/", LAST),
    ("http://①②⑦.⓪.⓪.①:{}/", FIRST),
    ("http://１２７.０.０.１:{}/", FIRST),
    ("http://127。0。0。1:{}/", FIRST),
    ("http://[::1]:{}/", SIX),
    ("http://[0:0:0:0:0:0:0:1]:{}/", SIX),
    ("http://[0000:0000:0000:0000:0000:0000:0000:0001]:{}/", SIX),
    ("http://[::]:{}/", SIX),
    ("http://[::ffff:127.0.0.1]:{}/", FIRST),
    ("http://[::ffff:7f00:1]:{}/", FIRST),
    ("http://[::FFFF:127.255.255.254]:{}/", LAST),
    ("http://localhost:{}/", FIRST),
    ("http://LOCALHOST:{}/", FIRST),
    ("http://ⓛocalhost:{}/", FIRST),
    ("http://localhost.:{}/", FIRST),
    ("http://x.localhost:{}/", FIRST),
    ("http://last.example:{}/", LAST),
    ("http://six.example:{}/", SIX),
    ("http://mapped.example:{}/", FIRST),
    ("http://127.0.0.1:0{}/", FIRST),
    ("http://127.0.0.1 :{}/", FIRST),
    (" http://127.0.0.1:{}/ ", FIRST),
    ("\0http://127.0.0.1:{}/", FIRST),
    ("http://127.0.\t0.1:{}/", FIRST),
    ("ht\ntp://127.0.0.1:{}/", FIRST),
    ("http://127.0.0.1:{}/#@public.example/", FIRST),
    ("http://127.0.0.1:{}?@public.example/", FIRST),
    ("http://public.example@127.0.0.1:{}/", ""),
    ("http://public.example:80@127.0.0.1:{}/", ""),
    ("http://public.example%40127.0.0.1:{}/", ""),
    ("http://127.0.0.1:{}\\@public.example/", ""),
    ("http://public.example\\@127.0.0.1:{}/", ""),
    ("http://public.example#@127.0.0.1:{}/", ""),
    ("http:\\\\127.0.0.1:{}/", ""),
    ("http:///127.0.0.1:{}/", ""),
    ("http:127.0.0.1:{}/", ""),
    ("http://127.0.0.1.:{}/", ""),
    ("http://%31%32%37.0.0.1:{}/", ""),
    ("http://127.0.0.1%00.example:{}/", ""),
    ("http://[127.0.0.1]:{}/", ""),
    ("http://[::1%25lo]:{}/", ""),
    ("http://[::1%lo]:{}/", ""),
]
REACHED = [(way, there) for way, there in WAYS if there]

# Networks that are nobody's public address, and carriers of one.
CLOSED = [
    "10.255.255.254",
    "172.31.255.254",
    "192.168.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "2852039166",
    "0xA9.254.0xA9FE",
    "100.100.100.200",
    "100.64.0.1",
    "168.63.129.16",
    "192.0.0.192",
    "198.19.255.254",
    "192.0.2.1",
    "198.51.100.1",
    "239.255.255.250",
    "255.255.255.255",
    "240.0.0.1",
    "[fd00:ec2::254]",
    "[fd20:ce::254]",
    "[fe80::1]",
    "[fe80::a9fe:a9fe]",
    "[fec0::1]",
    "[ff02::1]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::a9fe:a9fe]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[2001:0:0:0::1]",
    "[2001:db8::1]",
    "[fe80::1%25eth0]",
    "metadata.example",
    "private.example",
]

# What DNS says in these tests; nothing else has a name.
NAMES = {
    "localhost": [FIRST],
    "localhost.": [FIRST],
    "x.localhost": [FIRST],
    "last.example": [LAST],
    "six.example": [SIX],
    "mapped.example": ["::ffff:127.0.0.1"],
    "metadata.example": ["169.254.169.254"],
    "private.example": ["10.0.0.1", "fd00::1"],
}


@dataclass
class Machine:
    """This machine's loopback addresses, all listening on one port; `met` lists where somebody connected."""

    port: int
    met: list[str] = field(default_factory=list)


def answer(listening: socket.socket, address: str, machine: Machine) -> None:
    """Count whoever comes, and say something short."""
    while True:
        try:
            peer, _ = listening.accept()
        except OSError:
            return
        machine.met.append(address)
        with peer, suppress(OSError):
            peer.settimeout(2)
            peer.recv(65536)
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")


@pytest.fixture(scope="module")
def listening() -> Iterator[Machine]:
    """The addresses, listening as long as this module runs."""
    with ExitStack() as stack:
        machine = Machine(0)
        for address in (FIRST, LAST, SIX):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            sock = stack.enter_context(socket.create_server((address, machine.port), family=family, backlog=64))
            machine.port = sock.getsockname()[1]
            threading.Thread(target=answer, args=(sock, address, machine), daemon=True).start()
            stack.callback(sock.shutdown, socket.SHUT_RDWR)
        yield machine


@pytest.fixture
def machine(listening: Machine) -> Machine:
    """The same, with nobody met yet."""
    listening.met.clear()
    return listening


@pytest.fixture
def room() -> Iterator[Newsroom]:
    """A newsroom on loopback, without pages yet."""
    with newsroom() as running:
        yield running


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plays that 127.0.0.1 is public and the rest of loopback private, since tests have no public server."""
    monkeypatch.setattr(fetch, "is_public", lambda address: address == FIRST)


def numeric(host: str) -> bool:
    """Whether it is an address in its usual spelling; others are names, and asked for as such."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """DNS by table. What stands here for a name is said once each, in order, before the table is asked."""
    changing: dict[str, list[list[str]]] = {}

    async def look_up(
        _loop: object, host: str, port: int, **_: object
    ) -> list[tuple[socket.AddressFamily, int, int, str, tuple[object, ...]]]:
        # uvloop asks for what is an address already, too, when it connects.
        said = [host] if numeric(host) else changing[host].pop(0) if changing.get(host) else NAMES.get(host)
        if said is None:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in said
        ]

    monkeypatch.setattr(base_events.BaseEventLoop, "getaddrinfo", look_up)
    monkeypatch.setattr(uvloop.Loop, "getaddrinfo", look_up)
    return changing


@pytest.fixture(autouse=True, params=[asyncio.new_event_loop, new_loop], ids=["asyncio", "daemon"])
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question in Python's own event loop and in the daemon's."""
    monkeypatch.setitem(LOOP, "new", request.param)


def ask(question: Callable[[Fetcher], Awaitable[object]]) -> object:
    """What comes of a question; the error where there is one."""

    async def once() -> object:
        async with Fetcher(user_agent="syndicator/test", timeout=3) as fetcher:
            try:
                return await question(fetcher)
            except (FetchError, PhotoError) as error:
                return error

    with asyncio.Runner(loop_factory=LOOP["new"]) as runner:
        return runner.run(once())


@pytest.mark.parametrize("way", [way for way, _ in WAYS])
def test_no_way_leads_to_this_machine(machine: Machine, way: str) -> None:
    """No connection is made for an article, however its address is written."""
    said = ask(lambda fetcher: fetcher.get(way.format(machine.port)))
    assert isinstance(said, FetchError)
    assert machine.met == []


@pytest.mark.parametrize(("way", "there"), REACHED)
def test_a_source_that_may_be_private_is_reached_by_the_same_ways(machine: Machine, way: str, there: str) -> None:
    """The table above is no table of typing errors: where it is allowed, each way arrives."""
    said = ask(lambda fetcher: fetcher.get(way.format(machine.port), allow_private=True))
    assert isinstance(said, fetch.Response)
    assert machine.met == [there]


@pytest.mark.parametrize("way", [way for way, there in WAYS if not there])
def test_what_is_no_proper_address_is_not_guessed(machine: Machine, way: str) -> None:
    """Addresses that programs read in different ways lead nowhere, even where private ones are allowed."""
    assert isinstance(ask(lambda fetcher: fetcher.get(way.format(machine.port), allow_private=True)), FetchError)
    assert machine.met == []


@pytest.mark.parametrize("host", CLOSED)
def test_no_private_network_is_asked(host: str) -> None:
    """Private, reserved, link-local and metadata addresses are refused before a socket is made."""
    said = ask(lambda fetcher: fetcher.get(f"http://{host}:9/"))
    assert isinstance(said, FetchError)
    assert "private or reserved" in str(said)


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize(("way", "there"), [(way, there) for way, there in REACHED if there != FIRST])
def test_no_redirect_leads_there(machine: Machine, room: Newsroom, status: int, way: str, there: str) -> None:
    """A public page cannot send us on, at once or by way of another public page."""
    room.pages["/"] = redirect("/next", status)
    room.pages["/next"] = redirect(way.format(machine.port).strip(), status)
    said = ask(lambda fetcher: fetcher.get(room.url("/")))
    assert isinstance(said, FetchError)
    assert [path for path, _ in room.asked] == ["/", "/next"]
    assert machine.met == []


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize("status", [307, 308])
def test_no_redirect_of_a_form_leads_there(machine: Machine, room: Newsroom, status: int) -> None:
    """A hub cannot send a subscription on to this machine."""
    room.pages["/"] = redirect(f"http://{LAST}:{machine.port}/", status)
    said = ask(lambda fetcher: fetcher.post(room.url("/"), {"hub.mode": "subscribe"}))
    assert isinstance(said, FetchError) or said.status != 200  # type: ignore[attr-defined]
    assert machine.met == []


def by_photo(fetcher: Fetcher, url: str) -> Awaitable[object]:
    """A photo of an article."""
    return photos.get(Photo(url), fetcher, allow_private=False)


def by_page(fetcher: Fetcher, url: str) -> Awaitable[object]:
    """An article's own link."""
    return read_page(Article(url, "x"), Source("world", "https://news.example/feed"), fetcher, zone=BERLIN)


def by_feed(fetcher: Fetcher, url: str) -> Awaitable[object]:
    """A source's own address."""
    return poll(Source("world", url), SourceState("world", url), fetcher, now=NOW, zone=BERLIN)


def by_hub(fetcher: Fetcher, url: str) -> Awaitable[object]:
    """A feed's hub."""
    return fetcher.post(url, {"hub.mode": "subscribe"})


@pytest.mark.parametrize("door", [by_photo, by_page, by_feed, by_hub], ids=lambda door: door.__name__)
@pytest.mark.parametrize("way", [way for way, _ in WAYS])
def test_every_door_is_shut(machine: Machine, door: Callable[[Fetcher, str], Awaitable[object]], way: str) -> None:
    """Photos, pages, feeds and hubs are asked for by the same rules."""
    ask(lambda fetcher: door(fetcher, way.format(machine.port)))
    assert machine.met == []


@pytest.mark.usefixtures("public")
def test_what_a_page_and_a_feed_name_is_not_asked_for(machine: Machine, room: Newsroom) -> None:
    """Reading a page or a feed asks for that alone: no refresh, picture, frame, canonical, enclosure, DTD or schema."""
    bad = f"http://{LAST}:{machine.port}/x.jpg"
    room.pages["/page"] = reply(
        200,
        f'<html><head><meta http-equiv="refresh" content="0;url={bad}"><link rel="canonical" href="{bad}">'
        f'<base href="{bad}"><meta property="og:image" content="{bad}"><link rel="stylesheet" href="{bad}"></head>'
        f'<body><h1>Harbour</h1><iframe src="{bad}"></iframe><img src="{bad}"><script src="{bad}"></script>'.encode(),
        Content_Type="text/html",
        Link=f'<{bad}>; rel="preload"',
        Refresh=f"0;url={bad}",
    )
    links = (
        f'<enclosure url="{bad}" type="image/jpeg"/><media:content url="{bad}" medium="image"/><source url="{bad}"/>'
    )
    told = rss(item(1, links), head=f'<atom:link rel="hub" href="{bad}"/><image><url>{bad}</url></image>').decode()
    dtd = f'<?xml-stylesheet href="{bad}"?><!DOCTYPE rss SYSTEM "{bad}">'
    body = told.replace("?>\n", f"?>\n{dtd}", 1).encode()
    room.pages["/feed"] = reply(200, body, Content_Type="application/rss+xml")
    feed = Source("world", room.url("/feed"))
    found = ask(lambda fetcher: poll(feed, SourceState(feed.name, feed.url), fetcher, now=NOW, zone=BERLIN))
    assert [article.title for article in found.articles] == ["Story 1"]  # type: ignore[attr-defined]
    article = Article(room.url("/page"), "Harbour")
    read = ask(lambda fetcher: read_page(article, feed, fetcher, zone=BERLIN))
    assert isinstance(read, Article)
    assert (read.url, read.photos[0].url) == (article.url, bad)
    assert [path for path, _ in room.asked] == ["/feed", "/page"]
    assert machine.met == []


@pytest.mark.usefixtures("public")
def test_a_name_that_changes_its_address_does_not_lead_there(
    machine: Machine, room: Newsroom, names: dict[str, list[list[str]]]
) -> None:
    """A name that was public when first looked up is judged again by the address that is connected to."""
    room.pages["/"] = reply(200, b"public", Connection="close")
    names["rebound.example"] = [[FIRST], [LAST], [SIX], [FIRST]]
    url = f"http://rebound.example:{room.port}/"
    heard = [ask(lambda fetcher: fetcher.get(url)) for _ in range(4)]
    assert [isinstance(said, FetchError) for said in heard] == [False, True, True, False]
    assert names["rebound.example"] == []
    assert machine.met == []


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize("said", [[FIRST, LAST], [LAST, FIRST], [SIX, LAST, FIRST], [FIRST, SIX]])
def test_of_several_addresses_only_the_public_ones_are_tried(
    machine: Machine, room: Newsroom, names: dict[str, list[list[str]]], said: list[str]
) -> None:
    """A private address among a name's others is passed over, whichever is answered first."""
    room.pages["/"] = reply(200, b"public")
    names["many.example"] = [said, said]
    heard = ask(lambda fetcher: fetcher.get(f"http://many.example:{room.port}/"))
    assert isinstance(heard, fetch.Response)
    assert heard.body == b"public"
    ask(lambda fetcher: fetcher.get(f"http://many.example:{machine.port}/"))
    assert machine.met == [FIRST]


@pytest.mark.usefixtures("public")
def test_a_connection_of_a_trusted_source_is_not_lent(machine: Machine, names: dict[str, list[list[str]]]) -> None:
    """What a private source has opened is not used for an article that names the same host."""
    names["inner.example"] = [[LAST], [LAST]]

    async def both(fetcher: Fetcher) -> object:
        url = f"http://inner.example:{machine.port}/"
        await fetcher.get(url, allow_private=True)
        return await fetcher.get(url)

    said = ask(both)
    assert isinstance(said, FetchError)
    assert said.refused
    assert machine.met == [LAST]


def test_the_table_is_long() -> None:
    """At least forty ways to this machine, and thirty networks."""
    assert len({way for way, _ in WAYS}) >= 40
    assert len(set(CLOSED)) >= 30
