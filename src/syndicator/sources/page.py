"""An article's own page: OpenGraph, JSON-LD and what is visible fill in what the feed did not say."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser

from syndicator.models import Article, Key, Photo, Source
from syndicator.sources import dates, headline, jsonld, page_photos, visible, wording
from syndicator.sources.identity import absolute, add_key, clean, names_story, normalise
from syndicator.sources.mending import bounded
from syndicator.sources.pictures import joined
from syndicator.sources.plain import cut, language, line, plain, summary
from syndicator.sources.terms import label, once, section, warns

MAX_BYTES = 2_000_000
_DIVIDERS = "|–—·•:»-"  # between a headline and the site's name
ACCEPT = "text/html, application/xhtml+xml;q=0.9"
LONGEST_TITLE = 500


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says; everything may be missing. `canonical` is absolute and unjudged.

    `photos` are the article's, best first; `pictures` are all others with a caption, whosever they are.
    """

    title: str = ""
    summary: str = ""
    canonical: str = ""
    photos: tuple[Photo, ...] = ()
    pictures: tuple[Photo, ...] = ()
    authors: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    language: str = ""
    published: datetime | date | None = None
    updated: datetime | None = None
    sensitive: bool = False
    content: str = ""
    words: int = 0
    correction: str = ""


def read(html: str, url: str, zone: ZoneInfo) -> Page:
    """The facts of a page that was found at `url`."""
    tree = LexborHTMLParser(bounded(html))
    meta = _meta(tree)
    own = _attribute(tree, 'link[rel~="canonical"]', "href") or _first(meta, "og:url")
    blocks = (node.text() for node in tree.css('script[type="application/ld+json"]'))
    linked = jsonld.read(blocks, url, {normalise(url), normalise(absolute(url, own))})
    seen = visible.read(tree, zone)
    pictures, others = page_photos.photos(tree, url, linked.photos, seen.photo)
    root = tree.root
    canonical = own or linked.url
    authors = [name for name in meta.get("article:author", []) + meta.get("author", []) if "://" not in name]
    rated = (*linked.ratings, *meta.get("rating", []))
    updated = dates.parse(linked.updated or _first(meta, "article:modified_time", "og:updated_time"), zone)
    content, words = wording.digest(linked.body or wording.of_page(tree))
    described = summary(linked.summary or _first(meta, "og:description", "description"))
    title = _headline(meta, linked.title or _first(meta, "og:title", "twitter:title"), line(seen.title))
    title, marks = headline.read(title, (described,))
    return Page(
        title=cut(title, LONGEST_TITLE),
        summary=described,
        canonical=absolute(url, canonical),
        photos=pictures,
        pictures=others,
        authors=once(linked.authors or authors),
        sections=once(_sections(tree, meta, linked, seen)),
        labels=once((*marks, *linked.labels, *_labels(meta, linked), *seen.labels)),
        language=language(
            (root.attributes.get("lang") or "" if root else "") or linked.language or _first(meta, "og:locale")
        ),
        published=_published(tree, meta, linked, seen, zone),
        updated=updated if isinstance(updated, datetime) else None,
        sensitive=warns((*rated, *meta.get("article:tag", []))),
        content=content,
        words=words,
        correction=wording.correction(tree, linked.corrections),
    )


def fill(article: Article, page: Page, source: Source, url: str, zone: ZoneInfo) -> Article:
    """The article with what was missing taken from its page, which was reached at `url`.

    A canonical address of the same site that can be this story's becomes `url` and one more key.
    """
    filled = replace(
        article,
        title=(page.title if article.provisional else "") or article.title or page.title,
        provisional=article.provisional and not page.title,
        summary=article.summary or page.summary,
        authors=article.authors or page.authors,
        sections=(page.sections if article.sections == source.sections else ()) or article.sections,
        labels=article.labels or page.labels,
        language=article.language or page.language,
        photos=joined(article.photos, page.photos, page.pictures),
        published=_better(article.published, page.published, zone),
        updated=article.updated or page.updated,
        sensitive=article.sensitive or page.sensitive,
        content=article.content or page.content,
        words=article.words if article.content else page.words,
        correction=article.correction or page.correction,
        page_read=True,
        page_error="",
    )
    if not (names_story(page.canonical, url) and _not_above(page.canonical, article.url)):
        return filled
    key = Key("url:" + normalise(page.canonical), page.canonical)
    return replace(filled, url=clean(page.canonical), keys=add_key(article.keys, [key]))


def _not_above(canonical: str, link: str) -> bool:
    """A link through another site's redirect cannot be compared; one of the same site must not be the section."""
    same = names_story(canonical, link)
    return same or normalise(link).partition("/")[0] != normalise(canonical).partition("/")[0]


def _better(ours: datetime | date | None, theirs: datetime | date | None, zone: ZoneInfo) -> datetime | date | None:
    if ours is None:
        return theirs
    if isinstance(ours, datetime) or not isinstance(theirs, datetime):
        return ours
    return theirs if theirs.astimezone(zone).date() == ours else ours


def _meta(tree: LexborHTMLParser) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in tree.css("meta[content]"):
        name = node.attributes.get("property") or node.attributes.get("name") or node.attributes.get("itemprop") or ""
        if text := plain(node.attributes.get("content") or ""):
            found.setdefault(name.lower(), []).append(text)
    return found


def _first(meta: dict[str, list[str]], *names: str) -> str:
    return next((meta[name][0] for name in names if name in meta), "")


def _headline(meta: dict[str, list[str]], named: str, seen: str) -> str:
    """What the page calls itself without its site's name, else what a reader sees; the site's name alone is none."""
    site = _first(meta, "og:site_name")
    if named.casefold() == site.casefold():
        return seen
    tail = named.removeprefix(seen).lstrip() if seen and named.startswith(seen) else ""
    return seen if tail and tail[0] in _DIVIDERS else headline.without_site(named, site)


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str:
    found = (node.attributes.get(name) or "" for node in tree.css(selector))
    return next((text.strip() for text in found if text.strip()), "")


def _sections(
    tree: LexborHTMLParser, meta: dict[str, list[str]], linked: jsonld.Facts, seen: visible.Seen
) -> tuple[str, ...]:
    """The most exact of what the page offers: a path before a single name."""
    trail = tree.css_first('[itemtype$="BreadcrumbList"], [class*="breadcrumb"], [aria-label="breadcrumb" i]')
    links = [plain(node.text()) for node in trail.css("a")] if trail is not None else []
    crumbs = section(" > ".join(links))
    single = [section(name) for name in meta.get("article:section", []) if not label(name)]
    offers = [linked.sections, (crumbs,), (seen.section,), tuple(single)]
    offers = [tuple(name for name in offer if name and not label(name)) for offer in offers]
    paths = (offer for offer in offers if any(" > " in name for name in offer))
    return next(paths, None) or next((offer for offer in offers if offer), ())


def _labels(meta: dict[str, list[str]], linked: jsonld.Facts) -> list[str]:
    terms = [*linked.sections, *meta.get("article:section", []), *meta.get("article:tag", [])]
    return [known for term in terms if (known := label(term))]


def _published(
    tree: LexborHTMLParser, meta: dict[str, list[str]], linked: jsonld.Facts, seen: visible.Seen, zone: ZoneInfo
) -> datetime | date | None:
    """The first moment the page names, else the first day."""
    written = [
        linked.published,
        _first(meta, "article:published_time", "datepublished", "dc.date.issued", "date", "parsely-pub-date"),
        _attribute(tree, '[itemprop="datePublished"]', "datetime"),
        _attribute(tree, "article time[datetime], header time[datetime], main time[datetime]", "datetime"),
    ]
    found = [when for text in written if (when := dates.parse(text, zone))]
    found += [seen.published] if seen.published else []
    return next((when for when in found if isinstance(when, datetime)), None) or next(iter(found), None)
