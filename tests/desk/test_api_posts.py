"""Posts through the API: as they are said, edited, decided about once, many at a time, and taken back."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from syndicator.ledger.history import FIELDS
from syndicator.models import Delivery
from tests.desk.machines import Refusing, bearer, held, machine, problem, refusing
from tests.desk.newsroom import MINUTE, Newsroom

MORE = {"key", "article", "label", "alt", "warning", "count", "can", "desk"}


@pytest.fixture
def rows(newsroom: Newsroom) -> list[Delivery]:
    """A story's four posts: X, a page, Mastodon, Bluesky."""
    return newsroom.publish("harbour", "Harbour tunnel stays shut", photo=True)


@pytest.fixture
def cms(newsroom: Newsroom) -> Iterator[httpx.Client]:
    """A program that reads, acts and composes."""
    with machine(newsroom, "cms", "read", "act", "compose") as client:
        yield client


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, hashed_password: str) -> Iterator[Refusing]:
    """One newsroom for all refusals."""
    with refusing(tmp_path_factory.mktemp("refusing"), hashed_password) as made:
        yield made


# ---------------------------------------------------------------------------------------------- as it is said


def test_a_post_has_the_keys_of_the_history(newsroom: Newsroom, cms: httpx.Client, rows: list[Delivery]) -> None:
    """A post has every key of `history --format json`, what the desk shows beside them, and its version as ETag."""
    answer = cms.get(f"deliveries/{rows[2].id}")
    said = answer.json()
    assert set(said) == set(FIELDS) | MORE
    assert answer.headers["etag"] == '"1"'
    assert (said["label"], said["detail"]) == ("Queued", "in 10 min")
    assert (said["alt"], said["warning"]) == ("A quay at dawn", None)
    assert said["count"] == {"length": 500 - said["count"]["left"], "limit": 500, "left": said["count"]["left"]}
    assert said["count"]["length"] < len(said["text"])  # a link costs 23
    assert said["can"] == ["hold", "edit", "send", "move", "suppress"]
    assert said["desk"] == f"/articles/{rows[2].article}#mastodon"
    assert said["due"].endswith("Z")
    assert len(said["due"]) == len("2026-11-23T13:02:00.000Z")
    assert cms.get(f"articles/{rows[0].article}").json()["deliveries"][2] == said


def test_a_sent_post_gives_its_permalink(newsroom: Newsroom, cms: httpx.Client, rows: list[Delivery]) -> None:
    """By an article's address, however it is written, a program finds where its posts are."""
    newsroom.sent(rows[0])
    found = cms.get("articles", params={"url": "https://NEWS.example/harbour?utm_source=feed"}).json()["items"]
    assert [one["permalink"] for one in found[0]["deliveries"]] == [
        f"https://social.example/posts/{rows[0].id}", None, None, None,
    ]  # fmt: skip
    assert cms.get("articles", params={"url": "https://news.example/unheard"}).json()["items"] == []


def test_what_is_not_known_is_never_failed(newsroom: Newsroom, cms: httpx.Client, rows: list[Delivery]) -> None:
    """A post whose answer was lost says so, in the desk's words, with the verbs that settle it."""
    newsroom.unknown(rows[2])
    said = cms.get(f"deliveries/{rows[2].id}").json()
    assert (said["status"], said["label"]) == ("unconfirmed", "Not known")
    assert "It may be public." in said["detail"]
    assert said["can"] == ["deliver", "clear", "leave"]


# ---------------------------------------------------------------------------------------------- edited


def test_an_edit_makes_a_version(cms: httpx.Client, rows: list[Delivery]) -> None:
    """Other words, alt text, warning and time are stored together, and null takes a warning away."""
    path, due = f"deliveries/{rows[2].id}", "2026-12-24T18:00:00.000Z"
    words = {"text": "Still shut https://news.example/harbour", "alt": "The quay", "warning": "smoke", "due": due}
    done = cms.patch(path, json=words, headers={"if-match": '"1"'})
    assert {name: done.json()[name] for name in words} == words
    assert (done.status_code, done.headers["etag"], done.json()["actor"]) == (200, '"2"', "token:cms")
    assert cms.patch(path, json={"warning": None}, headers={"if-match": '"2"'}).json()["warning"] is None
    moved = cms.patch(path, json={"due": "2026-12-24T20:00:00+01:00"}, headers={"if-match": '"3"'}).json()
    assert (moved["due"], moved["version"]) == ("2026-12-24T19:00:00.000Z", 3)


LONG = "word " * 200_000


@pytest.mark.parametrize(("place", "body", "match", "status", "kind", "field"), [
    (0, {"text": "x"}, None, 428, "no-version", ""),
    (0, {"text": "x"}, '"2"', 412, "changed", ""),
    (0, {"text": "x"}, 'W/"1"', 412, "changed", ""),
    (0, {"text": "x"}, "1", 412, "changed", ""),
    (0, {"text": "x" * 281}, '"1"', 422, "invalid", "text"),
    (0, {"text": LONG}, '"1"', 422, "invalid", "text"),
    (0, {"text": " \n"}, '"1"', 422, "invalid", "text"),
    (0, {"text": "a\0b"}, '"1"', 422, "invalid", "text"),
    (0, {"text": None}, '"1"', 422, "invalid", "text"),
    (0, {"text": 5}, '"1"', 422, "invalid", "text"),
    (0, {"words": "x"}, '"1"', 422, "invalid", "words"),
    (0, {}, '"1"', 422, "invalid", ""),
    (0, {"warning": "smoke"}, '"1"', 422, "invalid", "warning"),
    (0, {"photo": "7"}, '"1"', 422, "invalid", "photo"),
    (0, {"due": "tomorrow"}, '"1"', 422, "invalid", "due"),
    (0, {"due": "2026-12-24T18:00:00"}, '"1"', 422, "invalid", "due"),
    (0, {"due": "9999-12-31T23:59:59-12:00"}, '"1"', 422, "invalid", "due"),
    (0, {"due": None}, '"1"', 422, "invalid", "due"),
])  # fmt: skip
def test_an_edit_that_does_not_fit_changes_nothing(
    shared: Refusing, place: int, body: dict[str, Any], match: str | None, status: int, kind: str, field: str
) -> None:
    """A missing or older version, words that do not fit, 1 MB, times that cannot be: refused, and all is as it was."""
    before = held(shared.newsroom)
    sent = {"if-match": match} if match else {}
    refused = problem(shared.client.patch(f"deliveries/{shared.rows[place].id}", json=body, headers=sent), status, kind)
    assert [one["field"] for one in refused.get("errors", [])] == ([field] if status == 422 else [])
    assert LONG[:50] not in str(refused)
    assert held(shared.newsroom) == before


def test_half_a_character_is_refused(shared: Refusing) -> None:
    """JSON can hold half a surrogate pair, a ledger cannot."""
    before = held(shared.newsroom)
    answer = shared.client.patch(
        f"deliveries/{shared.rows[0].id}", content='{"text": "\\ud83d"}',
        headers={"if-match": '"1"', "content-type": "application/json"},
    )  # fmt: skip
    problem(answer, 422, "invalid")
    assert held(shared.newsroom) == before


def test_what_is_out_cannot_be_edited(newsroom: Newsroom, cms: httpx.Client, rows: list[Delivery]) -> None:
    """An edit of a sent post is told its state and what is left to do; nothing changes."""
    newsroom.sent(rows[0])
    before = held(newsroom)
    refused = problem(
        cms.patch(f"deliveries/{rows[0].id}", json={"text": "x"}, headers={"if-match": "*"}), 409, "wrong-state"
    )
    assert (refused["verb"], refused["from"], refused["allowed"]) == ("edit", "sent", [])
    assert held(newsroom) == before


def test_a_failed_post_is_mended_and_waits(newsroom: Newsroom, cms: httpx.Client, rows: list[Delivery]) -> None:
    """Other words for a failed post hold it, so that it does not leave before somebody says so."""
    newsroom.failed(rows[0])
    said = cms.patch(f"deliveries/{rows[0].id}", json={"text": "Shorter"}, headers={"if-match": '"1"'}).json()
    assert (said["status"], said["text"]) == ("held", "Shorter")


# ---------------------------------------------------------------------------------------------- decided about


def test_a_verb_answers_what_became_of_it(cms: httpx.Client, rows: list[Delivery]) -> None:
    """An action says what it did, to which state, and how to take it back; taken back, all is as before."""
    done = cms.post(f"deliveries/{rows[0].id}/actions", json={"verb": "suppress", "reason": "Duplicate"}).json()
    assert (done["verb"], done["reason"], done["actor"]) == ("suppress", "Duplicate", "token:cms")
    assert done["results"] == [
        {"delivery": rows[0].id, "from": "queued", "to": "suppressed", "version": 1, "problem": None}
    ]
    assert done["undo"] == {"verb": "release", "href": f"/api/v1/actions/{done['id']}/undo"}
    back = cms.post(done["undo"]["href"].removeprefix("/api/v1/")).json()
    assert back["results"][0]["to"] == "queued", back
    kept = cms.get(f"actions/{done['id']}").json()
    assert kept["undone_at"]
    assert kept["undo"] is None
    problem(cms.post(done["undo"]["href"].removeprefix("/api/v1/")), 409, "wrong-state")


def test_send_leaves_time_to_undo(newsroom: Newsroom, cms: httpx.Client, rows: list[Delivery]) -> None:
    """ "send" gives the post a time a few seconds ahead, before all others."""
    cms.post(f"deliveries/{rows[0].id}/actions", json={"verb": "send"})
    row = newsroom.row(rows[0].id)
    assert row.urgent
    assert row.due
    assert row.due - newsroom.room.clock() > newsroom.room.config.desk.undo_send / 5


@pytest.mark.parametrize(("body", "match", "status", "kind"), [
    ({"verb": "approve"}, None, 409, "wrong-state"),
    ({"verb": "hold"}, '"7"', 412, "changed"),
    ({"verb": "retract"}, None, 403, "not-allowed"),
    ({"verb": "explode"}, None, 422, "invalid"),
    ({"verb": "move"}, None, 422, "invalid"),
    ({"verb": "hold", "reason": "x" * 501}, None, 422, "invalid"),
    ({"verb": "hold", "why": "x"}, None, 422, "invalid"),
    ({"verb": "deliver", "permalink": ""}, None, 422, "invalid"),
])  # fmt: skip
def test_a_verb_that_cannot_be_changes_no_post(
    shared: Refusing, body: dict[str, Any], match: str | None, status: int, kind: str
) -> None:
    """The wrong state, an older version, a lesser role, a verb there is not: the posts are as they were."""
    sent = {"if-match": match} if match else {}
    before = held(shared.newsroom)[:-1]
    problem(shared.client.post(f"deliveries/{shared.rows[0].id}/actions", json=body, headers=sent), status, kind)
    assert held(shared.newsroom)[:-1] == before


def test_who_comes_too_late_is_told_so(newsroom: Newsroom, cms: httpx.Client, rows: list[Delivery]) -> None:
    """A hold that arrives after the post was sent says when it was sent, and what may be done."""
    newsroom.sent(rows[0])
    refused = problem(cms.post(f"deliveries/{rows[0].id}/actions", json={"verb": "hold"}), 409, "wrong-state")
    assert refused["detail"].startswith("X main was sent at ")
    assert (refused["verb"], refused["from"], refused["allowed"]) == ("hold", "sent", [])
    assert refused["instance"] == f"/api/v1/deliveries/{rows[0].id}"
    with machine(newsroom, "chief", "act", of="cleo") as chief:
        refused = chief.post(f"deliveries/{rows[0].id}/actions", json={"verb": "hold"}).json()
    assert refused["allowed"] == ["retract"]


def test_many_posts_each_by_itself(newsroom: Newsroom, cms: httpx.Client, rows: list[Delivery]) -> None:
    """In a bulk one post that refuses has a problem, and stops no other."""
    newsroom.sent(rows[0])
    numbers = [{"id": row.id} for row in rows] + [{"id": 4711}]
    done = cms.post("actions", json={"verb": "hold", "reason": "checking", "deliveries": numbers})
    assert done.status_code == 200
    results = done.json()["results"]
    assert [one["to"] for one in results] == [None, "held", "held", "held", None]
    assert [one["problem"] and one["problem"]["status"] for one in results] == [409, None, None, None, 404]
    undone = cms.post(f"actions/{done.json()['id']}/undo").json()
    assert [one["to"] for one in undone["results"]] == ["queued"] * 3
    too_many = {"verb": "hold", "deliveries": [{"id": number} for number in range(1, 502)]}
    problem(cms.post("actions", json=too_many), 422, "invalid")
    problem(cms.post("actions", json={"verb": "hold", "deliveries": []}), 422, "invalid")


# ---------------------------------------------------------------------------------------------- once


def test_the_same_request_is_done_once(newsroom: Newsroom, cms: httpx.Client, rows: list[Delivery]) -> None:
    """The same key and body give the same answer, done once; another body with that key is refused."""
    path, key = f"deliveries/{rows[0].id}/actions", {"idempotency-key": "5f1e-a"}
    first = cms.post(path, json={"verb": "hold", "reason": "checking"}, headers=key)
    before = held(newsroom)
    again = cms.post(path, json={"verb": "hold", "reason": "checking"}, headers=key)
    assert (again.status_code, again.json()) == (200, first.json())
    problem(cms.post(path, json={"verb": "hold", "reason": "other"}, headers=key), 422, "key-reused")
    problem(cms.post("actions", json={"verb": "hold", "deliveries": [{"id": 1}]}, headers=key), 422, "key-reused")
    assert held(newsroom) == before
    other = bearer(newsroom, "other", "act")
    answer = httpx.post(f"{newsroom.url}/api/v1/{path}", json={"verb": "approve"}, headers={**key, **other})
    assert answer.status_code == 200  # another's key is another key


def test_a_refusal_is_an_answer_too(cms: httpx.Client, rows: list[Delivery]) -> None:
    """A request that was refused is answered alike when it comes again, though it would be possible by then."""
    path, key = f"deliveries/{rows[0].id}/actions", {"idempotency-key": "late"}
    first = cms.post(path, json={"verb": "approve"}, headers=key)
    problem(first, 409, "wrong-state")
    cms.post(path, json={"verb": "hold"})
    again = cms.post(path, json={"verb": "approve"}, headers=key)
    assert (again.status_code, again.json()) == (409, first.json())
    assert again.headers["content-type"] == "application/problem+json"


def test_a_request_still_at_work_is_not_done_twice(newsroom: Newsroom, cms: httpx.Client, rows: list[Delivery]) -> None:
    """While the first is still at work the second one waits its turn: 409, and nothing changes."""
    path, key = f"deliveries/{rows[0].id}/actions", {"idempotency-key": "slow"}
    first = cms.post(path, json={"verb": "hold"}, headers=key)
    people, now = newsroom.room.ledger.people, newsroom.room.clock()
    there = people.begin_answer("slow", "token:cms", "", now)
    assert there
    assert there.status == first.status_code
    assert people.begin_answer("slow-2", "token:cms", there.body_hash, now) is None
    before = held(newsroom)
    problem(cms.post(path, json={"verb": "hold"}, headers={"idempotency-key": "slow-2"}), 409, "key-at-work")
    problem(cms.post(path, json={"verb": "hold"}, headers={"idempotency-key": "x" * 201}), 422, "invalid")
    assert held(newsroom) == before


def test_a_new_time_for_many(newsroom: Newsroom, cms: httpx.Client, rows: list[Delivery]) -> None:
    """ "move" gives every post the named moment."""
    due = (newsroom.room.clock() + 90 * MINUTE).replace(microsecond=0)
    numbers = [{"id": row.id, "version": 1} for row in rows]
    cms.post("actions", json={"verb": "move", "due": due.isoformat(), "deliveries": numbers})
    assert {newsroom.row(row.id).due for row in rows} == {due}
