"""People, one's own page, the keys and the way in, through the real server."""

import html
import re

import httpx
import pytest

from syndicator.models import Role
from tests.desk.newsroom import PASSWORD, Newsroom, logged_in, token

NEW = "a much better one"
SHOWN = re.compile(r'<code id="secret"[^>]*>([^<]+)</code>')


def post(client: httpx.Client, path: str, page: str = "/me", **fields: str | list[str]) -> httpx.Response:
    """A form of a page, sent as a browser without script does."""
    return client.post(path, data={"csrf": token(client.get(page)), **fields})


def shown(answer: httpx.Response) -> str:
    """The secret a page shows this once."""
    found = SHOWN.search(answer.text)
    assert found, answer.text[-3000:]
    return html.unescape(found.group(1))


def log_in(newsroom: Newsroom, name: str, password: str) -> httpx.Response:
    """The answer to a log-in."""
    with httpx.Client(base_url=newsroom.url, timeout=20) as client:
        page = client.get("/login")
        fields = {"csrf": token(page), "name": name, "password": password, "next": ""}
        return client.post("/login", data=fields)


# ---------------------------------------------------------------------------------------------- people

FORMS = (
    "/people", "/people/tokens", "/people/tokens/revoke", "/people/anna/role", "/people/anna/disable",
    "/people/anna/enable", "/people/anna/password", "/people/anna/sessions",
)  # fmt: skip


def test_only_administrators_manage_people(newsroom: Newsroom, cleo: httpx.Client) -> None:
    """A chief may neither see nor change people, and is told who can."""
    before = newsroom.room.ledger.people.list()
    for path in FORMS:
        answer = post(cleo, path, name="dora", role="administrator", scope="read")
        assert answer.status_code == 403, path
        assert "Administrators can" in answer.text and "Root" in answer.text
    assert newsroom.room.ledger.people.list() == before
    assert cleo.get("/people").status_code == cleo.get("/people/anna").status_code == 403


def test_somebody_is_added_with_a_password_that_is_shown_once(newsroom: Newsroom, root: httpx.Client) -> None:
    """Without a typed password one is made; it lets the new person in, and no later page shows it."""
    answer = post(root, "/people", "/people", name="dora", display="Dora", role="editor", password="")
    password = shown(answer)
    assert len(password) >= 20
    assert answer.headers["cache-control"] == "no-store"
    assert newsroom.room.ledger.people.get("dora").role is Role.EDITOR
    assert password not in root.get("/people/dora").text
    assert log_in(newsroom, "dora", password).status_code == 303


def test_somebody_is_added_with_a_typed_password(newsroom: Newsroom, root: httpx.Client) -> None:
    """A typed password is not shown again, and works."""
    answer = post(root, "/people", "/people", name="Dora", role="viewer", password=NEW)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/people/dora?said=added"
    assert "dora may use the desk." in root.get("/people/dora?said=added").text
    assert log_in(newsroom, "dora", NEW).status_code == 303


WRONG = (
    ({"name": "anna", "role": "editor", "password": ""}, "name", "There is a person"),
    ({"name": "a b", "role": "editor", "password": ""}, "name", "is no name"),
    ({"name": "", "role": "editor", "password": ""}, "name", "is no name"),
    ({"name": "dora", "role": "queen", "password": ""}, "name", "There is no such role."),
    ({"name": "dora", "role": "editor", "password": "short"}, "password", "too short"),
    ({"name": "dora-the-first", "role": "editor", "password": "dora-the-first"}, "password", "must not be"),
)


def test_a_wrong_field_is_named(newsroom: Newsroom, root: httpx.Client) -> None:
    """The page says what is wrong, leads to the field, and nobody was added."""
    for fields, field, words in WRONG:
        answer = post(root, "/people", "/people", **fields)
        assert answer.status_code == 422
        assert "<title>Error: People" in answer.text and "There is a problem" in answer.text
        assert f'href="#{field}"' in answer.text and words in html.unescape(answer.text)
    assert len(newsroom.room.ledger.people.list()) == 4


def test_a_new_role_holds_at_once(newsroom: Newsroom, root: httpx.Client, anna: httpx.Client) -> None:
    """Whoever is logged in keeps the session and has the new role."""
    assert anna.get("/people").status_code == 403
    assert post(root, "/people/anna/role", "/people/anna", role="administrator").status_code == 303
    assert anna.get("/people").status_code == 200


def test_who_is_disabled_is_out(newsroom: Newsroom, root: httpx.Client, anna: httpx.Client) -> None:
    """Disabling ends the sessions at once and lets nobody in; enabling lets them in again."""
    assert anna.get("/me").status_code == 200
    assert post(root, "/people/anna/disable", "/people/anna").headers["location"] == "/people/anna?said=disabled"
    assert anna.get("/me").status_code == 303
    assert log_in(newsroom, "anna", PASSWORD).status_code == 401
    assert "disabled since" in root.get("/people").text
    post(root, "/people/anna/enable", "/people/anna")
    assert log_in(newsroom, "anna", PASSWORD).status_code == 303


@pytest.mark.parametrize(("path", "fields"), [("disable", {}), ("role", {"role": "chief"})])
def test_the_last_administrator_stays(
    newsroom: Newsroom, root: httpx.Client, path: str, fields: dict[str, str]
) -> None:
    """Nobody can lock everybody out of this page."""
    answer = post(root, f"/people/root/{path}", "/people/root", **fields)
    assert answer.status_code == 422
    assert "Root is the only administrator" in answer.text
    assert newsroom.room.ledger.people.get("root").role is Role.ADMINISTRATOR


def test_a_new_password_logs_out(newsroom: Newsroom, root: httpx.Client, anna: httpx.Client) -> None:
    """A made password is shown once, ends the sessions, and the old one is worth nothing."""
    password = shown(post(root, "/people/anna/password", "/people/anna", password=""))
    assert anna.get("/me").status_code == 303
    assert log_in(newsroom, "anna", PASSWORD).status_code == 401
    assert log_in(newsroom, "anna", password).status_code == 303


def test_sessions_are_ended(newsroom: Newsroom, root: httpx.Client, anna: httpx.Client) -> None:
    """An administrator logs somebody out everywhere."""
    assert "python-httpx" in root.get("/people/anna").text
    post(root, "/people/anna/sessions", "/people/anna")
    assert anna.get("/me").status_code == 303


def test_nobody_is_not_there(root: httpx.Client) -> None:
    """A person there is not has no page, and cannot be changed."""
    assert root.get("/people/nobody").status_code == 404
    assert post(root, "/people/nobody/disable").status_code == 404
    assert post(root, "/people/nobody/password", password=NEW).status_code == 404


def test_a_machine_gets_a_token(newsroom: Newsroom, root: httpx.Client) -> None:
    """A machine's token is shown once, listed without its secret, and revoked."""
    secret = shown(post(root, "/people/tokens", "/people", name="cms", scope=["read", "compose"]))
    found = newsroom.room.ledger.people.tokens("")
    assert [(one.name, one.scopes, one.person) for one in found] == [("cms", ("read", "compose"), None)]
    page = root.get("/people").text
    assert "cms" in page and secret not in page
    assert post(root, "/people/tokens/revoke", "/people", name="cms", owner="").status_code == 303
    assert newsroom.room.ledger.people.tokens("") == ()


def test_people_are_sorted_by_any_head(root: httpx.Client) -> None:
    """Each head sorts, and says so; a word there is not sorts as the first head."""
    for sort in ("", "-name", "role", "state", "-seen", "nothing"):
        page = root.get("/people", params={"sort": sort}).text
        names = re.findall(r'<a class="headline" href="/people/([a-z]+)"', page)
        assert sorted(names) == ["anna", "ben", "cleo", "root"]
        assert ("aria-sort=" in page) is (sort != "nothing")
        assert sort != "role" or names == ["ben", "anna", "cleo", "root"]


# ---------------------------------------------------------------------------------------------- me


def test_ones_own_password_needs_the_old_one(newsroom: Newsroom, anna: httpx.Client) -> None:
    """With the old one it changes, this browser stays in under a new cookie, and others are out."""
    with logged_in(newsroom, "anna") as other:
        cookie = anna.cookies["syndicator_desk"]
        fields = {"password": PASSWORD, "password_new": NEW, "password_again": NEW}
        assert post(anna, "/me/password", **fields).headers["location"] == "/me?said=password"
        assert anna.get("/me").status_code == 200
        assert anna.cookies["syndicator_desk"] != cookie
        assert other.get("/me").status_code == 303
    assert log_in(newsroom, "anna", NEW).status_code == 303
    assert log_in(newsroom, "anna", PASSWORD).status_code == 401


def test_a_wrong_password_form_changes_nothing(newsroom: Newsroom, anna: httpx.Client) -> None:
    """The field that is wrong is named, what was typed is not repeated, and the old password still works."""
    for old, new, again, field in (
        ("wrong and wrong", NEW, NEW, "password"),
        (PASSWORD, "too-shor!", "too-shor!", "password_new"),
        (PASSWORD, NEW, NEW + "!", "password_again"),
        ("", NEW, NEW, "password"),
    ):
        answer = post(anna, "/me/password", password=old, password_new=new, password_again=again)
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text and new not in answer.text
    assert log_in(newsroom, "anna", PASSWORD).status_code == 303


def test_guessing_ones_own_password_is_slowed(newsroom: Newsroom, anna: httpx.Client) -> None:
    """A stolen session cannot try many old passwords, and log-ins are not locked by it."""
    fields = {"password_new": NEW, "password_again": NEW}
    answers = [post(anna, "/me/password", password=f"guess number {n}", **fields) for n in range(6)]
    assert "Too many attempts" in answers[-1].text
    assert "Too many attempts" in post(anna, "/me/password", password=PASSWORD, **fields).text
    assert log_in(newsroom, "anna", PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("name", "scopes", "status"),
    [
        ("ben", ["read"], 200), ("ben", ["act"], 422), ("ben", ["read", "admin"], 422), ("anna", ["act"], 200),
        ("anna", ["admin"], 422), ("cleo", ["admin"], 200), ("anna", [], 422), ("anna", ["nonsense"], 422),
    ],
)  # fmt: skip
def test_a_token_can_do_no_more_than_its_person(newsroom: Newsroom, name: str, scopes: list[str], status: int) -> None:
    """Scopes beyond the role are refused; what is made is kept as a hash and shown once."""
    with logged_in(newsroom, name) as client:
        answer = post(client, "/me/tokens", name="mine", scope=scopes)
        assert answer.status_code == status
        found = newsroom.room.ledger.people.tokens(name)
        assert [one.scopes for one in found] == ([tuple(scopes)] if status == 200 else [])
        if status == 200:
            assert shown(answer) not in client.get("/me").text


def test_a_token_is_revoked_by_its_person_only(newsroom: Newsroom, anna: httpx.Client, cleo: httpx.Client) -> None:
    """Another's token is not there for anybody else."""
    post(anna, "/me/tokens", name="mine", scope="read")
    assert post(cleo, "/me/tokens/revoke", name="mine").status_code == 404
    assert len(newsroom.room.ledger.people.tokens("anna")) == 1
    assert post(anna, "/me/tokens/revoke", name="mine").headers["location"] == "/me?said=revoked"
    assert newsroom.room.ledger.people.tokens("anna") == ()


ZONES = (
    ({"clock": "own", "zone": ""}, None),
    ({"clock": "own", "zone": "../../etc/passwd"}, None),
    ({"clock": "own", "zone": "Berlin"}, None),
    ({"clock": "utc", "zone": "ignored"}, "UTC"),
    ({"clock": "own", "zone": "America/New_York"}, "America/New_York"),
    ({"clock": "newsroom", "zone": ""}, ""),
)


def test_times_are_shown_in_a_place_that_exists(newsroom: Newsroom, anna: httpx.Client) -> None:
    """A place is kept, and every page can be drawn with it; one there is not is refused."""
    for fields, kept in ZONES:
        answer = post(anna, "/me/zone", **fields)
        assert answer.status_code == (422 if kept is None else 303)
        assert newsroom.room.ledger.people.get("anna").zone == (kept or "")
        assert anna.get("/me").status_code == 200


def test_keys_are_turned_off_and_on(newsroom: Newsroom, anna: httpx.Client) -> None:
    """The switch is on the list of keys and on one's own page, and pages tell script."""
    assert 'data-keys="on"' in anna.get("/keys").text
    assert post(anna, "/keys", "/keys", keys="off").headers["location"] == "/keys?said=keys-off"
    assert 'data-keys="off"' in anna.get("/keys").text
    assert post(anna, "/keys", keys="on", stay="1").headers["location"] == "/me?said=keys-on"
    assert newsroom.room.ledger.people.get("anna").keys


def test_the_list_of_keys_is_whole(anna: httpx.Client) -> None:
    """Every key of the desk stands on the page."""
    keys = set(re.findall(r"<kbd>([^<]+)</kbd>", html.unescape(anna.get("/keys").text)))
    assert {*"jknpouxahsebmrPzvy./c?!g*", "Enter", "Esc", "Ctrl+Enter"} <= keys


def test_other_sessions_are_ended(newsroom: Newsroom, anna: httpx.Client) -> None:
    """One logs oneself out everywhere else, and stays here."""
    with logged_in(newsroom, "anna") as other:
        assert "Log out everywhere else" in anna.get("/me").text
        assert post(anna, "/me/sessions").headers["location"] == "/me?said=sessions"
        assert (anna.get("/me").status_code, other.get("/me").status_code) == (200, 303)


# ---------------------------------------------------------------------------------------------- the way in


def test_nobody_sees_a_page_without_a_log_in(newsroom: Newsroom) -> None:
    """Every page leads to the log-in, and back to itself afterwards."""
    with httpx.Client(base_url=newsroom.url) as client:
        for path in (
            "/accounts",
            "/accounts/mastodon",
            "/sources",
            "/sources/world",
            "/people",
            "/me",
            "/keys",
            "/stop",
        ):
            answer = client.get(path)
            assert answer.status_code == 303 and answer.headers["location"].startswith("/login?next=")
        assert "Log in" in client.get("/login").text


def test_a_form_sent_without_a_log_in_is_offered_again(newsroom: Newsroom) -> None:
    """What was written stands on the page after the log-in, changed nothing meanwhile, and can be sent then."""
    with httpx.Client(base_url=newsroom.url, timeout=20) as client:
        page = client.post("/stop", data={"csrf": "old", "words": "checking a <wrong> name", "reason": "Other"})
        assert page.status_code == 401 and "your text is kept" in page.text
        carry = html.unescape(re.search(r'name="carry" value="([^"]*)"', page.text)[1])  # type: ignore[index]
        fields = {"csrf": token(page), "name": "anna", "password": PASSWORD, "carry": carry}
        offered = client.post("/login", data=fields)
        assert offered.status_code == 200 and "checking a &lt;wrong&gt; name" in offered.text
        assert newsroom.room.ledger.accounts.stopped() is None
        again = {"csrf": token(offered), "words": "checking a <wrong> name", "reason": "Other"}
        assert client.post("/stop", data=again).status_code == 303
        stopped = newsroom.room.ledger.accounts.stopped()
        assert stopped is not None and stopped.reason == "checking a <wrong> name"


def test_a_carried_password_is_not_offered(newsroom: Newsroom) -> None:
    """Passwords of a form that came without a log-in are on no page afterwards."""
    with httpx.Client(base_url=newsroom.url, timeout=20) as client:
        page = client.post("/me/password", data={"password": PASSWORD, "password_new": NEW})
        carry = html.unescape(re.search(r'name="carry" value="([^"]*)"', page.text)[1])  # type: ignore[index]
        fields = {"csrf": token(page), "name": "anna", "password": PASSWORD, "carry": carry}
        assert NEW not in client.post("/login", data=fields).text


def test_a_wrong_log_in_tells_nothing(newsroom: Newsroom) -> None:
    """A wrong password and a name there is not give the same page, with a box and the name kept."""
    one, other = log_in(newsroom, "anna", "wrong and wrong"), log_in(newsroom, "dora", "wrong and wrong")
    assert one.status_code == other.status_code == 401
    assert "There is a problem" in one.text and "<title>Error: Log in" in one.text
    words = [re.sub(r'value="[^"]*"', "", answer.text) for answer in (one, other)]
    assert words[0] == words[1]
    assert 'value="anna"' in one.text and "wrong and wrong" not in one.text


# ---------------------------------------------------------------------------------------------- the stop switch


@pytest.mark.parametrize(
    ("name", "stopped", "words"),
    [
        ("ben", False, "Editors can stop"),
        ("anna", False, "Stop all sending?"),
        ("anna", True, "Chiefs can resume"),
        ("cleo", True, "Resume sending"),
        ("ben", True, "Sending is stopped"),
    ],
)
def test_the_stop_page_offers_what_the_role_may(newsroom: Newsroom, name: str, stopped: bool, words: str) -> None:
    """An editor stops, a chief resumes, others see who can."""
    if stopped:
        newsroom.room.ledger.accounts.stop("checking a wrong name", "person:anna", newsroom.room.clock())
    with logged_in(newsroom, name) as client:
        page = html.unescape(client.get("/stop").text)
    assert words in page
    assert ("checking a wrong name" in page) is stopped
    assert page.count('name="reason"') == (4 if (name, stopped) == ("anna", False) else 0)


def test_the_stop_page_tells_how_many_posts_wait(newsroom: Newsroom, anna: httpx.Client) -> None:
    """Before somebody stops, the number of waiting posts stands there."""
    newsroom.publish("ferry")
    assert "4 waiting posts stay where they are" in anna.get("/stop").text


def test_an_error_is_a_page(anna: httpx.Client) -> None:
    """What is not there has a page of the desk, with a way on."""
    answer = anna.get("/accounts/nowhere")
    assert answer.status_code == 404
    assert "There is no account nowhere" in html.unescape(answer.text) or "there is no account nowhere" in answer.text
    assert "Open the queue" in answer.text
