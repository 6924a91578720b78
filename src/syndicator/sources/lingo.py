"""Which language a text is in, where nobody says: by its script and by its commonest words, or not at all.

Libraries that know more languages cost more than they would save here: see docs/design.md.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from syndicator.models import Article
from syndicator.sources.common_words import LETTERS, UNTOLD, WORDS

FEWEST = 8  # words: fewer tell nothing
MOST = 200  # words looked at
MARGIN = 2  # so many words speak for it and not for another; three times as many as speak the other way
_SHARE = 5  # one of so many words at least is a common one: in running text every second or third is

_TOKEN = re.compile(r"""[^\s\d.,:;!?…“”„«»‚‘"'’()\[\]{}<>|/\\·•–—_#@*+=-]+""")
# Where blocks of one script begin (unicode.org, Blocks.txt 16.0); what is between is nobody's.
_BLOCKS = (
    (0x0000, "Latin"), (0x0370, "Greek"), (0x0400, "Cyrillic"), (0x0530, "Armenian"), (0x0590, "Hebrew"),
    (0x0600, "Arabic"), (0x0700, ""), (0x0750, "Arabic"), (0x0780, ""), (0x08A0, "Arabic"), (0x0900, "Devanagari"),
    (0x0980, "Bengali"), (0x0A00, "Gurmukhi"), (0x0A80, "Gujarati"), (0x0B00, ""), (0x0B80, "Tamil"),
    (0x0C00, "Telugu"), (0x0C80, "Kannada"), (0x0D00, "Malayalam"), (0x0D80, "Sinhala"), (0x0E00, "Thai"),
    (0x0E80, "Lao"), (0x0F00, ""), (0x1000, "Myanmar"), (0x10A0, "Georgian"), (0x1100, "Hangul"), (0x1200, ""),
    (0x1780, "Khmer"), (0x1800, ""), (0x1E00, "Latin"), (0x1F00, "Greek"), (0x2000, ""), (0x3040, "Kana"),
    (0x3100, ""), (0x3400, "Han"), (0x4DC0, ""), (0x4E00, "Han"), (0xA000, ""), (0xAC00, "Hangul"), (0xD7B0, ""),
    (0xF900, "Han"), (0xFB00, ""), (0xFB50, "Arabic"), (0xFE00, ""), (0xFE70, "Arabic"), (0xFF00, ""),
    (0xFF66, "Kana"), (0xFFA0, ""), (0x20000, "Han"), (0x32000, ""),
)  # fmt: skip
_STARTS = [start for start, _ in _BLOCKS]
# Scripts that are written for one language alone, as far as newsrooms go.
_ALONE = {
    "Armenian": "hy", "Bengali": "bn", "Georgian": "ka", "Greek": "el", "Gujarati": "gu", "Gurmukhi": "pa",
    "Hangul": "ko", "Hebrew": "he", "Kana": "ja", "Kannada": "kn", "Khmer": "km", "Lao": "lo", "Malayalam": "ml",
    "Myanmar": "my", "Sinhala": "si", "Tamil": "ta", "Telugu": "te", "Thai": "th",
}  # fmt: skip
_NOT_ALONE = {"Bengali": "ৰৱ", "Hebrew": "װױײ"}  # Assamese; Yiddish
_LONG_ENOUGH = {"Han": 12, "Kana": 12, "Hangul": 12}  # letters; of other scripts 30


def spoken(article: Article, home: str) -> Article:
    """The article with the language its words are surely in, where nobody has said one and it is not that of `home`.

    `home` is the newsroom's language (BCP 47), which an article without one is taken to be in.
    """
    if article.language:
        return article
    found = detected(f"{article.title}. {article.summary}")
    return replace(article, language=found) if found and found != home.partition("-")[0] else article


def detected(text: str) -> str:
    """The language of a plain text (BCP 47), or "" when the text is short, mixed, or like more than one."""
    scripts = Counter(script for char in text if char.isalpha() and (script := _script(char)))
    if not scripts:
        return ""
    main, letters = scripts.most_common(1)[0]
    if main in {"Han", "Kana"}:
        main, letters = _chinese_or_japanese(scripts)
    if letters < _LONG_ENOUGH.get(main, 30) or 10 * letters < 7 * scripts.total():
        return ""
    if main == "Han":
        return "zh"
    if main in _ALONE:
        return "" if set(text) & set(_NOT_ALONE.get(main, "")) else _ALONE[main]
    return _by_words(text)


def _script(char: str) -> str:
    return _BLOCKS[bisect_right(_STARTS, ord(char)) - 1][1]


def _chinese_or_japanese(scripts: Counter[str]) -> tuple[str, int]:
    """Japanese has kana between its characters, Chinese none; a few are a name in either."""
    both = scripts["Han"] + scripts["Kana"]
    if not scripts["Kana"]:
        return "Han", both
    return ("Kana", both) if 10 * scripts["Kana"] >= both else ("", 0)


def _by_words(text: str) -> str:
    tokens = _TOKEN.findall(text.casefold())[:MOST]
    if len(tokens) < FEWEST:
        return ""
    votes = Counter(said for token in tokens if (said := frozenset(_speaks_for(token))))
    totals = Counter[str]()
    for languages, times in votes.items():
        for language in languages:
            totals[language] += times
    if not totals:
        return ""
    best, count = totals.most_common(1)[0]
    if count * _SHARE < len(tokens) or best in UNTOLD:
        return ""
    return best if all(_clear(best, other, votes) for other in totals if other != best) else ""


def _clear(best: str, other: str, votes: Counter[frozenset[str]]) -> bool:
    """Whether the words that only one of two languages has speak clearly for the first."""
    ours = sum(times for languages, times in votes.items() if best in languages and other not in languages)
    theirs = sum(times for languages, times in votes.items() if other in languages and best not in languages)
    return ours >= MARGIN and ours >= 3 * theirs


def _speaks_for(token: str) -> Iterator[str]:
    """The languages a word is common in; of another word, those that alone have one of its letters."""
    if known := _COMMON.get(token):
        yield from known
    elif not token.isascii():
        for letter in set(token) & LETTERS.keys():
            yield from LETTERS[letter].split()


_COMMON: dict[str, set[str]] = {}
for _language, _words in WORDS.items():
    for _word in _words.split():
        _COMMON.setdefault(_word, set()).add(_language)
