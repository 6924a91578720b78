"""Signs that open pages stay true without moving: hints, ten tabs, no connection, photos that come late or never."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from syndicator import editorial
from syndicator.models import Status
from tests.desk.browser.conftest import Open
from tests.desk.browser.visits import box
from tests.desk.newsroom import Newsroom

SOON = 2_000  # milliseconds
HIDE = "() => Object.defineProperty(document, 'hidden', {get: () => window.put_away === true, configurable: true})"
PUT_AWAY = "(now) => { window.put_away = now; document.dispatchEvent(new Event('visibilitychange')); }"


def live(page: Page) -> None:
    """Wait until a page follows the stream."""
    expect(page.locator("#live .word")).to_have_text("Live")


def test_fifty_events_move_nothing(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 19: while the pointer rests on a row, fifty changes and new stories move it by no pixel."""
    rows = [row for number in range(14) for row in newsroom.publish(f"story-{number}", f"Council votes {number}")]
    page = open_page()
    live(page)
    target = page.locator("#stories [data-row]").nth(5)
    target.hover()
    before, order = (
        box(page, "#stories [data-row='6']"),
        page.locator("#stories > li").evaluate_all("all => all.map(one => one.id)"),
    )
    page.evaluate(
        "() => { window.shift = 0; new PerformanceObserver((list) => { for (const one of list.getEntries())"
        " window.shift += one.value; }).observe({type: 'layout-shift', buffered: false}); }"
    )
    for row in rows[:44]:
        editorial.hold(newsroom.room, row.id, "person:ben", "checking")
    newsroom.sent(rows[50])
    newsroom.failed(rows[49])
    for name in ("new-a", "new-b", "new-c", "new-d"):
        newsroom.publish(name)
    expect(page.locator("#stories [data-status=held]")).to_have_count(44)
    expect(page.locator("#fresh")).to_contain_text("4 new stories: show")
    expect(page.locator("#stories [data-status=failed]")).to_have_count(1)
    assert box(page, "#stories [data-row='6']") == before
    assert page.locator("#stories > li").evaluate_all("all => all.map(one => one.id)") == order
    page.locator("#fresh a").click()
    expect(page.locator("#stories > li")).to_have_count(18)
    assert page.evaluate("window.shift") < 0.1


def test_a_stop_in_one_is_red_in_ten_within_two_seconds(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 21: ten people's pages stay alive; a stop by one of them is red on all within two seconds."""
    newsroom.publish("a")
    names = ("anna", "ben", "cleo", "root") * 3
    pages = [open_page("/queue" if place % 2 else "/accounts", names[place]) for place in range(10)]
    for page in pages:
        live(page)
    pages[0].locator("a.stop").click()
    pages[0].locator("#dialog button.stop").click()
    for page in pages:
        expect(page.locator("#stopbar")).to_be_visible(timeout=SOON)
        expect(page.locator("#stopbar")).to_contain_text("Sending is stopped since")


def test_ten_tabs_of_one_browser_stay_alive(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 21: tabs in the background give their stream back, so that ten work; one that is looked at again is red."""
    newsroom.publish("a")
    first = open_page()
    first.context.add_init_script(f"({HIDE})()")
    tabs = [open_page("/queue", context=first.context) for _number in range(1)]
    for _number in range(8):
        tabs[-1].evaluate(PUT_AWAY, True)
        tabs.append(open_page("/queue", context=first.context))
    live(tabs[-1])
    tabs[-1].locator("a.stop").click()
    tabs[-1].locator("#dialog button.stop").click()
    expect(first.locator("#stopbar")).to_be_visible(timeout=SOON)
    for tab in tabs[:-1]:
        tab.evaluate(PUT_AWAY, False)
        expect(tab.locator("#stopbar")).to_be_visible(timeout=SOON)
        tab.evaluate(PUT_AWAY, True)


def test_without_connection_it_says_so_and_sends_nothing(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 20: offline the page says since when, its buttons are off, and back online it goes on by itself."""
    row = newsroom.publish("a")[0]
    page = open_page("/articles/1")
    live(page)
    page.context.set_offline(True)
    bar = page.locator("#offline")
    expect(bar).to_contain_text(re.compile(r"No connection since \d\d:\d\d\. This page may be old\."))
    page.locator("#x-main button:has-text('Hold')").click(force=True)
    assert newsroom.row(row.id).status is Status.QUEUED
    page.context.set_offline(False)
    expect(bar).to_be_hidden()
    live(page)
    page.locator("#x-main button:has-text('Hold')").click()
    expect(page.locator("#x-main")).to_have_attribute("data-status", "held")


def test_a_lost_answer_is_learnt_later(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 20: when the answer is lost on its way the page says that it does not know, and learns what was done."""
    row = newsroom.publish("a")[0]
    page = open_page("/articles/1")
    answers: list[int] = []

    def lose(route: Route) -> None:
        answers.append(route.fetch().status)
        route.abort("connectionreset")

    page.route("**/actions", lose)
    page.locator("#x-main button:has-text('Hold')").click()
    expect(page.locator("#flash")).to_contain_text("nothing is done twice")
    page.unroute("**/actions")
    expect(page.locator("#x-main")).to_have_attribute("data-status", "held")
    assert answers == [200]
    assert [event.verb for event in newsroom.room.ledger.attempts.events(row.id)].count("hold") == 1


@pytest.mark.parametrize("path", ["/queue", "/articles/1"])
def test_photos_have_their_box_before_they_come(newsroom: Newsroom, open_page: Open, path: str) -> None:
    """Sign 22: a photo that is slow, missing or graphic has the same box; nothing jumps when it comes or does not."""
    for name, more in (("a", {}), ("b", {}), ("c", {"sensitive": True})):
        newsroom.publish(name, photo=True, **more)
    page = open_page("/keys")
    waiting: list[Route] = []
    page.route("**/photos/**", lambda route: waiting.append(route))  # noqa: PLW0108 - kept until it is let go
    page.goto(path, wait_until="domcontentloaded")
    page.wait_for_selector("html[data-ready]", state="attached")
    query = "#stories .thumb" if path == "/queue" else ".columns .box"
    expect(page.locator(query).first).to_be_visible()
    before = boxes(page, query)
    expect(page.locator(f"{query} img").first).to_be_attached()
    assert len(before) >= 3
    while waiting:
        route = waiting.pop()
        route.abort() if len(waiting) % 2 else route.continue_()
    page.wait_for_load_state("load")
    assert boxes(page, query) == before
    if path == "/queue":
        assert page.locator("#stories .thumb.covered img").count() == 0
        assert len({(one["width"], one["height"]) for one in before}) == 1


def boxes(page: Page, query: str) -> list[dict[str, float]]:
    """Where pictures are, and how large."""
    found: list[dict[str, float]] = page.locator(query).evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(({x, y, width, height}) => ({x, y, width, height}))"
    )
    return found


def test_a_graphic_photo_is_covered_until_asked_for(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 22: marked graphic, a photo is shown nowhere before somebody asks for it, and then in its place."""
    newsroom.publish("a", photo=True, sensitive=True)
    page = open_page("/articles/1")
    cover = page.locator("#x-main .cover")
    expect(cover).to_contain_text("Graphic photo. Show")
    before = box(page, "#x-main .box")
    expect(cover.locator("img")).to_be_hidden()
    cover.locator("summary").click()
    expect(cover.locator("img")).to_be_visible()
    assert box(page, "#x-main .box") == before


def test_a_photo_that_is_gone_leaves_its_words(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 22: when the file is gone the box stays, and the alt text stands under it."""
    newsroom.publish("a", photo=True, alt="Two boats at the quay")
    for file in newsroom.room.photos.folder.rglob("*"):
        if file.is_file():
            file.unlink()
    page = open_page("/articles/1")
    assert box(page, "#x-main .box")["height"] > 100
    expect(page.locator("#x-main")).to_contain_text("Two boats at the quay")
