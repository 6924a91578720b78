"""Rendering: what fits, cards and photos, links, the package's templates and their check."""

import re
import runpy
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.errors import RenderError
from syndicator.models import Account, Article
from syndicator.render.filters import FILTERS
from syndicator.render.names import MEMBERS, Names
from syndicator.share import share
from syndicator.text import measure
from tests.newsroom import ARTICLE, FEATURES, MEDIA, PHOTO, THUMB, URL, renderer

words = st.text(st.sampled_from("ab é日👍🏽\u200d👩🇺🇳.-#@:/\u0301\n"), max_size=400)


@given(
    platform=st.sampled_from(sorted(FEATURES)),
    title=words,
    summary=words,
    tags=st.lists(words, max_size=4),
    photo=st.booleans(),
    sensitive=st.booleans(),
)
def test_every_post_fits_and_keeps_its_link(
    *, platform: str, title: str, summary: str, tags: list[str], photo: bool, sensitive: bool
) -> None:
    """Whatever an article says, its post fits by the platform's count, and its link is whole."""
    article = Article(URL, f"T {title}", summary, tags=tuple(tags), sensitive=sensitive)
    media = MEDIA if photo else ()
    post = SHARED.render(article, Account("main", platform), FEATURES[platform], photo=PHOTO, media=media)
    assert measure(post.text, FEATURES[platform], post.warning).fits
    assert post.card.url == URL if post.card else URL in post.text.split()


SHARED = renderer()


@given(words, st.integers(60, 200))
def test_unmarked_text_never_changes(title: str, limit: int) -> None:
    """Only what is marked shrinks: the fixed head and the link at the end stand as they are."""
    post = SHARED.render(
        Article(URL, f"T {title}"), Account("x-main", "x"), replace(FEATURES["x"], text_limit=limit + 30)
    )
    assert post.text.endswith(f"\n{URL}")
    assert post.text.startswith("T")


@pytest.mark.parametrize(
    ("platform", "lead", "photo", "card", "thumb", "printed", "carried"),
    [
        ("x", "photo", True, False, False, True, True),
        ("x", "photo", False, False, False, True, False),
        ("x", "card", True, False, False, True, False),
        ("facebook_page", "photo", True, False, False, True, True),
        ("facebook_page", "photo", False, True, False, False, False),
        ("facebook_page", "card", True, True, False, False, False),
        ("bluesky", "photo", True, False, False, True, True),
        ("bluesky", "photo", False, True, True, False, False),
        ("bluesky", "card", True, True, True, False, False),
        ("mastodon", "photo", True, False, False, True, True),
        ("memory", "card", False, False, False, True, False),
    ],
)
def test_card_or_photo(
    *, platform: str, lead: str, photo: bool, card: bool, thumb: bool, printed: bool, carried: bool
) -> None:
    """The link travels in a card where the platform has one and no photo is carried, and in the text elsewhere."""
    account = Account("main", platform, lead=lead)  # type: ignore[arg-type]
    media = MEDIA if photo else ()
    post = SHARED.render(ARTICLE, account, FEATURES[platform], photo=PHOTO, media=media, thumb=THUMB)
    assert (post.card is not None, URL in post.text, bool(post.media)) == (card, printed, carried)
    assert (post.card is not None and post.card.thumb == THUMB) == thumb
    assert post.link == URL
    assert ("Maria Example" in post.text) == (carried and platform != "x")


def test_a_post_of_the_desk_needs_no_link() -> None:
    """A post without an address has no link, no card, and keeps its photo even where the card leads."""
    account = Account("main", "bluesky", lead="card")
    post = SHARED.render(replace(ARTICLE, url=""), account, FEATURES["bluesky"], photo=PHOTO, media=MEDIA)
    assert (post.link, post.card, len(post.media)) == ("", None, 1)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x", f"Opinion: Council approves bridge\n{URL}"),
        ("facebook_page", "Opinion: Council approves bridge\n\nIt was a narrow vote."),
        (
            "mastodon",
            f"Opinion: Council approves bridge\n\nIt was a narrow vote.\n\n{URL}\n\n#TownCouncil #traffic #Bridges",
        ),
        ("bluesky", "Opinion: Council approves bridge\n\nIt was a narrow vote."),
        ("memory", f"Opinion: Council approves bridge\n\nIt was a narrow vote.\n\n{URL}"),
    ],
)
def test_own_templates(name: str, expected: str) -> None:
    """The package's templates print label, headline, summary and link as each platform likes them."""
    assert SHARED.render(ARTICLE, Account("main", name), FEATURES[name]).text == expected


@pytest.mark.parametrize("name", sorted(FEATURES))
def test_own_templates_mark_corrections(name: str) -> None:
    """A correction says so first, and says what was wrong where there is room."""
    post = SHARED.render(
        ARTICLE, Account("main", name), FEATURES[name], occasion="correction-1", correction="The year was wrong."
    )
    assert post.text.startswith("Correction: Council approves bridge\n")
    assert ("The year was wrong." in post.text) == (name != "x")


@pytest.mark.parametrize(("sensitive", "warning"), [(True, "Sensitive content"), (False, "")])
def test_warnings(sensitive: bool, warning: str) -> None:
    """A sensitive article is covered by a warning, on platforms that have one."""
    article = replace(ARTICLE, sensitive=sensitive)
    posts = {name: SHARED.render(article, Account("main", name), FEATURES[name]) for name in ("mastodon", "memory")}
    assert (posts["mastodon"].warning, posts["memory"].warning) == (warning, "")
    assert all(post.sensitive == sensitive for post in posts.values())


@pytest.mark.parametrize("name", sorted(FEATURES))
def test_own_templates_pass_their_check(name: str) -> None:
    """Every template of the package copes with all sample articles."""
    SHARED.check(Account(f"{name}-main", name), FEATURES[name])
    assert (share("templates") / "posts" / "default.j2").read_text(encoding="utf-8").startswith("{#-")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ article.title }}", "too long for Memory.*a long headline"),
        ("{{ article.title|fit }}\n{% if article.labels and 1 == 2 %}{{ article.titel }}{% endif %}", ":2: .*titel"),
        ("{{ article.title|fit }}{% if 1 == 2 %}{{ nobody }}{% endif %}", ":1: no name 'nobody'"),
        ("{{ article.title|fit }}{% if 1 == 2 %}{{ link|shorten }}{% endif %}", ":1: no filter 'shorten'"),
        ("{{ article.title|fit }}{{ photo.credit }}", "'None' has no attribute 'credit'"),
        ("{{ article.title|fit }} {{ article.published|date('HH:mm') }}", "published on a day"),
    ],
)
def test_check_finds(tmp_path: Path, source: str, words: str) -> None:
    """A check finds what would go wrong with some article, also where no sample leads."""
    (tmp_path / "mine.j2").write_text(source, encoding="utf-8")
    with pytest.raises(RenderError, match=words):
        renderer(tmp_path).check(Account("main", "memory", template="mine.j2"), FEATURES["memory"])


@pytest.mark.parametrize(
    ("url", "utm", "own", "expected"),
    [
        ("https://e.org/a?b=c#d", {}, {}, "https://e.org/a?b=c#d"),
        ("https://e.org/a?b=c#d", {"source": "{platform}"}, {}, "https://e.org/a?b=c&utm_source=x#d"),
        ("https://e.org/a", {"utm_source": "all"}, {"utm_source": "{account}"}, "https://e.org/a?utm_source=x-main"),
        ("https://e.org/a", {"source": "a b", "medium": "s"}, {"medium": ""}, "https://e.org/a?utm_source=a%20b"),
        ("https://e.org/a?utm_source=q", {"source": "x"}, {}, "https://e.org/a?utm_source=q"),
        ("https://e.org/a?x=%C3%A9;&y", {"ref": "s"}, {}, "https://e.org/a?x=%C3%A9;&y&ref=s"),
        ("https://e.org/e\u0301 b", {}, {}, "https://e.org/e%CC%81%20b"),
        ("https://e.org/straße", {}, {}, "https://e.org/straße"),
        ("", {"source": "x"}, {}, ""),
    ],
)
def test_link(url: str, utm: dict[str, str], own: dict[str, str], expected: str) -> None:
    """UTM is added to what is there, the account's before the newsroom's."""
    account = Account("x-main", "x", utm=own)
    assert renderer(utm=utm).link(replace(ARTICLE, url=url), account) == expected


def test_template_search(tmp_path: Path) -> None:
    """The newsroom's templates go before the package's; an account may name its own; an edit counts at once."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "x.j2").write_text("ours", encoding="utf-8")
    (tmp_path / "posts" / "live.j2").write_text("live", encoding="utf-8")
    mine = renderer(tmp_path)
    accounts = [Account("a", "x"), Account("a", "x", template="posts/live.j2"), Account("a", "x", template="live.j2")]
    assert [mine.render(ARTICLE, account, FEATURES["x"]).text for account in accounts] == ["ours", "live", "live"]
    with pytest.raises(RenderError, match=r"none\.j2"):
        mine.render(ARTICLE, Account("a", "x", template="none.j2"), FEATURES["x"])


def test_every_name_and_filter_is_described() -> None:
    """The reference for templates describes every name, member, filter and field, and nothing that does not exist."""
    page = (Path(__file__).parents[1] / "docs" / "templates.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `([a-z_.]+)` \|", page, re.MULTILINE))
    members = {f"{owner}.{item.name}" for owner, names in MEMBERS.items() for item in fields(names)}
    plain = {item.name for item in fields(Names)} - {"article", "account", "newsroom"}
    assert described == members | plain | set(FILTERS) | {"warning", "alt", "card_title", "card_text"}


def test_an_address_that_is_none_is_an_error() -> None:
    """An address nobody can read is refused when the post is rendered."""
    with pytest.raises(RenderError, match="cannot be read"):
        renderer().link(replace(ARTICLE, url="https://[e.org/a"), Account("x-main", "x"))


def test_share_of_an_installed_package(tmp_path: Path) -> None:
    """An installed package brings its files along; a source checkout has them beside `src`."""
    (tmp_path / "_share" / "templates").mkdir(parents=True)
    copy = tmp_path / "share.py"
    copy.write_text(Path(str(sys.modules["syndicator.share"].__file__)).read_text(encoding="utf-8"), encoding="utf-8")
    installed = runpy.run_path(str(copy))["share"]
    assert installed("templates") == tmp_path.resolve() / "_share" / "templates"
    assert (share("templates") / "posts" / "x.j2").is_file()
