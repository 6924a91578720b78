"""The desk attacked from outside: forged forms, foreign names, redirects, proxies; and what every answer carries."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from syndicator.desk.media import static_version
from syndicator.models import Status
from tests.desk.doors import ADMINISTRATOR, CHANGING, DOORS, EDITOR, VIEWER, Door, House, kept, raw
from tests.desk.newsroom import PASSWORD, Newsroom, logged_in, token


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, hashed_password: str) -> Iterator[House]:
    """One newsroom for all attacks: none of them changes anything. One of its pages is broken."""
    folder = tmp_path_factory.mktemp("security")
    newsroom = Newsroom(folder, hashed_password)
    broken = newsroom.room.config.templates / "desk"
    broken.mkdir(parents=True)
    (broken / "keys.html").write_text("{{ nothing.of.the.kind }}", "utf-8")
    newsroom.serve()
    made = House(newsroom, hashed_password)
    yield made
    made.close()
    newsroom.close()


# ---------------------------------------------------------------------------------------------- forged forms

OWN, ANOTHERS = "own", "another's"
FORGERIES = {
    "no token": ("", {}),
    "a wrong token": ("A" * 116, {}),
    "another session's token": (ANOTHERS, {}),
    "a foreign origin": (OWN, {"origin": "https://evil.example"}),
    "another port's origin": (OWN, {"origin": "http://127.0.0.1:1"}),
    "an opaque origin": (OWN, {"origin": "null"}),
    "a cross-site request": (OWN, {"sec-fetch-site": "cross-site"}),
    "a same-site request": (OWN, {"sec-fetch-site": "same-site"}),
    "a machine's header beside the cookie": (OWN, {"authorization": "Bearer guess", "origin": "https://evil.example"}),
}


@pytest.mark.parametrize("door", CHANGING, ids=lambda door: door.name)
def test_a_forged_form_changes_nothing(house: House, door: Door) -> None:
    """However a form was forged, an administrator's browser that sends it is refused, and nothing is changed."""
    before, browser = kept(house.newsroom), house.browsers[ADMINISTRATOR]
    sessions = house.newsroom.room.ledger.people.sessions("root", house.newsroom.room.clock())
    tokens = {OWN: house.tokens[ADMINISTRATOR], ANOTHERS: house.tokens[EDITOR]}
    for forgery, (sent, headers) in FORGERIES.items():
        with house.knock(door, browser, tokens.get(sent, sent), headers) as answer:
            assert answer.status_code == 403, forgery
        assert kept(house.newsroom) == before, forgery
    after = house.newsroom.room.ledger.people.sessions("root", house.newsroom.room.clock())
    assert {one.id for one in after} == {one.id for one in sessions}


@pytest.mark.parametrize("path", ["/api/v1/stop", "/api/v1/measure"])
def test_a_made_up_key_does_not_stand_in_for_a_token(house: House, path: str) -> None:
    """A request with a browser's cookie and any Authorization header is judged by the header alone."""
    before = kept(house.newsroom)
    method = "PUT" if path.endswith("stop") else "POST"
    for header in ("Bearer guess", "Basic cm9vdDpyb290", ""):
        answer = house.browsers[ADMINISTRATOR].request(method, path, json={}, headers={"authorization": header})
        assert answer.status_code == 401, header
    page = house.browsers[ADMINISTRATOR].post("/stop", data={"reason": "x"}, headers={"authorization": "Bearer guess"})
    assert (page.status_code, kept(house.newsroom)) == (403, before)


def test_the_log_in_form_cannot_be_forged(house: House) -> None:
    """A log-in needs the token of the form that this browser was given; another browser's, or none, is refused."""
    with httpx.Client(base_url=house.newsroom.url) as one, httpx.Client(base_url=house.newsroom.url) as other:
        theirs = token_of_login(one)
        other.get("/login")
        for csrf in ("", theirs, "A" * 86):
            answer = other.post("/login", data={"csrf": csrf, "name": "anna", "password": PASSWORD})
            assert answer.status_code == 403
            assert "syndicator_desk" not in answer.cookies


def token_of_login(client: httpx.Client) -> str:
    """The token of a new log-in form."""
    return token(client.get("/login"))


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_from_elsewhere_holds_no_post(newsroom: Newsroom, anna: httpx.Client, site: str) -> None:
    """Opening an editor holds a post, so a link on another's page opens the form and holds nothing."""
    row = newsroom.publish("harbour")[2]
    address = f"/articles/{row.article}?edit=mastodon"
    assert anna.get(address, headers={"sec-fetch-site": site}).status_code == 200
    assert newsroom.row(row.id).status is Status.QUEUED
    assert anna.get(address, headers={"sec-fetch-site": "same-origin"}).status_code == 200
    assert newsroom.row(row.id).status is Status.HELD


# ---------------------------------------------------------------------------------------------- names

HOSTS = (
    ("127.0.0.1", True), ("127.0.0.1:8600", True), ("localhost", True), ("LOCALHOST:1", True), ("[::1]:8600", True),
    ("192.0.2.7", True), ("evil.example", False), ("127.0.0.1.evil.example", False), ("localhost.evil.example", False),
    ("evil.example:8600", False), ("", False), ("127.0.0.1/login?", False), ("127.0.0.1#", False),
    ("evil@127.0.0.1", False), ("127.0.0.1:x", False), ("[::1", False), ("localhost.", False),
    ("127.0.0.1 evil", False),
)  # fmt: skip


@pytest.mark.parametrize(("host", "ours"), HOSTS)
def test_it_answers_to_its_own_names_only(house: House, host: str, ours: bool) -> None:
    """Addresses, localhost and the public name are answered; a name that was pointed at us by others is not."""
    status, headers, body = raw(
        house.newsroom, f"GET /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    )
    assert (status == 200) is ours, status
    assert ours or (status in {400, 421} and b"password" not in body)
    assert not ours or headers["x-frame-options"] == "DENY"


# ---------------------------------------------------------------------------------------------- redirects

ELSEWHERE = (
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/", "https:evil",
    "/\t/evil.example", "/\n/evil.example", "/%09/evil.example", "//evil.example/%2e%2e", "http:///evil.example",
    "javascript:alert(1)", "data:text/html,x", "//[", "//evil.example\\@127.0.0.1/", "/queue\r\nset-cookie: a=b",
    "evil.example", ".evil.example", "@evil.example", "//", "/ /evil.example", "", "/\x00/evil.example", "/queue",
)  # fmt: skip


def leads(base: str, location: str) -> str:
    """The host at which a browser would end up: it drops tabs and line ends, and reads backslashes as slashes."""
    seen = "".join(letter for letter in location if letter not in "\t\r\n").strip().replace("\\", "/")
    return urlsplit(urljoin(base, seen)).netloc


def stays(newsroom: Newsroom, answer: httpx.Response) -> bool:
    """Whether an answer leads on, and within the desk."""
    location = answer.headers["location"]
    return answer.status_code == 303 and location.startswith("/") and leads(newsroom.url, location) == host(newsroom)


def host(newsroom: Newsroom) -> str:
    """The desk's host and port."""
    return urlsplit(newsroom.url).netloc


@pytest.mark.parametrize("where", ELSEWHERE)
def test_no_way_leads_out_of_the_desk(house: House, where: str) -> None:
    """Whatever an address or a form names as the page to go on to, the browser stays at the desk."""
    newsroom, browser, csrf = house.newsroom, house.browsers[EDITOR], house.tokens[EDITOR]
    assert stays(newsroom, browser.get(f"/login?next={quote(where)}"))
    with httpx.Client(base_url=newsroom.url) as client:
        form = {"csrf": token_of_login(client), "name": "ben", "password": PASSWORD, "next": where}
        assert stays(newsroom, client.post("/login", data=form))
    acted = browser.post(
        "/actions", data={"csrf": csrf, "verb": "hold", "id": str(house.names["third"]), "back": where}
    )
    assert stays(newsroom, acted)
    for back in (where, f"/calendar/{where}", f"/calendar/..{where}"):
        form = {"csrf": csrf, "id": str(house.names["fourth"]), "day": "2027-01-04", "clock": "10:00", "back": back}
        assert stays(newsroom, browser.post("/calendar/move", data=form))


@pytest.mark.parametrize("where", [one for one in ELSEWHERE if one != "/queue"])
def test_a_carried_form_is_sent_to_the_desk_only(house: House, where: str) -> None:
    """A form that claims to have come without a log-in is offered again to a path of the desk, or not at all."""
    import json

    with httpx.Client(base_url=house.newsroom.url) as client:
        form = {"csrf": token_of_login(client), "name": "ben", "password": PASSWORD, "carry": json.dumps([where, []])}
        answer = client.post("/login", data=form)
    if answer.status_code == 303:
        assert stays(house.newsroom, answer)
    else:
        actions = [node.attributes["action"] or "" for node in LexborHTMLParser(answer.text).css("main form")]
        assert {leads(house.newsroom.url, one) for one in actions} == {host(house.newsroom)}
        assert all(one.startswith("/") for one in actions)


@pytest.mark.parametrize("path", ["/queue/", "/login/", "//evil.example/", "//evil.example/..", "/history//"])
def test_a_slash_too_many_leads_nowhere(house: House, path: str) -> None:
    """An address that is none of ours is not there: nobody is sent on by what the request's path says."""
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    status, headers, _body = raw(house.newsroom, head.encode())
    assert (status, headers.get("location")) == (404, None)


# ---------------------------------------------------------------------------------------------- headers

ANSWERS = {
    "a page": ("/queue", 200), "a redirect": ("/", 303), "the log-in": ("/login", 303), "a part": ("/parts/needs", 200),
    "nothing there": ("/nothing", 404), "no such story": ("/articles/999999", 404), "not allowed": ("/people", 200),
    "no number": ("/articles/abc", 422), "a broken page": ("/keys", 500), "our file": ("/static/desk.css", 200),
    "no such file": ("/static/nothing.css", 404), "no such photo": ("/photos/abc/row", 404),
    "a list for machines": ("/api/v1/accounts", 200), "a problem for machines": ("/api/v1/deliveries/999999", 404),
    "an export": ("/history.csv", 200),
}  # fmt: skip


def guarded(answer: httpx.Response) -> None:
    """Whether an answer carries what keeps a browser from being used against its reader."""
    policy = answer.headers["content-security-policy"]
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert (rules["script-src"], rules["style-src"]) == ("'self'", "'self'")
    assert (rules["frame-ancestors"], rules["base-uri"], rules["form-action"]) == ("'none'", "'none'", "'self'")
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"]
    assert "server" not in answer.headers


@pytest.mark.parametrize("what", ANSWERS)
def test_every_answer_is_guarded(house: House, what: str) -> None:
    """Pages, parts, files, redirects and errors all carry the headers; only files of ours may be kept by a browser."""
    path, status = ANSWERS[what]
    path += f"?v={static_version()}" if what == "our file" else ""
    answer = house.browsers[ADMINISTRATOR].get(path)
    assert answer.status_code == status
    guarded(answer)
    stored = what == "our file"
    assert ("no-store" in answer.headers["cache-control"]) is not stored


@pytest.mark.parametrize(
    ("request_line", "more", "status"),
    [
        ("GET /queue", "Host: evil.example", 421),
        ("POST /stop", "Host: localhost\r\nOrigin: https://evil.example\r\nContent-Length: 0", 403),
        ("POST /stop", "Host: localhost\r\nContent-Length: 9999999", 413),
        ("PUT /queue", "Host: localhost\r\nContent-Length: 0", 405),
        ("DELETE /login", "Host: localhost\r\nContent-Length: 0", 405),
        ("GET /queue", "Host: localhost", 303),
    ],
)
def test_refusals_at_the_door_are_guarded_too(house: House, request_line: str, more: str, status: int) -> None:
    """What is refused before any page is asked carries the same headers."""
    found, headers, body = raw(
        house.newsroom, f"{request_line} HTTP/1.1\r\n{more}\r\nConnection: close\r\n\r\n".encode()
    )
    assert found == status
    guarded(httpx.Response(found, headers=headers, content=body))


def test_photos_are_for_who_is_logged_in_and_stay_in_one_browser(house: House) -> None:
    """A photo is kept by the reader's own browser, never by a proxy in between."""
    answer = house.browsers[VIEWER].get(f"/photos/{house.names['photo']}/row")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.headers["cache-control"].startswith("private")
    guarded(answer)


def test_a_broken_page_gives_nothing_away(house: House) -> None:
    """An error of ours says where it is written, and shows no line of code, no path and no value."""
    page = house.browsers[VIEWER].get("/keys")
    assert page.status_code == 500
    assert "It is written in the log; nothing was sent." in page.text
    assert not [word for word in ("Traceback", "jinja2", ".py", "nothing.of", str(house.newsroom.file.parent))
                if word in page.text]  # fmt: skip


PAGES = [door for door in DOORS if door.method == "GET" and not door.api and door.path not in
         {"/stream", "/static/{name}", "/photos/{name}/{size}", "/history.{kind}"}]  # fmt: skip


@pytest.mark.parametrize("door", PAGES, ids=lambda door: door.name)
def test_no_page_holds_script_or_style_of_its_own(house: House, door: Door) -> None:
    """Every script and stylesheet is a file of ours; no element has a handler or a style, and every form a token."""
    with house.knock(door, house.browsers[ADMINISTRATOR]) as answer:
        page = LexborHTMLParser(answer.text)
    for node in page.css("*"):
        names = {name: value or "" for name, value in node.attributes.items()}
        assert not [name for name in names if name.startswith(("on", "hx-on")) or name == "style"], node.html
        assert node.tag not in {"style", "iframe", "object", "embed", "base"}
        assert node.tag != "script" or names["src"].startswith("/static/")
        if node.tag == "form" and names.get("method", "get").lower() == "post":
            assert node.css('input[name="csrf"]'), node.html


# ---------------------------------------------------------------------------------------------- cookies, proxies


def test_cookies_are_for_this_desk_alone(newsroom: Newsroom) -> None:
    """The session's cookie is hidden from script, sent along with no foreign request, and bound to no wider domain."""
    with httpx.Client(base_url=newsroom.url) as client:
        form = {"csrf": token_of_login(client), "name": "anna", "password": PASSWORD}
        set_by = client.post("/login", data=form).headers.get_list("set-cookie")
    [cookie] = [one.lower() for one in set_by if one.startswith("syndicator_desk=")]
    flags = [flag.strip() for flag in cookie.split(";")][1:]
    assert {"httponly", "samesite=lax", "path=/"} <= set(flags)
    assert not [flag for flag in flags if flag.startswith("domain")]
    assert "secure" not in flags  # over plain HTTP it would never be sent


class Proxy:
    """A browser behind a proxy at https://proxy.example/desk."""

    def __init__(self, newsroom: Newsroom, *, strips: bool, keeps_host: bool, address: str = "203.0.113.5") -> None:
        self._newsroom, self._strips, self._address = newsroom, strips, address
        self._host = "proxy.example" if keeps_host else host(newsroom)
        self._jar: dict[str, str] = {}
        self.flags: dict[str, set[str]] = {}

    def ask(self, method: str, path: str, data: dict[str, str] | None = None, **headers: str) -> httpx.Response:
        """The answer to a public path, such as "/desk/queue"."""
        sent = path.removeprefix("/desk") if self._strips else path
        more = {
            "host": self._host, "x-forwarded-for": self._address, "x-forwarded-proto": "https",
            "cookie": "; ".join(f"{name}={value}" for name, value in self._jar.items()),
        } | headers  # fmt: skip
        answer = httpx.request(method, self._newsroom.url + (sent or "/"), data=data, headers=more)
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, rest = cookie.partition("=")
            value, *flags = rest.split("; ")
            self._jar[name], self.flags[name] = value, {flag.lower() for flag in flags}
        return answer

    def log_in(self) -> httpx.Response:
        """Log Anna in, as a browser on that page would."""
        form = {"csrf": token(self.ask("GET", "/desk/login")), "name": "anna", "password": PASSWORD, "next": "/stop"}
        return self.ask("POST", "/desk/login", form, origin="https://proxy.example")


BEHIND = 'public_url = "https://proxy.example/desk"\ntrusted_proxies = ["127.0.0.1/32", "10.0.0.0/8"]'


@pytest.mark.parametrize("strips", [True, False])
@pytest.mark.parametrize("keeps_host", [True, False])
def test_it_works_behind_a_proxy_with_a_prefix(
    tmp_path: Path, hashed_password: str, strips: bool, keeps_host: bool
) -> None:
    """Whether the proxy strips the prefix or keeps it, every link, form, redirect and cookie carries it."""
    newsroom = Newsroom(tmp_path, hashed_password, desk=BEHIND)
    newsroom.serve()
    try:
        rows = newsroom.publish("harbour", photo=True)
        proxy = Proxy(newsroom, strips=strips, keeps_host=keeps_host)
        assert proxy.ask("GET", "/desk/queue").headers["location"].startswith("/desk/login?next=")
        assert proxy.log_in().headers["location"] == "/desk/stop"
        assert {"secure", "httponly", "path=/desk/"} <= proxy.flags["syndicator_desk"]
        for path in ("/queue", "/queue?state=held", f"/articles/{rows[0].article}", "/accounts", "/me", "/stop",
                     "/history", "/calendar/day/2026-11-23", "/compose", "/sources", "/nothing"):  # fmt: skip
            page = LexborHTMLParser(proxy.ask("GET", f"/desk{path}").text)
            for name in ("href", "src", "action", "formaction", "data-src", "data-href", "data-link", "data-edit"):
                found = [node.attributes[name] or "" for node in page.css(f"[{name}]")]
                assert not [one for one in found if one.startswith("/") and not one.startswith("/desk/")], (path, name)
        form = {"csrf": token(proxy.ask("GET", "/desk/stop")), "verb": "hold", "id": str(rows[0].id),
                "back": "/queue?state=queued"}  # fmt: skip
        acted = proxy.ask("POST", "/desk/actions", form, origin="https://proxy.example")
        assert acted.headers["location"].startswith("/desk/queue?state=queued&did=")
        assert proxy.ask("POST", "/desk/actions", form, origin="https://evil.example").status_code == 403
        assert proxy.ask("GET", "/desk").headers["location"] == "/desk/queue"
    finally:
        newsroom.close()


FORWARDED = (
    ("203.0.113.5", "203.0.113.5"),
    ("9.9.9.9, 203.0.113.5", "203.0.113.5"),  # what stands before it was sent by the client itself
    ("9.9.9.9, 203.0.113.5, 10.1.2.3", "203.0.113.5"),  # two proxies of ours
    ("<script>, 203.0.113.5", "203.0.113.5"),
    ("203.0.113.5, nonsense", "127.0.0.1"),
    ("", "127.0.0.1"),
)


@pytest.mark.parametrize(("said", "seen"), FORWARDED)
def test_a_trusted_proxy_says_who_came(tmp_path: Path, hashed_password: str, said: str, seen: str) -> None:
    """The nearest address that is no proxy of ours is the client's; nothing before it is believed."""
    newsroom = Newsroom(tmp_path, hashed_password, desk=BEHIND)
    newsroom.serve()
    try:
        Proxy(newsroom, strips=True, keeps_host=True, address=said).log_in()
        [session] = newsroom.room.ledger.people.sessions("anna", newsroom.room.clock())
        assert session.ip == seen
    finally:
        newsroom.close()


def test_nobody_else_is_believed_about_addresses(newsroom: Newsroom) -> None:
    """Without trusted proxies the address is the connection's, whatever the headers say."""
    with logged_in(newsroom, "ben"):
        pass
    with httpx.Client(base_url=newsroom.url, headers={"x-forwarded-for": "9.9.9.9", "forwarded": "for=9.9.9.9"}) as me:
        me.post("/login", data={"csrf": token_of_login(me), "name": "anna", "password": PASSWORD})
    now = newsroom.room.clock()
    assert {one.ip for name in ("anna", "ben") for one in newsroom.room.ledger.people.sessions(name, now)} == {
        "127.0.0.1"
    }
