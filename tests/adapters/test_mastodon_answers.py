"""What Mastodon servers make of a text, and what they tell of themselves."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.adapters.mastodon_answers import limits, links_of, plain, same, told


@pytest.mark.parametrize(
    ("instance", "found"),
    [
        ({}, {}),
        ({"configuration": None}, {}),
        ({"configuration": {"statuses": {"max_characters": 5000}}}, {"text_limit": 5000}),
        (
            {"configuration": {"statuses": {"max_characters": "many"}, "media_attachments": {"description_limit": 0}}},
            {},
        ),
    ],
)
def test_limits(instance: dict[str, object], found: dict[str, int]) -> None:
    """Only numbers a server tells replace the defaults."""
    assert limits(instance) == found


def test_told() -> None:
    """What a server must tell and does not is an error, never "None"."""
    assert told({"id": 7}, "id") == 7
    with pytest.raises(ValueError, match="no id"):
        told({"id": None}, "id")


@pytest.mark.parametrize(
    ("sent", "shown", "equal"),
    [
        ("Harbour reopens", "<p>Harbour reopens</p>", True),
        ("Harbour reopens", "<p>Harbour closes</p>", False),
        ("Two\n\nparts", "<p>Two</p><p>parts</p>", True),
        ('It\'s "open" -- now', "<p>It’s “open” – now</p>", True),
        (
            "By @desk@social.example",
            '<p>By <span><a href="https://s.example/@desk">@<span>desk</span></a></span></p>',
            True,
        ),
        ("Mail desk@example.com", "<p>Mail desk@example.com</p>", True),
        ("Mail desk@example.com", "<p>Mail desk</p>", False),
        ("🎉", "<p>🎉</p>", True),
        ("🎉", "<p>🔥</p>", False),
        (
            "https://a.example/x",
            '<p><a href="https://a.example/x"><span>https://</span><span>a.example/x</span></a></p>',
            True,
        ),
    ],
)
def test_texts_are_compared_by_their_letters(sent: str, shown: str, equal: bool) -> None:
    """A server's typography, paragraphs and short mentions do not make another text; other words do."""
    assert same(plain(shown)[0], sent) is equal


@given(st.text(max_size=80))
def test_any_text_survives_the_html(text: str) -> None:
    """Whatever the characters, the text read back from escaped HTML is the text that was sent."""
    shown = "".join(f"<p>{escape(part)}</p>" for part in text.replace("\n", "<br />").split("<br />"))
    assert same(plain(shown)[0], text)


def test_text_and_links_as_readers_see_them() -> None:
    """Line breaks are kept; links stand in full, those of people and hashtags are none, and a card's address is one."""
    content = (
        '<p>By <a href="https://a.example/@desk" class="u-url mention">@desk</a></p><p>Two<br />lines '
        '<a href="https://a.example/tags/x" class="mention hashtag">#x</a> <a href="https://n.example/1">n.exa</a></p>'
    )
    assert plain(content)[0] == "By @desk\n\nTwo\nlines #x n.exa"
    assert links_of({"content": content, "card": None}) == {"https://n.example/1"}
    assert links_of({"content": content, "card": {"url": "https://n.example/2"}}) == {
        "https://n.example/1",
        "https://n.example/2",
    }
