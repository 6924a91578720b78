"""Markup in, plain text out: one line, entities decoded, NFC. And bytes in, text out."""

import codecs
import html
import re
import unicodedata

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
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
# What nobody sees and counting rules trip over: controls, soft hyphens, zero-width spaces, overrides of direction.
_HIDDEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\u202a-\u202e\ufeff\ufffe\uffff]")
_BOILERPLATE = re.compile(r"\s*The post .{1,300} (?:appeared first on|first appeared on) .{1,120}$", re.DOTALL)
_MORE = re.compile(r"\s*(?:\[(?:…|\.\.\.)\]|(?:Continue reading|Read more)\b.{0,200}(?:→|»|…)?)\s*$")


def plain(markup: str) -> str:
    """The text of a piece of HTML, or of plain text, on one line. Entities escaped twice are decoded too."""
    text = _strip(markup)
    for _ in range(3):
        decoded = html.unescape(text)
        if decoded == text:
            break
        text = _strip(decoded) if _ENTITY.search(text) else decoded
    return " ".join(_HIDDEN.sub("", unicodedata.normalize("NFC", text)).split())


def summary(markup: str, limit: int = 600) -> str:
    """As `plain`, without what blog software adds at the end, and not longer than `limit` code points."""
    return cut(_MORE.sub("…", _BOILERPLATE.sub("", plain(markup))).strip(), limit)


def cut(text: str, limit: int) -> str:
    """`text`, or its beginning up to a word and an ellipsis, in at most `limit` code points."""
    if len(text) <= limit:
        return text
    head = text[:limit].rpartition(" ")[0] or text[: limit - 1]
    return head.rstrip(" ,;:–—-") + "…"


def decode(body: bytes, declared: str = "") -> str:
    """The text of a document: by its byte order mark, then by the encoding it declares, then UTF-8, then Windows."""
    for mark, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if body.startswith(mark):
            return body.decode(name, "replace").lstrip("\ufeff")
    inside = re.search(rb"""(?:encoding|charset)\s*=\s*["']?([\w.:-]+)""", body[:2048])
    for name in (inside[1].decode("ascii") if inside else "", declared, "utf-8"):
        text = _decoded(body, name)
        if text is not None:
            return text
    return body.decode("cp1252", "replace")


def language(tag: str) -> str:
    """A language tag in the usual spelling ("en-GB"), or "" when it is none."""
    parts = tag.strip().replace("_", "-").split("-")
    if not re.fullmatch(r"[A-Za-z]{2,3}", parts[0]) or not all(re.fullmatch(r"[A-Za-z0-9]{1,8}", p) for p in parts):
        return ""
    shaped = (part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part for part in parts[1:])
    return "-".join([parts[0].lower(), *shaped])


def _strip(text: str) -> str:
    if "<" not in text:
        return text
    text = _INLINE.sub("", _UNSEEN.sub(" ", text))
    return _OPEN_END.sub(" ", _TAG.sub(" ", text))


def _decoded(body: bytes, name: str) -> str | None:
    if not name:
        return None
    try:
        # What calls itself Latin-1 on the web is Windows-1252 (encoding.spec.whatwg.org, read 2026-11).
        codec = codecs.lookup(name).name
        return body.decode("cp1252" if codec in ("iso8859-1", "ascii") and not body.isascii() else codec)
    except (LookupError, ValueError):
        return None
