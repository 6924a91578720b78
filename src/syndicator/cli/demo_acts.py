"""The acts of the demo: the pipeline's own steps, one after the other, each told as it happens."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from syndicator import pipeline
from syndicator.cli.demo_count import Count, public
from syndicator.cli.demo_voice import Voice, short
from syndicator.compose import fetcher
from syndicator.ledger import Filter
from syndicator.models import Account, Article, Delivery, Poll, Status
from syndicator.policy import Gate
from syndicator.room import Room
from syndicator.sandbox import Sandbox, StoredPost

PATIENCE = timedelta(seconds=30)  # how long a closed gate is waited for; longer ones are told


def sign_in(room: Room, voice: Voice) -> None:
    """Ask every network whose token it is."""
    for account in list(room.accounts.values()):
        checked = pipeline.verify(room, account)
        label = room.features(account).label
        if checked.trouble:
            voice.wrong(f"{label}: {checked.trouble}")
        else:
            voice.done(f"{label}: signed in as {checked.state.handle}")


def read_feed(room: Room, voice: Voice) -> None:
    """Poll every source and plan what is new."""
    with voice.busy("reading the feed, the articles' pages and photos …"):
        polls, planned = asyncio.run(_ingest(room))
    for poll in polls:
        _tell_poll(poll, voice)
    for article, rows in planned:
        _tell_plan(room, article, rows, voice)


async def _ingest(room: Room) -> tuple[list[Poll], list[tuple[Article, list[Delivery]]]]:
    async with fetcher(room) as way:
        polls = await pipeline.poll(room, room.config.sources, way)
        found = room.ledger.articles.new(room.clock())
        rows = await asyncio.gather(*(pipeline.prepare(room, article, way) for article in found))
    return polls, [(article, made) for article, made in zip(found, rows, strict=True) if made]


def _tell_poll(poll: Poll, voice: Voice) -> None:
    if poll.error:
        voice.wrong(f"feed not read: {poll.error}")
    elif not poll.changed:
        voice.done("feed asked: nothing has changed since the last look")
    else:
        voice.done(f"feed read: {plural(len(poll.articles), 'article')}")


def _tell_plan(room: Room, article: Article, rows: Sequence[Delivery], voice: Voice) -> None:
    now = room.clock()
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(_fate(room, row, now), []).append(_label(room, row))
    for fate, labels in groups.items():
        tell = voice.done if fate == "planned" else voice.waits
        tell(f"{fate}: “{short(article.title)}” for {', '.join(labels)}")


def _fate(room: Room, row: Delivery, now: datetime) -> str:
    if row.status is Status.QUEUED and row.due and row.due > now:
        return f"embargoed until {_local(room, row.due)}"
    return {Status.QUEUED: "planned", Status.HELD: "held for a person"}.get(row.status, row.status.value)


# ---------------------------------------------------------------------------------------------- sending


def send(room: Room, voice: Voice) -> None:
    """Every account sends what is due, all side by side, newest story first. Raises SyndicatorError."""
    looks = room.ledger.deliveries.to_look(room.clock())
    ending = Event()
    with voice.busy("sending …"), ThreadPoolExecutor(len(room.accounts) or 1) as pool:
        jobs = [pool.submit(_send, room, account, looks, voice, ending) for account in room.accounts.values()]
        try:
            wait(jobs)
        finally:
            ending.set()
    if sum(job.result() for job in jobs) == 0:
        voice.done("nothing is due: 0 posts sent")


def _send(room: Room, account: Account, looks: Sequence[Delivery], voice: Voice, ending: Event) -> int:
    """One account's looks and posts; returns how many rows it took in hand."""
    mine = [row for row in looks if row.account == account.uid]
    for row in pipeline.look(room, account, mine):
        _tell_end(room, row, voice)
    worked = len(mine)
    done: Delivery | Gate | None = None
    while not ending.is_set():
        done = pipeline.deliver_next(room, account)
        if isinstance(done, Delivery):
            _tell_end(room, done, voice)
            worked += 1
        elif done is None or done.until is None or done.until - room.clock() > PATIENCE:
            break
        else:
            ending.wait(max((done.until - room.clock()).total_seconds(), 0.01))
    if isinstance(done, Gate):
        voice.waits(f"{room.features(account).label} waits: {done.why}")
    return worked


def _tell_end(room: Room, row: Delivery, voice: Voice) -> None:
    title = short(room.ledger.articles.get(row.article).title)
    if row.status is Status.SENT:
        voice.done(f"sent on {_label(room, row)}: “{title}”  {row.permalink}")
    else:
        voice.wrong(f"{row.status.value} on {_label(room, row)}: “{title}”: {row.detail}")


# ---------------------------------------------------------------------------------------------- looking


def show_networks(room: Room, box: Sandbox, voice: Voice) -> None:
    """Each network's timeline, newest first, as its readers see it."""
    for account in room.accounts.values():
        posts = public(box, account.platform)
        voice.chapter(f"On {room.features(account).label}: {plural(len(posts), 'post')}, newest first")
        for post in reversed(posts):
            _show_post(post, voice)


def _show_post(post: StoredPost, voice: Voice) -> None:
    voice.say(post.permalink, mark="•", style="blue")
    if post.warning or post.sensitive:
        voice.quote(f"[content warning: {post.warning or 'photo covered as sensitive'}]", "yellow")
    voice.quote(post.text)
    for link in post.links:
        if link not in post.text:
            voice.quote(f"link   {link}", "dim")
    for photo in post.media:
        voice.quote(f"photo  {photo.width} × {photo.height}, alt text: {photo.alt or 'none'}", "dim")


def show_counts(found: Sequence[Count], voice: Voice) -> None:
    """The networks' own numbers beside the ledger's."""
    heads = ("network", "posts", "different stories", "photos", "with alt text", "sent by the ledger")
    rows = [(one.label, *map(str, (one.posts, one.links, one.photos, one.described, one.sent))) for one in found]
    voice.table(heads, rows)


def show_history(room: Room, voice: Voice) -> None:
    """Every story and what became of it on each account, with the posts' numbers; then why some are not public."""
    rows = list(room.ledger.history.entries(Filter()))
    names = list(room.accounts)
    stories: dict[int, dict[str, dict[str, Any]]] = {}
    for row in rows:
        stories.setdefault(row["article_id"], {"": row})[row["account"]] = row
    lines = [
        (short(found[""]["title"]), *(_state(found[name]) if name in found else "" for name in names))
        for _, found in sorted(stories.items())
    ]
    voice.table(("story", *(room.features(room.accounts[name]).label for name in names)), lines)
    reasons: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: int(row["id"])):
        if row["status"] != Status.SENT.value:
            reason = f"“{short(row['title'])}” is {row['status']}: {_why(room, row)}"
            reasons.setdefault(reason, []).append(str(row["id"]))
    for reason, numbers in reasons.items():
        voice.waits(f"{reason} (post {', '.join(numbers)})")


def _state(row: dict[str, Any]) -> str:
    return f"{row['status']} ({row['id']})"


def _why(room: Room, row: dict[str, Any]) -> str:
    if row["detail"]:
        return str(row["detail"])
    return f"it leaves on {_local(room, row['due'])}" if row["due"] else "no time set"


def _label(room: Room, row: Delivery) -> str:
    account = room.account(row.account)
    return room.features(account).label if account else row.account


def _local(room: Room, at: datetime) -> str:
    return f"{at.astimezone(room.zone):%-d %B, %H:%M}"


def plural(number: int, noun: str, more: str = "") -> str:
    """A number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {more or noun + 's'}"
