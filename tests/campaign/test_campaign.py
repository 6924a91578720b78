"""The promise under kill -9: nothing lost, nothing doubled, nobody asked; and a broken promise would be noticed."""

import socket
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.sandbox import NETWORKS, Sandbox
from tests.campaign.plan import LASTING, Mix, lives
from tests.campaign.plan import NAMES as FAULTS
from tests.campaign.run import TWIN_SETTLES, campaign
from tests.campaign.sabotage import WAYS
from tests.campaign.tally import Tally, held, table
from tests.sandbox.clients import Page, x_client

SEED = 20261124
SHORT = Mix(kills=23, execs=3, long=0.0)
LONG = Mix(kills=1100, execs=100, lasting=LASTING)
TWIN = Mix(kills=110, execs=0, lasting=LASTING)  # a tenth

# Short, and aimed at what each saboteur breaks: networks without a lock of their own, posts that are stored.
NO_LOCK = ("x", "facebook_page")
STRUCK = Mix(24, 0, long=0.0, troubles=(), blows={"stored": 1, "answered": 1}, networks=NO_LOCK)
SPOILT = Mix(24, 0, seconds=(1.0, 1.2), long=0.0, troubles=(1.0,), blows={"random": 1}, networks=NO_LOCK,
             makes=(("500-after", {}, False),))  # fmt: skip
LOOKED = replace(STRUCK, kills=8)  # looks take their time: most of it in the last life
SABOTEURS = {
    "claim-after": STRUCK,
    "unknown-is-unavailable": SPOILT,
    "finds-nothing": LOOKED,
    "retries": STRUCK,
}


def test_a_short_campaign_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Killed again and again while networks misbehave, the daemon brings every story to every network once."""
    tally = campaign(tmp_path, SEED, SHORT, settle=60)
    assert (tally.lost, tally.doubled, tally.statuses["unconfirmed"]) == (0, 0, 0), _words(tally)
    assert tally.statuses == {"sent": SHORT.kills * len(NETWORKS)}, _words(tally)
    assert dict(tally.kills) == {"fork": 20, "exec": 3}
    assert tally.caught_stored > 0, _words(tally)


@pytest.mark.parametrize("way", SABOTEURS)
def test_a_saboteur_is_caught(tmp_path: Path, way: str) -> None:
    """Each way of breaking the promise makes a short campaign fail: it ends with a story that is public twice."""
    tally = campaign(tmp_path, SEED, SABOTEURS[way], way=way, settle=15, enough=True)
    assert tally.doubled > 0, _words(tally)


def test_every_saboteur_has_its_campaign() -> None:
    """No way of breaking the promise is left untried."""
    assert set(SABOTEURS) == set(WAYS) - {""}


@pytest.mark.slow
@pytest.mark.parametrize("mix", [STRUCK, SPOILT, LOOKED], ids=["struck", "spoilt", "looked"])
def test_where_saboteurs_fail_the_program_passes(tmp_path: Path, mix: Mix) -> None:
    """The campaigns in which saboteurs are caught are fair: the program as it is comes through them."""
    tally = campaign(tmp_path, SEED, mix, settle=60)
    assert tally.statuses == {"sent": mix.kills * len(NETWORKS)}, _words(tally)
    assert tally.kept, _words(tally)


@pytest.mark.slow
def test_the_long_campaign_loses_and_doubles_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Eleven hundred kills later every story is on every network once; the twin that retries has doubled some."""
    folders = tmp_path / "ours", tmp_path / "twin"
    for folder in folders:
        folder.mkdir()
    ours = campaign(folders[0], SEED, LONG, settle=300)
    twin = campaign(folders[1], SEED, TWIN, way="retries", settle=TWIN_SETTLES)
    with capsys.disabled():
        sys.stderr.write(f"\n{table([ours, twin])}\n")
    assert (ours.lost, ours.doubled, ours.statuses["unconfirmed"]) == (0, 0, 0), _words(ours)
    assert ours.statuses == {"sent": LONG.kills * len(NETWORKS)}, _words(ours)
    assert (ours.kills["fork"], ours.kills["exec"]) >= (1000, 100)
    assert ours.caught >= 300 and ours.caught_stored >= 100, _words(ours)
    assert all(ours.faults[kind] for kind in FAULTS.values()), _words(ours)
    assert twin.doubled > 0, _words(twin)


def _words(tally: Tally) -> str:
    return f"seed {tally.seed}\n{table([tally])}\n{dict(tally.statuses)}"


# ---------------------------------------------------------------------------------------------- its parts


@given(seed=st.integers(0, 2**32), kills=st.integers(1, 60), share=st.floats(0, 1))
def test_a_seed_gives_the_same_lives_again(seed: int, kills: int, share: float) -> None:
    """A campaign can be replayed: a seed draws the same lives, faults and blows, as many whole runs as asked for."""
    mix = Mix(kills, int(kills * share), lasting=LASTING)
    drawn = list(lives(seed, mix))
    assert drawn == list(lives(seed, mix))
    assert [life.number for life in drawn] == list(range(kills))
    assert sum(life.kind == "exec" for life in drawn) == mix.execs


def test_a_long_campaign_draws_everything() -> None:
    """Every kind of fault, every moment of a kill and every network is in a long campaign."""
    drawn = list(lives(SEED, LONG))
    assert {trouble.kind for life in drawn for trouble in life.troubles} == {*FAULTS, "hang"}
    assert {life.blow for life in drawn} == {"receipt", "stored", "answered", "random"}
    assert {network for life in drawn for network in life.aims} == set(NETWORKS)


@given(copies=st.lists(st.integers(0, 3), max_size=30), asked=st.sets(st.integers(0, 29)))
def test_every_story_is_counted_once(copies: list[int], asked: set[int]) -> None:
    """What was due is public, lost, doubled or waits for a person; lost is what is nowhere and nobody is asked."""
    links = [f"https://news.example/{number}" for number in range(len(copies))]
    public = Counter(dict(zip(links, copies, strict=True)))
    found = held(links, public, {link for number, link in enumerate(links) if number in asked})
    assert found.due == found.public + found.lost + found.doubled + found.person == len(copies)
    assert found.doubled == sum(n > 1 for n in copies)
    assert found.lost == sum(n == 0 and number not in asked for number, n in enumerate(copies))


def test_a_shut_port_refuses_and_opens_again() -> None:
    """A network whose port is shut refuses connections; open again, it answers as before."""
    with Sandbox(("mastodon",)) as box:
        address = ("127.0.0.1", urlsplit(box.url("mastodon")).port)
        for _ in range(2):
            box.refuse("mastodon")
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(address, timeout=5)
            box.refuse("mastodon", False)
            with socket.create_connection(address, timeout=5) as line:
                line.sendall(b"GET /_sandbox/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                assert line.recv(12) == b"HTTP/1.1 200"


def test_a_network_can_be_told_to_take_a_post_twice() -> None:
    """X's and Facebook's own check against duplicates can be switched off."""
    with Sandbox(("x", "facebook_page")) as box:
        page = Page(box)
        for network in ("x", "facebook_page"):
            box.allow_duplicates(network)
        for _ in range(2):
            x_client(box).create_tweet(text="Twice", user_auth=True)
            page.post(message="Twice", link="https://news.example/twice")
        assert [len(box.posts(network)) for network in ("x", "facebook_page")] == [2, 2]


def test_a_feed_shows_its_newest_stories() -> None:
    """A newsroom's feed can be as short as real ones are: the newest stories, and none that is older."""
    with Sandbox((), newsroom=True) as box:
        box.newsroom.feed_items(2)
        box.newsroom.publish("one", "One", "One.")
        box.newsroom.publish("two", "Two", "Two.")
        assert box.newsroom._feed.count(b"<item>") == 2
        assert b"sandbox-two" in box.newsroom._feed
