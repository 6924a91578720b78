"""The post a person's edit makes: checked before anything is stored."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from syndicator.compose import Picture, compose, fetcher, picture
from syndicator.editorial.parts import account_of
from syndicator.errors import IllegalMove, PhotoError, RenderError
from syndicator.models import Account, Article, Delivery, Post, Version
from syndicator.room import Room
from syndicator.text import measure

NO_PHOTO = "none"


def worded(room: Room, row: Delivery, given: Mapping[str, str]) -> Post:
    """The row's post with the fields a person gave: text, alt, warning, photo.

    `photo` is the place of one of the article's photos, from "0", or NO_PHOTO. Raises RenderError when it does not
    fit, PhotoError when the photo cannot be had, IllegalMove where there are no words or no photo. With `photo` not
    to be called inside an event loop.
    """
    current = room.ledger.deliveries.version(row.id, row.version)
    if current is None:
        raise IllegalMove(f"post {row.id} has no words yet; release it first")
    account = account_of(room, row)
    features = room.features(account)
    post = _pictured(room, row, current, given) if "photo" in given else current.post
    post = _edited(post, given)
    count = measure(post.text, features, post.warning)
    if not count.fits:
        over = f"{-count.left} over the limit of {count.limit}"
        raise RenderError(f"the text is {over}; nothing was changed")
    return post


def anew(room: Room, row: Delivery) -> Post:
    """What the template makes of the row's article now, as if nobody had touched it. Raises RenderError."""
    article = room.ledger.articles.get(row.article)
    account = account_of(room, row)
    offered = asyncio.run(_offered(room, article, account))
    return compose(room, article, account, offered, occasion=row.occasion).post


def _edited(post: Post, given: Mapping[str, str]) -> Post:
    if "text" in given:
        post = replace(post, text=given["text"].replace("\r\n", "\n").strip())
    if "warning" in given:
        post = replace(post, warning=given["warning"].strip())
    if "alt" in given:
        if not post.media:
            raise IllegalMove("this post has no photo, so there is nothing to describe")
        post = replace(post, media=(replace(post.media[0], alt=given["alt"].strip()), *post.media[1:]))
    return post


def _pictured(room: Room, row: Delivery, current: Version, given: Mapping[str, str]) -> Post:
    """The post with another of the article's photos, or none; what a person has worded stays."""
    article = room.ledger.articles.get(row.article)
    account = account_of(room, row)
    offered = Picture()
    if given["photo"] != NO_PHOTO:
        offered = asyncio.run(_offered(room, _only(article, given["photo"]), account))
    if offered.why_not:
        raise PhotoError(offered.why_not)
    words = {"text": current.post.text, "warning": current.post.warning}
    # A link that a card carried is not in a person's text; it is for them to put it there.
    keep = {name: value for name, value in words.items() if name in current.fields or name in given}
    made = compose(room, article, account, offered, occasion=row.occasion, keep=keep)
    if made.lost:
        raise PhotoError(f"without photo: {made.lost}")
    return made.post


def _only(article: Article, place: str) -> Article:
    """The article with one of its photos."""
    if not place.isdecimal() or int(place) >= len(article.photos):
        raise PhotoError(f"the article has {len(article.photos)} photos, and none called {place!r}")
    return replace(article, photos=(article.photos[int(place)],))


async def _offered(room: Room, article: Article, account: Account) -> Picture:
    async with fetcher(room) as way:
        return await picture(room, article, way, [account])
