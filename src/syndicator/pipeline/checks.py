"""Is it still there, and does it still say the same? An article's page is looked at again around its posts' time."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from http import HTTPStatus

import structlog

from syndicator import sources
from syndicator.delivery import WAITING
from syndicator.errors import FetchError
from syndicator.fetch import Fetcher
from syndicator.models import Article
from syndicator.room import Room

log = structlog.get_logger("syndicator.check")

BEFORE = timedelta(seconds=30)
"""How long before its first post leaves an article's page is looked at once more, where it has waited long enough."""

LONG = timedelta(minutes=2)

AFTER = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(hours=24))
"""How long after it was found the page of a planned article is looked at again: most corrections come early."""

SURE = timedelta(seconds=60)
"""How far apart two looks must be that find no page: one may have hit a site that is just being changed."""


def next_check(article: Article, due: Iterable[datetime], now: datetime) -> datetime | None:
    """When to look at the page of an article whose posts are due then; None once a day has passed."""
    found = article.found_at or now
    first = min(due, default=None)
    times = [found + after for after in AFTER]
    if first is not None and first - now > LONG:
        times.append(first - BEFORE)
    return min((moment for moment in times if moment > now), default=None)


def watched(room: Room, article: Article) -> bool:
    """Whether an article has a page that may be looked at again."""
    source = room.source(article.source)
    return bool(source and source.page and article.url)


async def check(room: Room, article: Article, way: Fetcher) -> bool:
    """Look at an article's page once more, and note when to do so again. Returns whether there is work to do now.

    What it says otherwise is taken over and recorded. Withdrawn is an article whose page answers 410, or 404 twice
    while no source lists it any more.
    """
    source = room.source(article.source)
    if source is None or not watched(room, article):
        await asyncio.to_thread(room.ledger.articles.check_later, article.id, None)
        return False
    found = await asyncio.to_thread(room.ledger.articles.as_found, article.id)
    try:
        read = await sources.read_page(found, source, way, zone=room.zone)
    except FetchError as error:
        return await asyncio.to_thread(_not_read, room, article, error)
    return await asyncio.to_thread(_read, room, read)


def _read(room: Room, article: Article) -> bool:
    now = room.clock()
    changed = room.ledger.articles.page_read_again(article, now, next_check(article, _due(room, article), now))
    if changed:
        log.info("article changed", article=article.id, url=article.url)
    return changed


def _not_read(room: Room, article: Article, error: FetchError) -> bool:
    now, ledger = room.clock(), room.ledger.articles
    if error.status == HTTPStatus.GONE:
        return _gone(room, article, "its page answers 410 (Gone)")
    if error.status == HTTPStatus.NOT_FOUND and not ledger.listed(article.id):
        if article.page_tries:
            return _gone(room, article, f"{article.source} no longer lists it, and its page answers 404 (Not Found)")
        ledger.check_later(article.id, now + SURE, missing=True)
        return False
    log.info("page not there to check", article=article.id, url=article.url, reason=str(error))
    ledger.check_later(article.id, next_check(article, _due(room, article), now))
    return False


def _gone(room: Room, article: Article, why: str) -> bool:
    """Withdrawn; its page is looked at again at the usual times, in case that was a mistake of the site's."""
    news = withdraw(room, article, why)
    room.ledger.articles.check_later(article.id, next_check(article, (), room.clock()))
    return news


def _due(room: Room, article: Article) -> list[datetime]:
    rows = room.ledger.deliveries.of_article(article.id)
    return [row.due for row in rows if row.status in WAITING and row.due]


def withdraw(room: Room, article: Article, why: str) -> bool:
    """Take back what waits of an article that the newsroom took back. Returns whether that was news."""
    news = room.ledger.articles.withdraw(article.id, why, room.clock())
    if news:
        log.warning("article withdrawn", article=article.id, title=article.title, reason=why)
    return news
