"""A person who counts: clicks and keys that a task takes. Writing text is not counted, as it is the work itself."""

from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page


@dataclass
class Hand:
    """Mouse and keyboard of one person at one page."""

    page: Page
    clicks: int = 0
    keys: int = 0
    done: list[str] = field(default_factory=list)

    def click(self, target: Locator | str, *, name: str = "") -> None:
        """One click."""
        found = self.page.locator(target) if isinstance(target, str) else target
        found.first.click()
        self.clicks += 1
        self.done.append(name or str(target))

    def button(self, name: str, *, within: str = "body") -> None:
        """A click on a button or link by its name."""
        place = self.page.locator(within)
        button, link = (place.get_by_role(role, name=name, exact=True) for role in ("button", "link"))
        self.click(button.or_(link), name=name)

    def press(self, *keys: str) -> None:
        """Keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1
            self.done.append(key)

    def write(self, text: str) -> None:
        """Words typed where the focus is."""
        self.page.keyboard.type(text)
