"""Photos of a feed's items: Media RSS and enclosures, the largest first, each picture once."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from syndicator.models import Photo
from syndicator.sources.entry import Picture
from syndicator.sources.identity import absolute
from syndicator.sources.mending import bounded
from syndicator.sources.pictures import best, is_image_path, is_small, path_of, rendition, same_picture
from syndicator.sources.plain import LONGEST, plain
from syndicator.sources.terms import split_credit

Element = Any  # lxml's, which has no public type
Name = Callable[[Element], str]
Text = Callable[[Element], str]

MOST = 2000  # elements of an item in which pictures are looked for
MANY = 100  # pictures of one story: each is compared with all others


def of_item(item: Element, base: str, name: Name, text: Text) -> list[Picture]:
    """The pictures of an RSS item or Atom entry. Of a media:group, the renditions of one picture, only the best."""
    found = list[Picture]()
    shared = _texts(item, {}, name, text)
    for child in item[:MOST]:
        kind = name(child)
        if kind == "media:group":
            inherited = _texts(child, shared, name, text)
            group = [_picture(el, base, inherited, name, text) for el in child[:MOST] if name(el) == "media:content"]
            found += _one([p for p in group if p]) or _previews(child, base, inherited, name)
        elif kind == "media:content":
            found += [p for p in (_picture(child, base, shared, name, text),) if p]
            found += _previews(child, base, shared, name)
        elif kind == "enclosure" or (kind == "link" and child.get("rel") == "enclosure"):
            found += _enclosure(child, base, shared)
    return found + _previews(item, base, shared, name)


def is_image(url: str, kind: str = "", medium: str = "") -> bool:
    """Whether an address is a picture's: by what is said of it, else by its ending."""
    if medium or kind:
        return medium == "image" or kind.startswith("image/")
    return is_image_path(path_of(url))


def largest_first(pictures: Iterable[Picture]) -> list[Picture]:
    """Pictures by size; unknown sizes keep their order at the end."""
    return sorted(pictures, key=lambda p: (p.rank, -(p.width * p.height or p.width)))


def photos(pictures: Iterable[Picture], content: str = "") -> tuple[Photo, ...]:
    """Photos to offer, best first. Alternative texts come from `content` (HTML) where it shows the same picture.

    Previews and attachments are taken only when there is nothing better, small pictures only when all are.
    """
    usable = [p for p in pictures if p.url.startswith(("http://", "https://"))][: MANY * 2]
    large = [p for p in usable if not is_small(p.url, p.width, p.height)] or usable
    rank = min((p.rank for p in large), default=0)
    kept = [p for p in largest_first(large) if p.rank == rank][:MANY]
    alts = _alts(content) if kept and "<img" in content.lower() else {}
    return best(_photo(picture, alts) for picture in kept)


def _one(renditions: list[Picture]) -> list[Picture]:
    """The best of a picture's renditions, with the texts that stand at any of them."""
    if not renditions:
        return []
    return [
        replace(
            min(renditions, key=lambda p: rendition(p.url, p.width, p.height)),
            alt=next((p.alt for p in renditions if p.alt), ""),
            caption=next((p.caption for p in renditions if p.caption), ""),
            credit=next((p.credit for p in renditions if p.credit), ""),
        )
    ]


def _photo(picture: Picture, alts: dict[str, str]) -> Photo:
    caption, tail = split_credit(picture.caption)
    _, named = split_credit(picture.credit)
    shown = next((alt for url, alt in alts.items() if same_picture(url, picture.url)), "")
    credit = named or plain(picture.credit) or tail
    return Photo(picture.url, plain(picture.alt) or shown, caption, credit, picture.width, picture.height)


def _alts(content: str) -> dict[str, str]:
    images = LexborHTMLParser(bounded(content[:LONGEST])).css("img[src][alt]")[:MANY]
    return {img.attributes["src"] or "": plain(img.attributes["alt"] or "") for img in images}


def _texts(parent: Element, inherited: dict[str, str], name: Name, text: Text) -> dict[str, str]:
    own = {name(child): text(child) for child in reversed(parent[:MOST]) if name(child) in _TEXTS}
    return inherited | {kind: words for kind, words in own.items() if words}


_TEXTS = ("media:title", "media:description", "media:credit")


def _picture(el: Element, base: str, inherited: dict[str, str], name: Name, text: Text) -> Picture | None:
    url = el.get("url", "").strip()
    if not url or not is_image(url, el.get("type", ""), el.get("medium", "")):
        return None
    own = _texts(el, {}, name, text)
    texts = inherited | own
    return Picture(
        url=absolute(base, url),
        width=_number(el.get("width")),
        height=_number(el.get("height")),
        alt=own.get("media:title", ""),
        caption=texts.get("media:description", ""),
        credit=texts.get("media:credit", ""),
    )


def _previews(parent: Element, base: str, texts: dict[str, str], name: Name) -> list[Picture]:
    found = [el for el in parent[:MOST] if name(el) == "media:thumbnail" and el.get("url", "").strip()]
    return [_bare(el, el.get("url"), 1, base, texts) for el in found]


def _enclosure(el: Element, base: str, texts: dict[str, str]) -> list[Picture]:
    url = (el.get("url") or el.get("href") or "").strip()
    return [_bare(el, url, 2, base, texts)] if url and is_image(url, el.get("type", "")) else []


def _bare(el: Element, url: str, rank: int, base: str, texts: dict[str, str]) -> Picture:
    return Picture(
        url=absolute(base, url.strip()),
        rank=rank,
        width=_number(el.get("width")),
        height=_number(el.get("height")),
        caption=texts.get("media:description", ""),
        credit=texts.get("media:credit", ""),
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else 0
