"""How Mastodon counts a status and shows it as HTML. Source: docs.joinmastodon.org/user/posting, read 2026-11."""

import re
from html import escape

from syndicator.sandbox.network import graphemes, web_links

LINK_COST = 23
LINK_SHOWN = 30  # characters of an address that are shown before it is cut


def length(text: str) -> int:
    """Characters as the server counts them: each http(s) address 23, of a remote mention only its local part."""
    plain = re.sub(r"(?<![\w/])@(\w+)@[\w.-]+\w", r"@\1", text)
    for link in sorted(web_links(plain), key=len, reverse=True):
        plain = plain.replace(link, "x" * LINK_COST)
    return graphemes(plain)


def html(text: str) -> str:
    """A status as HTML: paragraphs, line breaks, and addresses as links whose scheme and tail are hidden."""
    links = sorted(web_links(text), key=len, reverse=True)
    pattern = "|".join(map(re.escape, links)) or r"(?!)"
    parts, end = [], 0
    for found in re.finditer(pattern, text):
        parts += [escape(text[end : found.start()]), _anchor(found[0])]
        end = found.end()
    parts.append(escape(text[end:]))
    paragraphs = re.split(r"\n{2,}", "".join(parts).replace("\r\n", "\n"))
    return "".join(f"<p>{one.replace(chr(10), '<br />')}</p>" for one in paragraphs)


def _anchor(link: str) -> str:
    scheme, rest = re.match(r"(https?://(?:www\.)?)(.*)", link, re.DOTALL).groups()  # type: ignore[union-attr]
    shown, hidden = rest[:LINK_SHOWN], rest[LINK_SHOWN:]
    spans = (
        f'<span class="invisible">{escape(scheme)}</span>'
        f'<span class="{"ellipsis" if hidden else ""}">{escape(shown)}</span>'
        f'<span class="invisible">{escape(hidden)}</span>'
    )
    return f'<a href="{escape(link)}" rel="nofollow noopener" translate="no" target="_blank">{spans}</a>'
