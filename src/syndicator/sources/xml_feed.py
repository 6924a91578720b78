"""RSS 2.0, RSS 1.0 and Atom with their extensions, by lxml.

fastfeedparser, the quickest, drops what identity and dates need: isPermaLink, a day without an hour, second authors,
dcterms:available, media:rating (0.6.5). So the tree is read here, and feedparser takes what has no tree.
"""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from html import escape
from typing import Any

from lxml import etree

from syndicator.sources.entry import Document, DocumentError, Entry
from syndicator.sources.identity import absolute
from syndicator.sources.media import of_item
from syndicator.sources.mending import balanced
from syndicator.sources.patience import of_channel

_NAMESPACES = {
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf:",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/rss/1.0/modules/syndication/": "sy:",
    "http://search.yahoo.com/mrss": "media:",
    "http://search.yahoo.com/mrss/": "media:",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner:",
}


@dataclass(frozen=True, slots=True)
class Looks:
    """What a kind of document looks like: its end tag, and the names of its items."""

    end: re.Pattern[str]
    item: re.Pattern[str]


_ROOT = re.compile(r"<(?:[\w.-]+:)?(rss|feed|rdf)\b", re.IGNORECASE)
_BARE = re.compile(r"<(?:[\w.-]+:)?(channel|item|entry)\b", re.IGNORECASE)
_LOOKS = Looks(
    re.compile(r"</(?:[\w.-]+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE),
    re.compile(r"(?:\w+:)?(?:item|entry)", re.IGNORECASE),
)
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
MOST = 2000  # elements looked at in one item
MOST_PRINTS = 1000  # items of a document that are remembered: what has more is read in full each time
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_PARTS = frozenset({"channel", "item", "entry"})

Element = Any  # lxml's, which has no public type
Fields = dict[str, list[Element]]


def read(text: str, url: str, known: Container[int] = frozenset(), place: str = "") -> Document:
    """The items of a feed, or of a document of items alone; a broken one gives what can be saved.

    Items whose fingerprints are `known` are left out; `place` is what else an item's meaning depends on. Raises
    DocumentError when nothing near its beginning is a feed's, and for one with entities.
    """
    start = _start(text)
    if start < 0:
        raise DocumentError("answered something that is not a feed")
    if "<!ENTITY" in text[:start].upper():
        raise DocumentError("declares entities of its own, which is refused")
    # What stands before the root (declarations, blank lines, warnings of a script) is left out, any DTD with it.
    body = CONTROL.sub("", text[start:])
    root, whole, half = tree(body, url, _LOOKS, rooted=_ROOT.match(body) is not None)
    items = [el for el in root.iter() if _name(el) in ("item", "entry")]
    if half:
        items = items[:-1]
    language = _language(root)
    # What had to be mended may have its items cut in other places the next time.
    prints = _prints(items, f"{place} {url} {language}") if whole and len(items) <= MOST_PRINTS else ()
    old = [number in known for number in prints] or [False] * len(items)
    entries = [None if left else _entry(item, url, language) for item, left in zip(items, old, strict=True)]
    topic = next(iter(_related(root, url, "self")), "")
    wishes = of_channel(_head(root), _name, _text)
    return Document(entries, whole, _related(root, url, "hub"), topic, wishes, prints)


def _prints(items: Sequence[Element], place: str) -> tuple[int, ...]:
    """A number for each item that stands for all it says where it stands, its namespaces and its base included."""
    start = blake2b(place.encode(), digest_size=8)
    found = []
    for item in items:
        own = start.copy()
        own.update(f"{item.base} ".encode())
        own.update(etree.tostring(item, with_tail=False))
        found.append(int.from_bytes(own.digest()))
    return tuple(found)


def _head(root: Element) -> list[Element]:
    """What the document says of itself, before and beside its items."""
    parents = [root, *(child for child in root if _name(child) == "channel")]
    return [el for parent in parents for el in parent if _name(el) not in _PARTS]


def _start(text: str) -> int:
    found = (form.search(text[:20_000]) for form in (_ROOT, _BARE))
    return min((match.start() for match in found if match), default=-1)


def tree(body: str, url: str, looks: Looks, *, rooted: bool = True) -> tuple[Element, bool, bool]:
    """The tree of a document, whether it has its end, and whether its last item is cut off.

    `rooted` is whether it begins with its root. Nothing outside it is read and no entity expanded. Raises
    DocumentError when there is nothing to save.
    """
    try:
        return etree.fromstring(body.encode(), _parser(recover=False), base_url=url), True, False
    except etree.XMLSyntaxError:
        mended, half = balanced(body, looks.item)
    whole = _has_end(body, looks) if rooted else not half
    try:
        # In an element of our own, for documents with several roots, or with none.
        root = etree.fromstring(f"<documents>{mended}</documents>".encode(), _parser(recover=True), base_url=url)
    except etree.XMLSyntaxError as error:
        raise DocumentError("answered a document that is broken beyond reading") from error
    if root is None:
        raise DocumentError("answered a document that is broken beyond reading")
    return (root[0] if len(root) == 1 else root), whole, half and not whole


def _has_end(body: str, looks: Looks) -> bool:
    """Whether the document has its end tag, with no item after it; scripts write behind it."""
    tail = body[-10_000:]
    ends = list(looks.end.finditer(tail))
    return bool(ends) and re.search(rf"<{looks.item.pattern}\b", tail[ends[-1].end() :], re.IGNORECASE) is None


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _name(element: Element) -> str:
    """The tag with our prefix for its namespace; unknown namespaces keep their own prefix."""
    tag = element.tag
    return _named(tag, element.prefix) if isinstance(tag, str) else ""


@lru_cache(maxsize=1024)
def _named(tag: str, prefix: str | None) -> str:
    if not tag.startswith("{"):
        return tag.lower()
    space, _, local = tag[1:].partition("}")
    own = "embargo" if "embargo" in space.lower() else prefix or "other"
    return _NAMESPACES.get(space.lower(), f"{own}:") + local.lower()


def _entry(item: Element, url: str, language: str) -> Entry:
    fields: Fields = {}
    for child in item[:MOST]:
        fields.setdefault(_name(child), []).append(child)
    atom = _name(item) == "entry"
    guid = _first(fields, "guid", "id") or item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about", "")
    permalink = all(el.get("isPermaLink", "true").strip().lower() != "false" for el in fields.get("guid", ()))
    link = _link(fields) or (guid if permalink and guid.startswith(("http://", "https://")) else "")
    base = item.base or url
    return Entry(
        link=absolute(base, link),
        guid=guid,
        permalink=permalink,
        title=_first(fields, "title", "dc:title", "media:title"),
        summary=_first(fields, "description", "summary", "dc:description", "media:description"),
        content=_first(fields, "content:encoded", "content"),
        authors=_authors(fields),
        categories=_categories(fields),
        language=item.get(_XML_LANG) or _first(fields, "dc:language", "language") or language,
        published=_first(fields, "pubdate", "published", "dc:date", "issued", "dcterms:issued", "dcterms:created")
        or _first(fields, "updated"),
        updated=_first(fields, "updated", "modified", "dcterms:modified"),
        future_is_embargo=atom,
        embargo=_embargo(fields),
        ratings=[_text(el) for el in item.iter() if _name(el) in ("media:rating", "media:adult")],
        pictures=of_item(item, base, _name, _text),
    )


def _related(root: Element, url: str, rel: str) -> tuple[str, ...]:
    """Where the feed's own links of this relation lead, as WebSub's discovery wants them: "hub" and "self"."""
    parents = [root, *(child for child in root if _name(child) == "channel")]
    links = (el for parent in parents for el in parent if _name(el) == "link" and el.get("href"))
    return tuple(absolute(el.base or url, el.get("href")) for el in links if rel in el.get("rel", "").lower().split())


def _text(element: Element) -> str:
    """The text of an element; one with children of its own (XHTML) gives its markup."""
    if len(element):
        inside = "".join(etree.tostring(child, encoding="unicode") for child in element)
        return (escape(element.text or "") + inside).strip()
    return (element.text or "").strip()


def _first(fields: Fields, *names: str) -> str:
    return next((text for name in names for el in fields.get(name, ()) if (text := _text(el))), "")


def _link(fields: Fields) -> str:
    if original := _first(fields, "feedburner:origlink"):
        return original
    named = [el for el in fields.get("link", ()) if el.get("rel", "alternate") == "alternate"]
    pages = [(el.get("type", ""), href) for el in named if (href := (el.get("href") or _text(el)).strip())]
    html = [href for kind, href in pages if "html" in kind or not kind]
    return next(iter(html or [href for _, href in pages]), "")


def _authors(fields: Fields) -> list[str]:
    names = [_text(el) for el in fields.get("dc:creator", ())]
    for author in fields.get("author", ()):
        inside = [_text(child) for child in author if _name(child) == "name"]
        names += inside or ([] if len(author) else [_text(author)])
    # RSS asks for "address (Name)" here.
    names = [name[:200] for name in names]
    return [re.sub(r"^\S+@\S+\s*\((.+)\)$", r"\1", name) for name in names if not re.fullmatch(r"\S+@\S+", name)]


def _categories(fields: Fields) -> list[tuple[str, str]]:
    found = [
        (el.get("domain") or el.get("scheme") or "", el.get("label") or el.get("term") or _text(el))
        for el in fields.get("category", ())
    ]
    found += [("section", _text(el)) for el in fields.get("dc:subject", ())]
    return [*found, *(("type", _text(el)) for el in fields.get("dc:type", ()))]


def _embargo(fields: Fields) -> str:
    if named := next((_text(els[0]) for name, els in fields.items() if "embargo" in name), ""):
        return named
    available = _first(fields, "dcterms:available")
    period = re.search(r"start\s*=\s*([^;]+)", available)
    return period[1].strip() if period else available


def _language(root: Element) -> str:
    if root.tag == "documents" and len(root):
        root = root[0]
    if own := root.get(_XML_LANG):
        return str(own)
    found = (_text(el) for el in _head(root) if _name(el) in ("language", "dc:language"))
    return next(found, "")
