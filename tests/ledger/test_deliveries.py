"""Rows move only as the state machine allows, once, and every move leaves an event."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import delete, insert, text, update

from syndicator.delivery import Move
from syndicator.errors import IllegalMove, Stale, StoreError, Withheld
from syndicator.ledger import Claim, Ending, Ledger
from syndicator.ledger.schema import deliveries, events
from syndicator.models import Outcome, Post, Receipt, Status, Wanted
from syndicator.policy import Gate
from tests.ledger.made import DONE, HOUR, MINUTE, NOW, SECOND, accounts, article, claim, found, plan, poll, seed, sent


def test_planning_twice_makes_one_row(ledger: Ledger) -> None:
    """plan is idempotent: it adds the rows that are missing."""
    uid = accounts(ledger, "a", "b")
    story = found(ledger)
    assert len(plan(ledger, story, uid["a"])) == 1
    assert len(plan(ledger, story, uid["a"], uid["b"])) == 1
    assert {row.account for row in ledger.deliveries.of_article(story.id)} == {uid["a"], uid["b"]}
    assert ledger.articles.new(NOW) == []


def test_the_story_of_a_post(ledger: Ledger) -> None:
    """Claim, go and receipt move the row and leave their events and the attempt."""
    uid = accounts(ledger, "a")["a"]
    row = plan(ledger, found(ledger), uid)[0]
    after = sent(ledger, uid, "r1", NOW + SECOND)
    assert after.status is Status.SENT
    kept = ledger.deliveries.get(row.id)
    assert (kept.remote_id, kept.sent_by, kept.requests, kept.sent_at) == ("r1", "receipt", 1, NOW + SECOND)
    assert [(e.verb, e.before, e.after) for e in ledger.attempts.events(row.id)] == [
        ("plan", None, Status.QUEUED),
        ("claim", Status.QUEUED, Status.SENDING),
        ("deliver", Status.SENDING, Status.SENT),
    ]
    tried = ledger.attempts.of(row.id)
    assert [(a.outcome, a.request_out) for a in tried] == [(Outcome.SENT, NOW + SECOND)]
    assert ledger.accounts.get("a").last_sent == NOW + SECOND


def test_the_newest_leaves_first(ledger: Ledger) -> None:
    """Within an account: sent by a person, then breaking, then the newest."""
    uid = accounts(ledger, "a")["a"]
    seed(ledger)
    poll(ledger, *(article(name) for name in ("old", "breaking", "new", "person")))
    stories = {a.url.rsplit("/", 1)[1]: a for a in ledger.articles.new(NOW)}
    for age, name in enumerate(("new", "old", "breaking", "person")):
        ledger.deliveries.plan(
            stories[name],
            [_draft(uid, stories[name], breaking=name == "breaking", urgent=name == "person")],
            NOW,
            "t",
            NOW - age * HOUR,
        )
    left = [ledger.articles.get(sent(ledger, uid, str(number)).article) for number in range(4)]
    order = [story.url.rsplit("/", 1)[1] for story in left]
    assert order == ["person", "breaking", "new", "old"]


def _draft(uid: str, story, **changes):  # type: ignore[no-untyped-def]
    from syndicator.ledger import Draft

    move = Move("plan", Status.QUEUED, "", "", {"due": NOW, "expires": None, **changes})
    return Draft(uid, move, Post(text=story.title, link=story.url))


def test_one_post_of_an_account_at_a_time(ledger: Ledger) -> None:
    """While one is being sent nothing else of the account is claimed, other accounts go on."""
    uid = accounts(ledger, "a", "b")
    seed(ledger)
    poll(ledger, article("one"), article("two"))
    for story in ledger.articles.new(NOW):
        plan(ledger, story, uid["a"], uid["b"])
    first = claim(ledger, uid["a"])
    assert _claim(ledger, uid["a"]) is None
    assert claim(ledger, uid["b"]).row.account == uid["b"]
    row = ledger.deliveries.of_article(first.row.article + 1)
    waiting = next(r for r in row if r.account == uid["a"])
    values = {"status": "sending"}
    with pytest.raises(StoreError), ledger.store.write() as connection:
        connection.execute(update(deliveries).where(deliveries.c.id == waiting.id).values(values))


def _claim(ledger: Ledger, uid: str, judge=lambda _row, _recent: None) -> Claim | Gate | None:  # type: ignore[no-untyped-def]
    return ledger.attempts.claim(uid, judge, process="here", actor="t", timeout=30 * SECOND, now=NOW)


def test_a_closed_gate_leaves_the_row(ledger: Ledger) -> None:
    """The judge sees the row and what the account did lately; a gate changes nothing."""
    uid = accounts(ledger, "a")["a"]
    seed(ledger)
    poll(ledger, article("one"), article("two"))
    for story in ledger.articles.new(NOW):
        plan(ledger, story, uid, due=NOW - HOUR)
    sent(ledger, uid, "r1", NOW - MINUTE)
    ledger.accounts.pause("a", "derby", "person:ben", NOW)
    ledger.accounts.stop("fire", "person:ben", NOW)
    seen = []
    gate = Gate("burst", "enough")

    def judge(row, recent):  # type: ignore[no-untyped-def]
        seen.append(recent)
        return gate

    assert _claim(ledger, uid, judge) is gate
    assert seen[0].hour == (NOW - MINUTE,)
    assert (seen[0].last, seen[0].paused, seen[0].stopped) == (NOW - MINUTE, "derby", "fire")
    assert [r.status for a in (1, 2) for r in ledger.deliveries.of_article(a)].count(Status.QUEUED) == 1


def test_nothing_is_claimed_before_its_time_or_after_it(ledger: Ledger) -> None:
    """due is the earliest moment, expires the last."""
    uid = accounts(ledger, "a")["a"]
    row = plan(ledger, found(ledger), uid, due=NOW + MINUTE, expires=NOW + HOUR)[0]
    assert ledger.deliveries.accounts_due(NOW) == set()
    assert _claim(ledger, uid) is None
    assert ledger.deliveries.accounts_due(NOW + MINUTE) == {uid}
    assert ledger.deliveries.expire(NOW + MINUTE, "rule:max_age") == []
    assert [r.id for r in ledger.deliveries.expire(NOW + HOUR, "rule:max_age")] == [row.id]
    assert ledger.deliveries.get(row.id).status is Status.EXPIRED


GO = [
    (
        "the row moved",
        lambda ledger, c: ledger.attempts.record(c, Move("recover", Status.QUEUED), DONE, actor="t", now=NOW),
    ),
    ("a person said no", lambda ledger, c: ledger.deliveries.want_gone(c.row.id, "person:ben", NOW, "wrong")),
    ("stopped", lambda ledger, c: ledger.accounts.stop("fire", "person:ben", NOW)),
    ("paused", lambda ledger, c: ledger.accounts.pause("a", "derby", "person:ben", NOW)),
]


@pytest.mark.parametrize("happens", [case[1] for case in GO], ids=[case[0] for case in GO])
def test_go_withholds(ledger: Ledger, happens) -> None:  # type: ignore[no-untyped-def]
    """go() raises Withheld, and notes no request, once somebody decided otherwise."""
    uid = accounts(ledger, "a")["a"]
    plan(ledger, found(ledger), uid)
    made = claim(ledger, uid)
    happens(ledger, made)
    with pytest.raises(Withheld):
        ledger.attempts.let_out(made, NOW + SECOND)
    assert ledger.attempts.of(made.row.id)[0].request_out is None


def test_go_withholds_after_the_deadline(ledger: Ledger) -> None:
    """A worker that wakes up past its deadline may not send any more."""
    uid = accounts(ledger, "a")["a"]
    plan(ledger, found(ledger), uid)
    made = claim(ledger, uid)
    with pytest.raises(Withheld, match="deadline"):
        ledger.attempts.let_out(made, made.deadline)


def test_a_receipt_is_never_thrown_away(ledger: Ledger) -> None:
    """A late receipt makes the row SENT whatever it was meanwhile."""
    uid = accounts(ledger, "a")["a"]
    plan(ledger, found(ledger), uid)
    made = claim(ledger, uid)
    ledger.attempts.let_out(made, NOW)
    lost = Move("lose", Status.UNCONFIRMED, "unknown", "", {"next_look": NOW + MINUTE})
    ledger.attempts.record(made, lost, Ending(Outcome.UNKNOWN), actor="t", now=NOW)
    receipt = Receipt("r1", "https://memory.example/posts/r1")
    after = ledger.attempts.receive(made.row.id, receipt, "receipt", actor="t", now=NOW, claim=made, ending=DONE)
    assert (after.status, after.frozen) == (Status.SENT, False)


def test_a_second_id_is_shown_as_public_twice(ledger: Ledger) -> None:
    """The same receipt again is no news; another one is kept and told."""
    uid = accounts(ledger, "a")["a"]
    plan(ledger, found(ledger), uid)
    row = sent(ledger, uid, "r1")
    same = ledger.attempts.receive(row.id, Receipt("r1", "https://x/1"), "proof", actor="t", now=NOW)
    assert same.second_remote_id is None
    twice = ledger.attempts.receive(row.id, Receipt("r2", "https://x/2"), "proof", actor="t", now=NOW)
    assert (twice.second_remote_id, twice.code, twice.remote_id) == ("r2", "twice", "r1")
    assert "public twice" in ledger.attempts.events(row.id)[-1].detail


def test_one_remote_id_belongs_to_one_row(ledger: Ledger) -> None:
    """A receipt another row of the account holds proves nothing."""
    uid = accounts(ledger, "a")["a"]
    seed(ledger)
    poll(ledger, article("one"), article("two"))
    for story in ledger.articles.new(NOW):
        plan(ledger, story, uid)
    sent(ledger, uid, "r1")
    second = claim(ledger, uid)
    with pytest.raises(Stale, match="belongs to post"):
        ledger.attempts.receive(second.row.id, Receipt("r1", "https://x/1"), "receipt", actor="t", now=NOW)
    assert ledger.deliveries.get(second.row.id).status is Status.SENDING


def test_a_receipt_for_an_unwanted_post_leads_on_to_its_removal(ledger: Ledger) -> None:
    """deliver on a row somebody wants gone leads to RETRACTING."""
    uid = accounts(ledger, "a")["a"]
    plan(ledger, found(ledger), uid)
    made = claim(ledger, uid)
    ledger.attempts.let_out(made, NOW)
    assert ledger.deliveries.want_gone(made.row.id, "person:ben", NOW, "wrong name").wanted is Wanted.GONE
    after = ledger.attempts.receive(made.row.id, Receipt("r1", "https://x/1"), "receipt", actor="t", now=NOW)
    assert (after.status, after.next_look) == (Status.RETRACTING, NOW)
    assert [r.id for r in ledger.deliveries.to_look(NOW)] == [made.row.id]


def test_the_second_of_two_is_told(ledger: Ledger) -> None:
    """A move or an edit that names an older version is refused and changes nothing."""
    uid = accounts(ledger, "a")["a"]
    row = plan(ledger, found(ledger), uid)[0]
    words = Post(text="by Anna", link="https://news.example/harbour")
    after = ledger.deliveries.edit(row.id, 1, words, {"text"}, "person:anna", NOW)
    assert after.version == 2
    with pytest.raises(Stale):
        ledger.deliveries.edit(row.id, 1, replace(words, text="by Ben"), {"text"}, "person:ben", NOW)
    with pytest.raises(Stale):
        ledger.deliveries.move(row.id, lambda _row: Move("hold", Status.HELD), "person:ben", NOW, seen=1)
    assert [v.post.text for v in ledger.deliveries.versions(row.id)][-1] == "by Anna"
    assert ledger.deliveries.get(row.id).status is Status.QUEUED


def test_a_post_that_may_be_public_is_frozen(ledger: Ledger) -> None:
    """From the first request until there is proof nobody changes the words."""
    uid = accounts(ledger, "a")["a"]
    row = plan(ledger, found(ledger), uid)[0]
    made = claim(ledger, uid)
    ledger.attempts.let_out(made, NOW)
    lost = Move("lose", Status.UNCONFIRMED, "unknown", "", {})
    ledger.attempts.record(made, lost, Ending(Outcome.UNKNOWN), actor="t", now=NOW)
    cleared = Move("clear", Status.QUEUED, "absent", "", {"frozen": True, "clears": 1})
    ledger.deliveries.move(row.id, lambda _row: cleared, "t", NOW)
    with pytest.raises(IllegalMove):
        ledger.deliveries.edit(row.id, 1, Post(text="new words"), {"text"}, "person:anna", NOW)
    assert ledger.deliveries.revise(row.id, 1, Post(text="new words"), (), NOW, "t", "headline") is None


REVISED = [
    ("untouched", None, Status.QUEUED, Status.QUEUED),
    ("approved", "approve", Status.HELD, Status.HELD),
    ("edited", "edit", Status.QUEUED, Status.HELD),
]


@pytest.mark.parametrize(("touch", "start", "end"), [c[1:] for c in REVISED], ids=[c[0] for c in REVISED])
def test_a_changed_article_goes_back_to_whoever_read_it(
    ledger: Ledger, touch: str | None, start: Status, end: Status
) -> None:
    """A new rendering of what a person approved or edited is HELD again; an untouched one just changes."""
    uid = accounts(ledger, "a")["a"]
    row = plan(ledger, found(ledger), uid, status=start)[0]
    if touch == "approve":
        ledger.deliveries.move(
            row.id, lambda r: Move("approve", Status.QUEUED, "", "", {"approved": 1}), "person:a", NOW
        )
    if touch == "edit":
        ledger.deliveries.edit(row.id, 1, Post(text="mine"), {"text"}, "person:a", NOW)
    version = ledger.deliveries.get(row.id).version
    after = ledger.deliveries.revise(row.id, version, Post(text="new"), (), NOW, "t", "headline")
    assert after is not None
    assert (after.status, after.version) == (end, version + 1)
    assert ledger.deliveries.revise(row.id, version + 1, Post(text="new"), (), NOW, "t", "same") is None


def test_events_are_for_ever(ledger: Ledger) -> None:
    """The database refuses to change or delete what happened."""
    uid = accounts(ledger, "a")["a"]
    plan(ledger, found(ledger), uid)
    for statement in (update(events).values(actor="nobody"), delete(events)):
        with pytest.raises(StoreError, match="never"), ledger.store.write() as connection:
            connection.execute(statement)


BAD_ROWS = [
    {"status": "lost"},
    {"wanted": "perhaps"},
    {"status": "sent", "remote_id": None},
]


@pytest.mark.parametrize("values", BAD_ROWS, ids="-".join)
def test_the_schema_refuses_impossible_rows(ledger: Ledger, values: dict[str, str]) -> None:
    """What care cannot enforce, the schema does."""
    uid = accounts(ledger, "a")["a"]
    row = plan(ledger, found(ledger), uid)[0]
    with pytest.raises(StoreError), ledger.store.write() as connection:
        connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(values))


def test_one_article_account_and_occasion_is_one_row(ledger: Ledger) -> None:
    """A second row for the same occasion cannot even be inserted."""
    uid = accounts(ledger, "a")["a"]
    row = plan(ledger, found(ledger), uid)[0]
    values = {"key": "f" * 64, "article": row.article, "account": uid, "occasion": "publication", "status": "held",
              "record_key": "2" * 13, "changed_at": NOW}  # fmt: skip
    with pytest.raises(StoreError), ledger.store.write() as connection:
        connection.execute(insert(deliveries).values(values))


def test_left_behind_rows_are_found(ledger: Ledger) -> None:
    """A start finds what other processes left SENDING at once, a tick what is past its deadline."""
    uid = accounts(ledger, "a")["a"]
    plan(ledger, found(ledger), uid)
    made = claim(ledger, uid, process="dead/1")
    assert ledger.attempts.overdue(NOW, mine="dead/1") == []
    assert [row.id for row, _ in ledger.attempts.overdue(NOW, mine="here/2")] == [made.row.id]
    assert ledger.attempts.overdue(NOW) == []
    assert [row.id for row, _ in ledger.attempts.overdue(NOW + MINUTE)] == [made.row.id]


def test_many_workers_claim_each_post_once(ledger: Ledger) -> None:
    """Eight threads racing for one account's twenty posts send each of them once."""
    uid = accounts(ledger, "a")["a"]
    seed(ledger)
    poll(ledger, *(article(f"n{number}") for number in range(20)))
    for story in ledger.articles.new(NOW):
        plan(ledger, story, uid)
    got: list[int] = []

    def race() -> None:
        for _ in range(20_000):
            if len(got) >= 20:
                return
            made = _claim(ledger, uid)
            if isinstance(made, Claim):
                got.append(made.row.id)
                ledger.attempts.let_out(made, NOW)
                receipt = Receipt(f"r{made.row.id}", f"https://x/{made.row.id}")
                ledger.attempts.receive(made.row.id, receipt, "receipt", actor="t", now=NOW, claim=made, ending=DONE)

    with ThreadPoolExecutor(8) as pool:
        for racer in [pool.submit(race) for _ in range(8)]:
            racer.result()
    assert sorted(got) == sorted(set(got))
    assert ledger.history.counts() == {"a": {"sent": 20}}


def test_times_are_fixed_width_text_on_sqlite(ledger: Ledger) -> None:
    """Times sort as text: milliseconds and a Z."""
    if not ledger.store.sqlite:
        assert ledger.store.name.startswith("postgresql")
        return
    uid = accounts(ledger, "a")["a"]
    plan(ledger, found(ledger), uid)
    with ledger.store.read() as connection:
        kept = connection.execute(text("SELECT due FROM deliveries")).scalar()
    assert kept == "2026-11-23T14:05:09.123Z"
