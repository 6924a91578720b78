"""Signs that any headline fits: very long ones, words of eighty letters, twelve accounts, and every script."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desk.browser.conftest import Open
from tests.desk.browser.visits import Visits, box, too_wide
from tests.desk.newsroom import Newsroom

pytestmark = pytest.mark.slow  # a minute or two in all: with `make test-all`

MEGABYTE = "Harbour tunnel stays shut " * 40_000
WORD = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaften"
ARABIC = "مقتل العشرات في اضطرابات كازاخستان"
HEBREW = "המנהרה בנמל סגורה עד יום חמישי"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
TWELVE = {f"ma-{name}": 'platform = "mastodon"' for name in (
    "main", "sport", "culture", "local", "world", "money", "health", "travel", "books", "film", "music", "night",
)}  # fmt: skip
PATHS = ("/queue", "/articles/1", "/articles/1?edit=facebook-page", "/history", "/calendar/week/2026-11-24")


def everywhere(page: Page, paths: tuple[str, ...] = PATHS) -> dict[str, list[str]]:
    """What is too wide, page by page, on a wide, a middle and a narrow screen."""
    found = {}
    for path in paths:
        page.goto(path)
        for width in (1440, 1024, 390):
            page.set_viewport_size({"width": width, "height": 900})
            found[f"{path} {width}"] = too_wide(page)
    return {name: wide for name, wide in found.items() if wide}


def test_a_headline_of_a_megabyte_is_cut_in_lists(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 16: a very long headline takes two lines of the queue, and its page stays small and narrow."""
    newsroom.publish("a", MEGABYTE, summary="")
    newsroom.publish("b", "Night bus stays")
    page = open_page()
    title = page.locator("#title-1")
    assert len(title.inner_text()) <= 301
    assert box(page, "#stories > li:first-child")["height"] <= 96
    assert len(page.content()) < 300_000
    assert everywhere(page, ("/queue", "/articles/1", "/history")) == {}


def test_words_of_eighty_letters_break(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 16: a word wider than the screen breaks, in the list, in the previews and in the story so far."""
    newsroom.publish("a", f"{WORD} und {WORD}", photo=True, alt=WORD, sections=(WORD,), summary=WORD)
    page = open_page()
    assert everywhere(page) == {}


def test_twelve_accounts_fold(tmp_path: Path, hashed_password: str, browser: Browser) -> None:
    """Sign 16: twelve accounts are one word and a number, which opens; the row keeps its height."""
    made = Newsroom(tmp_path, hashed_password, accounts=TWELVE)
    made.serve()
    made.publish("a", "Harbour tunnel stays shut")
    visits = Visits(browser, made)
    with visits.see("/queue") as page:
        fold = page.locator("#stories .fold")
        expect(fold.locator("summary")).to_contain_text("Queued 12")
        expect(fold.locator("[data-mark]").first).to_be_hidden()
        assert box(page, "#stories > li")["height"] <= 80
        fold.locator("summary").click()
        expect(fold.locator("[data-mark] >> visible=true")).to_have_count(12)
        expect(fold).to_contain_text("Ma sport")
        assert everywhere(page, ("/queue", "/articles/1", "/accounts")) == {}
    visits.close()
    made.close()


@pytest.mark.parametrize(("language", "title"), [("ar", ARABIC), ("he", HEBREW)])
def test_right_to_left_headlines_run_right_to_left(
    newsroom: Newsroom, open_page: Open, language: str, title: str
) -> None:
    """Sign 17: a headline has its own direction and language; names and numbers beside it keep theirs."""
    newsroom.publish("a", title, language=language)
    page = open_page()
    link = page.locator("#title-1 a")
    assert link.evaluate("one => [getComputedStyle(one).direction, one.lang]") == ["rtl", language]
    assert page.locator("#newsroom-clock").evaluate("one => getComputedStyle(one).direction") == "ltr"
    page.goto("/articles/1?edit=facebook-page")
    assert page.locator("main h1").evaluate("one => getComputedStyle(one).direction") == "rtl"
    assert page.locator("textarea[name=text]").evaluate("one => getComputedStyle(one).direction") == "rtl"
    assert everywhere(page) == {}


def test_a_desk_turned_round_works(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 17: with the whole page from right to left nothing leaves the screen and the list begins at the right."""
    newsroom.publish("a", ARABIC, photo=True)
    page = open_page()
    for path in PATHS:
        page.goto(path)
        page.evaluate("document.documentElement.dir = 'rtl'")
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
    page.goto("/queue")
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert box(page, "#stories [data-choose]")["x"] > box(page, "#title-1")["x"]


def test_emoji_families_stay_whole(newsroom: Newsroom, open_page: Open) -> None:
    """Sign 17: a family of four is one sign to the counter, survives the editor, and is not cut in two."""
    row = newsroom.publish("a")[3]
    page = open_page("/articles/1?edit=bluesky")
    field = page.locator("textarea[name=text]")
    field.fill("x" * 290)
    expect(page.locator(f"#count-{row.id}")).to_contain_text("10 left of 300")
    field.fill("x" * 290 + FAMILY)
    expect(page.locator(f"#count-{row.id}")).to_contain_text("9 left of 300")
    page.locator("button[value=save]").click()
    expect(page.locator("#bluesky .said")).to_contain_text(FAMILY)
    stored = newsroom.room.ledger.deliveries.version(row.id, 2)
    assert stored is not None
    assert stored.post.text.endswith(FAMILY)
