"""The accessibility rules on every page: full, empty and in error, open and closed, wide and narrow, light and dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.desk.browser.daily import Daily
from tests.desk.browser.everywhere import BY_NAME, CASES, EMPTY, Sight
from tests.desk.browser.visits import LOOKS, Visits, axe, keep, too_wide
from tests.desk.newsroom import Newsroom

WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 4_000}  # so high that what sticks to the lower edge covers nothing


def looked_at(page: Page, shots: Path, name: str) -> list[str]:
    """What the rules find on a page by day and by night, on a wide and on a narrow screen."""
    found, unsure = axe(page)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    found_too, unsure_too = axe(page, *LOOKS)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    keep(shots, f"axe-{name}", [*unsure, *(f"dark, narrow: {one}" for one in unsure_too)])
    return [*found, *(f"dark, narrow: {one}" for one in found_too), *too_wide(page)]


@pytest.mark.parametrize("sight", CASES)
def test_every_page_keeps_the_rules(visits: Visits, daily: Daily, shots: Path, sight: Sight) -> None:
    """No rule is broken on any page of a newsroom at work, by day at a desk and by night on a phone."""
    with visits.see(sight.path(daily), sight.person) as page:
        sight.then(page)
        assert looked_at(page, shots, sight.name) == []


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory, hashed_password: str, browser: Browser) -> Iterator[Visits]:
    """People at a desk where nothing has happened yet."""
    made = Newsroom(tmp_path_factory.mktemp("empty"), hashed_password)
    made.serve()
    visits = Visits(browser, made)
    yield visits
    visits.close()
    made.close()


@pytest.mark.parametrize("name", EMPTY)
def test_empty_pages_keep_the_rules_and_say_what_to_do(nothing: Visits, daily: Daily, shots: Path, name: str) -> None:
    """No rule is broken where there is nothing yet, and the page is not blank."""
    sight = BY_NAME[name]
    with nothing.see(sight.path(daily), sight.person) as page:
        assert looked_at(page, shots, f"empty-{name}") == []
        assert len(page.locator("main").inner_text()) > 20


@pytest.mark.slow
@pytest.mark.parametrize("sight", CASES)
def test_every_page_keeps_the_rules_everywhere(visits: Visits, daily: Daily, sight: Sight) -> None:
    """All rules, by day and by night, on every screen, with everything that opens opened."""
    for size in (WIDE, {"width": 1024, "height": 768}, NARROW):
        with visits.see(sight.path(daily), sight.person, **size) as page:
            sight.then(page)
            page.locator("main details:not([open]) > summary >> visible=true").evaluate_all(
                "all => all.forEach(one => { one.parentElement.open = true; })"
            )
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                assert axe(page)[0] == [], (size["width"], scheme)
