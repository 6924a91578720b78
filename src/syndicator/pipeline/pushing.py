"""A push from a CMS: proved, read, stored, and worked on at once. Nothing is stored of one that does not hold."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog

from syndicator.config import Desk
from syndicator.models import Article, Poll, Source
from syndicator.pipeline.poll import take
from syndicator.room import Room
from syndicator.sources import Payload, push
from syndicator.sources.push import signing

log = structlog.get_logger("syndicator.push")

PATH = "/push/"
LIMIT = 1_000_000
"""Bytes of a push; the longest stories have a tenth of that."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a push. `again`: it had been taken before, and nothing was done."""

    articles: tuple[Article, ...] = ()
    new: int = 0
    skipped: tuple[str, ...] = ()
    again: bool = False


def address(desk: Desk, source: Source) -> str:
    """What to put into the CMS; "" when nobody listens."""
    if not desk.listen:
        return ""
    return f"{(desk.public_url or f'http://{desk.listen}').rstrip('/')}{PATH}{source.name}"


def here(desk: Desk, source: Source) -> str:
    """The same address for this machine alone."""
    host, port = desk.bind
    if host in {"", "0.0.0.0", "::"}:  # noqa: S104 - what stands in the configuration
        host = "127.0.0.1"
    prefix = urlsplit(desk.public_url).path.rstrip("/")
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{prefix}{PATH}{source.name}"


def receive(room: Room, source: Source, signature: str, body: bytes) -> Taken:
    """Take a push. Raises Forged, ConfigError where there is no secret, Unfit for what does not fit, StoreError.

    The same push again is taken to have been taken: a CMS sends again when it has not heard the answer. That is noted
    after the articles are stored, never before, so that one which could not be stored is taken at the next try.
    """
    now = room.clock()
    secret = room.config.source_secret(source)
    digest = signing.proof(source.form, signature, secret, body, now)
    if room.ledger.told.has(digest):
        return Taken(again=True)
    found = push.read(Payload(body, source.url, "utf-8", now), source, room.zone)
    told = Poll(
        source.name,
        source.url,
        now,
        found.articles,
        status=None,
        skipped=found.skipped,
        whole=False,
        pushed=True,
        direct=True,
    )
    new = sum(not one.withdrawn and _unknown(room, one) for one in found.articles)
    take(room, told)
    room.ledger.told.first(digest, source.name, now, now - 2 * signing.WINDOW)
    for remark in found.skipped:
        log.info("push skipped", source=source.name, reason=remark)
    return Taken(found.articles, new, found.skipped)


def _unknown(room: Room, article: Article) -> bool:
    return room.ledger.articles.by_keys([key.key for key in article.keys]) is None
