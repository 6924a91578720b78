"""Counting and shortening."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import regex  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from syndicator.models import Features
from syndicator.text import Mark, _resource, cut, cut_to, describes, graphemes, measure, normalise, oneline, shrink

X = Features("x", "X", "X", "weighted", 280)
FACEBOOK = Features("facebook_page", "Facebook", "f", "utf16", 63206)
MASTODON = Features("mastodon", "Mastodon", "m", "graphemes", 500, link_cost=23, warnings=True)
BLUESKY = Features("bluesky", "Bluesky", "b", "graphemes", 300, byte_limit=3000)
PLAIN = Features("memory", "Memory", "y", "codepoints", 100)

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
VECTORS = json.loads((Path(__file__).parent / "data" / "twitter_text.json").read_text(encoding="utf-8"))["cases"]
PIECES = (
    "a",
    "word",
    " ",
    "\n",
    "日本語",
    "👍🏽",
    FAMILY,
    "🇺🇳",
    "e\u0301",
    "é",
    "ü",
    "© ",
    "t.co",
    "https://example.com/a",
    "…",
    "й",
)
messy = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=30).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("a\n \n\t\nb", "a\n\nb"),
        ("  a \n", "a"),
        ("e\u0301", "é"),
        ("a\ufeff\ufffe\uffff\ufdd0\U0001ffffb", "ab"),
        ("a\x00\x07\x1b\x7f\x9fb", "ab"),
        ("a\tb", "a b"),
        ("a\u2028b\u2029c\x85d", "a\nb\nc\nd"),
        ("a\ud800b", "ab"),
        ("\uf8ff " + FAMILY, "\uf8ff " + FAMILY),
        ("", ""),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    """Text is composed, its line breaks are newlines, and what no reader can see is gone."""
    assert normalise(text) == expected


@given(st.text())
def test_normalise_settles(text: str) -> None:
    """Normalising twice changes nothing more."""
    assert normalise(normalise(text)) == normalise(text)


def test_oneline() -> None:
    """A headline with line breaks becomes one line."""
    assert oneline(" Council\r\n  approves\u00a0plan\n") == "Council approves plan"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("abc", 3),
        ("e\u0301", 1),
        (FAMILY, 1),
        ("🇺🇳🇩🇪", 2),
        (ENGLAND, 1),
        ("a\r\nb", 3),
        ("日本", 2),
        ("नि", 1),
    ],
)
def test_graphemes(text: str, expected: int) -> None:
    """A grapheme is what a reader calls one character."""
    assert graphemes(text) == expected


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("Council approves plan", 21, "Council approves plan"),
        ("Council approves plan", 20, "Council approves…"),
        ("Council approves plan", 17, "Council approves…"),
        ("Council approves plan", 16, "Council…"),
        ("Council, at last, approves", 9, "Council…"),
        ("Council – at last", 10, "Council…"),
        ("Donaudampfschiff", 6, "Donau…"),
        ("Donaudampfschiff fährt", 1, "…"),
        ("Council", 0, ""),
        ("Council", -3, ""),
        ("市議会が橋の計画を承認", 6, "市議会が橋…"),
        (FAMILY * 3, 2, FAMILY + "…"),
        ("", 5, ""),
    ],
)
def test_cut(text: str, limit: int, expected: str) -> None:
    """Text is cut at a word and says so with an ellipsis."""
    assert cut(text, limit) == expected


@pytest.mark.parametrize(
    ("limit", "expected"), [(17, "#Town #Rail #Tram"), (16, "#Town #Rail"), (6, "#Town"), (5, "#Town"), (4, "")]
)
def test_cut_without_ellipsis(limit: int, expected: str) -> None:
    """Without an ellipsis only whole words stay."""
    assert cut("#Town #Rail #Tram", limit, ellipsis="") == expected


@given(messy, st.integers(0, 60))
def test_cut_keeps_graphemes_whole(text: str, limit: int) -> None:
    """A cut text is within its limit, and made of the first graphemes of the text, none of them split."""
    result = cut(text, limit)
    assert graphemes(result) <= limit
    if result not in {text, ""}:
        kept = regex.findall(r"\X", result.removesuffix("…"))
        assert result.endswith("…")
        assert kept == regex.findall(r"\X", text)[: len(kept)]


@given(messy, st.integers(0, 40))
def test_cut_to_code_points(text: str, limit: int) -> None:
    """A description cut to a number of code points has at most as many."""
    result = cut_to(text, limit)
    assert len(result) <= limit
    assert result == text or len(text) > limit


@pytest.mark.parametrize("case", VECTORS, ids=range(len(VECTORS)))
def test_weighted_vectors(case: dict[str, object]) -> None:
    """A text weighs what the platform's own vectors say, and fits when they call it valid."""
    text = str(case["text"])
    count = measure(text, X)
    usable = bool(text) and not set("\ufffe\uffff\ufeff") & set(text)
    assert count.length == case["weighted"]
    assert (count.fits and usable) == case["valid"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("Mr. Example of the U.S. said no.", 32),
        ("see example.com now", 31),
        ("https://example.com/" + "a" * 2000, 23),
        ("https://example.com/a?b=c&d=e#f http://t.co/x", 47),
        ("http://localhost:8080/a", 23),
        ("http://127.0.0.1/a/b", 20),
        ("日本語", 6),
        ("e\u0301", 1),
        (FAMILY, 2),
        (ENGLAND + "example.com", 25),
        ("a\nb", 3),
        ("a\r\nb", 4),
        ("1\ufe0f\u20e3", 2),
        ("“Quoted” – ‘text’", 17),
        ("„Zitat“ …", 10),
    ],
)
def test_weighted(text: str, expected: int) -> None:
    """Links weigh 23, emoji and wide letters 2, other letters 1."""
    assert measure(text, X).length == expected


@given(messy)
def test_weighted_is_never_less_than_the_library_says(text: str) -> None:
    """Weighing word by word gives the same sum as the library on the whole text, or more where it is known to err."""
    import twitter_text

    whole = twitter_text.parse_tweet(text.replace("\r", "\n")).weightedLength
    length = measure(text, X).length
    assert length == whole or (length > whole and "." in text and not text.isascii())


def test_weighing_needs_no_package_resources() -> None:
    """Weighing works, and stays quiet, where pkg_resources is not installed."""
    code = (
        "import sys; sys.modules['pkg_resources'] = None\n"
        "from syndicator.models import Features\nfrom syndicator.text import measure\n"
        "print(measure('👍 t.co', Features('x', 'X', 'X', 'weighted', 280)).length)"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], env=env, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("26", "")


@pytest.mark.parametrize(
    ("text", "warning", "expected"),
    [
        ("https://example.com/" + "a" * 500, "", 23),
        ("http://a.example", "", 23),
        ("see https://example.com/a, then http://b.example.", "", 4 + 23 + 1 + 6 + 23 + 1),
        ("(https://example.com/a)", "", 25),
        ("https://example.com/wiki/Bridge_(Town)", "", 23 + 6),
        ("example.com", "", 11),
        ("hello @desk@example.social!", "", 12),
        ("mail desk@example.com", "", 21),
        (FAMILY + "e\u0301", "", 2),
        ("text", "Sensitive", 13),
        ("text", "see http://a.example", 24),
    ],
)
def test_graphemes_with_links(text: str, warning: str, expected: int) -> None:
    """Links cost what the server says, remote mentions lose their host, and the warning counts as written."""
    assert measure(text, MASTODON, warning).length == expected


@pytest.mark.parametrize(
    ("features", "text", "warning", "expected"),
    [
        (BLUESKY, "https://example.com/a", "", (21, 21)),
        (BLUESKY, "@desk@example.social", "", (20, 20)),
        (BLUESKY, FAMILY, "", (1, 25)),
        (BLUESKY, "text", "no warning line here", (4, 4)),
        (FACEBOOK, FAMILY + "é", "", (12, 0)),
        (FACEBOOK, "👍日", "", (3, 0)),
        (PLAIN, "👍🏽日", "", (3, 0)),
    ],
)
def test_other_rules(features: Features, text: str, warning: str, expected: tuple[int, int]) -> None:
    """Every rule counts in its own unit, and bytes where they are limited."""
    count = measure(text, features, warning)
    assert (count.length, count.bytes) == expected


@pytest.mark.parametrize(
    ("text", "fits", "left"),
    [("a" * 300, True, 0), ("a" * 301, False, -1), (FAMILY * 120, True, 180), (FAMILY * 121, False, 179)],
)
def test_both_limits_hold(text: str, fits: bool, left: int) -> None:
    """A text fits only when its length and its bytes do."""
    count = measure(text, BLUESKY)
    assert (count.fits, count.left) == (fits, left)


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        (29, ["one two", " / three four", " five six"]),
        (28, ["one two", " / three…", " five six"]),
        (25, ["one two", " / three…", " five six"]),
        (21, ["one two", " / t…", " five six"]),
        (20, ["one two", "", " five six"]),
        (16, ["one two", "", " five six"]),
        (15, ["one two", "", " five…"]),
        (13, ["one two", "", " five…"]),
        (12, ["one…", "", " five…"]),
        (10, ["one…", "", " five…"]),
        (9, None),
    ],
)
def test_shrink(room: int, expected: list[str] | None) -> None:
    """Marks shrink in order, each to its least before the next begins."""
    marks = [Mark("one two", 3, 4), Mark("three four", 1, 0, pre=" / "), Mark("five six", 2, 5, pre=" ")]
    assert shrink(marks, lambda printed: sum(map(len, printed)) <= room) == expected


@given(st.lists(st.builds(Mark, messy, st.integers(0, 2), st.integers(0, 9)), max_size=4), st.integers(0, 120))
def test_shrink_fits_or_says_so(marks: list[Mark], room: int) -> None:
    """What is given back fits; nothing is given back only when the shortest version does not fit."""
    printed = shrink(marks, lambda texts: graphemes("".join(texts)) <= room)
    shortest = graphemes("".join(mark.at(min(mark.least, graphemes(mark.text))) for mark in marks))
    assert (printed is None) == (shortest > room)
    assert printed is None or graphemes("".join(printed)) <= room


def test_the_library_finds_its_tables() -> None:
    """The stand-in for pkg_resources reads a file that lies beside a module of the library."""
    assert b"def " in _resource("twitter_text.config", "parse_tweet.py")


# ---------------------------------------------------------------------------------------------- alternative texts

DESCRIPTIONS = [
    ("Two boats in a harbour", "https://n.example/two-boats-in-a-harbour.jpg", True),
    ("Two boats", "https://n.example/1234.jpg", True),
    ("Bild einer Brücke", "", True),
    ("桥", "", True),
    ("", "", False),
    (" – ", "", False),
    ("image", "", False),
    ("Photo", "", False),
    ("Photo.", "", False),
    ("FEATURED IMAGE", "", False),
    ("IMG_2041", "", False),
    ("img-2041.JPG", "", False),
    ("DSC 0042", "", False),
    ("OLYMPUS DIGITAL CAMERA", "", False),
    ("boats-at-sea.jpeg", "", False),
    ("boats-at-sea", "https://n.example/i/boats-at-sea.jpg?w=3", False),
    ("Boats sea", "https://n.example/i/boats_sea.jpg", False),
    ("h%C3%A4fen", "", True),
    ("häfen", "https://n.example/h%C3%A4fen.webp", False),
]


@pytest.mark.parametrize(("words", "url", "is_one"), DESCRIPTIONS)
def test_what_is_no_alternative_text(words: str, url: str, is_one: bool) -> None:
    """The file's name, a camera's default and "image" describe nothing."""
    assert describes(words, url) is is_one
