"""`queue add`: an article by its address, or words of a person's own."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from syndicator import editorial
from syndicator.cli import found, when
from syndicator.cli.options import Options
from syndicator.cli.rooms import actor, changing, remark_if_alone
from syndicator.cli.show import local, plain
from syndicator.compose import Picture, compose, fetcher
from syndicator.errors import ConfigError
from syndicator.models import Account, Article, Delivery
from syndicator.room import Room


@dataclass(frozen=True, slots=True)
class Wish:
    """How it shall be queued: on which accounts (none: all), not before when, and why once more."""

    accounts: tuple[str, ...] = ()
    at: str = ""
    again: str = ""


def add_article(options: Options, url: str, wish: Wish) -> None:
    """Queue the article at an address; one that is known shows its posts. Raises FetchError, RenderError."""
    with changing(options) as room:
        _chosen(room, wish)
        article = found.known(room, url)
        if article is None:
            article = asyncio.run(_fetched(room, url))
            _try(room, article, wish)
            article = _stored(room, article)
        else:
            _say(room, room.ledger.deliveries.of_article(article.id), f"known: {article.title}")
        _queue(room, article, wish)


def add_words(options: Options, text: str, link: str, wish: Wish) -> None:
    """Queue a post of a person's own words. Raises RenderError before anything is stored."""
    with changing(options) as room:
        if link:
            found.keys_of(link)
        _try(room, Article(link, text), wish)
        _queue(room, editorial.by_hand(room, text, link), wish)


async def _fetched(room: Room, url: str) -> Article:
    async with fetcher(room) as way:
        return await found.read(room, url, way)


def _stored(room: Room, article: Article) -> Article:
    """The article kept as the desk's own, so that no feed's wording changes it and no rule adds accounts."""
    existing = room.ledger.articles.by_keys([key.key for key in article.keys])  # its canonical address may be known
    if existing:
        return existing
    uid = hashlib.sha256(article.keys[0].key.encode()).hexdigest()
    return room.ledger.articles.add_by_hand(replace(article, uid=uid, source=found.BY_HAND), room.clock())


def _queue(room: Room, article: Article, wish: Wish) -> None:
    due = when.moment(wish.at, room.clock(), room.zone) if wish.at else None
    made = asyncio.run(editorial.add(room, article, actor(), accounts=wish.accounts, due=due, again=wish.again))
    if made:
        _say(room, made, "queued:")
        remark_if_alone(room)
    else:
        print("nothing was added: every account has its post; --again REASON makes a further one")


def _chosen(room: Room, wish: Wish) -> list[Account]:
    if wish.at:
        when.moment(wish.at, room.clock(), room.zone)
    chosen = [room.named(name) for name in wish.accounts] or list(room.accounts.values())
    if not chosen:
        raise ConfigError(f"there are no accounts: add a table [accounts.NAME] to {room.config.file}")
    return chosen


def _try(room: Room, article: Article, wish: Wish) -> None:
    """Render for every account, so that what cannot be said is refused before it is stored."""
    for account in _chosen(room, wish):
        compose(room, article, account, Picture())


def _say(room: Room, rows: Sequence[Delivery], head: str) -> None:
    print(plain(head))
    for row in rows:
        account = room.account(row.account)
        due = f", due {local(row.due, room.zone)}" if row.due and row.status.value == "queued" else ""
        where = f", {row.permalink}" if row.permalink else ""
        why = f" ({row.detail})" if row.detail else ""
        name = account.name if account else "a forgotten account"
        print(plain(f"  post {row.id} on {name}: {row.status.value}{due}{where}{why}"))
