"""`TYPES` is the only list of kinds of sources; one more is one more reader here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from syndicator.models import Source
from syndicator.sources import feed, push, section, sitemap
from syndicator.sources.entry import Found, Payload

Read = Callable[[Payload, Source, ZoneInfo], Found]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one type of source is read: what to ask for, and bytes to articles (raises DocumentError).

    `polled` is False for one that is never asked: it is told. `robots` is True for one that was not made for machines:
    robots.txt says whether it and the articles found there may be read.
    """

    accept: str
    read: Read
    polled: bool = True
    robots: bool = False


TYPES: Mapping[str, Kind] = {
    "feed": Kind(feed.ACCEPT, feed.read),
    "sitemap": Kind(sitemap.ACCEPT, sitemap.read),
    "page": Kind(section.ACCEPT, section.read, robots=True),
    "push": Kind("", push.read, polled=False),
}


def polled(configured: Iterable[Source]) -> list[Source]:
    """The sources that are asked, in their order; the others tell us themselves."""
    return [source for source in configured if source.type not in TYPES or TYPES[source.type].polled]
