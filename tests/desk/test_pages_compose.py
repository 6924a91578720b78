"""Compose: an article by its address or words of one's own, previewed, refused in words, and queued once."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from syndicator.ledger import Filter
from syndicator.models import Article, Delivery, Poll, SourceState, Status
from syndicator.sources import identity
from tests.desk.newsroom import Newsroom, logged_in, token

NOW = datetime(2026, 11, 23, 13, 31, tzinfo=UTC)
ALL = ["x-main", "facebook-page", "mastodon", "bluesky"]
WORDS = "The ferry runs again"
PAGE = """<!doctype html><html lang="en"><head><title>{title}</title>
<meta property="og:title" content="{title}"><link rel="canonical" href="{url}"></head>
<body><h1>{title}</h1><p>It runs again from Monday.</p></body></html>"""


class Site(BaseHTTPRequestHandler):
    """A newsroom's site: every page has a headline but /bare."""

    def do_GET(self) -> None:
        """One page."""
        if self.path == "/gone":
            self.send_error(404)
            return
        title = "" if self.path == "/bare" else f"Ferry {self.path[1:]} & boats"
        url = f"http://{self.headers['host']}{self.path}"
        body = PAGE.format(title=html.escape(title), url=url).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    """The site's address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def newsroom(tmp_path: Path, hashed_password: str, site: str) -> Iterator[Newsroom]:
    """The newsroom on a Monday at 14:31; its own site is on this machine."""
    source = f'[sources.own]\ntype = "feed"\nurl = "{site}/feed.xml"\nallow_private = true\n'
    made = Newsroom(tmp_path, hashed_password, policy=source, clock=lambda: NOW)
    made.serve()
    yield made
    made.close()


def plain(page: httpx.Response) -> str:
    """The words of a page's middle, or of a part of a page."""
    middle = page.text.partition('<main id="main"')[2].partition("</main>")[0] or page.text
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", middle)))


def send(client: httpx.Client, path: str = "/compose", **fields: Any) -> httpx.Response:
    """The form, sent without script."""
    given = {"key": "k1", "url": "", "text": "", "account": ALL, "when": "usual", "do": "queue", "again": ""}
    csrf = token(client.get("/compose"))
    return client.post(path, data={"csrf": csrf, "day": "2026-11-24", "clock": "08:00"} | given | fields)


def made(newsroom: Newsroom) -> list[Delivery]:
    """Every row of the ledger."""
    ledger = newsroom.room.ledger
    return sorted(
        (ledger.deliveries.get(one["id"]) for one in ledger.history.entries(Filter())), key=lambda row: row.id
    )


def test_the_form_names_the_accounts_and_chooses_them(anna: httpx.Client) -> None:
    """All accounts that are switched on are chosen, and the usual wait."""
    page = anna.get("/compose?url=https://news.example/pier")
    assert re.findall(r'name="account" value="([^"]+)" checked', page.text) == ALL
    assert re.findall(r'name="when" value="([^"]+)" checked', page.text) == ["usual"]
    assert 'value="https://news.example/pier"' in page.text
    assert "style=" not in page.text


@pytest.mark.parametrize(
    ("when", "due", "urgent"),
    [
        ("usual", NOW + timedelta(minutes=10), False),
        ("now", NOW + timedelta(seconds=5), True),
        ("at", datetime(2026, 11, 24, 7, tzinfo=UTC), False),
    ],
)
def test_words_of_ones_own_are_queued(
    newsroom: Newsroom, anna: httpx.Client, when: str, due: datetime, urgent: bool
) -> None:
    """Each chosen account has its post, as it was typed, at the time that was chosen; its page shows them."""
    answer = send(anna, text=WORDS, when=when, account=["x-main", "bluesky"])
    assert answer.status_code == 303, plain(answer)
    rows = made(newsroom)
    assert [(row.status, row.due, row.urgent, row.actor) for row in rows] == [
        (Status.QUEUED, due, urgent, "person:anna")
    ] * 2
    version = newsroom.room.ledger.deliveries.version(rows[0].id, 1)
    assert version is not None
    assert version.post.text == WORDS
    shown = anna.get(answer.headers["location"])
    assert [
        one for one in ("2 posts were made.", "X main", "Bluesky", "Queued", "Undo") if one not in plain(shown)
    ] == []


def test_an_article_by_its_address(newsroom: Newsroom, anna: httpx.Client, site: str) -> None:
    """Its page is read; the posts have its headline and its link, and the article is the desk's own."""
    answer = send(anna, url=f"{site}/pier?utm_source=mail")
    assert answer.status_code == 303, plain(answer)
    rows = made(newsroom)
    story = newsroom.room.ledger.articles.get(rows[0].article)
    assert (len(rows), story.title, story.url) == (4, "Ferry pier & boats", f"{site}/pier")
    again = send(anna, url=f"{site}/pier", key="k2")
    assert "X main, Facebook page, Mastodon, Bluesky: this article has its post there." in plain(again)
    assert len(made(newsroom)) == 4


def test_an_article_with_a_stand_in_title_gets_its_headline(newsroom: Newsroom, anna: httpx.Client, site: str) -> None:
    """What a section page listed before it was first read is shown and posted with the headline of its page."""
    link = f"{site}/pier"
    listed = Article(link, "Read more", provisional=True, source="own", keys=identity.keys(link))
    state = SourceState("own", f"{site}/feed.xml")
    newsroom.room.ledger.articles.store_polls([(state, Poll("own", state.url, NOW, (listed,)))])
    shown = plain(anna.get(send(anna, url=link, do="preview").headers["location"]))
    assert "Ferry pier & boats" in shown
    assert "Read more" not in shown
    assert send(anna, url=link).status_code == 303
    posts = newsroom.room.ledger.deliveries
    texts = [posts.version(row.id, row.version).post.text for row in made(newsroom)]  # type: ignore[union-attr]
    assert [text for text in texts if "Ferry pier & boats" not in text] == []
    assert len(texts) == 4


@pytest.mark.parametrize("key", ["k1", ""])
def test_the_same_form_twice_makes_one_post(newsroom: Newsroom, anna: httpx.Client, key: str) -> None:
    """Two presses lead to the same page; another text under the same key is another post."""
    first, second = (send(anna, text=WORDS, key=key) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(made(newsroom)) == 4
    send(anna, text=f"{WORDS} today", key=key)
    assert len(made(newsroom)) == 8


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({}, "url", "Enter the address of an article, or a text of your own."),
    ({"url": "news.example"}, "url", "This is not the address of an article."),
    ({"url": "{site}/gone"}, "url", "The page could not be read:"),
    ({"url": "{site}/bare"}, "url", "The page has no headline"),
    ({"url": "http://127.0.0.1:9/secret"}, "url", "The page could not be read:"),
    ({"text": WORDS, "account": []}, "account", "Choose at least one account."),
    ({"text": WORDS, "account": ["nobody"]}, "account", "Choose at least one account."),
    ({"text": "ferry " * 49}, "text", "The text is 13 characters too long for X."),
    ({"text": WORDS, "when": "at", "clock": "8"}, "clock", "The time must be hours and minutes"),
    ({"text": WORDS, "when": "at", "day": "2026-11-23", "clock": "14:00"}, "clock", "14:00 has passed."),
    (
        {"text": WORDS, "when": "at", "day": "2027-03-28", "clock": "02:30"},
        "clock",
        "On 28 March 2027 clocks jump from 02:00 to 03:00.",
    ),
    ({"text": WORDS, "when": "at", "day": "2027-10-31", "clock": "02:30"}, "offset", "comes twice"),
]


@pytest.mark.parametrize(("fields", "field", "words"), REFUSED)
def test_a_refusal_names_the_field_and_keeps_everything(
    newsroom: Newsroom, anna: httpx.Client, site: str, fields: dict[str, Any], field: str, words: str
) -> None:
    """The summary links to the field, what was written stays, and nothing was made."""
    given = {name: value.replace("{site}", site) if isinstance(value, str) else value for name, value in fields.items()}
    answer = send(anna, **given)
    assert answer.status_code == 422
    assert "<title>Error: Compose" in answer.text
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    assert words in plain(answer)
    assert str(given.get("text", "")) in html.unescape(answer.text)
    assert made(newsroom) == []


def test_posting_again_is_on_purpose(newsroom: Newsroom, anna: httpx.Client) -> None:
    """A story that was sent says so; with a reason it is posted once more, and the reason is kept."""
    rows = newsroom.publish("pier")
    newsroom.sent(rows[0])
    page = anna.get("/compose?url=https://news.example/pier")
    assert "Already sent on 23 Nov: open , or post again on purpose ." in plain(page)
    assert f'href="/articles/{rows[0].article}"' in page.text
    refused = send(anna, url="https://news.example/pier")
    assert (refused.status_code, len(made(newsroom))) == (422, 4)
    done = send(anna, url="https://news.example/pier", again="asked for by readers", account=["x-main"])
    assert done.status_code == 303, plain(done)
    last = made(newsroom)[-1]
    assert (last.occasion, last.detail, last.article) == ("repost-1", "asked for by readers", rows[0].article)


def test_previews_without_script_survive_a_reload(newsroom: Newsroom, anna: httpx.Client) -> None:
    """The form is kept under an address of its own: Back and Reload send nothing again, and nothing was queued."""
    asked = send(anna, text=WORDS, do="preview", account=["x-main", "mastodon"])
    assert asked.status_code == 303
    for _ in range(2):
        page = anna.get(asked.headers["location"])
        assert page.text.count('class="column"') == 2
        assert "260 left of 280" in plain(page)
        assert WORDS in page.text
    with logged_in(newsroom, "cleo") as cleo:
        assert WORDS not in cleo.get(asked.headers["location"]).text
    assert made(newsroom) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": WORDS}, ["X main", "260 left of 280", "Bluesky"]),
        ({"text": "ferry " * 49}, ["The text is 13 characters too long for X.", "13 over"]),
        ({"url": "{site}/pier"}, ["Ferry pier & boats", "Card is ours"]),
        ({"url": "nonsense"}, ["This is not the address of an article."]),
        ({}, ["Enter an address or a text"]),
    ],
)
def test_previews_while_somebody_writes(
    anna: httpx.Client, site: str, fields: dict[str, str], words: list[str]
) -> None:
    """The part alone, for a script: what each account would say, how long it is, what is wrong with it."""
    given = {name: value.replace("{site}", site) for name, value in fields.items()}
    page = send(anna, "/compose/preview", **given)
    assert page.status_code == 200
    assert "<html" not in page.text
    assert [one for one in words if one not in plain(page)] == []


def test_who_may_not_compose(newsroom: Newsroom, ben: httpx.Client) -> None:
    """A viewer is told who can."""
    page = ben.get("/compose")
    assert page.status_code == 403
    assert "Your role is viewer." in plain(page)
    assert ben.post("/compose", data={"csrf": token(ben.get("/history")), "text": WORDS}).status_code == 403
    assert made(newsroom) == []


def test_what_a_policy_holds_waits_for_a_chief(tmp_path: Path, hashed_password: str) -> None:
    """An editor's post waits for approval where the policy wants it; a chief's leaves."""
    strict = Newsroom(tmp_path, hashed_password, policy="approval = true", clock=lambda: NOW)
    strict.serve()
    try:
        for name in ("anna", "cleo"):
            with logged_in(strict, name) as client:
                send(client, text=f"{WORDS}, says {name}", when="now", account=["x-main"])
        assert [(row.status, row.urgent) for row in made(strict)] == [(Status.HELD, False), (Status.QUEUED, True)]
    finally:
        strict.close()


def test_undo_takes_the_posts_back(newsroom: Newsroom, anna: httpx.Client) -> None:
    """The page of what was made has a button that stops it all."""
    shown = anna.get(send(anna, text=WORDS, when="now").headers["location"])
    form = shown.text.partition('action="/actions"')[2].partition("</form>")[0]
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', form)
    sent: dict[str, list[str]] = {}
    for name, value in fields:
        sent.setdefault(name, []).append(html.unescape(value))
    assert anna.post("/actions", data=sent).status_code == 303
    assert {row.status for row in made(newsroom)} == {Status.SUPPRESSED}
