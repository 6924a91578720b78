"""A page that is read again: what stands beside the story is no change of it."""

from zoneinfo import ZoneInfo

import pytest

from syndicator.sources import page

ZONE = ZoneInfo("Europe/Berlin")
STORY = "The crossing between the old docks and the island runs again from this morning on, the harbour office says. "
BESIDE = [
    '<div class="related-stories"><p>{}</p></div>',
    '<section class="most-read"><p>{}</p></section>',
    '<div class="trending"><p>{}</p></div>',
    "<aside><p>{}</p></aside>",
]


def digest(beside: str, teaser: str, story: str = STORY) -> str:
    """The digest of a page with this teaser beside its story."""
    html = (
        f"<html><h1>Ferry returns</h1><article><p>{story * 3}</p>{beside.format(teaser)}<p>{story}</p></article></html>"
    )
    return page.read(html, "https://news.example/2026/ferry", ZONE).content


@pytest.mark.parametrize("beside", BESIDE)
def test_other_teasers_are_no_change(beside: str) -> None:
    """Each look shows other related stories; the story is the same."""
    fox, goat = (f"A {one} was seen on the roof of the town hall late in the evening" for one in ("fox", "goat"))
    assert digest(beside, fox) == digest(beside, goat) != ""
    assert digest(beside, fox, STORY.replace("morning", "evening")) != digest(beside, fox)
