"""Every door of the desk, who may pass, and what the ledger holds: for tests that try all of them."""

import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from syndicator.desk import acts
from syndicator.desk.context import digest
from syndicator.ledger.columns import metadata
from syndicator.models import Role
from tests.desk.newsroom import Newsroom, logged_in, token

VIEWER, EDITOR, CHIEF, ADMINISTRATOR = Role.VIEWER, Role.EDITOR, Role.CHIEF, Role.ADMINISTRATOR
BY_ROLE = {VIEWER: "ben", EDITOR: "anna", CHIEF: "cleo", ADMINISTRATOR: "root"}
PASSING = {("users", "last_seen"), ("tokens", "last_used")}  # that somebody came by is no change
APART = {"sessions", "logins"}

Form = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Door:
    """One route. `least` None is open to everybody; `at` is its path with real names in {braces}."""

    method: str
    path: str
    least: Role | None
    at: str = ""
    form: Form = ()
    json: Any = None

    @property
    def api(self) -> bool:
        """Whether machines use it."""
        return self.path.startswith("/api/") and self.path != "/api/v1"

    @property
    def changes(self) -> bool:
        """Whether it takes the token of a form."""
        return self.method != "GET"

    @property
    def name(self) -> str:
        """Its test's name."""
        return f"{self.method} {self.path}"


def get(path: str, least: Role | None = VIEWER, at: str = "") -> Door:
    """A page or a part of one."""
    return Door("GET", path, least, at or path)


def post(path: str, least: Role | None, at: str = "", **form: str) -> Door:
    """A form; a trailing underscore of a field's name is dropped."""
    return Door("POST", path, least, at or path, tuple((name.rstrip("_"), value) for name, value in form.items()))


def api(method: str, path: str, least: Role = VIEWER, at: str = "", json: Any = None) -> Door:
    """A route for machines, which a browser's session opens as well."""
    return Door(method, f"/api/v1/{path}", least, f"/api/v1/{at or path}", (), json)


NOT_YOURS = {"password": "not the one at all", "password_new": "x" * 12, "password_again": "x" * 12}
DOORS = (
    get("/static/{name}", None, "/static/desk.css"), get("/login", None), post("/login", None),
    post("/logout", None), get("/photos/{name}/{size}", VIEWER, "/photos/{photo}/row"),
    get("/"), get("/queue"), get("/parts/row/{article}", at="/parts/row/{story}"), get("/parts/needs"),
    get("/parts/stop"), get("/stream"), get("/parts/post/{number}", at="/parts/post/{first}"),
    get("/deliveries/{number}", at="/deliveries/{first}"), get("/articles/{number}", at="/articles/{story}"),
    get("/ask", EDITOR, "/ask?verb=suppress&id={first}"), post("/ask", EDITOR, verb="suppress", id="{first}"),
    post("/actions", EDITOR, verb="hold", id="{first}"), post("/undo", EDITOR, action="{action}"),
    post("/edit", EDITOR, id="{third}:1", account="mastodon", answer="save", text="Other words"),
    post("/parts/measure", VIEWER, account="mastodon", text="How long?"),
    get("/compose", EDITOR), post("/compose", EDITOR, text="Good evening", account="mastodon", when="usual"),
    post("/compose/preview", EDITOR, text="Good evening", account="mastodon"),
    get("/compose/sent", VIEWER, "/compose/sent?id={first}"),
    get("/history"), get("/history.{kind}", at="/history.csv"), get("/history/charts"),
    get("/calendar"), get("/calendar/day/{which}", at="/calendar/day/2026-11-23"),
    get("/calendar/week/{which}", at="/calendar/week/2026-11-23"),
    get("/calendar/move", EDITOR, "/calendar/move?id={fourth}"),
    post("/calendar/move", EDITOR, id="{fourth}", day="2027-01-04", clock="10:00"),
    get("/accounts"), get("/accounts/{name}", at="/accounts/x-main"), post("/accounts/test", EDITOR),
    post("/accounts/{name}/pause", EDITOR, "/accounts/x-main/pause", reason="rules"),
    post("/accounts/{name}/resume", CHIEF, "/accounts/x-main/resume"),
    post("/accounts/{name}/test", EDITOR, "/accounts/x-main/test"),
    get("/changes"), post("/articles/{number}/seen", EDITOR, "/articles/{story}/seen"),
    post("/articles/{number}/split", EDITOR, "/articles/{younger}/split"),
    get("/sources"), get("/sources/{name}", at="/sources/world"),
    post("/sources/{name}/read", EDITOR, "/sources/world/read"),
    get("/stop"), post("/stop", EDITOR, reason="checking"), post("/resume", CHIEF),
    get("/people", ADMINISTRATOR), get("/people/{name}", ADMINISTRATOR, "/people/dora"),
    post("/people", ADMINISTRATOR, name="erin", role="viewer", password="quite a long one"),
    post("/people/tokens", ADMINISTRATOR, name="cms", scope="read"),
    post("/people/tokens/revoke", ADMINISTRATOR, name="gate", owner=""),
    post("/people/{name}/role", ADMINISTRATOR, "/people/dora/role", role="chief"),
    post("/people/{name}/disable", ADMINISTRATOR, "/people/dora/disable"),
    post("/people/{name}/enable", ADMINISTRATOR, "/people/dora/enable"),
    post("/people/{name}/password", ADMINISTRATOR, "/people/dora/password", password="another long one"),
    post("/people/{name}/sessions", ADMINISTRATOR, "/people/dora/sessions"),
    get("/me"), get("/keys"), post("/keys", VIEWER, keys="1"), post("/me/zone", VIEWER, clock="utc"),
    post("/me/password", VIEWER, **NOT_YOURS), post("/me/sessions", VIEWER),
    post("/me/tokens", VIEWER, name="mine", scope="read"), post("/me/tokens/revoke", VIEWER, name="old"),
    get("/api/v1"), api("GET", "openapi.json"), api("GET", "stream"), api("GET", "events"), api("GET", "history"),
    api("GET", "articles", at="articles?url=https://news.example/harbour"),
    api("POST", "articles", EDITOR, json={"text": "Own words", "accounts": ["mastodon"]}),
    api("GET", "articles/{number}", at="articles/{story}"),
    api("GET", "deliveries"), api("GET", "deliveries/{number}", at="deliveries/{first}"),
    api("PATCH", "deliveries/{number}", EDITOR, "deliveries/{second}", {"text": "Third words"}),
    api("POST", "deliveries/{number}/actions", EDITOR, "deliveries/{second}/actions", {"verb": "hold"}),
    api("POST", "actions", EDITOR, json={"verb": "hold", "deliveries": [{"id": 3}]}),
    api("GET", "actions/{name}", at="actions/{action}"),
    api("POST", "actions/{name}/undo", EDITOR, "actions/{action}/undo"),
    api("GET", "accounts"), api("GET", "accounts/{name}", at="accounts/mastodon"),
    api("POST", "accounts/{name}/actions", EDITOR, "accounts/mastodon/actions", {"verb": "pause"}),
    api("GET", "sources"), api("GET", "sources/{name}", at="sources/world"),
    api("POST", "sources/{name}/actions", EDITOR, "sources/world/actions", {"verb": "read"}),
    api("GET", "stop"), api("PUT", "stop", EDITOR, json={"reason": "checking"}), api("DELETE", "stop", CHIEF),
    api("POST", "measure", json={"account": "mastodon", "text": "How long?"}),
)  # fmt: skip
FOR_HUBS = {(method, "/websub/{path}") for method in ("GET", "HEAD", "POST")}  # no person's: tests/websub
SIGNED = {("POST", "/push/{source}")}  # for machines that prove themselves by a signature, with no session at all
CHANGING = tuple(door for door in DOORS if door.changes)


def of(app: FastAPI) -> set[tuple[str, str]]:
    """Every method and path that an app answers."""
    return {(method, one.path or "") for one in iter_route_contexts(app.routes) for method in one.methods or ()}


class House:
    """A newsroom with something behind each door, and a browser of each role."""

    def __init__(self, newsroom: Newsroom, hashed: str) -> None:
        self.newsroom = newsroom
        people, now = newsroom.room.ledger.people, newsroom.room.clock()
        people.add("dora", VIEWER, hashed, now)
        people.add_token("", "gate", digest("gate"), ["read"], now)
        for name in BY_ROLE.values():
            people.add_token(name, "old", digest(f"old-{name}"), ["read"], now)
        rows = newsroom.publish("harbour", photo=True)
        younger = newsroom.twin(rows[0].article)
        held = acts.act(newsroom.room, people, people.get("anna"), "hold", [(rows[1].id, None)])
        version = newsroom.room.ledger.deliveries.version(rows[0].id, rows[0].version)
        assert version
        self.names: Mapping[str, Any] = {
            "story": rows[0].article, "younger": younger,
            "first": rows[0].id, "second": rows[1].id, "third": rows[2].id,
            "fourth": rows[3].id, "action": held.id, "photo": version.post.media[0].sha256,
        }  # fmt: skip
        self._open = ExitStack()
        self.browsers = {role: self._open.enter_context(logged_in(newsroom, name)) for role, name in BY_ROLE.items()}
        self.tokens = {role: token(client.get("/stop")) for role, client in self.browsers.items()}

    def close(self) -> None:
        """Close the browsers; the newsroom is its maker's."""
        self._open.close()

    @contextmanager
    def knock(
        self, door: Door, client: httpx.Client, csrf: str = "", headers: Mapping[str, str] | None = None
    ) -> Iterator[httpx.Response]:
        """Ask at a door. A stream is answered and not read."""
        sent = {"data": {}} if door.json is None else {"json": door.json}
        form: dict[str, list[str]] = {}
        for name, value in (*door.form, *((("csrf", csrf),) if csrf and door.json is None else ())):
            form.setdefault(name, []).append(value.format(**self.names))
        more = {"x-csrf": csrf} if csrf and door.api else {}
        sent = {"data": form} if door.changes and door.json is None else sent if door.changes else {}
        match = {"if-match": '"1"'} if door.method == "PATCH" else {}
        path = door.at.format(**self.names)
        with client.stream(door.method, path, headers={**match, **more, **(headers or {})}, **sent) as answer:
            if not answer.headers.get("content-type", "").startswith("text/event-stream"):
                answer.read()
            yield answer


def kept(newsroom: Newsroom) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the ledger that a request could have changed."""
    found = {}
    with newsroom.room.ledger.store.read() as connection:
        for table in metadata.sorted_tables:
            columns = [column for column in table.columns if (table.name, column.name) not in PASSING]
            if table.name not in APART:
                rows = connection.execute(select(*columns).order_by(*table.primary_key.columns or columns))
                found[table.name] = [tuple(map(repr, row)) for row in rows]
    return found


class Watch:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def wait(self, span: timedelta) -> None:
        """Let time go by."""
        self.now += span


def raw(newsroom: Newsroom, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer to exactly these bytes; 0 where the server hangs up."""
    there = urlsplit(newsroom.url)
    with socket.create_connection((there.hostname or "", there.port or 0), timeout=20) as line:
        line.sendall(request)
        said = b""
        while piece := line.recv(65_536):
            said += piece
    head, _, body = said.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    found = re.match(r"HTTP/1\.1 (\d{3})", lines[0])
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    return (int(found[1]) if found else 0), headers, body
