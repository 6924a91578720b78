"""Logging in and out: how long a session lives, what ends it, how guessing is slowed, and what a lost log-in costs."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from time import perf_counter

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from syndicator.desk import passwords
from syndicator.ledger.people import IDLE, LONGEST
from syndicator.ledger.throttle import ALLOWED, FIRST
from tests.desk.doors import Watch, kept
from tests.desk.newsroom import PASSWORD, Newsroom, logged_in, token

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
COOKIE = "syndicator_desk"


@pytest.fixture
def clock() -> Watch:
    """A clock that the test moves."""
    return Watch(NOON)


@pytest.fixture
def timed(tmp_path: Path, hashed_password: str, clock: Watch) -> Iterator[Newsroom]:
    """A newsroom that goes by that clock."""
    made = Newsroom(tmp_path, hashed_password, clock=clock)
    made.serve()
    yield made
    made.close()


def try_in(newsroom: Newsroom, name: str, password: str = "wrong password", **headers: str) -> httpx.Response:
    """One try to log in, by a browser that was never here."""
    with httpx.Client(base_url=newsroom.url, headers=headers, timeout=20) as client:
        return client.post("/login", data={"csrf": token(client.get("/login")), "name": name, "password": password})


def inside(client: httpx.Client) -> bool:
    """Whether a browser is logged in."""
    return client.get("/parts/stop").status_code == 200


def words(page: httpx.Response) -> str:
    """What a log-in page says, without what differs on every page."""
    return re.sub(r'value="[^"]*"', "", page.text)


# ---------------------------------------------------------------------------------------------- sessions


def test_a_log_in_is_a_new_session(newsroom: Newsroom) -> None:
    """A log-in never takes over a cookie that was there before, and ends the session behind it."""
    with logged_in(newsroom, "anna") as client:
        first = client.cookies[COOKIE]
        page = httpx.get(f"{newsroom.url}/login")
        with httpx.Client(base_url=newsroom.url, cookies={COOKIE: first, **page.cookies}) as second:
            answer = second.post("/login", data={"csrf": token(page), "name": "ben", "password": PASSWORD})
        assert answer.status_code == 303
        assert answer.cookies[COOKIE] != first and len(answer.cookies[COOKIE]) >= 43
        assert not inside(client)


def test_a_cookie_chosen_by_somebody_else_is_not_taken_on(newsroom: Newsroom) -> None:
    """Whoever plants a cookie before the log-in does not share the session after it."""
    planted = "planted" * 7
    page = httpx.get(f"{newsroom.url}/login")
    with httpx.Client(base_url=newsroom.url, cookies={COOKIE: planted, **page.cookies}) as client:
        answer = client.post("/login", data={"csrf": token(page), "name": "anna", "password": PASSWORD})
    assert answer.cookies[COOKIE] != planted
    with httpx.Client(base_url=newsroom.url, cookies={COOKIE: planted}) as thief:
        assert not inside(thief)


def test_the_ledger_holds_no_cookie(newsroom: Newsroom, anna: httpx.Client) -> None:
    """Who can read the ledger cannot log in with what is in it."""
    [session] = newsroom.room.ledger.people.sessions("anna", newsroom.room.clock())
    assert anna.cookies[COOKIE] not in {session.id, session.csrf}
    for stolen in (session.id, session.csrf):
        with httpx.Client(base_url=newsroom.url, cookies={COOKIE: stolen}) as thief:
            assert not inside(thief)


ENDINGS = ("log-out", "own password", "password given", "disabled", "logged out by an administrator", "elsewhere")


@pytest.mark.parametrize("how", ENDINGS)
def test_a_session_ends_at_once(newsroom: Newsroom, root: httpx.Client, how: str) -> None:
    """Log-out, another password, and being disabled end a session in the ledger: its cookie opens nothing any more."""
    csrf = token(root.get("/stop"))
    with logged_in(newsroom, "anna") as lost, logged_in(newsroom, "anna") as other:
        mine = token(other.get("/stop"))
        new = {"password": PASSWORD, "password_new": "another long one", "password_again": "another long one"}
        do = {
            "log-out": lambda: lost.post("/logout", data={"csrf": token(lost.get("/stop"))}),
            "own password": lambda: other.post("/me/password", data={"csrf": mine, **new}),
            "password given": lambda: root.post(
                "/people/anna/password", data={"csrf": csrf, "password": "another long one"}
            ),
            "disabled": lambda: root.post("/people/anna/disable", data={"csrf": csrf}),
            "logged out by an administrator": lambda: root.post("/people/anna/sessions", data={"csrf": csrf}),
            "elsewhere": lambda: other.post("/me/sessions", data={"csrf": mine}),
        }
        cookie = lost.cookies[COOKIE]
        assert do[how]().status_code == 303
        with httpx.Client(base_url=newsroom.url, cookies={COOKIE: cookie}) as thief:
            assert not inside(thief)
            assert thief.get("/api/v1/accounts").status_code == 401
        stays = how in {"log-out", "own password", "elsewhere"}
        assert inside(other) is stays  # who changed it stays, under another cookie


def test_a_log_out_forgets_what_the_browser_kept(newsroom: Newsroom, anna: httpx.Client) -> None:
    """The cookie is taken back, and the browser is told to drop unsaved text."""
    answer = anna.post("/logout", data={"csrf": token(anna.get("/stop"))})
    assert answer.headers["clear-site-data"] == '"storage"'
    assert COOKIE not in anna.cookies


def test_who_was_disabled_cannot_come_back(newsroom: Newsroom) -> None:
    """The right password of a disabled person is answered like a wrong one; so are their API tokens."""
    newsroom.room.ledger.people.add_token("ben", "mine", passwords.digest("secret"), ["read"], newsroom.room.clock())
    newsroom.room.ledger.people.disable("ben", newsroom.room.clock())
    page = try_in(newsroom, "ben", PASSWORD)
    assert (page.status_code, words(page)) == (401, words(try_in(newsroom, "anna")).replace("anna", "ben"))
    machine = httpx.get(f"{newsroom.url}/api/v1/stop", headers={"authorization": "Bearer secret"})
    assert machine.status_code == 401


def test_an_idle_session_ends(timed: Newsroom, clock: Watch) -> None:
    """A session lives while it is used, and ends after a time without a request."""
    with logged_in(timed, "anna") as client:
        for _turn in range(3):
            clock.wait(IDLE - timedelta(seconds=1))
            assert inside(client)
        clock.wait(IDLE + timedelta(seconds=1))
        assert not inside(client)


def test_no_session_lives_for_ever(timed: Newsroom, clock: Watch) -> None:
    """However busy, a session ends after its longest time."""
    with logged_in(timed, "anna") as client:
        while clock.now < NOON + LONGEST - IDLE:
            clock.wait(IDLE - timedelta(seconds=1))
            assert inside(client)
        clock.now = NOON + LONGEST + timedelta(seconds=1)
        assert not inside(client)


# ---------------------------------------------------------------------------------------------- guessing


def test_a_name_that_does_not_exist_is_answered_alike(newsroom: Newsroom) -> None:
    """Unknown names and wrong passwords get the same page in about the same time."""
    spent: dict[bool, list[float]] = {True: [], False: []}
    pages = set()
    for turn in range(4):
        for known, name in ((True, "anna"), (False, f"a{turn}na")):
            with httpx.Client(base_url=newsroom.url, timeout=20) as client:
                form = {"csrf": token(client.get("/login")), "name": name, "password": "wrong password"}
                begin = perf_counter()
                answer = client.post("/login", data=form)
                spent[known].append(perf_counter() - begin)
            pages.add((answer.status_code, words(answer)))
    assert len(pages) == 1
    assert min(spent[False]) > min(spent[True]) / 3  # looking a name up alone would take a twentieth


def test_guessing_one_persons_password_is_slowed(timed: Newsroom, clock: Watch) -> None:
    """After some failures nobody may try that name for a while, not with the right password either; then one may."""
    for _turn in range(ALLOWED["user"]):
        assert try_in(timed, "anna").status_code == 401
    early = try_in(timed, "ANNA ", PASSWORD)
    assert early.status_code == 429
    assert 0 < int(early.headers["retry-after"]) <= FIRST.total_seconds()
    assert try_in(timed, "ben", PASSWORD).status_code == 303  # others are not kept out
    clock.wait(FIRST + timedelta(seconds=1))
    assert try_in(timed, "anna", PASSWORD).status_code == 303


def test_names_that_do_not_exist_are_slowed_alike(timed: Newsroom) -> None:
    """Being told to wait says nothing about whether there is such a name."""
    codes = [try_in(timed, "nobody-here").status_code for _turn in range(ALLOWED["user"] + 1)]
    assert codes == [401] * ALLOWED["user"] + [429]


def test_one_address_cannot_try_many_names(tmp_path: Path, hashed_password: str, clock: Watch) -> None:
    """Failures are counted by address too, and only what a trusted proxy says of it counts."""
    made = Newsroom(tmp_path, hashed_password, desk='trusted_proxies = ["127.0.0.1/32"]', clock=clock)
    made.serve()
    try:
        address = {"x-forwarded-for": "1.1.1.1, 203.0.113.5"}
        for turn in range(ALLOWED["ip"]):
            invented = {"x-forwarded-for": f"10.0.0.{turn}, 203.0.113.5"}
            assert try_in(made, f"somebody-{turn}", **invented).status_code == 401
        assert try_in(made, "anna", PASSWORD, **address).status_code == 429
        assert try_in(made, "anna", PASSWORD, **{"x-forwarded-for": "203.0.113.6"}).status_code == 303
    finally:
        made.close()


def test_nothing_of_a_log_in_is_repeated(newsroom: Newsroom, capfd: pytest.CaptureFixture[str]) -> None:
    """A password stands in no answer and no line of the log, nor does a cookie."""
    secret = "swordfish and chips"
    assert secret not in try_in(newsroom, "anna", secret).text
    page = try_in(newsroom, secret + " as name", PASSWORD)
    assert page.status_code == 401
    cookie = try_in(newsroom, "ben", PASSWORD).cookies[COOKIE]
    said = "".join(capfd.readouterr())
    assert secret + "\n" not in said and PASSWORD not in said and cookie not in said


# ---------------------------------------------------------------------------------------------- a lost log-in


def test_text_survives_a_log_in_that_ended(timed: Newsroom, clock: Watch) -> None:
    """A form sent after the session has ended is not carried out; it is shown after the log-in, and sent from there."""
    row = timed.publish("harbour")[2]
    typed = "Harbour <b>tunnel</b> “stays” shut\nuntil Monday & beyond"
    with logged_in(timed, "anna") as client:
        form = {"csrf": token(client.get("/stop")), "id": f"{row.id}:1", "account": "mastodon", "answer": "save",
                "text": typed}  # fmt: skip
        clock.wait(IDLE + timedelta(minutes=1))
        before = kept(timed)
        lost = client.post("/edit", data=form)
        assert (lost.status_code, kept(timed)) == (401, before)
        carry = LexborHTMLParser(lost.text).css_first('input[name="carry"]').attributes["value"] or ""
        back = client.post(
            "/login", data={"csrf": token(lost), "name": "anna", "password": PASSWORD, "carry": carry, "next": ""}
        )
        assert (back.status_code, kept(timed)) == (200, before)
        page = LexborHTMLParser(back.text)
        [offered] = page.css('main form[action="/edit"]')
        fields = {node.attributes["name"] or "": node.attributes.get("value") or "" for node in offered.css("input")}
        [text] = offered.css("textarea")
        fields["text"] = text.text().removeprefix("\n")
        assert fields["text"] == typed
        assert client.post("/edit", data=fields).status_code == 303
    assert timed.row(row.id).version == 2
    stored = timed.room.ledger.deliveries.version(row.id, 2)
    assert stored and stored.post.text == typed


def test_a_password_is_not_carried(newsroom: Newsroom) -> None:
    """Of a form that came without a log-in, passwords are dropped."""
    form = {"password": "my old one", "password_new": "my new one", "password_again": "my new one", "zone": "UTC"}
    page = httpx.post(f"{newsroom.url}/me/password", data=form)
    assert page.status_code == 401
    assert "my old one" not in page.text and "my new one" not in page.text
    assert "UTC" in unescape(page.text)


def test_a_page_leads_back_after_the_log_in(newsroom: Newsroom) -> None:
    """An address opened without a log-in is gone to after it, its query and all."""
    row = newsroom.publish("harbour")[0]
    with httpx.Client(base_url=newsroom.url) as client:
        asked = client.get(f"/articles/{row.article}?entries=people")
        page = client.get(asked.headers["location"])
        wanted = LexborHTMLParser(page.text).css_first('input[name="next"]').attributes["value"]
        form = {"csrf": token(page), "name": "anna", "password": PASSWORD, "next": wanted}
        assert client.post("/login", data=form).headers["location"] == f"/articles/{row.article}?entries=people"


def test_a_script_is_told_that_the_log_in_has_ended(newsroom: Newsroom) -> None:
    """A part of a page that is asked for without a log-in is 401, and not the log-in page in its place."""
    for header in ({"hx-request": "true"}, {"x-desk": "1"}):
        answer = httpx.get(f"{newsroom.url}/parts/needs", headers=header)
        assert answer.status_code == 401
        assert "<form" not in answer.text
