"""Accounts keep who they are, whatever the configuration calls them; pauses, the stop switch, the daemon's pulse."""

import threading

import pytest
from sqlalchemy import text

from syndicator.errors import ConfigError, StoreError
from syndicator.ledger import Ledger
from syndicator.ledger.accounts import Accounts, Stop
from syndicator.ledger.store import Store
from syndicator.models import Account, AccountState, Identity, Status
from tests.ledger.made import HOUR, MINUTE, NOW, accounts, article, found, plan, poll, seed, sent

DAILY = Identity("42", "daily", NOW + 24 * HOUR, {"text_limit": 1000})
OTHER = Identity("43", "rival")


def known(ledger: Ledger, name: str, identity: Identity = DAILY) -> AccountState:
    """An account that was verified and that the configuration knows."""
    accounts(ledger, name)
    return ledger.accounts.verified(ledger.accounts.get(name), identity, NOW)


def test_an_account_is_known_from_its_first_sight(ledger: Ledger) -> None:
    """Number and date of an account are given once; registering again changes nothing."""
    first = ledger.accounts.register([Account("a", "memory")], NOW)
    again = ledger.accounts.register([Account("a", "memory"), Account("b", "memory")], NOW + HOUR)
    assert again["a"] == first["a"]
    assert (again["a"].since, again["b"].since) == (NOW, NOW + HOUR)
    assert len(again["a"].uid) == 64
    assert again["a"].uid != again["b"].uid


def test_a_forgotten_account_stays(ledger: Ledger) -> None:
    """An account that left the configuration keeps its row, marked; when it returns it is the same one."""
    before = accounts(ledger, "a", "b")
    assert set(ledger.accounts.register([Account("b", "memory")], NOW)) == {"b"}
    assert {state.name: state.configured for state in ledger.accounts.states()} == {"a": False, "b": True}
    assert accounts(ledger, "a", "b") == before
    assert all(state.configured for state in ledger.accounts.states())


def test_no_accounts_at_all(ledger: Ledger) -> None:
    """An empty configuration is fine, and an unknown name is told."""
    assert ledger.accounts.register([], NOW) == {}
    assert ledger.accounts.states() == []
    for ask in (ledger.accounts.get, ledger.accounts.resume, lambda n: ledger.accounts.pause(n, "why", "me", NOW)):
        with pytest.raises(LookupError, match="there is no account nobody"):
            ask("nobody")


def test_another_platform_is_another_account(ledger: Ledger) -> None:
    """A name that moves to another platform is refused, naming the key, and nothing is changed."""
    ledger.accounts.register([Account("a", "memory"), Account("b", "memory")], NOW)
    with pytest.raises(ConfigError, match=r"^accounts\.a\.platform: was memory"):
        ledger.accounts.register([Account("a", "mastodon"), Account("new", "memory")], NOW)
    assert {state.name: state.configured for state in ledger.accounts.states()} == {"a": True, "b": True}


def test_processes_that_register_at_once(ledger: Ledger, url: str) -> None:
    """Daemon, desk and command line started together agree on one row per account."""
    ledgers = [Ledger(url) for _ in range(4)]
    uids: list[str] = []
    start = threading.Barrier(len(ledgers), timeout=20)

    def register(one: Ledger) -> None:
        start.wait()
        uids.append(one.accounts.register([Account("a", "memory")], NOW)["a"].uid)

    threads = [threading.Thread(target=register, args=(one,)) for one in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in ledgers:
        one.close()
    assert (len(uids), len(set(uids))) == (4, 1)


# ---------------------------------------------------------------------------------------------- who it is


def test_the_identity_is_kept(ledger: Ledger) -> None:
    """What the platform says of an account is kept and brought up to date."""
    state = known(ledger, "a")
    assert (state.identity, state.handle, state.expires, state.limits) == (
        "42",
        "daily",
        NOW + 24 * HOUR,
        {"text_limit": 1000},
    )
    renamed = ledger.accounts.verified(state, Identity("42", "@the-daily"), NOW + HOUR)
    assert (renamed.uid, renamed.handle, renamed.expires, renamed.limits) == (state.uid, "@the-daily", None, {})
    assert renamed.verified_at == NOW + HOUR
    assert ledger.accounts.get("a") == renamed


def test_another_identity_behind_a_name(ledger: Ledger) -> None:
    """A token of somebody else is refused by name, even when the caller's knowledge is old."""
    accounts(ledger, "a")
    old = ledger.accounts.get("a")
    state = known(ledger, "a")
    for seen in (old, state):
        with pytest.raises(ConfigError, match=r"account a: this token belongs to rival \(43\), not to daily \(42\)"):
            ledger.accounts.verified(seen, OTHER, NOW)
    assert ledger.accounts.get("a") == state


def test_two_accounts_with_one_identity(ledger: Ledger) -> None:
    """Two configured accounts with tokens of the same account are refused, naming both."""
    state = known(ledger, "a")
    accounts(ledger, "a", "b")
    with pytest.raises(ConfigError, match=r"accounts a and b are one: both tokens belong to daily \(42\)"):
        ledger.accounts.verified(ledger.accounts.get("b"), DAILY, NOW)
    assert ledger.accounts.get("b").identity == ""
    assert ledger.accounts.get("a") == state


def test_identities_are_the_platforms_own(ledger: Ledger) -> None:
    """The same number on two platforms means two accounts."""
    states = ledger.accounts.register([Account("a", "memory"), Account("b", "mastodon")], NOW)
    for name in ("a", "b"):
        ledger.accounts.verified(states[name], DAILY, NOW)
    assert [state.identity for state in ledger.accounts.states()] == ["42", "42"]


def test_a_new_name_for_a_known_account(ledger: Ledger) -> None:
    """A forgotten account under a new name is that account: its number, its first sight and its posts stay."""
    old = known(ledger, "old")
    plan(ledger, found(ledger), old.uid)
    row = sent(ledger, old.uid, "r1")
    accounts(ledger, "new")
    new = known(ledger, "new")
    assert (new.uid, new.since, new.name, new.configured) == (old.uid, old.since, "new", True)
    assert [state.name for state in ledger.accounts.states()] == ["new"]
    assert ledger.history.entry(row.id)["account"] == "new"
    assert known(ledger, "new").uid == old.uid


def test_posts_planned_under_the_new_name_follow(ledger: Ledger) -> None:
    """What was planned, or even sent, before the account was recognised joins its history, keys unchanged."""
    old = known(ledger, "old")
    seed(ledger)
    poll(ledger, article("before"), article("public"), article("waiting"))
    before, public, waiting = ledger.articles.new(NOW)
    plan(ledger, before, old.uid)
    fresh = accounts(ledger, "new")["new"]
    plan(ledger, public, fresh)
    row = sent(ledger, fresh, "r1", NOW + MINUTE)
    kept = plan(ledger, waiting, fresh)[0]
    new = known(ledger, "new")
    assert (new.uid, new.last_sent) == (old.uid, NOW + MINUTE)
    after = ledger.deliveries.get(kept.id)
    assert (after.account, after.key, after.record_key, after.status) == (
        old.uid,
        kept.key,
        kept.record_key,
        Status.QUEUED,
    )
    assert ledger.deliveries.get(row.id).account == old.uid
    assert ledger.history.counts() == {"new": {"queued": 2, "sent": 1}}


def test_the_same_story_under_both_names(ledger: Ledger) -> None:
    """When both names have a post of one article nobody guesses: it is refused with the way out, which works."""
    old = known(ledger, "old")
    story = found(ledger)
    plan(ledger, story, old.uid)
    fresh = accounts(ledger, "new")["new"]
    plan(ledger, story, fresh)
    with pytest.raises(ConfigError, match="call the account old again"):
        known(ledger, "new")
    assert ledger.accounts.get("new").uid == fresh
    assert known(ledger, "old").uid == old.uid


PAUSES = [("old", "token expired"), ("new", "not yet"), (None, None)]


@pytest.mark.parametrize(("paused", "reason"), PAUSES)
def test_a_pause_outlives_a_new_name(ledger: Ledger, paused: str | None, reason: str | None) -> None:
    """A pause of either name holds for the account they turn out to be."""
    known(ledger, "old")
    accounts(ledger, "new")
    if paused and reason:
        ledger.accounts.pause(paused, reason, "person:ben", NOW)
    state = known(ledger, "new")
    assert (state.paused, state.paused_by) == (reason, "person:ben" if reason else "")


# ---------------------------------------------------------------------------------------------- pauses


def test_a_pause_keeps_its_first_reason(ledger: Ledger) -> None:
    """The first reason stands until somebody resumes."""
    accounts(ledger, "a", "b")
    ledger.accounts.pause("a", "derby", "person:ben", NOW)
    state = ledger.accounts.pause("a", "token expired", "daemon:x/1", NOW + HOUR)
    assert (state.paused, state.paused_by, state.paused_at) == ("derby", "person:ben", NOW)
    assert ledger.accounts.get("b").paused is None
    again = ledger.accounts.resume("a")
    assert (again.paused, again.paused_by, again.paused_at) == (None, "", None)
    assert ledger.accounts.pause("a", "token expired", "daemon:x/1", NOW).paused == "token expired"


def test_the_stop_switch(ledger: Ledger, url: str) -> None:
    """One switch for everybody: the first reason stands, others see it, and turning it off says if it was on."""
    other = Ledger(url)
    assert other.accounts.stopped() is None
    assert ledger.accounts.stop("fire", "person:ben", NOW) == Stop("fire", "person:ben", NOW)
    assert other.accounts.stop("again", "person:anna", NOW + HOUR) == Stop("fire", "person:ben", NOW)
    assert other.accounts.restart() is True
    assert ledger.accounts.restart() is False
    assert ledger.accounts.stopped() is None
    other.close()


# ---------------------------------------------------------------------------------------------- the daemon


def test_the_pulse_of_the_daemon(ledger: Ledger) -> None:
    """Starts are counted, the pulse is the last one, and a good end is told from a crash."""
    assert ledger.accounts.heartbeat() is None
    assert ledger.accounts.started("here/1", NOW) == 1
    ledger.accounts.beat(NOW + MINUTE)
    beat = ledger.accounts.heartbeat()
    assert beat is not None
    assert (beat.process, beat.started, beat.beat, beat.starts, beat.ended) == ("here/1", NOW, NOW + MINUTE, 1, None)
    ledger.accounts.beat(NOW + HOUR, ended=True)
    assert getattr(ledger.accounts.heartbeat(), "ended", None) == NOW + HOUR
    assert ledger.accounts.started("here/2", NOW + HOUR) == 2
    assert getattr(ledger.accounts.heartbeat(), "ended", NOW) is None


def test_incidents_open_once(ledger: Ledger) -> None:
    """People are told once per incident; when it is over, the next one is new."""
    accounts_ = ledger.accounts
    accounts_.open_incident("paused", "a", "token expired", NOW)
    accounts_.open_incident("paused", "a", "still expired", NOW + HOUR)
    accounts_.open_incident("paused", "b", "derby", NOW)
    assert accounts_.open_incidents() == {("paused", "a"): NOW, ("paused", "b"): NOW}
    accounts_.close_incident("paused", "a")
    accounts_.close_incident("paused", "a")
    assert set(accounts_.open_incidents()) == {("paused", "b")}
    accounts_.open_incident("paused", "a", "token expired", NOW + HOUR)
    assert accounts_.open_incidents()["paused", "a"] == NOW + HOUR


def test_a_ledger_that_fails_is_not_a_wrong_configuration(ledger: Ledger, url: str) -> None:
    """Trouble of the database while verifying stays trouble of the database."""
    accounts(ledger, "a")
    store = Store(url, busy_ms=50)
    impatient = Accounts(store)
    with ledger.store.write() as holder:
        holder.execute(text("UPDATE accounts SET handle = 'held'"))
        with pytest.raises(StoreError, match="lock"):
            impatient.verified(impatient.get("a"), DAILY, NOW)
    store.close()
    assert ledger.accounts.get("a").identity == ""
