"""From what a push says to an article: by the rules for a feed's items, so that both make one story of one article."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from syndicator.models import Article, Source
from syndicator.sources import feed, identity
from syndicator.sources.entry import Entry, Payload
from syndicator.sources.plain import plain
from syndicator.sources.push.fields import Unfit

TAKEN_BACK = "the CMS says so"


def article(entry: Entry, payload: Payload, source: Source, zone: ZoneInfo, *, at: dict[str, str]) -> Article:
    """The article of an entry; `at` says where its "link" and "title" stand in the push. Raises Unfit.

    Its page counts as read when the push brought what a post needs: headline, photo and date.
    """
    if identity.is_home(entry.link):
        raise Unfit(at["link"], "expected the article's own address, with https:// and a path")
    if not plain(entry.title):
        raise Unfit(at["title"], "missing; expected the headline")
    made = feed.article_of(entry, source, payload, zone)
    return settled(made)


def settled(made: Article) -> Article:
    """The article, its page being read unless the push has brought enough."""
    return replace(made, page_read=bool(made.title and made.photos and made.published))


def withdrawn(entry: Entry, payload: Payload, source: Source, zone: ZoneInfo, why: str, *, at: str) -> Article:
    """An article that was taken back: what matters is which one. `at` names the member that should say so."""
    made = feed.article_of(entry, source, payload, zone)
    if not made.keys:
        raise Unfit(at, "expected the article's own address, with https:// and a path")
    return replace(made, withdrawn=why, embargo=None, page_read=True)
