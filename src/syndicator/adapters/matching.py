"""Is what a platform shows the post we sent? For platforms without keys, which rewrite links and characters."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from syndicator.models import Post, Receipt, Shown


def pick(post: Post, shown: Iterable[Shown], known: frozenset[str]) -> Receipt | None:
    """The receipt of ours; else a probable one; None when all were read and none is. Skips remote ids in `known`.

    In order: key; text and link; text alone when there is no link; link alone is probable, and so are other words
    under our key. Of what is not yet a sequence no more is read than it takes.
    """
    keys, probable = {post.key, post.record_key} - {""}, None
    if isinstance(shown, Sequence):
        shown = sorted(shown, key=lambda one: one.key not in keys)
    for one in (one for one in shown if one.receipt.remote_id not in known):
        ours = judge(post, one.text, one.links)
        if ours:
            return one.receipt
        if one.key in keys:
            return _by_key(post, one)
        if ours is False:
            probable = replace(one.receipt, probable=True)
    return probable


def _by_key(post: Post, one: Shown) -> Receipt:
    """A card of ours may be shown without its link."""
    full = {post.link, *one.links}
    same = _plain(post.text, full) == _plain(one.text, full)
    return one.receipt if same else replace(one.receipt, probable=True)


def judge(post: Post, text: str, links: Iterable[str]) -> bool | None:
    """True: ours, by text and link, or by text alone when the post has no link. None: another post.

    False: a person must look, because only the link is the same, or the text is and no link is shown at all (a
    platform may drop one), or the text differs in its typography alone. Links are compared by themselves: platforms
    shorten them, or give a bare domain a scheme.
    """
    full = {link for link in links if link}
    same_link = bool(post.link) and (_trim(post.link) in map(_trim, full) or _holds(text, post.link))
    drop = {post.link, *full, *(link.partition("://")[2] for link in full)} - {""}
    mine, theirs = _plain(post.text, drop), _plain(text, drop)
    if mine == theirs and (same_link or not post.link):
        return True
    no_other_link = not full or not post.link
    return False if same_link or (no_other_link and letters(mine) == letters(theirs)) else None


def letters(text: str) -> str:
    """The letters and digits of a text, which no server's typography or layout changes; its text without white space
    where it has none."""
    text = _short_mentions(text)
    return "".join(filter(str.isalnum, text)).casefold() or "".join(text.split())


def _short_mentions(text: str) -> str:
    """Mentions as a server shows them that could resolve them: without their host."""
    return re.sub(r"(?<![\w/])(@\w+)@[\w.-]*\w", r"\1", text)


def _holds(text: str, link: str) -> bool:
    end = r"(?=[.,;:!?)\]}\"'»”’…]*(?:\s|$))"  # a longer link that begins like ours is another
    return re.search(re.escape(link) + end, text) is not None


def _plain(text: str, drop: set[str]) -> str:
    for link in sorted(drop - {""}, key=len, reverse=True):
        text = text.replace(link, "")
    return " ".join(unicodedata.normalize("NFC", _short_mentions(text)).split())


def _trim(link: str) -> str:
    return link.strip().rstrip("/")
