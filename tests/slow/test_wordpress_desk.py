"""From a real WordPress to loopback networks by push alone: nobody reads its feed."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

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

SECRET = "what the CMS and the desk share"

pytestmark = pytest.mark.slow


def _newsroom(site: WordPress, folder: Path, hold_for: str) -> Iterator[Newsroom]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    source = f'[sources.cms]\ntype = "push"\nform = "wordpress"\nurl = "{site.url}"\nallow_private = true'
    rules = Rules(hold_for=hold_for, listen=listen, more=source, secrets=f'[cms]\nsecret = "{SECRET}"')
    with Stand(folder, rules) as stand:
        stand.run()
        site.plug_in(f"http://{listen}/push/cms", SECRET)
        try:
            yield Newsroom(site, stand)
        finally:
            site.unplug()


@pytest.fixture
def newsroom(site: WordPress, tmp_path: Path) -> Iterator[Newsroom]:
    """Its posts leave at once."""
    yield from _newsroom(site, tmp_path, "0s")


@pytest.fixture
def patient(site: WordPress, tmp_path: Path) -> Iterator[Newsroom]:
    """Its posts wait for an hour."""
    yield from _newsroom(site, tmp_path, "1h")


def test_a_story_pushed_is_on_all_networks(newsroom: Newsroom) -> None:
    """Publishing is enough: headline, photo, alt text and credit come with the push."""
    number = newsroom.site.upload(photo(), "quay.jpg", ALT, CAPTION)
    story = newsroom.publish(featured_media=number)
    until(lambda: newsroom.public(story), PATIENCE, "the story on all networks")
    for network in NETWORKS:
        (post,) = newsroom.stand.posts(network, story["link"])
        assert PRINTED in post.text, network
        assert [shown.alt for shown in post.media] == [ALT], network
    article = newsroom.article(story)
    assert (article.title, article.summary, article.source) == (PRINTED, SUMMARY, "cms")
    (shown,) = article.photos
    assert (shown.alt, shown.caption, shown.credit) == (ALT, "The quay in the morning.", "Ann Example")


def test_a_headline_changed_while_posts_wait_is_pushed_into_them(patient: Newsroom) -> None:
    """Posts that wait are rendered anew as soon as the editor has saved."""
    story = patient.publish("Boats are expected")
    until(lambda: patient.statuses(story) == QUEUED, PATIENCE, "four posts that wait")
    patient.change(story, title="Boats are in")
    until(lambda: all("Boats are in" in text for text in patient.texts(story)), PATIENCE, "the new headline")
    assert patient.statuses(story) == QUEUED


def test_a_headline_mended_at_once_is_the_one_that_waits(patient: Newsroom) -> None:
    """A second push that comes while the first one's page is being read is not lost."""
    story = patient.publish("Boats are expectd")
    patient.change(story, title="Boats are expected")
    until(lambda: patient.statuses(story) == QUEUED, PATIENCE, "four posts that wait")
    until(lambda: all("Boats are expected" in text for text in patient.texts(story)), PATIENCE, "the mended headline")


def test_a_headline_changed_after_the_posts_have_left_is_shown_to_people(newsroom: Newsroom) -> None:
    """What is public stays as it is; the change is recorded with the old and the new headline."""
    story = newsroom.publish("Boats came in at six")
    until(lambda: newsroom.public(story), PATIENCE, "the story on all networks")
    newsroom.change(story, title="Boats came in at seven")
    (revision,) = newsroom.stand.ledger.revisions.of(newsroom.article(story).id)
    assert (revision.kind, revision.public) == ("changed", len(ALL))
    assert ("headline", "Boats came in at six", "Boats came in at seven") in revision.changes
    assert newsroom.once(story)


def test_a_story_announced_for_later_leaves_once_it_is_published(newsroom: Newsroom) -> None:
    """A scheduled story waits for its embargo; published early it is on all networks, once, with its photo."""
    later = datetime.now(UTC) + timedelta(hours=1)
    number = newsroom.site.upload(photo(), "tide.jpg", ALT, CAPTION)
    planned = {"status": "future", "date_gmt": later.isoformat(timespec="seconds"), "slug": f"tide-{number}"}
    story = newsroom.publish("Tide comes tomorrow", featured_media=number, **planned)
    newsroom.stand.next_poll()
    assert newsroom.stand.public(f"{newsroom.site.url}/{later:%Y/%m}/tide-{number}/") == set()
    public = newsroom.change(story, status="publish", date_gmt=datetime.now(UTC).isoformat(timespec="seconds"))
    until(lambda: newsroom.public(public), PATIENCE, "the story on all networks")
    assert newsroom.once(public)
    assert all(newsroom.stand.posts(network, public["link"])[0].media for network in NETWORKS)


@pytest.mark.parametrize("for_good", [False, True], ids=["into the trash", "for good"])
def test_a_story_taken_back_takes_its_waiting_posts_with_it(patient: Newsroom, for_good: bool) -> None:
    """The moment an editor deletes a story its posts are suppressed, and the history says why."""
    story = patient.publish("Crab walks off")
    until(lambda: patient.statuses(story) == QUEUED, PATIENCE, "four posts that wait")
    patient.delete(story, for_good=for_good)
    assert patient.statuses(story) == SUPPRESSED
    rows = patient.stand.rows(story["link"]).values()
    assert {row["code"] for row in rows} == {"rule:withdrawn"}
    assert all("taken back" in row["detail"] for row in rows)


def test_a_story_published_again_waits_for_a_person(patient: Newsroom) -> None:
    """A story that was made a draft and is published again is held: only a person knows why it was away."""
    story = patient.publish("Crab comes back")
    until(lambda: patient.statuses(story) == QUEUED, PATIENCE, "four posts that wait")
    patient.change(story, status="draft")
    assert patient.statuses(story) == SUPPRESSED
    patient.change(story, status="publish")
    assert patient.statuses(story) == dict.fromkeys(ALL, "held")
