"""`preview`: the posts an article would make."""

import asyncio
from collections.abc import Sequence

import typer

from syndicator import editorial, forecast
from syndicator.cli import found
from syndicator.cli.failures import FAILED, complain
from syndicator.cli.options import Options
from syndicator.cli.post import print_post
from syndicator.cli.rooms import readable, reading
from syndicator.cli.show import facts, local, plain
from syndicator.compose import Picture, compose, fetcher, picture
from syndicator.errors import RenderError
from syndicator.models import Account, Article, Delivery, Post, Status
from syndicator.policy import not_routed, verdict
from syndicator.room import Room


def preview_article(options: Options, url: str, names: Sequence[str]) -> None:
    """Print each account's post. Photos that were fitted are kept by their content; nothing else is stored."""
    with reading(options, need=False) as room:
        if not readable(room) and _has_schema(room):
            room.ledger.check()
        chosen = [room.named(name) for name in names] or list(room.accounts.values())
        article, photo = asyncio.run(_article(room, url))
        facts([("title", article.title), ("article", article.url),
               ("published", local(article.published, room.zone))])  # fmt: skip
        rows = {row.account: row for row in _rows(room, article)}
        done = [_preview(room, article, account, photo, rows.get(account.uid)) for account in chosen]
    if not chosen:
        complain(f"there are no accounts: add a table [accounts.NAME] to {room.config.file}")
    if not chosen or not all(done):
        raise typer.Exit(FAILED)


def _has_schema(room: Room) -> bool:
    return getattr(room.ledger, "state", "") != "none"


async def _article(room: Room, url: str) -> tuple[Article, Picture]:
    async with fetcher(room) as way:
        article = found.known(room, url) or await found.read(room, url, way)
        article = await editorial.headlined(room, article, way, keep=False)
        return article, await picture(room, article, way)


def _rows(room: Room, article: Article) -> list[Delivery]:
    if not article.id:
        return []
    return [row for row in room.ledger.deliveries.of_article(article.id) if row.occasion == "publication"]


def _preview(room: Room, article: Article, account: Account, photo: Picture, row: Delivery | None) -> bool:
    features = room.features(account)
    print(f"\n{account.name} ({features.label})")
    try:
        made = compose(room, article, account, photo)
    except RenderError as error:
        complain(f"{account.name}: {error}")
        return False
    print_post(room, made.post, account)
    facts([("remark", made.remark), ("when", _when(room, article, account, made.post, row))])
    return True


def _when(room: Room, article: Article, account: Account, post: Post, row: Delivery | None) -> str:
    """When it would leave, or why it would not."""
    if row:
        return plain(f"post {row.id} is {row.status.value}: syndicator queue show {row.id}")
    carried_by = room.ledger.articles.sources_of(article.id) if article.id else [article.source]
    unwanted = not_routed(article, account, carried_by)
    if unwanted:
        return f"never by itself: {account.name} {unwanted}"
    alt = post.media[0].alt if post.media else None
    judged = verdict(article, account, room.features(account), photo_alt=alt, now=room.clock(), zone=room.zone)
    if judged.status is not Status.QUEUED:
        return f"{judged.status.value}: {judged.detail}"
    would = Delivery(
        0, "", article.id, account.uid, "publication", Status.QUEUED, due=judged.due, breaking=judged.breaking
    )
    return forecast.departure(room, would, account, forecast.recent(room, account))
