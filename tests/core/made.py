"""Short ways to do what a newsroom does, for tests of the core."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndicator import pipeline
from syndicator.adapters import memory
from syndicator.compose import Picture
from syndicator.ledger import Filter
from syndicator.models import Article, Delivery, Key, Photo, Poll, SourceState, Status
from syndicator.pipeline.plan import plan
from syndicator.policy import Gate
from syndicator.room import Room

TOML = """
[newsroom]
name = "Example Daily"
timezone = "Europe/Berlin"
language = "en"
[policy]
hold_for = "0s"
[sources.world]
type = "feed"
url = "http://127.0.0.1:1/feed.xml"
[accounts.one]
platform = "memory"
[accounts.two]
platform = "memory"
"""


def article(name: str, **fields: Any) -> Article:
    """An article as a poll gives it, its page read already."""
    link = f"https://news.example/{name}"
    fields = {"title": f"Ships & boats <{name}>", "page_read": True, "source": "world", **fields}
    return Article(url=link, keys=(Key(f"url:news.example/{name}", link),), **fields)


NO_PICTURE = Picture()


@dataclass
class Desk:
    """One newsroom in a test."""

    room: Room
    clock: Callable[[], datetime]
    empty: Picture = NO_PICTURE

    def publish(self, name: str = "harbour", picture: Picture | None = None, **fields: Any) -> list[Delivery]:
        """An article appears in the feed, and is planned."""
        state = SourceState("world", "http://127.0.0.1:1/feed.xml", seeded=True)
        articles = self.room.ledger.articles
        articles.store_polls([(state, Poll("world", state.url, self.clock()))])
        fields = {"published": self.clock(), **fields}
        articles.store_polls([(state, Poll("world", state.url, self.clock(), (article(name, **fields),)))])
        story = articles.new(self.clock())[-1]
        plan(self.room, story, picture or Picture())
        return self.rows(story.id)

    def rows(self, article: int) -> list[Delivery]:
        """An article's posts, by account."""
        names = {account.uid: name for name, account in self.room.accounts.items()}
        return sorted(self.room.ledger.deliveries.of_article(article), key=lambda row: names[row.account])

    def deliver(self, name: str = "one") -> Delivery | Gate | None:
        """One post of an account leaves."""
        return pipeline.deliver_next(self.room, self.room.accounts[name])

    def look(self) -> list[Delivery]:
        """Every look that is due."""
        rows = self.room.ledger.deliveries.to_look(self.clock())
        by_uid = {account.uid: account for account in self.room.accounts.values()}
        mine = {uid: [row for row in rows if row.account == uid] for uid in by_uid}
        return [done for uid, asked in mine.items() for done in pipeline.look(self.room, by_uid[uid], asked)]

    def row(self, number: int) -> Delivery:
        """A row as it is now."""
        return self.room.ledger.deliveries.get(number)

    def public(self, name: str = "one") -> list[str]:
        """The texts on the network of an account."""
        return [post.text for post in memory.network(name).posts]

    def verbs(self, number: int) -> list[str]:
        """What happened to a post."""
        return [event.verb for event in self.room.ledger.attempts.events(number)]

    def statuses(self) -> list[Status]:
        """The states of all rows."""
        return [Status(entry["status"]) for entry in self.room.ledger.history.entries(Filter())]


def photo(name: str = "quay", **texts: str) -> Photo:
    """A photo by its address."""
    return Photo(f"https://news.example/{name}.jpg", **texts)
