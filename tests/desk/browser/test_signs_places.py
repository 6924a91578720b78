"""Signs that an address is enough: deep links, Back, Copy link, print; and that clocks are told apart."""

import csv
import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from syndicator import editorial
from tests.desk.browser.conftest import Open
from tests.desk.browser.test_signs_acts import said
from tests.desk.browser.test_signs_texts import log_in
from tests.desk.browser.visits import box, focused
from tests.desk.newsroom import Newsroom

BERLIN = ZoneInfo("Europe/Berlin")


def test_filters_posts_editors_and_days_are_in_the_address(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 2: a filter, a post, an open editor and a day are found again by their address alone."""
    newsroom.publish("a", "Harbour tunnel stays shut")
    newsroom.publish("b", "Night bus stays")
    page = open_page()
    page.locator(".filters [name=q]").fill("tunnel")
    page.locator(".filters button").click()
    page.wait_for_url("**/queue?**q=tunnel**")
    expect(page.locator("#stories > li")).to_have_count(1)
    page.locator("#stories [data-mark]").nth(2).click()
    page.locator("#verbs a:has-text('Open the story')").click()
    page.wait_for_url("**/articles/1#mastodon")
    assert box(page, "#mastodon")["y"] < 900
    page.locator("#mastodon a:has-text('Edit')").click()
    page.wait_for_url("**/articles/1?edit=mastodon#mastodon")
    again = open_page("/articles/1?edit=mastodon#mastodon", context=page.context)
    expect(again.locator("#mastodon textarea[name=text]")).to_be_visible()
    again.goto("/calendar/day/2026-11-24")
    expect(again.locator("main h1")).to_contain_text("24 November 2026")


def test_back_leads_to_the_same_place(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 3: after Back the filter, the row and the scroll are what they were."""
    for number in range(30):
        newsroom.publish(f"story-{number}", f"Council votes {number}")
    page = open_page("/queue?q=Council")
    row = page.locator("#stories [data-row]").nth(24)
    row.scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 200)")
    number, top = row.get_attribute("data-row"), page.evaluate("scrollY")
    page.locator(f"[data-row='{number}'] .headline a").click()
    page.wait_for_url(re.compile("/articles/"))
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("u")
    page.wait_for_url("**/queue?q=Council")
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page.locator(f"[data-row='{number}']")).to_be_in_viewport()
    assert abs(page.evaluate("scrollY") - top) <= 2
    page.keyboard.press("j")
    assert focused(page) == f"article[row={number}]"


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "no script"])
def test_nothing_is_sent_twice_by_reload(newsroom: Newsroom, open_page: Open, scripted: bool) -> None:
    """Sign 3: after a verb and after Save, Reload and Back ask with GET; the browser has no form to send again."""
    row = newsroom.publish("a")[0]
    page = open_page("/articles/1", scripted=scripted)
    page.locator("#x-main button:has-text('Hold')").click()
    said(page, "Held 1 post.")
    page.locator("#facebook-page a:has-text('Edit')").click()
    page.locator("textarea[name=text]").fill("Other words https://news.example/a")
    page.locator("button[value=save]").click()
    expect(page.locator("#facebook-page .said")).to_contain_text("Other words")
    methods: list[str] = []
    page.on("request", lambda request: methods.append(request.method) if request.is_navigation_request() else None)
    page.reload()
    page.go_back()
    page.go_forward()
    assert set(methods) == {"GET"}
    assert [event.verb for event in newsroom.room.ledger.attempts.events(row.id)].count("hold") == 1


def test_copy_link_says_so_and_survives_a_log_in(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 4: the copied link is said to be copied, and leads there even when somebody must log in first."""
    row = newsroom.publish("a")[2]
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.locator(f"#stories #mark-{row.id}").focus()
    page.keyboard.press("y")
    said(page, "Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"{newsroom.url}/deliveries/{row.id}"
    page.context.clear_cookies()
    page.goto(link)
    page.wait_for_url(re.compile("/login"))
    log_in(page, "main")
    page.wait_for_url("**/articles/1#mastodon")


PAPER = """(() => {
  const seen = (query) => [...document.querySelectorAll(query)].some((one) => one.checkVisibility());
  const style = getComputedStyle(document.body);
  return {white: style.backgroundColor, nav: seen("nav, .selection, main .buttons .button, .find, .stop"),
          clock: document.querySelector("#newsroom-clock").checkVisibility()};
})()"""


@pytest.mark.parametrize("path", ["/history?q=tunnel", "/articles/1"])
def test_on_paper_it_is_whole(newsroom: Newsroom, open_page: Open, path: str) -> None:
    """Sign 5: printed from a dark desk it is white, without buttons, with search, moment, zone and whole addresses."""
    newsroom.sent(newsroom.publish("a", "Harbour tunnel stays shut")[0])
    page = open_page(path, scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate(PAPER) == {"white": "rgb(255, 255, 255)", "nav": False, "clock": True}
    text = page.locator("body").inner_text()
    assert "Harbour tunnel stays shut" in text
    assert re.search(r"\d\d:\d\d \(Berlin, UTC[+-]\d", text)
    assert "tunnel" in text.lower()
    after = page.locator("main a[href='https://social.example/posts/1'] >> visible=true").first.evaluate(
        "one => getComputedStyle(one, '::after').content"
    )
    assert "https://social.example/posts/1" in after or '" (" attr(href) ")"' in after
    if path.startswith("/articles"):
        assert page.locator(".sofar").is_visible()


def test_a_reader_far_away_sees_both_clocks(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 13: in New York the desk of a newsroom in Berlin keeps its times, and shows the reader's clock too."""
    row = newsroom.publish("a")[0]
    away = open_page(timezone_id="America/New_York")
    here = open_page(timezone_id="Europe/Berlin")
    clock = away.locator("p.clock")
    expect(clock).to_contain_text("(Berlin, UTC+")
    expect(clock).to_contain_text(re.compile(r"yours \d\d:\d\d"))
    expect(here.locator("p.clock")).not_to_contain_text("yours")
    assert row.due is not None
    for page in (away, here):
        expect(page.locator("#stories time").first).to_have_text(f"{row.due.astimezone(BERLIN):%H:%M}")
        assert page.locator("#stories time").first.get_attribute("datetime") == f"{row.due:%Y-%m-%dT%H:%M:%SZ}"


def ask_for(page: Page, day: str, clock: str) -> None:
    """Give the post of the dialog another time."""
    page.locator("#dialog [name=day]").fill(day)
    page.locator("#dialog [name=time]").fill(clock)
    page.locator("#dialog button:has-text('Move')").click()


def test_move_knows_that_clocks_change(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 14: an hour that does not exist is refused in words; one that comes twice is asked for by its offset."""
    row = newsroom.publish("a")[0]
    page = open_page("/articles/1")
    page.locator("#x-main button:has-text('Move')").click()
    ask_for(page, "2027-03-28", "02:30")
    expect(page.locator("#dialog")).to_contain_text("On 28 March 2027 clocks jump from 02:00 to 03:00.")
    assert newsroom.row(row.id).due == row.due
    ask_for(page, "2027-10-31", "02:30")
    expect(page.locator("#dialog")).to_contain_text("This hour comes twice that night.")
    page.locator("#dialog label:has-text('+01:00')").click()
    page.locator("#dialog button:has-text('Move')").click()
    said(page, "Moved 1 post.")
    assert newsroom.row(row.id).due == datetime.fromisoformat("2027-10-31T02:30:00+01:00")
    for day, hours in (("2027-03-28", 23), ("2027-10-31", 25)):
        page.goto(f"/calendar/day/{day}")
        expect(page.locator("main")).to_contain_text(f"this day has {hours} hours")
    assert page.locator("ol.day > li").count() == 25


def test_the_calendar_keeps_the_hour(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 15: Move… with another day keeps the hour; the tile shows its time, and no week number is needed."""
    row = newsroom.publish("a", "Harbour tunnel stays shut")[0]
    tomorrow = newsroom.room.clock().astimezone(BERLIN).date() + timedelta(days=1)
    due = datetime.combine(tomorrow, time(10, 45), BERLIN).astimezone(UTC)
    editorial.move(newsroom.room, row.id, "person:ben", due)
    page = open_page(f"/calendar/day/{tomorrow}")
    tile = page.locator(".tile:has-text('Harbour tunnel')")
    expect(tile).to_contain_text("10:45")
    tile.get_by_role("link", name="Move…").click()
    dialog = page.locator("#dialog")
    expect(dialog.locator("[name=clock]")).to_have_value("10:45")
    later = tomorrow + timedelta(days=3)
    dialog.locator("[name=day]").fill(str(later))
    dialog.get_by_role("button", name="Move").click()
    expect(page.locator("#flash")).to_contain_text("Moved 1 post.")
    moved = newsroom.row(row.id).due
    assert moved is not None
    assert f"{moved.astimezone(BERLIN):%Y-%m-%d %H:%M}" == f"{later} 10:45"


def test_an_export_holds_what_the_page_found_and_no_formula(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 23: the file has every row found, begins with its mark, and a headline from outside is no formula."""
    newsroom.publish("a", '=HYPERLINK("https://evil.example")')
    newsroom.publish("b", "Night bus stays")
    page = open_page("/history?q=hyperlink")
    with page.expect_download() as saved:
        page.locator("main a:has-text('CSV')").click()
    raw = saved.value.path().read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    assert len(rows) == 4
    assert all(cell[:1] not in {"=", "+", "@"} for row in rows for cell in row.values())
