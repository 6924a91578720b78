"""The form "json": our own, for a CMS that can be told what to send. docs/sources.md describes it."""

from dataclasses import replace
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from syndicator.models import Article, Photo, Source
from syndicator.sources.entry import Entry, Found, Payload
from syndicator.sources.identity import drop_shared
from syndicator.sources.plain import plain
from syndicator.sources.push import made
from syndicator.sources.push.fields import Node, Unfit
from syndicator.sources.terms import label, once

EVENTS = ("published", "updated", "withdrawn")
MOST = 100
"""Articles in one push."""


def read(root: Node, payload: Payload, source: Source, zone: ZoneInfo) -> Found:
    """The article, or the articles, of a push. Raises Unfit."""
    event = root.text("event")
    if event not in EVENTS:
        raise Unfit("event", f"expected {', '.join(EVENTS[:-1])} or {EVENTS[-1]}")
    nodes = root.nodes("articles") if root.has("articles") else [root.node("article")]
    if not nodes or not nodes[0].values:
        raise Unfit("article", "missing; expected the article, or several as “articles”")
    if len(nodes) > MOST:
        raise Unfit("articles", f"expected at most {MOST} in one push")
    found = list[Article]()
    for node in nodes:
        found.append(_article(node, event, payload, source, zone))
        if any(found[-1].url == one.url for one in found[:-1]):
            raise Unfit(node.path("url"), "stands there twice; send an article once in a push")
    return Found(drop_shared(found), whole=False)


def _article(node: Node, event: str, payload: Payload, source: Source, zone: ZoneInfo) -> Article:
    entry = _entry(node, zone)
    if not entry.link:
        raise Unfit(node.path("url"), "missing; expected the article's address")
    photos, labels = _photos(node, entry.link), node.texts("labels")
    sensitive, correction = node.flag("sensitive"), plain(node.text("correction"))
    if event == "withdrawn":
        why = plain(node.text("reason"))
        why = f"{made.TAKEN_BACK}: {why}" if why else made.TAKEN_BACK
        return made.withdrawn(entry, payload, source, zone, why, at=node.path("url"))
    at = {"link": node.path("url"), "title": node.path("title")}
    found = made.article(entry, payload, source, zone, at=at)
    return made.settled(
        replace(
            found,
            photos=photos,
            labels=once((*(label(one) or plain(one) for one in labels), *found.labels)),
            sensitive=sensitive or found.sensitive,
            correction=correction,
        )
    )


def _entry(node: Node, zone: ZoneInfo) -> Entry:
    node.when("published", zone), node.moment("updated", zone), node.moment("embargo", zone)
    return Entry(
        link=node.text("url"),
        guid=plain(node.name("id")),
        permalink=False,
        title=node.text("title"),
        summary=node.text("summary"),
        content=node.text("body_html") or node.text("content"),
        authors=node.texts("authors"),
        categories=[("section", one) for one in node.texts("sections")] + [("", one) for one in node.texts("tags")],
        language=node.text("language"),
        published=node.text("published"),
        updated=node.text("updated"),
        embargo=node.text("embargo"),
    )


def _photos(node: Node, link: str) -> tuple[Photo, ...]:
    return tuple(_photo(one, link) for one in node.nodes("photos"))


def _photo(node: Node, link: str) -> Photo:
    url = urljoin(link, node.text("url"))
    if not node.text("url") or not url.startswith(("http://", "https://")):
        raise Unfit(node.path("url"), "expected the photo's address, with https://")
    return Photo(
        url=url,
        alt=plain(node.text("alt")),
        caption=plain(node.text("caption")),
        credit=plain(node.text("credit")),
        width=node.pixels("width"),
        height=node.pixels("height"),
        focus=_focus(node),
        terms=plain(node.text("terms")),
    )


def _focus(node: Node) -> tuple[float, ...]:
    """Two numbers from 0 to 1, () when nobody says."""
    if not node.has("focus"):
        return ()
    given = node.values["focus"]
    numbers = given if isinstance(given, list) else []
    pair = [float(one) for one in numbers if type(one) in {int, float} and 0 <= one <= 1]
    if len(pair) != 2 or len(numbers) != 2:
        raise Unfit(node.path("focus"), "expected two numbers from 0 to 1, from the upper left corner, as [0.5, 0.3]")
    return tuple(pair)
