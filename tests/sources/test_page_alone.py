"""An article of which a source knows the address only: everything comes from its page."""

import time
from datetime import date

import pytest

from syndicator.models import Article, Photo, Source
from syndicator.sources.identity import keys
from syndicator.sources.page import fill, read
from tests.sources import plain_pages as told
from tests.sources.documents import BERLIN

SOURCE = Source("politics", told.SECTION_URL, type="page", select="h2 a")


def found(link: str = told.URL, **more: object) -> Article:
    """An article as a section page gives it."""
    return Article(link, "Pilot boat back", provisional=True, keys=keys(link), source="politics", **more)  # type: ignore[arg-type]


def filled(html: str, article: Article | None = None) -> Article:
    """The article once its page has been read."""
    article = article or found()
    return fill(article, read(html, article.url, BERLIN), SOURCE, article.url, BERLIN)


@pytest.mark.parametrize("html", told.PAGES.values(), ids=told.PAGES)
def test_an_article_is_right_from_its_page_alone(html: str) -> None:
    """Headline, photo with caption and credit, day, section, label, language, address: none is the related story's."""
    article = filled(html)
    assert (article.title, article.provisional) == (told.HEADLINE, False)
    assert article.photos == (Photo(told.PHOTO, told.ALT, told.CAPTION, told.CREDIT),)
    assert article.published == date(2026, 11, 22)
    assert article.sections == ("News > World",)
    assert article.labels == ("Analysis",)
    assert article.language == "en-GB"
    assert article.url == told.URL
    assert [key.key for key in article.keys] == ["url:" + told.URL.removeprefix("https://")]
    assert article.page_read


@pytest.mark.parametrize("html", told.PAGES.values(), ids=told.PAGES)
def test_another_way_to_the_page_leads_to_its_own_address(html: str) -> None:
    """A link with more in its query becomes the page's canonical address, and keeps its own key."""
    article = filled(html, found(told.URL + "?from=front"))
    assert article.url == told.URL
    assert [key.raw for key in article.keys] == [told.URL + "?from=front", told.URL]


def test_a_page_without_a_headline_leaves_the_title_a_stand_in() -> None:
    """The site's name and the headline of a related story are not the article's."""
    article = filled(told.NO_HEADLINE)
    assert (article.title, article.provisional) == ("Pilot boat back", True)


def test_a_title_that_is_none_of_ours_to_change_stays() -> None:
    """Only a stand-in gives way to the page's headline."""
    html = next(iter(told.PAGES.values()))
    article = fill(
        Article(told.URL, "As the feed says", keys=keys(told.URL)),
        read(html, told.URL, BERLIN),
        SOURCE,
        told.URL,
        BERLIN,
    )
    assert (article.title, article.provisional) == ("As the feed says", False)


def test_what_holds_the_headline_is_the_storys_own() -> None:
    """A wrapper may be called after the sidebar it also holds."""
    html = next(html for name, html in told.PAGES.items() if name.startswith("words only, in"))
    wrapped = html.replace("<main>", '<main><div class="sidebar-layout">').replace("</main>", "</div></main>")
    assert filled(wrapped) == filled(html)


def test_a_page_of_many_parts_takes_little_time() -> None:
    """Each part is judged once, however much it holds."""
    parts = "<p>x</p>" * 60_000
    started = time.process_time()
    read(f"{'<div class=share>' * 10}{parts}{'</div>' * 10}<p>{'y' * 500}</p>", told.URL, BERLIN)
    assert time.process_time() - started < 5
