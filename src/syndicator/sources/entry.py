"""What a document says of one item, before anyone judges it: the form all readers fill in."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syndicator.models import Article
from syndicator.sources.patience import NO_WISH, Patience


class DocumentError(Exception):
    """The document is not what it should be. The message ends a sentence that begins with its address."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What an address answered: bytes, the address they came from in the end, the encoding named, and when.

    `via` are further addresses of the same document, where it lived before: its GUIDs may be known by their hosts.
    `known` are fingerprints of items that are left out where they stand in it unchanged: most of a feed is read in
    vain. Not every reader heeds them.
    """

    body: bytes
    url: str
    charset: str
    at: datetime
    via: tuple[str, ...] = ()
    known: Container[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as listed: `rank` 0 for the photo itself, 1 for a preview, 2 for an attachment; sizes 0 if unknown."""

    url: str
    rank: int = 0
    width: int = 0
    height: int = 0
    alt: str = ""
    caption: str = ""
    credit: str = ""


@dataclass(slots=True)
class Entry:
    """One item as written; texts may be HTML. `categories` are (scheme, term); addresses are absolute."""

    link: str = ""
    guid: str = ""
    permalink: bool = True
    title: str = ""
    summary: str = ""
    content: str = ""
    authors: list[str] = field(default_factory=list)
    categories: list[tuple[str, str]] = field(default_factory=list)
    language: str = ""
    published: str = ""
    updated: str = ""
    future_is_embargo: bool = False
    embargo: str = ""
    ratings: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """A feed's items in its own order. `whole` is False when its end is missing; then its last item is left out.

    An entry is None where the item was left out because its fingerprint is known; `prints` are all fingerprints, or
    none.

    `hubs` and `topic` are the links "hub" and "self" of the feed itself (WebSub), absolute.
    """

    entries: Sequence[Entry | None]
    whole: bool = True
    hubs: tuple[str, ...] = ()
    topic: str = ""
    patience: Patience = NO_WISH
    prints: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The articles of a document, in its order, and remarks on what could not be used. `whole`: nothing was cut off.

    `more` are further documents of the same source to be read now, as a sitemap index lists them. `pace` is how long
    the document asks to be left alone; `hub` and `topic` are where it can be subscribed to and under which address;
    several hubs are parted by a blank. `steady` is False where the same document may lead to new articles, as an index
    does that tells no moments. `prints` are the articles' fingerprints, in their order, 0 for one that is to be read
    again; none where the items cannot be told apart by them. `known` are those of the items left out.
    """

    articles: tuple[Article, ...]
    skipped: tuple[str, ...] = ()
    whole: bool = True
    more: tuple[str, ...] = ()
    pace: timedelta | None = None
    hub: str = ""
    topic: str = ""
    steady: bool = True
    prints: tuple[int, ...] = ()
    known: tuple[int, ...] = ()
