"""Sitemaps become articles: news sitemaps, plain ones, and indexes of them, packed or not.

Elements by sitemaps.org (protocol 0.9) and Google's news and image extensions (0.9 and 1.1, read 2026-11).
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from syndicator.models import Article, Source
from syndicator.sources import dates, headline, slugs
from syndicator.sources.entry import DocumentError, Found, Payload, Picture
from syndicator.sources.feed import CUT_SHORT
from syndicator.sources.identity import absolute, clean, keys
from syndicator.sources.media import photos
from syndicator.sources.pictures import path_of
from syndicator.sources.plain import decode, language, plain
from syndicator.sources.sifting import newest_first, sift
from syndicator.sources.terms import once, sort
from syndicator.sources.xml_feed import CONTROL, Looks, tree

ACCEPT = "application/xml, text/xml;q=0.9, application/gzip;q=0.8, */*;q=0.5"
UNPACKED = 10_000_000  # bytes: as much as is taken of a document that was not packed
LONGEST = 2_048  # characters of an address, by the protocol
DEEPEST = 8  # parts of an address that may be a section's, scheme and host among them

_ROOT = re.compile(r"<(?:[\w.-]+:)?(urlset|sitemapindex)\b", re.IGNORECASE)
_LOOKS = Looks(
    re.compile(r"</(?:[\w.-]+:)?(?:urlset|sitemapindex)\s*>", re.IGNORECASE),
    re.compile(r"(?:\w+:)?(?:url|sitemap)", re.IGNORECASE),
)
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
    root, whole, half = _document(decode(body, payload.charset).lstrip("\ufeff \t\r\n"), payload.url)
    whole = whole and complete
    items = [el for el in root.iter() if _name(el) in ("url", "sitemap")]
    items = items[:-1] if half or not complete else items
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


def _document(text: str, url: str) -> tuple[Element, bool, bool]:
    start = _ROOT.search(text[:20_000])
    if start is None:
        raise DocumentError(_what_else(text[:20_000]))
    if "<!ENTITY" in text[: start.start()].upper():
        raise DocumentError("declares entities of its own, which is refused")
    # What stands before the root (declarations, a DTD) is left out.
    return tree(CONTROL.sub("", text[start.start() :]), url, _LOOKS)


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
            clean(absolute(payload.url, texts.get("loc", ""))),
            dates.parse(texts.get("lastmod", ""), age.zone),
        )
        if not texts.get("loc") or not address:
            skipped.append(f"Sitemap {number} of the index has no address.")
        elif _NO_STORIES.search(path_of(address).rpartition("/")[2].lower()) or age.old(when):
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
    return [int(digits[:9]) for digits in re.findall(r"\d+", path_of(address))]


# ---------------------------------------------------------------------------------------------- a sitemap


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry with its absolute address as written, and the texts of the entry and of its news."""

    number: int
    link: str
    item: Element
    texts: dict[str, str]
    news: Element | None
    told: dict[str, str]


def _stories(items: Sequence[Element], source: Source, payload: Payload, age: _Age) -> Found:
    rows = [_row(number, item, payload.url) for number, item in enumerate(items, 1)]
    above = {address for row in rows for address in _above(row.link)}
    articles, skipped = list[Article](), list[str]()
    for row in rows:
        published, changed = _times(row, age.zone)
        if age.old(published or changed) or (row.news is None and _is_section(row.link, above)):
            continue
        address = clean(row.link) if len(row.link) <= LONGEST else ""
        if not address:
            called = plain(row.told.get("title", ""))[:80] or row.link[:200] or "nameless"
            skipped.append(f"Entry {row.number} ({called}) has no link.")
        elif identity := keys(row.link, feed_url=payload.url):  # a front page has none
            article = _article(row, address, source, payload.url)
            updated = changed if isinstance(changed, datetime) else None
            articles.append(replace(article, published=published, updated=updated, keys=identity))
    return Found(newest_first(sift(articles, skipped), age.zone), tuple(skipped))


def _row(number: int, item: Element, base: str) -> _Row:
    texts, news = _texts(item), _child(item, "news")
    written = texts.get("loc", "")
    link = written if written.startswith(("http://", "https://")) or not written else absolute(base, written)
    return _Row(number, link, item, texts, news, _texts(news))


def _times(row: _Row, zone: ZoneInfo) -> tuple[datetime | date | None, datetime | date | None]:
    """When it was published, and when it was changed."""
    return dates.parse(row.told.get("publication_date", ""), zone), dates.parse(row.texts.get("lastmod", ""), zone)


def _child(item: Element | None, name: str) -> Element | None:
    return next((child for child in item if _name(child) == name), None) if item is not None else None


def _above(link: str) -> Iterator[str]:
    """The addresses above one, as far as sections go."""
    parts = link.split("/", DEEPEST)
    return ("/".join(parts[:number]) for number in range(4, len(parts)))


def _is_section(link: str, above: set[str]) -> bool:
    """Whether an address is a list of articles: it says so, or others lie below it and it is short and plain."""
    bare = link.partition("?")[0].rstrip("/")
    last = unquote(bare.rpartition("/")[2])
    short = _PATH_OF_SECTION.fullmatch(last) is not None and len(re.split("[-_]", last)) <= 3
    return _LISTING.search(bare) is not None or (short and bare in above)


def _article(row: _Row, address: str, source: Source, base: str) -> Article:
    """What an entry tells beside its times and identity."""
    title, marks = headline.read(plain(row.told.get("title", "")))
    genres = [("type", term) for term in row.told.get("genres", "").split(",")]
    words = sort([*genres, *(("", term) for term in row.told.get("keywords", "").split(","))])
    return Article(
        url=address,
        title=title or slugs.words(row.link),
        provisional=not title,
        sections=words.sections or source.sections,
        tags=words.tags,
        labels=once((*marks, *words.labels)),
        language=language(_texts(_child(row.news, "publication")).get("language", "")),
        photos=photos(_pictures(row.item, base)),
        sensitive=words.sensitive,
        source=source.name,
    )


def _pictures(item: Element, base: str) -> list[Picture]:
    found = [_texts(child) for child in item if _name(child) == "image"]
    return [
        Picture(absolute(base, image["loc"]), caption=image.get("caption") or image.get("title", ""))
        for image in found
        if image.get("loc")
    ]
