"""The queue: stories with what waits, next to leave first, page by page, and what needs a person."""

from itertools import pairwise
from typing import Any

import pytest

from syndicator.delivery import Move
from syndicator.ledger import Ledger
from syndicator.ledger.board import Board, Stories, Story, Wanted
from syndicator.ledger.schema import deliveries
from syndicator.models import Card, Delivery, Media, Post, Status
from tests.ledger.made import HOUR, MINUTE, NOW, accounts, article, plan, poll, seed

PHOTO, THUMB = (Media(sign * 64, "image/jpeg", 1200, 800, f"photo {sign}") for sign in "ab")


ALL = Wanted()


def board(ledger: Ledger, wanted: Wanted = ALL, **more: Any) -> Stories:
    """What the queue shows now."""
    return Board(ledger.store).stories(wanted, NOW, **more)


def names(page: Stories) -> list[str]:
    """The last words of its stories' headlines."""
    return [story.article.title.rsplit(" ", 1)[1] for story in page.stories]


def put(ledger: Ledger, row: Delivery, **values: Any) -> None:
    """Write a state straight into a row."""
    with ledger.store.write() as connection:
        connection.execute(deliveries.update().where(deliveries.c.id == row.id).values(values))


@pytest.fixture
def queue(ledger: Ledger) -> Ledger:
    """Four stories on two accounts, due in 40, 30, 20 and 10 minutes; the third has a photo, the fourth a card."""
    uid = accounts(ledger, "x", "ma")
    seed(ledger)
    made = [
        article("one", sections=("News > World",)),
        article("two", sections=("Sport",), labels=("Live",), sensitive=True),
        article("three", sections=("News > World", "Sport")),
        article("four", embargo=NOW + HOUR),
    ]
    poll(ledger, *made)
    for place, story in enumerate(ledger.articles.new(NOW)):
        post = Post(
            f"{story.title} derby" if place == 0 else story.title,
            media=(PHOTO,) if place == 2 else (),
            card=Card("https://news.example", "", "", THUMB) if place == 3 else None,
        )
        plan(ledger, story, uid["x"], uid["ma"], post=post, due=NOW + (4 - place) * 10 * MINUTE)
    return ledger


def rows_of(ledger: Ledger, number: int) -> list[Delivery]:
    """The posts of a story."""
    return ledger.deliveries.of_article(number)


def test_next_to_leave_comes_first(queue: Ledger) -> None:
    """Stories stand in the order of their earliest post, those without a time last, with all that a row shows."""
    put(queue, rows_of(queue, 1)[1], due=NOW)
    for row in rows_of(queue, 4):
        put(queue, row, due=None)
    page = board(queue)
    assert names(page) == ["one", "three", "two", "four"]
    assert (page.total_stories, page.total_posts, page.after) == (4, 8, "")
    one, three, two, four = page.stories
    assert (one.due, two.due, four.due) == (NOW, NOW + 30 * MINUTE, None)
    assert (one.photo, three.photo, four.photo) == ("", "a" * 64, "b" * 64)
    assert (list(one.rows), two.article) == (rows_of(queue, 1), queue.articles.get(2))
    assert Board(queue.store).sections(NOW) == ["News > World", "Sport"]


STATES = [
    ({"status": "held"}, True),
    ({"status": "queued"}, True),
    ({"status": "sending"}, True),
    ({"status": "unconfirmed"}, True),
    ({"status": "unconfirmed", "closed": True}, False),
    ({"status": "retracting"}, True),
    ({"status": "failed", "changed_at": NOW - 23 * HOUR}, True),
    ({"status": "failed", "changed_at": NOW - 25 * HOUR}, False),
    ({"status": "sent", "remote_id": "1", "permalink": "p"}, False),
    ({"status": "suppressed"}, False),
    ({"status": "expired"}, False),
    ({"status": "retracted"}, False),
]


def test_what_stands_in_the_queue(queue: Ledger) -> None:
    """Waiting, moving and unknown posts, and failures of the last day; nothing that has come to its end."""
    row = rows_of(queue, 2)[0]
    for values, there in STATES:
        put(queue, row, closed=False, **(values if "closed" not in values else {"status": "unconfirmed"}))
        put(queue, row, **values)
        shown = [one.id for story in board(queue).stories for one in story.rows]
        assert (row.id in shown) is there, values


FILTERS = [
    (Wanted(account="x"), ["four", "three", "two", "one"], 4),
    (Wanted(account="nobody"), [], 0),
    (Wanted(section="Sport"), ["three", "two"], 4),
    (Wanted(section="News"), [], 0),
    (Wanted(statuses=(Status.HELD,)), ["two"], 1),
    (Wanted(statuses=(Status.HELD, Status.QUEUED)), ["four", "three", "two", "one"], 8),
    (Wanted(statuses=(Status.FAILED,)), [], 0),
    (Wanted(statuses=(Status.SENT, Status.SUPPRESSED)), [], 0),
    (Wanted(words="derb"), ["one"], 2),
    (Wanted(words="headline three"), ["three"], 2),
    (Wanted(words="headline", account="ma", section="Sport", statuses=(Status.QUEUED,)), ["three", "two"], 2),
    (Wanted(words="harbour"), [], 0),
    (Wanted(words='" OR (NEAR* \0'), [], 0),
    (Wanted(words="%"), [], 0),
    (Wanted(words="  "), ["four", "three", "two", "one"], 8),
]


def test_every_filter(queue: Ledger) -> None:
    """A filter leaves the posts it names, their stories, and their numbers."""
    put(queue, next(row for row in rows_of(queue, 2) if row.id == 3), status="held")
    for wanted, stories, posts in FILTERS:
        page = board(queue, wanted)
        assert (names(page), page.total_stories, page.total_posts) == (stories, len(stories), posts), wanted


def test_page_by_page(queue: Ledger) -> None:
    """Pages join without a gap or a double, also when the story at the seam has left meanwhile."""
    for limit in (1, 2, 3, 4):
        seen: list[Story] = []
        page = board(queue, limit=limit)
        seen += page.stories
        while page.after:
            page = board(queue, limit=limit, after=page.after)
            assert page.total_stories == 4
            seen += page.stories
        assert [story.article.id for story in seen] == [4, 3, 2, 1]
        assert all(one.due <= two.due for one, two in pairwise(seen) if one.due and two.due)
    first = board(queue, limit=2)
    for row in rows_of(queue, 3):
        put(queue, row, status="suppressed")
    assert names(board(queue, limit=2, after=first.after)) == ["two", "one"]


@pytest.mark.parametrize("cursor", ["x", "4", "AAAA", "MSAy", "é", "=" * 9, "MjAyNi0xMS0yM1Q"])
def test_a_broken_cursor(ledger: Ledger, cursor: str) -> None:
    """A cursor that was cut or made up is told in words."""
    with pytest.raises(ValueError, match="begin with its first page"):
        board(ledger, after=cursor)


def test_failed_ones_may_be_asked_for(queue: Ledger) -> None:
    """Who asks for failed posts sees those of other days, too."""
    put(queue, rows_of(queue, 2)[0], status="failed", changed_at=NOW - 50 * HOUR)
    assert names(board(queue, Wanted(statuses=(Status.FAILED,)))) == ["two"]
    assert board(queue).total_posts == 7


def test_one_story(queue: Ledger) -> None:
    """A story can be had alone, with all its posts, also those that do not wait any more."""
    story = Board(queue.store).story(3)
    assert story == board(queue, Wanted(words="three")).stories[0]
    for row in rows_of(queue, 3):
        put(queue, row, status="expired")
    after = Board(queue.store).story(3)
    assert after and [row.status.value for row in after.rows] == ["expired", "expired"]
    assert Board(queue.store).story(99) is None


def test_an_empty_queue(ledger: Ledger) -> None:
    """Nothing waits, nothing is needed."""
    assert board(ledger) == Stories((), "", 0, 0)
    strip = Board(ledger.store).needs(NOW)
    assert [kind.count for kind in (strip.unknown, strip.failed, strip.approval, strip.held)] == [0, 0, 0, 0]


def test_what_needs_a_person(queue: Ledger) -> None:
    """Unknown posts nobody has left, failures of the day, and what is held, for approval or for something else."""
    one, two, three, four = (rows_of(queue, number) for number in (1, 2, 3, 4))
    put(queue, one[0], status="unconfirmed")
    put(queue, one[1], status="unconfirmed", closed=True)
    put(queue, two[0], status="failed", changed_at=NOW - HOUR)
    put(queue, two[1], status="failed", changed_at=NOW - 30 * HOUR)
    put(queue, three[0], status="held", code="rule:approval")
    hold = Move("hold", Status.HELD, "person", "checking the name")
    for row in (*four, three[1]):
        queue.deliveries.move(row.id, lambda _row: hold, "person:anna", NOW + row.id * MINUTE)
    strip = Board(queue.store).needs(NOW)
    kinds = (strip.unknown, strip.failed, strip.approval, strip.held)
    assert [kind.count for kind in kinds] == [1, 1, 1, 3]
    assert [[need.row.id for need in kind.needs] for kind in kinds] == [
        [one[0].id], [two[0].id], [three[0].id], [four[1].id, four[0].id, three[1].id],
    ]  # fmt: skip
    named = strip.unknown.needs[0]
    assert (named.title, named.account, named.row.article) == ("Headline of one", "x", 1)


def test_the_strip_is_short(queue: Ledger) -> None:
    """All are counted, five are named; of the unknown all, for somebody has to choose among them."""
    for number in (1, 2, 3, 4):
        for row in rows_of(queue, number):
            put(queue, row, status="failed")
    assert (Board(queue.store).needs(NOW).failed.count, len(Board(queue.store).needs(NOW).failed.needs)) == (8, 5)
    for number in (1, 2, 3, 4):
        for row in rows_of(queue, number):
            put(queue, row, status="unconfirmed")
    assert (Board(queue.store).needs(NOW).unknown.count, len(Board(queue.store).needs(NOW).unknown.needs)) == (8, 8)
