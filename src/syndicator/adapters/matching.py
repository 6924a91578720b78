"""Is what a platform shows the post we sent? For platforms without keys, which rewrite links and characters."""

import re
import unicodedata
from collections.abc import Callable, Iterable

from syndicator.models import Post, Receipt

Shown = tuple[str, str, Iterable[str]]
"""A post as shown: remote id, its text with entities decoded, the full addresses of its links (also attached ones)."""


def pick(
    post: Post, shown: Iterable[Shown], known: frozenset[str], receipt: Callable[[str], Receipt]
) -> Receipt | None:
    """The receipt of ours; else a probable one; None when all were read and none is. Skips ids in `known`."""
    probable = None
    for remote_id, text, links in shown:
        ours = judge(post, text, links) if remote_id not in known else None
        if ours:
            return receipt(remote_id)
        if ours is False:
            found = receipt(remote_id)
            probable = Receipt(found.remote_id, found.permalink, probable=True)
    return probable


def judge(post: Post, text: str, links: Iterable[str]) -> bool | None:
    """True: ours, by text and link, or by text alone when the post has no link. None: another post.

    False: a person must look, because only the link is the same, or the text is and no link is shown at all (a
    platform may drop one). Links are compared by themselves: platforms shorten them, or give a bare domain a scheme.
    """
    full = {link for link in links if link}
    same_link = bool(post.link) and (_trim(post.link) in map(_trim, full) or _holds(text, post.link))
    drop = {post.link, *full, *(link.partition("://")[2] for link in full)} - {""}
    same_text = _plain(post.text, drop) == _plain(text, drop)
    if same_text and (same_link or not post.link):
        return True
    return False if same_link or (same_text and not full) else None


def _holds(text: str, link: str) -> bool:
    end = r"(?=[.,;:!?)\]}\"'»”’…]*(?:\s|$))"  # a longer link that begins like ours is another
    return re.search(re.escape(link) + end, text) is not None


def _plain(text: str, drop: set[str]) -> str:
    for link in sorted(drop, key=len, reverse=True):
        text = text.replace(link, "")
    return " ".join(unicodedata.normalize("NFC", text).split())


def _trim(link: str) -> str:
    return link.strip().rstrip("/")
