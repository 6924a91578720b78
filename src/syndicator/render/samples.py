"""Articles a template must cope with before a newsroom trusts it: used by `check`, never posted."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from syndicator.models import Article, Media, Photo


@dataclass(frozen=True, slots=True)
class Sample:
    """An article to try a template with, the photo's description it would carry, and the occasion."""

    name: str
    article: Article
    media: tuple[Media, ...] = ()
    occasion: str = "publication"
    correction: str = ""


_URL = "https://www.example.com/news/world/2026/11/23/council-approves-plan-for-a-second-bridge-across-the-river"
_MOMENT = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
_PHOTO = Photo(
    "https://www.example.com/images/bridge.jpg",
    alt="Workers on scaffolding above a wide river at dusk",
    caption="The old bridge has carried the town's traffic since 1931.",
    credit="Maria Example/Example Agency",
)
_MEDIA = (Media("0" * 64, "image/jpeg", 1600, 900, alt=_PHOTO.alt, credit=_PHOTO.credit, source_url=_PHOTO.url),)
_SUMMARY = (
    "After a debate of nine hours the council voted by a single vote for a second bridge. Building is to begin in "
    "spring and to take four years; who will pay for the approach roads is still open."
)

SAMPLES: tuple[Sample, ...] = (
    Sample(
        "an article with everything",
        Article(
            _URL,
            "Council approves plan for a second bridge across the river",
            _SUMMARY,
            authors=("Maria Example", "Jonas Muster"),
            sections=("News > World", "News > Politics"),
            tags=("Town council", "Traffic", "Bridges", "Budget 2027"),
            labels=("Opinion",),
            language="en",
            photos=(_PHOTO,),
            published=_MOMENT,
            updated=_MOMENT,
            source="world",
        ),
        _MEDIA,
    ),
    Sample(
        "a long headline",
        Article(_URL, "Nine hours of debate, one vote of difference: " * 12, _SUMMARY * 4, published=_MOMENT),
    ),
    Sample("a headline alone, published on a day", Article(_URL, "Council votes", published=date(2026, 11, 23))),
    Sample("a headline alone, without a date", Article(_URL, "Council votes")),
    Sample("a post without a link", Article("", "The desk wishes you a quiet evening", published=_MOMENT)),
    Sample(
        "a sensitive article",
        Article(_URL, "What we know about the attack", _SUMMARY, photos=(_PHOTO,), published=_MOMENT, sensitive=True),
        _MEDIA,
    ),
    Sample(
        "a right-to-left script",
        Article(_URL, "المجلس يوافق على خطة لبناء جسر ثان فوق النهر", language="ar", published=_MOMENT),
    ),
    Sample("a script without spaces", Article(_URL, "市議会が川に架かる二本目の橋の計画を承認" * 15, language="ja")),
    Sample("a headline of emoji", Article(_URL, "👩‍👩‍👧‍👦🏳️‍🌈🇺🇳 " * 60, published=_MOMENT)),
    Sample(
        "a correction",
        Article(_URL, "Council approves plan for a second bridge", _SUMMARY, published=_MOMENT),
        occasion="correction-1",
        correction="An earlier version gave the wrong year for the start of building.",
    ),
)
