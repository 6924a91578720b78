"""Words for an article of which only the address is known, until its page has told the headline."""

import re
from urllib.parse import unquote, urlsplit

from syndicator.sources.plain import plain

_ENDING = re.compile(r"\.(?:html?|s?php\d?|aspx?|jsp|amp)$", re.IGNORECASE)
_INDEX = re.compile(r"(?:index|default|amp)", re.IGNORECASE)
_BETWEEN = re.compile(r"[-_+\s]+")
# Numbers and digests that software adds to a slug; a year is a word.
_NUMBER = re.compile(r"(?!(?:19|20)\d\d$)(?:[a-z]{0,2}\d{4,}|0\d*|(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,})", re.IGNORECASE)


def words(url: str) -> str:
    """The last part of an address that has words, made readable ("Boats return"); its site where there is none."""
    split = urlsplit(url)
    for part in reversed(split.path.split("/")):
        told = [word for word in _BETWEEN.split(_ENDING.sub("", unquote(part))) if word and not _NUMBER.fullmatch(word)]
        text = plain(" ".join(told))
        if any(letter.isalpha() for letter in text) and not _INDEX.fullmatch(text):
            return text[0].upper() + text[1:200]
    return split.hostname or "Untitled"
