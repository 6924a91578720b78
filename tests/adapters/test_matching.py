"""Which of the posts a network shows is ours."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.adapters.matching import judge, pick
from syndicator.models import Post, Receipt, Shown

LINK = "https://news.example.com/harbour"
KEY, RECORD = "a" * 64, "3mabcdefghij2"
POST = Post(f"Harbour reopens {LINK}", LINK, key=KEY, record_key=RECORD)
BARE = Post("Harbour reopens", key=KEY)


def shown(name: str, text: str, *links: str, key: str = "") -> Shown:
    """A post of this id."""
    return Shown(Receipt(name, f"https://net.example/{name}"), text, frozenset(links), key)


OURS = shown("ours", POST.text, LINK)
HAND = shown("hand", "Look at this", LINK)
OTHER = shown("other", "Something else", "https://news.example.com/market")
EDITED = shown("edited", "Harbour opens", LINK, key=RECORD)
PICKS: list[tuple[str, Post, list[Shown], tuple[str, bool] | None]] = [
    ("nothing there", POST, [], None),
    ("only others", POST, [OTHER], None),
    ("text and link", POST, [OTHER, HAND, OURS], ("ours", False)),
    ("text and link before link alone", POST, [OURS, HAND], ("ours", False)),
    ("link alone", POST, [OTHER, HAND], ("hand", True)),
    (
        "link alone, the one nearest to the try",
        POST,
        [replace(HAND, receipt=Receipt("late", "")), HAND],
        ("hand", True),
    ),
    ("text without its link", POST, [shown("bare", "Harbour reopens")], ("bare", True)),
    ("text with another link", POST, [shown("x", "Harbour reopens", "https://news.example.com/2")], None),
    ("text alone, no link wanted", BARE, [shown("bare", "Harbour  reopens\n")], ("bare", False)),
    ("other text, no link wanted", BARE, [OTHER], None),
    ("key before text and link", POST, [OURS, replace(OURS, receipt=Receipt("keyed", ""), key=KEY)], ("keyed", False)),
    ("record key", POST, [OURS, replace(OURS, receipt=Receipt("keyed", ""), key=RECORD)], ("keyed", False)),
    ("key without its link", POST, [shown("keyed", "Harbour reopens", key=KEY)], ("keyed", False)),
    ("other words under our key", POST, [EDITED, HAND], ("edited", True)),
    ("other words under our key, after link alone", POST, [HAND, EDITED], ("edited", True)),
    ("another key", POST, [shown("again", POST.text, LINK, key="b" * 64)], ("again", False)),
    ("no key of ours", Post("Hello"), [shown("x", "Other"), shown("y", "Hello")], ("y", False)),
    ("other quotes and dashes", replace(BARE, text='"Open" -- now'), [shown("x", "“Open” – now")], ("x", True)),
    ("short mentions", replace(BARE, text="By @desk@social.example"), [shown("x", "By @desk")], ("x", False)),
    ("no letters at all", replace(BARE, text="🎉"), [shown("x", "🔥")], None),
]


@pytest.mark.parametrize(("post", "listing", "found"), [row[1:] for row in PICKS], ids=[row[0] for row in PICKS])
def test_pick(post: Post, listing: list[Shown], found: tuple[str, bool] | None) -> None:
    """Key, then text and link, then text alone without a link are proof; what is only alike is for a person."""
    receipt = pick(post, listing, frozenset())
    assert (receipt and (receipt.remote_id, receipt.probable)) == found


@pytest.mark.parametrize("listing", [[OURS], [HAND], [EDITED], [HAND, OURS, EDITED]])
def test_known_ids_are_passed_over(listing: list[Shown]) -> None:
    """A post that belongs to another delivery is neither ours nor probable."""
    assert pick(POST, listing, frozenset(one.receipt.remote_id for one in listing)) is None


def test_no_more_is_read_than_it_takes() -> None:
    """Of pages still to be fetched none is asked for behind the post."""

    def pages() -> Iterator[Shown]:
        yield OTHER
        yield OURS
        raise AssertionError("another page was asked for")

    assert pick(POST, pages(), frozenset()) == OURS.receipt


WORDS = st.text(st.sampled_from("aé港 .“’—&<"), max_size=12)


@given(WORDS, st.lists(st.tuples(WORDS, st.booleans()), max_size=6), st.integers(0, 6))
def test_ours_is_found_wherever_it_stands(text: str, others: list[tuple[str, bool]], place: int) -> None:
    """Among any posts of other words ours is picked, in a list as in pages, and never one of the others."""
    post = replace(POST, text=f"Ours {text} {LINK}")
    listing = [shown(str(number), words, *[LINK] * linked) for number, (words, linked) in enumerate(others)]
    listing.insert(place, shown("ours", post.text, LINK))
    assert (
        pick(post, listing, frozenset())
        == pick(post, iter(listing), frozenset())
        == Receipt("ours", "https://net.example/ours")
    )


@given(WORDS, WORDS)
def test_without_link_nothing_is_sure_but_the_text(text: str, other: str) -> None:
    """A post without a link is ours exactly where the words are, whatever the white space."""
    assert (judge(Post(text), other, ()) is True) == (text.split() == other.split())
