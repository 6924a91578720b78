"""The newsroom through the API: articles added, accounts, sources, the stop switch, events, the stream."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.desk.machines import Refusing, held, machine, problem, refusing
from tests.desk.newsroom import Newsroom
from tests.sources.newsroom_server import Newsroom as Web
from tests.sources.newsroom_server import newsroom as web_server
from tests.sources.newsroom_server import reply

PAGE = """<!doctype html><html lang="en"><head><title>Lock gate opens</title>
<meta property="og:title" content="Lock gate opens"><meta property="og:description" content="After a year."></head>
<body><article><h1>Lock gate opens</h1><p>After a year.</p></article></body></html>"""
NEAR = """
[sources.local]
type = "feed"
url = "http://127.0.0.1:{port}/feed.xml"
allow_private = true
"""


@pytest.fixture
def cms(newsroom: Newsroom) -> Iterator[httpx.Client]:
    """A program that reads, acts and composes."""
    with machine(newsroom, "cms", "read", "act", "compose") as client:
        yield client


@pytest.fixture
def web() -> Iterator[Web]:
    """The newsroom's own pages."""
    with web_server() as running:
        running.pages["/lock"] = reply(200, PAGE.encode(), Content_Type="text/html; charset=utf-8")
        running.pages["/empty"] = reply(200, b"<p>nothing</p>", Content_Type="text/html")
        yield running


@pytest.fixture
def near(tmp_path: Path, hashed_password: str, web: Web) -> Iterator[Newsroom]:
    """A newsroom with a source on that server."""
    made = Newsroom(tmp_path, hashed_password, policy=NEAR.format(port=web.port))
    made.serve()
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, hashed_password: str) -> Iterator[Refusing]:
    """One newsroom for all refusals."""
    with refusing(tmp_path_factory.mktemp("refusing"), hashed_password) as made:
        yield made


# ---------------------------------------------------------------------------------------------- articles


def test_a_cms_adds_an_article_once(near: Newsroom, web: Web) -> None:
    """An address is read, and queued on every account after its usual wait; once more, it is known and nothing new."""
    with machine(near, "cms", "read", "compose") as cms:
        first = cms.post("articles", json={"url": web.url("/lock")})
        assert first.status_code == 201, first.text
        said = first.json()
        assert said["article"]["title"] == "Lock gate opens"
        assert [one["account"] for one in said["article"]["deliveries"]] == list(near.room.accounts)
        assert {one["status"] for one in said["article"]["deliveries"]} == {"queued"}
        assert first.headers["location"] == f"/api/v1/articles/{said['article']['id']}"
        wait = near.row(said["made"][0]).due - near.room.clock()  # type: ignore[operator]
        assert wait.total_seconds() > 500
        again = cms.post("articles", json={"url": web.url("/lock?utm_source=x")})
        assert (again.status_code, again.json()["made"]) == (200, [])
        purpose = cms.post("articles", json={"url": web.url("/lock"), "accounts": ["mastodon"], "again": "anniversary"})
        assert (purpose.status_code, len(purpose.json()["made"])) == (201, 1)


def test_own_words_with_a_key_are_one_post(newsroom: Newsroom, cms: httpx.Client) -> None:
    """A post in own words, sent twice with one key, is one post."""
    body = {"text": "We are live: follow the count.", "accounts": ["mastodon", "x-main"], "due": "2026-12-24T18:00:00Z"}
    first = cms.post("articles", json=body, headers={"idempotency-key": "live-1"})
    again = cms.post("articles", json=body, headers={"idempotency-key": "live-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    rows = newsroom.room.ledger.deliveries.of_article(first.json()["article"]["id"])
    assert [one["text"] for one in first.json()["article"]["deliveries"]] == [body["text"]] * 2
    assert len(rows) == 2


def test_one_key_at_the_same_moment_is_one_post(newsroom: Newsroom, cms: httpx.Client) -> None:
    """Five requests at once with one key make one post; whoever comes too early is told to wait."""

    def ask(_number: int) -> int:
        sent = {**cms.headers, "idempotency-key": "race"}
        body = {"text": "We are live.", "accounts": ["mastodon"]}
        return httpx.post(f"{newsroom.url}/api/v1/articles", json=body, headers=sent, timeout=20).status_code

    with ThreadPoolExecutor(5) as pool:
        statuses = list(pool.map(ask, range(5)))
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert len(cms.get("deliveries").json()["items"]) == 1


@pytest.mark.parametrize(("body", "field"), [
    ({}, "url"),
    ({"url": "not an address"}, "url"),
    ({"url": "http://127.0.0.1:1/inside"}, "url"),
    ({"url": "file:///etc/passwd"}, "url"),
    ({"text": "x" * 281, "accounts": ["x-main"]}, "text"),
    ({"text": "x" * 100_001}, "text"),
    ({"text": "x", "accounts": ["nobody"]}, "accounts"),
    ({"text": "x", "due": "soon"}, "due"),
    ({"text": "x", "account": "mastodon"}, "account"),
])  # fmt: skip
def test_what_cannot_be_said_is_not_stored(shared: Refusing, body: dict[str, object], field: str) -> None:
    """No address, one inside the house, too long, an account there is not: refused by field, and nothing is kept."""
    before = held(shared.newsroom)
    refused = problem(shared.client.post("articles", json=body), 422, "invalid")
    assert {one["field"] for one in refused["errors"]} == {field}
    assert held(shared.newsroom) == before


def test_a_page_without_a_headline_is_refused(near: Newsroom, web: Web) -> None:
    """A page that says nothing, and one there is not, are refused with the reason."""
    before = held(near)
    with machine(near, "cms", "compose") as cms:
        for path in ("/empty", "/none"):
            problem(cms.post("articles", json={"url": web.url(path)}), 422, "invalid")
    assert held(near) == before


# ---------------------------------------------------------------------------------------------- accounts, sources, stop


def test_an_account_is_paused_and_that_is_undone(newsroom: Newsroom, cms: httpx.Client) -> None:
    """A pause says why on the account; undone at once by whoever slipped, the account sends again."""
    done = cms.post("accounts/mastodon/actions", json={"verb": "pause", "reason": "derby rules"}).json()
    assert done["account"]["paused"] == "derby rules"
    assert done["action"]["undo"]["verb"] == "resume"
    assert cms.get("accounts/mastodon").json()["paused_by"] == "token:cms"
    back = cms.post(f"actions/{done['action']['id']}/undo")
    assert back.status_code == 200, back.text
    assert cms.get("accounts/mastodon").json()["paused"] is None


def test_a_test_that_fails_says_why(newsroom: Newsroom, cms: httpx.Client) -> None:
    """Testing an account without its token tells the trouble and shows no secret."""
    done = cms.post("accounts/mastodon/actions", json={"verb": "test"}).json()
    assert "access_token" in done["trouble"]
    assert done["account"]["paused"]


def test_a_source_is_read_next(newsroom: Newsroom, cms: httpx.Client) -> None:
    """ "read" makes the source's next poll due now."""
    before = newsroom.room.clock()
    said = cms.post("sources/world/actions", json={"verb": "read"}).json()
    states = newsroom.room.ledger.sources.states(newsroom.room.config.sources.values())
    assert said["name"] == "world"
    assert (states["world"].next_poll or before) >= before.replace(microsecond=0)
    assert [one["name"] for one in cms.get("sources").json()["items"]] == ["world"]


def test_stop_and_go(newsroom: Newsroom, cms: httpx.Client) -> None:
    """Anybody who may act stops everything; what lets posts leave again needs a chief. A stop keeps its reason."""
    newsroom.publish("harbour")
    assert cms.get("stop").json() == {"stopped": False, "reason": None, "by": None, "at": None, "waiting": 4}
    said = cms.put("stop", json={"reason": "checking a wrong name"}).json()
    assert (said["stopped"], said["reason"], said["by"]) == (True, "checking a wrong name", "token:cms")
    assert cms.put("stop", json={"reason": "other"}).json()["reason"] == "checking a wrong name"
    problem(cms.delete("stop"), 403, "not-allowed")
    with machine(newsroom, "chief", "act", of="cleo") as chief:
        assert chief.delete("stop").json()["stopped"] is False


def test_a_text_is_counted_as_its_platform_counts(newsroom: Newsroom, cms: httpx.Client) -> None:
    """A link costs what the platform says; one that does not fit says by how much."""
    link = "https://news.example.com/" + "a" * 100
    assert cms.post("measure", json={"account": "x-main", "text": link}).json()["count"]["length"] == 23
    long = cms.post("measure", json={"account": "bluesky", "text": "é" * 301}).json()
    assert (long["fits"], long["count"]["left"]) == (False, -1)
    problem(cms.post("measure", json={"account": "nobody", "text": "x"}), 422, "invalid")


# ---------------------------------------------------------------------------------------------- what happens


def test_events_are_told_once_each(newsroom: Newsroom, cms: httpx.Client) -> None:
    """Page by page every move comes once, in order; `next` waits for what comes later."""
    rows = newsroom.publish("harbour")
    first = cms.get("events", params={"limit": 3}).json()
    second = cms.get("events", params={"limit": 3, "after": first["next"]}).json()
    assert [one["verb"] for one in first["items"] + second["items"]] == ["plan"] * 4
    assert cms.get("events", params={"after": second["next"]}).json() == {"items": [], "next": second["next"]}
    cms.post(f"deliveries/{rows[1].id}/actions", json={"verb": "hold", "reason": "checking"})
    (later,) = cms.get("events", params={"after": second["next"]}).json()["items"]
    assert (later["verb"], later["from"], later["to"], later["actor"]) == ("hold", "queued", "held", "token:cms")
    assert later["account"] == "facebook-page"
    of_one = cms.get("events", params={"delivery": rows[0].id}).json()["items"]
    assert {one["delivery"] for one in of_one} == {rows[0].id}
    assert len(cms.get("events", params={"account": "mastodon", "article": rows[0].article}).json()["items"]) == 1


def test_the_stream_tells_what_moves(newsroom: Newsroom, cms: httpx.Client) -> None:
    """A stream begins with how things stand, and gives what was missed since an event."""
    rows = newsroom.publish("harbour")
    told = []
    with cms.stream("GET", "stream", params={"since": 3}) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                told.append(json.loads(line.removeprefix("data: ")))
            if len(told) == 2:
                break
    assert told[0]["kind"] == "state"
    assert (told[1]["delivery"], told[1]["status"]) == (rows[3].id, "queued")
