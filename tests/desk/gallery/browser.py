"""The browser of this machine, and the accessibility rules that every page is held against."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = next((path for path in ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium") if Path(path).exists()), "")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text("utf-8")


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless browser, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


def violations(page: Page) -> list[str]:
    """What the rules find on a page: rule, and the first elements that break it."""
    page.evaluate(AXE)
    found: Any = page.evaluate(
        """async () => (await axe.run(document, {resultTypes: ["violations"],
             rules: {"label-content-name-mismatch": {enabled: true}, "target-size": {enabled: true}}}))
           .violations.map(one => [one.id, ...one.nodes.slice(0, 3).map(node => node.html)].join(" | "))"""
    )
    return [str(one) for one in found]


def too_wide(page: Page) -> list[str]:
    """Elements that make the page scroll sideways; empty when it does not."""
    if page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        return []
    found: Any = page.evaluate(
        """[...document.querySelectorAll("body *")].filter(one => one.getBoundingClientRect().right > innerWidth + 1)
           .slice(0, 6).map(one => one.tagName + "." + one.className)"""
    )
    return [str(one) for one in found] or ["the page itself"]
