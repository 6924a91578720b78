"""What a page says of its article in JSON-LD (schema.org/NewsArticle, read 2026-11). Broken blocks are ignored."""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from syndicator.models import Photo
from syndicator.sources.identity import absolute, normalise
from syndicator.sources.plain import kept, plain
from syndicator.sources.terms import section, split_credit

Node = dict[str, Any]

# Kinds of article, and the labels that some of them are.
ARTICLES = {
    "NewsArticle": "",
    "Article": "",
    "ReportageNewsArticle": "",
    "BackgroundNewsArticle": "",
    "AnalysisNewsArticle": "Analysis",
    "AskPublicNewsArticle": "",
    "OpinionNewsArticle": "Opinion",
    "ReviewNewsArticle": "Review",
    "LiveBlogPosting": "Live",
    "BlogPosting": "",
    "AdvertiserContentArticle": "Sponsored",
}
MANY = 100  # photos or authors of one story
_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$")


@dataclass(frozen=True, slots=True)
class Facts:
    """The article as its JSON-LD describes it; everything may be missing."""

    title: str = ""
    summary: str = ""
    url: str = ""
    photos: tuple[Photo, ...] = ()
    authors: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    language: str = ""
    published: str = ""
    updated: str = ""
    ratings: tuple[str, ...] = ()
    body: str = ""
    corrections: tuple[str, ...] = ()


def read(blocks: Iterable[str], url: str = "", own: Collection[str] = ()) -> Facts:
    """The facts of a page's article from its blocks, with the page's breadcrumbs as its section.

    Of several articles the first that says its address is one of `own` (normalised), else one that says none, else
    the first: others are the related ones. `url` is the page's, for relative addresses.
    """
    nodes = [node for block in blocks for node in _nodes(_parsed(block))]
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    articles = [node for kind in ARTICLES for node in nodes if kind in _types(node)]
    article = min(articles, key=lambda node: _foreign(node, url, own), default=None)
    crumbs = next((path for node in nodes if "BreadcrumbList" in _types(node) and (path := _crumbs(node))), "")
    if article is None:
        return Facts(sections=(crumbs,) if crumbs else ())
    sections = tuple(section(plain(text)) for text in _texts(article.get("articleSection")))
    return Facts(
        title=plain(_text(article.get("headline"))),
        summary=_text(article.get("description")),
        url=_address(article),
        photos=tuple(photo for node in _each(article.get("image"), by_id) if (photo := _photo(node)).url),
        authors=tuple(plain(_name(node)) for node in _each(article.get("author"), by_id)),
        sections=(crumbs,) if crumbs else sections,
        labels=tuple(label for kind in _types(article) if (label := ARTICLES.get(kind, ""))),
        language=_text(article.get("inLanguage")),
        published=_text(article.get("datePublished")),
        updated=_text(article.get("dateModified")),
        ratings=(*_texts(article.get("contentRating")), *_unfriendly(article)),
        body=_text(article.get("articleBody")),
        corrections=tuple(text for node in _each(article.get("correction"), by_id) if (text := _said(node))),
    )


def _address(article: Node) -> str:
    return _text(article.get("mainEntityOfPage")) or _text(article.get("url"))


def _foreign(article: Node, url: str, own: Collection[str]) -> int:
    """0 for the page's own article, 1 for one that does not say, 2 for another page's."""
    said = [text for name in ("mainEntityOfPage", "url") if (text := _text(article.get(name)))]
    if not said:
        return 1
    return 0 if any(normalise(absolute(url, text)) in own for text in said) else 2


def _parsed(block: str) -> Any:
    try:
        return json.loads(_WRAPPING.sub("", _WRAPPING.sub("", block)), strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(value: Any, depth: int = 0) -> Iterator[Node]:
    """All objects down to a few levels: articles hide in lists, @graph and mainEntity."""
    if depth > 6:
        return
    if isinstance(value, list):
        for part in value:
            yield from _nodes(part, depth + 1)
    elif isinstance(value, dict):
        yield value
        for name in ("@graph", "mainEntity", "mainEntityOfPage", "breadcrumb", "hasPart"):
            yield from _nodes(value.get(name), depth + 1)


def _types(node: Node) -> list[str]:
    return _texts(node.get("@type"))


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [text for part in listed if (text := _text(part))]


def _text(value: Any) -> str:
    """The text of a value: a string, the first of a list, an object's address or name."""
    if isinstance(value, str):
        return kept(value).strip()
    if isinstance(value, list):
        return next((text for part in value[:20] if not isinstance(part, list) and (text := _text(part))), "")
    if isinstance(value, dict):
        kinds = (value.get(name) for name in ("@value", "@id", "url", "name", "alternateName"))
        return next((kept(text).strip() for text in kinds if isinstance(text, str) and text.strip()), "")
    return ""


def _each(value: Any, by_id: dict[str, Node]) -> Iterator[Node]:
    for part in value[:MANY] if isinstance(value, list) else [value]:
        if isinstance(part, str) and part.strip():
            yield by_id.get(part, {"url": part, "name": part})
        elif isinstance(part, dict):
            reference = part.get("@id")
            yield {**by_id.get(reference, {}), **part} if isinstance(reference, str) else part


def _photo(node: Node) -> Photo:
    address = next((text for name in ("contentUrl", "url", "@id") if (text := _texts(node.get(name)))), [""])[0]
    caption, tail = split_credit(_text(node.get("caption")) or _text(node.get("description")))
    makers = (_name(node.get(name)) for name in ("creditText", "creator", "author", "copyrightNotice"))
    credit = next((plain(maker) for maker in makers if maker), "")
    alt = plain(_text(node.get("alternateName")))
    return Photo(address, alt, caption, credit or tail, _pixels(node.get("width")), _pixels(node.get("height")))


def _pixels(value: Any) -> int:
    """A width or height as a number, as "1200" or "1200px", or as a QuantitativeValue; 0 for anything else."""
    if isinstance(value, dict):
        value = value.get("value") or value.get("name")
    text = str(value).strip().removesuffix("px").rstrip().removesuffix(".0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _name(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(name for part in value[:5] if not isinstance(part, list) and (name := _name(part)))
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _said(node: Node) -> str:
    """The words of a comment (schema.org/CorrectionComment), or of what stands in its place."""
    return _text(node.get("text")) or _text(node.get("description")) or _text(node.get("name"))


def _crumbs(node: Node) -> str:
    elements = node.get("itemListElement")
    parts = [part for part in elements if isinstance(part, dict)] if isinstance(elements, list) else []
    parts.sort(key=lambda part: part["position"] if isinstance(part.get("position"), int) else 0)
    names = [plain(_name(part) or _name(part.get("item"))) for part in parts]
    # The last is often the article itself, which has no section's short name.
    return section(" > ".join(name for name in names if len(name) <= 40))


def _unfriendly(article: Node) -> list[str]:
    return ["adult"] if str(article.get("isFamilyFriendly")).lower() in ("false", "no") else []
