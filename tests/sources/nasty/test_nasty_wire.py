"""Whatever a server sends: one sentence or the sound items, in time, and the next poll is none the worse."""

import resource
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from syndicator.errors import FetchError
from syndicator.fetch import Fetcher
from syndicator.models import Article, Poll, Source, SourceState
from syndicator.sources import poll, read_page
from tests.sources.documents import BERLIN, NOW
from tests.sources.nasty.corpus import GOOD, storable
from tests.sources.nasty.wire import CASES, Answer, Server, serving
from tests.sources.running import run

LONGEST = 5.0  # seconds
MOST = 400_000  # kilobytes


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One server for all cases."""
    with serving() as running:
        yield running


def sound(found: Poll) -> int:
    """How many sound items a poll gave."""
    return len({match[1] for article in found.articles if (match := GOOD.fullmatch(article.title))})


async def ask_twice(source: Source, seconds: float) -> tuple[Poll, Poll]:
    """Poll the case, and then a sound feed of the same server by the same fetcher, on the same connection if kept."""
    async with Fetcher(user_agent="syndicator/test", timeout=seconds) as fetcher:
        first = await poll(source, SourceState(source.name, source.url), fetcher, now=NOW, zone=BERLIN)
        other = replace(source, url=source.url.rpartition("/")[0] + "/sound")
        return first, await poll(other, SourceState(other.name, other.url), fetcher, now=NOW, zone=BERLIN)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_any_answer_is_an_outcome(server: Server, case: Answer) -> None:
    """It gives the sound items it has or one sentence, in time and memory, and leaves the next poll alone."""
    server.routes["/case"] = case.send
    source = Source("world", server.url("/case"), allow_private=True)
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    found, next_one = run(ask_twice(source, case.timeout))
    took, grown = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert sound(found) == case.good, found.error
    assert case.fails in {None, bool(found.error)}, found.error
    assert found.error == "" or (found.error.startswith(server.url("")) and found.error.endswith("."))
    assert (sound(next_one), next_one.error) == (2, "")
    assert took < LONGEST
    assert grown < MOST
    assert all(map(storable, found.articles))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_any_answer_is_a_page_or_a_sentence(server: Server, case: Answer) -> None:
    """Where a page was expected, the same answers raise one thing only, or give an article."""
    server.routes["/case"] = case.send
    article = Article(server.url("/case"), "Good 1 – ü")

    async def read() -> Article:
        async with Fetcher(user_agent="syndicator/test", timeout=min(case.timeout, 3)) as fetcher:
            return await read_page(article, Source("world", article.url, allow_private=True), fetcher, zone=BERLIN)

    begun, said = time.monotonic(), "."
    try:
        assert storable(run(read()))
    except FetchError as error:
        said = str(error)
    assert said.endswith(".")
    assert time.monotonic() - begun < LONGEST
