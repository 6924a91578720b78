"""Pages, export and counts of many posts are those that somebody would make by hand."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from syndicator.delivery import Move
from syndicator.ledger import Ledger
from syndicator.ledger.catalogue import BLOCK
from syndicator.ledger.schema import accounts as account_table
from syndicator.ledger.schema import article_sources, articles, deliveries
from syndicator.ledger.search import FACETS, Query
from syndicator.models import Status
from tests.ledger.made import MINUTE, NOW, accounts
from tests.ledger.test_find import finding

SECTIONS, PEOPLE = ("World", "Sport", "News > City"), ("person:anna", "person:ben", "cli:cem@desk")
STATUSES = ("held", "queued", "suppressed", "failed", "expired")


@pytest.fixture
def large(ledger: Ledger) -> Ledger:
    """Stories on both sides of the edges of blocks, with 900 posts of many kinds at times of little order."""
    dice, uids = random.Random(3), list(accounts(ledger, "a", "b", "c").values())
    numbers = [*range(1, 120), *range(BLOCK - 90, BLOCK + 90), *range(3 * BLOCK - 3, 3 * BLOCK + 3)]
    stories: list[dict[str, Any]] = []
    posts: list[dict[str, Any]] = []
    for number in numbers:
        body = {"sections": dice.sample(SECTIONS, dice.randint(0, 2)), "labels": [], "summary": "", "authors": []}
        body |= {"tags": [], "language": "", "sensitive": False, "photos": [], "updated": None, "found": {}}
        title = f"{dice.choice(('Storm', 'Tram', 'Budget'))} {number}"
        stories.append({"id": number, "uid": f"{number:064}", "url": f"https://news.example/{number}", "title": title,
                        "body": body, "state": "planned", "found_at": NOW + number * MINUTE})  # fmt: skip
        for account in dice.sample(uids, dice.choice((0, 1, 3, 3))):
            row = len(posts) + 1
            posts.append({"id": row, "key": f"{row:064}", "article": number, "account": account,
                          "occasion": "publication", "status": dice.choice(STATUSES), "record_key": f"{row:013}",
                          "changed_at": NOW + dice.randint(0, 300) * MINUTE})  # fmt: skip
    with ledger.store.write() as connection:
        connection.execute(articles.insert(), stories)
        connection.execute(deliveries.insert(), posts)
        sources = [{"article": one, "source": dice.choice(("north", "south"))} for one in numbers]
        connection.execute(article_sources.insert(), sources)
    note = Move("move", Status.HELD)
    held = [row for row in posts if row["status"] == "held"]
    for row in held[::2]:
        ledger.deliveries.move(row["id"], lambda _row: note, dice.choice(PEOPLE), row["changed_at"])
    return ledger


def test_pages_join(large: Ledger) -> None:
    """Page after page, of any size, gives every line once, in order, and the export gives the same."""
    search = finding(large)
    for wanted in (Query(), Query(words="storm"), Query(account=("a",), state=("failed", "held"))):
        numbers = [entry["id"] or -entry["article_id"] for entry in search.export(wanted)]
        for limit in (7, 50, 1000):
            seen, page = [], search.find(wanted, limit=limit)
            seen += page.entries
            while page.next:
                page = search.find(wanted, page.next, limit)
                seen += page.entries
            order = [(one.at, one.delivery.id if one.delivery else -one.article.id) for one in seen]
            assert order == sorted(order, reverse=True)
            assert [number for _, number in order] == numbers
            assert sum(1 for one in seen if one.delivery) == page.posts


def lines(ledger: Ledger) -> list[dict[str, Any]]:
    """Every line with its tags, put together without the catalogue."""
    with ledger.store.read() as connection:
        names = {row.uid: row.name for row in connection.execute(select(account_table))}
        told_ = {row["id"]: row for row in connection.execute(select(articles)).mappings()}
        sources = {row.article: row.source for row in connection.execute(select(article_sources))}
        posts = connection.execute(select(deliveries)).mappings().all()
    alone = set(told_) - {row["article"] for row in posts}
    made = [(row["article"], names[row["account"]], row["status"], row["changed_at"], row["actor"]) for row in posts]
    made += [(number, "", "none", told_[number]["found_at"], "") for number in alone]
    return [
        {
            "article": number, "account": account, "state": status, "at": at, "title": told_[number]["title"],
            "person": actor, "section": told_[number]["body"]["sections"], "source": [sources[number]],
        }
        for number, account, status, at, actor in made
    ]  # fmt: skip


def fits(line: dict[str, Any], wanted: Query, without: str = "") -> bool:
    """Whether a line is wanted, one facet left out."""
    tests = {
        **{
            name: not getattr(wanted, name) or bool({*values(line, name)} & {*getattr(wanted, name)}) for name in FACETS
        },
        "since": wanted.since is None or line["at"] >= wanted.since,
        "until": wanted.until is None or line["at"] < wanted.until,
        "words": wanted.words.lower() in line["title"].lower(),
    }
    return all(fit for name, fit in tests.items() if name != without)


def values(line: dict[str, Any], facet: str) -> list[str]:
    """The values of a line in a facet."""
    found = line[facet]
    return found if isinstance(found, list) else [found] if found else []


def test_counts_are_exact(large: Ledger) -> None:
    """Numbers of posts, stories and of each facet are those somebody would count by hand, for 60 questions."""
    dice, search, every = random.Random(5), finding(large), lines(large)
    for _ in range(60):
        start = NOW + dice.randint(-60, 4000) * MINUTE
        wanted = Query(
            account=dice.choice(((), (), ("a",), ("b", "c"))),
            state=dice.choice(((), (), ("failed",), ("held", "none"))),
            section=dice.choice(((), (), ("World",), ("Sport", "News > City"))),
            person=dice.choice(((), (), (), PEOPLE[:1], PEOPLE)),
            source=dice.choice(((), (), ("north",))),
            since=dice.choice((None, start)),
            until=dice.choice((None, start + timedelta(hours=dice.randint(0, 70)))),
            words=dice.choice(("", "", "storm", "tram")),
        )
        found, fitting = search.find(wanted), [line for line in every if fits(line, wanted)]
        assert found.posts == sum(1 for line in fitting if line["account"]), wanted
        assert found.stories == len({line["article"] for line in fitting}), wanted
        for facet in FACETS:
            others = [line for line in every if fits(line, wanted, facet)]
            counted = Counter(value for line in others for value in values(line, facet) if value)
            assert dict(found.facets[facet]) == dict(counted), (facet, wanted)
