"""A headline without what stands around it: marks before it, the site's name behind it, capitals all over it."""

import re
from collections.abc import Iterable

from syndicator.sources.terms import LABELS, once

FEWEST = 3  # words: what is left of a headline must be one

# Marks before a headline and the label each becomes. A label stays in the language of its mark: templates print it.
MARKS = {
    **LABELS,
    # English
    **dict.fromkeys(("corrected", "clarification"), "Correction"),
    **dict.fromkeys(("watch", "videos"), "Video"),
    "live coverage": "Live",
    "update": "Update",
    "updated": "Update",
    # German
    **dict.fromkeys(("eil", "eil-meldung", "eilmeldung"), "Eilmeldung"),
    **dict.fromkeys(("liveticker", "live-ticker"), "Liveticker"),
    "live-blog": "Liveblog",
    "newsblog": "Newsblog",
    **dict.fromkeys(("korrektur", "korrigiert", "berichtigung"), "Korrektur"),
    "meinung": "Meinung",
    "kommentar": "Kommentar",
    "leitartikel": "Leitartikel",
    "gastbeitrag": "Gastbeitrag",
    "kolumne": "Kolumne",
    "analyse": "Analyse",
    "exklusiv": "Exklusiv",
    "faktencheck": "Faktencheck",
    # French
    **dict.fromkeys(("alerte", "alerte info", "alerte-info"), "Alerte info"),
    "urgent": "Urgent",
    **dict.fromkeys(("direct", "en direct"), "En direct"),
    "vidéo": "Vidéo",
    "tribune": "Tribune",
    **dict.fromkeys(("édito", "éditorial"), "Éditorial"),
    **dict.fromkeys(("exclusif", "exclusivité"), "Exclusif"),
    **dict.fromkeys(("correctif", "rectificatif"), "Rectificatif"),
    "entretien": "Entretien",
    # Spanish
    "última hora": "Última hora",
    **dict.fromkeys(("directo", "en directo"), "En directo"),
    **dict.fromkeys(("en vivo", "vivo"), "En vivo"),
    "vídeo": "Vídeo",
    "opinión": "Opinión",
    "análisis": "Análisis",
    **dict.fromkeys(("exclusivo", "exclusiva"), "Exclusiva"),
    **dict.fromkeys(("corrección", "rectificación"), "Corrección"),
    "actualización": "Actualización",
    "entrevista": "Entrevista",
    # Italian, Portuguese, Dutch
    **dict.fromkeys(("ultim'ora", "ultim’ora"), "Ultim’ora"),
    "in diretta": "In diretta",
    "opinione": "Opinione",
    "ao vivo": "Ao vivo",
    "opinião": "Opinião",
    "análise": "Análise",
    "opinie": "Opinie",
}
_WIRE = frozenset({"analysis", "breaking", "corrected", "correction", "exclusive", "explainer", "update"})
_NAME = "|".join(sorted((re.escape(name) for name in MARKS), key=len, reverse=True))
_NUMBER = r"(?:\s+\d{1,2})?"
_MARK = re.compile(
    rf"""(?P<colon>{_NAME}){_NUMBER}\s*[:：|]\s*          # "LIVE: …", "Opinion | …", "Update 2: …"
    | \++\s*(?P<crosses>{_NAME})\s*\++\s*[:–—-]?\s*       # "+++ EIL +++ …"
    | [\[(](?P<brackets>{_NAME}){_NUMBER}[\])]\s*[:–—-]?\s*
    | (?P<capitals>{_NAME})(?:\s+[–—-]\s+|\.\s+)          # "LIVE - …", "VIDÉO. …", in capitals only
    | (?P<wire>{_NAME}){_NUMBER}-(?=[^\W_]|["“'‘])        # "UPDATE 2-…", in capitals only
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SENTENCE = re.compile(r"(?:^|[.!?:…]|\s[–—-])[\s\"“”„«»'‘’()\[\]]*$")
_NO_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def read(text: str, told: Iterable[str] = ()) -> tuple[str, tuple[str, ...]]:
    """The headline in a plain text, and the labels that stood before it. `told` is what else is said of the story."""
    labels = list[str]()
    while len(labels) < 3 and (mark := _MARK.match(text)) and (label := _label(mark)):
        rest = text[mark.end() :]
        if not _stands(rest):
            break
        labels.append(label)
        text = rest
    return calm(text, told), once(labels)


def without_site(text: str, site: str) -> str:
    """A page's headline without the site's name at its end: "Boats return - Example Daily"."""
    if not site or not text.casefold().endswith(site.casefold()):
        return text
    rest = re.sub(r"\s+[-–—|·•:]\s*$", "", text[: -len(site)])
    return rest if rest and rest != text[: -len(site)] else text


def calm(text: str, told: Iterable[str]) -> str:
    """A headline all in capitals as a sentence, where `told` shows how each of its words is written; else unchanged."""
    if not text.isupper() or sum(char.isupper() for char in text) <= 12:
        return text
    words = [_key(word) for word in _WORD.findall(text)]
    if len(words) < FEWEST:
        return text
    forms = _written(told, frozenset(words))
    if any(len(forms.get(word, ())) != 1 for word in words):
        return text
    calmed = _WORD.sub(lambda found: next(iter(forms[_key(found[0])])), text)
    first = _WORD.search(calmed)
    place = first.start() if first else 0
    # A name such as iPhone keeps its small letter.
    return calmed if first and not first[0].islower() else calmed[:place] + calmed[place].upper() + calmed[place + 1 :]


def _label(mark: re.Match[str]) -> str:
    kind = mark.lastgroup or ""
    name = mark[kind]
    if kind in {"capitals", "wire"} and not name.isupper():
        return ""
    if kind == "wire" and name.casefold() not in _WIRE:
        return ""
    return MARKS[name.casefold()]


def _stands(rest: str) -> bool:
    """Whether what is left is a headline still."""
    return len(rest.split()) >= FEWEST or len(_NO_SPACES.findall(rest)) >= 6


def _key(word: str) -> str:
    return word.casefold().replace("’", "'")


def _written(told: Iterable[str], wanted: frozenset[str]) -> dict[str, set[str]]:
    """The forms of the wanted words in running text, where a capital is not owed to a sentence's beginning."""
    forms: dict[str, set[str]] = {}
    for text in told:
        found = [] if text.isupper() else [*_WORD.finditer(text)]
        inside = [
            one
            for one in found
            if not (one[0].istitle() and _SENTENCE.search(text[max(one.start() - 8, 0) : one.start()]))
        ]
        small = sum(one[0][0].islower() for one in inside)
        if 2 * small < len(inside):
            continue  # a Text in Capitals Like This shows nothing
        for one in inside:
            if (key := _key(one[0])) in wanted:
                forms.setdefault(key, set()).add(one[0])
    return forms
