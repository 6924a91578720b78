"""An article's own page, read for what its source left out."""

import asyncio
import logging
from http import HTTPStatus
from zoneinfo import ZoneInfo

from syndicator.errors import FetchError
from syndicator.fetch import Fetcher, shown
from syndicator.models import Article, Source
from syndicator.sources import page, robots
from syndicator.sources.answers import content_type, refusal
from syndicator.sources.kinds import TYPES
from syndicator.sources.plain import decode

log = logging.getLogger(__name__)


async def read_page(article: Article, source: Source, fetcher: Fetcher, *, zone: ZoneInfo) -> Article:
    """The article with what its feed left out, taken from its own page, and with the canonical address as a key.

    Raises FetchError, with `status` where there was an answer, when the page does not answer 200 with HTML, when it
    does not tell the headline of an article whose title is a stand-in, and when robots.txt forbids to read an article
    that was found on a section page.
    """
    kind = TYPES.get(source.type)
    if kind and kind.robots:
        await robots.obey(article.url, fetcher, allow_private=source.allow_private)
    answer = await fetcher.get(
        article.url, max_bytes=page.MAX_BYTES, allow_private=source.allow_private, accept=page.ACCEPT
    )
    if answer.status != HTTPStatus.OK:
        raise FetchError(refusal(answer), status=answer.status)
    form, charset = content_type(answer)
    if "html" not in form and (form or not answer.body.lstrip().startswith(b"<")):
        raise FetchError(f"{shown(answer.url)} answered {form or 'something'}, not a page.", status=answer.status)
    try:
        facts = await asyncio.to_thread(_facts, answer.body, charset, answer.url, zone)
        filled = page.fill(article, facts, source, answer.url, zone)
    except Exception as error:
        # What somebody put into a page must not stop the other articles.
        log.warning("page %s could not be read", shown(answer.url), exc_info=True)
        said = f"{shown(answer.url)} could not be read ({type(error).__name__})."
        raise FetchError(said, status=answer.status) from error
    if filled.provisional:
        raise FetchError(f"{shown(answer.url)} shows no headline.", status=answer.status)
    return filled


def _facts(body: bytes, charset: str, url: str, zone: ZoneInfo) -> page.Page:
    return page.read(decode(body, charset), url, zone)
