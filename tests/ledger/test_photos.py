"""Photos are kept while a post may still need them."""

from dataclasses import replace

from syndicator.delivery import Move
from syndicator.ledger import Ledger
from syndicator.models import Card, Media, Post, Status
from tests.ledger.made import HOUR, MINUTE, NOW, accounts, article, plan, poll, seed, sent


def photo(sign: str) -> Media:
    """A fitted photo whose name is a row of one sign."""
    return Media(sign * 64, "image/jpeg", 1200, 800)


def test_photos_of_waiting_and_recent_posts_are_needed(ledger: Ledger) -> None:
    """Needed are the photos of unfinished posts, all versions and cards included, and of posts that changed lately."""
    uid = accounts(ledger, "a")["a"]
    seed(ledger)
    poll(ledger, *(article(name) for name in ("finished", "waiting", "refused")))
    finished, waiting, refused = ledger.articles.new(NOW)
    plan(ledger, finished, uid, post=Post("one", media=(photo("a"),)))
    sent(ledger, uid, "r1", NOW + MINUTE)
    card = Card("https://news.example/", "Harbour", thumb=photo("c"))
    row = plan(ledger, waiting, uid, post=Post("two", media=(photo("b"),), card=card), status=Status.HELD)[0]
    ledger.deliveries.edit(row.id, 1, Post("two", media=(photo("d"),)), {"photo"}, "person:anna", NOW)
    plan(ledger, refused, uid, post=Post("three", media=(photo("b"), photo("e"))), status=Status.SUPPRESSED)

    assert {name[0] for name in ledger.photos.needed(NOW)} == {"a", "b", "c", "d", "e"}
    assert {name[0] for name in ledger.photos.needed(NOW + HOUR)} == {"b", "c", "d"}
    ledger.deliveries.move(row.id, lambda _row: Move("suppress", Status.SUPPRESSED), "person:anna", NOW)
    assert ledger.photos.needed(NOW + HOUR) == set()


def test_a_photo_of_two_posts_is_named_once(ledger: Ledger) -> None:
    """The same photo in several posts and versions is one photo, kept as long as one of them needs it."""
    uid = accounts(ledger, "a", "b")
    seed(ledger)
    poll(ledger, article("one"))
    story = ledger.articles.new(NOW)[0]
    post = Post("one", media=(photo("a"),))
    first, second = plan(ledger, story, uid["a"], uid["b"], post=post)
    ledger.deliveries.edit(first.id, 1, replace(post, text="two"), {"text"}, "person:anna", NOW)
    stop = Move("suppress", Status.SUPPRESSED)
    ledger.deliveries.move(first.id, lambda _row: stop, "person:anna", NOW)
    assert ledger.photos.needed(NOW + HOUR) == {"a" * 64}
    ledger.deliveries.move(second.id, lambda _row: stop, "person:anna", NOW)
    assert ledger.photos.needed(NOW + HOUR) == set()
