"""Stories are found by words, their beginnings and parts of addresses, whatever signs somebody types."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.ledger import Filter, Ledger
from tests.ledger.made import NOW, accounts, article, plan, poll, seed
from tests.services import postgres


def titles(ledger: Ledger, search: str) -> set[str]:
    """The headlines a search finds."""
    return {entry["title"] for entry in ledger.history.entries(Filter(search=search))}


ZURICH, BUDGET, CAFE = (
    "Zürich votes on its new harbour",
    "Council’s budget: 100% more for e-bikes",
    "Café on Main_Street",
)


def stored(ledger: Ledger) -> Ledger:
    """A ledger with three stories one may look for."""
    uid = accounts(ledger, "a")["a"]
    made = [
        replace(article("2026/11/23/zurich-vote.html"), title=ZURICH),
        replace(article("politics/budget?id=4711"), title=BUDGET),
        replace(article("caf%C3%A9/main"), title=CAFE),
    ]
    seed(ledger)
    poll(ledger, *made)
    for story in ledger.articles.new(NOW):
        plan(ledger, story, uid)
    return ledger


@pytest.fixture
def archive(ledger: Ledger) -> Ledger:
    """Three stories one may look for."""
    return stored(ledger)


ALL = {ZURICH, BUDGET, CAFE}
SEARCHES = [
    ("harbour", {ZURICH}),
    ("HARBOUR", {ZURICH}),
    ("harb", {ZURICH}),
    ("arbour", set()),
    ("votes harbour", {ZURICH}),
    ("harb new zür", {ZURICH}),
    ("harbour budget", set()),
    ("zurich", {ZURICH}),
    ("zürich", {ZURICH}),
    ("Zu\u0308rich", {ZURICH}),
    ("cafe", {CAFE}),
    ("zurich-vote", {ZURICH}),
    ("2026/11/23", {ZURICH}),
    ("https://news.example/politics/budget", {BUDGET}),
    ("https://news.example/politics/budget?id=4711", {BUDGET}),
    ("politics/harbour", set()),
    ("4711", {BUDGET}),
    ("news.example", ALL),
    ("e-bikes", {BUDGET}),
    ("e-bik", {BUDGET}),
    ("council", {BUDGET}),
    ("council’s", {BUDGET}),
    ("main_street", {CAFE}),
    ("street", {CAFE}),
    ("", ALL),
    (" \t ", ALL),
]


def test_every_search(archive: Ledger) -> None:
    """Words, their beginnings, several of them, with or without accents, and parts of addresses are found."""
    for words, expected in SEARCHES:
        assert titles(archive, words) == expected, words


HARMLESS = [
    ('"', set()), ('"harbour"', {ZURICH}), ('harbour"', {ZURICH}), ("'", set()), ("o'brien", set()), ("*", set()),
    ("harb*", {ZURICH}), ("NEAR", set()), ("NEAR(harbour new)", set()), ("harbour OR budget", set()),
    ("NOT budget", set()),
    ("title:harbour", set()), ("^harbour", {ZURICH}), ("harbour & new", {ZURICH}), ("harbour | budget", set()),
    ("!harbour", {ZURICH}), ("harbour:*", {ZURICH}), ("(harbour", {ZURICH}), ("harbour)", {ZURICH}), ("\\", set()),
    ("<->", set()), ("%", {BUDGET, CAFE}), ("100%", {BUDGET}), ("_", {CAFE}), ("ha_bour", set()), ("har%", {ZURICH}),
    ("?", {BUDGET}), (":words", set()), ("%(words)s", set()), ("; DROP TABLE articles", set()), ("\0", ALL),
    ("harb\0", {ZURICH}), ("\ud800", ALL), ("+harbour", {ZURICH}), ("-harbour", {ZURICH}), ("🎉", set()), ("²", set()),
    ("AND", set()), ("{}", set()), ("\u0301", set()),
]  # fmt: skip


def test_signs_have_no_meaning(archive: Ledger) -> None:
    """No sign of any query language does anything but separate words."""
    for words, expected in HARMLESS:
        assert titles(archive, words) == expected, words
    assert titles(archive, "") == ALL


@given(words=st.text(max_size=30) | st.text(alphabet="\"'*%_:&|!()<>-\\^+{}$? aé", max_size=12))
def test_any_text_may_be_searched(words: str, sqlite_archive: Ledger, postgresql_archive: Ledger) -> None:
    """Whatever somebody types, the answer is a list, never an error."""
    for ledger in (sqlite_archive, postgresql_archive):
        assert titles(ledger, words) <= ALL


@pytest.fixture(scope="module")
def sqlite_archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """The three stories in a file, for many questions."""
    with contextlib.closing(Ledger(f"sqlite:///{tmp_path_factory.mktemp('archive')}/ledger.db")) as ledger:
        ledger.migrate(NOW)
        yield stored(ledger)


@pytest.fixture(scope="module")
def postgresql_archive(postgres_url: str) -> Iterator[Ledger]:
    """The three stories on a server, for many questions."""
    with postgres.database(postgres_url) as url, contextlib.closing(Ledger(url)) as ledger:
        ledger.migrate(NOW)
        yield stored(ledger)


def test_a_changed_headline_is_found(archive: Ledger) -> None:
    """Search knows the present headline and the former one, which its posts may still say."""
    poll(archive, replace(article("caf%C3%A9/main"), title="Tearoom closes"))
    for words in ("tearoom", "main_street", "tearoom cafe"):
        assert titles(archive, words) == {"Tearoom closes"}
