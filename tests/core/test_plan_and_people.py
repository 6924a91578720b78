"""What is planned for whom, and what a person may do with it."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image

from syndicator import editorial, pipeline
from syndicator.adapters import memory
from syndicator.compose import Picture
from syndicator.errors import IllegalMove, RenderError, Stale
from syndicator.models import Poll, SourceState, Status
from syndicator.pipeline.plan import plan
from syndicator.policy import Gate
from tests.core.made import TOML, Desk, article, photo

ANNA = "person:anna"


def configured(extra: str) -> pytest.MarkDecorator:
    """The test's configuration: the usual one and some lines for account two."""
    return pytest.mark.parametrize("toml", [TOML + extra])


@configured('sections = ["Sport"]\n')
def test_an_account_gets_only_what_it_wants(desk: Desk) -> None:
    """An account an article is not routed to gets no row."""
    assert len(desk.publish("ferry", sections=("News > World",))) == 1
    assert len(desk.publish("derby", sections=("Sport > Football",))) == 2


@configured('exclude = ["derby"]\n')
def test_a_refused_article_says_why(desk: Desk) -> None:
    """A rule that refuses a wanted article leaves a SUPPRESSED row, which a person may release."""
    rows = desk.publish("match", title="The derby ends in rain")
    assert (rows[1].status, rows[1].code, rows[1].version) == (Status.SUPPRESSED, "rule:exclude", 0)
    row = editorial.release(desk.room, rows[1].id, ANNA)
    assert (row.status, row.version) == (Status.QUEUED, 1)
    desk.deliver("two")
    assert len(desk.public("two")) == 1


def test_old_news_is_not_news(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """An article older than max_age is not posted, and the row says so."""
    rows = desk.publish(published=clock() - timedelta(days=2))
    assert {(row.status, row.code) for row in rows} == {(Status.SUPPRESSED, "rule:max_age")}


def test_what_waits_too_long_expires(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """A row that was not sent before it was no longer news is let go; a person may bring it back."""
    number = desk.publish()[0].id
    clock.forward(hours=25)
    assert desk.deliver() is None
    assert {row.status for row in pipeline.expire(desk.room)} == {Status.EXPIRED}
    editorial.retry(desk.room, number, ANNA)
    desk.deliver()
    assert desk.row(number).status is Status.SENT


def test_an_account_added_later_starts_with_later_articles(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """An account plans only articles found after it was first seen."""
    desk.room.since["two"] = clock() + timedelta(seconds=1)
    assert len(desk.publish("before")) == 1
    clock.forward(seconds=2)
    assert len(desk.publish("after")) == 2


def test_an_embargo_is_kept_to_the_second(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """Nothing leaves before the embargo's moment."""
    moment = clock() + timedelta(hours=3)
    rows = desk.publish(embargo=moment)
    assert rows[0].due == moment
    clock.now = moment - timedelta(seconds=1)
    assert desk.deliver() is None
    clock.now = moment
    assert desk.deliver() is not None


@configured('[accounts.three]\nplatform = "memory"\nsensitive = "hold"\nrequire_alt = true\napproval = true\n')
def test_a_graphic_story_is_held(desk: Desk) -> None:
    """Without a warning on the platform, or by rule, a sensitive article waits for a person."""
    rows = desk.publish(sensitive=True)
    assert {(row.status, row.code) for row in rows} == {(Status.HELD, "rule:sensitive")}


@configured("approval = true\n")
def test_approval_names_the_version_that_was_read(desk: Desk) -> None:
    """No one approves words he did not read."""
    number = desk.publish()[1].id
    assert desk.row(number).code == "rule:approval"
    editorial.edit(desk.room, number, "person:ben", version=1, text="Ben's words")
    with pytest.raises(Stale):
        editorial.approve(desk.room, number, ANNA, version=1)
    editorial.approve(desk.room, number, ANNA, version=2)
    desk.deliver("two")
    assert desk.public("two") == ["Ben's words"]


@pytest.mark.parametrize(("toml", "status", "code"), [
    (TOML + "require_alt = true\n", Status.QUEUED, ""),
    (TOML + "require_alt = true\napproval = true\n", Status.HELD, "rule:approval"),
])  # fmt: skip
def test_a_described_photo_frees_its_post(desk: Desk, status: Status, code: str) -> None:
    """A post held for want of a description goes on once a person has written one, or waits for what else holds it."""
    shot = Image.new("RGB", (1200, 800), "navy")
    out = io.BytesIO()
    shot.save(out, "JPEG")
    number = desk.publish(picture=Picture(photo(), out.getvalue()), photos=(photo(),))[1].id
    assert (desk.row(number).status, desk.row(number).code) == (Status.HELD, "rule:require_alt")
    editorial.edit(desk.room, number, ANNA, version=1, text="Other words")
    assert desk.row(number).code == "rule:require_alt"
    row = editorial.edit(desk.room, number, ANNA, version=2, alt="Boats at the quay")
    assert (row.status, row.code, row.version) == (status, code, 3)


@configured("approval = true\n")
def test_releasing_needs_approval_again_where_it_is_required(desk: Desk) -> None:
    """release leads to HELD when nobody approved this version."""
    number = desk.publish()[1].id
    editorial.suppress(desk.room, number, ANNA, "no")
    assert editorial.release(desk.room, number, ANNA).status is Status.HELD
    editorial.approve(desk.room, number, ANNA)
    editorial.suppress(desk.room, number, ANNA, "no after all")
    assert editorial.release(desk.room, number, ANNA).status is Status.QUEUED


def test_hold_move_and_approve(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """A held post waits; a moved one leaves at its new time."""
    number = desk.publish()[0].id
    editorial.hold(desk.room, number, ANNA, "check the name")
    assert desk.deliver() is None
    later = clock() + timedelta(hours=2)
    editorial.move(desk.room, number, ANNA, later)
    editorial.approve(desk.room, number, ANNA)
    assert desk.deliver() is None
    clock.now = later
    desk.deliver()
    assert desk.row(number).status is Status.SENT
    assert desk.verbs(number)[1:4] == ["hold", "move", "approve"]


def test_a_suppressed_post_never_leaves(desk: Desk) -> None:
    """Suppressed is suppressed, with who and why."""
    number = desk.publish()[0].id
    row = editorial.suppress(desk.room, number, ANNA, "wrong name")
    assert (row.actor, row.detail) == (ANNA, "wrong name")
    assert desk.deliver() is None
    assert desk.public() == []


def test_suppressing_a_sent_post_tells_the_right_verb(desk: Desk) -> None:
    """A public post is taken down, not suppressed."""
    number = desk.publish()[0].id
    desk.deliver()
    with pytest.raises(IllegalMove, match="queue retract"):
        editorial.suppress(desk.room, number, ANNA, "oops")


@configured('quiet_hours = "00:00-23:59"\n')
def test_send_skips_quiet_hours_but_not_a_pause(desk: Desk) -> None:
    """Sent by a person skips hold, quiet hours and spacing, never stop or pause."""
    number = desk.publish()[1].id
    gate = desk.deliver("two")
    assert isinstance(gate, Gate)
    assert gate.code == "quiet_hours"
    editorial.send(desk.room, number, ANNA)
    desk.room.ledger.accounts.pause("two", "derby", ANNA, desk.clock())
    assert isinstance(desk.deliver("two"), Gate)
    desk.room.ledger.accounts.resume("two")
    desk.deliver("two")
    assert desk.row(number).status is Status.SENT


def test_the_stop_switch_stops_everything(desk: Desk) -> None:
    """Nothing leaves until resumed, then everything does."""
    desk.publish()
    desk.room.ledger.accounts.stop("wrong feed", ANNA, desk.clock())
    gate = desk.deliver()
    assert isinstance(gate, Gate)
    assert gate.code == "stopped"
    assert desk.room.ledger.accounts.restart()
    desk.deliver()
    assert len(desk.public()) == 1


def test_stopped_while_the_photo_is_uploaded(desk: Desk) -> None:
    """The stop switch holds from the next go on, also for a post on its way."""
    number = desk.publish()[0].id
    stop = lambda: desk.room.ledger.accounts.stop("fire", ANNA, desk.clock())  # noqa: E731
    memory.network("one").hooks["upload"] = stop
    desk.deliver()
    assert (desk.row(number).status, desk.public()) == (Status.QUEUED, [])


@configured("burst = 2\n")
def test_a_burst_is_bounded(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """No more than `burst` posts an hour leave one account, the newest first."""
    for number in range(4):
        clock.forward(seconds=1)
        desk.publish(f"story-{number}")
    sent = [desk.deliver("two") for _ in range(3)]
    assert isinstance(sent[2], Gate)
    assert [text.split("<")[1][:7] for text in desk.public("two")] == ["story-3", "story-2"]
    clock.forward(hours=1)
    desk.deliver("two")
    assert len(desk.public("two")) == 3


EDITS = [
    ({"text": "x" * 501}, RenderError, "over the limit"),
    ({"alt": "words"}, IllegalMove, "no photo"),
]


@pytest.mark.parametrize(("fields", "error", "words"), EDITS, ids=["too long", "no photo"])
def test_an_edit_that_cannot_be_is_refused(
    desk: Desk, fields: dict[str, str], error: type[Exception], words: str
) -> None:
    """A wording that does not fit changes nothing."""
    number = desk.publish()[0].id
    with pytest.raises(error, match=words):
        editorial.edit(desk.room, number, ANNA, version=1, **fields)  # type: ignore[arg-type]
    assert desk.row(number).version == 1


def test_a_changed_article_keeps_what_a_person_wrote(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """A new headline re-renders untouched posts; an edited one keeps its text and is held."""
    one, two = desk.publish()
    editorial.edit(desk.room, two.id, ANNA, version=1, text="Anna's words")
    state = SourceState("world", "http://127.0.0.1:1/feed.xml", seeded=True)
    changed = article("harbour", title="A better headline", published=clock())
    desk.room.ledger.articles.store_polls([(state, Poll("world", state.url, clock(), (changed,)))])
    plan(desk.room, desk.room.ledger.articles.new(clock())[0], Picture())
    texts = [desk.room.ledger.deliveries.version(row.id, desk.row(row.id).version).post.text for row in (one, two)]  # type: ignore[union-attr]
    assert "A better headline" in texts[0]
    assert texts[1] == "Anna's words"
    assert desk.row(one.id).status is Status.QUEUED


def test_a_render_error_is_failed_not_lost(desk: Desk) -> None:
    """A post that cannot be rendered is FAILED with the reason, and a retry renders it again."""
    desk.room.config.templates.mkdir(parents=True)
    posts = desk.room.config.templates / "posts"
    posts.mkdir()
    (posts / "default.j2").write_text("{{ article.titel }}")
    number = desk.publish()[0].id
    assert (desk.row(number).status, desk.row(number).code) == (Status.FAILED, "render")
    assert "titel" in desk.row(number).detail
    (posts / "default.j2").write_text("{{ article.title }} {{ link }}")
    editorial.retry(desk.room, number, ANNA)
    desk.deliver()
    assert desk.row(number).status is Status.SENT


async def _add(desk: Desk, **words: object) -> list[object]:
    story = desk.room.ledger.articles.get(1)
    return list(await editorial.add(desk.room, story, ANNA, **words))  # type: ignore[arg-type]


def test_adding_again_makes_a_new_occasion(desk: Desk) -> None:
    """A known story is not posted twice by accident; `again` does it on purpose, once per account."""
    import asyncio

    desk.publish()
    for name in ("one", "two"):
        desk.deliver(name)
    assert asyncio.run(_add(desk)) == []
    rows = asyncio.run(_add(desk, again="the vote is today", accounts=["one"]))
    assert [row.occasion for row in rows] == ["repost-1"]  # type: ignore[attr-defined]
    desk.deliver()
    assert len(desk.public()) == 2


def test_a_post_typed_by_hand(desk: Desk) -> None:
    """A post without an article or a link goes out like any other."""
    import asyncio

    story = editorial.by_hand(desk.room, "We are live from the quay.")
    rows = asyncio.run(editorial.add(desk.room, story, ANNA, accounts=["one"]))
    desk.deliver()
    assert desk.row(rows[0].id).status is Status.SENT
    assert "live from the quay" in desk.public()[0]


def test_daemon_alive_is_a_fresh_heartbeat(desk: Desk, clock) -> None:  # type: ignore[no-untyped-def]
    """Queueing verbs can say whether anybody will send."""
    accounts = desk.room.ledger.accounts
    assert not editorial.daemon_alive(desk.room)
    accounts.started("here/1", clock())
    assert editorial.daemon_alive(desk.room)
    clock.forward(minutes=2)
    assert not editorial.daemon_alive(desk.room)
    accounts.beat(clock(), ended=True)
    assert not editorial.daemon_alive(desk.room)


def test_two_accounts_with_one_identity(desk: Desk) -> None:
    """The second account with the same identity is paused and people are told which."""
    memory.network("two").identity = memory.network("one").identity
    assert pipeline.verify(desk.room, desk.room.accounts["one"]).trouble == ""
    second = pipeline.verify(desk.room, desk.room.accounts["two"])
    assert second.refused
    assert "one and two are one" in (second.state.paused or "")


def test_another_identity_behind_a_known_name(desk: Desk) -> None:
    """A token of somebody else pauses the account and says whose it is."""
    account = desk.room.accounts["one"]
    pipeline.verify(desk.room, account)
    network = memory.network("one")
    network.identity = replace(network.identity, id="other", handle="stranger")
    assert "belongs to stranger" in pipeline.verify(desk.room, account).trouble
