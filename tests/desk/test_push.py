"""A CMS pushes to the desk: over real HTTP, signed, forged, again, too long, and while the ledger is in trouble."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from syndicator.models import ArticleState
from syndicator.room import utc_now
from syndicator.sources.push import signing
from tests.desk.doors import Watch, kept, raw
from tests.desk.newsroom import Newsroom, logged_in, token
from tests.sources.test_push import GHOST_POST, LINK, NOW, OWN, SITE, WORDPRESS, webhook

SECRET = "the secret of a CMS that pushes"
SOURCES = "\n".join(
    f'[sources.{form}]\ntype = "push"\nform = "{form}"\nurl = "{SITE}/"' for form in ("json", "wordpress", "ghost")
)
Body = Mapping[str, Any]


class Cms:
    """A CMS, and the newsroom it pushes to."""

    def __init__(self, folder: Path, hashed: str, **more: Any) -> None:
        self.watch = Watch(NOW)
        secrets = folder / "secrets.toml"
        secrets.touch(mode=0o600)
        secrets.write_text("".join(f'[{form}]\nsecret = "{SECRET}"\n' for form in signing.HEADERS), "utf-8")
        nobody = '\n[sources.nobody]\ntype = "push"\nurl = "https://nobody.example/"'
        self.newsroom = Newsroom(folder, hashed, policy=SOURCES + nobody, clock=self.watch, **more)
        self.newsroom.serve()
        self.woken = 0
        self.newsroom.room.wake = self.wake

    def wake(self) -> None:
        """What a daemon would hear."""
        self.woken += 1

    def send(self, form: str, body: Body | bytes, *, at: datetime | None = None, secret: str = SECRET,
             path: str = "", **headers: str) -> httpx.Response:  # fmt: skip
        """Push as the CMS does."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        signed = {signing.HEADERS[form].lower(): signing.sign(form, secret, data, at or self.watch.now)}
        url = f"{self.newsroom.url}{path or f'/push/{form}'}"
        return httpx.post(url, content=data, headers={"content-type": "application/json"} | signed | headers)


@pytest.fixture
def cms(tmp_path: Path, hashed_password: str) -> Iterator[Cms]:
    """A newsroom with three sources that push, and one without a secret."""
    made = Cms(tmp_path, hashed_password)
    yield made
    made.newsroom.close()


def problem(answer: httpx.Response, status: int, kind: str) -> Body:
    """The members of a refusal."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    said: Body = answer.json()
    assert said["type"] == f"urn:syndicator:problem:{kind}"
    return said


@pytest.mark.parametrize(("form", "body"), [("json", OWN), ("wordpress", WORDPRESS), ("ghost", webhook(GHOST_POST))])
def test_a_push_is_taken(cms: Cms, form: str, body: Body) -> None:
    """It is stored as new work, told to the daemon at once, and answered with the article's number."""
    answer = cms.send(form, body)
    said = answer.json()
    [article] = cms.newsroom.room.ledger.articles.new(cms.watch.now)
    assert answer.status_code == 202, answer.text
    assert said == {"taken": 1, "new": 1, "articles": [{"url": article.url, "id": article.id}]}
    assert (article.source, article.state, article.page_read) == (form, ArticleState.NEW, True)
    assert cms.woken == 1
    state = cms.newsroom.room.ledger.sources.states([cms.newsroom.room.config.sources[form]])[form]
    assert (state.last_success, state.last_change, state.next_poll) == (cms.watch.now, cms.watch.now, None)


def test_three_forms_of_one_site_make_one_story(cms: Cms) -> None:
    """The same address pushed by another CMS is no second article."""
    sent = [cms.send("json", OWN), cms.send("wordpress", WORDPRESS), cms.send("ghost", webhook(GHOST_POST))]
    assert {answer.json()["articles"][0]["id"] for answer in sent} == {1}
    assert [answer.json()["new"] for answer in sent] == [1, 0, 0]


def test_the_same_push_again_does_nothing(cms: Cms) -> None:
    """A CMS that has not heard the answer sends once more; it hears that all is well, and nothing happens."""
    first, before = cms.send("json", OWN), kept(cms.newsroom)
    again = cms.send("json", OWN, at=NOW)
    assert (first.status_code, again.status_code) == (202, 200)
    assert (again.json()["taken"], cms.woken, kept(cms.newsroom)) == (0, 1, before)
    assert cms.send("json", OWN, at=NOW + timedelta(seconds=1)).json()["taken"] == 1


def test_what_was_pushed_is_forgotten_when_its_signature_no_longer_holds(cms: Cms) -> None:
    """The table of pushes does not grow."""
    for _ in range(5):
        cms.send("json", OWN)
        cms.watch.wait(timedelta(minutes=6))
    assert len(kept(cms.newsroom)["pushes"]) == 2


REFUSED = (
    ("not signed", {"x-syndicator-signature": ""}, {}, 401, "not-signed"),
    ("forged", {}, {"secret": "a guess"}, 401, "not-signed"),
    ("stale", {}, {"at": NOW - timedelta(minutes=6)}, 401, "not-signed"),
    ("another source", {}, {"path": "/push/nowhere"}, 404, "not-there"),
    ("a feed", {}, {"path": "/push/world"}, 404, "not-there"),
    ("a source without a secret", {}, {"path": "/push/nobody"}, 401, "not-signed"),
)


REFUSALS = [pytest.param(*one, id=name) for name, *one in REFUSED]


@pytest.mark.parametrize(("headers", "how", "status", "kind"), REFUSALS)
def test_what_is_not_proved_changes_nothing(cms: Cms, headers: Any, how: Any, status: int, kind: str) -> None:
    """It is refused as a problem that names neither the secret nor other sources, and nothing is stored."""
    before = kept(cms.newsroom)
    said = problem(cms.send("json", OWN, **how, **headers), status, kind)
    assert (kept(cms.newsroom), cms.woken) == (before, 0)
    assert not any(word in json.dumps(said) for word in (SECRET, "wordpress", "ghost"))


def test_what_does_not_fit_changes_nothing(cms: Cms) -> None:
    """A good article beside a bad one is not stored either, and the bad member is named."""
    before = kept(cms.newsroom)
    articles = [OWN["article"], {"url": f"{SITE}/2026/11/other-story", "title": 7}]
    said = problem(cms.send("json", {"event": "published", "articles": articles}), 422, "invalid")
    assert said["errors"] == [{"field": "articles[1].title", "message": "expected a text, found a number"}]
    assert (kept(cms.newsroom), cms.woken) == (before, 0)


def test_a_push_that_did_not_fit_may_be_mended(cms: Cms) -> None:
    """What was refused is not taken to have been taken."""
    assert [cms.send("json", b"{}").status_code for _ in range(2)] == [422, 422]


@pytest.mark.parametrize("told", [True, False])
def test_a_push_that_is_too_long_is_not_read(cms: Cms, told: bool) -> None:
    """With its length or in chunks without one, the answer is 413 before its end has come."""
    head = ("POST /push/json HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Syndicator-Signature: t=1,v1=0\r\n"
            "Connection: close\r\nContent-Type: application/json\r\n")  # fmt: skip
    if told:
        request = f"{head}Content-Length: 1000001\r\n\r\n".encode()
    else:
        request = f"{head}Transfer-Encoding: chunked\r\n\r\nF4241\r\n".encode() + b"x" * 1_000_001  # and no end
    status, headers, body = raw(cms.newsroom, request)
    assert (status, headers["content-type"]) == (413, "application/problem+json")
    assert b"1,000,000 bytes" in body


def test_a_ledger_in_trouble_asks_for_patience(cms: Cms) -> None:
    """503 with Retry-After, and the same push is taken when the ledger can be written again."""
    before, store = kept(cms.newsroom), cms.newsroom.room.ledger.store
    with store.write() as connection:
        connection.exec_driver_sql("CREATE TRIGGER bad BEFORE INSERT ON articles BEGIN SELECT RAISE(ABORT, 'bad'); END")
    answer = cms.send("json", OWN)
    with store.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER bad")
    problem(answer, 503, "no-ledger")
    assert answer.headers["retry-after"] == "5"
    assert kept(cms.newsroom) == before
    assert cms.send("json", OWN, at=NOW).json()["new"] == 1


def test_refusals_are_logged_now_and_then(cms: Cms, capsys: pytest.CaptureFixture[str]) -> None:
    """A flood of forged pushes is one line a minute, and no line has the secret."""
    for _ in range(20):
        cms.send("json", OWN, secret="a guess")
    cms.watch.wait(timedelta(minutes=2))
    cms.send("json", OWN, secret="a guess")
    logged = capsys.readouterr().out
    assert logged.count("push refused") == 2
    assert SECRET not in logged


def test_a_push_needs_no_form_and_no_log_in(cms: Cms) -> None:
    """The signature is the proof: a session and a form's content type beside it change nothing."""
    with logged_in(cms.newsroom, "ben") as ben:
        cookie = "; ".join(f"{name}={value}" for name, value in ben.cookies.items())
        sent = {"cookie": cookie, "content-type": "application/x-www-form-urlencoded"}
        assert cms.send("json", OWN, **sent).status_code == 202


def test_another_hosts_name_is_refused(cms: Cms) -> None:
    """A push to a name that is not the desk's is not looked at."""
    assert cms.send("json", OWN, host="evil.example").status_code == 421
    assert cms.woken == 0


@pytest.mark.parametrize("path", ["/push/json", "/desk/push/json"])
def test_it_works_behind_a_proxy_with_a_prefix(tmp_path: Path, hashed_password: str, path: str) -> None:
    """Whether the proxy strips the prefix or keeps it."""
    behind = Cms(tmp_path, hashed_password, desk='public_url = "https://proxy.example/desk"')
    try:
        assert behind.send("json", OWN, path=path, host="proxy.example").status_code == 202
    finally:
        behind.newsroom.close()


def test_the_desk_says_where_to_push_and_offers_no_read(cms: Cms) -> None:
    """A source that pushes has an address for its CMS instead of a pace, and cannot be read now."""
    with logged_in(cms.newsroom, "anna") as anna:
        assert "Has told us nothing yet" in anna.get("/sources/json").text
        cms.send("json", OWN)
        page, table = anna.get("/sources/json"), anna.get("/sources").text
        assert "/push/json" in page.text and "Told us" in page.text
        assert 'id="read"' not in page.text
        assert 'id="read-world"' in table and 'id="read-json"' not in table
        refused = anna.post("/sources/json/read", data={"csrf": token(page)})
        assert (refused.status_code, "its CMS tells us" in refused.text) == (422, True)
        answer = anna.post("/api/v1/sources/json/actions", json={"verb": "read"}, headers={"x-csrf": token(page)})
        assert (answer.status_code, anna.get("/api/v1/sources/json").json()["can"]) == (422, [])


def test_what_is_taken_back_is_known_to_be(cms: Cms) -> None:
    """An article that was pushed is withdrawn with the reason; one that nobody knew stays unknown."""
    ledger = cms.newsroom.room.ledger
    number = cms.send("json", OWN).json()["articles"][0]["id"]
    answer = cms.send("json", {"event": "withdrawn", "article": {"url": LINK, "reason": "Wrong harbour"}})
    assert (answer.status_code, answer.json()["articles"]) == (202, [{"url": LINK, "id": number}])
    assert "Wrong harbour" in ledger.articles.get(number).withdrawn
    stranger = f"{SITE}/2026/11/never-published"
    answer = cms.send("json", {"event": "withdrawn", "article": {"url": stranger}})
    assert (answer.json()["new"], answer.json()["articles"]) == (0, [{"url": stranger}])
    assert len(kept(cms.newsroom)["articles"]) == 1


SOURCES_PAGE = Path(__file__).parents[2] / "docs" / "sources.md"


def example(beginning: str) -> str:
    """A piece of code in the manual's part on pushes."""
    part = SOURCES_PAGE.read_text("utf-8").partition("## Pushes from a CMS")[2].partition("\n## ")[0]
    indented = re.findall(r"(?:^ {4}.*\n)+", part, re.MULTILINE)
    blocks = ("\n".join(line[4:] for line in block.splitlines()) for block in indented)
    return next(block for block in blocks if block.startswith(beginning))


def test_the_manuals_push_is_one(cms: Cms) -> None:
    """The example of our own form is taken as it stands there."""
    answer = cms.send("json", example('{"event"').encode())
    assert answer.status_code == 202, answer.text


@pytest.mark.skipif(not (shutil.which("openssl") and shutil.which("curl")), reason="the example needs both")
def test_the_manuals_shell_can_push(tmp_path: Path, hashed_password: str) -> None:
    """The lines for a shell sign a push that is taken."""
    cms = Cms(tmp_path, hashed_password)
    cms.watch.now = utc_now()
    environ = {"SECRET": SECRET, "ADDRESS": f"{cms.newsroom.url}/push/json", "PATH": "/usr/bin:/bin"}
    try:
        done = subprocess.run(["sh", "-c", example("body=")], env=environ, capture_output=True, check=True)
        assert json.loads(done.stdout)["new"] == 1
    finally:
        cms.newsroom.close()
