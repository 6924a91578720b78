"""A feed's document becomes articles: RSS 2.0, RSS 1.0, Atom, JSON Feed."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syndicator.models import Article, Source
from syndicator.sources import dates, headline, json_feed, loose_feed, xml_feed
from syndicator.sources.entry import Document, DocumentError, Entry, Found, Payload
from syndicator.sources.identity import clean, drop_shared, keys
from syndicator.sources.media import photos
from syndicator.sources.plain import decode, language, plain, summary
from syndicator.sources.terms import once, sort, warns
from syndicator.sources.wording import digest

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
CUT_SHORT = "The document was cut off: its last item waits for the next poll."
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>|<!--.*?-->|\s)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)


def read(payload: Payload, source: Source, zone: ZoneInfo) -> Found:
    """The articles of a feed's document. Raises DocumentError when it is no feed."""
    document = _document(decode(payload.body, payload.charset).lstrip("\ufeff \t\r\n"), payload.url)
    articles, skipped = list[Article](), list[str]()
    for number, entry in enumerate(document.entries, 1):
        lack = _lack(entry)
        if lack:
            skipped.append(f"Item {number} ({_called(entry)}) {lack}.")
        else:
            articles.append(_article(entry, source, payload, zone))
    kept = list[Article]()
    for article in drop_shared(_first_of_each(articles, skipped)):
        if article.keys:
            kept.append(article)
        else:
            skipped.append(f"“{article.title}” has no address of its own.")
    if not document.whole:
        skipped.append(CUT_SHORT)
    return Found(tuple(kept), tuple(skipped), document.whole, pace=document.patience.at(payload.at))


def _document(text: str, url: str) -> Document:
    if _HTML.match(text[:5000]):
        raise DocumentError("answered an HTML page, not a feed")
    if text.startswith("{"):
        return json_feed.read(text, url)
    if not text.strip():
        raise DocumentError("answered an empty document")
    if not xml_feed.has_root(text):
        return loose_feed.read(text, url)
    document = xml_feed.read(text, url)
    if document.entries or not re.search(r"<(?:\w+:)?(?:item|entry)\b", text) or not document.whole:
        return document
    return loose_feed.read(text, url)


def _lack(entry: Entry) -> str:
    if not clean(entry.link):
        return "has no link"
    return "" if plain(entry.title) else "has no title"


def _called(entry: Entry) -> str:
    return plain(entry.title)[:80] or entry.link[:200] or entry.guid[:80] or "nameless"


def _article(entry: Entry, source: Source, payload: Payload, zone: ZoneInfo) -> Article:
    words = sort(entry.categories)
    published = _within(dates.parse(entry.published, zone))
    updated = dates.parse(entry.updated, zone)
    content, length = digest(entry.content) if entry.content else ("", 0)
    title, marks = headline.read(plain(entry.title), _told(entry))
    return Article(
        url=clean(entry.link),
        title=title,
        summary=summary(entry.summary or entry.content),
        authors=once(plain(name) for name in entry.authors),
        sections=words.sections or source.sections,
        tags=words.tags,
        labels=once((*marks, *words.labels)),
        language=language(entry.language),
        photos=photos(entry.pictures, entry.content or entry.summary),
        published=published,
        updated=updated if isinstance(updated, datetime) else None,
        sensitive=words.sensitive or warns(entry.ratings) or "true" in entry.ratings,
        embargo=_embargo(entry, published, payload.at, zone),
        content=content,
        words=length,
        source=source.name,
        keys=keys(entry.link, entry.guid, "", source.url, (*payload.via, payload.url), permalink=entry.permalink),
    )


def _told(entry: Entry) -> Iterator[str]:
    """What an item says beside its headline, as plain text, made only when somebody asks."""
    yield plain(entry.summary)
    yield plain(entry.content)
    yield from (plain(term) for _, term in entry.categories)


def _embargo(entry: Entry, published: datetime | date | None, now: datetime, zone: ZoneInfo) -> datetime | None:
    until = dates.moment(entry.embargo, zone)
    if until is None and entry.future_is_embargo and isinstance(published, datetime):
        until = published
    return until if until and until > now else None


def _within(when: datetime | date | None) -> datetime | date | None:
    """Dates before the web are placeholders ("0001-01-01"), not dates."""
    return None if when is None or when.year < 1990 else when


def _first_of_each(articles: list[Article], skipped: list[str]) -> list[Article]:
    """Without items that repeat all identities of an earlier one."""
    seen, kept = set[frozenset[str]](), list[Article]()
    for article in articles:
        identity = frozenset(key.key for key in article.keys)
        if identity in seen:
            skipped.append(f"“{article.title}” repeats an earlier item's address.")
            continue
        if identity:
            seen.add(identity)
        kept.append(article)
    return kept
