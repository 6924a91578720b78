"""What a reader sees around a headline: section above it; photo, day and label between it and the first paragraph.

Pages that describe themselves to no machine still show this to people, in much the same order everywhere.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.models import Photo
from syndicator.sources import dates
from syndicator.sources.plain import plain
from syndicator.sources.terms import is_path, label, section, split_credit

PARAGRAPH = 120  # characters: a block that long is the story, unless it is a caption
NEAR = 40  # blocks looked at after the headline
DEEPEST = 40  # elements within one another that a piece of text is looked for in
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span", "strong", "sub"}
    | {"sup", "time", "u"}
)
_DECORATION = re.compile(r"^data:|\.svg(?:$|\?)|avatar|icon|logo|pixel|sprite|emoji|spacer", re.IGNORECASE)
# A line that is a date or begins as a byline does; a short caption may name a day as well.
_DATELINE = re.compile(
    r"""(?:first\ )?(?:published|posted|issued|date)\b | by\b
    | (?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[.,]?\ )?
      (?:\d{1,2}(?:st|nd|rd|th)?\ [a-z]{3,9}\.?\ \d{4} | [a-z]{3,9}\.?\ \d{1,2},?\ \d{4})\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Parts of a page that belong to other stories or to none; names of classes that say so.
_BESIDE = frozenset({"aside", "footer"})
_NAMED = frozenset({"div", "section", "ul", "ol", "nav"})
_BESIDE_CLASS = re.compile(
    r"(?:^|\s)(?!has-|with-|no-)(?:[a-z]+[-_]+)*(?:related|recommend(?:ed|ations)|share|sharing|social|sidebar|newsletter|comments"
    r"|most[-_]?(?:read|viewed|popular)|trending|recirculation)"
    r"(?:[-_]+[a-z]+)*(?=\s|$)",
    re.IGNORECASE,
)
_NOT_TEXT = frozenset({"script", "style", "noscript", "template", "svg", "select", "option", "button", "form"})


@dataclass(slots=True)
class Seen:
    """What was found; everything may be missing."""

    title: str = ""
    section: str = ""
    labels: list[str] = field(default_factory=list)
    published: datetime | date | None = None
    photo: Photo | None = None


class Beside:
    """Which parts of a page are not the story's own: related stories, share buttons, the foot of the page.

    What holds the headline is not beside the story, whatever it is called. Each part is judged once.
    """

    def __init__(self, page: LexborHTMLParser) -> None:
        self._known = {node.mem_id: False for node in _upwards(page.css_first("h1"), 10_000)}

    def __call__(self, node: LexborNode | None) -> bool:
        """Whether the node stands in such a part."""
        return any(self._is(up) for up in _upwards(node))

    def _is(self, node: LexborNode) -> bool:
        known = self._known.get(node.mem_id)
        if known is None:
            known = self._known[node.mem_id] = node.tag in _BESIDE or _called_beside(node)
        return known


def _called_beside(node: LexborNode) -> bool:
    if node.tag not in _NAMED:
        return False
    return _BESIDE_CLASS.search((node.attributes.get("class") or "")[:200]) is not None


def read(page: LexborHTMLParser, zone: ZoneInfo) -> Seen:
    """Read a page around its first h1. Without one, nothing is known."""
    seen = Seen()
    blocks = _blocks(page.body, Beside(page)) if page.body is not None else iter(())
    for tag, text in blocks:
        if tag == "h1":
            seen.title = text
            _after_headline(islice(blocks, NEAR), seen, zone)
            break
        if tag != "img" and is_path(text):
            seen.section = section(text)
    return seen


def _after_headline(blocks: Iterable[tuple[str, str]], seen: Seen, zone: ZoneInfo) -> None:
    lead: dict[str, str] = {}
    for tag, text in blocks:
        if tag == "img":
            lead = _image(text) | lead
        elif not _take(text, lead, seen, zone):
            break
    if lead.get("url"):
        seen.photo = Photo(lead["url"], lead["alt"], lead.get("caption", ""), lead.get("credit", ""))


def _take(text: str, lead: dict[str, str], seen: Seen, zone: ZoneInfo) -> bool:
    """Take in one block after the headline; False when the story begins."""
    caption, credit = split_credit(text)
    if credit:
        lead.setdefault("caption", caption)
        lead.setdefault("credit", credit)
        return True
    if len(text) > PARAGRAPH:
        return False
    if known := label(text):
        seen.labels.append(known)
    elif seen.published is None and len(text) <= 80 and _DATELINE.match(text):
        seen.published = dates.find(text, zone)
    return True


def _image(source: str) -> dict[str, str]:
    url, _, alt = source.partition("\n")
    return {"url": url, "alt": plain(alt)} if url and not _DECORATION.search(url) else {}


def _blocks(body: LexborNode, beside: Beside) -> Iterator[tuple[str, str]]:
    """Blocks of text in the page's order as (tag, text); pictures as ("img", address and alternative text)."""
    block, tag, parts = -1, "", list[str]()
    for node in body.traverse(include_text=True):
        if node.tag == "img" and not beside(node):
            yield "img", f"{node.attributes.get('src') or ''}\n{node.attributes.get('alt') or ''}"
        if node.tag != "-text" or not (text := node.text_content):
            continue
        home = _home(node, beside)
        if home is None:
            continue
        if home.mem_id != block:
            if words := _joined(parts):
                yield tag, words
            block, tag, parts = home.mem_id, home.tag or "", []
        parts.append(text)
    if words := _joined(parts):
        yield tag, words


def _joined(parts: list[str]) -> str:
    return " ".join("".join(parts).split())


def _home(text: LexborNode, beside: Beside) -> LexborNode | None:
    """The block a piece of text stands in; None when it is not for reading."""
    node, inline = text.parent, 0
    while node is not None and node.tag in _INLINE and inline < DEEPEST:
        node, inline = node.parent, inline + 1
    hidden = any(up.tag in _NOT_TEXT for up in _upwards(node))
    return None if hidden or node is None or beside(node) else node


def _upwards(node: LexborNode | None, steps: int = 12) -> Iterator[LexborNode]:
    while node is not None and steps > 0:
        yield node
        node, steps = node.parent, steps - 1
