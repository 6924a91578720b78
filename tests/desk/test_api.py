"""Every route of the API: who may use it, what nobody may, and what it says of itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from syndicator.desk.api.problems import TITLES
from syndicator.desk.bearer import Pace
from tests.desk.machines import bearer, browser, held, machine, problem
from tests.desk.newsroom import Newsroom

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """A request that one with the right scope is allowed."""

    method: str
    path: str
    scope: str
    body: Any = None
    template: str = ""  # as openapi.json has it
    chief: bool = False
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def changes(self) -> bool:
        """Whether a viewer may not."""
        return self.scope != "read"


CASES = (
    Case("GET", "openapi.json", "read"),
    Case("GET", "articles?url=https://news.example/harbour", "read", template="articles"),
    Case("POST", "articles", "compose", {"text": "Own words", "accounts": ["mastodon"]}),
    Case("GET", "articles/1", "read", template="articles/{number}"),
    Case("GET", "deliveries", "read"),
    Case("GET", "deliveries/1", "read", template="deliveries/{number}"),
    Case(
        "PATCH", "deliveries/2", "act", {"text": "Other words"}, "deliveries/{number}", headers=(("if-match", '"1"'),)
    ),
    Case("POST", "deliveries/1/actions", "act", {"verb": "hold"}, "deliveries/{number}/actions"),
    Case("POST", "actions", "act", {"verb": "hold", "deliveries": [{"id": 3}, {"id": 4, "version": 1}]}),
    Case("GET", "actions/act-1", "read", template="actions/{name}"),
    Case("POST", "actions/act-1/undo", "act", template="actions/{name}/undo"),
    Case("GET", "history", "read"),
    Case("GET", "events", "read"),
    Case("GET", "accounts", "read"),
    Case("GET", "accounts/mastodon", "read", template="accounts/{name}"),
    Case("POST", "accounts/mastodon/actions", "act", {"verb": "pause", "reason": "rules"}, "accounts/{name}/actions"),
    Case("POST", "accounts/mastodon/actions", "act", {"verb": "resume"}, "accounts/{name}/actions", chief=True),
    Case("GET", "sources", "read"),
    Case("GET", "sources/world", "read", template="sources/{name}"),
    Case("POST", "sources/world/actions", "act", {"verb": "read"}, "sources/{name}/actions"),
    Case("GET", "stop", "read"),
    Case("PUT", "stop", "act", {"reason": "checking"}),
    Case("DELETE", "stop", "act", chief=True),
    Case("POST", "measure", "read", {"account": "x-main", "text": "words"}),
    Case("GET", "stream", "read"),
)
OTHER = {"read": ("compose",), "act": ("read", "compose"), "compose": ("read", "act")}


def name(case: Case) -> str:
    """A case's test name."""
    return f"{case.method} {case.path} {'chief' if case.chief else ''}"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, hashed_password: str) -> Iterator[Newsroom]:
    """One newsroom for all refusals: they change nothing."""
    made = Newsroom(tmp_path_factory.mktemp("api"), hashed_password)
    made.serve()
    made.publish("harbour")
    yield made
    made.close()


@pytest.fixture(scope="module")
def headers(shared: Newsroom) -> dict[str, dict[str, str]]:
    """Tokens of one wrong set of scopes for each right one, a viewer's with all, and one that was revoked."""
    found = {scope: bearer(shared, f"no-{scope}", *others) for scope, others in OTHER.items()}
    found["viewer"] = bearer(shared, "all", "read", "act", "compose", of="ben")
    found["editor"] = bearer(shared, "editor", "read", "act", "compose", of="anna")
    found["revoked"] = bearer(shared, "old", "admin")
    shared.room.ledger.people.revoke_token("", "old", shared.room.clock())
    return found


def ask(newsroom: Newsroom, case: Case, sent: dict[str, str]) -> httpx.Response:
    """The case's request with these headers."""
    address = f"{newsroom.url}/api/v1/{case.path}"
    return httpx.request(case.method, address, json=case.body, headers={**dict(case.headers), **sent}, timeout=20)


@pytest.mark.parametrize("case", CASES, ids=name)
def test_nobody_without_a_token_gets_in(shared: Newsroom, headers: dict[str, dict[str, str]], case: Case) -> None:
    """Without a token, and with one that was revoked, every route is closed and says how to open it."""
    before = held(shared)
    for sent in ({}, headers["revoked"], {"authorization": "Basic cm9vdDpyb290"}):
        answer = ask(shared, case, sent)
        problem(answer, 401, "no-log-in")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert held(shared) == before


@pytest.mark.parametrize("case", CASES, ids=name)
def test_a_token_is_for_its_scopes_only(shared: Newsroom, headers: dict[str, dict[str, str]], case: Case) -> None:
    """A token with all other scopes is refused, in words that name the missing one."""
    before = held(shared)
    refused = problem(ask(shared, case, headers[case.scope]), 403, "not-allowed")
    assert f"“{case.scope}”" in refused["detail"]
    assert held(shared) == before


@pytest.mark.parametrize("case", [case for case in CASES if case.changes and "undo" not in case.path], ids=name)
def test_a_viewers_token_changes_nothing(shared: Newsroom, headers: dict[str, dict[str, str]], case: Case) -> None:
    """A token may do no more than its person: a viewer's changes nothing, whatever its scopes."""
    before = held(shared)
    refused = problem(ask(shared, case, headers["viewer"]), 403, "not-allowed")
    assert refused["detail"].startswith("Your role is viewer.")
    assert held(shared) == before


@pytest.mark.parametrize("case", [case for case in CASES if case.chief], ids=name)
def test_what_needs_a_chief_names_one(shared: Newsroom, headers: dict[str, dict[str, str]], case: Case) -> None:
    """An editor's token is told who could do it."""
    refused = problem(ask(shared, case, headers["editor"]), 403, "not-allowed")
    assert "Cleo" in refused["detail"]


@pytest.mark.parametrize("of", ["", "root"], ids=["machine", "person"])
def test_the_right_token_opens_every_route(newsroom: Newsroom, of: str) -> None:
    """With the scope "admin" a machine's token, and an administrator's, may use every route there is."""
    rows = newsroom.publish("harbour")
    people, now = newsroom.room.ledger.people, newsroom.room.clock()
    with machine(newsroom, "cms", "admin", of=of) as client:
        first = client.post(f"deliveries/{rows[3].id}/actions", json={"verb": "hold"})
        assert first.status_code == 200
        client.post(f"deliveries/{rows[3].id}/actions", json={"verb": "approve"})
        people.add_action("act-1", now, "token:cms", "hold", "", [])
        for case in CASES:
            if case.path == "stream":
                with client.stream("GET", "stream") as stream:
                    assert stream.headers["content-type"].startswith("text/event-stream")
                continue
            answer = client.request(case.method, case.path, json=case.body, headers=dict(case.headers))
            assert answer.status_code in {200, 201}, f"{name(case)}: {answer.text[:300]}"


def test_a_session_asks_with_its_forms_token(newsroom: Newsroom) -> None:
    """A browser may ask with its session, and change something only with the token of its forms."""
    (row, *_) = newsroom.publish("harbour")
    with browser(newsroom, "anna") as anna:
        assert anna.get(f"deliveries/{row.id}").json()["can"] == ["hold", "edit", "send", "move", "suppress"]
        assert anna.post(f"deliveries/{row.id}/actions", json={"verb": "hold"}).json()["actor"] == "person:anna"
    before = held(newsroom)
    with browser(newsroom, "anna", csrf=False) as forged:
        problem(forged.post(f"deliveries/{row.id}/actions", json={"verb": "suppress"}), 403, "not-allowed")
        wrong = forged.get(f"deliveries/{row.id}", headers={"authorization": "Bearer wrong"})
        problem(wrong, 401, "no-log-in")
    assert held(newsroom) == before


def test_a_disabled_persons_token_is_worth_nothing(newsroom: Newsroom) -> None:
    """Whoever is switched off has no tokens any more."""
    with machine(newsroom, "mine", "read", of="anna") as client:
        assert client.get("stop").status_code == 200
        newsroom.room.ledger.people.disable("anna", newsroom.room.clock())
        problem(client.get("stop"), 401, "no-log-in")


# ---------------------------------------------------------------------------------------------- not too often


def test_who_asks_too_often_is_told_when_to_come_back() -> None:
    """A bucket gives what it holds, then says how long to wait, and fills up again."""
    pace = Pace()
    assert [pace.take("token:1", 3, 0.5, NOW) for _ in range(4)] == [0, 0, 0, 2]
    assert pace.take("token:2", 3, 0.5, NOW) == 0
    assert pace.take("token:1", 3, 0.5, NOW + timedelta(seconds=2)) == 0
    assert pace.take("token:1", 3, 0.5, NOW + timedelta(seconds=2)) > 0


def test_guessing_tokens_is_slowed_down(tmp_path: Path, hashed_password: str) -> None:
    """After many wrong tokens from one address the answer is 429 with Retry-After; a right one still gets in."""
    made = Newsroom(tmp_path, hashed_password, clock=lambda: NOW)
    made.serve()
    try:
        with machine(made, "cms", "read") as client:
            wrong = {"authorization": "Bearer guess"}
            statuses = [client.get("stop", headers=wrong).status_code for _ in range(61)]
            assert (statuses[0], statuses[-1]) == (401, 429)
            last = client.get("stop", headers=wrong)
            problem(last, 429, "too-many")
            assert int(last.headers["retry-after"]) >= 1
            assert client.get("stop").status_code == 200
    finally:
        made.close()


# ---------------------------------------------------------------------------------------------- what it says of itself


def test_the_description_is_whole(shared: Newsroom, headers: dict[str, dict[str, str]]) -> None:
    """Every route is described with its answer, its problems and how to prove who one is; nothing leads nowhere."""
    found = ask(shared, CASES[0], headers["editor"]).json()
    described = {(method.upper(), path) for path, one in found["paths"].items() for method in one}
    assert described == {(case.method, f"/api/v1/{case.template or case.path}") for case in CASES}
    for path, operations in found["paths"].items():
        for method, one in operations.items():
            assert one["description"], path
            assert {"401", "403", "422", "429", "503"} <= set(one["responses"])
            assert all("$ref" in str(one["responses"][status]) for status in ("401", "422")), (method, path)
            assert {"token", "session"} == {way for ways in one["security"] for way in ways} - {"csrf"}
    schemas = set(found["components"]["schemas"])
    assert set(references(found)) <= {f"#/components/schemas/{schema}" for schema in schemas}
    assert "HTTPValidationError" not in schemas
    assert found["openapi"].startswith("3.1")


def references(value: Any) -> Iterator[str]:
    """Every $ref below a value."""
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
        for one in value.values():
            yield from references(one)
    if isinstance(value, list):
        for one in value:
            yield from references(one)


def test_the_manual_names_every_route_and_problem() -> None:
    """docs/api.md speaks of every path and of every kind of problem."""
    manual = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    missing = [case.path for case in CASES if f"/{(case.template or case.path).partition('/')[0]}" not in manual]
    assert not missing + [kind for kind in TITLES if f"`{kind}`" not in manual]


@pytest.mark.parametrize(("path", "method", "status", "kind"), [
    ("nothing", "GET", 404, "not-there"),
    ("stop", "POST", 405, "no-such-method"),
    ("deliveries/4711", "GET", 404, "not-there"),
    ("deliveries/x", "GET", 422, "invalid"),
    ("deliveries/99999999999999999999", "GET", 422, "invalid"),
    ("accounts/none", "GET", 404, "not-there"),
    ("sources/none", "GET", 404, "not-there"),
    ("actions/act-none", "GET", 404, "not-there"),
    ("articles/4711", "GET", 404, "not-there"),
    ("articles", "GET", 422, "invalid"),
    ("events?after=%00", "GET", 422, "invalid"),
    ("events?after=W10", "GET", 422, "invalid"),
    ("accounts/%00", "GET", 422, "invalid"),
])  # fmt: skip
def test_what_is_not_there_is_a_problem(
    shared: Newsroom, headers: dict[str, dict[str, str]], path: str, method: str, status: int, kind: str
) -> None:
    """Addresses and values there are not give a problem each, never a page and never a traceback."""
    refused = problem(ask(shared, Case(method, path, "read", {}), headers["editor"]), status, kind)
    assert "Traceback" not in str(refused)


def test_people_who_follow_a_link_get_a_page(newsroom: Newsroom) -> None:
    """/api/v1 is a short page for people, behind the log-in."""
    before = httpx.get(f"{newsroom.url}/api/v1")
    assert (before.status_code, before.headers["location"]) == (303, "/login?next=%2Fapi%2Fv1")
    with browser(newsroom, "ben") as ben:
        page = ben.get(f"{newsroom.url}/api/v1").text
    assert "openapi.json" in page
    assert "docs/api.md" in page
