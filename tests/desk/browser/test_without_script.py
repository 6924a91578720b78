"""Sign 24 without script: every one of the ten tasks, with forms and links alone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from syndicator import editorial
from syndicator.models import Status
from tests.desk.browser.conftest import Open
from tests.desk.browser.test_signs_acts import said
from tests.desk.newsroom import Newsroom

pytestmark = pytest.mark.slow  # a minute or two in all: with `make test-all`

Plain = Callable[..., Page]
LINK = "https://news.example/harbour"


@pytest.fixture
def plain(open_page: Open) -> Plain:
    """Opens pages in a browser that runs no script."""
    return lambda path="/queue", person="anna": open_page(path, person, scripted=False)


def test_suppress_and_edit_one(newsroom: Newsroom, plain: Plain) -> None:
    """A mark leads to its post; Suppress… asks on a page of its own; Edit opens the form in its column."""
    first, second = newsroom.publish("harbour")[:2]
    page = plain()
    page.locator(f"#mark-{first.id}").click()
    page.wait_for_url("**/articles/1#x-main")
    page.locator("#x-main button:has-text('Suppress…')").click()
    page.wait_for_url(re.compile("/ask"))
    page.locator("label:has-text('Duplicate')").click()
    page.get_by_role("button", name="Suppress").click()
    said(page, "Suppressed 1 post.")
    assert newsroom.row(first.id).detail == "Duplicate"
    page.goto("/articles/1")
    page.locator("#facebook-page a:has-text('Edit')").click()
    page.locator("textarea[name=text]").fill(f"Ferry returns {LINK}")
    page.locator("button[value=save]").click()
    expect(page.locator("#facebook-page .said")).to_contain_text("Ferry returns")
    assert newsroom.row(second.id).version == 2


def test_hold_all_undo_and_approve_three(newsroom: Newsroom, plain: Plain) -> None:
    """Boxes and the bar under the list act on many; Undo is a button; "3 held" leads to those."""
    rows = [row for name in ("a", "b", "c") for row in newsroom.publish(name)]
    page = plain()
    for box in page.locator("#stories [data-choose]").all():
        box.check()
    page.locator("#selection button[value=hold]").click()
    said(page, "Held 12 posts.")
    page.get_by_role("button", name="Undo").click()
    said(page, "12 posts are as they were before.")
    for row in rows[::4]:
        editorial.hold(newsroom.room, row.id, "person:ben", "checking")
    page.goto("/queue")
    page.locator("#needs a:has-text('held')").click()
    for box in page.locator("#stories [data-choose]").all():
        box.check()
    page.locator("#selection button[value=approve]").click()
    expect(page.locator("#flash")).to_contain_text(re.compile("Approved 3 posts|3 approved"))
    assert {newsroom.row(row.id).status for row in rows} == {Status.QUEUED}


def test_move_many(newsroom: Newsroom, plain: Plain) -> None:
    """Move… of a whole story asks for day and time on a page of its own; a wrong time is explained there."""
    rows = newsroom.publish("harbour")
    page = plain("/articles/1")
    page.locator(".allposts button:has-text('Move…')").click()
    page.locator("[name=day]").fill("2027-03-28")
    page.locator("[name=time]").fill("02:30")
    page.get_by_role("button", name="Move").click()
    expect(page.locator("main")).to_contain_text("On 28 March 2027 clocks jump from 02:00 to 03:00.")
    page.locator("[name=time]").fill("10:30")
    page.get_by_role("button", name="Move").click()
    said(page, "Moved 4 posts.")
    assert {f"{newsroom.row(row.id).due:%Y-%m-%d %H:%M}" for row in rows} == {"2027-03-28 08:30"}


def test_send_now_and_what_failed(newsroom: Newsroom, plain: Plain) -> None:
    """Send now stands in the post's column; the strip says what failed and why, and Retry stands beside it."""
    rows = newsroom.publish("harbour", "Harbour tunnel stays shut")
    newsroom.failed(rows[1])
    page = plain()
    strip = page.locator("section.strip")
    expect(strip).to_contain_text("Facebook refused it: the link could not be read.")
    strip.get_by_role("button", name="Retry").click()
    said(page, "Trying 1 post again.")
    page.goto("/articles/1#x-main")
    page.locator("#x-main button:has-text('Send now')").click()
    said(page, "Sending 1 post.")
    assert newsroom.row(rows[0].id).urgent


def test_what_is_not_known_is_settled(newsroom: Newsroom, plain: Plain) -> None:
    """It is there… asks for the address on a page of its own; Leave it asks nothing and keeps the state."""
    secrets = newsroom.file.with_name("secrets.toml")
    secrets.write_text('[mastodon]\naccess_token = "only-for-this-test"\n', "utf-8")
    secrets.chmod(0o600)
    first, second = (newsroom.unknown(newsroom.publish(name)[2]) for name in ("a", "b"))
    page = plain("/articles/1")
    page.locator("#mastodon button:has-text('Leave it')").click()
    said(page, "Left 1 post as it is.")
    assert newsroom.row(first.id).status is Status.UNCONFIRMED
    page.goto("/articles/2")
    page.locator("#mastodon button:has-text('It is there…')").click()
    page.locator("[name=permalink]").fill("http://127.0.0.1:1/@daily/1")
    page.get_by_role("button", name="It is there").click()
    said(page, "1 post is known to be sent.")
    assert newsroom.row(second.id).permalink == "http://127.0.0.1:1/@daily/1"


def test_find_and_export(newsroom: Newsroom, plain: Plain) -> None:
    """The search field leads to the history; Last 7 days and CSV are links."""
    newsroom.sent(newsroom.publish("harbour", "Harbour tunnel stays shut")[0])
    page = plain()
    page.locator("#find").fill("tunnel")
    page.locator("#find").press("Enter")
    expect(page.locator("main")).to_contain_text("Harbour tunnel stays shut")
    page.locator("nav.places a:has-text('History')").click()
    page.locator("main a:has-text('Last 7 days')").click()
    with page.expect_download() as saved:
        page.locator("main a:has-text('CSV')").click()
    assert "Harbour tunnel stays shut" in saved.value.path().read_text("utf-8-sig")


def test_pause_stop_and_resume(newsroom: Newsroom, plain: Plain) -> None:
    """Pause is a button of the account's row, Stop a page of its own, and a chief resumes both."""
    newsroom.publish("harbour")
    page = plain("/accounts")
    page.locator("main tr:has-text('X main') button:has-text('Pause')").click()
    expect(page.locator("main")).to_contain_text("aused")
    assert newsroom.room.ledger.accounts.get("x-main").paused is not None
    page.locator("a.stop").click()
    page.locator("main button:has-text('Stop')").click()
    expect(page.locator("#stopbar")).to_contain_text("Sending is stopped since")
    chief = plain("/accounts", "cleo")
    chief.locator("#stopbar a:has-text('Resume sending')").click()
    chief.locator("main button:has-text('Resume sending')").click()
    expect(chief.locator("#stopbar")).to_be_hidden()
    chief.goto("/accounts")
    chief.locator("main tr:has-text('X main') button:has-text('Resume')").click()
    assert newsroom.room.ledger.accounts.get("x-main").paused is None


def test_compose(newsroom: Newsroom, plain: Plain) -> None:
    """A text of one's own is previewed and queued on the chosen accounts."""
    page = plain("/compose")
    page.locator("[name=text]").fill("We are hiring a photographer.")
    page.locator("button[value=preview]").click()
    expect(page.locator("#previews .said").first).to_contain_text("We are hiring a photographer.")
    page.locator("button[value=queue]").click()
    expect(page.locator("main")).to_contain_text("We are hiring a photographer.")
    assert len(newsroom.rows(1)) >= 1


def test_nothing_on_the_page_waits_for_script(newsroom: Newsroom, plain: Plain) -> None:
    """What only script can do is not shown without it."""
    newsroom.publish("harbour")
    page = plain()
    assert page.locator(".script >> visible=true").count() == 0
    assert page.locator("#fresh").is_hidden()
    assert page.locator("#live").is_hidden()
