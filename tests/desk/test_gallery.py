"""The desk's look in a real browser: every part, light and dark, from wide to narrow, under the policy for content."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.desk.gallery.answers import Desk
from tests.desk.gallery.browser import CHROMIUM, launched, too_wide, violations
from tests.desk.gallery.pages import PAGES, served

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")
SIZES = {1440: 900, 1024: 768, 390: 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all cases."""
    with launched() as found:
        yield found


@pytest.fixture
def address() -> Iterator[str]:
    """The gallery on loopback."""
    desk = Desk()
    with served(answers=desk.answers()) as where:
        yield where
        desk.over.set()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_no_rule_of_accessibility_is_broken(browser: Browser, address: str, name: str, width: int, theme: str) -> None:
    """axe finds nothing on any part, and nothing breaks the policy for content."""
    page = browser.new_page(viewport={"width": width, "height": SIZES[width]}, reduced_motion="reduce")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}/{name}?theme={theme}" + ("&stopped=1" if theme == "dark" else ""))
    page.wait_for_selector("html[data-ready]")
    found = violations(page)
    page.close()
    assert (found, said) == ([], [])


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways_at_320_pixels(browser: Browser, address: str, name: str, javascript: bool) -> None:
    """The narrowest screen, and a 1280 px one at 400 %, shows all of a page by scrolling down alone."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=javascript)
    page = context.new_page()
    page.goto(f"{address}/{name}?stopped=1")
    found = too_wide(page)
    context.close()
    assert found == []


@pytest.mark.parametrize(("width", "rows"), [(1440, 9), (390, 4)])
def test_whole_stories_fit_on_the_first_screen(browser: Browser, address: str, width: int, rows: int) -> None:
    """A screen of the queue shows whole stories below header, strip and filters."""
    page = browser.new_page(viewport={"width": width, "height": SIZES[width]})
    page.goto(f"{address}/queue")
    page.wait_for_selector("html[data-ready]")
    ends = page.evaluate("[...document.querySelectorAll('.story')].map(one => one.getBoundingClientRect().bottom)")
    page.close()
    assert sum(end <= SIZES[width] for end in ends) >= rows


def test_forced_colours_keep_shapes_and_borders(browser: Browser, address: str) -> None:
    """With the reader's own colours a mark has an edge and a state its shape."""
    page = browser.new_page(forced_colors="active")
    page.goto(f"{address}/queue")
    border = page.evaluate("getComputedStyle(document.querySelector('.mark.s-sent')).borderStyle")
    drawn = page.locator(".states .shape").first.bounding_box()
    page.close()
    assert (border, bool(drawn)) == ("solid", True)
