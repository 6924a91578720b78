"""Every page of the desk, with what is to be done to see all of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from syndicator.desk import passwords
from tests.desk.browser.daily import Daily, midnight
from tests.desk.browser.daily import daily as at_work
from tests.desk.browser.visits import Visits
from tests.desk.gallery.browser import launched
from tests.desk.newsroom import PASSWORD

EDITED = "facebook-page"


@dataclass(frozen=True)
class Sight:
    """A page: its name in pictures, its address, who looks, and what is pressed first."""

    name: str
    path: Callable[[Daily], str]
    person: str = "anna"
    then: Callable[[Page], object] = lambda page: None


def at(path: str) -> Callable[[Daily], str]:
    """An address that is always the same."""
    return lambda _daily: path


def story(daily: Daily, words: str = "mill") -> int:
    """The number of a story."""
    return next(n for n in range(1, 40) if daily.room.ledger.articles.get(n).url.endswith(f"/{words}"))


def _compare(page: Page) -> None:
    page.locator("details.differ > summary").first.click()
    page.wait_for_selector("details.differ[open] ins")


def _mark_menu(page: Page) -> None:
    page.locator("#stories [data-mark]").first.click()
    page.wait_for_selector("#verbs button")


def _dialog(page: Page) -> None:
    page.locator("#stories [data-can~=suppress]").first.focus()
    page.keyboard.press("s")
    page.wait_for_selector("#dialog[open] button")


def _stop_dialog(page: Page) -> None:
    page.locator("a.stop").click()
    page.wait_for_selector("#dialog[open] button")


def _select(page: Page) -> None:
    page.locator("label:has(#choose-all)").click()
    page.wait_for_selector("#selection.some")


def _menus(page: Page) -> None:
    page.locator("details.menu > summary >> visible=true").first.click()
    page.wait_for_selector("details.menu[open]")


def _wrong_login(page: Page) -> None:
    page.fill("main [name=name]", "nobody")  # a real name would be locked out after five pictures
    page.fill("main [name=password]", "not this one")
    page.locator("main button").click()
    page.wait_for_selector(".problem")


def _too_long(page: Page) -> None:
    page.fill("textarea[name=text]", "A very long text. " * 40)
    page.locator("button[value=save]").click()
    page.wait_for_selector(".problem")


def _edit(account: str) -> Callable[[Daily], str]:
    return lambda daily: f"/articles/{story(daily, 'orchestra')}?edit={account}"


SIGHTS = (
    Sight("queue", at("/queue")),
    Sight("queue-menu", at("/queue"), then=_mark_menu),
    Sight("queue-selected", at("/queue"), then=_select),
    Sight("queue-none-found", at("/queue?q=zeppelin")),
    Sight("article", lambda daily: f"/articles/{story(daily)}", "cleo"),
    Sight("article-changed", lambda daily: f"/articles/{story(daily, 'school')}", then=_compare),
    Sight("changes", at("/changes")),
    Sight("article-failed", lambda daily: f"/articles/{story(daily, 'council')}"),
    Sight("article-editing", _edit(EDITED)),
    Sight("article-too-long", _edit("bluesky"), then=_too_long),
    Sight("ask", lambda daily: f"/ask?verb=suppress&id={daily.rows(story(daily, 'ferry'))[0].id}:1"),
    Sight("ask-move", lambda daily: f"/ask?verb=move&id={daily.rows(story(daily, 'ferry'))[0].id}:1"),
    Sight("ask-dialog", at("/queue"), then=_dialog),
    Sight("compose", at("/compose")),
    Sight("history", at("/history")),
    Sight("history-found", at("/history?q=harbour")),
    Sight("history-none-found", at("/history?q=zeppelin")),
    Sight("charts", at("/history/charts")),
    Sight("calendar-day", lambda daily: f"/calendar/day/{midnight(daily.room.clock())}"),
    Sight("calendar-week", lambda daily: f"/calendar/week/{midnight(daily.room.clock() - timedelta(days=1))}"),
    Sight("accounts", at("/accounts"), "cleo"),
    Sight("account", at("/accounts/x-main"), "cleo"),
    Sight("sources", at("/sources")),
    Sight("source", at("/sources/world")),
    Sight("people", at("/people"), "root"),
    Sight("person", at("/people/anna"), "root"),
    Sight("me", at("/me")),
    Sight("keys", at("/keys"), then=_menus),
    Sight("stop", at("/stop")),
    Sight("stop-dialog", at("/queue"), then=_stop_dialog),
    Sight("login", at("/login"), ""),
    Sight("login-wrong", at("/login"), "", then=_wrong_login),
    Sight("error", at("/articles/999999")),
    Sight("not-allowed", at("/compose"), "ben"),
)
# The same pages with other words: looked at with the slow tests.
ALIKE = frozenset({
    "queue-none-found", "article-failed", "ask-move", "history-found", "history-none-found", "source", "person",
    "not-allowed", "queue-selected", "article-changed", "changes",
})  # fmt: skip
CASES = [
    pytest.param(sight, id=sight.name, marks=[pytest.mark.slow] if sight.name in ALIKE else []) for sight in SIGHTS
]
BY_NAME = {sight.name: sight for sight in SIGHTS}
EMPTY = (
    "queue",
    "changes",
    "compose",
    "history",
    "charts",
    "calendar-day",
    "calendar-week",
    "accounts",
    "sources",
    "people",
    "stop",
)


# ---------------------------------------------------------------------------------------------- pictures of documents

DOCS = (BY_NAME["queue"], BY_NAME["article"], Sight("history", at("/history?section=News+%3E+Region")))
LARGEST = 200_000  # bytes of one picture


def docs_images(browser: Browser, daily: Daily, folder: Path) -> list[Path]:
    """The pictures of the documents, written into a folder: 1440 px wide, by day."""
    visits, made = Visits(browser, daily), []
    for sight in DOCS:
        with visits.see(sight.path(daily), sight.person, color_scheme="light") as page:
            made.append(folder / f"desk-{sight.name}.png")
            page.screenshot(path=made[-1], animations="disabled")
        _smaller(made[-1])
    visits.close()
    return made


def _smaller(file: Path) -> None:
    """As it is where that is small enough, else with fewer colours."""
    with Image.open(file) as picture:
        whole = picture.convert("RGB")
    whole.save(file, optimize=True)
    for colours in (256, 128, 64):
        if file.stat().st_size <= LARGEST:
            return
        whole.quantize(colours, kmeans=3, dither=Image.Dither.NONE).save(file, optimize=True)


def main() -> None:
    """Draw them into docs/images anew: `python -m tests.desk.browser.everywhere`."""
    target = Path(__file__).parents[3] / "docs" / "images"
    target.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, launched() as browser:
        newsroom = at_work(Path(folder), passwords.hashed(PASSWORD))
        newsroom.serve()
        docs_images(browser, newsroom, target)
        newsroom.close()


if __name__ == "__main__":
    main()
