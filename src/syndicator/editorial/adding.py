"""Posts on purpose: of an article, once more, or in a person's own words."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from syndicator import sources
from syndicator.compose import Picture, compose, fetcher, picture, source_near
from syndicator.delivery import HELD, QUEUED, Move
from syndicator.errors import FetchError, RenderError
from syndicator.fetch import Fetcher
from syndicator.ledger import Draft
from syndicator.models import Account, Article, Delivery
from syndicator.policy import hold_reason
from syndicator.room import Room


async def add(
    room: Room,
    article: Article,
    actor: str,
    *,
    accounts: Sequence[str] = (),
    due: datetime | None = None,
    again: str = "",
    judged: bool = False,
) -> list[Delivery]:
    """Queue a stored article on the named accounts (none: all) on purpose. `again` is the reason for a further post.

    `judged`: whoever adds it may not approve what a policy holds, so that it is held as the feed's articles are.
    Accounts that have a row for the occasion keep it; their rows are not returned. Raises ConfigError, RenderError.
    """
    chosen_accounts = [room.named(name) for name in accounts] or list(room.accounts.values())
    async with fetcher(room) as way:
        article = await headlined(room, article, way)
        chosen = await picture(room, article, way, chosen_accounts)
    occasion = _occasion(room, article) if again else "publication"
    now = room.clock()
    drafts = [
        _draft(room, article, account, chosen, occasion, due or now, again, by_hand=not judged)
        for account in chosen_accounts
    ]
    made = room.ledger.deliveries.plan(article, drafts, now, actor, now, whole=False)
    fresh = room.ledger.articles.get(article.id)
    if made or fresh.turn == article.turn:
        return made
    # Its source has changed it while the photo was fetched: as it is now.
    return await add(room, fresh, actor, accounts=accounts, due=due, again=again, judged=judged)


async def headlined(room: Room, article: Article, way: Fetcher, *, keep: bool = True) -> Article:
    """An article whose title is a stand-in with what its page says, read and stored (`keep`) now; others as they are.

    Where the page cannot be read it stays as it is: then its posts are held.
    """
    source = source_near(room, article)
    if not article.provisional or source is None:
        return article
    try:
        read = await sources.read_page(article, source, way, zone=room.zone)
    except FetchError:
        return article
    if not (keep and article.id):
        return read
    return room.ledger.articles.page_read(read, room.clock()) or room.ledger.articles.get(article.id)


def by_hand(room: Room, text: str, link: str = "") -> Article:
    """A post typed by a person, kept as an article of the desk's own; its link is optional."""
    now = room.clock()
    uid = hashlib.sha256(f"hand\n{now.isoformat()}\n{text}\n{link}".encode()).hexdigest()
    article = Article(url=link, title=text, source="", uid=uid, page_read=True, published=now)
    return room.ledger.articles.add_by_hand(article, now)


def _occasion(room: Room, article: Article) -> str:
    taken = {row.occasion for row in room.ledger.deliveries.of_article(article.id)}
    return next(name for name in (f"repost-{n}" for n in range(1, len(taken) + 2)) if name not in taken)


def _draft(
    room: Room,
    article: Article,
    account: Account,
    chosen: Picture,
    occasion: str,
    due: datetime,
    again: str,
    *,
    by_hand: bool,
) -> Draft:
    try:
        made = compose(room, article, account, chosen, occasion=occasion, keep=typed_words(room, article, account))
    except RenderError as error:
        raise RenderError(f"account {account.name}: {error}; nothing was queued") from error
    alt = made.post.media[0].alt if made.post.media else None
    held = hold_reason(article, account, room.features(account), alt, by_hand=by_hand)
    code, why = held or ("", again)
    detail = "; ".join(part for part in (why, made.remark) if part)
    changes = {"due": due, "expires": None, "breaking": False}
    return Draft(account.uid, Move("plan", HELD if held else QUEUED, code, detail, changes), made.post, occasion)


def typed_words(room: Room, article: Article, account: Account) -> dict[str, str]:
    """The words of a post typed by hand, as they were typed; its link is printed where no card carries it."""
    if article.source or article.keys or room.ledger.articles.sources_of(article.id):
        return {}
    prints = room.features(account).links == "text" and article.url and article.url not in article.title
    return {"text": f"{article.title}\n\n{room.renderer.link(article, account)}" if prints else article.title}
