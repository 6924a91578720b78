"""A newsroom for the desk's tests: stories, posts in every state, people, and the real server."""

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from syndicator import config as configs
from syndicator import editorial
from syndicator.adapters import PLATFORMS
from syndicator.compose import Picture
from syndicator.delivery import refused
from syndicator.desk.server import Server
from syndicator.errors import DeliveryError, OutcomeUnknown, Rejected
from syndicator.ledger import Claim, Ending
from syndicator.models import Article, Delivery, Key, Outcome, Photo, Poll, Receipt, Role, SourceState
from syndicator.pipeline.plan import plan
from syndicator.room import Clock, Room, open_room, utc_now

PASSWORD = "correct horse battery"
PEOPLE = {"anna": Role.EDITOR, "ben": Role.VIEWER, "cleo": Role.CHIEF, "root": Role.ADMINISTRATOR}
CSRF = re.compile(r'name="csrf" (?:value|content)="([^"]+)"')
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

ACCOUNTS = {
    "x-main": 'platform = "x"',
    "facebook-page": 'platform = "facebook_page"\npage_id = "1"',
    "mastodon": 'platform = "mastodon"',
    "bluesky": 'platform = "bluesky"\nhandle = "daily.example"',
}
CONFIG = """
[newsroom]
name = "Example Daily"
timezone = "Europe/Berlin"
[desk]
listen = "127.0.0.1:0"
{desk}
[policy]
hold_for = "10m"
max_age = "24h"
{policy}
[sources.world]
type = "feed"
url = "http://127.0.0.1:1/feed.xml"
"""


class Newsroom:
    """A room on a ledger of its own, with four accounts on networks that nobody asks, and its desk."""

    def __init__(self, folder: Path, hashed: str, *, desk: str = "", policy: str = "", clock: Clock = utc_now,
                 accounts: Mapping[str, str] = ACCOUNTS) -> None:  # fmt: skip
        self.accounts = accounts
        tables = [CONFIG.format(desk=desk, policy=policy)]
        tables += [f'[accounts.{name}]\nbase_url = "http://127.0.0.1:1"\n{more}\n' for name, more in accounts.items()]
        self.file = folder / "syndicator.toml"
        self.file.write_text("\n".join(tables), "utf-8")
        config = configs.load(self.file, environ={}, cwd=folder, platforms=PLATFORMS)
        self.room: Room = open_room(config, clock=clock, migrate=True)
        for name, role in PEOPLE.items():
            self.room.ledger.people.add(name, role, hashed, clock(), display=name.title())
        self.server: Server | None = None
        self._state = SourceState("world", "http://127.0.0.1:1/feed.xml", seeded=True)
        self.room.ledger.articles.store_polls([(self._state, Poll("world", self._state.url, clock()))])

    # ------------------------------------------------------------------------------------------ the desk

    def serve(self) -> str:
        """Listen; the desk's address, without a slash at its end."""
        self.server = Server(self.room)
        self.server.start()
        return self.url

    @property
    def url(self) -> str:
        """Where the desk listens."""
        assert self.server is not None
        return self.server.address.rstrip("/")

    def close(self) -> None:
        """Stop listening, give the ledger back."""
        if self.server:
            self.server.stop()
        self.room.close()

    # ------------------------------------------------------------------------------------------ stories

    def publish(self, name: str, title: str = "", *, photo: bool = False, alt: str = "A quay at dawn",
                data: bytes = b"", **fields: Any) -> list[Delivery]:  # fmt: skip
        """A story appears in the feed and is planned on every account."""
        now = self.room.clock()
        link = f"https://news.example/{name}"
        shot = Photo(f"{link}.jpg", alt=alt, caption="The quay at dawn", credit="Example Daily")
        values = {
            "title": title or f"Ferry {name} returns", "summary": "It runs again from Monday.", "page_read": True,
            "source": "world", "published": now, "sections": ("News > World",), "photos": (shot,) if photo else (),
        } | fields  # fmt: skip
        story = Article(url=link, keys=(Key(f"url:news.example/{name}", link),), **values)
        self.found(story)
        found = self.room.ledger.articles.new(now, limit=10_000)[-1]
        plan(self.room, found, Picture(shot, data or jpeg()) if photo else Picture())
        return self.rows(found.id)

    def twin(self, article: int) -> int:
        """An article that was found later and turned out to be the same story; its posts are suppressed."""
        younger = self.publish(f"twin-of-{article}")[0].article
        older = self.room.ledger.articles.get(article)
        names = [older.url, self.room.ledger.articles.get(younger).url]
        keys = tuple(Key(f"url:{url.partition('//')[2]}", url) for url in names)
        self.found(replace(older, keys=keys, source="world", id=0, uid=""))
        return younger

    def found(self, *articles: Article) -> None:
        """The feed lists these, beside others."""
        told = Poll("world", self._state.url, self.room.clock(), articles, whole=False)
        self.room.ledger.articles.store_polls([(self._state, told)])

    def rows(self, article: int) -> list[Delivery]:
        """A story's posts, by account."""
        order = list(self.accounts)
        names = {account.uid: order.index(name) for name, account in self.room.accounts.items()}
        return sorted(self.room.ledger.deliveries.of_article(article), key=lambda row: names[row.account])

    def row(self, number: int) -> Delivery:
        """A row as it is now."""
        return self.room.ledger.deliveries.get(number)

    # ------------------------------------------------------------------------------------------ what becomes of posts

    def claimed(self, row: Delivery) -> Claim:
        """A post that is being sent: its request is out."""
        editorial.send(self.room, row.id, "person:anna")
        now = self.room.clock()
        claim = self.room.ledger.attempts.claim(
            row.account, lambda *_: None, process="here/1", actor="daemon:here/1", timeout=30 * SECOND, now=now
        )
        assert isinstance(claim, Claim)
        assert claim.row.id == row.id
        self.room.ledger.attempts.let_out(claim, now)
        return claim

    def sent(self, row: Delivery) -> Delivery:
        """A post the network gave a receipt for."""
        receipt = Receipt(f"r{row.id}", f"https://social.example/posts/{row.id}")
        return self.room.ledger.attempts.receive(
            row.id, receipt, "receipt", actor="daemon:here/1", now=self.room.clock(), claim=self.claimed(row),
            ending=Ending(Outcome.SENT, http_status=200),
        )  # fmt: skip

    def unknown(self, row: Delivery) -> Delivery:
        """A post whose answer was lost; nobody could find out."""
        return self._ended(row, OutcomeUnknown("the answer was lost", code="timeout"))

    def failed(self, row: Delivery) -> Delivery:
        """A post the network refused."""
        return self._ended(row, Rejected("the link could not be read", code="bad_link"))

    def _ended(self, row: Delivery, error: DeliveryError) -> Delivery:
        claim = self.claimed(row)
        account = self.room.account(row.account)
        assert account is not None
        current, now = self.row(row.id), self.room.clock()
        settle = self.room.features(account).settle
        move = refused(current, error, now, account.delivery, settle)
        outcome = Outcome.UNKNOWN if isinstance(error, OutcomeUnknown) else Outcome.REJECTED
        ending = Ending(outcome, error.code, str(error))
        return self.room.ledger.attempts.record(claim, move, ending, actor="daemon:here/1", now=now)

    def many(self, number: int) -> None:
        """So many stories that wait."""
        for place in range(number):
            self.publish(f"story-{place}", f"Council votes {place} to {number - place}")


def jpeg(width: int = 1200, height: int = 800) -> bytes:
    """A photo."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


@contextmanager
def logged_in(newsroom: Newsroom, name: str) -> Iterator[httpx.Client]:
    """A client with a session of that person; it follows no redirects."""
    with httpx.Client(base_url=newsroom.url, timeout=20) as client:
        page = client.get("/login")
        answer = client.post("/login", data={"csrf": token(page), "name": name, "password": PASSWORD, "next": ""})
        assert answer.status_code == 303, answer.text
        yield client


def token(page: httpx.Response) -> str:
    """The CSRF token of a page."""
    found = CSRF.search(page.text)
    assert found, page.text[:2000]
    return found.group(1)


def moment(text: str) -> datetime:
    """An aware moment from ISO 8601."""
    return datetime.fromisoformat(text)
