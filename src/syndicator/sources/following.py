"""The further documents that a source's document names, read in the same poll."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from syndicator.errors import FetchError
from syndicator.fetch import Fetcher, Response, shown
from syndicator.models import Source
from syndicator.sources.answers import content_type, refusal
from syndicator.sources.entry import DocumentError, Found, Payload
from syndicator.sources.feed import CUT_SHORT
from syndicator.sources.kinds import Kind
from syndicator.sources.sifting import newest_first, sift

MOST = 20  # documents beyond the source's own, in one poll
DEPTH = 2  # an index may name indexes, these only sitemaps
MAX_BYTES = 10_000_000
SMALL = 65_536  # bytes of a document of which most is known: reading it takes less than handing it to a thread

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads documents of one source as its own is read. `now` is when the poll began; by `via` its own was reached.

    `known` are the fingerprints of items that are left out.
    """

    source: Source
    kind: Kind
    fetcher: Fetcher
    now: datetime
    zone: ZoneInfo
    via: tuple[str, ...] = ()
    known: Collection[int] = frozenset()

    async def document(self, answer: Response, asked: str) -> Found | str:
        """What a document holds, or one sentence on why it cannot be read."""
        payload = Payload(answer.body, answer.url, content_type(answer)[1], self.now, self.via, self.known)
        try:
            if self.known and len(answer.body) <= SMALL:
                return self.kind.read(payload, self.source, self.zone)
            # Off the event loop: a large document would keep the other sources of the batch waiting.
            return await asyncio.to_thread(self.kind.read, payload, self.source, self.zone)
        except DocumentError as error:
            return f"{shown(asked)} {error}."
        except Exception as error:
            # What somebody put into a document must not stop the other sources.
            log.warning("source %s could not be read", self.source.name, exc_info=True)
            return f"{shown(asked)} could not be read ({type(error).__name__})."

    async def at(self, url: str) -> Found:
        """What the document at an address holds. One that fails holds nothing, says why, and is not whole."""
        try:
            answer = await self.fetcher.get(
                url,
                max_bytes=MAX_BYTES,
                allow_private=self.source.allow_private,
                accept=self.kind.accept,
                partial=True,
            )
        except FetchError as error:
            return Found((), (str(error), CUT_SHORT), whole=False)
        if answer.status != HTTPStatus.OK:
            # What is not there is not waited for either.
            missing = (CUT_SHORT,) if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR else ()
            return Found((), (refusal(answer), *missing), whole=False)
        found = await self.document(answer, url)
        if isinstance(found, str):
            return Found((), (found,), whole=False)
        return replace(found, whole=found.whole and answer.complete)


async def follow(first: Found, reader: Reader) -> Found | str:
    """A document's articles with those of all that it names; one sentence when none of these can be read.

    At most MOST documents, DEPTH steps deep, each once. Never raises.
    """
    found, seen, wanted = [first], {reader.source.url}, first.more
    for _ in range(DEPTH):
        fresh = [url for url in dict.fromkeys(wanted) if url not in seen]
        now = fresh[: MOST + 1 - len(seen)]
        found += _unread(len(fresh) - len(now))
        seen.update(now)
        read = await asyncio.gather(*(reader.at(url) for url in now))
        if read and len(found) == 1 and all(_failed(one) for one in read):
            return read[0].skipped[0]
        found += read
        wanted = tuple(url for one in read for url in one.more)
    return _joined([*found, *_unread(len(wanted))], reader.zone)


def _failed(one: Found) -> bool:
    return not (one.whole or one.articles or one.more)


def _unread(number: int) -> list[Found]:
    remark = f"{number} of the sitemaps were not read: the newest {MOST}, {DEPTH} steps below the first, are."
    return [Found((), (remark,), whole=False)] if number > 0 else []


def _joined(found: Sequence[Found], zone: ZoneInfo) -> Found:
    """All in one. A story in two documents is no remark: the one that knows its title is taken."""
    listed = [article for one in found for article in one.articles]
    titled = {article.keys: article for article in reversed(listed) if not article.provisional}
    return replace(
        found[0],
        articles=newest_first(sift((titled.get(article.keys, article) for article in listed), []), zone),
        skipped=tuple(dict.fromkeys(remark for one in found for remark in one.skipped)),
        whole=all(one.whole for one in found),
        steady=all(one.steady for one in found),
        more=(),
    )
