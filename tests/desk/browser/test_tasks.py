"""The ten things editors do all day, each within three clicks, or the keys that the key list names."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from syndicator.models import Status, Wanted
from tests.desk.browser.conftest import Open
from tests.desk.browser.counting import Hand
from tests.desk.newsroom import Newsroom

MOST = 3  # clicks of a task


def mark(page: Page, number: int) -> str:
    """The mark of a post in the list."""
    return f"#stories #mark-{number}"


def moved(page: Page, number: int, status: Status) -> None:
    """Wait until the page shows a post in another state, which only the server can have said."""
    expect(page.locator(f"#mark-{number}").first).to_have_attribute("data-status", status.value)


def test_suppress_one_account(newsroom: Newsroom, open_page: Open) -> None:
    """Suppress one account's post: mark, Suppress…, a reason."""
    rows = newsroom.publish("harbour")
    hand = Hand(open_page())
    hand.click(mark(hand.page, rows[0].id))
    hand.click("#verbs button:has-text('Suppress…')")
    hand.click("#dialog button:has-text('Suppress')")
    moved(hand.page, rows[0].id, Status.SUPPRESSED)
    assert hand.clicks <= MOST
    assert newsroom.row(rows[0].id).detail == "Not for social"
    assert [newsroom.row(row.id).status for row in rows[1:]] == [Status.QUEUED] * 3


def test_suppress_by_keys(newsroom: Newsroom, open_page: Open) -> None:
    """n, s, Enter."""
    rows = newsroom.publish("harbour")
    hand = Hand(open_page())
    hand.press("n", "s")
    hand.page.wait_for_selector("#dialog[open]")
    hand.press("Enter")
    moved(hand.page, rows[0].id, Status.SUPPRESSED)
    assert hand.keys == 3


def test_edit_one(newsroom: Newsroom, open_page: Open) -> None:
    """Edit one: mark, Edit, write, Save."""
    rows = newsroom.publish("harbour")
    hand = Hand(open_page())
    hand.click(mark(hand.page, rows[3].id))
    hand.click("#verbs button:has-text('Edit')")
    field = hand.page.locator("textarea[name=text]")
    field.fill("Ferry returns on Monday https://news.example/harbour")
    hand.click("main button:has-text('Save')")
    expect(hand.page.locator("#bluesky .said")).to_contain_text("Ferry returns on Monday")
    assert hand.clicks <= MOST
    stored = newsroom.room.ledger.deliveries.version(rows[3].id, newsroom.row(rows[3].id).version)
    assert stored is not None
    assert (stored.post.text, stored.by) == ("Ferry returns on Monday https://news.example/harbour", "person:anna")
    assert newsroom.row(rows[3].id).status is Status.QUEUED


def test_edit_by_keys(newsroom: Newsroom, open_page: Open) -> None:
    """n, e, write, Ctrl+Enter."""
    rows = newsroom.publish("harbour")
    hand = Hand(open_page())
    hand.press("n", "e")
    hand.page.wait_for_selector("textarea[name=text]:focus")
    hand.page.keyboard.press("Control+End")
    hand.write(" Today.")
    hand.press("Control+Enter")
    expect(hand.page.locator("#x-main .said")).to_contain_text("Today.")
    assert hand.keys == 3
    assert newsroom.row(rows[0].id).version == 2


def test_hold_all(newsroom: Newsroom, open_page: Open) -> None:
    """Hold all: Select all, Hold; in one action, and Undo takes back all of it."""
    rows = [row for name in ("a", "b", "c") for row in newsroom.publish(name)]
    hand = Hand(open_page())
    hand.click("label:has(#choose-all)")
    hand.button("Hold", within="#selection")
    expect(hand.page.locator("#flash")).to_contain_text("Held 12 posts.")
    assert hand.clicks == 2
    assert {newsroom.row(row.id).status for row in rows} == {Status.HELD}
    hand.page.keyboard.press("z")
    expect(hand.page.locator("#flash")).to_contain_text("as they were before")
    assert {newsroom.row(row.id).status for row in rows} == {Status.QUEUED}


def test_hold_all_by_keys(newsroom: Newsroom, open_page: Open) -> None:
    """* a, h."""
    rows = [row for name in ("a", "b") for row in newsroom.publish(name)]
    hand = Hand(open_page())
    hand.page.keyboard.press("j")
    hand.press("*", "a", "h")
    expect(hand.page.locator("#flash")).to_contain_text("Held 8 posts.")
    assert hand.keys == 3
    assert {newsroom.row(row.id).status for row in rows} == {Status.HELD}


def test_approve_three(newsroom: Newsroom, open_page: Open) -> None:
    """Approve three: the strip's count, Select all, Approve."""
    from syndicator import editorial

    held = [newsroom.publish(name)[0] for name in ("a", "b", "c")]
    for row in held:
        editorial.hold(newsroom.room, row.id, "person:ben", "checking")
    hand = Hand(open_page())
    hand.click("#needs a:has-text('held')")
    hand.page.wait_for_selector("html[data-ready]", state="attached")
    hand.click("label:has(#choose-all)")
    hand.button("Approve", within="#selection")
    expect(hand.page.locator("#flash")).to_contain_text("Approved 3 posts.")
    assert hand.clicks == MOST
    assert {newsroom.row(row.id).status for row in held} == {Status.QUEUED}


def test_approve_three_by_keys(newsroom: Newsroom, open_page: Open) -> None:
    """j, a, a, a: the focus goes on by itself."""
    from syndicator import editorial

    for name in ("a", "b", "c"):
        for row in newsroom.publish(name):
            editorial.hold(newsroom.room, row.id, "person:ben", "checking")
    hand = Hand(open_page())
    hand.press("j", "a", "a", "a")
    expect(hand.page.locator("#stories [data-status=held]")).to_have_count(0)
    assert hand.keys == 4


def test_send_now(newsroom: Newsroom, open_page: Open) -> None:
    """Send now: mark, Send now; it leaves five seconds later, and Undo keeps it."""
    row = newsroom.publish("harbour")[0]
    hand = Hand(open_page())
    hand.click(mark(hand.page, row.id))
    before = newsroom.room.clock()
    hand.click("#verbs button:has-text('Send now')")
    expect(hand.page.locator("#flash")).to_contain_text("Sending 1 post.")
    assert hand.clicks == 2
    sent = newsroom.row(row.id)
    assert sent.urgent
    assert sent.due is not None
    assert timedelta(seconds=4) <= sent.due - before <= timedelta(seconds=20)
    hand.page.get_by_role("button", name="Undo").click()
    expect(hand.page.locator("#flash")).to_contain_text("as it was before")
    after = newsroom.row(row.id)
    assert (after.urgent, after.due, after.status) == (False, row.due, Status.QUEUED)


@pytest.mark.parametrize("keys", [("j", "b"), ("n", "b")])
def test_send_now_by_keys(newsroom: Newsroom, open_page: Open, keys: tuple[str, str]) -> None:
    """j b sends the story, n b one account's post."""
    rows = newsroom.publish("harbour")
    hand = Hand(open_page())
    hand.press(*keys)
    expect(hand.page.locator("#flash")).to_contain_text("Sending")
    assert sum(newsroom.row(row.id).urgent for row in rows) == (4 if keys[0] == "j" else 1)


def test_find_a_story(newsroom: Newsroom, open_page: Open) -> None:
    """Find yesterday's story: the search field, words, Enter; by keys /, words, Enter."""
    newsroom.sent(newsroom.publish("harbour", "Harbour tunnel stays shut")[0])
    newsroom.publish("night", "Night bus stays")
    hand = Hand(open_page())
    hand.click("#find")
    hand.write("tunnel")
    hand.press("Enter")
    hand.page.wait_for_url(re.compile("/history"))
    expect(hand.page.locator("main")).to_contain_text("Harbour tunnel stays shut")
    expect(hand.page.locator("main table")).not_to_contain_text("Night bus stays")
    assert hand.clicks + hand.keys == 2
    hand.page.keyboard.press("/")
    assert hand.page.locator("#find").evaluate("field => field === document.activeElement")


def test_what_failed_and_why(newsroom: Newsroom, open_page: Open) -> None:
    """What failed and why stands in the strip."""
    newsroom.failed(newsroom.publish("harbour", "Harbour tunnel stays shut")[1])
    page = open_page()
    strip = page.locator("section.strip")
    expect(strip).to_contain_text("Facebook refused it: the link could not be read.")
    expect(strip).to_contain_text("Harbour tunnel stays shut")
    page.locator("#needs a:has-text('failed')").click()
    expect(page.locator("#stories")).to_contain_text("Harbour tunnel stays shut")


def test_pause_an_account(newsroom: Newsroom, open_page: Open) -> None:
    """Pause an account: Accounts, Pause; by keys n P."""
    newsroom.publish("harbour")
    hand = Hand(open_page())
    hand.button("Accounts", within="nav.places")
    hand.page.wait_for_selector("html[data-ready]", state="attached")
    hand.click("main button:has-text('Pause')")
    expect(hand.page.locator("main")).to_contain_text("aused")
    assert hand.clicks == 2
    assert [one.name for one in newsroom.room.ledger.accounts.states() if one.paused is not None]


def test_pause_by_keys(newsroom: Newsroom, open_page: Open) -> None:
    """n P pauses the mark's account."""
    newsroom.publish("harbour")
    hand = Hand(open_page())
    hand.press("n", "P")
    expect(hand.page.locator("#flash")).to_contain_text("X main is paused.")
    assert newsroom.room.ledger.accounts.get("x-main").paused is not None


def test_stop_everything(newsroom: Newsroom, open_page: Open) -> None:
    """Stop everything: Stop all sending, Stop; red in another browser within two seconds."""
    newsroom.publish("harbour")
    other = open_page(person="ben")
    hand = Hand(open_page())
    expect(other.locator("#live .word")).to_have_text("Live")
    hand.click("a.stop")
    hand.click("#dialog button.stop")
    expect(other.locator("#stopbar")).to_be_visible(timeout=2_000)
    expect(other.locator("#stopbar")).to_contain_text("Sending is stopped since")
    expect(hand.page.locator("#stopbar")).to_be_visible(timeout=2_000)
    assert hand.clicks == 2
    assert newsroom.room.ledger.accounts.stopped() is not None


def test_stop_by_keys(newsroom: Newsroom, open_page: Open) -> None:
    """! and Enter."""
    hand = Hand(open_page())
    hand.press("!")
    hand.page.wait_for_selector("#dialog[open]")
    hand.press("Enter")
    expect(hand.page.locator("#stopbar")).to_be_visible()
    assert hand.keys == 2
    assert newsroom.room.ledger.accounts.stopped() is not None


def test_export_the_week(newsroom: Newsroom, open_page: Open) -> None:
    """Export the week: History, Last 7 days, CSV."""
    newsroom.sent(newsroom.publish("harbour", "Harbour tunnel stays shut")[0])
    hand = Hand(open_page())
    hand.button("History", within="nav.places")
    hand.click("main a:has-text('Last 7 days')")
    with hand.page.expect_download() as saved:
        hand.click("main a:has-text('CSV')")
    assert hand.clicks == MOST
    text = saved.value.path().read_text("utf-8-sig")
    assert "Harbour tunnel stays shut" in text
    assert newsroom.rows(1)[0].wanted is Wanted.PUBLIC
