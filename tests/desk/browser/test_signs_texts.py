"""Signs that a text is never lost: leaving, reloading, a log-in that ended, a second editor, a post about to leave."""

import re

from playwright.sync_api import Dialog, Page, expect

from syndicator import editorial
from syndicator.models import Status
from tests.desk.browser.conftest import Open
from tests.desk.newsroom import MINUTE, PASSWORD, Newsroom

LINK = "https://news.example/a"
FIELD = "textarea[name=text]"
DRAFTS = "Object.keys(sessionStorage).filter(name => name.startsWith('draft'))"


def save(page: Page) -> None:
    """Press Save."""
    page.locator("button[value=save]").click()


def text_of(newsroom: Newsroom, number: int) -> str:
    """A post's words as they would leave."""
    stored = newsroom.room.ledger.deliveries.version(number, newsroom.row(number).version)
    assert stored is not None
    return stored.post.text


def end_sessions(newsroom: Newsroom, name: str = "anna") -> None:
    """Log somebody out everywhere."""
    newsroom.room.ledger.people.end_sessions(name)


def test_unsaved_text_survives_leaving_and_reload(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 9: the desk asks once before unsaved text is left; after leaving, coming back and reloading it is there."""
    row = newsroom.publish("a")[1]
    page = open_page("/articles/1?edit=facebook-page")
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.locator(FIELD).fill(f"My own words {LINK}")
    page.goto("/queue")
    assert asked == ["beforeunload"]
    page.go_back()
    expect(page.locator(FIELD)).to_have_value(f"My own words {LINK}")
    page.reload()
    expect(page.locator(FIELD)).to_have_value(f"My own words {LINK}")
    expect(page.locator("main")).to_contain_text("Your unsaved text was put back.")
    save(page)
    expect(page.locator("#facebook-page .said")).to_contain_text("My own words")
    assert text_of(newsroom, row.id).startswith("My own words")
    page.goto("/articles/1?edit=facebook-page")
    expect(page.locator("main")).not_to_contain_text("Your unsaved text was put back.")
    assert page.evaluate(DRAFTS) == []


def test_logging_out_forgets_what_was_written(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 9: the tab keeps a text until the log-out, and not longer."""
    newsroom.publish("a")
    page = open_page("/articles/1?edit=facebook-page")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator(FIELD).fill("My own words")
    page.locator("details.who > summary").click()
    page.locator("details.who button:has-text('Log out')").click()
    page.wait_for_url(re.compile("/login"))
    assert page.evaluate(DRAFTS) == []


def test_the_log_in_opens_over_the_page_and_then_the_verb_is_sent(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 10: a verb after the session's end asks for the log-in over the page, and is carried out after it."""
    row = newsroom.publish("a")[0]
    page = open_page("/articles/1")
    end_sessions(newsroom)
    page.locator("#x-main button:has-text('Hold')").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("Log in")
    assert newsroom.row(row.id).status is Status.QUEUED
    dialog.locator("[name=name]").fill("anna")
    dialog.locator("[name=password]").fill("wrong")
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog).to_contain_text("There is a problem")
    log_in(page, "#dialog")
    expect(page.locator("#x-main")).to_have_attribute("data-status", "held")
    expect(dialog).to_be_hidden()
    assert page.url.endswith("/articles/1")


def log_in(page: Page, place: str) -> None:
    """Fill in a log-in that has come up."""
    expect(page.locator(f"{place} [name=password]")).to_be_visible()
    page.locator(f"{place} [name=name]").fill("anna")
    page.locator(f"{place} [name=password]").fill(PASSWORD)
    page.locator(f"{place} button:has-text('Log in')").click()


def test_a_text_written_while_the_session_ended_is_saved_after_the_log_in(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 10: Save after the session's end opens the log-in over the page, and then the text is sent."""
    row = newsroom.publish("a")[1]
    page = open_page("/articles/1?edit=facebook-page")
    page.locator(FIELD).fill(f"Kept through the log-in {LINK}")
    end_sessions(newsroom)
    save(page)
    expect(page.locator("#dialog")).to_contain_text("your text is kept")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    save(page)
    log_in(page, "#dialog")
    expect(page.locator("#facebook-page .said")).to_contain_text("Kept through the log-in")
    assert text_of(newsroom, row.id).startswith("Kept through the log-in")


def test_without_script_the_log_in_carries_the_text(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 10: without script the log-in form carries the text, and offers it to be sent again."""
    row = newsroom.publish("a")[1]
    page = open_page("/articles/1?edit=facebook-page", scripted=False)
    page.locator(FIELD).fill(f"Kept through the log-in {LINK}")
    end_sessions(newsroom)
    save(page)
    expect(page.locator("main")).to_contain_text("your text is kept")
    log_in(page, "main")
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#facebook-page .said")).to_contain_text("Kept through the log-in")
    assert text_of(newsroom, row.id).startswith("Kept through the log-in")


def test_two_editors_overwrite_nobody(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 11: the second to save sees both texts and decides; until then the first one's is what leaves."""
    row = newsroom.publish("a")[1]
    anna, cleo = (open_page("/articles/1?edit=facebook-page", person) for person in ("anna", "cleo"))
    cleo.locator(FIELD).fill(f"Cleo wrote this {LINK}")
    save(cleo)
    expect(cleo.locator("#facebook-page .said")).to_contain_text("Cleo wrote this")
    anna.locator(FIELD).fill(f"Anna wrote that {LINK}")
    save(anna)
    theirs = anna.locator(".theirs")
    expect(theirs).to_contain_text("Cleo saved another text at")
    expect(theirs).to_contain_text("Yours is kept below.")
    expect(theirs).to_contain_text("Cleo")
    expect(anna.locator(FIELD)).to_have_value(f"Anna wrote that {LINK}")
    assert anna.title().startswith("Error:") or "Error" in anna.title()
    assert text_of(newsroom, row.id).startswith("Cleo wrote this")
    anna.get_by_role("button", name="Use mine").click()
    expect(anna.locator("#facebook-page .said")).to_contain_text("Anna wrote that")
    versions = [version.post.text for version in newsroom.room.ledger.deliveries.versions(row.id)]
    assert [text.split(" https")[0] for text in versions[-2:]] == ["Cleo wrote this", "Anna wrote that"]


def test_keeping_the_other_text_gives_up_ones_own(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 11: "Keep Cleo's" leaves what Cleo saved, and asks for nothing more."""
    row = newsroom.publish("a")[1]
    page = open_page("/articles/1?edit=facebook-page")
    editorial.edit(newsroom.room, row.id, "person:cleo", version=1, text=f"Cleo wrote this {LINK}")
    page.locator(FIELD).fill(f"Anna wrote that {LINK}")
    save(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Keep Cleo’s").click()
    expect(page.locator("#facebook-page .said")).to_contain_text("Cleo wrote this")
    assert text_of(newsroom, row.id) == f"Cleo wrote this {LINK}"


def test_editing_what_is_about_to_leave_holds_it(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 12: opened minutes before it leaves a post is held; Save gives its time back; left open it says so."""
    first, second = newsroom.publish("a")[:2]
    due = newsroom.room.clock() + 3 * MINUTE
    for row in (first, second):
        editorial.move(newsroom.room, row.id, "person:ben", due)
    page = open_page("/articles/1?edit=x-main")
    expect(page.locator("#x-main")).to_contain_text("Held while you edit")
    assert newsroom.row(first.id).status is Status.HELD
    page.locator(FIELD).fill(f"Better words {LINK}")
    save(page)
    expect(page.locator("#x-main .said")).to_contain_text("Better words")
    after = newsroom.row(first.id)
    assert (after.status, after.due) == (Status.QUEUED, newsroom.row(second.id).due)
    page.goto("/articles/1?edit=facebook-page")
    page.goto("/articles/1")
    expect(page.locator("#facebook-page")).to_contain_text("by Anna: edit not finished")
    assert newsroom.row(second.id).status is Status.HELD


def test_what_does_not_fit_is_explained_and_kept(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 9: a text that is too long is not stored; the box says by how much, and leads to the field."""
    row = newsroom.publish("a")[0]
    page = open_page("/articles/1?edit=x-main")
    page.locator(FIELD).fill("A word or two. " * 30)
    expect(page.locator("#count-1")).to_contain_text("over")
    save(page)
    problem = page.locator(".problem")
    expect(problem).to_contain_text(re.compile(r"The text is \d+ characters too long for X\."))
    assert page.title().startswith("Error:")
    assert page.evaluate("document.activeElement.classList.contains('problem')")
    problem.locator("a").click()
    assert page.evaluate("document.activeElement.name") == "text"
    expect(page.locator(FIELD)).to_have_value("A word or two. " * 30)
    assert newsroom.row(row.id).version == 1
