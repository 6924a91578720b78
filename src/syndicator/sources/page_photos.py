"""The photos of an article's page: cards (Open Graph protocol, ogp.me, read 2026-11), JSON-LD and figures."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.models import Photo
from syndicator.sources.identity import absolute
from syndicator.sources.pictures import best, joined, size
from syndicator.sources.plain import plain
from syndicator.sources.terms import split_credit
from syndicator.sources.visible import Beside

MANY = 100  # figures of a page that are looked at: each picture is compared with all others
MOST = 2_000  # of its meta elements
_BEGINS = ("og:image", "og:image:url")
_SECURE = "og:image:secure_url"
_TWIN = ("twitter:image", "twitter:image:src")
# HTML Living Standard, 4.8.4.2.1 (read 2026-11): an address without white space, then a descriptor up to a comma.
_AFTER = re.compile(r"(?<=\s)([\d.]{1,8}[wxh]),")
_WIDTH = re.compile(r"\d{1,5}w")


def photos(
    tree: LexborHTMLParser, url: str, linked: Iterable[Photo], seen: Photo | None
) -> tuple[tuple[Photo, ...], tuple[Photo, ...]]:
    """The article's own candidates, best first, and the other pictures with a caption, which may show the same.

    Its own are those it names for cards and in JSON-LD; a page that names none shows its photo to readers first.
    """
    named = tuple(_usable([*_cards(tree), *linked], url))
    shown = tuple(_usable([*([seen] if seen else []), *_figures(tree)], url))
    return joined(named, best(shown)[:1], shown), shown


def _usable(listed: Iterable[Photo], url: str) -> Iterator[Photo]:
    for photo in listed:
        address = absolute(url, photo.url)
        if address.startswith(("http://", "https://")):
            yield replace(photo, url=address)


def _cards(tree: LexborHTMLParser) -> list[Photo]:
    """The pictures for cards; what follows an og:image belongs to it."""
    found, twin = list[dict[str, str]](), dict[str, str]()
    for node in tree.css("meta[content]")[:MOST]:
        name = (node.attributes.get("property") or node.attributes.get("name") or "").lower()
        text = plain(node.attributes.get("content") or "")
        if name in _BEGINS or (name == _SECURE and not found):
            if not found or found[-1]["url"] != text:
                found.append({"url": text})
        elif name.startswith("og:image:") and found:
            found[-1].setdefault("url" if name == _SECURE else name.removeprefix("og:image:"), text)
        elif name in _TWIN:
            twin.setdefault("url", text)
        elif name == "twitter:image:alt":
            twin.setdefault("alt", text)
    return [_card(one) for one in (*found, twin) if one.get("url")]


def _card(told: dict[str, str]) -> Photo:
    return Photo(told["url"], told.get("alt", ""), width=_pixels(told.get("width")), height=_pixels(told.get("height")))


def _figures(tree: LexborHTMLParser) -> list[Photo]:
    found, beside = [], Beside(tree)
    for figure in tree.css("figure")[:MANY]:
        image, words = figure.css_first("img"), figure.css_first("figcaption")
        if image is not None and not beside(figure):
            caption, credit = split_credit(words.text(separator=" ")) if words is not None else ("", "")
            alt = plain(image.attributes.get("alt") or "")
            found += [
                Photo(address, alt, caption, credit, *size(address, *told)) for address, *told in _renditions(image)
            ]
    return found


def _renditions(image: LexborNode) -> list[tuple[str, int, int]]:
    """The addresses of an img: its src, and those of its srcset that tell their width."""
    words = _AFTER.sub(r"\1 ", (image.attributes.get("srcset") or "")[:20_000]).split()
    more = [
        (address.strip(","), int(width[:-1]), 0)
        for address, width in pairwise(words)
        if _WIDTH.fullmatch(width) and not _WIDTH.fullmatch(address)
    ]
    own = image.attributes.get("src") or ""
    return ([(own, 0, 0)] if own else []) + more


def _pixels(text: str | None) -> int:
    """A number of pixels as attributes have it, 0 for anything else."""
    text = (text or "").strip().removesuffix("px")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
