"""Words with a meaning of their own among categories, ratings and captions: labels, sections, warnings, credits."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from syndicator.sources.plain import cut, plain

LABELS = {
    **dict.fromkeys(("opinion", "op-ed", "oped", "comment is free"), "Opinion"),
    **dict.fromkeys(("live", "live blog", "liveblog", "live updates"), "Live"),
    **dict.fromkeys(("breaking", "breaking news"), "Breaking"),
    **dict.fromkeys(("sponsored", "sponsored content", "advertorial", "paid content"), "Sponsored"),
    "analysis": "Analysis",
    "column": "Column",
    "commentary": "Commentary",
    "correction": "Correction",
    "editorial": "Editorial",
    "exclusive": "Exclusive",
    "explainer": "Explainer",
    "fact check": "Fact check",
    "feature": "Feature",
    "interview": "Interview",
    "investigation": "Investigation",
    "obituary": "Obituary",
    "podcast": "Podcast",
    "review": "Review",
    "video": "Video",
}
SENSITIVE = frozenset(
    {"adult", "content warning", "disturbing content", "explicit", "graphic", "graphic content", "graphic images"}
    | {"graphic violence", "mature", "nsfw", "rta-5042-1996-1400-1577-rta", "sensitive", "sensitive content"}
)
LONGEST_CAPTION = 5000  # characters: looking for the credit takes some 200 steps at each
HOME = frozenset({"home", "homepage", "home page", "front page", "start"})
_PATH = re.compile(r"\s*(?:>|›|»|→)\s*")
_CREDIT = re.compile(
    r"""^(?P<caption>.*?)(?:^|\s*[|(\[]\s*|\s+[–—-]\s+|(?<=[.!?"”’])\s+)
    (?:(?:photos?|photograph|photography|picture|image|fotos?|fotografía|imagen)(?:\s+(?:credit|courtesy|source))?|credit|crédits?(?:\s+photo)?|crédito|(?:photo\s+)?source
      |quelle|bildquelle|bildnachweis|bildrechte)
    (?:\s*[:/]\s*(?:by\s+)?|\s+(?:by|courtesy\s+of)\s+)(?P<credit>[^|]{1,200}?)[)\]]?\s*$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_COPYRIGHT = re.compile(r"^(?P<caption>.*?)\s*[|(\[–—-]?\s*©\s*(?P<credit>[^|©]{2,200}?)[)\]]?\s*$", re.DOTALL)
_SLASHED = re.compile(r"/?(?:[^\W\d][^/]{2,39}/)+[^\W\d][^/]{2,39}/?")


@dataclass(frozen=True, slots=True)
class Sorted:
    """Categories by what they say."""

    labels: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sensitive: bool = False


def label(term: str) -> str:
    """The label a term stands for ("Opinion"), or ""."""
    return LABELS.get(term.strip().casefold(), "")


def section(text: str) -> str:
    """A section's path in our spelling ("News > World"), without the way from the front page."""
    return " > ".join(part for part in _PATH.split(text.strip()) if part and part.casefold() not in HOME)


def is_path(text: str) -> bool:
    """Whether a text is a path of two to five short parts."""
    parts = _PATH.split(text.strip())
    return 2 <= len(parts) <= 5 and all(0 < len(part) <= 40 for part in parts)


def warns(values: Iterable[str]) -> bool:
    """Whether one of the ratings or tags asks for a warning."""
    return any(value.strip().casefold() in SENSITIVE for value in values)


def sort(categories: Iterable[tuple[str, str]]) -> Sorted:
    """Categories as (scheme, term): the scheme tells a section, a path or a label tells itself, the rest are tags."""
    labels, sections, tags = list[str](), list[str](), list[str]()
    sensitive = False
    for scheme, raw in categories:
        term = plain(raw)
        if not term:
            continue
        sensitive = sensitive or warns((term,))
        if known := label(term):
            labels.append(known)
        elif "section" in scheme.lower():
            sections.append(section(_unslashed(term)))
        elif is_path(term):
            sections.append(section(term))
        elif scheme != "type":
            tags.append(term)
    return Sorted(once(labels), once(sections), once(tags), sensitive)


def split_credit(text: str) -> tuple[str, str]:
    """A caption and the credit at its end: "… | Photo: Someone" gives ("…", "Someone")."""
    text = cut(plain(text), LONGEST_CAPTION)
    match = _CREDIT.match(text) or _COPYRIGHT.match(text)
    if match is None:
        return text, ""
    return match["caption"].strip(" |–—-("), match["credit"].strip(" .")


def _unslashed(text: str) -> str:
    """ "News/World" as a path; "TV/Radio" and "24/7" are names."""
    return text.strip("/").replace("/", " > ") if _SLASHED.fullmatch(text) else text


def once(values: Iterable[str]) -> tuple[str, ...]:
    """The values in their order, each once whatever its case."""
    kept: dict[str, str] = {}
    for value in values:
        if value:
            kept.setdefault(value.casefold(), value)
    return tuple(kept.values())
