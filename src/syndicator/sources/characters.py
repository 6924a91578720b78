"""Characters as a reader should get them: mangled ones mended, unseen ones only where script or emoji need them."""

import re
import unicodedata

_BYTES = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0x100)}
# Windows-1252 that was read as Latin-1, as HTML reads "&#146;" (html.spec.whatwg.org, 13.2.5.80, read 2026-11).
WINDOWS = {byte: char for byte, char in _BYTES.items() if byte < 0xA0 and ord(char) > 0xFF}
_BYTE = {char: byte for byte, char in _BYTES.items()}

# Bytes of UTF-8 that were read as Windows-1252: "â€™" for an apostrophe, "Ã©" for é, "ðŸ˜€" for an emoji.
_TAIL = "[" + "".join(re.escape(_BYTES[byte]) for byte in range(0x80, 0xC0)) + "]"
_BROKEN = re.compile(f"â€{_TAIL}|â‚¬|â„¢|ðŸ{_TAIL}{{2}}|Â[\xa0-\xbf]|[Ã-ß]{_TAIL}")
# What also stands behind a capital in proper texts: «CAFÉ», BEYONCÉ’s.
_PLAIN_TAIL = frozenset("\xa0…–—‘’“”•™‹›«»©®°ºª²³·¡¿\xad")

# Controls, soft hyphens, zero-width spaces, embeddings and overrides of direction, stand-ins for objects, halves of
# surrogates, fillers. Joiners, selectors and tags are judged by what stands before them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u202a-\u202e\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffc\ufffe\uffff\ud800-\udfff]"
)
_JOINING = (
    "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1a20-\u1bff\ua840-\ua87f\ua8e0-\uaaff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff\u00a9\u00ae\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff\u200c\u200d"
)
_JOINER = re.compile(f"(?<![{_JOINING}])[\u200c\u200d]+")
_SELECTOR = re.compile(r"""(?<![^\sA-Za-z.,:;!?"'()-])[\ufe00-\ufe0f]+""")
# The flags of England, Scotland and Wales are a black flag and a name in tags; elsewhere tags are writing nobody sees.
_TAGS = re.compile("(\U0001f3f4[\U000e0030-\U000e007a]{1,6}\U000e007f)|[\U000e0000-\U000e007f]")
_JUDGED = re.compile("[\u200c\u200d\u2066-\u2069\ufe00-\ufe0f\U000e0000-\U000e007f]")
_CONTROLS = re.compile("[\x80-\x9f]")
_CROWDED = re.compile(r"[^\w\s!-~]{31,}")
_ISOLATE = re.compile("[\u2066-\u2069]")


def clean(text: str) -> str:
    """The text with mangled characters mended where that is certain, unseen ones removed, in NFC. Spaces stay."""
    if text.isascii():
        return _HIDDEN.sub("", text)
    if _CONTROLS.search(text):
        text = text.translate(WINDOWS)
    text = mended(text)
    if _JUDGED.search(text):
        text = _TAGS.sub(lambda found: found[1] or "", _HIDDEN.sub("", text))
        text = balanced(_SELECTOR.sub("", _JOINER.sub("", text)))
    return unicodedata.normalize("NFC", _CROWDED.sub(_fewer_marks, _HIDDEN.sub("", text)))


def _fewer_marks(run: re.Match[str]) -> str:
    """At most 30 combining marks in a row (UAX 15, stream-safe text): sorting more takes the square of their number."""
    return run[0][:30] + "".join(char for char in run[0][30:] if not unicodedata.combining(char))


def mended(text: str) -> str:
    """UTF-8 that was taken for Windows-1252, once or twice, is put right; anything doubtful stays as it is.

    Doubtful is a text that holds other characters beyond ASCII too: it was read rightly, and may speak of such signs.
    """
    for _ in range(2):
        found = list(_BROKEN.finditer(text))
        if not found or not _BROKEN.sub("", text).isascii() or not all(_sure(text, one) for one in found):
            break
        text = _BROKEN.sub(lambda one: bytes(_BYTE[char] for char in one[0]).decode(), text)
    return text


def balanced(text: str) -> str:
    """The text without isolates of direction that nothing closes, and closings of what was never opened."""
    if not _ISOLATE.search(text):
        return text
    opened, unmatched = list[int](), set[int]()
    for mark in _ISOLATE.finditer(text):
        if mark[0] != "\u2069":
            opened.append(mark.start())
        elif opened:
            opened.pop()
        else:
            unmatched.add(mark.start())
    unmatched.update(opened)
    return "".join(char for place, char in enumerate(text) if place not in unmatched)


def _sure(text: str, found: re.Match[str]) -> bool:
    """Whether a sequence can be nothing but a mistake."""
    start, end = found.span()
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    if len(found[0]) > 2:
        return not (before and before in "\"'([" and after and after in "\"')]")
    if found[0][0] == "Â":
        return not before.isupper()
    if found[0][1] not in _PLAIN_TAIL or not (before + after).isascii():
        return True  # what is not ASCII beside it is another sequence
    return before.islower() or (not before.isalpha() and after.islower())
