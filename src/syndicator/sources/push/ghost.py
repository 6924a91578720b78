"""The form "ghost": the body of Ghost's webhooks for posts, {"post": {"current": …, "previous": …}}.

Ghost 5 and 6, as its webhook service serializes posts (github.com/TryGhost/Ghost, services/webhooks/serialize.js, read
2026-11). A deleted post has no current state and no address; newer versions name the event beside the post.
"""

from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from syndicator.models import Source
from syndicator.sources.entry import Entry, Found, Payload, Picture
from syndicator.sources.push import made
from syndicator.sources.push.fields import Node, Unfit

_STATES = ("published", "scheduled", "sent", "draft")
BY_MAIL = "The post goes out by mail alone, so there is no article."
NO_ADDRESS = "The scheduled post has no public address yet; it is taken when Ghost publishes it."


def read(root: Node, payload: Payload, source: Source, zone: ZoneInfo) -> Found:
    """The article of a post: published, edited, scheduled, unpublished or deleted. Raises Unfit."""
    if not root.has("post"):
        raise Unfit("post", "missing; send the events of posts: published, updated, unpublished, scheduled, deleted")
    current, previous = root.node("post").node("current"), root.node("post").node("previous")
    if not current.values:
        return _gone(previous, "it was deleted", payload, source, zone)
    state = current.text("status")
    if state not in _STATES:
        raise Unfit(current.path("status"), f"expected one of {', '.join(_STATES)}")
    if state == "draft":
        return _gone(current, "it is a draft again", payload, source, zone)
    if state == "sent" or current.flag("email_only"):
        return Found((), (BY_MAIL,), whole=False)
    if state == "scheduled" and _is_preview(current):
        return Found((), (NO_ADDRESS,), whole=False)
    at = {"link": current.path("url"), "title": current.path("title")}
    entry = _entry(current, current.text("url"))
    return Found((made.article(entry, payload, source, zone, at=at),), whole=False)


def _gone(post: Node, why: str, payload: Payload, source: Source, zone: ZoneInfo) -> Found:
    """The address of a draft is that of its preview, so the public one is put together: the site's and the slug."""
    slug = post.text("slug")
    entry = _entry(post, urljoin(f"{source.url.rstrip('/')}/", f"{slug}/") if slug else "")
    reason = f"{made.TAKEN_BACK} ({why})"
    return Found((made.withdrawn(entry, payload, source, zone, reason, at=post.path("slug")),), whole=False)


def _is_preview(post: Node) -> bool:
    """Whether the address is that of the preview, /p/ and the post's uuid."""
    path = urlsplit(post.text("url")).path
    return not path.strip("/") or path.rstrip("/").endswith(f"/p/{post.text('uuid') or '-'}") or path.startswith("/404")


def _entry(post: Node, link: str) -> Entry:
    published = post.text("published_at")
    scheduled = post.text("status") == "scheduled"
    return Entry(
        link=link,
        guid=post.name("id"),  # as in <guid isPermaLink="false"> of Ghost's feed
        permalink=False,
        title=post.text("title"),
        summary=post.text("custom_excerpt") or post.text("excerpt"),
        content=post.text("html"),
        authors=[one.text("name") for one in post.nodes("authors")],
        categories=_tags(post),
        published=published,
        updated=post.text("updated_at"),
        embargo=published if scheduled else "",
        pictures=_pictures(post),
    )


def _tags(post: Node) -> list[tuple[str, str]]:
    """The primary tag is the section; tags that begin with # are the newsroom's own."""
    names = [one.text("name") for one in post.nodes("tags") if one.text("visibility") != "internal"]
    primary = post.node("primary_tag").text("name")
    return [("section" if name == primary else "", name) for name in names if not name.startswith("#")]


def _pictures(post: Node) -> list[Picture]:
    url = post.text("feature_image")
    if not url:
        return []
    return [Picture(url, alt=post.text("feature_image_alt"), caption=post.text("feature_image_caption"))]
