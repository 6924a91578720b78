"""One story is one article, and two stories are two, in whatever order their reports come. On SQLite."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicator.ledger import Ledger
from syndicator.models import Article, ArticleState, Poll, Source, SourceState
from syndicator.sources import page
from syndicator.sources.identity import clean, drop_shared, keys
from tests.sources.documents import BERLIN, NOW

SITES = count()  # each example has a site of its own, so that one ledger serves all
FEEDS = ("world", "politics", "front")
MARKS = ("", "?utm_source=rss", "?fbclid=x&utm_medium=y", "#comments", "?ref=home", "/", "/amp", "/index.html")
HOSTS = ("", "www.", "m.", "amp.", "mobile.")


@dataclass(frozen=True)
class Report:
    """One feed's item on a story, or (`canonical` given) what its page said later. `path` is the address within."""

    feed: str
    path: str
    guid: str = ""
    canonical: str | None = None
    scheme: str = "https"
    host: str = ""
    mark: str = ""
    days: int = 0
    permalink: bool = False

    def address(self, site: str) -> str:
        """The item's link."""
        return f"{self.scheme}://{self.host}{site}/{self.path}{self.mark}"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """One ledger, with the newest schema."""
    made = Ledger(f"sqlite:///{tmp_path_factory.mktemp('stories') / 'ledger.db'}")
    made.migrate(NOW)
    yield made
    made.close()


def told(ledger: Ledger, reports: Sequence[Report], title: str = "Boats return") -> list[Article]:
    """The stories that remain, oldest first, once all reports have come in this order, each in a poll of its own."""
    site = f"s{next(SITES)}.example"
    for number, report in enumerate(reports):
        link = report.address(site)
        feed = f"https://{site}/feeds/{report.feed}"
        item = Article(
            clean(link),
            title,
            published=NOW + timedelta(days=report.days),
            source=f"{site}-{report.feed}",
            keys=keys(link, report.guid.format(site=site), "", feed, permalink=report.permalink),
        )
        store(ledger, item.source, feed, number, item)
        if report.canonical is not None:
            visit(ledger, item, report.canonical.format(site=site), number)
    return left(ledger, site)


def store(ledger: Ledger, source: str, feed: str, number: int, *items: Article) -> None:
    """One successful poll of a source that was read before."""
    at = NOW + timedelta(minutes=number)
    state = SourceState(source, feed, seeded=True, last_success=at)
    ledger.articles.store_polls([(state, Poll(source, feed, at))])
    ledger.articles.store_polls([(state, Poll(source, feed, at, drop_shared(items)))])


def visit(ledger: Ledger, item: Article, canonical: str, number: int) -> None:
    """Read the article's page, which names this canonical address."""
    known = ledger.articles.by_keys([key.key for key in item.keys])
    assert known is not None
    source = Source(item.source, "https://news.example/feed")
    filled = page.fill(known, page.Page(canonical=canonical), source, item.url, BERLIN)
    ledger.articles.page_read(filled, NOW + timedelta(minutes=number))


def left(ledger: Ledger, site: str) -> list[Article]:
    """The articles of a site that are stories of their own; they are put away, so that the next example finds none."""
    stories = ledger.articles.new(NOW + timedelta(days=1), limit=1000)
    for story in stories:
        ledger.articles.finish(story.id, ArticleState.PLANNED)
    return [story for story in stories if f"//{site}/" in story.url or f".{site}/" in story.url]


def quick(examples: int = 40) -> settings:
    """Fewer examples: each writes to a disk."""
    return settings(max_examples=examples, suppress_health_check=[HealthCheck.function_scoped_fixture])


_spellings = st.builds(
    Report,
    feed=st.sampled_from(FEEDS),
    path=st.just("2026/boats-return"),
    guid=st.sampled_from(["", "41", "https://{site}/2026/boats-return", "https://{site}/?p=41", "urn:x:7"]),
    scheme=st.sampled_from(["http", "https"]),
    host=st.sampled_from(HOSTS),
    mark=st.sampled_from(MARKS),
    days=st.integers(0, 3),
    permalink=st.booleans(),
    canonical=st.sampled_from(
        [
            None,
            "",
            "https://{site}/",
            "https://{site}/2026",
            "https://other.example/x",
            "https://{site}/2026/boats-return",
        ]
    ),
)


@quick()
@given(reports=st.lists(_spellings, min_size=2, max_size=5))
def test_one_address_however_it_is_told_is_one_story(ledger: Ledger, reports: list[Report]) -> None:
    """Scheme, AMP and mobile hosts, tracking, slash, GUIDs, dates, feeds and false canonicals make no second story."""
    assert len(told(ledger, reports)) == 1


RENAMED = Report("world", "2026/boats-return-to-harbour", "41")
CHAIN = (
    Report("world", "2026/boats-return", "41"),
    RENAMED,
    Report("world", "2026/boats-return-to-harbour", "42"),
    Report("politics", "2026/boats-return", mark="?utm_source=x", days=2),
    Report("front", "2026/boats-return-to-harbour", host="amp.", mark="/amp"),
)
LATE = (
    Report("world", "2026/boats-return", "41"),
    Report("front", "go/7", canonical="https://{site}/2026/boats-return"),
    Report("politics", "story/boats", "https://{site}/2026/boats-return", permalink=True),
    Report("politics", "politics/boats-return", canonical="https://www.{site}/2026/boats-return?utm_source=p"),
)
WIRE = (
    Report("world", "wire/boats-1", "w-1"),
    Report("world", "wire/boats-1", "w-2", days=1),
    Report("world", "wire/boats-2", "w-2", days=2),
    Report("politics", "wire/boats-2", "other", days=3),
)


@quick()
@given(reports=st.sampled_from([CHAIN, LATE, WIRE]).flatmap(st.permutations))
def test_the_order_of_reports_does_not_matter(ledger: Ledger, reports: list[Report]) -> None:
    """A renamed slug, a changed GUID and a canonical that comes late end in one story, in whatever order they come."""
    assert len(told(ledger, reports)) == 1


@quick()
@given(
    one=st.lists(st.sampled_from(CHAIN), min_size=1, max_size=3),
    other=st.lists(
        st.sampled_from(
            [
                Report("world", "2026/boats-return-2", "77"),
                Report("politics", "2026/boats-return-2", mark="?utm_source=x"),
                Report("front", "2026/boats-return-2", "https://{site}/", canonical="https://{site}/"),
                Report("front", "2026/boats-return-2", canonical="https://{site}/2026"),
                Report("world", "2026/boats-return-2", canonical="https://other.example/2026/boats-return"),
            ]
        ),
        min_size=1,
        max_size=3,
    ),
    data=st.data(),
)
def test_two_stories_with_one_headline_stay_two(
    ledger: Ledger, one: list[Report], other: list[Report], data: st.DataObject
) -> None:
    """Equal words make no story: neither do a canonical that is the front page, a section, or another site's."""
    mixed = data.draw(st.permutations([*CHAIN, *one, *other]))
    assert len(told(ledger, mixed)) == 2


@quick(15)
@given(number=st.integers(2, 6), guid=st.sampled_from(["constant", "https://{site}/", "0", "https://{site}/2026"]))
def test_a_guid_that_all_items_share_joins_nothing(ledger: Ledger, number: int, guid: str) -> None:
    """A feed with one GUID for all its items keeps as many stories as it has addresses, poll after poll."""
    site = f"s{next(SITES)}.example"
    feed = f"https://{site}/feed"

    def items(first: int) -> list[Article]:
        made = [(f"https://{site}/2026/story-{n}", guid.format(site=site)) for n in range(first, first + number)]
        return [
            Article(link, "Boats return", source=site, keys=keys(link, same, "", feed, permalink=False))
            for link, same in made
        ]

    store(ledger, site, feed, 0, *items(0))
    store(ledger, site, feed, 1, *items(1))
    assert len(left(ledger, site)) == number + 1


def test_what_was_told_as_two_and_is_one_keeps_the_older(ledger: Ledger) -> None:
    """Joined late, the story that was found first remains; the other is refused and says which story it is."""
    first = Report("world", "2026/boats-return", "41")
    second = Report("front", "go/7")
    site_reports = [first, second, replace(second, canonical="https://{site}/2026/boats-return")]
    (story,) = told(ledger, site_reports)
    assert story.url.endswith("/2026/boats-return")
    assert ledger.articles.get(story.id + 1).state is ArticleState.REFUSED
    assert f"article {story.id}" in ledger.articles.get(story.id + 1).reason
