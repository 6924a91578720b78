"""An article that changes, goes and comes back, from its own page on loopback to its posts."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syndicator import editorial, pipeline
from syndicator.compose import fetcher
from syndicator.models import Article, Delivery, Key, Poll, SourceState, Status
from syndicator.pipeline.checks import next_check
from tests.core.made import TOML, Desk
from tests.sources.newsroom_server import Newsroom, newsroom, reply

SOURCE = TOML.replace(
    'url = "http://127.0.0.1:1/feed.xml"', 'url = "http://127.0.0.1:1/feed.xml"\nallow_private = true'
)
ANNA = "person:anna"


@pytest.fixture
def toml() -> str:
    """The articles' pages lie on loopback."""
    return SOURCE.replace('hold_for = "0s"', 'hold_for = "10m"')


@pytest.fixture
def web() -> Iterator[Newsroom]:
    """The newsroom's web server."""
    with newsroom() as made:
        yield made


def page(body: str = "first", correction: str = "", title: str = "Ferry returns") -> bytes:
    """A story's page; its text is long enough to be one."""
    note = f'<div class="correction-note">{correction}</div>' if correction else ""
    words = f"The {body} crossing between the old docks and the island runs again from this morning on. " * 3
    return f"<!doctype html><html lang=en><h1>{title}</h1><article><p>{words}</p>{note}</article></html>".encode()


def show(web: Newsroom, *answer: Any, status: int = 200) -> None:
    """What the story's page answers from now on."""
    web.pages["/ferry"] = reply(status, page(*answer) if status == 200 else b"Sorry", Content_Type="text/html")


def ferry(web: Newsroom, **fields: Any) -> Article:
    """The story as its feed gives it."""
    link = web.url("/ferry")
    return Article(url=link, title="Ferry returns", source="world", keys=(Key("url:ferry", link),), **fields)


def store(desk: Desk, *articles: Article) -> None:
    """One poll of the whole feed."""
    state = SourceState("world", "http://127.0.0.1:1/feed.xml", seeded=True)
    desk.room.ledger.articles.store_polls([(state, Poll("world", state.url, desk.clock(), articles))])


def work(desk: Desk) -> list[Delivery]:
    """Everything the daemon would do about articles now: pages, plans, looks. Returns the posts."""

    async def every() -> None:
        async with fetcher(desk.room) as way:
            for _ in range(2):
                for article in desk.room.ledger.articles.new(desk.clock()):
                    await pipeline.prepare(desk.room, article, way)
                for article in desk.room.ledger.articles.to_check(desk.clock()):
                    await pipeline.check(desk.room, article, way)

    asyncio.run(every())
    return desk.rows(1)


@pytest.fixture
def rows(desk: Desk, web: Newsroom) -> list[Delivery]:
    """A story that waits for ten minutes on two accounts."""
    show(web)
    store(desk)
    store(desk, ferry(web))
    return work(desk)


def kinds(desk: Desk) -> list[tuple[str, list[str]]]:
    """What was recorded about the story."""
    return [(one.kind, [change[0] for change in one.changes]) for one in desk.room.ledger.revisions.of(1)]


def test_waiting_posts_are_written_anew(desk: Desk, web: Newsroom, rows: list[Delivery]) -> None:
    """A new headline is in the posts that wait, and in the record; a person's own text is left, and held."""
    editorial.edit(desk.room, rows[1].id, ANNA, version=1, text="Anna's words")
    store(desk, replace(ferry(web), title="Ferry returns at last"))
    first, second = work(desk)
    texts = [desk.room.ledger.deliveries.version(row.id, row.version) for row in (first, second)]
    assert texts[0] is not None
    assert texts[0].post.text.startswith("Ferry returns at last")
    assert texts[1] is not None
    assert texts[1].post.text == "Anna's words"
    assert kinds(desk) == [("changed", ["headline"])]


def test_a_page_is_looked_at_before_its_first_post_leaves(
    desk: Desk, web: Newsroom, rows: list[Delivery], clock: Any
) -> None:
    """What was taken down within the wait never leaves, though its feed did not say a word."""
    show(web, status=410)
    assert {row.status for row in work(desk)} == {Status.QUEUED}
    clock.forward(minutes=9, seconds=30)
    after = work(desk)
    assert {(row.status, row.code) for row in after} == {(Status.SUPPRESSED, "rule:withdrawn")}
    assert "410" in after[0].detail
    clock.forward(minutes=1)
    assert (desk.deliver(), desk.public()) == (None, [])


def test_a_correction_after_posting_is_told(desk: Desk, web: Newsroom, rows: list[Delivery], clock: Any) -> None:
    """A page that says otherwise than before is recorded; what is public stays, and is somebody's turn."""
    clock.forward(minutes=10)
    desk.deliver("one")
    show(web, "second", "The crossing takes twenty minutes, not ten.")
    clock.forward(minutes=6)
    work(desk)
    assert kinds(desk) == [("changed", ["body", "correction"])]
    [(revision, _title)] = desk.room.ledger.revisions.open()
    assert revision.public == 1
    assert editorial.seen(desk.room, 1, ANNA) == 1
    assert desk.public() == ["Ferry returns\n\n" + web.url("/ferry")]


def test_gone_from_the_list_and_the_web_is_withdrawn(
    desk: Desk, web: Newsroom, rows: list[Delivery], clock: Any
) -> None:
    """404 alone may be a hiccup: it takes two looks a minute apart, of a story no source lists any more."""
    show(web, status=404)
    store(desk)
    assert {row.status for row in work(desk)} == {Status.QUEUED}
    clock.forward(seconds=61)
    assert {row.code for row in work(desk)} == {"rule:withdrawn"}


@pytest.mark.parametrize("status", [404, 500, 403])
def test_a_page_that_cannot_be_read_proves_nothing(
    desk: Desk, web: Newsroom, rows: list[Delivery], clock: Any, status: int
) -> None:
    """While the feed still lists it, or when the server is merely in trouble, nothing is taken back."""
    show(web, status=status)
    for minutes in (9.5, 6, 46):
        clock.forward(minutes=minutes)
        assert {row.status for row in work(desk)} <= {Status.QUEUED, Status.SENT}
    assert kinds(desk) == []


def test_an_older_item_that_leaves_the_list_is_still_there(desk: Desk, web: Newsroom, rows: list[Delivery]) -> None:
    """Feeds are short: what makes room for newer items is asked for once, and stays."""
    store(desk)
    asked = len(web.asked)
    assert {row.status for row in work(desk)} == {Status.QUEUED}
    assert len(web.asked) == asked + 1
    assert work(desk) and len(web.asked) == asked + 1


def test_gone_at_first_sight(desk: Desk, web: Newsroom) -> None:
    """A story whose page answers 410 when it is first read gets no posts, and says why."""
    show(web, status=410)
    store(desk)
    store(desk, ferry(web))
    assert {(row.status, row.code) for row in work(desk)} == {(Status.SUPPRESSED, "rule:withdrawn")}


def test_a_page_that_is_back_holds_its_posts(desk: Desk, web: Newsroom, rows: list[Delivery], clock: Any) -> None:
    """Unpublished and published again: the posts wait for a person, with the words as they are now."""
    show(web, status=410)
    clock.forward(minutes=9.5)
    work(desk)
    store(desk)
    show(web)
    store(desk, replace(ferry(web), title="Ferry returns, again"))
    after = work(desk)
    assert {(row.status, row.code) for row in after} == {(Status.HELD, "restored")}
    version = desk.room.ledger.deliveries.version(after[0].id, after[0].version)
    assert version is not None
    assert "again" in version.post.text


def test_parted_stories_are_both_posted(desk: Desk, web: Newsroom, rows: list[Delivery]) -> None:
    """A person's word that two articles are two stories frees the younger one's posts."""
    link = web.url("/train")
    web.pages["/train"] = reply(200, page(title="Train returns"), Content_Type="text/html")
    train = Article(url=link, title="Train returns", source="world", keys=(Key("url:train", link),))
    store(desk, ferry(web), train)
    work(desk)
    store(desk, replace(ferry(web), keys=(Key("url:ferry", "x"), Key("url:train", "x"))))
    assert {row.code for row in desk.rows(2)} == {"rule:same_story"}
    _article, freed = editorial.split(desk.room, 2, ANNA)
    assert {row.status for row in freed} == {Status.QUEUED}
    work(desk)
    assert {row.status for row in desk.rows(2)} == {Status.QUEUED}


RULES = [
    ("sensitive", 'sensitive = "hold"', {"sensitive": True}, Status.HELD, "rule:sensitive"),
    ("a refused word", 'exclude = ["derby"]', {"title": "Ferry for the derby"}, Status.SUPPRESSED, "rule:exclude"),
    ("nothing of that", 'exclude = ["derby"]', {"title": "Ferry returns at last"}, Status.QUEUED, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "fields", "status", "code"), [one[1:] for one in RULES], ids=[one[0] for one in RULES]
)
def test_a_change_is_judged_by_the_rules(
    desk: Desk, web: Newsroom, rows: list[Delivery], rule: str, fields: dict[str, Any], status: Status, code: str
) -> None:
    """What an article has become is held or refused as if it had come so; the other account's post goes on."""
    name, _, value = rule.partition(" = ")
    account = desk.room.accounts["two"]
    changed = (
        replace(account, exclude=("derby",)) if name == "exclude" else
        replace(account, policy=replace(account.policy, sensitive=value.strip('"')))
    )  # fmt: skip
    desk.room.accounts["two"] = changed
    desk.room._by_uid[changed.uid] = changed
    store(desk, replace(ferry(web), **fields))
    first, second = work(desk)
    assert (second.status, second.code) == (status, code)
    assert first.status is (Status.HELD if fields.get("sensitive") else Status.QUEUED)


TIMES = [
    (timedelta(), [timedelta(minutes=10)], timedelta(minutes=9, seconds=30)),
    (timedelta(), [timedelta(minutes=1)], timedelta(minutes=15)),
    (timedelta(minutes=20), [], timedelta(hours=1)),
    (timedelta(hours=5), [timedelta(hours=30)], timedelta(hours=24)),
    (timedelta(hours=25), [timedelta(hours=30)], timedelta(hours=30) - timedelta(seconds=30)),
    (timedelta(hours=25), [], None),
]


@pytest.mark.parametrize(("now", "due", "then"), TIMES)
def test_when_a_page_is_looked_at_again(
    clock: Any, now: timedelta, due: list[timedelta], then: timedelta | None
) -> None:
    """Shortly before the first post leaves, and some times within a day after it was found."""
    found = clock()
    article = Article("https://news.example/x", "X", found_at=found)
    expected = None if then is None else found + then
    assert next_check(article, [found + one for one in due], found + now) == expected
