"""Signs that the desk bears many stories, and none: speed, counting, limits, and pages that say what to do."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from syndicator.models import Status
from tests.desk.browser.conftest import Open
from tests.desk.browser.flood import flooded
from tests.desk.browser.test_signs_acts import choose_all, in_bar, said
from tests.desk.browser.visits import Visits
from tests.desk.newsroom import Newsroom

pytestmark = pytest.mark.slow  # a minute or two in all: with `make test-all`

SECOND = 1_000  # milliseconds
PAINT = """() => new Promise((resolve) => new PerformanceObserver((list) => {
  const first = list.getEntriesByName("first-contentful-paint")[0];
  if (first) resolve(first.startTime);
}).observe({type: "paint", buffered: true}))"""


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory, hashed_password: str, browser: Browser) -> Iterator[Visits]:
    """A desk with 505 stories."""
    made = flooded(tmp_path_factory.mktemp("many"), hashed_password)
    visits = Visits(browser, made)
    yield visits
    visits.close()
    made.close()


def every(page: Page) -> None:
    """Tick the box for those that the page does not show."""
    choose_all(page)
    page.locator("label.every").click()


def test_five_hundred_stories_are_painted_within_a_second(crowd: Visits) -> None:
    """Sign 18: the first page of 505 stories is painted within a second, and further ones are a press away."""
    with crowd.see("/queue") as page:
        assert page.evaluate(PAINT) < SECOND
        expect(page.locator("#stories > li")).to_have_count(100)
        expect(page.locator("main")).to_contain_text("505 stories, 505 posts")
        page.get_by_role("link", name="Show 100 more").click()
        page.wait_for_url("**after=**")
        expect(page.locator("#stories > li")).to_have_count(100)
        assert page.evaluate(PAINT) < SECOND


def test_a_bulk_is_counted_before_and_after(crowd: Visits) -> None:
    """Sign 6: the bar counts what is selected, takes also what is not shown, and says how many were changed."""
    with crowd.see("/queue?q=Derby") as page:
        page.locator("#stories [data-choose]").first.check()
        expect(page.locator("#counted")).to_have_text("1 story, 1 post selected:")
        choose_all(page)
        expect(page.locator("#counted")).to_have_text("100 stories, 100 posts selected:")
        expect(page.locator("label.every")).to_have_text("Select all 130 stories, also those not shown")
        page.locator("label.every").click()
        in_bar(page, "hold")
        said(page, "Held 130 posts.")
        assert held(crowd.newsroom) == 130
        page.get_by_role("button", name="Undo").click()
        said(page, "130 posts are as they were before.")
        assert held(crowd.newsroom) == 0


def test_five_hundred_at_once_and_no_more(crowd: Visits) -> None:
    """Sign 6: 505 posts are refused as a whole, with both numbers, and nothing is changed."""
    with crowd.see("/queue") as page:
        every(page)
        in_bar(page, "hold")
        expect(page.locator("#flash")).to_contain_text("505 posts at once are too many: at most 500.")
        expect(page.locator("#flash")).to_contain_text("Nothing was changed.")
        assert held(crowd.newsroom) == 0


def held(newsroom: Newsroom) -> int:
    """How many posts are held."""
    return len(newsroom.room.ledger.deliveries.with_status(Status.HELD))


EMPTY = (
    ("/queue", "Nothing"),
    ("/queue?q=zeppelin", "No waiting post matches. Clear filters"),
    ("/history", "Add the article by its address"),
    ("/history?q=zeppelin&from=2026-11-16&to=2026-11-22", "Search all dates"),
    ("/history/charts", "Nothing"),
    ("/accounts", "X main"),
)


def test_empty_pages_say_what_to_do(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 18: where there is nothing, each page says so in words and leads on."""
    page = open_page()
    for path, words in EMPTY:
        page.goto(path)
        expect(page.locator("main")).to_contain_text(words)
    page.goto("/queue")
    expect(page.locator("#needs")).to_contain_text("Nothing needs you.")


def test_what_leaves_last_is_said_when_nothing_waits(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 18: with everything sent, the queue names the last post, and its stories are gone on the next visit."""
    for row in newsroom.publish("a", "Night bus stays"):
        newsroom.sent(row)
    page = open_page()
    expect(page.locator("main")).to_contain_text("Night bus stays")
