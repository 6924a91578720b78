"""Our plugin in a real WordPress: what it sends of whatever editors do, and what happens when nobody takes it."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import time
from typing import Any

import pytest
import requests

from tests.services.wordpress import PASSWORD, USER, WordPress
from tests.slow.newsroom import ALT, CAPTION, photo

SECRET = "a $ecret of \"quotes\" & 'signs'"
BODY = "The boats came in at six."
AT_ONCE = "add_filter( 'syndicator_push_pauses', function () { return array( 0, 0, 0 ); } );"
STUB = {"id", "link", "guid", "status", "date_gmt", "modified_gmt", "title"}

pytestmark = pytest.mark.slow


@dataclass
class Desk:
    """What takes the pushes: it keeps each with its signature and answers `status`."""

    port: int = 0
    status: int = 204
    heard: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/push/newsroom"

    def take(self) -> list[dict[str, Any]]:
        """What came since the last time, checked and read."""
        heard, self.heard = self.heard, []
        return [_checked(signature, body) for signature, body in heard]


def _checked(signature: str, body: bytes) -> dict[str, Any]:
    parts = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", signature)
    assert parts, signature
    assert abs(time() - int(parts[1])) < 60
    assert parts[2] == hmac.new(SECRET.encode(), f"{parts[1]}.".encode() + body, hashlib.sha256).hexdigest()
    message: dict[str, Any] = json.loads(body)
    assert set(message) == {"event", "post"}
    return message


@pytest.fixture
def desk(site: WordPress) -> Iterator[Desk]:
    """It is told by the plugin, which tries again whenever WordPress does what it has put off."""
    desk = Desk()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert (self.path, self.headers["Content-Type"]) == ("/push/newsroom", "application/json; charset=utf-8")
            body = self.rfile.read(int(self.headers["Content-Length"]))
            desk.heard.append((self.headers["X-Syndicator-Signature"], body))
            self.send_response(desk.status)
            self.end_headers()
            self.wfile.write(b"" if desk.status == 204 else b"<p>not now & here</p>")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        desk.port = server.server_port
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        site.plug_in(desk.url, SECRET, AT_ONCE)
        try:
            yield desk
        finally:
            site.unplug()
            server.shutdown()
            thread.join()


def write(site: WordPress, **more: Any) -> dict[str, Any]:
    """A post, a draft unless more is said."""
    made: dict[str, Any] = site.call("POST", "posts", {"title": "Nets & ropes", "content": BODY, **more})
    return made


# ---------------------------------------------------------------------------------------------- what is sent


def test_a_published_post_is_sent_once_as_the_public_sees_it(site: WordPress, desk: Desk) -> None:
    """Photo and terms, which WordPress sets after the status, are in the one push, and nothing only editors may see."""
    number = site.upload(photo(), "quay.jpg", ALT, CAPTION)
    tag = site.call("POST", "tags", {"name": f"ropes {number}"})
    story = write(site, status="publish", featured_media=number, tags=[tag["id"]], excerpt="What is known so far.")
    (message,) = desk.take()
    post = message["post"]
    public = requests.get(f"{site.url}/wp-json/wp/v2/posts/{story['id']}", timeout=20).json()
    assert message["event"] == "published"
    assert {key: post[key] for key in public if key != "_links"} == {k: v for k, v in public.items() if k != "_links"}
    (shown,) = post["_embedded"]["wp:featuredmedia"]
    assert (shown["alt_text"], shown["source_url"].endswith(".jpg")) == (ALT, True)
    assert "Photo: Ann Example" in shown["caption"]["rendered"]
    assert tag["name"] in {term["name"] for terms in post["_embedded"]["wp:term"] for term in terms}
    assert post["_embedded"]["author"][0]["name"] == USER
    assert "raw" not in post["title"] and "password" not in post


def changed(site: WordPress, story: dict[str, Any]) -> None:
    """An editor changes the headline."""
    site.call("POST", f"posts/{story['id']}", {"title": "Nets and ropes"})


def pictured(site: WordPress, story: dict[str, Any]) -> None:
    """An editor gives a photo to it."""
    number = site.upload(photo(), "late.jpg", ALT, CAPTION)
    site.call("POST", f"posts/{story['id']}", {"featured_media": number})


def trashed(site: WordPress, story: dict[str, Any]) -> None:
    """An editor puts it into the trash."""
    site.call("DELETE", f"posts/{story['id']}")


def deleted(site: WordPress, story: dict[str, Any]) -> None:
    """An editor deletes it for good."""
    site.call("DELETE", f"posts/{story['id']}", params={"force": "true"})


def drafted(site: WordPress, story: dict[str, Any]) -> None:
    """An editor makes a draft of it again."""
    site.call("POST", f"posts/{story['id']}", {"status": "draft"})


def locked(site: WordPress, story: dict[str, Any]) -> None:
    """An editor puts it behind a password."""
    site.call("POST", f"posts/{story['id']}", {"password": "open"})


@pytest.mark.parametrize(
    ("act", "event", "status"),
    [
        (changed, "updated", "publish"),
        (pictured, "updated", "publish"),
        (trashed, "withdrawn", "trash"),
        (deleted, "withdrawn", "trash"),
        (drafted, "withdrawn", "draft"),
        (locked, "withdrawn", "private"),
    ],
)
def test_what_becomes_of_a_public_post_is_told_once(
    site: WordPress, desk: Desk, act: Callable[[WordPress, dict[str, Any]], None], event: str, status: str
) -> None:
    """A public post comes whole; one that is taken back comes with its public address and nothing of its text."""
    story = write(site, status="publish")
    desk.take()
    act(site, story)
    (message,) = desk.take()
    post = message["post"]
    assert (message["event"], post["status"], post["id"]) == (event, status, story["id"])
    assert (post["link"], post["guid"]["rendered"]) == (story["link"], story["guid"]["rendered"])
    assert (BODY in json.dumps(post)) == (status == "publish")
    assert (set(post) == STUB) == (status != "publish")
    assert ("wp:featuredmedia" in post.get("_embedded", {})) == (act is pictured)


def test_a_post_on_its_way_to_the_public_is_told_when_it_matters(site: WordPress, desk: Desk) -> None:
    """A draft concerns nobody, a scheduled post is announced without its text, then it is published."""
    later = datetime.now(UTC) + timedelta(hours=1)
    story = write(site, slug="planned-nets")
    assert desk.take() == []
    site.call("POST", f"posts/{story['id']}", {"status": "future", "date_gmt": later.isoformat(timespec="seconds")})
    (planned,) = desk.take()
    assert (planned["event"], set(planned["post"])) == ("scheduled", STUB)
    assert planned["post"]["link"] == f"{site.url}/{later:%Y/%m}/planned-nets/"
    assert planned["post"]["date_gmt"] == later.replace(tzinfo=None).isoformat(timespec="seconds")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    site.call("POST", f"posts/{story['id']}", {"status": "publish", "date_gmt": now})
    (public,) = desk.take()
    assert (public["event"], public["post"]["guid"]) == ("published", planned["post"]["guid"])
    assert BODY in public["post"]["content"]["rendered"]


def test_pages_drafts_and_posts_behind_a_password_stay_at_home(site: WordPress, desk: Desk) -> None:
    """What was never public or is no article is not sent."""
    site.call("POST", "pages", {"title": "About us", "status": "publish"})
    write(site, status="private")
    write(site, status="publish", password="open")
    trashed(site, write(site))
    assert desk.take() == []


# ---------------------------------------------------------------------------------------------- in trouble


def _admin(site: WordPress) -> str:
    """The administrator's page in a browser."""
    with requests.Session() as browser:
        browser.get(f"{site.url}/wp-login.php", timeout=20)
        form = {"log": USER, "pwd": PASSWORD, "testcookie": "1"}
        browser.post(f"{site.url}/wp-login.php", form, timeout=20, allow_redirects=False)
        page = browser.get(f"{site.url}/wp-admin/tools.php", timeout=20)
    assert page.ok and "Tools" in page.text
    return page.text


def test_what_nobody_took_is_sent_again_and_the_administrator_is_told(site: WordPress, desk: Desk) -> None:
    """After a refusal the post is sent again, as it is by then; the notice goes once it is taken."""
    desk.status = 503
    story = write(site, status="publish")
    changed(site, story)
    assert [message["event"] for message in desk.take()] == ["published", "updated"]
    page = _admin(site)
    assert f"Post {story['id']} was not taken: the answer was 503 not now &amp; here. It is tried again." in page
    desk.status = 204
    site.cron()
    again = desk.take()
    assert [message["event"] for message in again] == ["published", "updated"]
    assert {message["post"]["title"]["rendered"] for message in again} == {"Nets and ropes"}
    site.cron()
    assert desk.take() == []
    assert "syndicator push" not in _admin(site)


def test_after_three_further_tries_it_is_given_up(site: WordPress, desk: Desk) -> None:
    """Four refusals in all; then the administrator reads that nothing more is tried."""
    desk.status = 500
    story = write(site, status="publish")
    for _ in range(5):
        site.cron()
    assert len(desk.take()) == 4
    said = f"Post {story['id']} was not taken: the answer was 500 not now &amp; here. It is not tried again."
    assert said in _admin(site)


def test_a_post_taken_back_before_it_was_heard_of_comes_as_withdrawn(site: WordPress, desk: Desk) -> None:
    """A further try tells what the post is by then, not what it was."""
    desk.status = 500
    story = write(site, status="publish")
    trashed(site, story)
    desk.take()
    desk.status = 204
    site.cron()
    told = desk.take()
    assert {message["event"] for message in told} == {"withdrawn"}
    assert all(BODY not in json.dumps(message) for message in told)


def test_without_its_constants_the_plugin_says_what_it_lacks(site: WordPress, desk: Desk) -> None:
    """Nothing is sent, publishing works, and the administrator reads which constants to define."""
    (site.files / "push.php").unlink()
    assert write(site, status="publish")["status"] == "publish"
    assert desk.take() == []
    assert "nothing is sent before SYNDICATOR_PUSH_URL and SYNDICATOR_PUSH_SECRET" in _admin(site)
