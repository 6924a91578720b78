"""A phone of 390 px, by finger: the tasks by tap, and the selection's bar within reach."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from syndicator import editorial
from syndicator.models import Status
from tests.desk.browser.conftest import Open
from tests.desk.browser.test_signs_acts import said
from tests.desk.browser.visits import Visits, box
from tests.desk.newsroom import Newsroom

pytestmark = pytest.mark.slow  # a minute or two in all: with `make test-all`

PHONE: dict[str, Any] = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True, "device_scale_factor": 3}
Tap = Callable[..., Page]


@pytest.fixture
def phone(open_page: Open) -> Tap:
    """Opens pages on a phone."""
    return lambda path="/queue", person="anna": open_page(path, person, **PHONE)


def test_suppress_edit_and_send_by_tap(newsroom: Newsroom, phone: Tap) -> None:
    """A tap on a mark opens its verbs; each is done with a tap more."""
    rows = newsroom.publish("harbour")
    page = phone()
    page.locator(f"#mark-{rows[0].id}").tap()
    page.locator("#verbs button:has-text('Suppress…')").tap()
    page.locator("#dialog button:has-text('Suppress')").tap()
    expect(page.locator(f"#mark-{rows[0].id}")).to_have_attribute("data-status", "suppressed")
    page.locator(f"#mark-{rows[1].id}").tap()
    page.locator("#verbs button:has-text('Send now')").tap()
    said(page, "Sending 1 post.")
    page.get_by_role("button", name="Undo").tap()
    said(page, "1 post is as it was before.")
    page.locator(f"#mark-{rows[3].id}").tap()
    page.locator("#verbs button:has-text('Edit')").tap()
    page.locator("textarea[name=text]").fill("Ferry returns https://news.example/harbour")
    page.locator("button[value=save]").tap()
    expect(page.locator("#bluesky .said")).to_contain_text("Ferry returns")


def test_many_at_once_by_tap(newsroom: Newsroom, phone: Tap) -> None:
    """The selection's verbs stick to the lower edge; they hold, and approve what was held."""
    rows = [row for number in range(8) for row in newsroom.publish(f"story-{number}")]
    page = phone()
    page.locator("label:has(#choose-all)").tap()
    bar = page.locator("#selection")
    where = box(page, "#selection")
    assert abs(where["y"] + where["height"] - PHONE["height"]) <= 1
    page.evaluate("scrollTo(0, 10_000)")
    where = box(page, "#selection")
    assert where["y"] + where["height"] <= PHONE["height"] + 1
    expect(page.locator("#counted")).to_contain_text("8 stories, 32 posts selected")
    bar.locator("button[value=hold]").tap()
    said(page, "Held 32 posts.")
    assert {newsroom.row(row.id).status for row in rows} == {Status.HELD}
    page.get_by_role("button", name="Undo").tap()
    said(page, "32 posts are as they were before.")
    for row in rows[:3]:
        editorial.hold(newsroom.room, row.id, "person:ben", "checking")
    page.goto("/queue?state=held")
    page.locator("label:has(#choose-all)").tap()
    bar.locator("button[value=approve]").tap()
    said(page, "Approved 3 posts.")


def test_find_failures_pause_stop_and_export_by_tap(newsroom: Newsroom, phone: Tap) -> None:
    """Menu, search, strip, accounts, stop and export are within reach of a thumb."""
    rows = newsroom.publish("harbour", "Harbour tunnel stays shut")
    newsroom.failed(rows[1])
    page = phone()
    expect(page.locator("section.strip")).to_contain_text("Facebook refused it: the link could not be read.")
    page.locator("details.menu.phone > summary").tap()
    page.locator("#find-phone").fill("tunnel")
    page.locator("details.menu.phone button:has-text('Search')").tap()
    expect(page.locator("main table")).to_contain_text("Harbour tunnel stays shut")
    page.locator("main a:has-text('Last 7 days')").tap()
    with page.expect_download() as saved:
        page.locator("main a:has-text('CSV')").tap()
    assert "Harbour tunnel" in saved.value.path().read_text("utf-8-sig")
    page.goto("/accounts")
    page.locator("main tr:has-text('X main') button:has-text('Pause')").tap()
    expect(page.locator("main")).to_contain_text("aused")
    page.locator("a.stop").tap()
    page.locator("#dialog button.stop").tap()
    expect(page.locator("#stopbar")).to_be_visible()
    assert newsroom.room.ledger.accounts.stopped() is not None
    assert newsroom.room.ledger.accounts.get("x-main").paused is not None


def test_enough_stories_are_seen_at_once(visits: Visits) -> None:
    """Ten whole stories on a desk's screen, four on a phone."""
    bottoms = "all => all.map(one => one.getBoundingClientRect().bottom)"
    for width, height, least in ((1440, 900, 10), (390, 844, 4)):
        with visits.see("/queue?state=queued", width=width, height=height) as page:
            page.locator("section.strip").evaluate("one => one.querySelector('ul[data-list]')?.remove()")
            shown = page.locator("#stories > li").evaluate_all(bottoms)
            assert sum(bottom <= height for bottom in shown) >= min(least, len(shown))
