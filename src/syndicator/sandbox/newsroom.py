"""A small newsroom on loopback: a feed, its articles' pages and their photos."""

import json
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from typing import Any, ClassVar

from syndicator.sandbox.network import Answer, Call, Network, Route, iso, moment_of, route
from syndicator.sandbox.photos import SIZE, draw
from syndicator.sandbox.store import Store
from syndicator.sandbox.stories import DRAFTS, Story

HTML = "text/html; charset=utf-8"
SPACES = (
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:atom="http://www.w3.org/2005/Atom"'
)
PAPER = "Sandbox Daily"


class Newsroom(Network):
    """Stories that can be published, changed and withdrawn while it runs. Any thread may call it.

    `opening` stories are there from the start, dated relative to it; one of them is in the future, under embargo.
    """

    name = "newsroom"
    errors: ClassVar = {
        kind: Answer(status, b"<h1>Sorry</h1>", {}, HTML)
        for kind, status in {"500": 500, "401": 401, "403": 403, "404": 404, "429": 429}.items()
    }

    def __init__(self, store: Store, clock: Callable[[], datetime], base: str) -> None:
        super().__init__(store, clock, base)
        now = clock()
        self._stories = {draft.slug: draft.story(now) for draft in DRAFTS}
        self._statuses: dict[str, int] = {}
        self._body: bytes | None = None
        self._items = 0
        self._changed = now
        self._feed = self._written()

    def make_routes(self) -> list[Route]:
        return [
            route("GET", "/", "find", self.front),
            route("GET", "/feed.xml", "find", self.feed),
            route("GET", "/articles/([^/]+)", "find", self.page),
            route("GET", r"/photos/([^/]+)\.jpg", "find", self.photo),
        ]

    # ------------------------------------------------------------------------------------------ what a newsroom does

    def url(self, slug: str) -> str:
        """The address of a story's page."""
        return f"{self.base}/articles/{slug}"

    def stories(self) -> list[Story]:
        """What is published, newest first."""
        with self.lock:
            return sorted(self._stories.values(), key=lambda story: story.published, reverse=True)

    def publish(self, slug: str, title: str, summary: str, *, photo: bool = True, **details: Any) -> str:
        """Publish a story, or change the one of this slug; returns its address.

        `details` are fields of Story; `published` and `embargo` may be ISO 8601 text. A changed story keeps the date
        of its first publication and what is not named. TypeError for a field there is not.
        """
        with self.lock:
            now = self.clock()
            old = self._stories.get(slug)
            kept = {one.name: getattr(old, one.name) for one in fields(Story)} if old else {"published": now}
            given = {name: _value(value) for name, value in details.items()}
            named = {"slug": slug, "title": title, "summary": summary, "photo": photo, "updated": now}
            self._stories[slug] = Story(**{**kept, **given, **named})
            self._rewrite(now)
        return self.url(slug)

    def withdraw(self, slug: str) -> None:
        """Take a story out of the feed; its page answers 410 from now on. KeyError when there is none."""
        with self.lock:
            del self._stories[slug]
            self._statuses[slug] = 410
            self._rewrite(self.clock())

    def page_status(self, slug: str, status: int) -> None:
        """From now on the story's page answers with this status; 200 makes it whole again."""
        with self.lock:
            self._statuses[slug] = status

    def feed_items(self, newest: int) -> None:
        """From now on the feed shows only so many stories, the newest; 0 is all."""
        with self.lock:
            self._items = newest
            self._rewrite(self.clock())

    def feed_body(self, body: bytes | None) -> None:
        """From now on the feed is these bytes; None makes it whole again."""
        with self.lock:
            self._body = body
            self._rewrite(self.clock())

    # ------------------------------------------------------------------------------------------ calls

    def front(self, _call: Call) -> Answer:
        links = "".join(f'<li><a href="{self.url(one.slug)}">{escape(one.title)}</a></li>' for one in self.stories())
        return Answer(200, f"<!doctype html><title>{PAPER}</title><ul>{links}</ul>".encode(), {}, HTML)

    def feed(self, call: Call) -> Answer:
        etag = f'"{sha256(self._feed).hexdigest()[:20]}"'
        changed = format_datetime(self._changed, usegmt=True)
        validators = {"ETag": etag, "Last-Modified": changed, "Cache-Control": "max-age=0"}
        known = call.headers.get("If-None-Match")
        same = known == etag if known else call.headers.get("If-Modified-Since") == changed
        if same:
            return Answer(304, b"", validators, "application/rss+xml; charset=utf-8")
        return Answer(200, self._feed, validators, "application/rss+xml; charset=utf-8")

    def page(self, _call: Call, slug: str) -> Answer:
        status = self._statuses.get(slug, 200)
        story = self._stories.get(slug)
        if status != 200:
            return Answer(status, b"<h1>Sorry</h1>", {}, HTML)
        return Answer(200, self._article(story).encode(), {}, HTML) if story else self.failure("404", {})

    def photo(self, _call: Call, slug: str) -> Answer:
        return Answer(200, draw(slug), {"Cache-Control": "max-age=86400"}, "image/jpeg")

    # ------------------------------------------------------------------------------------------ writing

    def _rewrite(self, now: datetime) -> None:
        # Last-Modified counts seconds: two changes within one must not look like the same document.
        self._changed = max(now, self._changed + timedelta(seconds=1))
        self._feed = self._written() if self._body is None else self._body

    def _written(self) -> bytes:
        head = f"<title>{PAPER}</title><link>{self.base}/</link><description>News from the sandbox</description>"
        items = "".join(self._item(story) for story in self.stories()[: self._items or None])
        channel = f'<rss version="2.0" {SPACES}><channel>{head}{items}</channel></rss>'
        return f'<?xml version="1.0" encoding="utf-8"?>\n{channel}'.encode()

    def _item(self, story: Story) -> str:
        url = self.url(story.slug)
        date = _tag("dc:date", _date(story)) if story.by_day else _tag("pubDate", format_datetime(story.published))
        parts = [
            _tag("title", story.title),
            _tag("link", f"{url}?utm_source=feed&utm_medium=rss"),
            f'<guid isPermaLink="false">sandbox-{escape(story.slug)}</guid>',
            _tag("description", f"<p>{escape(story.summary, quote=False)}</p>"),
            date,
            *(_tag("dc:creator", author) for author in story.authors),
            *(f'<category domain="section">{escape(section)}</category>' for section in story.sections),
            *(_tag("category", one) for one in (*story.labels, *story.tags)),
            _tag("dc:language", story.language),
        ]
        if story.embargo:
            parts.append(_tag("dcterms:available", iso(story.embargo)))
        if story.photo:
            parts.append(self._media(story))
        return f"<item>{''.join(parts)}</item>"

    def _media(self, story: Story) -> str:
        rating = '<media:rating scheme="urn:simple">graphic</media:rating>' if story.sensitive else ""
        texts = (
            _tag("media:title", story.alt),
            _tag("media:description", story.caption),
            _tag("media:credit", story.credit),
        )
        where = f'url="{self._photo_url(story)}" medium="image" type="image/jpeg" width="{SIZE[0]}" height="{SIZE[1]}"'
        return f"<media:content {where}>{''.join(texts)}{rating}</media:content>"

    def _photo_url(self, story: Story) -> str:
        return f"{self.base}/photos/{story.slug}.jpg"

    def _article(self, story: Story) -> str:
        figure = ""
        if story.photo:
            caption = f"{escape(story.caption)} | Photo: {escape(story.credit)}"
            image = f'<img src="{self._photo_url(story)}" alt="{escape(story.alt)}">'
            figure = f"<figure>{image}<figcaption>{caption}</figcaption></figure>"
        labels = "".join(f'<span class="label">{escape(label)}</span>' for label in story.labels)
        body = "".join(f"<p>{escape(one)}</p>" for one in (story.summary, *story.body))
        authors = escape(", ".join(story.authors))
        when = f'<time datetime="{_date(story)}">{story.published:%-d %B %Y}</time>'
        return (
            f'<!doctype html><html lang="{story.language}"><head><meta charset="utf-8">'
            f"<title>{escape(story.title)} - {PAPER}</title>{self._meta(story)}</head><body>"
            f"<nav>{escape(story.sections[0])}</nav><article>{labels}<h1>{escape(story.title)}</h1>"
            f"<p>{authors} {when}</p>"
            f"{figure}{body}</article></body></html>"
        )

    def _meta(self, story: Story) -> str:
        photo = self._photo_url(story) if story.photo else ""
        named = [
            ("og:type", "article"),
            ("og:site_name", PAPER),
            ("og:title", story.title),
            ("og:description", story.summary),
            ("og:url", self.url(story.slug)),
            ("og:image", photo),
            ("og:image:alt", story.alt if photo else ""),
            ("twitter:card", "summary_large_image" if photo else "summary"),
            ("twitter:title", story.title),
            ("article:published_time", _date(story)),
            ("article:modified_time", "" if story.by_day else iso(story.updated)),
            ("article:section", story.sections[0]),
            *(("article:tag", tag) for tag in story.tags),
            *(("author", author) for author in story.authors),
        ]
        metas = "".join(
            f'<meta {"name" if name[:3] in ("twi", "aut") else "property"}="{name}" content="{escape(value)}">'
            for name, value in named
            if value
        )
        linked = json.dumps(self._linked_data(story), ensure_ascii=False).replace("<", "\\u003c")
        canonical = f'<link rel="canonical" href="{self.url(story.slug)}">'
        return f'{canonical}{metas}<script type="application/ld+json">{linked}</script>'

    def _linked_data(self, story: Story) -> dict[str, Any]:
        image = {"@type": "ImageObject", "url": self._photo_url(story), "caption": story.caption}
        known = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": story.title,
            "description": story.summary,
            "url": self.url(story.slug),
            "datePublished": _date(story),
            "dateModified": None if story.by_day else iso(story.updated),
            "articleSection": list(story.sections),
            "keywords": [*story.labels, *story.tags],
            "author": [{"@type": "Person", "name": name} for name in story.authors],
            "inLanguage": story.language,
            "image": image if story.photo else None,
            "contentRating": "graphic" if story.sensitive else None,
        }
        return {name: value for name, value in known.items() if value}


def _date(story: Story) -> str:
    return story.published.date().isoformat() if story.by_day else iso(story.published)


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text, quote=False)}</{name}>"


def _value(value: object) -> object:
    if isinstance(value, str) and (moment := moment_of(value)) and "T" in value:
        return moment
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else value


NETWORK = Newsroom
