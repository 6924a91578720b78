"""An article's own page, read for what its source left out."""

import asyncio
from http import HTTPStatus
from zoneinfo import ZoneInfo

from syndicator.errors import FetchError
from syndicator.fetch import Fetcher, shown
from syndicator.models import Article, Source
from syndicator.sources import page
from syndicator.sources.answers import content_type, refusal
from syndicator.sources.plain import decode


async def read_page(article: Article, source: Source, fetcher: Fetcher, *, zone: ZoneInfo) -> Article:
    """The article with what its feed left out, taken from its own page, and with the canonical address as a key.

    Raises FetchError, with `status` where there was an answer, when the page does not answer 200 with HTML.
    """
    answer = await fetcher.get(
        article.url, max_bytes=page.MAX_BYTES, allow_private=source.allow_private, accept=page.ACCEPT
    )
    if answer.status != HTTPStatus.OK:
        raise FetchError(refusal(answer), status=answer.status)
    kind, charset = content_type(answer)
    if "html" not in kind and (kind or not answer.body.lstrip().startswith(b"<")):
        raise FetchError(f"{shown(answer.url)} answered {kind or 'something'}, not a page.", status=answer.status)
    html = decode(answer.body, charset)
    facts = await asyncio.to_thread(page.read, html, answer.url, zone)
    return page.fill(article, facts, source, answer.url, zone)
