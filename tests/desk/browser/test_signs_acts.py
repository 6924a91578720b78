"""Signs that verbs can be trusted: undo, bulk, double presses, slow answers, and where the focus goes."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from syndicator import editorial
from syndicator.models import Key, Status
from tests.desk.browser.conftest import Open
from tests.desk.browser.visits import focused
from tests.desk.newsroom import HOUR, Newsroom


def choose_all(page: Page) -> None:
    """Tick all stories."""
    page.locator("label:has(#choose-all)").click()


def in_bar(page: Page, verb: str) -> None:
    """Press a verb of the selection's bar."""
    page.locator(f"#selection button[value={verb}]").click()


def said(page: Page, words: str) -> None:
    """Wait for the bar that tells what was done."""
    expect(page.locator("#flash")).to_contain_text(words)


def test_a_bulk_is_one_action_and_undone_as_one(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 1: suppress and move many, pause an account; Undo puts every post back with the time it had."""
    before = {row.id: row for name in ("a", "b") for row in newsroom.publish(name)}
    page = open_page()
    choose_all(page)
    in_bar(page, "suppress")
    page.locator("#dialog button:has-text('Suppress')").click()
    said(page, "Suppressed 8 posts.")
    assert {newsroom.row(number).status for number in before} == {Status.SUPPRESSED}
    page.get_by_role("button", name="Undo").click()
    said(page, "8 posts are as they were before.")
    choose_all(page)
    in_bar(page, "move")
    page.locator("#dialog [name=time]").fill("23:59")
    page.locator("#dialog button:has-text('Move')").click()
    said(page, "Moved 8 posts.")
    assert len({newsroom.row(number).due for number in before} - {row.due for row in before.values()}) == 1
    page.keyboard.press("z")
    said(page, "8 posts are as they were before.")
    assert {number: (newsroom.row(number).status, newsroom.row(number).due) for number in before} == {
        number: (row.status, row.due) for number, row in before.items()
    }


def test_a_pause_and_a_send_now_of_many_are_undone(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 1: Undo of a pause, and of a Send now of a whole story within its seconds."""
    rows = newsroom.publish("a")
    page = open_page()
    page.keyboard.press("n")
    page.keyboard.press("P")
    said(page, "X main is paused.")
    page.get_by_role("button", name="Undo").click()
    said(page, "X main sends again.")
    assert newsroom.room.ledger.accounts.get("x-main").paused is None
    choose_all(page)
    in_bar(page, "send")
    said(page, "Sending 4 posts.")
    page.get_by_role("button", name="Undo").click()
    said(page, "4 posts are as they were before.")
    assert [(newsroom.row(row.id).urgent, newsroom.row(row.id).due) for row in rows] == [
        (False, row.due) for row in rows
    ]


def test_a_press_says_what_it_does_and_shows_only_what_the_desk_said(newsroom: Newsroom, open_page: Open) -> None:
    """Signs 7 and 20: "Holding…" at once, busy soon, "Still trying" after 5 s; the mark waits, and one request goes."""
    row = newsroom.publish("a")[0]
    page = open_page("/articles/1")
    asked: list[Route] = []
    page.clock.install()
    page.route("**/actions", lambda route: asked.append(route))  # noqa: PLW0108 - it is asked for its names
    button = page.locator("#x-main button:has-text('Hold')")
    button.click()
    pressed = page.locator("#x-main .buttons button[aria-disabled=true]")
    expect(pressed).to_have_text("Holding…")
    page.clock.run_for(300)
    expect(pressed).to_have_class(re.compile(r"\bbusy\b"))
    pressed.click(force=True)
    page.clock.run_for(5_000)
    expect(pressed).to_have_text("Still trying")
    expect(page.locator("#x-main")).to_have_attribute("data-status", "queued")
    assert newsroom.row(row.id).status is Status.QUEUED
    assert len(asked) == 1
    asked[0].continue_()
    expect(page.locator("#x-main")).to_have_attribute("data-status", "held")
    assert len(asked) == 1


def test_a_double_press_is_one_action(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 8: pressed twice, with script and without, a post is held once and has one more entry."""
    first, second = newsroom.publish("a")[:2]
    for scripted, row, name in ((True, first, "x-main"), (False, second, "facebook-page")):
        page = open_page("/articles/1", scripted=scripted)
        page.locator(f"#{name} button:has-text('Hold')").dblclick(no_wait_after=True)
        expect(page.locator("#flash")).to_contain_text("Held 1 post.")
        events = [event.verb for event in newsroom.room.ledger.attempts.events(row.id)]
        assert events.count("hold") == 1


def test_a_second_tab_is_told_that_it_is_so_already(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 8: from a second tab that does not know yet, the same verb says "already held" and changes nothing."""
    row = newsroom.publish("a")[0]
    one = open_page("/articles/1", scripted=False)
    two = open_page("/articles/1", scripted=False, context=one.context)
    for page in (one, two):
        page.locator("#x-main button:has-text('Hold')").click()
    said(one, "Held 1 post.")
    expect(two.locator("#flash")).to_contain_text(re.compile("already held", re.IGNORECASE))
    assert [event.verb for event in newsroom.room.ledger.attempts.events(row.id)].count("hold") == 1


def test_somebody_was_faster(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 8: a hold that comes after the post has left says when it left."""
    row = newsroom.publish("a")[0]
    page = open_page("/articles/1", scripted=False)
    newsroom.sent(row)
    page.locator("#x-main button:has-text('Hold')").click()
    expect(page.locator("#flash")).to_contain_text(re.compile(r"X main was sent at [\d:]+, before your hold arrived\."))
    assert newsroom.row(row.id).status is Status.SENT


FOCUS = (
    ("h", "n", r"button#mark-2"),
    ("h", "j", r"article\[row=2\]"),
    ("b", "n", r"button#mark-2"),
    ("b", "j", r"article\[row=2\]"),
)


@pytest.mark.parametrize(("verb", "step", "then"), FOCUS, ids=[f"{step}-{verb}" for verb, step, _ in FOCUS])
def test_the_focus_goes_on_after_a_verb(newsroom: Newsroom, open_page: Open, verb: str, step: str, then: str) -> None:
    """Sign 24: after a verb the focus is on the next mark or story; of the last one it stays; it is never lost."""
    for name in ("a", "b"):
        newsroom.publish(name)
    page = open_page()
    page.keyboard.press(step)
    page.keyboard.press(verb)
    expect(page.locator("#flash .flash")).to_be_visible()
    assert re.fullmatch(then, focused(page))
    page.keyboard.press("j" if step == "j" else "k")
    page.keyboard.press("j")
    page.keyboard.press(verb)
    expect(page.locator("#flash")).to_contain_text("post")
    assert focused(page) == "article[row=2]"


def test_the_focus_comes_back_after_a_dialog(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 24: closed by its way out, by Escape or by its verb, a dialog gives the focus back, never to the page."""
    newsroom.publish("a")
    newsroom.publish("b")
    page = open_page()
    dialog = page.locator("#dialog")
    for way in ("Escape", "Keep as it is"):
        page.locator("#mark-2").focus()
        page.keyboard.press("s")
        expect(dialog).to_be_visible()
        assert page.evaluate("document.activeElement.closest('#dialog') !== null")
        if way == "Escape":
            page.keyboard.press(way)
        else:
            dialog.get_by_text(way).click()
        expect(dialog).to_be_hidden()
        expect(page.locator("#mark-2")).to_be_focused()
    page.keyboard.press("s")
    expect(dialog).to_be_visible()
    page.keyboard.press("Enter")
    said(page, "Suppressed 1 post.")
    expect(page.locator("#mark-3")).to_be_focused()


def test_a_correction_asks_why_and_reminds_of_a_note(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 25: Take down… asks why, and reminds that a note is owed; it cannot be undone and says nothing of it."""
    row = newsroom.sent(newsroom.publish("a")[2])
    page = open_page("/articles/1", "cleo")
    page.locator("#mastodon button:has-text('Take down')").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("Why?")
    expect(dialog).to_contain_text("a note is owed")
    dialog.locator("[name=words]").fill("wrong name")
    dialog.get_by_role("button", name="Take down").click()
    said(page, "Taking down 1 post.")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert newsroom.row(row.id).status is Status.RETRACTING
    assert focused(page) != "body"


def test_what_changed_after_it_was_sent_is_on_the_strip(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 25: a correction turns up on the strip of an open page by itself; one press and it is dealt with."""
    rows = newsroom.publish("a", title="Three hurt")
    newsroom.sent(rows[2])
    page = open_page()
    expect(page.locator("#needs")).to_contain_text("Nothing needs you.")
    story = newsroom.room.ledger.articles.get(rows[0].article)
    key = Key(f"url:{story.url.partition('//')[2]}", story.url)
    newsroom.found(replace(story, keys=(key,), id=0, uid="", title="Two hurt"))
    expect(page.locator("#needs")).to_contain_text("1 changed since sent")
    page.locator("#needs a").click()
    page.get_by_role("link", name="Two hurt").click()
    page.locator("details.differ summary").click()
    expect(page.locator("details.differ")).to_contain_text("Three hurt → Two hurt")
    page.get_by_role("button", name="Dealt with").click()
    expect(page.locator(".dealt")).to_have_count(0)  # by its place: while the desk is asked the button says "Working…"
    assert focused(page) != "body"
    assert newsroom.room.ledger.revisions.open() == []


def test_a_held_post_whose_time_has_passed_says_that_it_leaves(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 7: where the time has passed, the button says what it does."""
    row = newsroom.publish("a")[0]
    editorial.move(newsroom.room, row.id, "person:ben", newsroom.room.clock() - HOUR)
    editorial.hold(newsroom.room, row.id, "person:ben", "checking")
    page = open_page("/articles/1")
    page.locator("#x-main button:has-text('Approve (leaves now)')").click()
    said(page, "Approved 1 post.")
    after = newsroom.row(row.id)
    assert after.due is not None
    assert after.due > newsroom.room.clock() - timedelta(seconds=20)
