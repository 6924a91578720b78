"""A real browser at the desk: one for all tests of a process, a context of its own for each."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.desk.browser.daily import Daily
from tests.desk.browser.daily import daily as at_work
from tests.desk.browser.visits import Visits
from tests.desk.newsroom import Newsroom, logged_in

BINARIES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 15_000  # milliseconds until what is expected must have come; a busy machine takes its time
LAUNCH = 60_000  # milliseconds: a busy machine takes its time

expect.set_options(timeout=PATIENCE)

Open = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless. Skipped where there is none.

    Gone when these tests are: while it is driven this thread has a running event loop, and can have no other.
    """
    found = next((path for name in BINARIES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=found, args=ARGUMENTS, timeout=LAUNCH)
        yield one
        one.close()


@pytest.fixture
def open_page(browser: Browser, newsroom: Newsroom) -> Iterator[Open]:
    """Opens a page of the desk for a person, in a browser of their own; a complaint of its script fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(path: str = "/queue", person: str = "anna", *, width: int = 1440, height: int = 900,
               scripted: bool = True, scheme: str = "light", context: BrowserContext | None = None,
               **more: object) -> Page:  # fmt: skip
        if context is None:
            context = browser.new_context(
                base_url=newsroom.url, viewport={"width": width, "height": height}, java_script_enabled=scripted,
                color_scheme=scheme, **more,
            )  # fmt: skip
            contexts.append(context)
            with logged_in(newsroom, person) as client:
                context.add_cookies([{"name": name, "value": value, "url": newsroom.url}
                                     for name, value in client.cookies.items()])  # fmt: skip
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        page.goto(path)
        if scripted:
            page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="package")
def daily(tmp_path_factory: pytest.TempPathFactory, hashed_password: str) -> Iterator[Daily]:
    """A newsroom at work, its desk listening. Nobody changes anything there."""
    made = at_work(tmp_path_factory.mktemp("daily"), hashed_password)
    made.serve()
    yield made
    made.close()


@pytest.fixture(scope="package")
def visits(browser: Browser, daily: Daily) -> Iterator[Visits]:
    """People who look at it."""
    made = Visits(browser, daily)
    yield made
    made.close()


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where screenshots are kept: for people to look at after a run."""
    folder = Path(os.environ.get("SYNDICATOR_SHOTS", "")) if os.environ.get("SYNDICATOR_SHOTS") else Path("build/shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
