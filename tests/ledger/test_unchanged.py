"""Items that say nothing new cost little, and are left as they are."""

from dataclasses import replace

import pytest
from sqlalchemy import event

from syndicator.ledger import Ledger
from syndicator.models import Article, ArticleState
from tests.ledger.made import HOUR, NOW, article, poll, seed

STORIES = [article(f"story-{n}", keys=(f"guid:news.example:{n}",)) for n in range(30)]


def statements(ledger: Ledger, *articles: Article, source: str = "world") -> tuple[int, int]:
    """One more poll: how many statements it took, and how many articles are new work."""
    counted = []

    def count(*_: object) -> None:
        counted.append(1)

    event.listen(ledger.store.engine, "before_cursor_execute", count)
    fresh = poll(ledger, *articles, source=source, at=NOW + HOUR)
    event.remove(ledger.store.engine, "before_cursor_execute", count)
    return len(counted), fresh


@pytest.mark.parametrize("seen", [True, False])
def test_what_did_not_change_costs_no_statement_of_its_own(ledger: Ledger, seen: bool) -> None:
    """Thirty known items and a new one take no more statements than three known items and a new one."""
    few, many = STORIES[:3], STORIES[3:]
    if not seen:
        seed(ledger, "world", "sport")
    poll(ledger, *few)
    poll(ledger, *(replace(one, source="sport") for one in many), source="sport")
    taken, fresh = statements(ledger, article("first"), *few)
    more, also_fresh = statements(
        ledger, *(replace(one, source="sport") for one in (article("second"), *many)), source="sport"
    )
    assert fresh == also_fresh == 1
    assert more <= taken


@pytest.mark.parametrize(
    "changed",
    [{"title": "Another headline"}, {"summary": "More"}, {"content": "d2"}, {"correction": "It was Tuesday."}],
)
def test_what_changed_is_seen_among_what_did_not(ledger: Ledger, changed: dict[str, str]) -> None:
    """One of thirty says something else."""
    seed(ledger)
    stories = [replace(one, content="d1") for one in STORIES]
    poll(ledger, *stories)
    for one in ledger.articles.new(NOW):
        ledger.articles.finish(one.id, ArticleState.PLANNED)
    assert statements(ledger, *stories)[1] == 0
    other = replace(stories[7], **changed)  # type: ignore[arg-type]
    assert statements(ledger, *stories[:7], other, *stories[8:])[1] == 1
    assert [one.url for one in ledger.articles.new(NOW)] == [other.url]


def test_another_source_and_another_key_are_noted(ledger: Ledger) -> None:
    """A known story at another source gets its name, and a new key of it finds it."""
    seed(ledger, "world", "sport")
    poll(ledger, *STORIES)
    number = ledger.articles.new(NOW)[3].id
    assert statements(ledger, *(replace(one, source="sport") for one in STORIES), source="sport")[1] == 0
    assert ledger.articles.sources_of(number) == ["sport", "world"]
    poll(ledger, *STORIES[:3], article("story-3", keys=("guid:news.example:3", "guid:feeds.example:3")), *STORIES[4:])
    known = ledger.articles.by_keys(["guid:feeds.example:3"])
    assert known is not None
    assert known.id == number
