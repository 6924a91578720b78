"""Accounts and sources as pages, through the real server; the accounts are on the network in memory."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from syndicator.adapters import memory
from syndicator.desk import health
from syndicator.errors import AccountRefused, Unavailable
from syndicator.ledger import tries
from syndicator.ledger.sources import save
from syndicator.models import Account, AccountState, Delivery, Identity, Outcome, Source, SourceState
from tests.desk import newsroom as made
from tests.desk.newsroom import Newsroom, logged_in, token

NOW = datetime(2026, 11, 23, 13, 31, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")


def post(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """A form, sent as a browser without script does, and the page it leads to."""
    answer = client.post(path, data={"csrf": token(client.get("/accounts")), **fields})
    return client.get(answer.headers["location"]) if answer.status_code == 303 else answer


def plain(answer: httpx.Response) -> str:
    """The words of a page's middle."""
    middle = answer.text.partition('<main id="main"')[2]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", middle)))


CONFIG = """
[newsroom]
name = "Example Daily"
timezone = "Europe/Berlin"
[desk]
listen = "127.0.0.1:0"
[policy]
hold_for = "10m"
[sources.world]
type = "feed"
url = "http://127.0.0.1:1/feed.xml"
[accounts.one]
platform = "memory"
[accounts.two]
platform = "memory"
"""


class Place(Newsroom):
    """The desk's newsroom, with two accounts on networks in memory in place of the usual ones."""

    def rows(self, article: int) -> list[Delivery]:
        """A story's posts, by account."""
        names = {account.uid: name for name, account in self.room.accounts.items()}
        return sorted(self.room.ledger.deliveries.of_article(article), key=lambda row: names[row.account])


@pytest.fixture
def place(tmp_path: Path, hashed_password: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    """The newsroom, its desk listening."""
    memory._networks.clear()
    monkeypatch.setattr(made, "CONFIG", CONFIG)
    found = Place(tmp_path, hashed_password, accounts={})
    for name in found.room.accounts:
        memory.network(name).identity = Identity(f"id-{name}", f"@{name}")
    found.serve()
    yield found
    found.close()


@pytest.fixture
def editor(place: Newsroom) -> Iterator[httpx.Client]:
    """Anna, an editor."""
    with logged_in(place, "anna") as client:
        yield client


@pytest.fixture
def chief(place: Newsroom) -> Iterator[httpx.Client]:
    """Cleo, a chief."""
    with logged_in(place, "cleo") as client:
        yield client


# ---------------------------------------------------------------------------------------------- health

ACCOUNT = Account("x-main", "memory", uid="u1")
STATE = AccountState("u1", "x-main", "memory", NOW - timedelta(days=9), verified_at=NOW - timedelta(minutes=11))
ACCOUNTS: list[tuple[dict[str, Any], Account | None, int, str, str]] = [
    ({}, ACCOUNT, 0, "working", "Working, tested 14:20"),
    ({"verified_at": None}, ACCOUNT, 0, "look", "Not tested yet"),
    (
        {"paused": "derby rules", "paused_by": "person:ben", "paused_at": NOW - timedelta(hours=2, minutes=21)},
        ACCOUNT, 0, "held", "Paused by Ben at 12:10: derby rules",
    ),
    (
        {"paused": "paused by a person", "paused_by": "cli:eva@host", "paused_at": NOW},
        ACCOUNT, 0, "held", "Paused by eva (command line) at 14:31",
    ),
    (
        {"paused": "X refuses the token – mend its token, then `run this`", "paused_by": "daemon:h/1",
         "paused_at": NOW - timedelta(minutes=26)},
        ACCOUNT, 0, "paused", "Paused: X refuses the token (14:05)",
    ),
    ({"expires": NOW + timedelta(days=5, hours=3)}, ACCOUNT, 0, "look", "Token ends in 5 days (Sat 28 Nov)"),
    ({"expires": NOW + timedelta(hours=3)}, ACCOUNT, 0, "look", "Token ends within a day (Mon 23 Nov)"),
    ({"expires": NOW - timedelta(days=1)}, ACCOUNT, 0, "failed", "Token has ended (Sun 22 Nov)"),
    ({"expires": NOW + timedelta(days=15)}, ACCOUNT, 0, "working", "Working, tested 14:20"),
    ({}, ACCOUNT, 2, "unconfirmed", "Two posts in a row are not known: nothing new until one is"),
    ({"failures": 3, "wait_until": NOW + timedelta(minutes=2)}, ACCOUNT, 0, "failed",
     "X cannot be reached, 3 tries, again in 2 min"),
    ({"wait_until": NOW + timedelta(minutes=2)}, ACCOUNT, 0, "look",
     "Waits: X asked for patience or was not reached, again in 2 min"),
    ({"wait_until": NOW - timedelta(minutes=2)}, ACCOUNT, 0, "working", "Working, tested 14:20"),
    ({"compare_until": NOW}, ACCOUNT, 0, "look", "An older ledger was restored: compared with X first"),
    ({}, replace(ACCOUNT, enabled=False), 0, "suppressed", "Switched off in the configuration"),
    ({}, None, 0, "none", "No longer configured"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "account", "unknown", "kind", "words"), ACCOUNTS)
def test_an_account_s_state_in_words(
    changes: dict[str, Any], account: Account | None, unknown: int, kind: str, words: str
) -> None:
    """The worst of what is true is what the page says, with its own colour."""
    seen = health.Seen(replace(STATE, **changes), account, "X", unknown, NOW, ZONE, {"ben": "Ben"})
    found = health.of_account(seen)
    assert (found.kind, found.words) == (kind, words)


SOURCE = Source("world", "https://news.example/feed.xml")
READ = SourceState("world", SOURCE.url, seeded=True, last_poll=NOW - timedelta(seconds=40), last_success=NOW)
SOURCES: list[tuple[dict[str, Any], str, str]] = [
    ({"last_success": NOW - timedelta(seconds=40)}, "working", "Read 40 s ago"),
    ({"last_poll": None, "last_success": None}, "look", "Not read yet"),
    ({"failures": 1, "error": "It answered 500."}, "look", "Could not be read: It answered 500"),
    ({"failures": 4, "error": "It answered 500."}, "failed", "Could not be read 4 times: It answered 500"),
    ({"last_poll": NOW - timedelta(minutes=20)}, "look", "Not read since 14:11"),
    ({"last_poll": NOW - timedelta(minutes=20), "pace": 900, "last_success": NOW}, "working", "Read now"),
    (
        {"gone": True, "failures": 1, "error": "It answered 410."},
        "failed",
        "Gone: its server says so (410). It is read no more until its address is changed",
    ),
]


@pytest.mark.parametrize(("changes", "kind", "words"), SOURCES)
def test_a_source_s_state_in_words(changes: dict[str, Any], kind: str, words: str) -> None:
    """Read or not, since when, and why not."""
    found = health.of_source(SOURCE, replace(READ, **changes), NOW, ZONE)
    assert (found.kind, found.words) == (kind, words)


def test_every_outcome_has_words() -> None:
    """Each way a try can end is told in words of its own; an unknown one is never told as failed."""
    told = {outcome: health.of_try(outcome) for outcome in (None, *Outcome)}
    assert len({words for _kind, words in told.values()}) == len(told)
    assert told[Outcome.UNKNOWN] == ("unconfirmed", "No clear answer")


# ---------------------------------------------------------------------------------------------- accounts


def test_the_list_of_accounts(place: Newsroom, editor: httpx.Client) -> None:
    """Each account with its state, what waits and when its next post leaves."""
    place.publish("ferry")
    words = plain(editor.get("/accounts"))
    assert "2 working" in words and "Not tested yet" in words
    assert "Resume" not in words and words.count("Pause") == 2
    page = editor.get("/accounts").text
    assert page.count('aria-sort="ascending"') == 1
    assert '<a href="/queue?account=one">1<' in page


def test_accounts_are_sorted_by_any_head(place: Newsroom, editor: httpx.Client) -> None:
    """Any head sorts; no row is lost, and a word there is not sorts by name."""
    for sort in ("account", "-account", "state", "sent", "-next", "waiting", "bogus"):
        names = re.findall(r'<tr id="account-(\w+)"', editor.get("/accounts", params={"sort": sort}).text)
        assert names == (["two", "one"] if sort == "-account" else ["one", "two"]), sort


def test_an_account_is_paused_with_undo_and_resumed_by_a_chief(
    place: Newsroom, editor: httpx.Client, chief: httpx.Client
) -> None:
    """Pausing acts at once and can be undone; resuming takes a chief, and an editor reads who can."""
    page = post(editor, "/accounts/one/pause", reason="derby rules")
    state = place.room.ledger.accounts.get("one")
    assert (state.paused, state.paused_by) == ("derby rules", "person:anna")
    assert "Paused by Anna" in plain(page) and "One is paused." in plain(page) and "Undo" in plain(page)
    assert "Chiefs can resume accounts: Cleo" in plain(page)
    assert post(editor, "/accounts/one/resume").status_code == 403
    assert place.room.ledger.accounts.get("one").paused == "derby rules"
    page = post(chief, "/accounts/one/resume")
    assert place.room.ledger.accounts.get("one").paused is None
    assert "One sends again." in plain(page)


def test_a_second_pause_keeps_the_first_reason(place: Newsroom, editor: httpx.Client) -> None:
    """Whoever pauses later is told of the pause in force."""
    place.room.ledger.accounts.pause("one", "derby rules", "person:cleo", place.room.clock())
    page = post(editor, "/accounts/one/pause", reason="another", stay="1")
    assert "paused already" in plain(page) and "derby rules" in plain(page)
    assert place.room.ledger.accounts.get("one").paused == "derby rules"


def test_a_test_asks_the_network(place: Newsroom, editor: httpx.Client) -> None:
    """Test shows what the network said, and the page can be loaded again without asking it again."""
    page = post(editor, "/accounts/one/test", stay="1")
    assert "One answers, and takes the token." in plain(page)
    assert place.room.ledger.accounts.get("one").handle == "@one"
    asked = len(memory.network("one").log)
    assert "takes the token" in plain(editor.get(str(page.url)))
    assert len(memory.network("one").log) == asked


def test_test_all_tells_of_each(place: Newsroom, editor: httpx.Client) -> None:
    """One that refuses is paused with its reason; the others are tested all the same."""
    memory.network("one").say(AccountRefused("The token was revoked"), on="verify")
    page = post(editor, "/accounts/test")
    assert "One : The token was revoked" in plain(page) and "Two answers" in plain(page)
    assert "Paused: The token was revoked" in plain(page) and "How to renew it" in plain(page)
    assert place.room.ledger.accounts.get("one").paused is not None
    page = post(editor, "/accounts/one/test")
    assert place.room.ledger.accounts.get("one").paused is None  # only a refusal had paused it
    assert "1 working" in plain(page) or "2 working" in plain(page)


def test_a_network_out_of_reach_pauses_nothing(place: Newsroom, editor: httpx.Client) -> None:
    """A test that cannot reach the network says so and changes nothing."""
    memory.network("two").say(Unavailable("connection refused"), on="verify")
    assert "connection refused" in plain(post(editor, "/accounts/two/test"))
    assert place.room.ledger.accounts.get("two").paused is None


def test_a_viewer_changes_nothing(place: Newsroom) -> None:
    """A viewer sees no verbs, and every form is refused."""
    paths = ("one/pause", "one/resume", "one/test", "test")
    with logged_in(place, "ben") as client:
        for path in (*(f"/accounts/{path}" for path in paths), "/sources/world/read"):
            assert post(client, path).status_code == 403, path
        words = plain(client.get("/accounts")) + plain(client.get("/sources")) + plain(client.get("/accounts/one"))
    assert not re.search(r"\b(Pause|Resume|Test|Read now)\b", words)
    assert place.room.ledger.accounts.get("one").paused is None
    assert memory.network("one").log == []


def test_the_page_of_an_account(place: Newsroom, editor: httpx.Client) -> None:
    """Its token, limits, rules and last tries, each with its outcome in words and a link to the post."""
    first, second = (place.publish(name)[0] for name in ("ferry", "bridge"))
    place.sent(first)
    place.failed(second)
    page = editor.get("/accounts/one")
    words = plain(page)
    assert "Text 500 characters" in words and "Token ends no known end" in words
    assert "Last 2 tries" in words and "the link could not be read" in words
    assert words.index("Refused") < words.index("Sent Ferry")
    assert f'href="/deliveries/{first.id}"' in page.text
    assert f'href="https://social.example/posts/{first.id}"' in page.text


def test_the_last_tries_are_those_of_the_account(place: Newsroom) -> None:
    """The newest first, no more than asked for, none of another account, and a post's several tries all."""
    rows = [place.publish(f"story-{n}") for n in range(3)]
    for one, _two in rows:
        place.sent(one)
    place.sent(rows[0][1])
    store, uid = place.room.ledger.store, place.room.accounts["one"].uid
    found = tries.of_account(store, uid, 2)
    assert [one.attempt.delivery for one in found] == [rows[2][0].id, rows[1][0].id]
    assert found[0].title == "Ferry story-2 returns" and found[0].permalink.endswith(f"/{rows[2][0].id}")


# ---------------------------------------------------------------------------------------------- sources


def test_sources_and_read_now(place: Newsroom, editor: httpx.Client) -> None:
    """A source tells when it was read and what was new; Read now makes its next read due."""
    place.publish("ferry")
    ledger, configured = place.room.ledger, place.room.config.sources.values()
    state = ledger.sources.states(configured)["world"]
    later = place.room.clock() + timedelta(minutes=50)
    quiet = replace(state, next_poll=later, last_poll=place.room.clock(), last_success=place.room.clock())
    with ledger.store.write() as connection:
        save(connection, [quiet])
    words = plain(editor.get("/sources"))
    assert "world" in words and "in 50 min" in words and "1 source" in words
    page = post(editor, "/sources/world/read")
    assert "will be read as soon as the daemon runs" in plain(page)
    assert "world" in ledger.sources.due(configured, place.room.clock())
    ledger.accounts.started("here/1", place.room.clock())
    assert "world is read now." in plain(post(editor, "/sources/world/read", stay="1"))


def test_the_page_of_a_source(place: Newsroom, editor: httpx.Client) -> None:
    """Its last reads, its error in words, and its newest articles with what became of them."""
    place.publish("ferry")
    words = plain(editor.get("/sources/world"))
    assert "Ferry ferry returns" in words and "planned" in words and "1 new today" in words
    assert "Read every 1 min" in words
    assert editor.get("/sources/nowhere").status_code == 404
    assert post(editor, "/sources/nowhere/read").status_code == 404


def test_what_is_new_today(place: Newsroom) -> None:
    """Articles are counted from a moment on, by the source that brought them first, and none of a first read."""
    place.publish("ferry")
    place.publish("bridge")
    now = place.room.clock()
    assert place.room.ledger.sources.new_since(now - timedelta(hours=1)) == {"world": 2}
    assert place.room.ledger.sources.new_since(now + timedelta(hours=1)) == {}
    assert [row["title"] for row in place.room.ledger.sources.latest("world", 1)] == ["Ferry bridge returns"]
