"""What the command line says of hubs that tell us what is new."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from syndicator.ledger import Ledger
from syndicator.models import Subscription
from tests.cli.desk import Desk, account

SOURCE = '[sources.world]\nurl = "http://127.0.0.1:1/feed.xml"\nallow_private = true'
NOW = datetime.now(UTC)
GOOD = Subscription(
    "world", "https://news.example/feed", "https://hub.example/", "the-path", "the-secret", "active",
    lease_until=NOW + timedelta(days=9), heard_at=NOW,
)  # fmt: skip
BAD = Subscription("world", GOOD.topic, GOOD.hub, "the-path", "the-secret", "refused", error="no such topic")


@pytest.fixture
def told(desk: Desk) -> Desk:
    """A working directory with one source."""
    desk.configure(account("one", desk.folder), SOURCE)
    return desk


def keep(desk: Desk, *known: Subscription) -> None:
    """Put subscriptions into the ledger."""
    with closing(Ledger(f"sqlite:///{desk.ledger}")) as ledger:
        for one in known:
            ledger.told.keep(one)


@pytest.mark.parametrize(
    ("one", "words", "state"),
    [
        (GOOD, "not read yet; told by its hub hub.example, until ", "active"),
        (BAD, "not read yet; the hub hub.example refused: no such topic", "refused"),
    ],
)
def test_the_list_says_who_tells(told: Desk, one: Subscription, words: str, state: str) -> None:
    """Beside the source's own state, for people and for machines; nothing secret."""
    keep(told, one)
    table, listed = told.ok("sources", "list"), told.ok("sources", "list", "--format", "json")
    assert words in table
    hub = json.loads(listed)[0]["hub"]
    assert (hub["host"], hub["state"], hub["error"]) == ("hub.example", state, one.error or None)
    assert "the-secret" not in table + listed
    assert "the-path" not in table + listed


def test_a_source_without_a_hub_is_listed_as_ever(told: Desk) -> None:
    """No word about hubs."""
    assert "hub" not in told.ok("sources", "list")
    assert json.loads(told.ok("sources", "list", "--format", "json"))[0]["hub"] is None


def test_check_speaks_of_trouble_only(told: Desk) -> None:
    """A hub that tells is not mentioned, one that refused is a warning, one of a source that is gone is nobody's."""
    keep(told, GOOD, Subscription("gone", GOOD.topic, GOOD.hub, "other", "s", "refused", error="no"))
    assert "hub" not in told.call("check").out
    keep(told, BAD)
    [line] = [line for line in told.call("check").out.splitlines() if line.startswith("hub")]
    assert line.split("\t")[1:] == ["world", "warn", "The hub hub.example refused: no such topic"]
