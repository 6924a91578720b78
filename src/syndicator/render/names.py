"""The names a template may use. A name is only ever added: newsrooms keep their templates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syndicator.models import Article, Photo
from syndicator.text import oneline


@dataclass(frozen=True, slots=True)
class ArticleNames:
    """What a template may ask of `article`."""

    title: str
    summary: str
    url: str
    authors: list[str]
    tags: list[str]
    labels: list[str]
    sections: list[str]
    section: str
    language: str
    sensitive: bool
    published: datetime | date | None
    published_is_day: bool
    updated: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class PhotoNames:
    """What a template may ask of `photo`."""

    alt: str
    caption: str
    credit: str


@dataclass(frozen=True, slots=True)
class AccountNames:
    """What a template may ask of `account`."""

    name: str


@dataclass(frozen=True, slots=True)
class NewsroomNames:
    """What a template may ask of `newsroom`."""

    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Names:
    """Every name a template may use."""

    article: ArticleNames
    photo: PhotoNames | None
    link: str
    card: bool
    account: AccountNames
    newsroom: NewsroomNames
    occasion: str = "publication"
    correction: str = ""


MEMBERS: Mapping[str, type] = {
    "article": ArticleNames,
    "photo": PhotoNames,
    "account": AccountNames,
    "newsroom": NewsroomNames,
}


def _lines(texts: Iterable[str]) -> list[str]:
    return [line for text in texts if (line := oneline(text))]


def article_names(article: Article, language: str, zone: ZoneInfo) -> ArticleNames:
    """What templates see of an article: clean texts, moments in `zone`, `language` where it has none of its own."""
    sections = _lines(article.sections)
    published = article.published
    moment = published.astimezone(zone) if isinstance(published, datetime) else None
    return ArticleNames(
        title=oneline(article.title),
        summary=oneline(article.summary),
        url=article.url,
        authors=_lines(article.authors),
        tags=_lines(article.tags),
        labels=_lines(article.labels),
        sections=sections,
        section=sections[0].rpartition(">")[2].strip() if sections else "",
        language=article.language or language,
        sensitive=article.sensitive,
        published=moment or published,
        published_is_day=published is not None and moment is None,
        updated=article.updated.astimezone(zone) if article.updated else None,
        source=article.source,
    )


def photo_names(photo: Photo) -> PhotoNames:
    """What templates see of a photo, one line each."""
    return PhotoNames(oneline(photo.alt), oneline(photo.caption), oneline(photo.credit))
