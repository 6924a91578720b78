"""From the items of a document to its articles: the first of equal ones stays, and each has an identity of its own."""

from collections.abc import Iterable
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from syndicator.models import Article
from syndicator.sources.identity import drop_shared


def sift(articles: Iterable[Article], skipped: list[str]) -> tuple[Article, ...]:
    """The articles in their order, without repetitions and without those nothing tells apart; remarks go to skipped."""
    kept = list[Article]()
    for article in drop_shared(_first_of_each(articles, skipped)):
        if article.keys:
            kept.append(article)
        else:
            skipped.append(f"“{article.title}” has no address of its own.")
    return tuple(kept)


def newest_first(articles: Iterable[Article], zone: ZoneInfo) -> tuple[Article, ...]:
    """The articles by the time they tell, those that tell none last: for documents in no order of their own."""
    return tuple(sorted(articles, key=lambda article: _told(article, zone), reverse=True))


def _told(article: Article, zone: ZoneInfo) -> datetime:
    when = article.published or article.updated
    if when is None:
        return datetime.min.replace(tzinfo=UTC)
    return when if isinstance(when, datetime) else datetime.combine(when, time.min, zone)


def _first_of_each(articles: Iterable[Article], skipped: list[str]) -> list[Article]:
    """Without items that repeat all identities of an earlier one."""
    seen, kept = set[frozenset[str]](), list[Article]()
    for article in articles:
        identity = frozenset(key.key for key in article.keys)
        if identity in seen:
            skipped.append(f"“{article.title}” repeats an earlier item's address.")
            continue
        if identity:
            seen.add(identity)
        kept.append(article)
    return kept
