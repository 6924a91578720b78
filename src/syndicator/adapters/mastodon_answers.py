"""Reading what a Mastodon server answers: entities of the library, lists in pages, and texts as HTML."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from syndicator.adapters.matching import letters
from syndicator.adapters.wire import Call

PAGE = 40  # the most that docs.joinmastodon.org/methods/accounts/#statuses gives at once, read 2026-11
PERMALINK = re.compile(
    r"(?:/web)?/(?:@(?P<user>\w+)|users/(?P<owner>\w+)/statuses|statuses)/(?P<id>[0-9A-Za-z]+)/?", re.ASCII
)
"""The paths under which a server shows a post of its own."""


def told(entity: Any, name: str) -> Any:
    """A field the server must have told. ValueError without it: the library gives None, even for an empty answer."""
    found = entity.get(name)
    if found is None:
        raise ValueError(f"the server's answer has no {name}")
    return found


def limits(instance: Any) -> dict[str, int]:
    """The server's own numbers by the names of Features; what it does not tell is left out."""
    configuration = instance.get("configuration") or {}
    statuses, media = configuration.get("statuses") or {}, configuration.get("media_attachments") or {}
    found = {
        "text_limit": statuses.get("max_characters"),
        "link_cost": statuses.get("characters_reserved_per_url"),
        "images": statuses.get("max_media_attachments"),
        "image_bytes": media.get("image_size_limit"),
        "image_pixels": media.get("image_matrix_limit"),
        "alt_limit": media.get("description_limit"),
    }
    return {name: value for name, value in found.items() if isinstance(value, int) and value > 0}


def statuses(api: Any, call: Call, owner: str, since: datetime) -> Iterator[Any]:
    """The account's own posts from `since` on, newest first, page by page. ValueError for an answer that is no list."""
    oldest = None
    while True:
        page = api.account_statuses(owner, exclude_reblogs=True, max_id=oldest, limit=PAGE)
        # The library makes an empty list of many things; only the server's own is proof that there is nothing.
        if not call.answer or not isinstance(json.loads(call.answer.body), list):
            raise ValueError("the list of posts cannot be read")
        for status in page:
            if told(status, "created_at") < since:
                return
            yield status
        if not page:
            return
        oldest = str(told(page[-1], "id"))


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text, self.links = "", set[str]()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "br":
            self.text += "\n"
        elif tag == "p" and self.text:
            self.text += "\n\n"
        elif tag == "a" and _NO_LINK.isdisjoint((told.get("class") or "").split()):
            self.links |= {told.get("href") or ""} - {""}


_NO_LINK = frozenset({"mention", "hashtag"})


def plain(content: str) -> tuple[str, frozenset[str]]:
    """The text of a status's HTML, and the addresses it links to beside those of people and hashtags."""
    parser = _Plain()
    parser.feed(content)
    parser.close()
    return parser.text, frozenset(parser.links)


def links_of(status: Any) -> frozenset[str]:
    """The full addresses of a status's links, that of its card included."""
    card = (status.get("card") or {}).get("url")
    return plain(told(status, "content"))[1] | ({str(card)} if card else set())


def same(left: str, right: str) -> bool:
    """Whether two texts have the same letters and digits."""
    return letters(left) == letters(right)
