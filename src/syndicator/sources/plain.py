"""Markup in, plain text out: one line, entities decoded, NFC. And bytes in, text out."""

import codecs
import html
import re
from html.entities import html5

from syndicator.sources.characters import WINDOWS, balanced, clean

# A "<T>" or "<3" in a headline is text; only what HTML knows is markup.
_TAGS = (
    "a|abbr|acronym|address|amp-\\w+|article|aside|audio|b|bdi|bdo|big|blockquote|body|br|button|caption|center|cite|"
    "code|col|colgroup|dd|del|details|dfn|div|dl|dt|em|embed|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|"
    "html|i|iframe|img|input|ins|kbd|label|li|link|main|mark|meta|nav|noscript|object|ol|p|param|picture|pre|q|s|"
    "samp|section|small|source|span|strike|strong|sub|summary|sup|svg|table|tbody|td|tfoot|th|thead|time|tr|tt|u|ul|"
    "var|video|wbr"
)
_UNSEEN = re.compile(r"<!--.*?(?:-->|$)|<(script|style|template)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|"
    r"strong|sub|sup|time|tt|u|var|wbr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_TAG = re.compile(rf"</?(?:[a-z]\w*:)?(?:{_TAGS})(?:[\s/][^<>]*)?>", re.IGNORECASE)
_OPEN_END = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?$", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7};?|#x[0-9a-f]{1,6};?|[a-z][a-z0-9]{1,31}(?:;|(?![a-z0-9=])))", re.IGNORECASE)
# What a document in wide characters begins with: byte order marks, the longer first, and "<" or "{" in UTF-32.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    *((first.encode(name), name) for name in ("utf-32-le", "utf-32-be") for first in "<{"),
)
# What no database keeps: NUL, and halves of a character, which JSON can write.
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
LONGEST = 1_000_000  # characters of markup read for one text
_WIDE = re.compile(rb"(?:\s\0)*([<{])\0|(?:\0\s)*\0[<{]")
_DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?([\w.:-]+)""")
_NOT_UTF8 = re.compile("[\udc80-\udcff]+")
# What encodings are called, and what they are (encoding.spec.whatwg.org, read 2026-11).
_ON_THE_WEB = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "cp950",
}
_EASTERN = frozenset({"gb18030", "cp932", "cp949", "cp950", "euc_jp", "iso2022_jp"})
_ONE_BYTE = ("cp125", "cp874", "cp866", "iso8859", "koi8", "mac")
_NO_ENCODINGS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7", "undefined"})
_BOILERPLATE = re.compile(r"\s*The post .{1,300} (?:appeared first on|first appeared on) .{1,120}$", re.DOTALL)
_MORE = re.compile(r"\s*(?:\[(?:…|\.\.\.)\]|(?:Continue reading|Read more)\b.{0,200}(?:→|»|…)?)\s*$")


def plain(markup: str) -> str:
    """The text of a piece of HTML, or of plain text, on one line. Entities escaped twice are decoded too."""
    text = _strip(markup[:LONGEST])
    for _ in range(3):
        decoded = _ENTITY.sub(_character, text)
        if decoded == text:
            break
        text = _strip(decoded)
    return line(text)


def line(text: str) -> str:
    """Plain text on one line: characters as they should be, every kind of space a plain one."""
    return " ".join(clean(text).split())


def kept(text: str) -> str:
    """The text as any database keeps it: without NUL and lone surrogates."""
    return _UNKEPT.sub("", text)


def summary(markup: str, limit: int = 600) -> str:
    """As `plain`, without what blog software adds at the end, and not longer than `limit` code points."""
    return balanced(cut(_MORE.sub("…", _BOILERPLATE.sub("", plain(markup))).strip(), limit))


def cut(text: str, limit: int) -> str:
    """`text`, or its beginning up to a word and an ellipsis, in at most `limit` code points."""
    if len(text) <= limit:
        return text
    head = text[:limit].rpartition(" ")[0] or text[: limit - 1]
    return head.rstrip(" ,;:–—-") + "…"


def decode(body: bytes, declared: str = "") -> str:
    """The text of a document: by its byte order mark, then by the encoding it declares, then UTF-8, then Windows.

    UTF-8 that declares another encoding is recognised, and of a mixture each part is read as what it is.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body.decode(name, "replace").lstrip("\ufeff")
    if wide := _WIDE.match(body):
        return body.decode("utf-16-le" if wide[1] else "utf-16-be", "replace")
    inside = _DECLARED.search(body[:2048])
    names = [name for name in (inside[1].decode("ascii") if inside else "", declared) if name]
    for name in (*names, "utf-8"):
        text = _decoded(body, name)
        if text is not None:
            return text
    eastern = next((codec for name in names if (codec := _codec(name)) in _EASTERN), "")
    return body.decode(eastern, "replace") if eastern else _mixed(body)


def language(tag: str) -> str:
    """A language tag in the usual spelling ("en-GB"), or "" when it is none."""
    parts = tag.strip().replace("_", "-").split("-")
    if not re.fullmatch(r"[A-Za-z]{2,3}", parts[0]) or not all(re.fullmatch(r"[A-Za-z0-9]{1,8}", p) for p in parts):
        return ""
    shaped = (part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part for part in parts[1:])
    return "-".join([parts[0].lower(), *shaped])


def _character(entity: re.Match[str]) -> str:
    """What an entity stands for; without an end ("&copy 2026") only the oldest ones are any, "&parameter" is none."""
    return html.unescape(entity[0]) if entity[0][1] == "#" else html5.get(entity[0][1:], entity[0])


def _strip(text: str) -> str:
    if "<" not in text:
        return text
    text = _INLINE.sub("", _UNSEEN.sub(" ", text))
    return _OPEN_END.sub(" ", _TAG.sub(" ", text))


def _codec(name: str) -> str:
    """What browsers take an encoding's name for; "" for none that a document may have."""
    try:
        codec = codecs.lookup(name.lower().removeprefix("x-")).name
    except (LookupError, ValueError):
        return ""
    return "" if codec in _NO_ENCODINGS else _ON_THE_WEB.get(codec, codec)


def _decoded(body: bytes, name: str) -> str | None:
    codec = _codec(name)
    # Whoever can read "UTF-16" in ASCII is not reading UTF-16.
    if not codec or (codec.startswith(("utf-16", "utf-32")) and b"\0" not in body[:1000]):
        return None
    wanted = ("utf-8", codec) if codec.startswith(_ONE_BYTE) else (codec,)
    for one in wanted:
        try:
            return body.decode(one)
        except (LookupError, ValueError):
            continue
    return None


def _mixed(body: bytes) -> str:
    """UTF-8, with Windows-1252 wherever it is none."""
    text = body.decode("utf-8", "surrogateescape")
    return _NOT_UTF8.sub(
        lambda found: found[0].encode("utf-8", "surrogateescape").decode("latin-1").translate(WINDOWS), text
    )
