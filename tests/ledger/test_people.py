"""People of the desk: accounts, sessions, tokens, failed log-ins, actions, answers, unsaved words."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from syndicator.errors import ConfigError, StoreError
from syndicator.ledger import Ledger
from syndicator.ledger.people import IDLE, LONGEST
from syndicator.ledger.throttle import login_keys
from syndicator.models import Person, Role, Unsaved
from tests.ledger.made import HOUR, MINUTE, NOW, SECOND, accounts, found, plan

DAY = 24 * HOUR


def add(ledger: Ledger, name: str = "anna", role: Role = Role.EDITOR) -> Person:
    """A person."""
    return ledger.people.add(name, role, f"hash of {name}", NOW)


def log_in(ledger: Ledger, name: str = "anna", token: str = "t1", at: datetime = NOW) -> None:
    """A session under a token."""
    ledger.people.start_session(name, token, "csrf", at, ip="203.0.113.7", agent="Browser/1.0")


# ---------------------------------------------------------------------------------------------- people


def test_a_person_is_kept_as_given(ledger: Ledger) -> None:
    """A new person has the name, role and times that were given, and shows their name unless told otherwise."""
    anna = ledger.people.add("anna", Role.CHIEF, "hash", NOW, "Anna Ehr")
    ben = add(ledger, "ben")
    assert anna == Person("anna", "Anna Ehr", Role.CHIEF, NOW, NOW)
    assert (ben.display, ben.actor, ben.keys) == ("ben", "person:ben", True)
    assert ledger.people.list() == (anna, ben)
    assert (ledger.people.password_of("anna"), ledger.people.password_of("cleo")) == ("hash", None)


@pytest.mark.parametrize(
    "name", ["", "Anna", "anna ehr", "-anna", ".", "a" * 41, "ännchen", "anna\n", "a/b", "person:anna"]
)
def test_a_name_that_is_none_is_refused(ledger: Ledger, name: str) -> None:
    """Names are short and plain, so that they can stand in addresses and in the history."""
    with pytest.raises(ConfigError, match="is no name"):
        add(ledger, name)
    assert ledger.people.list() == ()


def test_a_name_is_given_once(ledger: Ledger) -> None:
    """A second person of one name is refused, and the first stays as they are."""
    anna = add(ledger)
    with pytest.raises(ConfigError, match="there is a person 'anna' already"):
        ledger.people.add("anna", Role.ADMINISTRATOR, "another", NOW)
    assert (ledger.people.get("anna"), ledger.people.password_of("anna")) == (anna, "hash of anna")


RANKS = [(role, least, rank >= other) for rank, role in enumerate(Role) for other, least in enumerate(Role)]


@pytest.mark.parametrize(("role", "least", "may"), RANKS)
def test_a_role_may_what_lesser_ones_may(role: Role, least: Role, may: bool) -> None:
    """Viewer, editor, chief, administrator: in this order."""
    assert role.at_least(least) is may


NOBODY: list[Callable[[Ledger], object]] = [
    lambda ledger: ledger.people.get("cleo"),
    lambda ledger: ledger.people.set_role("cleo", Role.CHIEF),
    lambda ledger: ledger.people.disable("cleo", NOW),
    lambda ledger: ledger.people.enable("cleo"),
    lambda ledger: ledger.people.set_password("cleo", "hash", NOW),
    lambda ledger: ledger.people.set_preferences("cleo", keys=False),
    lambda ledger: log_in(ledger, "cleo"),
    lambda ledger: ledger.people.add_token("cleo", "laptop", "h", ["read"], NOW),
    lambda ledger: ledger.people.revoke_token("", "cms", NOW),
    lambda ledger: ledger.people.action("act-1"),
]


@pytest.mark.parametrize("job", NOBODY)
def test_who_is_not_there_is_told(ledger: Ledger, job: Callable[[Ledger], object]) -> None:
    """Whatever names a person, token or action there is not says so."""
    with pytest.raises(LookupError, match="there is no"):
        job(ledger)


def test_preferences(ledger: Ledger) -> None:
    """What is given is changed, the rest stays."""
    add(ledger)
    ledger.people.set_preferences("anna", display="Anna", keys=False)
    changed = ledger.people.set_preferences("anna", zone="America/New_York")
    assert (changed.display, changed.keys, changed.zone) == ("Anna", False, "America/New_York")
    assert ledger.people.set_preferences("anna") == changed


LAST: list[Callable[[Ledger], object]] = [
    lambda ledger: ledger.people.set_role("anna", Role.CHIEF),
    lambda ledger: ledger.people.disable("anna", NOW),
]


@pytest.mark.parametrize("job", LAST, ids=["lowered", "disabled"])
def test_the_last_administrator_stays(ledger: Ledger, job: Callable[[Ledger], object]) -> None:
    """The only administrator who may log in can be neither lowered nor disabled; of two, one can."""
    add(ledger, "anna", Role.ADMINISTRATOR)
    add(ledger, "ben", Role.ADMINISTRATOR)
    ledger.people.disable("ben", NOW)
    log_in(ledger)
    with pytest.raises(ConfigError, match="anna is the only administrator"):
        job(ledger)
    assert (ledger.people.get("anna").role, len(ledger.people.sessions("anna", NOW))) == (Role.ADMINISTRATOR, 1)
    ledger.people.enable("ben")
    job(ledger)
    assert [one.name for one in ledger.people.list() if one.role is Role.ADMINISTRATOR and not one.disabled_at] == [
        "ben"
    ]


def test_two_administrators_do_not_go_at_the_same_moment(ledger: Ledger) -> None:
    """When each disables the other at once, one of them stays."""
    add(ledger, "anna", Role.ADMINISTRATOR)
    add(ledger, "ben", Role.ADMINISTRATOR)
    together, refused = threading.Barrier(2), list[str]()

    def go(name: str) -> None:
        together.wait()
        try:
            ledger.people.disable(name, NOW)
        except ConfigError:
            refused.append(name)

    threads = [threading.Thread(target=go, args=(name,)) for name in ("anna", "ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.name for one in ledger.people.list() if one.disabled_at is None] == refused
    assert len(refused) == 1


def test_an_old_hash_gives_way_to_a_better_one(ledger: Ledger) -> None:
    """A better hash of the same password is kept, and ends no session; not when the password is another by now."""
    add(ledger)
    log_in(ledger)
    ledger.people.renew_hash("anna", "hash of anna", "better")
    ledger.people.renew_hash("anna", "hash of anna", "stale")
    assert (ledger.people.password_of("anna"), len(ledger.people.sessions("anna", NOW))) == ("better", 1)


# ---------------------------------------------------------------------------------------------- sessions


def test_a_session_knows_its_person(ledger: Ledger) -> None:
    """A log-in is found by its token's hash, with person, secret and whence it came, and is noted as seen."""
    add(ledger)
    log_in(ledger, at=NOW + HOUR)
    session = ledger.people.session("t1", NOW + HOUR)
    assert session
    assert (session.person.name, session.csrf, session.ip, session.agent) == (
        "anna",
        "csrf",
        "203.0.113.7",
        "Browser/1.0",
    )
    assert session.person.last_seen == NOW + HOUR
    assert ledger.people.session("t2", NOW + HOUR) is None


@pytest.mark.parametrize(
    ("uses", "asked", "alive"),
    [
        ((), IDLE - SECOND, True),
        ((), IDLE, False),
        ((11 * HOUR,), 22 * HOUR, True),
        ((59 * SECOND,), IDLE, False),  # noted once a minute at most
        ((MINUTE,), IDLE, True),
        (tuple(HOUR * 10 * step for step in range(1, 17)), LONGEST - SECOND, True),
        (tuple(HOUR * 10 * step for step in range(1, 17)), LONGEST, False),
    ],
)
def test_a_session_ends(ledger: Ledger, uses: tuple[timedelta, ...], asked: timedelta, alive: bool) -> None:
    """Twelve hours without a request end it, and seven days in any case."""
    add(ledger)
    log_in(ledger)
    for use in uses:
        assert ledger.people.session("t1", NOW + use)
    assert (ledger.people.session("t1", NOW + asked) is not None) is alive


ENDS: list[Callable[[Ledger], object]] = [
    lambda ledger: ledger.people.disable("anna", NOW),
    lambda ledger: ledger.people.set_password("anna", "another", NOW),
    lambda ledger: ledger.people.end_sessions("anna"),
]


@pytest.mark.parametrize("job", ENDS, ids=["disabled", "new password", "logged out"])
def test_all_sessions_end_at_once(ledger: Ledger, job: Callable[[Ledger], object]) -> None:
    """Disabling, a new password and logging out everywhere end every session of that person, and of nobody else."""
    for name in ("anna", "ben"):
        add(ledger, name)
        log_in(ledger, name, f"{name} 1")
        log_in(ledger, name, f"{name} 2")
    job(ledger)
    left = {token for token in ("anna 1", "anna 2", "ben 1", "ben 2") if ledger.people.session(token, NOW)}
    assert left == {"ben 1", "ben 2"}


def test_a_disabled_person_cannot_log_in(ledger: Ledger) -> None:
    """No password is tried and no session started, until the person is enabled."""
    add(ledger)
    disabled = ledger.people.disable("anna", NOW)
    assert (disabled.disabled_at, ledger.people.disable("anna", NOW + DAY).disabled_at) == (NOW, NOW)
    assert ledger.people.password_of("anna") is None
    with pytest.raises(LookupError, match="may not log in"):
        log_in(ledger)
    assert ledger.people.enable("anna").disabled_at is None
    log_in(ledger)
    assert ledger.people.session("t1", NOW)


def test_logging_out(ledger: Ledger) -> None:
    """One session ends, or all but one; those that have ended are not listed."""
    add(ledger)
    for number in range(4):
        log_in(ledger, token=f"t{number}", at=NOW + number * HOUR)
    ledger.people.end_session("t3")
    assert [one.id for one in ledger.people.sessions("anna", NOW + IDLE)] == ["t2", "t1"]
    assert ledger.people.end_sessions("anna", keep="t1") == 2
    assert [one.id for one in ledger.people.sessions("anna", NOW)] == ["t1"]


def test_ended_sessions_are_forgotten(ledger: Ledger) -> None:
    """A log-in sweeps out what has ended, so that the table does not grow for ever."""
    add(ledger)
    log_in(ledger)
    log_in(ledger, token="t2", at=NOW + IDLE)
    assert ledger.people.end_sessions("anna") == 1


def test_a_session_gets_another_token(ledger: Ledger) -> None:
    """After a change of token the old one is worth nothing, and the session ends when it would have ended."""
    add(ledger)
    log_in(ledger)
    moved = ledger.people.rotate("t1", "t2", "other", NOW + HOUR)
    assert moved
    assert (moved.id, moved.csrf, moved.expires) == ("t2", "other", NOW + IDLE)
    assert ledger.people.session("t1", NOW + HOUR) is None
    assert ledger.people.rotate("t2", "t3", "other", NOW + IDLE) is None


# ---------------------------------------------------------------------------------------------- tokens


def test_tokens_are_found_by_their_hash(ledger: Ledger) -> None:
    """A machine's token has no person, a person's has theirs; scopes are kept once and in order."""
    anna = add(ledger)
    machine = ledger.people.add_token("", "cms", "h1", ["act", "read", "read"], NOW)
    ledger.people.add_token("anna", "cms", "h2", ["admin"], NOW)
    assert (machine.person, machine.scopes, machine.actor) == (None, ("read", "act"), "token:cms")
    known = ledger.people.find_token("h2", NOW)
    assert known
    assert (known.person, known.scopes) == (anna, ("admin",))
    assert ledger.people.find_token("h3", NOW) is None
    assert [one.person for one in ledger.people.tokens()] == [None, anna]
    assert [one.name for one in ledger.people.tokens("anna")] == ["cms"]


def test_use_of_a_token_is_noted(ledger: Ledger) -> None:
    """When it was last used is kept to the minute."""
    ledger.people.add_token("", "cms", "h", ["read"], NOW)
    for use in (NOW, NOW + 59 * SECOND, NOW + 61 * SECOND):
        assert ledger.people.find_token("h", use)
        noted = ledger.people.tokens()[0].last_used
        assert noted is not None and use - noted < MINUTE
    assert noted == NOW + 61 * SECOND


def test_a_token_is_revoked(ledger: Ledger) -> None:
    """A revoked token is refused and not listed, and its name can be given again."""
    ledger.people.add_token("", "cms", "h1", ["read"], NOW)
    with pytest.raises(ConfigError, match="'cms' already"):
        ledger.people.add_token("", "cms", "h2", ["read"], NOW)
    ledger.people.revoke_token("", "cms", NOW)
    assert (ledger.people.find_token("h1", NOW), ledger.people.tokens()) == (None, ())
    ledger.people.add_token("", "cms", "h2", ["read"], NOW)
    assert ledger.people.find_token("h2", NOW)


def test_the_tokens_of_a_disabled_person_are_refused(ledger: Ledger) -> None:
    """They work again when the person does."""
    add(ledger)
    ledger.people.add_token("anna", "laptop", "h", ["read"], NOW)
    ledger.people.disable("anna", NOW)
    assert ledger.people.find_token("h", NOW) is None
    ledger.people.enable("anna")
    assert ledger.people.find_token("h", NOW)


@pytest.mark.parametrize("scopes", [[], ["write"], ["read", "root"]])
def test_a_token_is_for_something_known(ledger: Ledger, scopes: list[str]) -> None:
    """A token without a scope, or with one there is not, is refused."""
    with pytest.raises(ConfigError, match="read, act, compose, admin"):
        ledger.people.add_token("", "cms", "h", scopes, NOW)
    assert ledger.people.tokens() == ()


# ---------------------------------------------------------------------------------------------- failed log-ins


def fail(ledger: Ledger, times: int, key: str = "user:anna", at: datetime = NOW) -> datetime | None:
    """Failures, each as soon as trying is allowed. Returns when the next try is, None for at once."""
    for _ in range(times):
        at = ledger.people.blocked_until([key], at) or at
        assert ledger.people.note_failure([key], at) is None
    return ledger.people.blocked_until([key], at)


WAITS = [(4, 0), (5, 30), (6, 30 + 60), (7, 30 + 60 + 120), (10, 30 + 60 + 120 + 240 + 480 + 900)]


@pytest.mark.parametrize(("times", "seconds"), WAITS)
def test_guessing_is_slowed_down(ledger: Ledger, times: int, seconds: int) -> None:
    """After five failures of an account half a minute passes, then twice as long each time, up to fifteen minutes."""
    assert fail(ledger, times) == (NOW + seconds * SECOND if seconds else None)


def test_an_address_has_more_tries(ledger: Ledger) -> None:
    """Twenty failures from one address, whoever they were for, block it, and no account."""
    for number in range(20):
        keys = [f"user:person{number}", "ip:203.0.113.7"]
        assert ledger.people.note_failure(keys, NOW) is None
    assert ledger.people.blocked_until(["user:anna", "ip:203.0.113.7"], NOW) == NOW + 30 * SECOND
    assert ledger.people.blocked_until(["user:person1", "ip:203.0.113.8"], NOW) is None


def test_a_try_while_blocked_is_not_counted(ledger: Ledger) -> None:
    """Whoever keeps trying is told until when, and does not make it longer."""
    until = fail(ledger, 5)
    assert until == NOW + 30 * SECOND
    assert [ledger.people.note_failure(["user:anna"], NOW + SECOND) for _ in range(3)] == [until] * 3
    assert ledger.people.blocked_until(["user:anna"], until) is None


def test_many_tries_at_one_moment_are_counted_one_by_one(ledger: Ledger) -> None:
    """Of twelve at once five are let through."""
    told: list[datetime | None] = []

    def guess() -> None:
        told.append(ledger.people.note_failure(["user:anna", "ip:203.0.113.7"], NOW))

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(until is None for until in told) == [False] * 7 + [True] * 5


def test_failures_are_forgotten(ledger: Ledger) -> None:
    """A log-in that works clears the account; an hour of quiet does so too."""
    fail(ledger, 5)
    ledger.people.note_success(["user:anna"])
    assert fail(ledger, 4) is None
    assert fail(ledger, 4, at=NOW + HOUR + SECOND) is None


KEYS = [
    (" Anna ", "203.0.113.7", ("user:anna", "ip:203.0.113.7")),
    ("anna", "2001:db8:1:2:3:4:5:6", ("user:anna", "ip:2001:db8:1:2::")),
    ("anna", "::ffff:203.0.113.7", ("user:anna", "ip:203.0.113.7")),
    ("a" * 100, "testclient", ("user:" + "a" * 40,)),
]


@pytest.mark.parametrize(("name", "address", "keys"), KEYS)
def test_what_failures_are_counted_by(name: str, address: str, keys: tuple[str, ...]) -> None:
    """One name however it is typed, one address however it is written, one IPv6 network however many it has."""
    assert login_keys(name, address) == keys


# ---------------------------------------------------------------------------------------------- actions


def test_an_action_is_kept_with_what_was_before(ledger: Ledger) -> None:
    """Results come back as they were given."""
    before = {"status": "queued", "due": NOW.isoformat(), "expires": None, "urgent": False, "approved": 2, "version": 3}
    results = [{"delivery": 7, "before": before, "after_status": "held", "after_version": 3, "problem": ""}]
    made = ledger.people.add_action("act-1", NOW, "person:anna", "hold", "duplicate", results)
    kept = ledger.people.action("act-1")
    assert (kept, kept.results) == (made, results)


def test_an_action_is_undone_once(ledger: Ledger) -> None:
    """The first who undoes it is noted; whoever comes second is told."""
    ledger.people.add_action("act-1", NOW, "person:anna", "hold", "", [])
    assert ledger.people.mark_undone("act-1", "person:ben", NOW + SECOND)
    assert not ledger.people.mark_undone("act-1", "person:anna", NOW + MINUTE)
    assert not ledger.people.mark_undone("act-2", "person:anna", NOW)
    kept = ledger.people.action("act-1")
    assert (kept.undone_by, kept.undone_at) == ("person:ben", NOW + SECOND)


# ---------------------------------------------------------------------------------------------- answers


def test_a_request_is_answered_once(ledger: Ledger) -> None:
    """The first may work; until it has answered others see that, and afterwards what it answered."""
    people = ledger.people
    assert people.begin_answer("k", "token:cms", "body", NOW) is None
    working = people.begin_answer("k", "token:cms", "other body", NOW + SECOND)
    assert working
    assert (working.status, working.body_hash) == (None, "body")
    assert people.begin_answer("k", "token:other", "body", NOW) is None
    people.finish_answer("k", "token:cms", 200, {"id": "act-1"})
    done = people.begin_answer("k", "token:cms", "body", NOW + DAY - SECOND)
    assert done
    assert (done.status, done.answer) == (200, {"id": "act-1"})


@pytest.mark.parametrize("finished", [True, False])
def test_an_answer_is_kept_for_a_day(ledger: Ledger, finished: bool) -> None:
    """After a day the same key is a new request."""
    ledger.people.begin_answer("k", "a", "body", NOW)
    if finished:
        ledger.people.finish_answer("k", "a", 200, None)
    assert ledger.people.begin_answer("k", "a", "body", NOW + DAY) is None
    again = ledger.people.begin_answer("k", "a", "body", NOW + DAY)
    assert again and again.at == NOW + DAY


def test_work_that_was_given_up_may_begin_again(ledger: Ledger) -> None:
    """Dropped, or without an answer for five minutes: whoever comes next does it."""
    people = ledger.people
    people.begin_answer("k", "a", "body", NOW)
    people.drop_answer("k", "a")
    assert people.begin_answer("k", "a", "body", NOW) is None
    assert people.begin_answer("k", "a", "body", NOW + 5 * MINUTE - SECOND) is not None
    assert people.begin_answer("k", "a", "body", NOW + 5 * MINUTE) is None
    people.finish_answer("k", "a", 200, [])
    people.drop_answer("k", "a")
    assert people.begin_answer("k", "a", "body", NOW + 10 * MINUTE) is not None


def test_of_many_at_one_moment_one_works(ledger: Ledger) -> None:
    """The same request from eight threads is begun by one."""
    begun: list[bool] = []

    def ask() -> None:
        begun.append(ledger.people.begin_answer("k", "a", "body", NOW) is None)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(begun) == [False] * 7 + [True]


# ---------------------------------------------------------------------------------------------- unsaved words


def test_unsaved_words(ledger: Ledger) -> None:
    """Each person's words on a post are kept apart, replaced by newer ones, and gone when deleted."""
    row = plan(ledger, found(ledger), accounts(ledger, "a")["a"])[0]
    for name in ("anna", "ben"):
        add(ledger, name)
        ledger.people.put_draft(Unsaved(name, row.id, 1, NOW, "first"))
    newer = Unsaved("anna", row.id, 2, NOW + SECOND, "Ölpreis 🛢", "alt", "graphic", "14:35")
    ledger.people.put_draft(newer)
    assert ledger.people.get_draft("anna", row.id) == newer
    assert [one.user for one in ledger.people.drafts_of(row.id)] == ["anna", "ben"]
    ledger.people.delete_draft("anna", row.id)
    assert ledger.people.get_draft("anna", row.id) is None
    assert [one.user for one in ledger.people.drafts_of(row.id)] == ["ben"]


def test_words_belong_to_a_post(ledger: Ledger) -> None:
    """Words on a post there is not are refused."""
    add(ledger)
    with pytest.raises(StoreError):
        ledger.people.put_draft(Unsaved("anna", 99, 1, NOW))
    assert ledger.people.get_draft("anna", 99) is None
