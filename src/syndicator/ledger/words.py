"""Search by words: what people typed becomes a question to the index of stories, whatever signs it holds."""

import string
import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, column, func, literal_column, select, table

_BREAKS = string.punctuation + "“”„‟‘’‚‛«»‹›–—…·¿¡"
_MARKS = "".join(map(chr, range(0x300, 0x370)))  # accents, once letters are taken apart
_WORDS = str.maketrans(dict.fromkeys(_BREAKS, " ") | dict.fromkeys(_MARKS))
_STORIES = table("story_words", column("article"), column("words"))
# Without this, PostgreSQL takes an address for one word. What has no counterpart in the blanks is left out.
_VECTOR = "to_tsvector('simple', translate(normalize(story_words.words, NFD), '{}', '{}'))".format(
    (_BREAKS + _MARKS).replace("'", "''"), " " * len(_BREAKS)
)

LONGEST = 1_000
"""Characters of a question that are read; nobody means more, and an index has its limits."""


def written(words: str) -> list[str]:
    """What was typed, parted by blanks, each part once; parts without a letter or digit are left out."""
    return list(dict.fromkeys(part for part in clean(words).split() if any(sign.isalnum() for sign in part)))


def clean(words: str) -> str:
    """What was typed, composed, without what no database can hold, and not longer than LONGEST."""
    return unicodedata.normalize("NFC", words[:LONGEST].replace("\0", " ").encode(errors="ignore").decode())


def pieces(part: str) -> list[str]:
    """The words of something written without a blank, in lower case and without accents."""
    return unicodedata.normalize("NFD", part).translate(_WORDS).casefold().split()


def says(name: str, part: str) -> bool:
    """Whether a name has these words side by side, the last one as a beginning, as the index of stories does it."""
    wanted, there = pieces(part), pieces(name)
    if not wanted:
        return False
    *whole, last = wanted
    places = range(len(there) - len(whole))
    return any(there[at : at + len(whole)] == whole and there[at + len(whole)].startswith(last) for at in places)


def stories(parts: Iterable[str], *, sqlite: bool) -> Select[Any]:
    """The articles whose headlines, addresses or posts have all the parts: their beginnings are enough.

    What is written without a blank (an address, a compound) stands there in this order. Accents do not count.
    """
    if sqlite:
        index = table("story_words_index", column("rowid"))
        quoted = " ".join('"{}"*'.format(part.replace('"', '""')) for part in parts)
        return select(index.c.rowid).where(literal_column("story_words_index").op("MATCH")(quoted))
    vector: ColumnElement[Any] = literal_column(_VECTOR)
    asked = " & ".join(map(_phrase, parts))
    return select(_STORIES.c.article).where(vector.op("@@")(func.to_tsquery("simple", asked)))


def marked(words: str) -> Select[Any]:
    """The articles that have these signs, for questions without a letter or digit."""
    return select(_STORIES.c.article).where(_STORIES.c.words.contains(clean(words).strip(), autoescape=True))


def _phrase(part: str) -> str:
    """One written word as PostgreSQL's query: its pieces side by side, the last one a beginning."""
    words = unicodedata.normalize("NFD", part).translate(_WORDS).split()
    return "(" + " <-> ".join(f"'{word}'" for word in words) + ":*)"
