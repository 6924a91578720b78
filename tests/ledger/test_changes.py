"""What a newsroom changes after it was found: recorded, told, and taken back."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from syndicator.errors import IllegalMove
from syndicator.ledger import Ledger
from syndicator.models import Article, ArticleState, Delivery, Key, Photo, Poll, SourceState, Status
from tests.ledger.made import FEED, HOUR, MINUTE, NOW, SECOND, accounts, article, found, plan, poll, retitled, sent

QUAY = Photo("https://news.example/quay.jpg?sig=1", alt="A quay", credit="Ines")


def listing(ledger: Ledger, *articles: Article, whole: bool = True, at: datetime = NOW) -> int:
    """One poll of a whole list, or of a part of it."""
    state = SourceState("world", f"{FEED}/world", seeded=True)
    return ledger.articles.store_polls([(state, Poll("world", state.url, at, articles, whole=whole))])


def pushed(ledger: Ledger, *articles: Article, at: datetime = NOW) -> int:
    """Something a source told by itself."""
    state = SourceState("world", f"{FEED}/world", seeded=True)
    told = Poll("world", state.url, at, articles, pushed=True, direct=True, whole=False)
    return ledger.articles.store_polls([(state, told)])


def planned(ledger: Ledger, name: str = "harbour", *, due: datetime = NOW, **fields: Any) -> tuple[Article, Delivery]:
    """A story with one queued post."""
    uid = accounts(ledger, "a")["a"]
    story = found(ledger, name, **fields)
    row = plan(ledger, story, uid, due=due)[0]
    return story, row


# ---------------------------------------------------------------------------------------------- what changed

CHANGES: list[tuple[str, dict[str, Any], dict[str, Any], list[tuple[str, str, str]]]] = [
    (
        "headline",
        {"title": "Three hurt"},
        {"title": "Two hurt"},
        [("headline", "Three hurt", "Two hurt")],
    ),
    ("summary", {"summary": "Old."}, {"summary": "New."}, [("summary", "Old.", "New.")]),
    (
        "photo",
        {"photos": (QUAY,)},
        {"photos": (replace(QUAY, url="https://news.example/pier.jpg", alt="A pier"),)},
        [("photo", "A quay · Ines · https://news.example/quay.jpg?sig=1", "A pier · Ines · https://news.example/pier.jpg")],
    ),
    (
        "photo's address made anew",
        {"photos": (QUAY,)},
        {"photos": (replace(QUAY, url="https://news.example/quay.jpg?sig=2"),)},
        [],
    ),
    ("body", {"content": "d1", "words": 300}, {"content": "d2", "words": 280}, [("body", "300 words", "280 words")]),
    ("body known for the first time", {}, {"content": "d2", "words": 280}, []),
    (
        "correction note",
        {},
        {"correction": "The year was wrong."},
        [("correction", "", "The year was wrong.")],
    ),
    ("summary left out", {"summary": "Old."}, {"summary": ""}, []),
    ("nothing", {"summary": "Old."}, {"summary": "Old."}, []),
    (
        "two at once",
        {"title": "Three hurt", "summary": "Old."},
        {"title": "Two hurt", "summary": "New."},
        [("headline", "Three hurt", "Two hurt"), ("summary", "Old.", "New.")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "told"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES])
def test_a_change_is_recorded_with_before_and_after(
    ledger: Ledger, before: dict[str, Any], after: dict[str, Any], told: list[tuple[str, str, str]]
) -> None:
    """What differs is new work and a revision; what does not is neither."""
    story, _ = planned(ledger, **before)
    fresh = listing(ledger, article("harbour", **{"title": story.title, **before, **after}), at=NOW + MINUTE)
    revisions = ledger.revisions.of(story.id)
    assert [change for one in revisions for change in one.changes] == told
    assert fresh == (1 if told else 0)
    assert [(one.kind, one.source, one.at) for one in revisions] == (
        [("changed", "world", NOW + MINUTE)] if told else []
    )


def test_a_change_is_told_once(ledger: Ledger) -> None:
    """The next poll, with the same words, is no change."""
    story, _ = planned(ledger)
    changed = retitled(article("harbour"), "Better words")
    assert [listing(ledger, changed), listing(ledger, changed)] == [1, 0]
    assert len(ledger.revisions.of(story.id)) == 1


def test_what_changed_before_it_was_posted_is_nobodys_turn(ledger: Ledger) -> None:
    """A change is open only when a post was out as it came; dealt with, it is open no more."""
    story, row = planned(ledger)
    listing(ledger, retitled(article("harbour"), "Second words"))
    assert ledger.revisions.open() == []
    sent(ledger, row.account, "1")
    listing(ledger, retitled(article("harbour"), "Third words"))
    [(revision, title)] = ledger.revisions.open()
    assert (revision.article, revision.public, title) == (story.id, 1, "Third words")
    assert ledger.revisions.open_among([story.id, 99]) == {story.id}
    assert ledger.revisions.seen(story.id, "person:anna", NOW) == 1
    assert (ledger.revisions.open(), ledger.revisions.of(story.id)[-1].seen_by) == ([], "person:anna")


def test_a_ledger_that_watched_less_learns_quietly(ledger: Ledger) -> None:
    """Articles kept before photos were watched take the first look at them for what was always there."""
    story, _ = planned(ledger)
    with ledger.store.write() as connection:
        body = connection.execute(text("SELECT body FROM articles")).scalar()
        data = json.loads(body) if isinstance(body, str) else dict(body)
        data["found"] = {name: data["found"][name] for name in ("url", "title", "summary")}
        connection.execute(text("UPDATE articles SET body = :body"), {"body": json.dumps(data)})
    with_photo = article("harbour", photos=(QUAY,))
    assert listing(ledger, with_photo) == 0
    assert listing(ledger, replace(with_photo, photos=(replace(QUAY, alt="Two quays"),))) == 1
    assert [one.changes[0][0] for one in ledger.revisions.of(story.id)] == ["photo"]


# ---------------------------------------------------------------------------------------------- taken back


@pytest.mark.parametrize("out", [False, True], ids=["waiting", "sent"])
def test_what_is_taken_back_does_not_leave(ledger: Ledger, out: bool) -> None:
    """Waiting posts are suppressed with the reason; sent ones stay, and people are told."""
    story, row = planned(ledger)
    if out:
        sent(ledger, row.account, "1")
    assert pushed(ledger, article("harbour", withdrawn="unpublished in the CMS")) == 1
    after = ledger.deliveries.get(row.id)
    assert after.status is (Status.SENT if out else Status.SUPPRESSED)
    assert (after.code, out) in {("rule:withdrawn", False), ("", True)}
    assert ledger.articles.get(story.id).withdrawn == "unpublished in the CMS"
    assert [one.kind for one in ledger.revisions.of(story.id)] == ["withdrawn"]
    assert len(ledger.revisions.open()) == int(out)
    assert pushed(ledger, article("harbour", withdrawn="unpublished in the CMS")) == 0


def test_a_story_nobody_knows_cannot_be_taken_back(ledger: Ledger) -> None:
    """A withdrawal of something never seen leaves nothing behind."""
    assert pushed(ledger, article("never", withdrawn="deleted")) == 0
    assert ledger.articles.by_keys(["url:news.example/never"]) is None


def test_what_comes_back_waits_for_a_person(ledger: Ledger) -> None:
    """Posts of a story that was away are held: only a person knows why it was."""
    story, row = planned(ledger)
    ledger.articles.withdraw(story.id, "its page answers 410 (Gone)", NOW)
    listing(ledger)
    assert listing(ledger, article("harbour")) == 1
    assert ledger.articles.get(story.id).withdrawn == ""
    again = ledger.deliveries.get(row.id)
    assert (again.status, again.code) == (Status.HELD, "restored")
    assert [one.kind for one in ledger.revisions.of(story.id)] == ["withdrawn", "restored"]


def test_what_is_pushed_again_is_there_again(ledger: Ledger) -> None:
    """Published again in its CMS, a story that was taken back needs no list to come back."""
    story, row = planned(ledger)
    pushed(ledger, article("harbour", withdrawn="unpublished"))
    assert pushed(ledger, article("harbour")) == 1
    assert ledger.articles.get(story.id).withdrawn == ""
    assert ledger.deliveries.get(row.id).status is Status.HELD


def test_a_cached_list_does_not_bring_it_back(ledger: Ledger) -> None:
    """While its source has never stopped listing it, an article that is gone stays gone."""
    story, row = planned(ledger)
    ledger.articles.withdraw(story.id, "its page answers 410 (Gone)", NOW)
    assert listing(ledger, article("harbour")) == 0
    assert ledger.deliveries.get(row.id).status is Status.SUPPRESSED


def test_what_leaves_a_list_is_looked_for(ledger: Ledger) -> None:
    """An article its source no longer lists is checked once; a part of a list tells nothing; old ones are let be."""
    story, _ = planned(ledger, page_read=True)
    listing(ledger, article("other"), whole=False)
    assert (ledger.articles.to_check(NOW), ledger.articles.listed(story.id)) == ([], True)
    listing(ledger, article("other"))
    assert [one.id for one in ledger.articles.to_check(NOW)] == [story.id]
    assert not ledger.articles.listed(story.id)
    ledger.articles.check_later(story.id, None)
    listing(ledger, article("other"), at=NOW + MINUTE)
    assert ledger.articles.to_check(NOW + MINUTE) == []
    late = NOW + timedelta(days=3)
    listing(ledger, at=late)
    assert ledger.articles.to_check(late) == []


# ---------------------------------------------------------------------------------------------- its page

READ = {"page_read": True, "content": "d1", "words": 300, "photos": (QUAY,)}


def test_a_page_is_compared_with_itself(ledger: Ledger) -> None:
    """What the page said before is taken out, so that it is filled in anew; what the feed said stays."""
    story = found(ledger, summary="The feed's summary")
    ledger.articles.page_read(replace(story, **READ), NOW)  # type: ignore[arg-type]
    bare = ledger.articles.as_found(story.id)
    assert (bare.title, bare.summary, bare.photos, bare.content) == (story.title, "The feed's summary", (), "")
    again = replace(bare, **READ)  # type: ignore[arg-type]
    assert not ledger.articles.page_read_again(again, NOW + HOUR, None)
    other = replace(again, content="d2", words=310, correction="The year was wrong.")
    assert ledger.articles.page_read_again(other, NOW + HOUR, NOW + 2 * HOUR)
    told = [change[0] for one in ledger.revisions.of(story.id) for change in one.changes]
    assert told == ["body", "correction"]
    assert [one.id for one in ledger.articles.to_check(NOW + 2 * HOUR)] == [story.id]


def test_a_stand_in_headline_comes_from_the_page_again(ledger: Ledger) -> None:
    """Where the source gave no headline of its own, a change of the page's is a change of the headline."""
    story = found(ledger, title="harbour", provisional=True)
    ledger.articles.page_read(replace(story, title="Three hurt", provisional=False, page_read=True), NOW)
    assert ledger.articles.as_found(story.id).provisional
    changed = replace(ledger.articles.get(story.id), title="Two hurt")
    assert ledger.articles.page_read_again(changed, NOW, None)
    assert ledger.revisions.of(story.id)[0].changes == (("headline", "Three hurt", "Two hurt"),)
    ledger.articles.finish(story.id, ArticleState.PLANNED)
    assert poll(ledger, article("harbour", title="harbour", provisional=True)) == 0


def test_what_changes_while_it_is_worked_on_is_not_lost(ledger: Ledger) -> None:
    """A copy that was taken before a change stores nothing: the article is work again, with its new words."""
    uid = accounts(ledger, "a")["a"]
    story = found(ledger)
    listing(ledger, retitled(article("harbour"), "Better words"))
    assert ledger.articles.page_read(replace(story, page_read=True), NOW) is None
    assert plan(ledger, story, uid) == []
    assert not ledger.articles.page_read_again(replace(story, content="d2", words=300), NOW, None)
    [again] = ledger.articles.new(NOW)
    assert (again.title, again.page_read) == ("Better words", False)
    kept = ledger.articles.page_read(replace(again, page_read=True, summary="From the page"), NOW)
    assert kept is not None
    assert [row.status for row in plan(ledger, kept, uid)] == [Status.QUEUED]
    assert ledger.articles.new(NOW) == []


def test_planning_sets_the_next_look(ledger: Ledger) -> None:
    """The look that planning asks for is due at its time and not before; an earlier one is not put off."""
    accounts(ledger, "a")
    story = found(ledger, page_read=True)
    ledger.deliveries.plan(story, [], NOW, "daemon:test", NOW, NOW + MINUTE)
    assert ledger.articles.to_check(NOW + MINUTE - SECOND) == []
    assert [one.id for one in ledger.articles.to_check(NOW + MINUTE)] == [story.id]
    ledger.deliveries.plan(story, [], NOW, "daemon:test", NOW, NOW + HOUR)
    assert [one.id for one in ledger.articles.to_check(NOW + MINUTE)] == [story.id]


def test_what_is_taken_back_while_it_is_worked_on_is_not_planned(ledger: Ledger) -> None:
    """A withdrawal that lands between reading and planning wins."""
    uid = accounts(ledger, "a")["a"]
    story = found(ledger)
    pushed(ledger, article("harbour", withdrawn="deleted"))
    assert plan(ledger, story, uid) == []


# ---------------------------------------------------------------------------------------------- embargo

EMBARGOES = [
    ("set", None, NOW + HOUR, NOW, NOW + HOUR),
    ("later", NOW + HOUR, NOW + 2 * HOUR, NOW + HOUR, NOW + 2 * HOUR),
    ("earlier", NOW + 2 * HOUR, NOW + HOUR, NOW + 2 * HOUR, NOW + HOUR),
    ("lifted", NOW + HOUR, None, NOW + HOUR, NOW),
    ("later than a later time", NOW + HOUR, NOW + 3 * HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR),
    ("a later time stays", NOW + HOUR, NOW + 2 * HOUR, NOW + 5 * HOUR, NOW + 5 * HOUR),
]


@pytest.mark.parametrize(
    ("before", "after", "due", "then"), [case[1:] for case in EMBARGOES], ids=[case[0] for case in EMBARGOES]
)
def test_posts_follow_their_embargo(
    ledger: Ledger, before: datetime | None, after: datetime | None, due: datetime, then: datetime
) -> None:
    """A waiting post never leaves before the embargo as it stands now, and not later than it has to."""
    story, row = planned(ledger, due=due, embargo=before)
    listing(ledger, article("harbour", embargo=after), at=NOW)
    assert ledger.deliveries.get(row.id).due == then
    assert ledger.articles.get(story.id).embargo == after


def test_an_embargo_that_is_over_is_no_change(ledger: Ledger) -> None:
    """A feed that no longer names a moment that has passed has lifted nothing."""
    story, _ = planned(ledger, due=NOW + HOUR, embargo=NOW + HOUR)
    assert listing(ledger, article("harbour"), at=NOW + HOUR + SECOND) == 0
    assert ledger.revisions.of(story.id) == []


# ---------------------------------------------------------------------------------------------- one, or two


def test_a_person_can_part_what_was_joined(ledger: Ledger) -> None:
    """Parted stories stay two, whatever brings them together again."""
    accounts(ledger, "a")
    poll(ledger)
    poll(ledger, article("one"), article("two"))
    older, younger = ledger.articles.new(NOW)
    both = article("one", keys=("url:news.example/two",))
    poll(ledger, both)
    assert ledger.articles.twins(older.id) == [(younger.id, younger.title)]
    assert ledger.articles.story(younger.id) == older.id
    apart = ledger.articles.split(younger.id, "person:anna", NOW)
    assert (apart.state, ledger.articles.twins(older.id)) == (ArticleState.NEW, [])
    poll(ledger, both)
    read = replace(apart, keys=(Key("url:news.example/one", "x"),))
    ledger.articles.page_read(read, NOW)
    assert ledger.articles.story(younger.id) == younger.id
    with pytest.raises(IllegalMove):
        ledger.articles.split(younger.id, "person:anna", NOW)
    with pytest.raises(LookupError):
        ledger.articles.split(99, "person:anna", NOW)


def test_three_articles_become_one_story(ledger: Ledger) -> None:
    """The oldest is the story, also when a chain of twins is found from its end."""
    poll(ledger)
    poll(ledger, article("a"), article("b"), article("c"))
    first, second, third = ledger.articles.new(NOW)
    poll(ledger, article("c", keys=("url:news.example/b",)))
    poll(ledger, article("c", keys=("url:news.example/a",)))
    assert {ledger.articles.story(one.id) for one in (first, second, third)} == {first.id}


# ---------------------------------------------------------------------------------------------- polls


def test_polls_worth_remembering(ledger: Ledger) -> None:
    """What brought something, failed, or worked again is kept; what brought nothing is not; the newest stay."""
    state = SourceState("world", f"{FEED}/world", seeded=True)
    several = [
        Poll("world", state.url, NOW),
        Poll("world", state.url, NOW + SECOND, (article("a"),)),
        Poll("world", state.url, NOW + 2 * SECOND, error="It answered 500.", status=500),
        Poll("world", state.url, NOW + 3 * SECOND, recovered=True, status=200),
        Poll("world", state.url, NOW + 4 * SECOND, changed=False, status=304),
    ]
    for one in several:
        ledger.articles.store_polls([(state, one)])
    assert [(one.fresh, one.error, one.status) for one in ledger.polls.latest("world")] == [
        (0, "", 200), (0, "It answered 500.", 500), (1, "", None),
    ]  # fmt: skip
    for number in range(60):
        ledger.articles.store_polls([(state, Poll("world", state.url, NOW + number * MINUTE, error="No."))])
    assert ledger.polls.tidy(NOW + HOUR) == 13
    assert len(ledger.polls.latest("world", 100)) == 50
