"""A story's own text, as a digest that changes when the story does, and the correction note a newsroom puts to it."""

import hashlib
import re
from collections.abc import Iterable

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.sources.plain import cut, plain
from syndicator.sources.visible import Beside

FEWEST = 20  # words: less is a teaser or a form, not a story
SHORTEST = 40  # characters of a paragraph that counts: shorter ones are buttons, counters and times
LONGEST_NOTE = 1_000

_ASIDE = frozenset({"aside", "nav", "footer", "figcaption", "form", "header", "button"})
_NOTE = re.compile(r"(?:^|[-_ ])(?:correction|clarification|editors?-?note|korrektur)s?(?:$|[-_ ])", re.IGNORECASE)
_SAYS = re.compile(
    r"""(?:correction|clarification|editor[’']s\ note|korrektur|berichtigung|correctif|rectificatif|fe\ de\ errores)
        \s*[:–—-]
    | (?:this|an\ earlier\ version\ of\ this)\ (?:article|story|report)\b
        .{0,80}\b(?:amended|corrected|updated\ to\ correct|misstated)""",
    re.IGNORECASE | re.VERBOSE,
)


def digest(text: str) -> tuple[str, int]:
    """A digest of a story's text (plain or HTML) and how many words it has; ("", 0) for too few of them."""
    words = plain(text).casefold().split()
    if len(words) < FEWEST:
        return "", 0
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:32], len(words)


def of_page(tree: LexborHTMLParser) -> str:
    """The paragraphs of a page's story, one after the other; "" where the page does not mark its story."""
    beside = Beside(tree)  # related stories are others at each look, and no change of this one
    for selector in ("article p", "main p"):
        texts = (_text(node) for node in tree.css(selector) if not _beside(node) and not beside(node))
        found = [text for text in texts if len(text) >= SHORTEST]
        if found:
            return "\n".join(text for text in found if not _SAYS.match(text))
    return ""


def correction(tree: LexborHTMLParser, linked: Iterable[str] = ()) -> str:
    """The correction note of a page, plain text: as it is marked for machines, by its class, or by how it begins."""
    marked = [plain(text) for text in linked]
    marked += [_text(node) for node in tree.css("[class], [id]") if _NOTE.search(_names(node))]
    spoken = (text for node in tree.css("article p, main p") if _SAYS.match(text := _text(node)))
    found = next((text for text in (*marked, *spoken) if 10 <= len(text) <= LONGEST_NOTE), "")
    return cut(found, LONGEST_NOTE)


def _names(node: LexborNode) -> str:
    return f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"


def _text(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())


def _beside(node: LexborNode) -> bool:
    """Whether a paragraph stands beside the story, or in a note to it."""
    up: LexborNode | None = node
    depth = 0
    while up is not None and depth < 8:
        if up.tag in _ASIDE or _NOTE.search(_names(up)):
            return True
        if up.tag in {"article", "main"}:
            return False
        up, depth = up.parent, depth + 1
    return False
