"""The desk's search: every post and every story without one, filtered, counted, page by page, and never out of date."""

from dataclasses import replace
from typing import Any

import pytest

from syndicator.delivery import Move
from syndicator.ledger import Draft, Ledger, history
from syndicator.ledger.filling import Shelf
from syndicator.ledger.search import FACETS, Entry, Found, Query, Search
from syndicator.models import ArticleState, Identity, Poll, Post, SourceState, Status
from tests.ledger.made import FEED, HOUR, NOW, accounts, article, plan, poll, retitled, seed, sent


def finding(ledger: Ledger) -> Search:
    """A search that knows nothing yet."""
    return Search(ledger.store, Shelf(ledger.store))


def told(found: Found) -> list[tuple[str, str, str]]:
    """The lines of a page: last word of the headline, account, state."""
    return [(one.article.title.rsplit(" ", 1)[1], one.account, state(one)) for one in found.entries]


def state(entry: Entry) -> str:
    """The state of a line."""
    return entry.delivery.status.value if entry.delivery else "none"


@pytest.fixture
def small(ledger: Ledger) -> Ledger:
    """Three stories: one sent on both accounts, one held by Anna on one of them, one that got no post."""
    uid = accounts(ledger, "x-main", "ma")
    seed(ledger)
    made = [article("one", sections=("World",)), article("two", sections=("Sport", "World")), article("three")]
    poll(ledger, *made)
    poll(ledger, replace(made[1], source="city"), source="city")
    one, two, three = ledger.articles.new(NOW)
    plan(ledger, one, uid["x-main"], uid["ma"])
    sent(ledger, uid["x-main"], "r1", NOW + HOUR)
    sent(ledger, uid["ma"], "r2", NOW + 2 * HOUR)
    row = plan(ledger, two, uid["ma"], post=Post("Derby tonight"))[0]
    hold = Move("hold", Status.HELD, "person", "checking")
    ledger.deliveries.move(row.id, lambda _row: hold, "person:anna", NOW + 3 * HOUR)
    ledger.articles.finish(three.id, ArticleState.REFUSED, "section taken by no account")
    return ledger


ALL = [("two", "ma", "held"), ("one", "ma", "sent"), ("one", "x-main", "sent"), ("three", "", "none")]
FILTERS = [
    (Query(), [0, 1, 2, 3]),
    (Query(account=("ma",)), [0, 1]),
    (Query(account=("ma", "x-main")), [0, 1, 2]),
    (Query(account=("nobody",)), []),
    (Query(state=("sent",)), [1, 2]),
    (Query(state=("held", "none")), [0, 3]),
    (Query(state=("unheard",)), []),
    (Query(section=("World",)), [0, 1, 2]),
    (Query(section=("Sport",)), [0]),
    (Query(section=("sport",)), []),
    (Query(source=("city",)), [0]),
    (Query(source=("world",)), [0, 1, 2, 3]),
    (Query(person=("person:anna",)), [0]),
    (Query(person=("daemon:test",)), []),
    (Query(since=NOW + 2 * HOUR), [0, 1]),
    (Query(since=NOW + 2 * HOUR, until=NOW + 3 * HOUR), [1]),
    (Query(until=NOW + HOUR), [3]),
    (Query(words="headline"), [0, 1, 2, 3]),
    (Query(words="derby"), [0]),
    (Query(words="derb two"), [0]),
    (Query(words="anna"), [0]),
    (Query(words="anna derby sport"), []),
    (Query(words="main"), [2]),
    (Query(words="x-main"), [2]),
    (Query(words="x-ma headline"), [2]),
    (Query(words="news.example/three"), [3]),
    (Query(words="?"), []),
    (Query(words="/"), [0, 1, 2, 3]),
    (Query(words="\0"), [0, 1, 2, 3]),
    (Query(words="🎉"), []),
    (Query(words='"one" OR (two* NOT:'), []),
    (Query(words="headline " * 1500), [0, 1, 2, 3]),
    (Query(words="o" * 10_000), []),
    (Query(words='("' * 5_000), []),
    (Query(words=" ".join(map(str, range(3_000)))), []),
    (Query(words="one", state=("sent",), section=("World",), source=("world",), since=NOW, account=("ma",)), [1]),
]


def test_every_filter(small: Ledger) -> None:
    """Each filter, alone and with others, finds the lines it names, newest first, and counts them."""
    search = finding(small)
    for wanted, lines in FILTERS:
        found = search.find(wanted)
        expected = [ALL[line] for line in lines]
        assert told(found) == expected, wanted
        assert found.posts == sum(1 for _, account, _ in expected if account), wanted
        assert found.stories == len({name for name, _, _ in expected}), wanted


def test_a_line(small: Ledger) -> None:
    """A line has the post, its words and who had a hand in it; a story without one has the reason."""
    held, _, _, without = finding(small).find(Query()).entries
    assert held.delivery == small.deliveries.get(3)
    assert (held.text, held.by, held.people, held.platform) == (
        "Derby tonight",
        "daemon:test",
        ("person:anna",),
        "memory",
    )
    assert (held.at, without.at) == (NOW + 3 * HOUR, NOW)
    assert (without.delivery, without.article.reason) == (None, "section taken by no account")
    assert (without.article.state, without.text) == (ArticleState.REFUSED, "")


def test_facets(small: Ledger) -> None:
    """Each value tells what would be found with it in place of the one asked for."""
    found = finding(small).find(Query(state=("sent",), account=("ma",))).facets
    assert found == {
        "state": (("held", 1), ("sent", 1)),
        "account": (("ma", 1), ("x-main", 1)),
        "section": (("World", 1),),
        "person": (),
        "source": (("world", 1),),
    }
    assert finding(small).find(Query()).facets["state"] == (("sent", 2), ("held", 1), ("none", 1))
    assert finding(small).find(Query(section=("Sport",))).facets["section"] == (("World", 3), ("Sport", 1))


def test_the_export(small: Ledger) -> None:
    """All that was found, as entries of the history with the same keys; a story without a post has its reason."""
    entries = list(finding(small).export(Query()))
    assert [(entry["status"], entry["account"]) for entry in entries] == [(s, a) for _, a, s in ALL]
    assert all(tuple(entry) == history.FIELDS for entry in entries)
    assert entries[0] == small.history.entry(3)
    last = entries[-1]
    assert (last["id"], last["title"], last["detail"]) == (None, "Headline of three", "section taken by no account")
    assert (last["code"], last["media"], last["sources"], last["changed_at"]) == ("refused", [], ["world"], NOW)
    assert [entry["id"] for entry in finding(small).export(Query(words="one", account=("ma",)))] == [2]


@pytest.mark.parametrize("cursor", ["x", "MQ", "é", "MS4", "MS5hLjI", "=" * 5])
def test_a_broken_cursor(small: Ledger, cursor: str) -> None:
    """A cursor that was cut or made up is told in words."""
    with pytest.raises(ValueError, match="start at the first page"):
        finding(small).find(Query(), cursor)


# ---------------------------------------------------------------------------------------------- kept up


def test_what_happens_is_known_at_once(small: Ledger) -> None:
    """One search, open all the time, knows what a new one would: moves, stories, sections, sources, headlines."""
    search, uid = finding(small), accounts(small, "x-main", "ma")
    two = small.articles.get(2)

    def move() -> None:
        small.deliveries.move(3, lambda _row: Move("approve", Status.QUEUED), "person:ben", NOW + 4 * HOUR)

    def again() -> None:
        row = Draft(uid["ma"], Move("plan", Status.QUEUED), Post("once more"), "repost-1")
        small.deliveries.plan(small.articles.get(1), [row], NOW + 5 * HOUR, "person:anna", NOW)

    steps: list[tuple[Any, Query]] = [
        (lambda: None, Query()),
        (move, Query(person=("person:ben",))),
        (lambda: sent(small, uid["ma"], "r3", NOW + 5 * HOUR), Query(state=("sent",))),
        (lambda: poll(small, article("four", sections=("Arts",))), Query(section=("Arts",), state=("none",))),
        (lambda: plan(small, small.articles.new(NOW)[-1], uid["x-main"]), Query(words="four", state=("queued",))),
        (lambda: poll(small, article("one", source="late"), source="late"), Query(source=("late",))),
        (again, Query(words="once more")),
        (lambda: small.articles.page_read(retitled(two, "Headline of six"), NOW), Query(words="six")),
        (lambda: small.deliveries.edit(4, 1, Post("Opera"), {"text"}, "cli:dora@desk", NOW), Query(words="dora opera")),
    ]
    for step, wanted in steps:
        step()
        for query in (wanted, Query()):
            assert search.find(query) == finding(small).find(query)
        assert search.find(wanted).entries


def known_as(ledger: Ledger, name: str) -> None:
    """The network says that an account of this name is ours."""
    state_ = next(one for one in ledger.accounts.states() if one.name == name)
    ledger.accounts.verified(state_, Identity("1", "@us"), NOW)


def test_an_account_under_a_new_name(ledger: Ledger) -> None:
    """Posts of an account that was joined with an older one are found under its name, by an open search, too."""
    old = accounts(ledger, "old")["old"]
    known_as(ledger, "old")
    seed(ledger)
    poll(ledger, article("one"))
    plan(ledger, ledger.articles.new(NOW)[0], old)
    fresh = accounts(ledger, "new")["new"]
    search = finding(ledger)
    assert told(search.find(Query())) == [("one", "old", "queued")]
    poll(ledger, article("two"))
    plan(ledger, ledger.articles.new(NOW)[0], fresh)
    assert search.find(Query(account=("new",))).posts == 1
    known_as(ledger, "new")
    assert search.find(Query(account=("new",))).posts == 2
    assert search.find(Query()) == finding(ledger).find(Query())


def test_all_that_read_share_one_catalogue(small: Ledger) -> None:
    """The catalogue of a ledger is kept once, whoever asks."""
    search, shelf = Search(small.store), Shelf.of(small.store)
    assert (search.warm(), Shelf.of(small.store) is shelf) == (3, True)
    assert search.find(Query()) == Search(small.store).find(Query()) == finding(small).find(Query())


def test_an_empty_ledger(ledger: Ledger) -> None:
    """Nothing is found in nothing, and the first story is."""
    search = finding(ledger)
    assert search.find(Query()) == Found((), "", 0, 0, dict.fromkeys(FACETS, ()))
    assert list(search.export(Query(words="x"))) == []
    old = SourceState("world", f"{FEED}/world", seeded=True)
    ledger.articles.store_polls([(old, Poll("world", old.url, NOW, (article("seen"),)))])
    assert told(search.find(Query())) == [("seen", "", "none")]
