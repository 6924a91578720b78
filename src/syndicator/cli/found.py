"""An article by its address: the ledger's, or read from its page."""

from dataclasses import replace

from syndicator import sources
from syndicator.cli.rooms import readable
from syndicator.errors import ConfigError, FetchError
from syndicator.fetch import Fetcher
from syndicator.models import Article, Key, Source
from syndicator.room import Room
from syndicator.sources import identity

BY_HAND = "desk"
"""The source of articles that a person brought by their address."""


def keys_of(url: str) -> tuple[Key, ...]:
    """The identity keys of an address. Raises ConfigError for one that cannot be an article's."""
    found = identity.keys(url)
    if not found:
        raise ConfigError(f"{url}: not the address of an article; it needs http:// or https:// and a path")
    return found


def known(room: Room, url: str) -> Article | None:
    """The ledger's article, None when it has none. Raises ConfigError for an address that cannot be an article's."""
    keys = [key.key for key in keys_of(url)]
    return room.ledger.articles.by_keys(keys) if readable(room) else None


def neighbour(room: Room, url: str) -> Source | None:
    """A configured source of the same site."""
    return next((one for one in room.config.sources.values() if identity.same_site(one.url, url)), None)


async def read(room: Room, url: str, way: Fetcher) -> Article:
    """An article nobody has found yet, from its page; private addresses only where a source of that site may.

    Raises FetchError, ConfigError for an address that cannot be an article's.
    """
    near = neighbour(room, url)
    stub = Source(BY_HAND, url, allow_private=near.allow_private if near else False)
    empty = Article(identity.clean(url), "", source=near.name if near else BY_HAND, keys=keys_of(url))
    article = await sources.read_page(empty, stub, way, zone=room.zone)
    if not article.title:
        raise FetchError(f"{url}: the page has no headline, so there is nothing to post")
    return sources.spoken(replace(article, page_read=True), room.config.newsroom.language)
