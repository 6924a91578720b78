"""Whatever a document holds: no crash, no hang, bounded memory, and every sound item beside the odd one is found."""

import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from syndicator.models import Article, Source
from syndicator.sources import TYPES, DocumentError, Payload, page
from syndicator.sources.following import SMALL
from syndicator.sources.plain import decode
from tests.sources.nasty import feeds, pages, wire
from tests.sources.nasty.corpus import GOOD, Case, Group, storable

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
SOURCE = Source("world", "https://news.example/feed", sections=("World",))
ADDRESS = "https://news.example/2026/good-1"
LONGEST = 5.0  # seconds of work for one document
SHORT = 0.5
MOST = 400_000  # kilobytes that one document may add to the most this process ever took

Read = Callable[[bytes, str], tuple[Article, ...]]


def read_feed(body: bytes, charset: str) -> tuple[Article, ...]:
    """The articles of a feed's document."""
    return TYPES["feed"].read(Payload(body, SOURCE.url, charset, NOW), SOURCE, BERLIN).articles


def read_sitemap(body: bytes, charset: str) -> tuple[Article, ...]:
    """The articles of a sitemap."""
    return TYPES["sitemap"].read(Payload(body, SOURCE.url, charset, NOW), SOURCE, BERLIN).articles


def read_page(body: bytes, charset: str) -> tuple[Article, ...]:
    """The article as its page tells it."""
    told = page.read(decode(body, charset), ADDRESS, BERLIN)
    filled = page.fill(Article(ADDRESS, told.title), told, SOURCE, ADDRESS, BERLIN)
    return (filled,)


def faults(case: Case, read: Read, small: float = LONGEST) -> list[str]:
    """What is wrong with how a case is read."""
    body = case.make()
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    try:
        articles, refused = read(body, case.charset), ""
    except DocumentError as error:
        articles, refused = (), str(error)
    except Exception as error:  # noqa: BLE001 - that is the question
        return [f"raised {error!r:.300}"]
    took, grown = time.process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    wrong = [f"took {took:.1f} s"] if took > (LONGEST if len(body) > SMALL else small) else []
    wrong += [f"took {grown} kB"] if grown > MOST else []
    wrong += [f"said {refused!r}"] if bool(refused) != case.refused else []
    good = len({number for a in articles if (number := GOOD.fullmatch(a.title)) and a.url.startswith("https://news.")})
    wrong += [f"found {good} of {case.good} sound items"] if good != case.good else []
    return wrong + [f"{a.title[:50]!r} cannot be stored" for a in articles if not storable(a)]


FEEDS, PAGES = feeds.groups(), pages.groups()


@pytest.mark.parametrize(("name", "group"), FEEDS.items(), ids=FEEDS.keys())
def test_the_sound_items_of_any_feed_are_found(name: str, group: Group) -> None:
    """Every case of the group is read in bounded time and memory, and gives exactly the sound items that it states."""
    read = read_sitemap if name.startswith("sitemap") else read_feed
    # A small one may be read in the event loop, where others wait for it.
    wrong = [f"{case.name}: {fault}" for case in group() for fault in faults(case, read, SHORT)]
    assert wrong == []


@pytest.mark.parametrize("group", PAGES.values(), ids=PAGES.keys())
def test_any_page_can_be_read(group: Group) -> None:
    """Every case of the group is read in bounded time and memory, and its headline found where it can be."""
    wrong = [f"{case.name}: {fault}" for case in group() for fault in faults(case, read_page)]
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("form", feeds.FORMS, ids=lambda form: form.name)
def test_twenty_thousand_items_are_found(form: feeds.Form) -> None:
    """A feed that lists everything a newsroom ever wrote is read whole."""
    assert faults(Case(form.name, lambda: feeds.many(form, 20_000), 20_000), read_feed) == []


def test_the_corpus_is_large() -> None:
    """It holds at least 300 documents and answers, no two under one name."""
    names = [case.name for group in (*FEEDS.values(), *PAGES.values()) for case in group()]
    names += [f"wire: {case.name}" for case in wire.CASES]
    assert len(set(names)) == len(names)
    assert len(names) >= 300
