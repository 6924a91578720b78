"""Very many stories, stored in one go."""

from pathlib import Path

from syndicator.compose import Picture
from syndicator.models import Article, Key, Poll
from syndicator.pipeline.plan import plan
from tests.desk.newsroom import Newsroom

ONE = {"x-main": 'platform = "x"'}


def flood(newsroom: Newsroom, number: int, word: str = "Council") -> None:
    """So many stories, found by one poll and planned on every account."""
    now = newsroom.room.clock()
    found = tuple(
        Article(
            url=(link := f"https://news.example/{word.lower()}-{place}"), keys=(Key(f"url:{link}", link),),
            title=f"{word} votes {place} to {number - place} for the tram", page_read=True, source="world",
            published=now, sections=("Politics",),
        )
        for place in range(number)
    )  # fmt: skip
    newsroom.room.ledger.articles.store_polls([(newsroom._state, Poll("world", newsroom._state.url, now, found))])
    for article in newsroom.room.ledger.articles.new(now, limit=10_000):
        plan(newsroom.room, article, Picture())


def flooded(folder: Path, hashed: str) -> Newsroom:
    """A newsroom of one account with 505 waiting stories, 130 of them about the derby; its desk listens."""
    made = Newsroom(folder, hashed, accounts=ONE)
    flood(made, 375)
    flood(made, 130, "Derby")
    made.serve()
    return made
