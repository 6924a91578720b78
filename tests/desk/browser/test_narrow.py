"""Sign 24, everyone: very narrow, very large, more space between lines, forced colours, less motion."""

import pytest
from playwright.sync_api import expect

from tests.desk.browser.conftest import Open
from tests.desk.browser.daily import Daily
from tests.desk.browser.everywhere import BY_NAME, CASES, Sight
from tests.desk.browser.visits import Visits, too_wide
from tests.desk.newsroom import Newsroom

pytestmark = pytest.mark.slow  # a minute or two in all: with `make test-all`

PHONE = {"width": 390, "height": 844, "has_touch": True}
# WCAG 1.4.12: what a reader may set, and nothing may be lost.
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-block-end: 2em !important; }"""
STYLE = (
    """(rules) => { const own = new CSSStyleSheet(); own.replaceSync(rules); document.adoptedStyleSheets = [own]; }"""
)
CUT = """() => [...document.querySelectorAll("main button, main a.button, main th, main label, .top a, .top .button")]
  .filter((one) => one.checkVisibility() && !one.matches(".vh, .mark") && one.scrollWidth > one.clientWidth + 1
    && one.clientWidth > 0 && getComputedStyle(one).overflowX !== "visible")
  .map((one) => one.outerHTML.slice(0, 120))"""
# Targets that are smaller than they may be, with the label that belongs to them.
SMALL = """([least, query]) => [...document.querySelectorAll(query)]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.closest(".vh, [hidden], .skip"))
  .map((one) => [one, (one.closest("label") ?? one).getBoundingClientRect()])
  .filter(([one, {width, height}]) => width > 0 && (height < least - 0.5 || width < Math.min(least, 24) - 0.5))
  .map(([one, {width, height}]) => `${Math.round(width)}x${Math.round(height)} ${one.outerHTML.slice(0, 110)}`)"""
TARGETS = "main button, main input, main select, main summary, .top button, .top a, .top summary, main nav a"
BUTTONS = "main button.button, main a.button, .top .button, main .buttons button"
TARGET, BUTTON = 24, 44  # CSS pixels: of every target, and of buttons


@pytest.mark.parametrize("sight", CASES)
def test_every_page_fits_small_screens_and_thumbs(visits: Visits, daily: Daily, sight: Sight) -> None:
    """Targets have 24 px and buttons 44 on a phone; at 320 px, at 400 % of 1280 × 1024 and with wide spacing every page
    fits its width and cuts no words."""
    with visits.see(sight.path(daily), sight.person, **PHONE) as page:
        sight.then(page)
        assert page.evaluate(SMALL, [TARGET, TARGETS]) == []
        assert page.evaluate(SMALL, [BUTTON, BUTTONS]) == []
        assert too_wide(page) == []
        page.set_viewport_size({"width": 320, "height": 256})
        assert too_wide(page) == []
        page.evaluate(STYLE, SPACING)
        assert too_wide(page) == []
        assert page.evaluate(CUT) == []
        page.set_viewport_size({"width": 1440, "height": 900})
        assert too_wide(page) == []


COLOURS = ("queue", "article", "history", "calendar-week", "accounts")


@pytest.mark.parametrize("name", COLOURS)
def test_forced_colours_keep_shapes_and_borders(visits: Visits, daily: Daily, name: str) -> None:
    """In the colours of the reader's system, shapes are drawn and controls have borders."""
    sight = BY_NAME[name]
    with visits.see(sight.path(daily), sight.person) as page:
        page.emulate_media(forced_colors="active")
        bare = page.locator("main button, main .button, main .mark").evaluate_all(
            "all => all.filter(one => one.checkVisibility() && !one.matches('.plain, .vh')"
            " && parseFloat(getComputedStyle(one).borderTopWidth) < 1).map(one => one.outerHTML.slice(0, 120))"
        )
        assert bare == []
        shapes = page.locator("main svg.shape >> visible=true")
        assert shapes.count() > 0
        assert shapes.first.evaluate("one => one.getBoundingClientRect().width") >= 10


def test_with_less_motion_nothing_moves(newsroom: Newsroom, open_page: Open) -> None:
    """Who asked for less motion sees no animation and no transition longer than an instant."""
    newsroom.publish("a")
    page = open_page(reduced_motion="reduce")
    page.keyboard.press("n")
    page.keyboard.press("h")
    expect(page.locator("#mark-1")).to_have_attribute("data-status", "held")
    moving = page.evaluate(
        "document.getAnimations().filter(one => one.effect.getComputedTiming().duration > 10).length"
    )
    assert moving == 0


def test_every_step_shows_where_the_focus_is(newsroom: Newsroom, open_page: Open) -> None:
    """Through the queue by Tab alone: each stop can be seen, has a ring, and none is lost on the page."""
    newsroom.publish("a")
    page = open_page()
    seen = []
    for _step in range(40):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            "(() => { const one = document.activeElement, style = getComputedStyle(one);"
            " const box = one.closest('label') ?? one;"
            " return [one.tagName, one.checkVisibility(), parseFloat(style.outlineWidth) >= 2"
            "   || parseFloat(getComputedStyle(box).outlineWidth) >= 2, one.textContent.trim().slice(0, 20)]; })()"
        )
        if stop[0] == "BODY":
            break
        seen.append(stop)
    assert len(seen) > 15
    assert [stop for stop in seen if not stop[1] or not stop[2]] == []
    assert any(stop[0] == "ARTICLE" for stop in seen)
