"""Which hub speaks for a feed: Link headers, the feed's own links, a JSON Feed's hubs."""

import json

import pytest

from syndicator.fetch import Response
from syndicator.models import SourceState
from syndicator.sources import after
from syndicator.sources.answers import linked
from syndicator.sources.discovery import named
from syndicator.sources.entry import Found
from tests.sources.documents import atom, item, read, rss
from tests.sources.newsroom_server import Newsroom, conditional, reply
from tests.sources.test_poll import ask, source_of

URL = "https://news.example/feed"
HUB, SELF = "https://hub.example/", "https://news.example/self"
LINKS = f'<atom:link rel="hub" href="{HUB}"/><atom:link rel="self" href="{SELF}"/>'


def answer(*links: str) -> Response:
    """An answer with one Link header."""
    return Response(200, URL, {"Link": ", ".join(links)} if links else {})


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (f'<{HUB}>; rel="hub"', (HUB,)),
        (f"<{HUB}>;rel=hub", (HUB,)),
        (f"<{HUB}> ; title=\"a, b; rel=self\" ; REL = 'x'", ()),
        (f'<{HUB}>; rel="self hub"', (HUB,)),
        (f'<{HUB}>; rel="hubs"', ()),
        (f'<{SELF}>; rel=self, <{HUB}>; rel="hub", <https://two.example/>; rel=hub', (HUB, "https://two.example/")),
        ('</hub?a=1,2>; rel="hub"', ("https://news.example/hub?a=1,2",)),
        (f'<{HUB}>; rel="hub"; anchor="https://else.example/"', ()),
        (f'<{HUB}>; title="unclosed; rel=hub', ()),
        ("<" * 8000, ()),
        ("nonsense", ()),
    ],
)
def test_link_headers(header: str, found: tuple[str, ...]) -> None:
    """As RFC 8288 writes them, and as others do."""
    assert linked(answer(header), "hub") == found


@pytest.mark.parametrize(
    ("body", "hub", "topic"),
    [
        (rss(item(1), head=LINKS), HUB, SELF),
        (
            rss(item(1), head='<link rel="hub" href="https://not.atom.example/">x</link>'),
            "https://not.atom.example/",
            "",
        ),
        (rss(item(1), head='<atom:link rel="hub" href=" /hub "/>'), "https://news.example/hub", ""),
        (rss(item(1, LINKS)), "", ""),
        (atom("<title>a</title><link href='/a'/>", LINKS), "", ""),
        (
            f'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="{HUB}"/>'
            f'<link rel="self" href="{SELF}"/></feed>'.encode(),
            HUB,
            SELF,
        ),
        (
            json.dumps(
                {
                    "version": "https://jsonfeed.org/version/1.1",
                    "feed_url": SELF,
                    "hubs": [
                        {"type": "rssCloud", "url": "https://cloud.example/"},
                        {"type": "WebSub", "url": HUB},
                        {"type": "WebSub"},
                        "x",
                    ],
                    "items": [],
                }
            ).encode(),
            HUB,
            SELF,
        ),
        (b'{"items": [], "hubs": 7}', "", ""),
    ],
)
def test_in_the_document(body: bytes, hub: str, topic: str) -> None:
    """The links of the feed itself; those of an item are of something else."""
    found = read(body)
    assert (found.hub, found.topic) == (hub, topic)


PLAIN, OTHER = "http://plain.example/hub", "https://other.example/"


@pytest.mark.parametrize(
    ("links", "hub", "topic", "expected"),
    [
        ((), "", "", ("", "")),
        ((), HUB, SELF, (HUB, SELF)),
        ((), HUB, "", (HUB, URL)),
        ((f"<{OTHER}>; rel=hub",), HUB, SELF, (OTHER, SELF)),
        ((f"<{OTHER}>; rel=hub", f"<{URL}?a=1>; rel=self"), HUB, SELF, (OTHER, f"{URL}?a=1")),
        ((f"<{URL}?a=1>; rel=self",), HUB, SELF, (HUB, f"{URL}?a=1")),
        ((), f"{PLAIN} {HUB} {HUB}", SELF, (f"{HUB} {PLAIN}", SELF)),
        ((), "ftp://hub.example/ javascript:1 //x", SELF, ("", "")),
        ((), "https://user:word@hub.example/", SELF, ("", "")),
        ((), "https://hub.example/" + "x" * 2000, SELF, ("", "")),
        ((), HUB, "tag:news.example,2026:feed", (HUB, URL)),
        ((), " ".join(f"https://h{n}.example/" for n in range(9)), SELF,
         (" ".join(f"https://h{n}.example/" for n in range(4)), SELF)),
    ],
)  # fmt: skip
def test_headers_go_first(links: tuple[str, ...], hub: str, topic: str, expected: tuple[str, str]) -> None:
    """Then the document; hubs with TLS first, web addresses only, a handful at most."""
    assert named(answer(*links), Found((), hub=hub, topic=topic)) == expected


def test_a_poll_names_the_hub(room: Newsroom) -> None:
    """From the document; and from the headers of a 304, which else says nothing about hubs."""
    source, state = source_of(room), SourceState("world", room.url("/feed"))
    room.pages["/feed"] = conditional(rss(item(1), head=LINKS), '"1"', "Mon, 23 Nov 2026 14:00:00 GMT")
    first = ask(source, state)
    assert (first.hub, first.topic) == (HUB, SELF)
    again = ask(source, after(state, source, first))
    assert (again.status, again.hub, again.topic) == (304, "", "")


def test_several_link_headers(room: Newsroom) -> None:
    """Each may stand in a header of its own, and a 304 or the same bytes may carry them."""

    def both(handler):  # type: ignore[no-untyped-def]
        body = rss(item(1))
        handler.send_response(200)
        for link in (f"<{HUB}>; rel=hub", f"<{SELF}>; rel=self"):
            handler.send_header("Link", link)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    source, state = source_of(room), SourceState("world", room.url("/feed"))
    room.pages["/feed"] = both
    first = ask(source, state)
    again = ask(source, after(state, source, first))
    assert (again.changed, again.hub, again.topic) == (False, HUB, SELF) == (False, first.hub, first.topic)


def test_a_failed_poll_names_nothing(room: Newsroom) -> None:
    """An error page may carry anybody's links."""
    room.pages["/feed"] = reply(500, Link=f"<{HUB}>; rel=hub")
    assert ask(source_of(room)).hub == ""
