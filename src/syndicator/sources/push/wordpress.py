"""The form "wordpress": a post as WordPress's REST API gives it with `_embed`, alone or as {"event": …, "post": …}.

developer.wordpress.org/rest-api/reference/posts, read 2026-11.
"""

import html
from zoneinfo import ZoneInfo

from syndicator.models import Source
from syndicator.sources.entry import Entry, Found, Payload, Picture
from syndicator.sources.push import made
from syndicator.sources.push.fields import Node, Unfit

_STANDS = frozenset({"publish", "future"})
_AWAY = frozenset({"trash", "draft", "private", "pending", "auto-draft"})
_ENDS = frozenset({"withdrawn", "deleted"})
_NO_SECTION = frozenset({"uncategorized", "uncategorised"})
_SLUGS = ("%postname%", "%pagename%")


def read(root: Node, payload: Payload, source: Source, zone: ZoneInfo) -> Found:
    """The article of a post: published, scheduled (its date is its embargo), or taken back. Raises Unfit."""
    post = root.node("post") if root.has("post") else root
    status = post.text("status")
    if root.text("event") in _ENDS and status not in _AWAY:
        status = "trash"  # it was deleted for good and is sent as it was, or has a state of the site's own
    entry = _entry(post, status)
    if status in _AWAY:
        why = f"{made.TAKEN_BACK} (its state is “{status}”)"
        return Found((made.withdrawn(entry, payload, source, zone, why, at=post.path("link")),), whole=False)
    if status not in _STANDS:
        raise Unfit(post.path("status"), f"expected one of {', '.join(sorted(_STANDS | _AWAY))}")
    at = {"link": post.path("link"), "title": post.path("title.rendered")}
    return Found((made.article(entry, payload, source, zone, at=at),), whole=False)


def _entry(post: Node, status: str) -> Entry:
    published = _gmt(post, "date_gmt") or post.text("date")
    embedded = post.node("_embedded")
    return Entry(
        link=_link(post, status),
        # The feed's <guid isPermaLink="false"> is the same text, so that both know the same article.
        guid=html.unescape(post.node("guid").text("rendered")),
        permalink=False,
        title=post.node("title").text("rendered"),
        summary=post.node("excerpt").text("rendered"),
        content=post.node("content").text("rendered"),
        authors=[one.text("name") for one in embedded.nodes("author") if one.has("name")],
        categories=_terms(embedded),
        published=published,
        updated=_gmt(post, "modified_gmt"),
        embargo=published if status == "future" else "",
        pictures=_pictures(embedded),
    )


def _gmt(post: Node, name: str) -> str:
    """A moment; what has none is null or full of zeros."""
    text = post.text(name)
    return "" if not text or text.startswith("0000") else text if text.endswith("Z") else f"{text}Z"


def _link(post: Node, status: str) -> str:
    """The address; of a scheduled post the one it will have, where the push says how addresses are made."""
    template, slug = post.text("permalink_template"), post.text("slug") or post.text("generated_slug")
    if status == "future" and slug:
        for name in _SLUGS:
            if name in template:
                return template.replace(name, slug)
    return html.unescape(post.text("link"))


def _terms(embedded: Node) -> list[tuple[str, str]]:
    """Categories are sections, everything else is a tag. The list holds one list for each kind."""
    found = list[tuple[str, str]]()
    groups = embedded.values.get("wp:term")
    for number, group in enumerate(groups if isinstance(groups, list) else []):
        if not isinstance(group, list):
            continue  # an error stands in its place
        for term in Node({"terms": group}, embedded.path(f"wp:term[{number}]")).nodes("terms"):
            name, scheme = term.text("name"), "section" if term.text("taxonomy") == "category" else ""
            if name and not (scheme and name.casefold() in _NO_SECTION):
                found.append((scheme, name))
    return found


def _pixels(details: Node, name: str) -> int:
    """A size as plugins write it, 0 for what is none: no story is refused for it."""
    value = details.values.get(name)
    text = str(value) if isinstance(value, int | str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _pictures(embedded: Node) -> list[Picture]:
    """The featured image as it was uploaded; what may not be shown comes as an error without an address."""
    return [
        Picture(
            url=html.unescape(media.text("source_url")),
            width=_pixels(media.node("media_details"), "width"),
            height=_pixels(media.node("media_details"), "height"),
            alt=media.text("alt_text"),
            caption=media.node("caption").text("rendered"),
        )
        for media in embedded.nodes("wp:featuredmedia")[:1]
        if media.text("source_url") and media.text("media_type") in {"", "image"}
    ]
