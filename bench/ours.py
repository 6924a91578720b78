"""The posting process of `publish`, ours: planned posts leave through the pipeline."""

import sys
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from bench.children import answer
from bench.rooms import SteppingClock, article, loaded, photos
from syndicator import pipeline
from syndicator.compose import Picture
from syndicator.models import Article, Delivery, Poll, SourceState, Status
from syndicator.pipeline.plan import plan
from syndicator.room import Room, open_room

PICTURES = 6


def store(room: Room, articles: list[Article]) -> list[Article]:
    """As a poll stores them; what the ledger made of them."""
    state = SourceState("world", "http://127.0.0.1:1/feed.xml", seeded=True)
    room.ledger.articles.store_polls([(state, Poll(state.name, state.url, room.clock()))])
    room.ledger.articles.store_polls([(state, Poll(state.name, state.url, room.clock(), tuple(articles)))])
    return room.ledger.articles.new(room.clock(), limit=len(articles))


def planned(room: Room, clock: SteppingClock, number: int) -> float:
    """Plan so many articles, each with a photo to fit; seconds of CPU."""
    now, pictures = room.clock(), list(photos(PICTURES))
    articles = store(room, [article(place, now - timedelta(minutes=place)) for place in range(number)])
    seconds = 0.0
    for place, one in enumerate(articles):
        started = process_time()
        plan(room, one, Picture(one.photos[0], pictures[place % PICTURES]))
        seconds += process_time() - started
        clock.step(milliseconds=1)
    return seconds


def texts(room: Room) -> dict[str, list[dict[str, Any]]]:
    """What will leave, by account, first to leave first."""
    rows = sorted(room.ledger.deliveries.with_status(Status.QUEUED), key=lambda row: str(row.newest), reverse=True)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in room.accounts}
    names = {account.uid: account.name for account in room.accounts.values()}
    for row in rows:
        version = room.ledger.deliveries.version(row.id, row.version)
        if version:
            media = version.post.media[0]
            told = {"text": version.post.text, "link": version.post.link, "language": version.post.language}
            photo = {"file": str(room.photos.folder / media.sha256[:2] / media.sha256), "mime": media.mime}
            found[names[row.account]].append({**told, **photo, "alt": media.alt})
    return found


def sent(room: Room, clock: SteppingClock, account: str, number: int) -> dict[str, float]:
    """Send so many posts; seconds of CPU and on the wall. Raises RuntimeError when one does not get through."""
    started, at = process_time(), perf_counter()
    for _ in range(number):
        done = pipeline.deliver_next(room, room.accounts[account])
        clock.step(minutes=5)
        if not isinstance(done, Delivery) or done.status is not Status.SENT:
            raise RuntimeError(f"not sent: {done}")
    return {"cpu": process_time() - started, "wall": perf_counter() - at}


def main() -> None:
    """`python -m bench.ours CONFIG ARTICLES`: plan, say what will leave, and send when asked to."""
    clock = SteppingClock()
    room = open_room(loaded(Path(sys.argv[1])), clock=clock, migrate=True)
    seconds = planned(room, clock, int(sys.argv[2]))
    answer({"planning": seconds, "posts": texts(room)}, lambda account, number: sent(room, clock, account, number))
    room.close()


if __name__ == "__main__":
    main()
