"""Pictures of every page, for people to look at after a run: wide, middle and narrow, light and dark."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.desk.browser.daily import Daily
from tests.desk.browser.everywhere import BY_NAME, SIGHTS, Sight, docs_images
from tests.desk.browser.visits import Visits

SIZES = {1440: 900, 1024: 768, 390: 844}
ALWAYS = ("queue", "article", "history")  # those of the quick tests


def drawn(visits: Visits, daily: Daily, shots: Path, sight: Sight) -> list[Path]:
    """One page on every screen by day and by night."""
    made = []
    for width, height in SIZES.items():
        with visits.see(sight.path(daily), sight.person, width=width, height=height) as page:
            sight.then(page)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                made.append(shots / f"{sight.name}-{width}-{scheme}.png")
                page.screenshot(path=made[-1], animations="disabled")
    return made


def shows_something(file: Path) -> bool:
    """Whether a picture has more than one plain surface."""
    with Image.open(file) as picture:
        colours = picture.convert("RGB").getcolors(1 << 24) or []
    return len(colours) > 50


@pytest.mark.parametrize("name", ALWAYS)
def test_the_first_pages_are_drawn(visits: Visits, daily: Daily, shots: Path, name: str) -> None:
    """Queue, article and history are drawn on every screen."""
    assert all(shows_something(file) for file in drawn(visits, daily, shots, BY_NAME[name]))


@pytest.mark.slow
@pytest.mark.parametrize("sight", [one for one in SIGHTS if one.name not in ALWAYS], ids=lambda sight: sight.name)
def test_every_page_is_drawn(visits: Visits, daily: Daily, shots: Path, sight: Sight) -> None:
    """All other pages, menus and dialogs too."""
    assert all(shows_something(file) for file in drawn(visits, daily, shots, sight))


@pytest.mark.slow
def test_the_pictures_of_the_documents_are_drawn(browser: Browser, daily: Daily, tmp_path: Path) -> None:
    """The three pictures that the documents show are made from the same newsroom and stay below 200 kB."""
    files = docs_images(browser, daily, tmp_path)
    assert [file.name for file in files] == ["desk-queue.png", "desk-article.png", "desk-history.png"]
    assert all(file.stat().st_size <= 200_000 and shows_something(file) for file in files)
