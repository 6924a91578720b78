"""Subscribing at a hub and being told by it, over real sockets: the desk listens, the hub comes."""

import io
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import structlog
from structlog.testing import capture_logs

from syndicator import daemon
from syndicator.adapters import memory
from syndicator.desk.pages import websub
from syndicator.desk.wayin import LONGER
from syndicator.log import configure
from syndicator.pipeline import hearing, hubs
from syndicator.room import utc_now
from tests.core.conftest import HandClock
from tests.core.test_daemon import soon
from tests.websub.hub import CHALLENGE, Site, Subscriber, free_port

LIMIT = LONGER["/websub/"]


def subscribed(us: Subscriber, hub: Site) -> dict[str, str]:
    """Subscribe and be verified. Returns what the hub was asked."""
    us.beat()
    form = hub.asked[-1][1]
    assert hub.verify(form).status_code == 200
    assert us.state() == "active"
    return form


def taken(us: Subscriber, hub: Site, form: dict[str, str], *stories: str) -> httpx.Response:
    """The hub tells of these stories, and what it told has been taken."""
    us.woken.clear()
    answer = hub.deliver(form, hub.publish(*stories))
    assert us.woken.wait(5)
    assert soon(lambda: us.one is not None and us.one.heard_at is not None)
    return answer


def test_subscribed_verified_told(us: Subscriber, hub: Site, clock: HandClock) -> None:
    """The hub is asked as the Recommendation says, verified, and what it tells is stored and work at once."""
    us.beat()
    assert us.state() == "asked"
    [(path, form)] = hub.asked
    public = us.room.config.desk.public_url.rstrip("/")
    assert path == "/hub"
    assert form["hub.callback"].startswith(f"{public}/websub/")
    assert len(form["hub.callback"].rpartition("/")[2]) == 43
    assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", hub.url("/feed.xml"))
    assert form["hub.lease_seconds"] == "864000"
    assert 40 < len(form["hub.secret"].encode()) < 200
    answer = hub.verify(form, lease_seconds="86400")
    assert (answer.status_code, answer.text) == (200, CHALLENGE)
    assert answer.headers["content-type"].startswith("text/plain")
    assert us.one is not None
    assert us.one.lease_until == clock() + timedelta(days=1)
    assert us.titles() == ["old"]
    assert taken(us, hub, form, "new", "old").status_code == 202
    assert us.titles() == ["old", "new"]
    assert [one.title for one in us.room.ledger.articles.new(clock())] == ["new"]


def test_the_same_again_does_nothing(us: Subscriber, hub: Site, clock: HandClock) -> None:
    """A hub that tells twice makes no second article, nor does the poll that finds it as well."""
    form = subscribed(us, hub)
    taken(us, hub, form, "new", "old")
    taken(us, hub, form, "new", "old")
    us.poll()
    assert us.titles() == ["old", "new"]
    assert len(us.room.ledger.articles.new(clock())) == 1


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_every_method_of_signing_is_known(us: Subscriber, hub: Site, method: str) -> None:
    """The four methods that the Recommendation names."""
    form = subscribed(us, hub)
    us.woken.clear()
    assert hub.deliver(form, hub.publish("new"), method).status_code == 202
    assert us.woken.wait(5)
    assert us.titles() == ["old", "new"]


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        "md5={md5}",
        "{sha256}",
        "sha512={sha256}",
        "sha256=é",
        "none=",
        "=",
        "sha256",
    ],
)
def test_what_is_not_signed_by_us_is_dropped(
    us: Subscriber, hub: Site, signature: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is acknowledged and not read, and the log says so once, not each time."""
    monkeypatch.setattr(websub, "_WARNED", websub._Warned())
    form = subscribed(us, hub)
    body, secret = hub.publish("forged"), form["hub.secret"].encode()
    marks = {name: hubs.hmac.new(secret, body, name).hexdigest() for name in ("md5", "sha256")}
    header = {"X_Hub_Signature": signature.format(**marks).encode()}
    with capture_logs() as logs:
        for _ in range(3):
            assert hub.deliver(form, body, **header).status_code == 202
    assert us.titles() == ["old"]
    assert not us.woken.is_set()
    assert [line["reason"] for line in logs if line["event"] == "delivery dropped"] == [
        "its signature is wrong" if signature else "it is not signed"
    ]


def test_another_secret_is_not_ours(us: Subscriber, hub: Site) -> None:
    """Who knows the address alone can tell nothing."""
    form = subscribed(us, hub)
    assert hub.deliver(form | {"hub.secret": "guessed"}, hub.publish("forged")).status_code == 202
    assert us.titles() == ["old"]


@pytest.mark.parametrize(
    "said",
    [
        {"topic": "https://else.example/feed"},
        {"topic": ""},
        {"mode": "unsubscribe"},
        {"mode": "publish"},
        {"mode": ""},
        {"challenge": ""},
    ],
)
def test_only_what_was_asked_is_verified(us: Subscriber, hub: Site, said: dict[str, str]) -> None:
    """Another topic, another intent: 404, and nothing is changed."""
    us.beat()
    before = us.one
    assert hub.verify(hub.asked[0][1], **said).status_code == 404
    assert us.one == before


def test_an_unknown_address(us: Subscriber, hub: Site) -> None:
    """A guessed path is nobody's, to verify and to tell; so is one that was made and never asked for."""
    us.beat()
    form = hub.asked[0][1]
    guessed = form | {"hub.callback": form["hub.callback"][:-4] + "AAAA"}
    assert hub.verify(guessed).status_code == 404
    assert hub.deliver(guessed).status_code == 404
    assert httpx.head(form["hub.callback"]).status_code == 404
    assert httpx.put(form["hub.callback"]).status_code == 405


def test_the_desk_answers_to_its_own_name_only(us: Subscriber, hub: Site) -> None:
    """A hub's call passes the same outermost layer as a person's."""
    form = subscribed(us, hub)
    assert hub.deliver(form, hub.publish("new"), Host="evil.example").status_code == 421
    assert us.titles() == ["old"]


def test_denied(us: Subscriber, hub: Site, clock: HandClock) -> None:
    """The hub's reason is kept, on one line; what it tells no longer counts, and it is asked again later."""
    form = subscribed(us, hub)
    answer = hub.verify(form, mode="denied", reason="no such\n\x1b[31mtopic", challenge="")
    assert answer.status_code == 200
    assert us.one is not None
    assert (us.one.state, us.one.error, us.one.lease_until) == ("refused", "no such [31mtopic", None)
    assert hub.deliver(form, hub.publish("new")).status_code == 202
    us.beat()
    assert (len(hub.asked), us.titles(), us.room.told) == (1, ["old"], frozenset())
    clock.forward(minutes=11)
    us.beat()
    assert (len(hub.asked), us.state()) == (2, "asked")


def test_a_lease_is_renewed_in_time(us: Subscriber, hub: Site, clock: HandClock) -> None:
    """At two thirds of the lease and a little later, with the same address and secret; it stays in force meanwhile."""
    form = subscribed(us, hub)
    taken(us, hub, form, "new", "old")
    clock.forward(days=6, hours=15)
    us.beat()
    assert len(hub.asked) == 1
    clock.forward(days=1, hours=2)
    us.beat()
    assert [asked for _, asked in hub.asked] == [form, form]
    assert (us.state(), us.room.told) == ("active", {"world"})
    hub.verify(form)
    assert us.one is not None
    assert us.one.lease_until == clock() + hubs.LEASE


def test_a_lease_that_ends_is_no_voice(us: Subscriber, hub: Site, clock: HandClock) -> None:
    """A hub that cannot be asked again in time speaks no more for the source."""
    form = subscribed(us, hub)
    taken(us, hub, form, "new", "old")
    hub.status["/hub"] = 500
    clock.forward(days=8)
    us.beat()
    assert us.one is not None
    assert (us.state(), us.room.told) == ("active", {"world"})
    assert "answered 500" in us.one.error
    clock.forward(days=3)
    us.beat()
    us.beat()
    assert (us.state(), us.room.told) == ("wanted", frozenset())


def test_a_hub_that_speaks_slows_polling_and_does_not_end_it(us: Subscriber, hub: Site, clock: HandClock) -> None:
    """The source counts as told from the first delivery on, and is polled all the same."""
    us.beat()
    assert us.room.told == frozenset()
    hub.verify(hub.asked[0][1])
    us.beat()
    assert us.room.told == frozenset()  # many feeds name a hub that nobody tells
    before = us.room.ledger.sources.states([us.source])["world"]
    taken(us, hub, hub.asked[0][1], "new", "old")
    us.beat()
    assert us.room.told == {"world"}
    after = us.room.ledger.sources.states([us.source])["world"]
    assert (after.next_poll, after.etag) == (before.next_poll, before.etag)
    hub.publish("missed", "new", "old")
    clock.forward(hours=1.2)
    assert "world" in us.room.ledger.sources.due([us.source], clock())
    us.poll()
    assert us.titles() == ["old", "new", "missed"]


def test_a_hub_that_is_down_is_asked_ever_more_rarely(us: Subscriber, hub: Site, clock: HandClock) -> None:
    """Ten minutes, doubled, a day at most; the reason is kept, and the first success forgets it."""
    nowhere = f"http://127.0.0.1:{free_port()}/hub"
    hub.links = (f'<{nowhere}>; rel="hub"', f"<{hub.url('/feed.xml')}>; rel=self")
    us.poll()
    waits = []
    for _ in range(10):
        us.beat()
        assert us.one is not None
        assert us.one.next_try is not None
        waits.append((us.one.next_try - clock()) / timedelta(minutes=1))
        clock.now = us.one.next_try
    assert waits == [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]
    assert us.one is not None
    assert (us.one.state, us.one.failures) == ("wanted", 10)
    assert "the connection was refused or failed" in us.one.error
    assert hub.asked == []


@pytest.mark.parametrize(
    ("status", "state"), [(400, "refused"), (403, "refused"), (404, "refused"), (429, "wanted"), (503, "wanted")]
)
def test_a_hub_that_says_no(us: Subscriber, hub: Site, clock: HandClock, status: int, state: str) -> None:
    """A refusal and trouble are told apart, and a plea for patience is heard; neither is given up for ever."""
    hub.status["/hub"], hub.headers = status, {"Retry-After": "7200"}
    us.beat()
    assert us.one is not None
    assert (us.one.state, us.one.next_try) == (state, clock() + timedelta(hours=2))
    assert f"answered {status}" in us.one.error
    clock.forward(hours=2)
    hub.status.clear()
    subscribed(us, hub)
    assert us.one.error == ""


def test_a_hub_that_never_comes(us: Subscriber, hub: Site, clock: HandClock) -> None:
    """Taken and never verified: people are told what it may be."""
    us.beat()
    clock.forward(minutes=10)
    us.beat()
    assert us.one is not None
    assert (us.one.state, us.one.error) == ("asked", hubs.NEVER_CAME)
    assert len(hub.asked) == 2


def test_the_next_hub_is_tried_at_once(us: Subscriber, hub: Site, clock: HandClock) -> None:
    """Of several the first that works is kept; when all have failed they wait together."""
    hub.publish("old", hubs=("/broken", "/good"))
    us.poll()
    hub.status["/broken"] = 500
    us.beat()
    us.beat()
    assert [path for path, _ in hub.asked] == ["/broken", "/good"]
    hub.verify(hub.asked[1][1])
    clock.forward(days=8)
    us.poll()
    us.beat()
    assert [path for path, _ in hub.asked] == ["/broken", "/good", "/good"]


def test_a_hub_may_come_before_it_has_answered(us: Subscriber, hub: Site) -> None:
    """What it verified is not undone by its answer, not even by a bad one."""
    hub.at_once = True
    hub.status["/hub"] = 500
    us.beat()
    assert [one.status_code for one in hub.came] == [200]
    assert us.one is not None
    assert (us.one.state, us.one.failures, us.one.error) == ("active", 0, "")


def test_a_hub_may_come_after_it_seemed_down(us: Subscriber, hub: Site) -> None:
    """A lost answer to a request that arrived: the verification counts."""
    hub.status["/hub"] = 504
    us.beat()
    assert us.state() == "wanted"
    assert hub.verify(hub.asked[0][1]).status_code == 200
    assert us.state() == "active"


def test_a_hub_moves(us: Subscriber, hub: Site, clock: HandClock) -> None:
    """The old one is asked to end it and hears 410; the new one gets another address and secret."""
    old = subscribed(us, hub)
    clock.forward(hours=2)
    hub.publish("old", "other", hubs=("/hub2",))
    us.poll()
    us.beat()
    asked = dict(hub.asked[1:])
    assert asked["/hub"]["hub.mode"] == "unsubscribe"
    assert asked["/hub"]["hub.callback"] == old["hub.callback"]
    assert "hub.secret" not in asked["/hub"]
    new = asked["/hub2"]
    assert new["hub.mode"] == "subscribe"
    assert {new["hub.callback"], new["hub.secret"]}.isdisjoint({old["hub.callback"], old["hub.secret"]})
    assert hub.deliver(old, hub.publish("late")).status_code == 410
    assert hub.verify(asked["/hub"]).text == CHALLENGE
    assert hub.deliver(old, hub.publish("late")).status_code == 410
    assert hub.verify(old).status_code == 404
    assert hub.verify(new).status_code == 200
    taken(us, hub, new, "told")
    assert us.titles()[-1] == "told"
    clock.forward(days=31)
    us.beat()
    assert list(us.room.ledger.told.subscriptions()) == ["world"]
    assert hub.deliver(old).status_code == 404


def test_a_feed_of_two_minds_does_not_make_us_run(us: Subscriber, hub: Site, clock: HandClock) -> None:
    """Two servers that name different hubs: we stay with one for an hour."""
    subscribed(us, hub)
    for number in range(6):
        clock.forward(minutes=9)
        hub.publish("old", str(number), hubs=(f"/hub{number}",))
        us.poll()
        us.beat()
    assert len(hub.asked) == 1


@pytest.mark.parametrize("unanswered", [True, False])
def test_switched_off_in_the_configuration(us: Subscriber, hub: Site, clock: HandClock, unanswered: bool) -> None:
    """The hub is asked to end it, three times at most; what it still tells is answered 410 and not read."""
    form = subscribed(us, hub)
    us.configure(websub=False)
    us.beat()
    us.beat()
    assert hub.asked[-1][1] == {
        "hub.mode": "unsubscribe", "hub.topic": form["hub.topic"], "hub.callback": form["hub.callback"]
    }  # fmt: skip
    assert hub.deliver(form, hub.publish("new")).status_code == 410
    if not unanswered:
        assert hub.verify(hub.asked[-1][1]).status_code == 200
    for _ in range(6):
        clock.forward(minutes=11)
        us.beat()
    assert len(hub.asked) == (1 + hubs.FAREWELLS if unanswered else 2)
    assert [one.state for one in us.room.ledger.told.subscriptions().values()] == ["ended"]
    assert hub.deliver(form, hub.publish("new")).status_code == 410
    assert (us.titles(), us.room.told) == (["old"], frozenset())
    clock.forward(days=31)
    us.beat()
    assert us.room.ledger.told.subscriptions() == {}


def test_a_source_that_left_the_configuration(us: Subscriber, hub: Site) -> None:
    """Its subscription leaves with it."""
    form = subscribed(us, hub)
    us.room.config = replace(us.room.config, sources={})
    us.beat()
    assert [one.state for one in us.room.ledger.told.subscriptions().values()] == ["leaving"]
    assert hub.deliver(form, hub.publish("new")).status_code == 410


def test_a_hub_that_is_named_no_more(us: Subscriber, hub: Site, clock: HandClock) -> None:
    """A 304 and a cut-off document say nothing about hubs; a whole one without a hub does."""
    subscribed(us, hub)
    clock.forward(hours=2)
    assert us.poll().status == 304
    assert us.state() == "active"
    whole = hub.publish("old", "more", hubs=())
    hub.body = whole[:-30]
    us.poll()
    assert us.state() == "active"
    hub.body = whole
    us.poll()
    assert us.state() == ""
    us.beat()
    assert hub.asked[-1][1]["hub.mode"] == "unsubscribe"


def test_no_secret_travels_in_the_clear(us: Subscriber, hub: Site) -> None:
    """A hub without TLS is asked for a source of a private network only; the refusal is in words, and not repeated."""
    us.configure(allow_private=False)
    with capture_logs() as logs:
        us.beat()
        us.beat()
    assert us.one is not None
    assert (us.one.state, us.one.error, hub.asked) == ("refused", hubs.NOT_SECURE, [])
    assert [line["event"] for line in logs] == ["hub not asked"]
    us.configure(allow_private=True)
    subscribed(us, hub)


def test_a_hub_in_a_private_network_is_not_asked(us: Subscriber, hub: Site) -> None:
    """An https hub's address is judged like any other that somebody wrote."""
    hub.links = ('<https://127.0.0.1:1/hub>; rel="hub"', f'<{hub.url("/feed.xml")}>; rel="self"')
    us.poll()
    us.configure(allow_private=False)
    us.beat()
    assert us.one is not None
    assert "private or reserved" in us.one.error


def test_without_a_public_address_no_hub_is_asked(tmp_path: Path, hub: Site, clock: HandClock) -> None:
    """Nobody could come to verify, so nothing is even noted."""
    us = Subscriber(tmp_path, hub.url("/feed.xml"), clock, public=False)
    try:
        us.poll()
        us.beat()
        assert (us.one, hub.asked, us.room.told) == (None, [], frozenset())
    finally:
        us.close()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_delivery_has_a_limit(us: Subscriber, hub: Site, chunked: bool) -> None:
    """More than 10 MB is refused, with its length told or not; as much as that is taken, unlike a person's form."""
    form = subscribed(us, hub)

    def pieces() -> Iterator[bytes]:
        for _ in range(11):
            yield b" " * 1_000_000

    content = pieces() if chunked else b"".join(pieces())
    with httpx.Client() as client:
        try:
            assert client.post(form["hub.callback"], content=content).status_code == 413
        except httpx.WriteError:
            pytest.fail("the answer did not arrive")
    feed = hub.publish("new")
    us.woken.clear()
    assert hub.deliver(form, feed + b" " * (LIMIT - len(feed))).status_code == 202
    assert us.woken.wait(20)
    assert us.titles() == ["old", "new"]


@pytest.mark.parametrize("body", [b"", b"<html><body>Sorry</body></html>", b"{", b"<rss", b"\xff" * 50])
def test_a_delivery_that_is_no_feed(us: Subscriber, hub: Site, body: bytes) -> None:
    """It is dropped with a word in the log, and the next one is taken."""
    form = subscribed(us, hub)
    assert us.one is not None
    with capture_logs() as logs:
        assert hearing.hear(us.room, us.one, body, "") == 0
    assert [line["event"] for line in logs][-1] == "delivery dropped"
    assert hub.deliver(form, body).status_code == 202
    taken(us, hub, form, "new")
    assert us.titles() == ["old", "new"]


def test_nothing_is_taken_for_a_source_never_read(us: Subscriber, hub: Site) -> None:
    """With another address in the configuration nobody knows yet what is old, so all would be posted."""
    subscribed(us, hub)
    us.configure(url=hub.url("/another.xml"))
    assert us.one is not None
    with capture_logs() as logs:
        assert hearing.hear(us.room, us.one, hub.publish("a", "b"), "") == 0
    assert [line["event"] for line in logs] == ["delivery dropped"]
    assert us.room.ledger.sources.latest("world")[0]["title"] == "old"


def test_nothing_secret_is_said(us: Subscriber, hub: Site, clock: HandClock) -> None:
    """Neither the secret nor the address is in the log or in a repr, whatever happens."""
    out, before = io.StringIO(), structlog.get_config()
    handlers = logging.getLogger().handlers[:]
    configure("json", level="debug", stream=out)
    try:
        us.beat()
        form = hub.asked[0][1]
        hub.verify(form, topic="else")
        hub.verify(form)
        hub.deliver(form, hub.publish("x"), X_Hub_Signature="sha1=00")
        hub.deliver(form, b"no feed")
        taken(us, hub, form, "new")
        hub.status["/hub"] = 500
        clock.forward(days=8)
        us.beat()
        clock.forward(hours=1)
        us.configure(websub=False)
        us.beat()
        us.beat()
    finally:
        structlog.configure(**before)
        logging.getLogger().handlers[:] = handlers
    said = out.getvalue()
    assert "hub asked" in said
    assert form["hub.secret"] not in said
    assert form["hub.callback"].rpartition("/")[2] not in said
    assert us.one is None
    assert all(form["hub.secret"] not in repr(one) for one in us.room.ledger.told.subscriptions().values())


def test_a_daemon_subscribes_and_sends_what_it_is_told(
    tmp_path: Path, hub: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all parts at work, and a feed that is polled each hour, a story told by the hub is public at once."""
    memory._networks.clear()
    monkeypatch.setattr("syndicator.daemon.clock.HUBS", timedelta(seconds=0.2))
    hub.at_once = True
    us = Subscriber(tmp_path, hub.url("/feed.xml"), utc_now)
    running = daemon.Daemon(us.room)
    running.start()
    try:
        assert soon(lambda: us.state() == "active")
        hub.deliver(hub.asked[0][1], hub.publish("told", "old"))
        assert soon(lambda: [post.text.split("\n")[0] for post in memory.network("one").posts] == ["told"])
        assert soon(lambda: us.room.told == {"world"})
    finally:
        running.stop()
        us.close()
