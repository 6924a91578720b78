"""Ingest loses nothing, and one story is one article."""

from dataclasses import replace

import pytest

from syndicator.errors import StoreError
from syndicator.ledger import Ledger
from syndicator.models import ArticleState, Key, Poll, Source, SourceState, Status
from tests.ledger.made import FEED, HOUR, MINUTE, NOW, accounts, article, found, plan, poll, retitled, seed


def test_the_first_poll_posts_nothing(ledger: Ledger) -> None:
    """Articles that were there before the source was first read are SEEN, later ones are new."""
    assert poll(ledger, article("old")) == 0
    assert ledger.articles.new(NOW) == []
    assert poll(ledger, article("fresh"), article("old")) == 1
    assert [a.url for a in ledger.articles.new(NOW)] == ["https://news.example/fresh"]


def test_an_empty_first_poll_seeds(ledger: Ledger) -> None:
    """A source whose feed was empty at first gives news from then on."""
    seed(ledger)
    assert poll(ledger, article("first")) == 1


def test_backfill_posts_the_newest_on_purpose(ledger: Ledger) -> None:
    """The newest N of a first poll are new work, and of a later one when asked."""
    poll(ledger, article("a"), article("b"), article("c"), backfill=2)
    assert [a.url[-1] for a in ledger.articles.new(NOW)] == ["a", "b"]
    poll(ledger, article("a"), article("b"), article("c"), backfill=3)
    assert [a.url[-1] for a in ledger.articles.new(NOW)] == ["a", "b", "c"]
    assert all(a.backfill for a in ledger.articles.new(NOW))


def test_another_url_is_a_new_source(ledger: Ledger) -> None:
    """A source whose address was changed is seeded again."""
    seed(ledger)
    moved = SourceState("world", "https://other.example/feed", seeded=True)
    assert ledger.articles.store_polls([(moved, Poll("world", moved.url, NOW, (article("x"),)))]) == 0


SAME = [
    ("the same item again", {}, {}),
    ("a changed GUID", {"keys": ("guid:news.example:1",)}, {"keys": ("guid:news.example:2",)}),
    ("another feed", {}, {"source": "politics"}),
    ("a new date", {}, {"published": NOW + 48 * HOUR}),
]


@pytest.mark.parametrize(("first", "second"), [case[1:] for case in SAME], ids=[case[0] for case in SAME])
def test_one_story_is_one_article(ledger: Ledger, first: dict[str, object], second: dict[str, object]) -> None:
    """Whatever changes about an item but all of its keys, it stays one article."""
    seed(ledger, "world", "politics")
    poll(ledger, article("harbour", **first))  # type: ignore[arg-type]
    again = article("harbour", **second)  # type: ignore[arg-type]
    assert poll(ledger, again, source=again.source) == 0
    assert len(ledger.articles.new(NOW)) == 1


def test_a_renamed_slug_is_the_same_story(ledger: Ledger) -> None:
    """A GUID that stayed joins the new address to the old article, which takes the new link over."""
    seed(ledger)
    poll(ledger, article("old-name", keys=("guid:news.example:7",)))
    poll(ledger, article("new-name", keys=("guid:news.example:7",)))
    only = ledger.articles.new(NOW)
    assert [a.url for a in only] == ["https://news.example/new-name"]
    assert ledger.articles.by_keys(["url:news.example/new-name"]) == ledger.articles.by_keys(
        ["url:news.example/old-name"]
    )


def test_two_feeds_are_both_named(ledger: Ledger) -> None:
    """An article knows every source that carried it."""
    seed(ledger, "world", "politics")
    poll(ledger, article("harbour"))
    poll(ledger, article("harbour", source="politics"), source="politics")
    assert ledger.articles.sources_of(ledger.articles.new(NOW)[0].id) == ["politics", "world"]


def test_an_item_that_matches_two_articles_links_them(ledger: Ledger) -> None:
    """The older article is the story; waiting posts of the younger are suppressed, sent ones stay."""
    uid = accounts(ledger, "a", "b")
    seed(ledger)
    poll(ledger, article("first"), article("second"))
    older, younger = ledger.articles.new(NOW)
    waiting = plan(ledger, younger, uid["a"])[0]
    poll(ledger, article("first", keys=("url:news.example/second",)))
    row = ledger.deliveries.get(waiting.id)
    assert (row.status, row.code) == (Status.SUPPRESSED, "rule:same_story")
    assert "Headline of first" in row.detail
    assert ledger.articles.get(younger.id).state is ArticleState.REFUSED
    story = ledger.articles.by_keys(["url:news.example/second"])
    assert story is not None
    assert story.id == older.id


def test_a_page_can_join_an_article_to_an_older_one(ledger: Ledger) -> None:
    """A canonical link found on the page makes the younger article the older one's twin."""
    seed(ledger)
    poll(ledger, article("canonical"), article("twin"))
    older, younger = ledger.articles.new(NOW)
    read = replace(younger, page_read=True, keys=(Key("url:news.example/canonical", "x"),))
    joined = ledger.articles.page_read(read, NOW)
    assert joined is not None
    assert joined.state is ArticleState.REFUSED
    assert ledger.articles.get(older.id).state is ArticleState.NEW


def test_a_changed_headline_is_new_work(ledger: Ledger) -> None:
    """The source that found an article first may change its words; another feed's wording is no change."""
    uid = accounts(ledger, "a")
    story = found(ledger)
    plan(ledger, story, uid["a"])
    seed(ledger, "politics")
    assert ledger.articles.new(NOW) == []
    poll(ledger, retitled(article("harbour", source="politics"), "Their words"), source="politics")
    assert ledger.articles.new(NOW) == []
    poll(ledger, retitled(article("harbour"), "Better words"))
    assert [a.title for a in ledger.articles.new(NOW)] == ["Better words"]


def test_what_the_page_added_is_no_change(ledger: Ledger) -> None:
    """The feed's own words are compared with the feed's, not with what the page made of them."""
    story = found(ledger)
    ledger.articles.page_read(replace(story, title="The page's title", page_read=True), NOW)
    ledger.articles.finish(story.id, ArticleState.PLANNED)
    assert poll(ledger, article("harbour")) == 0
    assert ledger.articles.get(story.id).title == "The page's title"


def test_a_page_that_fails_waits_for_its_next_try(ledger: Ledger) -> None:
    """An article comes back when its page is due again, and carries the reason once trying has ended."""
    story = found(ledger)
    ledger.articles.page_failed(story, NOW + MINUTE, "answered 404")
    assert ledger.articles.new(NOW) == []
    waiting = ledger.articles.new(NOW + MINUTE)[0]
    assert (waiting.page_tries, waiting.page_read) == (1, False)
    ledger.articles.page_failed(waiting, None, "answered 404")
    given_up = ledger.articles.new(NOW)[0]
    assert (given_up.page_read, given_up.page_error) == (True, "answered 404")


def test_validators_are_kept_with_the_articles(ledger: Ledger) -> None:
    """When an item cannot be stored, neither are the others nor the validators."""
    seed(ledger)
    state = SourceState("world", f"{FEED}/world", seeded=True, etag='"2"')
    broken = article("broken", title=None)
    with pytest.raises(StoreError):
        ledger.articles.store_polls([(state, Poll("world", state.url, NOW, (article("good"), broken)))])
    assert ledger.articles.new(NOW) == []
    kept = ledger.sources.states([Source("world", state.url)])["world"]
    assert kept.etag == '"1"'


def test_sources_are_due_by_their_own_pace(ledger: Ledger) -> None:
    """A source is due when its next poll has come, or when it was never read."""
    configured = [Source("world", f"{FEED}/world"), Source("never", "https://n.example/")]
    state = SourceState("world", f"{FEED}/world", next_poll=NOW + MINUTE)
    ledger.articles.store_polls([(state, Poll("world", state.url, NOW))])
    assert set(ledger.sources.due(configured, NOW)) == {"never"}
    assert set(ledger.sources.due(configured, NOW + MINUTE)) == {"never", "world"}
    ledger.sources.forget_validators()
    assert set(ledger.sources.due(configured, NOW)) == {"never", "world"}
