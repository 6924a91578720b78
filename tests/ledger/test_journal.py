"""The moves of all posts page by page, and many posts with their words at once."""

from syndicator.delivery import Move
from syndicator.ledger import Draft, Ledger
from syndicator.ledger.history import FIELDS
from syndicator.ledger.journal import Journal
from syndicator.models import Post, Status
from tests.ledger.made import NOW, accounts, found, plan, sent


def test_moves_come_in_order_and_once(ledger: Ledger) -> None:
    """Asked again with the last number, the journal gives what came since, oldest first, and nothing twice."""
    uids = accounts(ledger, "one", "two")
    plan(ledger, found(ledger), *uids.values())
    journal = Journal(ledger.store)
    first = journal.after(0, 1)
    rest = journal.after(first[0]["id"], 10)
    assert [(one["account"], one["verb"], one["before"], one["after"]) for one in first + rest] == [
        ("one", "plan", None, "queued"), ("two", "plan", None, "queued"),
    ]  # fmt: skip
    assert journal.after(rest[-1]["id"], 10) == []
    sent(ledger, uids["one"], "r1")
    assert [one["verb"] for one in journal.after(rest[-1]["id"], 10)] == ["claim", "deliver"]


def test_moves_of_one_post_article_or_account(ledger: Ledger) -> None:
    """What is asked for narrows the journal down."""
    uids = accounts(ledger, "one", "two")
    harbour = plan(ledger, found(ledger, "harbour"), *uids.values())
    plan(ledger, found(ledger, "ferry"), uids["one"])
    journal = Journal(ledger.store)
    assert {one["delivery"] for one in journal.after(0, 10, delivery=harbour[1].id)} == {harbour[1].id}
    assert len(journal.after(0, 10, article=harbour[0].article)) == 2
    assert [one["account"] for one in journal.after(0, 10, account="one")] == ["one", "one"]
    assert journal.after(0, 10, account="none") == []


def test_posts_come_with_the_words_they_have_now(ledger: Ledger) -> None:
    """Each post has its entry and its newest version; one that was planned without words has none."""
    uids = accounts(ledger, "one", "two")
    story = found(ledger)
    (row,) = plan(ledger, story, uids["one"])
    ledger.deliveries.edit(row.id, 1, Post("Other words", warning="smoke"), ("text",), "person:anna", NOW)
    failed = Draft(uids["two"], Move("plan", Status.FAILED, "render", "too long"))
    (empty,) = ledger.deliveries.plan(story, [failed], NOW, "daemon:test", NOW)
    known = Journal(ledger.store).posts([empty.id, row.id])
    entry, post = known[row.id]
    assert tuple(entry) == FIELDS
    assert (entry["version"], post and post.text, post and post.warning) == (2, "Other words", "smoke")
    assert known[empty.id][1] is None
    assert Journal(ledger.store).posts([]) == {}
