"""Sitemaps become articles: news sitemaps, plain ones, and indexes of them, packed or not.

Elements by sitemaps.org (protocol 0.9) and Google's news and image extensions (0.9 and 1.1, read 2026-11).
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit
from zoneinfo import ZoneInfo

from syndicator.models import Article, Source
from syndicator.sources import dates, slugs
from syndicator.sources.entry import DocumentError, Found, Payload, Picture
from syndicator.sources.feed import CUT_SHORT
from syndicator.sources.identity import clean, is_home, keys, normalise
from syndicator.sources.media import photos
from syndicator.sources.plain import decode, language, plain
from syndicator.sources.sifting import newest_first, sift
from syndicator.sources.terms import sort
from syndicator.sources.xml_feed import CONTROL, tree

ACCEPT = "application/xml, text/xml;q=0.9, application/gzip;q=0.8, */*;q=0.5"
UNPACKED = 10_000_000  # bytes: as much as is taken of a document that was not packed

_ROOT = re.compile(r"<(?:[\w.-]+:)?(urlset|sitemapindex)\b", re.IGNORECASE)
_END = re.compile(r"</(?:[\w.-]+:)?(?:urlset|sitemapindex)\s*>\s*(?:<!--.*?-->\s*)*$", re.IGNORECASE | re.DOTALL)
_HTML = re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_FEED = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf)\b", re.IGNORECASE)
# What content systems call their lists of sections, tags and people, and the addresses of these.
_NO_STORIES = re.compile(
    r"(?:^|[-_/])(?:categor(?:y|ies)|taxonom(?:y|ies)|(?:post[-_])?tags?|authors?|users?)(?=[-_.\d])"
)
_LISTING = re.compile(r"/(?:categor(?:y|ies)|tags?|topics?|authors?)/[^/]+$", re.IGNORECASE)
_PATH_OF_SECTION = re.compile(r"[^/\d]+")

Element = Any  # lxml's, which has no public type


@dataclass(frozen=True, slots=True)
class _Age:
    """What is still news."""

    now: datetime
    fresh: timedelta
    zone: ZoneInfo

    def old(self, when: datetime | date | None) -> bool:
        """Whether it was too long ago. Nobody knows of what has no date; a day counts to its end."""
        if when is None:
            return False
        oldest = self.now - self.fresh
        return when < oldest if isinstance(when, datetime) else when < oldest.astimezone(self.zone).date()


def read(payload: Payload, source: Source, zone: ZoneInfo) -> Found:
    """The articles of a sitemap that are news by `source.fresh`, or the sitemaps of an index, the newest first.

    Raises DocumentError when it is neither.
    """
    body, complete = _unpacked(payload.body)
    root, whole = _document(decode(body, payload.charset).lstrip("\ufeff \t\r\n"), payload.url)
    whole = whole and complete
    items = [el for el in root.iter() if _name(el) in ("url", "sitemap")]
    items = items if whole else items[:-1]
    age = _Age(payload.at, source.fresh, zone)
    found = _index(items, payload, age) if _name(root) == "sitemapindex" else _stories(items, source, payload, age)
    return Found(
        found.articles, found.skipped + (() if whole else (CUT_SHORT,)), whole, found.more, steady=found.steady
    )


def _unpacked(body: bytes) -> tuple[bytes, bool]:
    """The document itself where it came as a .gz file, and whether that was complete. Raises DocumentError."""
    if not body.startswith(b"\x1f\x8b"):
        return body, True
    machine = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        text = machine.decompress(body, UNPACKED + 1)
    except zlib.error as error:
        raise DocumentError("answered a packed document that is damaged") from error
    if len(text) > UNPACKED:
        raise DocumentError(f"is larger than {UNPACKED / 1e6:g} MB once it is unpacked")
    return text, machine.eof and not machine.unused_data.strip(b"\0")


def _document(text: str, url: str) -> tuple[Element, bool]:
    start = _ROOT.search(text[:20_000])
    if start is None:
        raise DocumentError(_what_else(text[:20_000]))
    if "<!ENTITY" in text[: start.start()].upper():
        raise DocumentError("declares entities of its own, which is refused")
    # What stands before the root (declarations, a DTD) is left out.
    return tree(CONTROL.sub("", text[start.start() :]), url, _END)


def _what_else(text: str) -> str:
    if not text.strip():
        return "answered an empty document"
    if _HTML.search(text):
        return "answered an HTML page, not a sitemap"
    return 'answered a feed: its source needs type = "feed"' if _FEED.search(text) else "answered no sitemap"


def _name(element: Element) -> str:
    """The tag without its namespace: the parent tells which extension it belongs to."""
    tag = element.tag
    return re.split("[}:]", tag)[-1].lower() if isinstance(tag, str) else ""


def _texts(element: Element | None) -> dict[str, str]:
    """The texts right below an element, the first of each name."""
    found: dict[str, str] = {}
    for child in element if element is not None else ():
        found.setdefault(_name(child), (child.text or "").strip())
    return found


# ---------------------------------------------------------------------------------------------- an index


def _index(items: Sequence[Element], payload: Payload, age: _Age) -> Found:
    """The sitemaps to read now: the last changed first, then those without a date, the highest number first.

    Only where all say the moment of their last change does an index that stays the same say that nothing is new.
    """
    dated, undated, skipped, steady = list[tuple[datetime, str]](), list[str](), list[str](), True
    for number, item in enumerate(items, 1):
        texts = _texts(item)
        address, when = (
            clean(urljoin(payload.url, texts.get("loc", ""))),
            dates.parse(texts.get("lastmod", ""), age.zone),
        )
        if not texts.get("loc") or not address:
            skipped.append(f"Sitemap {number} of the index has no address.")
        elif _NO_STORIES.search(urlsplit(address).path.rpartition("/")[2].lower()) or age.old(when):
            continue
        else:
            steady = steady and isinstance(when, datetime)
            moment = dates.moment(texts.get("lastmod", ""), age.zone)
            dated.append((moment, address)) if moment else undated.append(address)
    dated.sort(key=lambda pair: pair[0], reverse=True)
    undated.sort(key=_numbers, reverse=True)
    listed = dict.fromkeys([*(address for _, address in dated), *undated])
    return Found((), tuple(skipped), more=tuple(listed), steady=steady)


def _numbers(address: str) -> list[int]:
    """ "posts-2026-11.xml" after "posts-2026-9.xml": software numbers its sitemaps upwards."""
    return [int(digits[:9]) for digits in re.findall(r"\d+", urlsplit(address).path)]


# ---------------------------------------------------------------------------------------------- a sitemap


def _stories(items: Sequence[Element], source: Source, payload: Payload, age: _Age) -> Found:
    skipped = list[str]()
    listed = list(_located(items, payload, skipped))
    above = {
        key[: match.start()] for link, _ in listed for key in (normalise(link),) for match in re.finditer("/", key)
    }
    named = ((link, item) for link, item in listed if _child(item, "news") is not None or not _is_section(link, above))
    made = (_article(link, item, source, payload, age) for link, item in named)
    articles = [article for article in made if article]
    return Found(newest_first(sift(articles, skipped), age.zone), tuple(skipped))


def _located(items: Sequence[Element], payload: Payload, skipped: list[str]) -> Iterator[tuple[str, Element]]:
    """The entries that have an address, with it; front pages are left out."""
    for number, item in enumerate(items, 1):
        written = _texts(item).get("loc", "")
        link = urljoin(payload.url, written) if written else ""
        if not clean(link):
            named = plain(_texts(_child(item, "news")).get("title", ""))[:80] or written[:200] or "nameless"
            skipped.append(f"Entry {number} ({named}) has no link.")
        elif not is_home(link):
            yield link, item


def _child(item: Element, name: str) -> Element | None:
    return next((child for child in item if _name(child) == name), None)


def _is_section(link: str, above: set[str]) -> bool:
    """Whether an address is a list of articles: it says so, or others lie below it and it is short and plain."""
    key = normalise(link)
    last = unquote(key.rpartition("/")[2])
    short = _PATH_OF_SECTION.fullmatch(last) is not None and len(re.split("[-_]", last)) <= 3
    return _LISTING.search(key) is not None or (short and key in above)


def _article(link: str, item: Element, source: Source, payload: Payload, age: _Age) -> Article | None:
    """The article of an entry; None when it is no longer news."""
    texts, element = _texts(item), _child(item, "news")
    news = _texts(element)
    published, changed = (
        dates.parse(text, age.zone) for text in (news.get("publication_date", ""), texts.get("lastmod", ""))
    )
    if age.old(published or changed):
        return None
    title = plain(news.get("title", ""))
    terms = [("type", term) for term in news.get("genres", "").split(",")]
    words = sort([*terms, *(("", term) for term in news.get("keywords", "").split(","))])
    return Article(
        url=clean(link),
        title=title or slugs.words(link),
        provisional=not title,
        sections=words.sections or source.sections,
        tags=words.tags,
        labels=words.labels,
        language=language(_texts(_child(element, "publication")).get("language", "") if element is not None else ""),
        photos=photos(_pictures(item, payload.url)),
        published=published,
        updated=changed if isinstance(changed, datetime) else None,
        sensitive=words.sensitive,
        source=source.name,
        keys=keys(link, feed_url=payload.url),
    )


def _pictures(item: Element, base: str) -> list[Picture]:
    found = [_texts(child) for child in item if _name(child) == "image"]
    return [
        Picture(urljoin(base, image["loc"]), caption=image.get("caption") or image.get("title", ""))
        for image in found
        if image.get("loc")
    ]
