"""What script adds to the pages: keys, focus, the selection, answers put in place, live rows, drafts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.desk.gallery.answers import Desk, until
from tests.desk.gallery.browser import CHROMIUM, launched
from tests.desk.gallery.pages import served

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")
ACTIVE = "document.activeElement.id || document.activeElement.dataset.row || document.activeElement.tagName"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all cases."""
    with launched() as found:
        yield found


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The stand-in of the server."""
    made = Desk()
    yield made
    made.release.set()
    made.over.set()


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """Where it listens."""
    with served(answers=desk.answers()) as where:
        yield where
        desk.over.set()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The queue with script at work."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    opened.goto(f"{address}/queue")
    opened.wait_for_selector("html[data-ready]")
    yield opened
    context.close()


def press(page: Page, keys: str) -> None:
    """Type keys one after another."""
    for key in keys.split():
        page.keyboard.press(key)


@pytest.mark.parametrize(
    ("keys", "active"),
    [
        ("j", "need-8123"),
        ("j j j", "412"),
        ("j j j k", "need-8130"),
        ("n", "need-mark-8123"),
        ("n n n", "mark-1"),
        ("j j j n", "mark-1"),
        ("j j j n n", "mark-2"),
        ("/", "find"),
        ("j j j /", "find"),
        ("/ Escape", "main"),
    ],
)
def test_focus_roves(page: Page, keys: str, active: str) -> None:
    """j and k go through stories, n and p through marks, / to the search, Esc out of it."""
    press(page, keys)
    assert page.evaluate(ACTIVE) == active


def test_keys_do_nothing_without_focus_in_the_list(page: Page, desk: Desk) -> None:
    """Typing a word on a page with no field focused acts on nothing."""
    press(page, "h a r b r")
    assert (desk.posts, page.evaluate(ACTIVE)) == ([], "BODY")


def test_keys_can_be_switched_off(page: Page, desk: Desk) -> None:
    """With the keys off no letter moves the focus or acts."""
    page.evaluate("document.documentElement.dataset.keys = 'off'")
    press(page, "j j j h")
    assert (desk.posts, page.evaluate(ACTIVE)) == ([], "BODY")


def test_a_verb_takes_the_mark_and_moves_on(page: Page, desk: Desk) -> None:
    """With focus on a mark the key acts on that post alone, and focus goes to the next mark."""
    press(page, "j j j n n h")
    assert until(3, lambda: desk.posts)
    where, sent = desk.posts[0]
    assert (where, sent["verb"], sent["id"], sent["csrf"]) == ("/actions", ["hold"], ["2:3"], ["token"])
    assert page.evaluate(ACTIVE) == "mark-3"


def test_a_verb_takes_the_posts_of_a_story_that_allow_it(page: Page, desk: Desk) -> None:
    """With focus on a story the key acts on those of its posts that can be held, and focus goes to the next story."""
    press(page, "j j j h")
    assert until(3, lambda: desk.posts)
    assert desk.posts[0][1]["id"] == ["2:3", "3:3", "4:3"]
    assert page.evaluate(ACTIVE) == "413"


def test_the_answer_is_put_in_place(page: Page, desk: Desk) -> None:
    """Rows of the answer replace those with their ids, the bar offers Undo, z takes it."""
    press(page, "j j j h")
    page.wait_for_selector("#flash form[data-undo]")
    assert page.locator("#mark-2").get_attribute("data-status") == "held"
    assert page.locator("#said").inner_text() == "Held 4 posts."
    assert page.evaluate(ACTIVE) == "413"
    press(page, "z")
    assert until(3, lambda: len(desk.posts) == 2)
    assert (desk.posts[1][0], desk.posts[1][1]["action"]) == ("/undo", ["act-1"])


def test_selected_stories_are_acted_on_together(page: Page, desk: Desk) -> None:
    """x selects, * a selects all, the bar counts, and a press sends one request with all posts that allow it."""
    press(page, "j j j x j x")
    assert page.locator("#counted").inner_text() == "2 stories, 7 posts selected:"
    page.get_by_role("button", name="Hold", exact=True).first.click()
    assert until(3, lambda: desk.posts)
    assert desk.posts[0][1]["id"] == ["2:3", "3:3", "4:3", "10:3", "11:3", "12:3"]
    assert until(3, lambda: page.locator("[data-choose]:checked").count() == 0)
    press(page, "* a")
    assert page.locator("[data-choose]:checked").count() == 15
    press(page, "* n")
    assert page.locator("[data-choose]:checked").count() == 0


def test_suppress_asks_in_a_dialog_and_enter_answers(page: Page, desk: Desk) -> None:
    """n s Enter: the question opens over the page with its first reason chosen; Enter sends it."""
    press(page, "j j j n s")
    page.wait_for_selector("dialog[open] input[type=radio]:focus")
    press(page, "Enter")
    assert until(3, lambda: desk.posts)
    sent = desk.posts[0][1]
    assert (sent["verb"], sent["id"], sent["reason"]) == (["suppress"], ["1:3"], ["Duplicate"])
    assert until(3, lambda: page.evaluate(ACTIVE) == "mark-2")


def test_a_dialog_gives_the_focus_back(page: Page, desk: Desk) -> None:
    """Esc changes nothing, and focus is where it was."""
    press(page, "j j j n s")
    page.wait_for_selector("dialog[open] input[type=radio]:focus")
    press(page, "Escape")
    assert until(2, lambda: page.evaluate(ACTIVE) == "mark-1")
    assert desk.posts == []


def test_a_mark_opens_its_verbs(page: Page, desk: Desk) -> None:
    """A press on a mark shows what can be done with that post; Esc leads back to the mark."""
    page.locator("#mark-2").click()
    shown = page.locator("#verbs button > span, #verbs a > span").all_inner_texts()
    assert shown == ["Hold", "Edit", "Send now", "Move…", "Suppress…", "Open the story", "Copy link"]
    press(page, "Escape")
    assert page.evaluate(ACTIVE) == "mark-2"
    page.locator("#mark-2").click()
    page.locator("#verbs button", has_text="Hold").click()
    assert until(3, lambda: desk.posts)
    assert desk.posts[0][1]["id"] == ["2:3"]


def test_a_press_says_what_it_does_and_counts_once(page: Page, desk: Desk) -> None:
    """While the desk works the button says so, and a second press is nothing."""
    desk.release.clear()
    button = page.locator("#need-8130 button[value=retry]")
    button.click()
    assert until(2, lambda: button.inner_text() == "Retrying…")
    button.click(force=True)
    desk.release.set()
    page.wait_for_selector("#flash .flash")
    assert len(desk.posts) == 1


def test_the_log_in_opens_over_the_page_and_the_verb_follows(page: Page, desk: Desk) -> None:
    """A session that ended costs nothing: log in, and the same act is sent with the same key and the new token."""
    desk.status = 401
    press(page, "j j j n n h")
    page.wait_for_selector("dialog[open] form")
    page.locator("dialog button").click()
    assert until(3, lambda: len(desk.posts) == 3)
    first, _log_in, second = (sent for _, sent in desk.posts)
    assert (second["id"], second["key"], second["csrf"]) == (first["id"], first["key"], ["new token"])


def test_a_hint_changes_the_row_in_place(page: Page, desk: Desk) -> None:
    """The row is fetched and changed where it stands; a new story waits behind a button; failures are spoken."""
    before = page.evaluate("[...document.querySelectorAll('.story')].map(one => one.id)")
    desk.states[413] = "failed"
    desk.hints.append({"kind": "change", "event": 1, "delivery": 11, "article": 413, "status": "failed"})
    desk.hints.append({"kind": "change", "event": 2, "delivery": 900, "article": 999, "status": "queued"})
    page.wait_for_selector("#mark-11[data-status=failed]")
    page.wait_for_selector("#fresh:not([hidden])")
    after = page.evaluate("[...document.querySelectorAll('.story')].map(one => one.id)")
    assert before == after
    assert page.locator("#fresh").inner_text() == "1 new story: show"
    assert until(15, lambda: "failed on" in page.locator("#said").inner_text())
    assert until(3, lambda: page.title().startswith("(6)"))


def test_a_stop_is_red_within_two_seconds(page: Page, desk: Desk) -> None:
    """The bar appears by itself and is announced."""
    desk.stopped = {"at": "14:31", "by": "Anna", "reason": "checking a wrong name", "waiting": 37}
    desk.hints.append({"kind": "state", "event": 1, "stopped": {"by": "anna"}, "paused": []})
    page.wait_for_selector("#stopbar:not([hidden])", timeout=2_000)
    assert "Sending is stopped since 14:31 by Anna" in page.locator("#warned").inner_text()


def test_what_was_written_survives_a_reload(page: Page, address: str, desk: Desk) -> None:
    """A text is counted by the desk while it grows, kept in the tab, put back after a reload, and can be discarded."""
    page.goto(f"{address}/parts")
    page.wait_for_selector("html[data-ready]")
    page.locator("#text").fill("Harbour tunnel opens")
    assert until(3, lambda: page.locator("output").inner_text() == "3 left of 280")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.locator("#text").input_value() == "Harbour tunnel opens"
    page.get_by_role("button", name="Discard it").click()
    assert page.locator("#text").input_value().startswith("Harbour tunnel stays shut")


def test_a_graphic_photo_is_covered_until_asked_for(page: Page, address: str) -> None:
    """Without script and with it, the photo is shown on a press, in the same box."""
    page.goto(f"{address}/article")
    page.locator(".warned > summary").click()
    cover = page.locator("details.cover")
    before = page.locator(".box:has(details.cover)").bounding_box()
    assert not cover.locator("img").is_visible()
    cover.locator("summary").click()
    assert cover.locator("img").is_visible()
    assert page.locator(".box:has(details.cover)").bounding_box() == before


def test_a_lost_connection_is_said_and_ends(page: Page, desk: Desk) -> None:
    """Offline the page says since when and does not act; with the connection the bar goes."""
    page.context.set_offline(True)
    page.wait_for_selector("#offline:not([hidden])")
    press(page, "j j j h")
    assert (desk.posts, "No connection since" in page.locator("#offline").inner_text()) == ([], True)
    page.context.set_offline(False)
    page.wait_for_selector("#offline", state="hidden", timeout=8_000)
