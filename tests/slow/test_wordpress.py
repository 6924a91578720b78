"""The whole way from a real WordPress: what its editors do, read from its feed and pages, on loopback networks."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from syndicator import sources
from syndicator.fetch import Fetcher
from syndicator.models import Poll, Source, SourceState
from syndicator.sandbox import NETWORKS
from tests.e2e.stand import Rules, Stand, until
from tests.services.wordpress import WordPress
from tests.slow.newsroom import (
    ALL,
    ALT,
    CAPTION,
    PATIENCE,
    PRINTED,
    QUEUED,
    SUMMARY,
    SUPPRESSED,
    Newsroom,
    photo,
)

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Fed(Newsroom):
    """A newsroom whose feed a daemon reads."""

    def change(self, story: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """See Newsroom; in another second than before.

        WordPress makes Last-Modified and ETag of its feed from the time of the last change, in whole seconds.
        """
        written = datetime.fromisoformat(story["modified_gmt"]).replace(tzinfo=UTC)
        until(lambda: written != datetime.now(UTC).replace(microsecond=0), 3, "another second")
        return Newsroom.change(self, story, **fields)

    def listed(self) -> str:
        """The feed as it is now."""
        return requests.get(self.site.feed, timeout=20).text

    def state(self) -> SourceState:
        """What the ledger knows of the feed."""
        return self.stand.ledger.sources.states([feed_of(self.site)])["wordpress"]

    def read_change(self, digest: str) -> None:
        """Wait until the daemon has read another feed than that of this digest, and has asked once more."""
        until(lambda: self.state().digest != digest, PATIENCE, "the changed feed")
        before = self.state().last_poll
        until(lambda: self.state().last_poll != before, PATIENCE, "one more poll")


def feed_of(site: WordPress) -> Source:
    """The feed as a source."""
    return Source("wordpress", site.feed, allow_private=True)


def _newsroom(site: WordPress, folder: Path, hold_for: str) -> Iterator[Fed]:
    feed = f'[sources.wordpress]\nurl = "{site.feed}"\nevery = "1s"\nallow_private = true'
    with Stand(folder, Rules(hold_for=hold_for, more=feed)) as stand:
        newsroom = Fed(site, stand)
        stand.run()
        until(lambda: newsroom.state().seeded, PATIENCE, "the first reading of the feed")
        yield newsroom


@pytest.fixture
def newsroom(site: WordPress, tmp_path: Path) -> Iterator[Fed]:
    """Its posts leave at once."""
    yield from _newsroom(site, tmp_path, "0s")


@pytest.fixture
def patient(site: WordPress, tmp_path: Path) -> Iterator[Fed]:
    """Its posts wait for an hour."""
    yield from _newsroom(site, tmp_path, "1h")


def test_a_story_is_on_all_networks_with_its_photo_described(newsroom: Fed) -> None:
    """Headline, excerpt, terms and the featured photo with its alt text arrive as the editors wrote them."""
    number = newsroom.site.upload(photo(), "quay.jpg", ALT, CAPTION)
    terms = {"categories": [newsroom.term("categories", "Harbour")], "tags": [newsroom.term("tags", "boats")]}
    story = newsroom.publish(featured_media=number, **terms)
    until(lambda: newsroom.public(story), PATIENCE, "the story on all networks")
    for network in NETWORKS:
        (post,) = newsroom.stand.posts(network, story["link"])
        assert PRINTED in post.text, network
        assert [shown.alt for shown in post.media] == [ALT], network
    article = newsroom.article(story)
    assert (article.title, article.summary, article.url) == (PRINTED, SUMMARY, story["link"])
    assert {"Harbour", "boats"} <= {*article.tags, *article.sections}
    assert [shown.alt for shown in article.photos] == [ALT]


def test_a_headline_changed_while_posts_wait_is_in_the_posts(patient: Fed) -> None:
    """Posts that wait are rendered anew with the new headline."""
    story = patient.publish("Boats are expected")
    until(lambda: patient.statuses(story) == QUEUED, PATIENCE, "four posts that wait")
    patient.change(story, title="Boats are in")
    until(lambda: all("Boats are in" in text for text in patient.texts(story)), PATIENCE, "the new headline")
    assert not any("Boats are expected" in text for text in patient.texts(story))
    assert patient.statuses(story) == QUEUED


def test_a_headline_changed_after_the_posts_have_left_is_shown_to_people(newsroom: Fed) -> None:
    """What is public stays as it is; the change is recorded with the old and the new headline."""
    story = newsroom.publish("Boats came in at six")
    until(lambda: newsroom.public(story), PATIENCE, "the story on all networks")
    newsroom.change(story, title="Boats came in at seven")
    number = newsroom.article(story).id
    until(lambda: newsroom.stand.ledger.revisions.of(number), PATIENCE, "the change")
    (revision,) = newsroom.stand.ledger.revisions.of(number)
    assert (revision.kind, revision.public) == ("changed", len(ALL))
    assert ("headline", "Boats came in at six", "Boats came in at seven") in revision.changes
    assert newsroom.once(story)


def test_a_scheduled_story_is_not_known_before_its_time(newsroom: Fed) -> None:
    """A story that is planned for later is not in the feed; once it is published it is on all networks."""
    later = datetime.now(UTC) + timedelta(hours=1)
    story = newsroom.publish("Tide comes tomorrow", status="future", date_gmt=later.isoformat(timespec="seconds"))
    assert story["status"] == "future"
    assert story["title"]["raw"] not in newsroom.listed()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    public = newsroom.change(story, status="publish", date_gmt=now)
    assert (public["status"], public["guid"]) == ("publish", story["guid"])
    assert public["guid"]["rendered"] == f"{newsroom.site.url}/?p={story['id']}"
    until(lambda: newsroom.public(public), PATIENCE, "the story on all networks")


@pytest.mark.parametrize("drafted", [True, False], ids=["guid of a draft", "guid of a story published at once"])
def test_a_story_with_a_new_address_stays_one(newsroom: Fed, drafted: bool) -> None:
    """A changed slug changes the link and not the guid: nothing is posted a second time, whichever guid it is.

    WordPress makes it "?p=5" for a story saved as a draft first, and the first address for one published at once.
    """
    story = newsroom.publish("Nets are dry", status="draft" if drafted else "publish")
    story = newsroom.change(story, status="publish")
    assert ("?p=" in story["guid"]["rendered"]) == drafted
    until(lambda: newsroom.public(story), PATIENCE, "the story on all networks")
    number, digest = newsroom.article(story).id, newsroom.state().digest
    before = {network: len(newsroom.stand.box.posts(network)) for network in NETWORKS}
    moved = newsroom.change(story, slug=f"nets-are-dry-at-last-{story['id']}")
    assert moved["link"] != story["link"] and moved["guid"] == story["guid"]
    newsroom.read_change(digest)
    assert newsroom.article(story).id == newsroom.article(moved).id == number
    assert len(newsroom.stand.ledger.deliveries.of_article(number)) == len(ALL)
    assert {network: len(newsroom.stand.box.posts(network)) for network in NETWORKS} == before


def test_a_story_in_the_trash_takes_its_waiting_posts_with_it(patient: Fed) -> None:
    """The feed does not list it, its page answers 404: its posts are suppressed, and the history says why."""
    story = patient.publish("Crab walks off")
    until(lambda: patient.statuses(story) == QUEUED, PATIENCE, "four posts that wait")
    assert story["link"] in patient.listed()
    patient.delete(story)
    assert story["link"] not in patient.listed()
    assert requests.get(story["link"], timeout=20).status_code == 404
    until(lambda: patient.article(story).page_tries, PATIENCE, "the first look that finds no page")
    # The second look would come a minute later.
    patient.stand.ledger.articles.check_later(patient.article(story).id, datetime.now(UTC))
    until(lambda: patient.statuses(story) == SUPPRESSED, PATIENCE, "four posts suppressed")
    rows = patient.stand.rows(story["link"]).values()
    assert {row["code"] for row in rows} == {"rule:withdrawn"}
    assert all("404" in row["detail"] for row in rows)


def test_a_feed_that_has_not_changed_is_not_sent_again(site: WordPress) -> None:
    """The second reading is answered 304, and a change of a story is read in full."""
    story = site.call("POST", "posts", {"title": "Gulls", "status": "publish"})
    source = feed_of(site)
    first = _read(source, SourceState(source.name, source.url))
    known = sources.after(SourceState(source.name, source.url), source, first)
    second = _read(source, known)
    until(lambda: datetime.now(UTC) - first.at > timedelta(seconds=1), 3, "another second")
    site.call("POST", f"posts/{story['id']}", {"title": "Gulls again"})
    third = _read(source, known)
    assert first.etag and first.last_modified
    assert [(poll.status, poll.changed) for poll in (first, second, third)] == [(200, True), (304, False), (200, True)]
    assert "Gulls again" in {article.title for article in third.articles}


def _read(source: Source, state: SourceState) -> Poll:
    async def ask() -> Poll:
        async with Fetcher(user_agent="syndicator/test") as fetcher:
            return await sources.poll(source, state, fetcher, now=datetime.now(UTC), zone=ZoneInfo("UTC"))

    return asyncio.run(ask())
