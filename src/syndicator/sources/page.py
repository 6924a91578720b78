"""An article's own page: OpenGraph, JSON-LD and what is visible fill in what the feed did not say."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser

from syndicator.models import Article, Key, Photo, Source
from syndicator.sources import dates, headline, jsonld, visible, wording
from syndicator.sources.identity import absolute, add_key, clean, names_story, normalise
from syndicator.sources.media import MANY, same_picture
from syndicator.sources.mending import bounded
from syndicator.sources.plain import cut, language, line, plain, summary
from syndicator.sources.terms import label, once, section, split_credit, warns

MAX_BYTES = 2_000_000
ACCEPT = "text/html, application/xhtml+xml;q=0.9"
LONGEST_TITLE = 500


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says; everything may be missing. `canonical` is absolute and unjudged."""

    title: str = ""
    summary: str = ""
    canonical: str = ""
    photos: tuple[Photo, ...] = ()
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
    linked = jsonld.read(node.text() for node in tree.css('script[type="application/ld+json"]'))
    seen = visible.read(tree, zone)
    root = tree.root
    canonical = _attribute(tree, 'link[rel~="canonical"]', "href") or _first(meta, "og:url") or linked.url
    authors = [name for name in meta.get("article:author", []) + meta.get("author", []) if "://" not in name]
    rated = (*linked.ratings, *meta.get("rating", []))
    updated = dates.parse(linked.updated or _first(meta, "article:modified_time", "og:updated_time"), zone)
    content, words = wording.digest(linked.body or wording.of_page(tree))
    described = summary(linked.summary or _first(meta, "og:description", "description"))
    title = linked.title or _first(meta, "og:title", "twitter:title") or line(seen.title)
    title, marks = headline.read(headline.without_site(title, _first(meta, "og:site_name")), (described,))
    return Page(
        title=cut(title, LONGEST_TITLE),
        summary=described,
        canonical=absolute(url, canonical),
        photos=_photos(tree, url, meta, linked.photos, seen.photo),
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
        title=article.title or page.title,
        summary=article.summary or page.summary,
        authors=article.authors or page.authors,
        sections=(page.sections if article.sections == source.sections else ()) or article.sections,
        labels=article.labels or page.labels,
        language=article.language or page.language,
        photos=_filled_photos(article.photos, page.photos),
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


def _filled_photos(ours: tuple[Photo, ...], theirs: tuple[Photo, ...]) -> tuple[Photo, ...]:
    if not ours:
        return theirs[:1]
    return tuple(_merged(photo, [other for other in theirs if same_picture(other.url, photo.url)]) for photo in ours)


def _merged(photo: Photo, others: Iterable[Photo]) -> Photo:
    for other in others:
        photo = replace(
            photo,
            alt=photo.alt or other.alt,
            caption=photo.caption or other.caption,
            credit=photo.credit or other.credit,
        )
    return photo


def _meta(tree: LexborHTMLParser) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in tree.css("meta[content]"):
        name = node.attributes.get("property") or node.attributes.get("name") or node.attributes.get("itemprop") or ""
        if text := plain(node.attributes.get("content") or ""):
            found.setdefault(name.lower(), []).append(text)
    return found


def _first(meta: dict[str, list[str]], *names: str) -> str:
    return next((meta[name][0] for name in names if name in meta), "")


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str:
    found = (node.attributes.get(name) or "" for node in tree.css(selector))
    return next((text.strip() for text in found if text.strip()), "")


def _photos(
    tree: LexborHTMLParser, url: str, meta: dict[str, list[str]], linked: tuple[Photo, ...], seen: Photo | None
) -> tuple[Photo, ...]:
    """Candidates, the newsroom's choice for cards first, each with all that the page says of the same picture."""
    cards = [
        Photo(_first(meta, *names), _first(meta, alt))
        for alt, *names in (
            ("og:image:alt", "og:image:secure_url", "og:image", "og:image:url"),
            ("twitter:image:alt", "twitter:image", "twitter:image:src"),
        )
    ]
    named = [*cards, *linked, *_figures(tree), *([seen] if seen else [])]
    listed = [replace(photo, url=absolute(url, photo.url)) for photo in named[:MANY] if photo.url]
    usable = [photo for photo in listed if photo.url.startswith(("http://", "https://"))]
    return tuple(_merged(photo, [other for other in usable if same_picture(other.url, photo.url)]) for photo in usable)


def _figures(tree: LexborHTMLParser) -> list[Photo]:
    found = []
    for figure in tree.css("figure")[:MANY]:
        image, words = figure.css_first("img[src]"), figure.css_first("figcaption")
        if image is not None:
            caption, credit = split_credit(words.text(separator=" ")) if words is not None else ("", "")
            found.append(
                Photo(image.attributes["src"] or "", plain(image.attributes.get("alt") or ""), caption, credit)
            )
    return found


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
