"""What a source said of an article, and what is different when it says it again. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC

from syndicator.models import Article, Photo

Change = tuple[str, str, str]  # what, before, after

WATCHED = ("url", "title", "summary", "photo", "content", "correction", "embargo", "sensitive")
"""The parts of an article whose change people are told, by the names under which `found` keeps them."""

NAMES = {"url": "address", "title": "headline", "content": "body", "sensitive": "warning"}
"""What people call a part, where that is another word."""

FIELDS = {"photo": ("photos",), "content": ("content", "words")}
"""The fields of an article that a part stands for, where they are not the one of its name."""


_ADDRESS = re.compile(r"^https?://[^/?#]*|[?#].*$", re.IGNORECASE)


def found(article: Article) -> dict[str, str]:
    """What a source says, part by part, in a form that can be compared; "" where it says nothing."""
    return {
        "url": article.url,
        "title": "" if article.provisional else article.title,
        "summary": article.summary,
        "photo": _photo(article.photos[:1]),
        "content": article.content,
        "correction": article.correction,
        "sensitive": "yes" if article.sensitive else "",
        "embargo": article.embargo.astimezone(UTC).isoformat() if article.embargo else "",
    }


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The parts that differ. What was not watched then is no change, and neither is what the source no longer says.

    An embargo that is gone has been lifted, or is over; a correction note or a photo that is gone was taken out.
    A text that is known for the first time differs from nothing: `learnt` tells it.
    """
    said_no_more = {name for name in ("url", "title", "summary", "content") if not after.get(name)}
    quiet = said_no_more | set(learnt(before, after))
    return [name for name in WATCHED if name in before and name not in quiet and before[name] != after[name]]


def learnt(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The parts that are known for the first time: the digest of the story's text."""
    return ["content"] if after.get("content") and not before.get("content") else []


def completed(before: str, after: str) -> bool:
    """Whether this is the same photo with texts it had not before."""
    if not before or not after:
        return False
    was, now = json.loads(before), json.loads(after)
    return was[0] == now[0] and all(not one or one == other for one, other in zip(was, now, strict=True))


def taken(old: Article, new: Article, names: list[str]) -> Article:
    """The old article with these parts of the new one."""
    parts = [field for name in names for field in FIELDS.get(name, (name,))]
    changed = {field: getattr(new, field) for field in parts}
    if "title" in names:
        changed["provisional"] = False
    return replace(old, **changed, updated=new.updated or old.updated)


def told(old: Article, new: Article, names: list[str]) -> list[Change]:
    """The changes in words, before and after."""
    return [(NAMES.get(name, name), _said(old, name), _said(new, name)) for name in names]


def as_found(article: Article, said: Mapping[str, str]) -> Article:
    """The article without what its page has added, so that the page can be read for it once more."""
    missing = {name for name in WATCHED if not said.get(name)}
    blank: dict[str, object] = {}
    if "title" in missing:
        blank["provisional"] = True
    if "summary" in missing:
        blank["summary"] = ""
    if "photo" in missing:
        blank["photos"] = ()
    if "content" in missing:
        blank |= {"content": "", "words": 0}
    if "correction" in missing:
        blank["correction"] = ""
    if "sensitive" in missing:
        blank["sensitive"] = False
    return replace(article, **blank)  # type: ignore[arg-type]


def _photo(photos: tuple[Photo, ...]) -> str:
    """The first photo as its story uses it. Of its address only the path: hosts take turns, the rest is made anew."""
    if not photos:
        return ""
    one = photos[0]
    return json.dumps([_ADDRESS.sub("", one.url), one.alt, one.caption, one.credit, one.terms], ensure_ascii=False)


def _said(article: Article, name: str) -> str:
    if name == "content":
        return f"{article.words} words" if article.words else ""
    if name == "photo":
        one = article.photos[0] if article.photos else None
        return " · ".join(part for part in (one.alt or one.caption, one.credit, one.url) if part) if one else ""
    if name == "embargo":
        return article.embargo.astimezone(UTC).isoformat(timespec="seconds") if article.embargo else ""
    if name == "sensitive":
        return "marked graphic" if article.sensitive else ""
    return str(getattr(article, name))
