"""Article + account → the post it would be, photo fitted and kept. The one way to a Post, for planning and preview."""

import asyncio
from dataclasses import dataclass, replace

from syndicator import photos
from syndicator.errors import PhotoError
from syndicator.fetch import Fetcher
from syndicator.models import Account, Article, Features, Media, Photo, Post, Source
from syndicator.photos import Fitted
from syndicator.room import USER_AGENT, Room
from syndicator.sources.identity import same_site

__all__ = ["Composed", "Picture", "compose", "fetcher", "picture"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo of an article with its original bytes; `why_not` says in words why there is none to use."""

    photo: Photo | None = None
    data: bytes = b""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Composed:
    """A post, and a remark when it goes without the photo it should have had."""

    post: Post
    remark: str = ""


def fetcher(room: Room) -> Fetcher:
    """A way to the newsroom's addresses, to be entered in the event loop that uses it."""
    contact = room.config.newsroom.contact
    return Fetcher(user_agent=f"{USER_AGENT} (+{contact})" if contact else USER_AGENT)


def source_near(room: Room, article: Article) -> Source | None:
    """The source that found an article, or, where a person brought it, the configured one of the same site."""
    same = (one for one in room.config.sources.values() if same_site(one.url, article.url))
    return room.source(article.source) or next(same, None)


async def picture(room: Room, article: Article, way: Fetcher) -> Picture:
    """The first of the article's photos that can be had and is an image. Never raises for what the other side does."""
    near = source_near(room, article)
    private = near.allow_private if near else False
    why = ""
    for photo in article.photos:
        try:
            data = await photos.get(photo, way, allow_private=private)
            await asyncio.to_thread(photos.verify, data)
        except PhotoError as error:
            why = why or str(error)
            continue
        return Picture(replace(photo, alt=photo.alt or photo.caption), data)
    return Picture(why_not=why)


def compose(
    room: Room,
    article: Article,
    account: Account,
    chosen: Picture,
    *,
    occasion: str = "publication",
    correction: str = "",
    keep: dict[str, str] | None = None,
) -> Composed:
    """What the account will say. Fitted bytes are put into the photo store. Raises RenderError."""
    features = room.features(account)
    media, thumb, remark = _fitted(room, account, features, chosen)
    if account.policy.sensitive == "send":
        article = replace(article, sensitive=False)  # the newsroom's rule: send without a warning
    post = room.renderer.render(
        article,
        account,
        features,
        photo=chosen.photo if media else None,
        media=media,
        thumb=thumb,
        occasion=occasion,
        correction=correction,
        keep=keep or {},
    )
    return Composed(post, remark)


def _fitted(
    room: Room, account: Account, features: Features, chosen: Picture
) -> tuple[tuple[Media, ...], Media | None, str]:
    """The photo as media, or as the card's picture where the account leads with the card."""
    if chosen.photo is None:
        return (), None, f"without photo: {chosen.why_not}" if chosen.why_not else ""
    leads_with_card = account.lead == "card"
    if leads_with_card and features.links != "card":
        return (), None, ""  # the platform draws the card from the page
    try:
        if leads_with_card:
            fitted = photos.thumbnail(chosen.data, max_bytes=features.thumb_bytes or features.image_bytes)
        else:
            fitted = photos.fit(chosen.data, features)
        media = _media(room, fitted, chosen.photo)
    except PhotoError as error:
        return (), None, f"without photo: {error}"
    return ((), media, "") if leads_with_card else ((media,), None, "")


def _media(room: Room, fitted: Fitted, photo: Photo) -> Media:
    name = room.photos.put(fitted.data)
    return Media(name, fitted.mime, fitted.width, fitted.height, photo.alt, photo.credit, photo.url)
