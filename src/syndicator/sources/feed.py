"""A feed's document becomes articles: RSS 2.0, RSS 1.0, Atom, JSON Feed."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syndicator.models import Article, Source
from syndicator.sources import dates, headline, json_feed, loose_feed, xml_feed
from syndicator.sources.entry import Document, DocumentError, Entry, Found, Payload
from syndicator.sources.identity import LONGEST, clean, keys
from syndicator.sources.media import photos
from syndicator.sources.plain import cut, decode, language, plain, summary
from syndicator.sources.sifting import sift
from syndicator.sources.terms import once, sort, warns
from syndicator.sources.wording import digest

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
CUT_SHORT = "The document was cut off: what is missing waits for the next poll."
_AHEAD = re.compile(r"\s*(?:<\?xml[^>]*>|<!--.*?-->)", re.IGNORECASE | re.DOTALL)
_HTML = re.compile(r"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
MANY = 200  # of one kind in one item: nobody reads more, and each costs time
LONGEST_TITLE = 500


def read(payload: Payload, source: Source, zone: ZoneInfo) -> Found:
    """The articles of a feed's document. Raises DocumentError when it is no feed."""
    document = _document(decode(payload.body, payload.charset).lstrip("\ufeff \t\r\n"), payload)
    articles, skipped = list[Article](), list[str]()
    prints, known = list[int](), list[int]()
    for number, entry in enumerate(document.entries, 1):
        own = document.prints[number - 1 : number]
        if entry is None:
            known += own
            continue
        lack = _lack(entry)
        if lack:
            skipped.append(f"Item {number} ({_called(entry)}) {lack}.")
        else:
            articles.append(article_of(entry, source, payload, zone))
            # An embargo ends without a word in the document.
            prints += [0] if articles[-1].embargo else own
    kept = sift(articles, skipped)
    if not document.whole:
        skipped.append(CUT_SHORT)
    hub, pace = " ".join(document.hubs), document.patience.at(payload.at)
    apart = len(prints) == len(articles) and _untouched(kept, articles)
    return Found(
        kept,
        tuple(skipped),
        document.whole,
        pace=pace,
        hub=hub,
        topic=document.topic,
        prints=tuple(prints) if apart else (),
        known=tuple(known),
    )


def _untouched(kept: Sequence[Article], articles: Sequence[Article]) -> bool:
    """Whether sifting took nothing away: items that share an identity are understood together only."""
    return len(kept) == len(articles) and all(one is other for one, other in zip(kept, articles, strict=True))


def _document(text: str, payload: Payload) -> Document:
    url = payload.url
    if _is_html(text[:5000]):
        raise DocumentError("answered an HTML page, not a feed")
    if text.startswith("{"):
        return json_feed.read(text, url)
    if not text.strip():
        raise DocumentError("answered an empty document")
    document = xml_feed.read(text, url, payload.known, " ".join(payload.via))
    if document.entries or not re.search(r"<(?:\w+:)?(?:item|entry)\b", text) or not document.whole:
        return document
    return loose_feed.read(text, url)


def _is_html(text: str) -> bool:
    at = 0
    while ahead := _AHEAD.match(text, at):
        at = ahead.end()
    return _HTML.match(text, at) is not None


def _lack(entry: Entry) -> str:
    if not clean(entry.link):
        return "has a link that is too long" if len(entry.link) > LONGEST else "has no link"
    return "" if plain(entry.title) else "has no title"


def _called(entry: Entry) -> str:
    return plain(entry.title[:1000])[:80] or entry.link[:200] or entry.guid[:80] or "nameless"


def article_of(entry: Entry, source: Source, payload: Payload, zone: ZoneInfo) -> Article:
    """The article of one item; `payload.url` is where its GUID counts."""
    words = sort(entry.categories[:MANY])
    published = _within(dates.parse(entry.published, zone))
    updated = dates.parse(entry.updated, zone)
    content, length = digest(entry.content) if entry.content else ("", 0)
    title, marks = headline.read(plain(entry.title), _told(entry))
    return Article(
        url=clean(entry.link),
        title=cut(title, LONGEST_TITLE),
        summary=summary(entry.summary or entry.content),
        authors=once(plain(name) for name in entry.authors[:MANY]),
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
