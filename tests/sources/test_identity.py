"""Which story is this: addresses and GUIDs as keys."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.models import Article, Key
from syndicator.sources.identity import clean, drop_shared, is_home, keys, names_story, normalise, same_site

FEED = "https://news.example/feed"
STORY = "https://news.example/world/2026/boats-return"

SAME = [
    "http://news.example/world/2026/boats-return",
    "https://www.news.example/world/2026/boats-return/",
    "https://m.news.example/world/2026/boats-return",
    "https://amp.news.example/world/2026/boats-return",
    "HTTPS://NEWS.EXAMPLE:443/world/2026/boats-return",
    "https://news.example/world/2026/boats-return/amp",
    "https://news.example/world/2026/boats-return/amp/",
    "https://news.example/world/2026/boats-return/index.html",
    "https://news.example/world/./2026/x/../boats-return",
    "https://news.example/world/2026/bo%61ts%2Dreturn",
    "https://news.example/world/2026/boats-return?utm_source=rss&utm_medium=feed",
    "https://news.example/world/2026/boats-return?fbclid=1&gclid=2&mc_cid=3&mc_eid=4&igshid=5&ref=6&cmp=7&CMP=8",
    "https://news.example/world/2026/boats-return?",
    "https://news.example/world/2026/boats-return#comments",
    "  https://news.example/world/2026/boats-return\n",
]
OTHER = [
    "https://news.example/world/2026/boats-leave",
    "https://news.example/World/2026/boats-return",
    "https://news.example:8443/world/2026/boats-return",
    "https://other.example/world/2026/boats-return",
    "https://news.example/world/2026/boats-return?page=2",
    "https://news.example/world/2026/boats-return#!/2",
]


@pytest.mark.parametrize("url", SAME)
def test_one_page_has_one_key_however_it_is_linked(url: str) -> None:
    """Scheme, host prefix, port, slash, AMP, tracking and fragment make no other story."""
    assert normalise(url) == "news.example/world/2026/boats-return"


@pytest.mark.parametrize("url", OTHER)
def test_another_page_has_another_key(url: str) -> None:
    """What can choose another page is kept."""
    assert normalise(url) != normalise(STORY)


@pytest.mark.parametrize(
    ("url", "key", "printed"),
    [
        ("https://exämple.test/ü?q=ü", "xn--exmple-cua.test/%C3%BC?q=%C3%BC", "https://xn--exmple-cua.test/%C3%BC?q=%C3%BC"),
        ("http://News.Example:80/a/?b=2&utm_id=1&a=1#x", "news.example/a?a=1&b=2", "http://news.example/a/?b=2&a=1"),
        ("https://m.com/a b", "m.com/a%20b", "https://m.com/a%20b"),
        ("https://user:pw@news.example/a", "news.example/a", "https://news.example/a"),
        ("https://news.example/?p=4", "news.example?p=4", "https://news.example/?p=4"),
        ("https://news.example/#!/a", "news.example#!/a", "https://news.example/#!/a"),
        ("https://news.example/index.php", "news.example", "https://news.example/index.php"),
        ("https://news.example/a;jsessionid=1F?x=1", "news.example/a?x=1", "https://news.example/a;jsessionid=1F?x=1"),
        ("https://[::1]:8080/a", "[::1]:8080/a", "https://[::1]:8080/a"),
        ("javascript:alert(1)", "", ""),
        ("/relative", "", ""),
        ("https://", "", ""),
        ("https://[::1/", "", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_keys_and_printed_addresses(url: str, key: str, printed: str) -> None:
    """The key is for comparing, the printed address still opens the page."""
    assert normalise(url) == key
    assert clean(url) == printed


_words = st.text("abcXYZ019-_.~ü%&=+ /", min_size=0, max_size=12)
_urls = st.builds(
    lambda scheme, prefix, path, query, fragment: (
        f"{scheme}://{prefix}news.example/{quote(path, safe='/%')}" + (f"?{query}" if query else "") + fragment
    ),
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["", "www.", "m.", "amp.", "www.m."]),
    _words,
    _words.map(lambda text: quote(text, safe="&=+%")),
    st.sampled_from(["", "#a", "#!b"]),
)


@given(_urls)
def test_a_key_is_its_own_key(url: str) -> None:
    """Normalising a second time changes nothing."""
    key = normalise(url)
    assert normalise("https://" + key) == key


@given(_urls)
def test_the_printed_address_has_the_same_key(url: str) -> None:
    """Cleaning an address does not make it another story, and cleaning twice is cleaning once."""
    assert normalise(clean(url)) == normalise(url)
    assert clean(clean(url)) == clean(url)


@given(_urls, st.sampled_from(["utm_source=x", "fbclid=1", "gclid=a%20b", "mc_eid=", "ref=y", "UTM_Campaign=Z"]))
def test_tracking_never_makes_another_story(url: str, mark: str) -> None:
    """A campaign's mark at the end changes neither key nor printed address."""
    base, _, fragment = url.partition("#")
    marked = base + ("&" if "?" in base else "?") + mark + ("#" + fragment if fragment else "")
    assert normalise(marked) == normalise(url)


@given(st.text(max_size=80))
def test_no_address_is_too_odd(text: str) -> None:
    """Whatever stands where an address should be raises nothing."""
    assert isinstance(normalise(text), str)
    assert isinstance(keys(text, text, text, text), tuple)


@pytest.mark.parametrize(
    ("link", "guid", "permalink", "expected"),
    [
        (STORY, "", True, ["url:news.example/world/2026/boats-return"]),
        (STORY, "41", True, ["url:news.example/world/2026/boats-return", "guid:news.example:41"]),
        (STORY, "tag:news.example,2026:41", True, ["url:news.example/world/2026/boats-return",
                                                   "guid:news.example:tag:news.example,2026:41"]),
        (STORY, STORY + "?utm_source=rss", True, ["url:news.example/world/2026/boats-return"]),
        (STORY, "https://news.example/?p=4", False, ["url:news.example/world/2026/boats-return",
                                                     "url:news.example?p=4"]),
        (STORY, "https://ids.example/4", True, ["url:news.example/world/2026/boats-return", "url:ids.example/4"]),
        (STORY, "https://ids.example/4", False, ["url:news.example/world/2026/boats-return",
                                                 "guid:news.example:https://ids.example/4"]),
        (STORY, "https://news.example/", True, ["url:news.example/world/2026/boats-return"]),
        ("https://news.example/", "41", True, ["guid:news.example:41"]),
        ("https://news.example/", "", True, []),
    ],
)  # fmt: skip
def test_an_item_has_these_keys(link: str, guid: str, permalink: bool, expected: list[str]) -> None:
    """The link's key first; a GUID that is a page's address is a page's key, others belong to their feed."""
    assert [key.key for key in keys(link, guid, "", FEED, permalink=permalink)] == expected


@pytest.mark.parametrize(
    ("canonical", "link", "expected"),
    [
        (STORY, STORY + "?from=feed", True),
        (STORY + "/", STORY, True),
        ("https://www.news.example/world/2026/boats-return-42", STORY, True),
        ("https://world.news.example/2026/boats-return", STORY, True),
        ("https://news.example/?p=4", STORY, True),
        ("https://news.example/", STORY, False),
        ("https://news.example", "https://news.example/?p=4", False),
        ("https://news.example/index.html", STORY, False),
        ("https://news.example/world", STORY, False),
        ("https://news.example/world/2026/", STORY, False),
        ("https://other.example/world/2026/boats-return", STORY, False),
        ("https://news.example/story.php", "https://news.example/story.php?id=5", False),
        ("", STORY, False),
        ("nonsense", STORY, False),
    ],
)
def test_a_canonical_address_must_be_able_to_be_the_story(canonical: str, link: str, expected: bool) -> None:
    """A front page, a section above the story, another site and a script's bare name are no story."""
    assert names_story(canonical, link) is expected
    assert ("url:" + normalise(canonical) in [key.key for key in keys(link, "", canonical, FEED)]) is (
        expected or (canonical != "" and normalise(canonical) == normalise(link))
    )


def test_two_items_with_one_key_do_not_have_it() -> None:
    """A key that two items share is dropped from both; their own stay."""
    shared, a, b = Key("url:news.example/live", "x"), Key("guid:f:a", "a"), Key("guid:f:b", "b")
    first, second = drop_shared([Article("u", "A", keys=(shared, a)), Article("u", "B", keys=(shared, b))])
    assert (first.keys, second.keys) == ((a,), (b,))


def test_sites_are_compared_by_name() -> None:
    """A sub-domain belongs to its site, a name that ends alike does not."""
    assert same_site("https://news.example/", "http://www.news.example/a")
    assert not same_site("https://badnews.example/", "https://news.example/")
    assert is_home("http://www.news.example/index.html?utm_source=x")
