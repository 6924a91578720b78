"""A section page without a feed becomes articles: its links to them, in order, with their words as stand-in titles."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from syndicator.models import Article, Source
from syndicator.sources import dates, slugs
from syndicator.sources.entry import DocumentError, Found, Payload
from syndicator.sources.identity import absolute, clean, is_home, keys, normalise
from syndicator.sources.plain import cut, decode, plain
from syndicator.sources.sifting import sift

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
LONGEST = 300  # characters of a stand-in title
_SHEET = re.compile(r"\?(?:page|paged|offset|start|sort|view)=[^&]*")


@dataclass(slots=True)
class _Link:
    """One address on the page and what stands at it."""

    address: str
    words: str
    when: datetime | date | None


def read(payload: Payload, source: Source, zone: ZoneInfo) -> Found:
    """The articles a section page links to, as `source.select` chooses them. Raises DocumentError for none."""
    text = decode(payload.body, payload.charset)
    if not text.strip():
        raise DocumentError("answered an empty document")
    page = LexborHTMLParser(text)
    base, skipped = _base(page, payload.url), list[str]()
    links = dict[str, _Link]()
    for number, match in enumerate(_matches(page, source), 1):
        link = _link(match, base, zone)
        if not clean(link.address):
            skipped.append(f"Match {number} ({link.words[:80] or 'nameless'}) has no link.")
        elif not _leads_up(link.address, payload.url):
            _join(links.setdefault(normalise(link.address), link), link)
    if not links:
        raise DocumentError(f"{_chosen_by(source)} chooses no link to an article there")
    oldest = payload.at - source.fresh
    articles = [_article(link, source, payload) for link in links.values() if not _old(link.when, oldest, zone)]
    return Found(sift(articles, skipped), tuple(skipped))


def _chosen_by(source: Source) -> str:
    return f"cannot be used: sources.{source.name}.select = “{source.select}”"


def _matches(page: LexborHTMLParser, source: Source) -> list[LexborNode]:
    try:
        found = page.css(source.select)
    except SelectolaxError as error:
        raise DocumentError(f"{_chosen_by(source)} is not a CSS selector") from error
    if not found:
        raise DocumentError(f"{_chosen_by(source)} matches nothing there")
    return found


def _base(page: LexborHTMLParser, url: str) -> str:
    named = page.css_first("base[href]")
    return absolute(url, named.attributes["href"] or "") or url if named is not None else url


def _link(match: LexborNode, base: str, zone: ZoneInfo) -> _Link:
    """The match itself where it is a link, else the first one in it."""
    anchor = match if match.tag == "a" else match.css_first("a[href]")
    written = (anchor.attributes.get("href") or "").strip() if anchor is not None else ""
    words = _words(anchor) if anchor is not None else plain(match.text(separator=" "))
    time = match.css_first("time[datetime]")
    when = dates.parse(time.attributes["datetime"] or "", zone) if time is not None else None
    return _Link(absolute(base, written), words, when)


def _words(anchor: LexborNode) -> str:
    """What a reader sees of a link: its text, else what is said of it or of its picture."""
    image = anchor.css_first("img[alt]")
    said: Iterable[str | None] = (
        anchor.text(separator=" "),
        anchor.attributes.get("aria-label"),
        anchor.attributes.get("title"),
        image.attributes["alt"] if image is not None else "",
    )
    return next((words for text in said if (words := plain(text or ""))), "")


def _leads_up(link: str, page: str) -> bool:
    """Whether a link leads to the front page, this page, another sheet of it, or a page above it: to no article."""
    here, there = normalise(page), normalise(link)
    sheet = there.startswith(here + "?") and _SHEET.fullmatch(there.removeprefix(here)) is not None
    return is_home(link) or here == there or here.startswith(there + "/") or sheet


def _join(kept: _Link, other: _Link) -> None:
    """A picture and a headline often link to the same article: together they say more."""
    kept.words, kept.when = kept.words or other.words, kept.when or other.when


def _old(when: datetime | date | None, oldest: datetime, zone: ZoneInfo) -> bool:
    if when is None:
        return False
    return when < oldest if isinstance(when, datetime) else when < oldest.astimezone(zone).date()


def _article(link: _Link, source: Source, payload: Payload) -> Article:
    return Article(
        url=clean(link.address),
        title=cut(link.words, LONGEST) or slugs.words(link.address),
        provisional=True,
        sections=source.sections,
        published=link.when,
        source=source.name,
        keys=keys(link.address, feed_url=payload.url),
    )
