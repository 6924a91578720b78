"""Counting and shortening, as the platforms and readers count, and which words describe a photo. Pure.

A length has the unit of the platform's rule (`Features.count`); a grapheme is an extended grapheme cluster, what a
reader calls one character (unicode.org/reports/tr29).
"""

import re
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from importlib.resources import files
from threading import Lock
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

import regex  # type: ignore[import-untyped]

from syndicator.models import Features

ELLIPSIS = "…"

_LINE_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_PLANES = "".join(f"{chr(plane * 0x10000 + 0xFFFE)}-{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
_UNWANTED = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff\ufdd0-\ufdef\ud800-\udfff{_PLANES}]")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
_CLUSTER = regex.compile(r"\X")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_DANGLING = frozenset(" \n\t\xa0,;:.–—-/|([{«„¿¡…、。，：；（「")


def normalise(text: str) -> str:
    """NFC, line breaks as "\\n", at most one blank line in a row, no outer space, no control or noncharacters."""
    text = _LINE_BREAKS.sub("\n", text).replace("\t", " ")
    text = unicodedata.normalize("NFC", _UNWANTED.sub("", text))
    return _BLANK_LINES.sub("\n\n", text).strip()


def oneline(text: str) -> str:
    """`normalise`, and every run of white space as one space."""
    return " ".join(normalise(text).split())


# ---------------------------------------------------------------------------------------------- alternative texts

_NO_WORDS = frozenset(
    {"image", "img", "photo", "photograph", "picture", "pic", "foto", "bild", "untitled", "default", "null", "none"}
    | {"undefined", "alt", "alt text", "caption", "featured image", "header image", "article image", "lead image"}
    | {"olympus digital camera", "sony dsc", "digital camera", "samsung", "default description"}
)
_FILE = re.compile(r"[^\s/]+\.(?:jpe?g|png|webp|gif|avif|heic|tiff?|bmp|svg)", re.IGNORECASE)
_CAMERA = re.compile(r"(?:img|image|photo|dsc[fn]?|dji|pxl|mvimg|screenshot|scan)[-_ ]*\d[\d_ -]*", re.IGNORECASE)
_BETWEEN = re.compile(r"[\W_]+")


def describes(words: str, url: str = "") -> bool:
    """Whether words can be an alternative text: not "image", a camera's default, or the name of the file at `url`.

    Three words and more are taken even where the file is called like them: then it was called after its description.
    """
    text, plain = words.strip(), _plain(words)
    if not plain or plain in _NO_WORDS or _FILE.fullmatch(text) or _CAMERA.fullmatch(text):
        return False
    name = unquote(urlsplit(url).path).rpartition("/")[2]
    called = text.casefold() in (name.casefold(), name.rpartition(".")[0].casefold())
    return not called and (plain.count(" ") > 1 or plain != _plain(name.rpartition(".")[0]))


def _plain(words: str) -> str:
    return _BETWEEN.sub(" ", words).strip().casefold()


# ---------------------------------------------------------------------------------------------- shortening


def _clusters(text: str) -> Sequence[str]:
    # ASCII without CR is its own list of graphemes, and most newsroom text is ASCII.
    if text.isascii() and "\r" not in text:
        return text
    found: list[str] = _CLUSTER.findall(text)
    return found


def graphemes(text: str) -> int:
    """How many characters a reader sees."""
    return len(_clusters(text))


def _may_break(before: str, after: str) -> bool:
    return before.isspace() or after.isspace() or bool(_UNSPACED.match(before) or _UNSPACED.match(after))


def _head(clusters: Sequence[str], room: int) -> int:
    """Where the last whole word within `room` clusters ends, without dangling punctuation; 0 when none does."""
    end = room
    while end > 0 and not _may_break(clusters[end - 1], clusters[end]):
        end -= 1
    while end > 0 and clusters[end - 1] in _DANGLING:
        end -= 1
    return end


def cut(text: str, limit: int, ellipsis: str = ELLIPSIS) -> str:
    """At most `limit` graphemes of `text`: whole words and the ellipsis; a part of the first word where it is too long.

    Scripts written without spaces may be cut between any two graphemes, no grapheme is ever split. 0 gives "". With
    ellipsis="" only whole words are kept, none if none fits.
    """
    if limit <= 0:
        return ""
    clusters = _clusters(text)
    if len(clusters) <= limit:
        return text
    room = limit - len(ellipsis)
    end = _head(clusters, room)
    if not end and not ellipsis:
        return ""
    return "".join(clusters[: end or room]) + ellipsis


def cut_to(text: str, limit: int, size: Callable[[str], int] = len) -> str:
    """The longest `cut` of `text` whose `size` is at most `limit` (code points, unless another size is given)."""
    if size(text) <= limit:
        return text
    return cut(text, _most(lambda length: size(cut(text, length)) <= limit, 0, graphemes(text)))


def _most(fits: Callable[[int], bool], low: int, high: int) -> int:
    """The largest length that fits, given that `low` does and `high` does not."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of a text that may shrink, to `least` graphemes. At 0 it vanishes with its `pre` and `post`."""

    text: str
    order: int = 1
    least: int = 0
    pre: str = ""
    post: str = ""
    ellipsis: str = ELLIPSIS

    def at(self, limit: int) -> str:
        """The mark as printed when it may take `limit` graphemes."""
        body = cut(self.text, limit, self.ellipsis)
        gone = not body or (body == self.ellipsis != self.text and not self.least)
        return "" if gone else f"{self.pre}{body}{self.post}"


def shrink(marks: Sequence[Mark], fits: Callable[[Sequence[str]], bool]) -> list[str] | None:
    """The marks as printed in the longest version that fits; None when not even the shortest does.

    Ascending order, each down to its least before the next begins; equal orders from left to right.
    """
    full = [graphemes(mark.text) for mark in marks]
    printed = [mark.at(size) for mark, size in zip(marks, full, strict=True)]
    if fits(printed):
        return printed
    for place in sorted(range(len(marks)), key=lambda place: marks[place].order):
        mark, least = marks[place], min(marks[place].least, full[place])

        def fits_at(length: int, place: int = place, mark: Mark = mark) -> bool:
            printed[place] = mark.at(length)
            return fits(printed)

        if fits_at(least):
            printed[place] = mark.at(_most(fits_at, least, full[place]))
            return printed
    return None


# ---------------------------------------------------------------------------------------------- counting


@dataclass(frozen=True, slots=True)
class Count:
    """What a text costs in the platform's unit, and what it may cost. Bytes (UTF-8) only where they are limited."""

    length: int
    limit: int
    bytes: int = 0
    byte_limit: int = 0

    @property
    def left(self) -> int:
        """Units left; negative when too long."""
        return self.limit - self.length

    @property
    def fits(self) -> bool:
        """Whether the platform takes it."""
        return self.length <= self.limit and (not self.byte_limit or self.bytes <= self.byte_limit)


def measure(text: str, features: Features, warning: str = "") -> Count:
    """The length of a post as its platform counts it, with its warning line where the platform has one."""
    size = _RULES[features.count]
    length = size(text, features.link_cost)
    if warning and features.warnings:
        length += size(warning, 0)
    used = len(text.encode("utf-8", "surrogatepass")) if features.byte_limit else 0
    return Count(length, features.text_limit, used, features.byte_limit)


# Where a server shortens links, it also counts a remote mention without its host: Mastodon's text and spoiler rules,
# github.com/mastodon/mastodon config/initializers/twitter_regex.rb, read 2026-11. These patterns end earlier than the
# server's in doubtful places (brackets, quotes), so that a count is never too small.
_LINK = re.compile(
    r"""(?<![a-z0-9@$#])https?://[^\s<>()"{}\\`]*[^\s<>()"{}\\`?!*'「」:;=,.$%\[\]~&|@]""", re.IGNORECASE
)
_MENTION = re.compile(r"(?<![\w/=])(@\w+(?:[.-]+\w+)*)@[\w.-]*\w", re.ASCII)


def _count_graphemes(text: str, link_cost: int) -> int:
    if link_cost and ("://" in text or "@" in text):
        text = _MENTION.sub(r"\1", _LINK.sub("x" * link_cost, text))
    return graphemes(text)


def _count_utf16(text: str, _link_cost: int) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _count_codepoints(text: str, _link_cost: int) -> int:
    return len(text)


# Weighted counting: docs.x.com/fundamentals/counting-characters and twitter-text's configuration v3, read 2026-11.
# No link, emoji or domain reaches over ASCII white space, so each word is weighed alone, and remembered: shortening a
# text weighs the same words again and again. One without a dot holds no link, and the letters of _PLAIN weigh 1 each.
_SPACE = re.compile("[ \n\t]")
_PLAIN = re.compile(r"[\x00-\x2d\x2f-\xa8\xaa-\xad\xaf-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]*")
_LINK_WEIGHT = 23


def _count_weighted(text: str, link_cost: int) -> int:
    # A CRLF counts as two there, and as one in the library.
    words = _SPACE.split(unicodedata.normalize("NFC", text).replace("\r", "\n"))
    cost = link_cost or _LINK_WEIGHT
    return len(words) - 1 + sum(len(word) if _PLAIN.fullmatch(word) else _weigh(word, cost) for word in words)


@lru_cache(maxsize=4096)
def _weigh(word: str, link_cost: int) -> int:
    library = _twitter_text()
    options: Mapping[str, Any] = {**library.parse_tweet.__defaults__[0], "transformed_url_length": link_cost}
    weight: int = library.parse_tweet(word, options).weightedLength
    if "." not in word or word.isascii():
        return weight
    # The library overlooks some bare domains that follow a flag or a letter of another script without a space, the
    # platform finds them. Spaces of the same weight hide nothing, and the larger number is safe.
    for found in reversed(library.extract_emojis_with_indices(word)):
        start, end = found["indices"]
        word = f"{word[:start]}  {word[end:]}"
    if "://" not in word:
        word = "".join(letter if letter.isascii() else " " if _PLAIN.fullmatch(letter) else "  " for letter in word)
    return max(weight, int(library.parse_tweet(word, options).weightedLength))


@cache
def _twitter_text() -> ModuleType:
    # The library reads its table of emoji through pkg_resources, a slow import that newer Pythons do not bring along:
    # it is given the one function it asks for.
    stand_in = ModuleType("pkg_resources")
    vars(stand_in)["resource_string"] = _resource
    with _importing:
        theirs = {name: module for name, module in sys.modules.items() if name == "pkg_resources"}
        sys.modules["pkg_resources"] = stand_in
        try:
            return import_module("twitter_text")
        finally:
            del sys.modules["pkg_resources"]
            sys.modules.update(theirs)


_importing = Lock()


def _resource(module: str, name: str) -> bytes:
    return files(module.rpartition(".")[0]).joinpath(name).read_bytes()


_RULES: Mapping[str, Callable[[str, int], int]] = {
    "weighted": _count_weighted,
    "graphemes": _count_graphemes,
    "utf16": _count_utf16,
    "codepoints": _count_codepoints,
}
