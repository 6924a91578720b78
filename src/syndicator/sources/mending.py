"""Broken markup made harmless, in one pass and linear time, before a real parser sees it."""

import re
from collections import Counter

DEEPEST = 100  # levels of elements in a feed; what lies deeper keeps its text only
PAGE_DEEPEST = 1000  # levels in a page: browsers stop at 512, and a parser's work grows with the square
PAGE_ATTRIBUTES = 1000  # of one element: a parser compares each with all others
PAGE_WORK = 1_000_000  # open <b>, <font> … at each tag, added up: an HTML parser builds as many elements anew

_TOKEN = re.compile(
    r"""<!\[CDATA\[|<!--|<\?|<(?P<end>/?)(?P<name>[a-z_][\w:.-]*+)
    (?P<rest>(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+|[^<>]*+)>""",
    re.IGNORECASE | re.VERBOSE,
)
_SPANS = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}
_LOOSE = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9a-f]{1,6}|amp|lt|gt|quot|apos);)(\w{2,31};)?", re.IGNORECASE)
_REFERENCE = re.compile(r"&#(?:(\d{1,7})|x([0-9a-f]{1,6}));", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(?<![\w:.-])([a-z_][\w:.-]*+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_HTML_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-z][a-z0-9]*+)(?P<rest>[^>]*+)", re.IGNORECASE)
_QUOTED = re.compile(r"""\"[^"]*+\"|'[^']*+'""")
# Elements that have no inside, or whose end HTML lets people leave out.
_SHALLOW = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
    | {"body", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p", "rp", "rt", "tbody", "td"}
    | {"tfoot", "th", "thead", "tr"}
)
_FORMATTING = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
)


def balanced(markup: str, item: re.Pattern[str]) -> tuple[str, bool]:
    """XML in which every element is closed, inside its parent and at most 100 deep, and no "&" or "<" stands loose.

    Ends without a beginning, comments and instructions are left out; an item ends where the next one begins; a CDATA
    section without its end is opened up. `item` matches an item's whole name. Also: whether the document ends within
    an item.
    """
    out, open_tags, at = list[str](), list[str](), 0
    endless = set[str]()
    while token := _TOKEN.search(markup, at):
        out.append(_text(markup[at : token.start()]))
        at = token.end()
        if token["name"] is None:
            at = _span(markup, token[0], at, out, endless)
        elif token["end"]:
            _close(token["name"], open_tags, out)
        else:
            _open(token, open_tags, out, item)
    out.append(_text(markup[at:]))
    out += [f"</{name}>" for name in reversed(open_tags)]
    return "".join(out), "]]>" in endless or any(item.fullmatch(name) for name in open_tags)


def bounded(html: str) -> str:
    """A page, or its beginning up to where nesting or attributes would cost an HTML parser too much.

    A guard against what goes wrong, and cheap for what does not; it does not follow every trick of HTML.
    """
    counted = Counter[str]()
    depth = formatting = work = 0
    for tag in _HTML_TAG.finditer(html):
        name = tag["name"].lower()
        if name not in _SHALLOW:
            step = 1 if not tag["end"] else -1 if counted[name] else 0
            counted[name] += step
            depth += step
            formatting += step if name in _FORMATTING else 0
        work += formatting
        if depth > PAGE_DEEPEST or work > PAGE_WORK or _crowded(tag["rest"]):
            return html[: tag.start()]
    return html


def _crowded(attributes: str) -> bool:
    return len(attributes) > PAGE_ATTRIBUTES and len(_QUOTED.sub("", attributes).split()) > PAGE_ATTRIBUTES


def _span(markup: str, opening: str, at: int, out: list[str], endless: set[str]) -> int:
    """What follows a comment, an instruction or a CDATA section, whose text is kept; one without end is opened up."""
    closing = _SPANS[opening.upper()]
    end = -1 if closing in endless else markup.find(closing, at)
    if end < 0:
        endless.add(closing)
        return at
    if closing == "]]>":
        out.append(f"<![CDATA[{markup[at:end]}]]>")
    return end + len(closing)


def _open(token: re.Match[str], open_tags: list[str], out: list[str], item: re.Pattern[str]) -> None:
    name = token["name"]
    if item.fullmatch(name):
        _close(name, open_tags, out)
    if len(open_tags) < DEEPEST:
        empty = token["rest"].endswith("/")
        out.append(f"<{name}{_attributes(token['rest'])}{'/' if empty else ''}>")
        if not empty:
            open_tags.append(name)


def _attributes(rest: str) -> str:
    found = dict[str, str]()
    for name, *values in _ATTRIBUTE.findall(rest):
        found.setdefault(name, _text("".join(values)).replace('"', "&quot;"))
    return "".join(f' {name}="{value}"' for name, value in found.items())


def _close(name: str, open_tags: list[str], out: list[str]) -> None:
    if name in open_tags:
        while (last := open_tags.pop()) != name:
            out.append(f"</{last}>")
        out.append(f"</{name}>")


def _text(text: str) -> str:
    return _LOOSE.sub(_escaped, _REFERENCE.sub(_character, text)).replace("<", "&lt;").replace("]]>", "]]&gt;")


def _character(reference: re.Match[str]) -> str:
    """A reference as it stands where XML has that character (XML 1.0, 2.2); others, which stop parsers, are gone."""
    code = int(reference[1]) if reference[1] else int(reference[2], 16)
    known = code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    return reference[0] if known else ""


def _escaped(ampersand: re.Match[str]) -> str:
    return "&amp;" + (ampersand[1] or "")
