"""Plan: a new article's page and photo are read, then each account's row is made with its post."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus

import structlog

from syndicator import compose, sources
from syndicator.compose import Picture
from syndicator.delivery import WAITING, Move
from syndicator.errors import FetchError, RenderError
from syndicator.fetch import Fetcher
from syndicator.ledger import Draft
from syndicator.ledger.joining import SAME_STORY
from syndicator.models import Account, Article, ArticleState, Delivery, Post, Status, Version
from syndicator.pipeline import checks
from syndicator.policy import hold_reason, mentions, moment, not_routed, verdict
from syndicator.room import Room

log = structlog.get_logger("syndicator.plan")

PAGE_PATIENCE = timedelta(minutes=15)
"""How long an article's page may fail to answer before its posts are held for a person."""

PAGE_FIRST = timedelta(seconds=5)


async def prepare(room: Room, article: Article, way: Fetcher) -> list[Delivery]:
    """Take one new article as far as it goes now: page, photo, rows. Returns the rows made or changed."""
    ready = await _with_page(room, article, way)
    if ready is None or ready.state is ArticleState.REFUSED:
        return []
    chosen = await compose.picture(room, ready, way)
    return await asyncio.to_thread(plan, room, ready, chosen)


async def _with_page(room: Room, article: Article, way: Fetcher) -> Article | None:
    """The article with what its page adds; None when it is to be tried again later, or has changed meanwhile."""
    source = room.source(article.source)
    wanted = source is not None and (source.page or article.provisional)
    if article.page_read or source is None or not wanted or not article.url:
        told = sources.spoken(article, room.config.newsroom.language)
        return article if told is article else await asyncio.to_thread(_keep_spoken, room, told)
    try:
        read = await sources.read_page(article, source, way, zone=room.zone)
    except FetchError as error:
        if error.status == HTTPStatus.GONE:
            await asyncio.to_thread(checks.withdraw, room, article, "its page answers 410 (Gone)")
            return await asyncio.to_thread(room.ledger.articles.get, article.id)
        return await asyncio.to_thread(_page_failed, room, article, str(error))
    told = sources.spoken(read, room.config.newsroom.language)
    return await asyncio.to_thread(room.ledger.articles.page_read, told, room.clock())


def _spoken(room: Room, article: Article) -> Article | None:
    """The article with its language kept, where no page will tell it and its words do."""
    told = sources.spoken(article, room.config.newsroom.language)
    return article if told is article else _keep_spoken(room, told)


def _keep_spoken(room: Room, told: Article) -> Article | None:
    return room.ledger.articles.page_read(told, room.clock())


def _page_failed(room: Room, article: Article, why: str) -> Article | None:
    now = room.clock()
    next_try = now + PAGE_FIRST * 2 ** min(article.page_tries, 6)
    found = article.found_at or now
    embargo = article.embargo or found
    end = max(found, embargo) + PAGE_PATIENCE
    if now < embargo < next_try:
        next_try = embargo  # the page may be opened at that very moment
    log.info("page not there", article=article.id, url=article.url, reason=why, tries=article.page_tries + 1)
    if next_try <= end:
        room.ledger.articles.page_failed(article, next_try, why)
        return None
    room.ledger.articles.page_failed(article, None, f"the article's page cannot be read: {why}")
    return _spoken(room, room.ledger.articles.get(article.id))


# ---------------------------------------------------------------------------------------------- rows


def plan(room: Room, article: Article, chosen: Picture) -> list[Delivery]:
    """Make the rows that are missing, and render waiting ones anew. Idempotent."""
    now = room.clock()
    story = room.ledger.articles.story_so_far(article.id)
    existing = {row.account for row in story.rows if row.occasion == "publication"}
    revised = [revise(room, article, row, chosen, "article changed") for row in story.rows]
    missing = [a for a in wanting(room, article, story.sources) if a.uid not in existing]
    drafts = [_told(_draft(room, article, account, chosen, now), story.told) for account in missing]
    newest = moment(article.published or article.found_at or now, room.zone)
    check = _first_check(room, article, drafts, now)
    newest = max(newest, article.embargo or newest)
    made = room.ledger.deliveries.plan(article, drafts, now, room.actor, newest, check)
    for row in made:
        account = room.account(row.account)
        log.info("planned", post=row.id, account=account.name if account else row.account, status=row.status.value,
                 title=article.title, due=row.due, reason=row.detail or None)  # fmt: skip
    return [*made, *(row for row in revised if row)]


def _told(draft: Draft, told: Mapping[str, tuple[int, str]]) -> Draft:
    """The draft, suppressed where an article that tells the same story is out on that account already."""
    if draft.account not in told or draft.move.after not in WAITING:
        return draft
    _, why = told[draft.account]
    return replace(draft, move=replace(draft.move, after=Status.SUPPRESSED, code=SAME_STORY, detail=why))


def _first_check(room: Room, article: Article, drafts: Sequence[Draft], now: datetime) -> datetime | None:
    """When the page of an article is looked at again for the posts that are planned now."""
    if article.withdrawn or not checks.watched(room, article):
        return None
    due = [draft.due for draft in drafts if draft.move.after in WAITING and draft.due]
    return checks.next_check(article, due, now) if due else None


def wanting(room: Room, article: Article, carried_by: Sequence[str]) -> list[Account]:
    """The accounts an article is routed to: those that want it and were there before it was found."""
    found_at = article.found_at or room.clock()
    return [
        account
        for account in room.accounts.values()
        if room.since[account.name] <= found_at and not not_routed(article, account, carried_by)
    ]


def _draft(room: Room, article: Article, account: Account, chosen: Picture, now: datetime) -> Draft:
    features = room.features(account)
    judged = verdict(article, account, features, photo_alt=None, now=now, zone=room.zone)
    changes = {"due": judged.due, "expires": judged.expires, "breaking": judged.breaking}
    if judged.status is Status.SUPPRESSED:
        return Draft(account.uid, Move("plan", judged.status, judged.code, judged.detail, changes))
    try:
        made = compose.compose(room, article, account, chosen)
    except RenderError as error:
        log.error("cannot render", account=account.name, article=article.id, error=str(error))
        return Draft(account.uid, Move("plan", Status.FAILED, "render", str(error), changes))
    alt = made.post.media[0].alt if made.post.media else None
    judged = verdict(article, account, features, photo_alt=alt, now=now, zone=room.zone)
    detail = "; ".join(part for part in (judged.detail, made.remark) if part)
    return Draft(account.uid, Move("plan", judged.status, judged.code, detail, changes), made.post)


# ---------------------------------------------------------------------------------------------- new renderings


def revise(room: Room, article: Article, row: Delivery, chosen: Picture, why: str) -> Delivery | None:
    """Render a waiting post anew, keeping every field a person has set; None when nothing changed or it may not.

    What the article has become is judged by the account's rules once more, where no person has said yes to it.
    """
    account = room.account(row.account)
    version = room.ledger.deliveries.version(row.id, row.version)
    if account is None or version is None or row.frozen or row.status not in WAITING:
        return None
    own = row.occasion == "publication"  # else a person has added it, and said yes to it by that
    word = mentions(account.exclude, article) if own else ""
    if word and not version.fields and row.approved != row.version:
        refused = Move("suppress", Status.SUPPRESSED, "rule:exclude", f"the article mentions “{word}”")
        return room.ledger.deliveries.move(row.id, lambda _: refused, "rule:exclude", room.clock(), seen=row.version)
    try:
        made = compose.compose(room, article, account, chosen, occasion=row.occasion, keep=kept(version))
    except RenderError as error:
        log.error("cannot render anew", post=row.id, error=str(error))
        return None
    post = replace(made.post, media=version.post.media) if "photo" in version.fields else made.post
    alt = post.media[0].alt if post.media else None
    held = hold_reason(article, account, room.features(account), alt, by_hand=not own)
    remark = None if "photo" in version.fields else made.remark
    return room.ledger.deliveries.revise(
        row.id, row.version, post, version.fields, room.clock(), room.actor, why, held, remark
    )


def kept(version: Version) -> dict[str, str]:
    """The values of the fields a person has set."""
    post: Post = version.post
    values = {
        "text": post.text,
        "warning": post.warning,
        "alt": post.media[0].alt if post.media else "",
    }
    return {name: values[name] for name in version.fields if name in values}


def replan(room: Room, numbers: Sequence[int]) -> None:
    """Mark articles as work again, so that the next sweep adds the rows that are missing."""
    for number in numbers:
        room.ledger.articles.finish(number, ArticleState.NEW)


def expire(room: Room) -> list[Delivery]:
    """Let go of what waited until it was no longer news, saying so in the log."""
    gone = room.ledger.deliveries.expire(room.clock(), "rule:max_age")
    for row in gone:
        log.warning("expired", post=row.id, reason=row.detail)
    return gone
