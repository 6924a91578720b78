"""What the newsroom changed about a story that was sent: on the strip, on its page, and dealt with."""

import html
import re
from dataclasses import replace
from typing import Any

import httpx

from syndicator.models import Article, Delivery, Key, Status
from tests.desk.newsroom import MINUTE, Newsroom, token


def words(answer: httpx.Response) -> str:
    """The words of a page's middle."""
    middle = answer.text.partition('<main id="main"')[2]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", middle)))


def listed(newsroom: Newsroom, rows: list[Delivery], **fields: Any) -> Article:
    """The feed has the story of these posts, and says this of it."""
    story = newsroom.room.ledger.articles.get(rows[0].article)
    keys = (Key(f"url:{story.url.partition('//')[2]}", story.url),)
    said = replace(story, keys=keys, id=0, uid="", **fields)
    newsroom.found(said)
    return said


def test_a_story_that_changed_after_it_was_sent_asks_for_somebody(newsroom: Newsroom, anna: httpx.Client) -> None:
    """The strip counts it, the list names it, its page compares, and an editor has dealt with it."""
    rows = newsroom.publish("harbour", title="Three hurt")
    newsroom.sent(rows[2])
    assert "changed since sent" not in words(anna.get("/queue"))
    listed(newsroom, rows, title="Two hurt & one missing")
    strip = anna.get("/queue")
    assert 'href="/changes"' in strip.text
    assert "1 changed since sent" in words(strip)
    found = words(anna.get("/changes"))
    assert "Two hurt & one missing" in found and "headline" in found and "1 post out" in found
    page = words(anna.get(f"/articles/{rows[0].article}"))
    assert "The article changed at" in page and "1 post was out." in page
    assert "Three hurt → Two hurt & one missing" in page
    assert "source world article changed: headline “Three hurt” → “Two hurt & one missing”" in page
    assert "article changed since" in page
    answer = anna.post(f"/articles/{rows[0].article}/seen", data={"csrf": token(anna.get("/stop"))})
    assert answer.status_code == 303
    after = words(anna.get(f"/articles/{rows[0].article}"))
    assert "article changed since" not in after
    assert "Anna has dealt with the change" in after
    assert "No story has changed since it was sent." in words(anna.get("/changes"))


def test_what_was_taken_back_is_told(newsroom: Newsroom, anna: httpx.Client) -> None:
    """The page says why, waiting posts are suppressed with the reason, and the one that is out is on the strip."""
    rows = newsroom.publish("harbour")
    newsroom.sent(rows[2])
    newsroom.room.ledger.articles.withdraw(rows[0].article, "its page answers 410 (Gone)", newsroom.room.clock())
    page = words(anna.get(f"/articles/{rows[0].article}"))
    assert "The newsroom took this article back at" in page and "its page answers 410 (Gone)" in page
    assert newsroom.row(rows[0].id).status is Status.SUPPRESSED
    assert "taken back: its page answers 410 (Gone)" in words(anna.get("/changes"))


def test_the_list_names_all_that_is_open(newsroom: Newsroom, anna: httpx.Client) -> None:
    """A story that changed twice stands once, with both changes."""
    rows = newsroom.publish("harbour", title="Three hurt")
    newsroom.sent(rows[2])
    listed(newsroom, rows, title="Two hurt")
    newsroom.room.ledger.articles.withdraw(rows[0].article, "its page answers 410 (Gone)", newsroom.room.clock())
    page = anna.get("/changes")
    assert page.text.count('id="change-') == 1
    assert "taken back: its page answers 410 (Gone); headline" in words(page)


def test_a_story_whose_page_cannot_be_read_yet_says_so(newsroom: Newsroom, anna: httpx.Client) -> None:
    """While its page is tried again the story tells why it has no posts."""
    newsroom.found(Article("https://news.example/x", "X", keys=(Key("url:x", "x"),), source="world"))
    story = newsroom.room.ledger.articles.new(newsroom.room.clock())[0]
    newsroom.room.ledger.articles.page_failed(story, newsroom.room.clock() + MINUTE, "it answered 503")
    assert "Its posts wait for its page, which is tried again: it answered 503" in words(
        anna.get(f"/articles/{story.id}")
    )


def test_a_viewer_reads_and_presses_nothing(newsroom: Newsroom, ben: httpx.Client) -> None:
    """The list and the comparison are for everybody, the buttons are not."""
    rows = newsroom.publish("harbour", title="Three hurt")
    newsroom.sent(rows[2])
    listed(newsroom, rows, title="Two hurt")
    for path in ("/changes", f"/articles/{rows[0].article}"):
        page = ben.get(path)
        assert "Two hurt" in words(page)
        assert "Dealt with" not in page.text


def test_two_stories_that_were_joined_can_be_parted(newsroom: Newsroom, anna: httpx.Client) -> None:
    """Both pages name the other; one press makes them two, and the younger one's posts leave after the usual wait."""
    rows = newsroom.publish("harbour", title="Ferry returns")
    younger = newsroom.twin(rows[0].article)
    assert "Taken for the same story: Ferry twin-of" in words(anna.get(f"/articles/{rows[0].article}"))
    assert "Taken for the same story as Ferry returns" in words(anna.get(f"/articles/{younger}"))
    form = {"csrf": token(anna.get("/stop"))}
    assert anna.post(f"/articles/{younger}/split", data=form).headers["location"] == f"/articles/{younger}"
    assert {row.status for row in newsroom.rows(younger)} <= {Status.QUEUED, Status.HELD}
    assert "Taken for" not in words(anna.get(f"/articles/{rows[0].article}"))
    assert anna.post(f"/articles/{younger}/split", data=form).status_code == 409


def test_scripts_in_what_changed_stay_words(newsroom: Newsroom, anna: httpx.Client) -> None:
    """What comes from a feed is escaped in the comparison, too."""
    rows = newsroom.publish("harbour", title="Three hurt")
    newsroom.sent(rows[2])
    listed(newsroom, rows, title="<script>alert(1)</script>", correction="<img src=x onerror=alert(2)>")
    for path in ("/changes", f"/articles/{rows[0].article}"):
        page = anna.get(path).text
        assert "<script>alert(1)" not in page and "<img src=x" not in page
        assert "&lt;script&gt;" in page


def test_the_api_has_the_changes(newsroom: Newsroom, anna: httpx.Client) -> None:
    """An article names what changed, with before and after, and what it was taken back for."""
    rows = newsroom.publish("harbour", title="Three hurt")
    listed(newsroom, rows, title="Two hurt", correction="The number was wrong.")
    newsroom.room.ledger.articles.withdraw(rows[0].article, "unpublished", newsroom.room.clock())
    found = anna.get(f"/api/v1/articles/{rows[0].article}").json()
    assert (found["withdrawn"], found["correction"]) == ("unpublished", "The number was wrong.")
    assert [one["kind"] for one in found["changes"]] == ["changed", "withdrawn"]
    assert found["changes"][0]["differences"] == [
        {"what": "headline", "before": "Three hurt", "after": "Two hurt"},
        {"what": "correction", "before": "", "after": "The number was wrong."},
    ]


def test_a_source_shows_what_its_reads_brought(newsroom: Newsroom, anna: httpx.Client) -> None:
    """The page of a source lists the reads that brought something or failed, in words."""
    newsroom.publish("harbour")
    assert "1 new article" in words(anna.get("/sources/world"))
