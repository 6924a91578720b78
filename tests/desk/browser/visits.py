"""Many pages seen with few browsers: contexts that stay open, people who stay logged in, and looks at a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.desk.gallery.browser import AXE
from tests.desk.newsroom import Newsroom, logged_in

AXE_RUN = """async (only) => {
  const found = await axe.run(document, {
    resultTypes: ["violations", "incomplete"], ...(only.length ? {runOnly: {type: "rule", values: only}} : {}),
    ...(only.length ? {} : {rules: {"label-content-name-mismatch": {enabled: true}, "target-size": {enabled: true}}}),
  });
  const told = (list) => list.map((one) => `${one.id}: ${one.nodes.slice(0, 4).map((node) => node.target.join(" ")
    + " " + (node.any[0]?.message ?? node.all[0]?.message ?? "")).join(" | ")}`);
  return [told(found.violations), told(found.incomplete)];
}"""
# What depends on width and colours, for a second look at the same page.
LOOKS = ("color-contrast", "target-size", "scrollable-region-focusable", "label-content-name-mismatch")
TOO_WIDE = """() => {
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  const right = (one) => Math.round(one.getBoundingClientRect().right);
  const outside = (one) => right(one) > innerWidth && !one.closest(".scroll");
  const wide = [...document.querySelectorAll("body *")].filter(outside);
  return [...wide.slice(0, 6).map((one) => `${one.tagName}.${one.className} ${right(one)}`), "the page"];
}"""


@dataclass(eq=False)
class Visits:
    """People at one desk. A context is made once for each person and kind of screen."""

    browser: Browser
    newsroom: Newsroom
    complaints: list[str] = field(default_factory=list)
    _contexts: dict[Any, BrowserContext] = field(default_factory=dict)
    _cookies: dict[str, list[Any]] = field(default_factory=dict)

    def context(self, person: str = "anna", *, width: int = 1440, height: int = 900, **more: Any) -> BrowserContext:
        """A browser window of somebody; "" for nobody."""
        name = (person, width, height, *sorted(more.items()))
        if name not in self._contexts:
            made = self.browser.new_context(
                base_url=self.newsroom.url, viewport={"width": width, "height": height},
                **{"timezone_id": "Europe/Berlin", "locale": "en-GB"} | more,
            )  # fmt: skip
            if person:
                made.add_cookies(self.cookies(person))
            self._contexts[name] = made
        return self._contexts[name]

    def cookies(self, person: str) -> list[Any]:
        """A person's log-in, made once."""
        if person not in self._cookies:
            with logged_in(self.newsroom, person) as client:
                self._cookies[person] = [
                    {"name": name, "value": value, "url": self.newsroom.url} for name, value in client.cookies.items()
                ]
        return self._cookies[person]

    @contextmanager
    def see(self, path: str, person: str = "anna", **more: Any) -> Iterator[Page]:
        """A page that is closed at the end, so that its stream frees the connection; it must not complain."""
        page = self.page(path, person, **more)
        try:
            yield page
        finally:
            page.close()
        complaints, self.complaints = self.complaints, []
        assert complaints == []

    def page(self, path: str, person: str = "anna", **more: Any) -> Page:
        """A page that is ready; complaints of its script are kept."""
        page = self.context(person, **more).new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.complaints.append(f"{path}: {error}"))
        page.on("console", lambda said: self.complaints.append(f"{path}: {said.text}") if _bad(said.text) else None)
        page.goto(path)
        if more.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready]", state="attached")
        return page

    def close(self) -> None:
        """Close all windows."""
        for context in self._contexts.values():
            context.close()


def _bad(text: str) -> bool:
    return "Content Security" in text or "Content-Security" in text


def axe(page: Page, *only: str) -> tuple[list[str], list[str]]:
    """What the accessibility rules find on a page: violations, and what a person must look at."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE)
    found: Any = page.evaluate(AXE_RUN, list(only))
    return found[0], found[1]


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways; empty when nothing does."""
    found: Any = page.evaluate(TOO_WIDE)
    return [str(one) for one in found]


def box(page: Page, query: str) -> dict[str, float]:
    """Where an element is, and how large, in the window."""
    found = page.locator(query).first.bounding_box()
    assert found is not None, query
    return dict(found)


def focused(page: Page) -> str:
    """What has the focus, in words: "body" when it was lost."""
    found: Any = page.evaluate(
        "(() => { const one = document.activeElement; return one.tagName.toLowerCase() + (one.id ? '#' + one.id : '')"
        " + (one.dataset?.row ? '[row=' + one.dataset.row + ']' : ''); })()"
    )
    return str(found)


def keep(folder: Path, name: str, lines: list[str]) -> None:
    """Lines for a person to read after the run; no file for none."""
    if lines:
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", "utf-8")
