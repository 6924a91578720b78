"""What a template may say: names, filters, fields, marks, and errors."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from syndicator.errors import RenderError
from syndicator.models import Account, Article, Features, Post
from tests.newsroom import ARTICLE, FEATURES, MEDIA, PHOTO, SMALL, URL, renderer

Say = Callable[..., Post]


@pytest.fixture
def say(tmp_path: Path) -> Say:
    """Renders an article by a template's source."""

    def render(
        source: str, article: Article = ARTICLE, features: Features = FEATURES["memory"], **more: object
    ) -> Post:
        (tmp_path / "posts").mkdir(exist_ok=True)
        (tmp_path / "posts" / "default.j2").write_text(source, encoding="utf-8")
        account = more.pop("account", Account("main", features.platform))
        return renderer(tmp_path).render(article, account, features, **more)  # type: ignore[arg-type]

    return render


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "{% if 'Opinion' in article.labels %}OPINION {% endif %}{{ article.title }}",
            "OPINION Council approves bridge",
        ),
        ("{{ article.labels|join(', ')|upper }}{% if 'Live' in article.labels %} LIVE{% endif %}", "OPINION"),
        ("{{ article.title }} {{ article.url }}", f"Council approves bridge {URL}"),
        ("{{ article.authors|join(', ') }}", "Maria Example, Jonas Muster"),
        ("{{ article.section }} {{ article.sections|length }}", "World 2"),
        ("{{ article.language }} {{ newsroom.language }}", "de en"),
        ("{{ article.published|date('d MMMM') }}", "24 November"),
        ("{{ article.published|date('EEEE, HH:mm') }}", "Dienstag, 00:05"),
        ("{{ article.published|date }}", "24. November 2026"),
        ("{{ article.updated|date }}{{ article.published_is_day }}", "False"),
        ("{{ article.source }} {{ account.name }} {{ newsroom.name }}", "world main Example Daily"),
        ("{{ occasion }} {{ correction }}.", "publication ."),
        ("{{ photo is none }} {{ card }}", "True False"),
        ("{{ article.tags|hashtags(3) }}", "#TownCouncil #traffic #Bridges"),
        ("{{ article.tags|hashtags }}", "#TownCouncil #traffic #Bridges"),
        ("{{ 'climate change'|hashtag }} {{ '#Rail'|hashtag }} {{ '2027'|hashtag }}.", "#ClimateChange #Rail ."),
        ("{{ \"Côte d'Ivoire\"|hashtag }} {{ 'नि'|hashtag }}", "#CôteDIvoire #नि"),
        ("{{ 'a\n  b'|oneline }}", "a b"),
        ("a\n\n\n\n{{ '' }}\n\nb\n", "a\n\nb"),
        ("{{ article.summary|fit(pre='(', post=')') }}{{ ''|fit(pre='(', post=')') }}", "(It was a narrow vote.)"),
        ("{% for n in range(3) %}{{ n }}{% endfor %}{{ '-' * 3 }}", "012---"),
        ("<b>{{ 'Q & A' }}</b>", "<b>Q & A</b>"),
    ],
)
def test_names_and_filters(say: Say, source: str, expected: str) -> None:
    """A template prints what its names and filters stand for."""
    assert say(source).text == expected


def test_a_day_stays_a_day(say: Say) -> None:
    """A day is not moved by the time zone, and says that it is one."""
    article = replace(ARTICLE, published=date(2026, 11, 23))
    assert say("{{ article.published|date('d.M.') }} {{ article.published_is_day }}", article).text == "23.11. True"


def test_texts_reach_the_template_clean(say: Say) -> None:
    """Line breaks, noncharacters and decomposed letters of an article do not reach the post."""
    article = replace(ARTICLE, title=" Cafe\u0301\n\ufdd0bar\ufeff ", tags=("a\nb", " "))
    assert say("{{ article.title }}|{{ article.tags|join }}", article).text == "Café bar|a b"


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("{{ article.titel }}", 1, "titel"),
        ("\n{{ headline }}", 2, "headline"),
        ("\n\n{% if x %}", 3, "Unexpected end of template"),
        ("{{ article.title|shorten }}", 1, "shorten"),
        ("a\n{{ article.title|fit|upper|hashtag }}", 2, "fit must come last"),
        ("a\n{{ article.title|fit|replace('\ufdd0', '') }}", 1, "fit must come last"),
        ("a\n{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}", 2, "steps"),
        ("{{ range(10**9)|list }}", 1, "larger"),
        ("{{ 'x' * 1000000 }}", 1, "larger"),
        ("{% for a in range(2000) %}{{ 'x' * 100 }}{% endfor %}", 1, "prints more than"),
        ("{{ article.__class__.__mro__ }}", 1, "unsafe"),
        ("{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}", 1, "recursion"),
        ("{% include 'nowhere.j2' %}", 1, "nowhere.j2"),
        ("{{ article.tags.append('x') }}", 1, "unsafe"),
        ("{# nothing #}", 1, "prints nothing"),
    ],
)
def test_errors_name_file_and_line(say: Say, source: str, line: int, words: str) -> None:
    """A wrong template is a RenderError with the template's file and line."""
    with pytest.raises(RenderError) as caught:
        say(source)
    assert re.search(rf"posts/default\.j2:{line}: .*{words}", str(caught.value)), str(caught.value)


def test_a_time_of_a_day_is_an_error(say: Say) -> None:
    """Asking the hour of an article that has only a day names the way out."""
    with pytest.raises(RenderError, match="published_is_day"):
        say("{{ article.published|date('HH:mm') }}", replace(ARTICLE, published=date(2026, 11, 23)))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ article.title|fit }} {{ link }}", f"Council approves… {URL}"),
        ("{{ article.title|fit(order=2) }} {{ article.summary|fit(order=1) }} {{ link }}", f"Council approves…  {URL}"),
        ("{{ article.title|fit }}{{ article.summary|fit(order=2, pre=' ', min=5) }} {{ link }}", f"It… {URL}"),
        ("{{ article.tags|hashtags(3)|fit }} {{ link }}", f"#TownCouncil #traffic {URL}"),
        ("{% set t = article.title|fit %}{{ t }} {{ link }}", f"Council approves… {URL}"),
        ("{{ article.title|fit|upper }} {{ link }}", f"Council approves… {URL}"),
    ],
)
def test_marks_shrink(say: Say, source: str, expected: str) -> None:
    """Marks shrink by order until the post fits, and vanish with what belongs to them."""
    features = replace(SMALL, text_limit=len(URL) + 23 if "hashtags" not in source else len(URL) + 25)
    if "min=5" in source:
        features = replace(features, text_limit=len(URL) + 7)
    assert say(source, features=features).text == expected.strip()


def test_what_cannot_shrink_is_an_error(say: Say) -> None:
    """A post whose shortest version is too long is refused with its length, never cut."""
    with pytest.raises(RenderError, match=r"default\.j2.* too long for Memory: 59 of 50"):
        say("{{ article.title }} {{ link }}", features=replace(SMALL, text_limit=50))


def test_fields(say: Say) -> None:
    """A template may set the warning, the description and the card's texts; marks in them stay whole."""
    source = (
        "{{ article.title|fit }}"
        "{% if article.labels %}{% set warning %}CW: {{ article.labels[0] }}{% endset %}{% endif %}"
        "{% set alt = article.title|fit %}{% set card_title = 'A' %}{% set card_text = none %}"
    )
    features = replace(FEATURES["bluesky"], platform="memory", warnings=True, alt_limit=20)
    posts = [say(source, features=features, media=media, photo=PHOTO) for media in (MEDIA, ())]
    assert posts[0].warning == "CW: Opinion"
    assert posts[0].media[0].alt == "Council approves…"
    assert posts[1].card is not None
    assert (posts[1].card.title, posts[1].card.text) == ("A", "")


def test_what_a_person_set_is_kept(say: Say) -> None:
    """A new rendering keeps a person's text, warning and description to the letter."""
    keep = {"text": "Mine:  " + URL, "warning": "Careful", "alt": "Mine"}
    features = replace(FEATURES["mastodon"], platform="memory")
    post = say("{{ article.title }}{% set warning = 'x' %}", features=features, keep=keep, media=MEDIA, photo=PHOTO)
    assert (post.text, post.warning, post.media[0].alt) == (keep["text"], "Careful", "Mine")
    with pytest.raises(RenderError, match="too long"):
        say("{{ article.title }}", features=features, keep={"text": "x" * 490, "warning": "y" * 11})


def test_a_photo_without_description_takes_the_articles(say: Say) -> None:
    """The photo's own description is used where its bytes' has none."""
    post = say("{{ photo.alt }}", media=(replace(MEDIA[0], alt=""),), photo=PHOTO)
    assert (post.text, post.media[0].alt) == ("A bridge", "A bridge")


@pytest.mark.parametrize(
    ("account", "article", "expected"),
    [("fr", "de", "fr"), ("", "de", "de"), ("", "", "en"), ("xx-odd", "de", "xx-odd")],
)
def test_language(say: Say, account: str, article: str, expected: str) -> None:
    """The account's language goes before the article's, and the newsroom's comes last."""
    post = say(
        "{{ article.published|date }}",
        replace(ARTICLE, language=article),
        account=Account("main", "memory", language=account),
    )
    assert post.language == expected
