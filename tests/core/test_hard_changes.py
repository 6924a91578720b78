"""Changes at the worst moment: while a post is on its way, while two articles become one, to and fro, and again."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syndicator import editorial, pipeline
from syndicator.compose import Picture, fetcher
from syndicator.delivery import Move, back
from syndicator.errors import Withheld
from syndicator.ledger import Ending
from syndicator.models import Article, Delivery, Outcome, Photo, Poll, SourceState, Status
from syndicator.pipeline.plan import plan
from tests.core.made import Desk, article
from tests.core.test_changes import SOURCE, ferry, kinds, page, show, store, work
from tests.sources.newsroom_server import Newsroom, newsroom, reply

ANNA = "person:anna"
STATE = SourceState("world", "http://127.0.0.1:1/feed.xml", seeded=True)


@pytest.fixture
def toml() -> str:
    """Pages lie on loopback."""
    return SOURCE


@pytest.fixture
def web() -> Iterator[Newsroom]:
    """The newsroom's web server."""
    with newsroom() as made:
        yield made


def poll(desk: Desk, *items: Article, **fields: Any) -> None:
    """One poll of the feed."""
    given = Poll("world", STATE.url, desk.clock(), items, **fields)
    desk.room.ledger.articles.store_polls([(STATE, given)])


def plan_all(desk: Desk) -> None:
    """Plan what is new, without its pages."""
    for one in desk.room.ledger.articles.new(desk.clock()):
        plan(desk.room, one, Picture())


def claimed(desk: Desk) -> Any:
    """The first account's post, claimed for sending."""
    room = desk.room
    found = room.ledger.attempts.claim(
        room.accounts["one"].uid, lambda *_: None, process=room.process, actor=room.actor,
        timeout=timedelta(seconds=30), now=desk.clock(),
    )  # fmt: skip
    assert found is not None
    return found


def refuse(desk: Desk, claim: Any) -> Delivery:
    """The network was not reached: the post goes back to the queue."""
    row = desk.row(claim.row.id)
    move = back(row, "defer", "unavailable", "no connection", due=desk.clock() + timedelta(seconds=30))
    ending = Ending(Outcome.UNAVAILABLE)
    return desk.room.ledger.attempts.record(claim, move, ending, actor=desk.room.actor, now=desk.clock())


# ---------------------------------------------------------------------------------------------- on its way


def test_taken_back_while_on_its_way(desk: Desk, clock: Any) -> None:
    """A post that was being sent when its article was taken back does not go back into the queue."""
    rows = desk.publish()
    claim = claimed(desk)
    clock.forward(seconds=1)
    desk.room.ledger.articles.withdraw(rows[0].article, "its page answers 410 (Gone)", clock())
    with pytest.raises(Withheld, match="taken back"):
        desk.room.ledger.attempts.let_out(claim, clock())
    after = refuse(desk, claim)
    assert (after.status, after.code) == (Status.SUPPRESSED, "rule:withdrawn")


def test_let_go_after_it_was_taken_back(desk: Desk, clock: Any) -> None:
    """A post that a person released although its article is away is sent, and tried again."""
    rows = desk.publish()
    desk.room.ledger.articles.withdraw(rows[0].article, "gone", clock())
    clock.forward(seconds=1)
    editorial.release(desk.room, rows[0].id, ANNA)
    clock.forward(seconds=1)
    after = refuse(desk, claimed(desk))
    assert after.status is Status.QUEUED


@pytest.mark.parametrize("urgent", [False, True])
def test_an_embargo_while_on_its_way(desk: Desk, clock: Any, urgent: bool) -> None:
    """A new embargo holds back what could not be sent at once, except what a person sends by hand."""
    rows = desk.publish()
    if urgent:
        now = Move("send", Status.QUEUED, "", "", {"urgent": True})
        desk.room.ledger.deliveries.move(rows[0].id, lambda _: now, ANNA, clock())
    claim = claimed(desk)
    until = clock() + timedelta(hours=1)
    poll(desk, article("harbour", published=clock(), embargo=until))
    after = refuse(desk, claim)
    assert after.status is Status.QUEUED
    assert after.due == (clock() + timedelta(seconds=30) if urgent else until)


def test_an_embargo_before_the_request(desk: Desk, clock: Any) -> None:
    """The last question before a post leaves knows of an embargo that came after it was claimed."""
    desk.publish()
    claim = claimed(desk)
    poll(desk, article("harbour", published=clock(), embargo=clock() + timedelta(hours=1)))
    with pytest.raises(Withheld, match="embargo"):
        desk.room.ledger.attempts.let_out(claim, clock())


def test_an_embargo_moved_while_it_was_away(desk: Desk, clock: Any) -> None:
    """What is restored waits for the embargo as it is by now."""
    rows = desk.publish()
    desk.room.ledger.articles.withdraw(rows[0].article, "gone", clock())
    until = clock() + timedelta(hours=1)
    item = article("harbour", published=clock(), embargo=until)
    poll(desk, item)
    poll(desk)
    poll(desk, item)
    after = desk.row(rows[0].id)
    assert (after.status, after.code, after.due) == (Status.HELD, "restored", until)


# ---------------------------------------------------------------------------------------------- two, or one


def both(desk: Desk) -> Article:
    """An item that has the keys of two articles."""
    keys = (*article("a").keys, *article("b").keys)
    return replace(article("a", published=desk.clock()), keys=keys)


def two(desk: Desk, **fields: Any) -> None:
    """Two articles, a and b, are found."""
    poll(desk)
    poll(desk, article("a", published=desk.clock(), **fields), article("b", published=desk.clock()))


def test_planned_while_it_became_another_s_story(desk: Desk) -> None:
    """An article that is joined while its photo is fetched gets no posts of its own."""
    two(desk)
    older, younger = desk.room.ledger.articles.new(desk.clock())
    plan(desk.room, older, Picture())
    poll(desk, both(desk))
    assert plan(desk.room, younger, Picture()) == []
    plan_all(desk)
    assert [row.status for row in desk.rows(2)] == []
    assert {row.status for row in desk.rows(1)} == {Status.QUEUED}


def test_the_younger_one_was_faster(desk: Desk, clock: Any) -> None:
    """What the younger article's post has told already, the older one's does not tell again; a split frees it."""
    two(desk, embargo=clock() + timedelta(hours=1))
    plan_all(desk)
    desk.deliver("one")
    assert len(desk.public("one")) == 1
    poll(desk, replace(both(desk), embargo=clock() + timedelta(hours=1)))
    assert {(row.status, row.code) for row in desk.rows(2)} == {
        (Status.SENT, ""), (Status.SUPPRESSED, "rule:same_story"),
    }  # fmt: skip
    first, second = desk.rows(1)
    assert (first.status, first.code, second.status) == (Status.SUPPRESSED, "rule:same_story", Status.QUEUED)
    editorial.split(desk.room, 2, ANNA)
    assert [(row.status, row.due) for row in desk.rows(1)] == [(Status.QUEUED, clock() + timedelta(hours=1))] * 2


def test_the_younger_one_was_faster_than_planning(desk: Desk) -> None:
    """An older article that is planned after its twin was sent gets a suppressed post there, and says why."""
    two(desk)
    _, younger = desk.room.ledger.articles.new(desk.clock())
    plan(desk.room, younger, Picture())
    desk.deliver("one")
    poll(desk, both(desk))
    plan_all(desk)
    first, second = desk.rows(1)
    assert (first.status, first.code, second.status) == (Status.SUPPRESSED, "rule:same_story", Status.QUEUED)


def test_joined_while_the_younger_was_on_its_way(desk: Desk, clock: Any) -> None:
    """A post of the younger article that could not be sent does not follow the older one's."""
    two(desk)
    _, younger = desk.room.ledger.articles.new(desk.clock())
    older, _ = desk.room.ledger.articles.new(desk.clock())
    plan(desk.room, older, Picture())
    desk.deliver("one")
    plan(desk.room, younger, Picture())
    claim = claimed(desk)
    poll(desk, both(desk))
    after = refuse(desk, claim)
    assert (after.status, after.code) == (Status.SUPPRESSED, "rule:same_story")


@pytest.mark.parametrize("gone", [False, True])
def test_parted_under_embargo_or_taken_back(desk: Desk, clock: Any, gone: bool) -> None:
    """Parting frees no post before its embargo, and none of an article that was taken back meanwhile."""
    poll(desk)
    until = clock() + timedelta(hours=1)
    poll(desk, article("a", published=clock()), article("b", published=clock(), embargo=until))
    plan_all(desk)
    poll(desk, both(desk))
    if gone:
        desk.room.ledger.articles.withdraw(2, "unpublished", clock())
    editorial.split(desk.room, 2, ANNA)
    status, code = (Status.HELD, "rule:withdrawn") if gone else (Status.QUEUED, "")
    assert {(row.status, row.code, row.due) for row in desk.rows(2)} == {(status, code, until)}


# ---------------------------------------------------------------------------------------------- to and fro


def test_two_items_of_one_story(desk: Desk) -> None:
    """A feed that lists one story twice, in other words, does not change it to and fro; its first item speaks."""
    two(desk)
    poll(desk, both(desk))
    for _ in range(3):
        poll(desk, article("b", title="Other words"), article("a"))
    assert desk.room.ledger.revisions.of(1) == []
    poll(desk, article("b", title="Other words"), article("a", title="New words"))
    poll(desk, article("b", title="Other words"), article("a", title="New words"))
    assert kinds(desk) == [("changed", ["headline"])]
    assert desk.room.ledger.articles.get(1).title == "New words"
    poll(desk, article("b", title="Its new address"))
    assert desk.room.ledger.articles.get(1).title == "Its new address"


def test_hosts_of_photos_take_turns(desk: Desk) -> None:
    """The same picture from another of a site's servers is no change."""
    first, second = (Photo(f"https://cdn{n}.news.example/quay.jpg?v={n}") for n in (1, 2))
    desk.publish(photos=(first,))
    for photo in (second, first, second):
        poll(desk, article("harbour", published=desk.clock(), photos=(photo,)))
    assert kinds(desk) == []
    poll(desk, article("harbour", photos=(Photo("https://cdn1.news.example/crane.jpg"),)))
    assert kinds(desk) == [("changed", ["photo"])]


def test_two_servers_with_two_wordings(desk: Desk, clock: Any) -> None:
    """A headline that changes and changes back is no change; a body that differs at each look is one."""
    desk.publish(content="1", words=100)
    for n in range(2, 12):
        clock.forward(minutes=1)
        poll(desk, article("harbour", published=clock(), content=str(n), words=100 + n))
    [body] = desk.room.ledger.revisions.of(1)
    assert body.changes == (("body", "100 words", "111 words"),)
    for title in ("B", article("harbour").title) * 5:
        clock.forward(minutes=1)
        poll(desk, article("harbour", published=clock(), content="11", words=111, title=title))
    assert kinds(desk) == [("changed", ["body"])]


def test_a_change_after_posting_stands_by_itself(desk: Desk, clock: Any) -> None:
    """What was public in between is not forgotten because the headline went back."""
    desk.publish()
    first = article("harbour").title
    poll(desk, article("harbour", published=clock(), title="B"))
    plan_all(desk)
    desk.deliver("one")
    poll(desk, article("harbour", published=clock(), title=first))
    assert [(one.public, one.changes[0][2]) for one in desk.room.ledger.revisions.of(1)] == [(0, "B"), (1, first)]


def test_dropped_and_listed_again(desk: Desk, web: Newsroom, clock: Any) -> None:
    """A feed that drops a story at every other poll does not have its page asked at each."""
    show(web)
    store(desk)
    store(desk, ferry(web))
    work(desk)
    for name in ("one", "two"):
        desk.deliver(name)
    clock.forward(hours=1)
    asked = len(web.asked)
    for _ in range(30):
        for items in ((), (ferry(web),)):
            clock.forward(minutes=1)
            store(desk, *items)
            work(desk)
    assert len(web.asked) - asked <= 10


# ---------------------------------------------------------------------------------------------- gone


def test_gone_while_its_feed_changes(desk: Desk, web: Newsroom, clock: Any) -> None:
    """A page that stays gone is not asked at every tick, whatever its feed still says."""
    show(web)
    store(desk)
    store(desk, ferry(web))
    work(desk)
    show(web, status=410)
    store(desk, replace(ferry(web), title="One"))
    work(desk)
    clock.forward(minutes=1)
    store(desk, replace(ferry(web), title="Two"))
    work(desk)
    assert desk.room.ledger.articles.to_check(clock()) == []


def test_gone_by_mistake(desk: Desk, web: Newsroom, clock: Any) -> None:
    """A site that answered "gone" for a while is asked once more: the posts are held, not forgotten."""
    desk.room.accounts |= {
        name: replace(one, policy=replace(one.policy, hold_for=timedelta(hours=1)))
        for name, one in desk.room.accounts.items()
    }
    show(web)
    store(desk)
    store(desk, ferry(web))
    work(desk)
    show(web, status=410)
    clock.forward(minutes=15)
    assert {row.code for row in work(desk)} == {"rule:withdrawn"}
    show(web)
    clock.forward(minutes=45)
    assert {(row.status, row.code) for row in work(desk)} == {(Status.HELD, "restored")}


def test_a_post_again_is_written_anew(desk: Desk, clock: Any) -> None:
    """A repetition that waits gets a new headline, as the first post would."""
    [first, _] = desk.publish()
    story = desk.room.ledger.articles.get(first.article)
    [again] = asyncio.run(
        editorial.add(desk.room, story, ANNA, accounts=["one"], again="evening", due=clock() + timedelta(hours=3))
    )
    poll(desk, article("harbour", published=clock(), title="Corrected headline"))
    plan_all(desk)
    version = desk.room.ledger.deliveries.version(again.id, desk.row(again.id).version)
    assert version is not None
    assert version.post.text.startswith("Corrected headline")
    assert desk.row(again.id).status is Status.QUEUED


# ---------------------------------------------------------------------------------------------- beside the daemon


def test_added_by_hand_before_it_was_planned(desk: Desk) -> None:
    """Whoever queues a new article for one account takes it from no other."""
    poll(desk)
    poll(desk, article("harbour", published=desk.clock()))
    [story] = desk.room.ledger.articles.new(desk.clock())
    asyncio.run(editorial.add(desk.room, story, ANNA, accounts=["one"]))
    plan_all(desk)
    assert [row.status for row in desk.rows(1)] == [Status.QUEUED] * 2


def test_added_by_hand_while_it_changed(desk: Desk) -> None:
    """A person's post of an article that changes in that moment is made, as the article is now."""
    [first, _] = desk.publish()
    old = desk.room.ledger.articles.get(first.article)
    poll(desk, article("harbour", published=desk.clock(), title="Corrected headline"))
    [again] = asyncio.run(editorial.add(desk.room, old, ANNA, accounts=["one"], again="evening"))
    version = desk.room.ledger.deliveries.version(again.id, again.version)
    assert version is not None
    assert version.post.text.startswith("Corrected headline")


def test_changed_before_its_page_was_read(desk: Desk, web: Newsroom, clock: Any) -> None:
    """What the page adds when it is read first is no change, also where the feed has changed before that."""
    show(web, status=500)
    store(desk)
    store(desk, ferry(web))
    work(desk)
    store(desk, replace(ferry(web), title="Ferry returns at last"))
    show(web, "first", "The crossing takes twenty minutes, not ten.")
    asyncio.run(check_first(desk))
    clock.forward(minutes=1)
    work(desk)
    assert kinds(desk) == [("changed", ["headline"])]


async def check_first(desk: Desk) -> None:
    """The looks of one round, before its plans."""
    async with fetcher(desk.room) as way:
        for one in desk.room.ledger.articles.to_check(desk.clock()):
            await pipeline.check(desk.room, one, way)


def test_a_new_photo_is_one_change(desk: Desk, web: Newsroom) -> None:
    """A photo that the feed changes gets its caption from the page, which is no second change."""
    store(desk)
    for name in ("a", "b"):
        html = page().replace(b"<article>", FIGURE.format(name).encode())
        web.pages["/ferry"] = reply(200, html, Content_Type="text/html")
        store(desk, ferry(web, photos=(Photo(web.url(f"/{name}.jpg")),)))
        work(desk)
    assert kinds(desk) == [("changed", ["photo"])]
    assert desk.room.ledger.articles.get(1).photos[0].caption == "The quay."


FIGURE = '<article><figure><img src="/{}.jpg"><figcaption>The quay. Photo: Bo Lens</figcaption></figure>'


def push(desk: Desk, **fields: Any) -> None:
    """The CMS tells of an article that the feed found first."""
    state = SourceState("cms", "http://127.0.0.1:1/", seeded=True)
    item = article("harbour", published=desk.clock(), **{**fields, "source": "cms"})
    told = Poll("cms", state.url, desk.clock(), (item,), whole=False, pushed=True, direct=True)
    desk.room.ledger.articles.store_polls([(state, told)])


def test_the_cms_sets_an_embargo_the_feed_does_not_know(desk: Desk, clock: Any) -> None:
    """No post leaves before an embargo that only the CMS tells; the feed lifts nothing, and its words stay."""
    [row, _] = desk.publish()
    until = clock() + timedelta(hours=1)
    for due in (until, until + timedelta(hours=1)):
        push(desk, embargo=due, title="The CMS's words")
        poll(desk, article("harbour", published=clock()))
        assert desk.row(row.id).due == due
    push(desk)
    assert (desk.row(row.id).due, desk.room.ledger.articles.get(1).embargo) == (clock(), None)
    assert desk.room.ledger.articles.get(1).title == article("harbour").title
    assert {tuple(names) for _, names in kinds(desk)} <= {("embargo",)}


def test_the_cms_lifts_no_embargo_of_the_feed(desk: Desk, clock: Any) -> None:
    """A push without an embargo says nothing about the one that the feed gives."""
    until = clock() + timedelta(hours=1)
    [row, _] = desk.publish(embargo=until)
    push(desk)
    assert desk.row(row.id).due == until
