"""The newsroom's feed, pages and photos."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO

import feedparser
import pytest
import requests
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from syndicator.sandbox import Sandbox


def feed(box: Sandbox, **headers: str) -> requests.Response:
    return requests.get(f"{box.url('newsroom')}/feed.xml", headers=headers, timeout=5)


def test_the_feed_holds_the_stories_newest_first(box: Sandbox) -> None:
    """A feed reader finds every story, with titles decoded and dates falling."""
    parsed = feedparser.parse(feed(box).content)
    assert not parsed.bozo
    assert [entry.title for entry in parsed.entries] == [story.title for story in box.newsroom.stories()]
    dates = [entry.published_parsed for entry in parsed.entries if "published" in entry]
    assert dates == sorted(dates, reverse=True)
    assert len(parsed.entries) >= 7


def test_the_awkward_stories_are_there(box: Sandbox) -> None:
    """Graphic, dated by a day, without a photo, under embargo, with marks in the title, very long, in other scripts."""
    stories = {story.slug: story for story in box.newsroom.stories()}
    now = datetime.now(UTC)
    assert [one.labels for one in stories.values() if one.sensitive] == [("Graphic content",)]
    assert [(one.labels, one.sections) for one in stories.values() if one.by_day] == [(("Opinion",), ("News > World",))]
    assert [one.slug for one in stories.values() if not one.photo] == ["council-votes-budget"]
    assert [one.embargo == one.published > now for one in stories.values() if one.embargo] == [True]
    assert any(all(mark in one.title for mark in "&<>\"'") or "<not>" in one.title for one in stories.values())
    assert max(len(one.title) for one in stories.values()) > 280
    assert any(not one.title.isascii() and one.language == "ja" for one in stories.values())


def test_an_unchanged_feed_is_a_304(box: Sandbox) -> None:
    """ETag or Last-Modified spare the body until a story changes."""
    first = feed(box)
    known = {"If-None-Match": first.headers["ETag"]}
    dated = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert [feed(box, **known).status_code, feed(box, **dated).status_code] == [304, 304]
    box.newsroom.publish("new", "New", "News")
    again = feed(box, **known)
    assert [again.status_code, feed(box, **dated).status_code] == [200, 200]
    assert parsedate_to_datetime(again.headers["Last-Modified"]) > parsedate_to_datetime(first.headers["Last-Modified"])


def test_a_page_says_what_the_feed_says(box: Sandbox) -> None:
    """Title, photo with alt, caption with credit, section, date and linked data of every story."""
    for story in box.newsroom.stories():
        answer = requests.get(box.newsroom.url(story.slug), timeout=5)
        page = LexborHTMLParser(answer.text)
        metas = {node.attributes.get("property"): node.attributes.get("content") for node in page.css("meta")}
        linked = json.loads(page.css_first("script").text())
        assert metas["og:title"] == linked["headline"] == page.css_first("h1").text() == story.title
        assert metas["article:section"] == story.sections[0]
        assert ("T" not in metas["article:published_time"]) == story.by_day
        assert page.css_first("link").attributes["href"] == metas["og:url"] == box.newsroom.url(story.slug)
        captions = [node.text() for node in page.css("figcaption")]
        assert captions == ([f"{story.caption} | Photo: {story.credit}"] if story.photo else [])
        assert [node.attributes["alt"] for node in page.css("figure img")] == ([story.alt] if story.photo else [])


def test_photos_are_drawn_each_its_own(box: Sandbox) -> None:
    """Every photo is a JPEG, the same each time, and unlike the others."""
    addresses = [f"{box.url('newsroom')}/photos/{story.slug}.jpg" for story in box.newsroom.stories()]
    drawn = [requests.get(address, timeout=5).content for address in addresses]
    assert [requests.get(address, timeout=5).content for address in addresses] == drawn
    assert len(set(drawn)) == len(drawn)
    assert {(Image.open(BytesIO(one)).format, Image.open(BytesIO(one)).size) for one in drawn} == {
        ("JPEG", (1200, 675))
    }


def test_publish_change_and_withdraw(box: Sandbox) -> None:
    """A story appears, keeps its date when it is changed, and is gone with 410."""
    room = box.newsroom
    url = room.publish("storm", "Storm comes", "Wind", tags=["weather"], photo=False)
    first = next(story for story in room.stories() if story.slug == "storm")
    room.publish("storm", "Storm came", "Wind and rain")
    second = next(story for story in room.stories() if story.slug == "storm")
    assert (second.title, second.published, second.tags) == ("Storm came", first.published, ("weather",))
    assert second.updated >= first.updated
    assert "Storm came" in requests.get(url, timeout=5).text
    room.withdraw("storm")
    assert (requests.get(url, timeout=5).status_code, b"Storm" in feed(box).content) == (410, False)


def test_publishing_over_http(box: Sandbox) -> None:
    """Another process publishes and withdraws; a field that is none is refused."""
    base = f"{box.url('newsroom')}/_sandbox"
    story = {
        "slug": "late",
        "title": "Late",
        "summary": "News",
        "published": "2026-11-23T10:00:00Z",
        "labels": ["Live"],
    }
    assert requests.post(f"{base}/publish", json=story, timeout=5).json() == {"url": box.newsroom.url("late")}
    made = next(one for one in box.newsroom.stories() if one.slug == "late")
    assert (made.published, made.labels) == (datetime(2026, 11, 23, 10, tzinfo=UTC), ("Live",))
    assert requests.post(f"{base}/publish", json={**story, "colour": "red"}, timeout=5).status_code == 400
    assert requests.post(f"{base}/withdraw", json={"slug": "late"}, timeout=5).ok
    assert requests.post(f"{base}/withdraw", json={"slug": "late"}, timeout=5).status_code == 400


def test_broken_on_request(box: Sandbox) -> None:
    """A page and the feed can be broken and made whole again; faults work here too."""
    room = box.newsroom
    address = room.url("council-votes-budget")
    room.page_status("council-votes-budget", 404)
    room.feed_body(b"<html>Not a feed</html>")
    assert (requests.get(address, timeout=5).status_code, feed(box).content) == (404, b"<html>Not a feed</html>")
    room.page_status("council-votes-budget", 200)
    room.feed_body(None)
    assert (requests.get(address, timeout=5).status_code, b"<rss" in feed(box).content) == (200, True)
    box.fault("newsroom", "500-before", on="find")
    assert [feed(box).status_code, feed(box).status_code] == [500, 200]
    with pytest.raises(LookupError):
        box.hand_post("newsroom", "Hello")
