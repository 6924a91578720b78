"""Article + account → the post it would be, photo fitted and kept. The one way to a Post, for planning and preview."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from syndicator import photos
from syndicator.errors import PhotoError
from syndicator.fetch import Fetcher
from syndicator.models import Account, Article, Features, Media, Photo, Policy, Post, Source
from syndicator.photos import Fitted
from syndicator.policy import ban, photo_refused
from syndicator.room import USER_AGENT, Room
from syndicator.sources.identity import same_site
from syndicator.text import describes

__all__ = ["Composed", "Picture", "chosen", "compose", "fetcher", "picture"]


MOST = 5
"""How many of an article's photos are looked at until each account has one it may use."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo of an article with its original bytes; `why_not` says in words why there is none to use.

    `more` are the article's next photos, for accounts that may not use this one; `passed` why others were passed over.
    """

    photo: Photo | None = None
    data: bytes = b""
    why_not: str = ""
    more: tuple["Picture", ...] = ()
    passed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Composed:
    """A post, and a remark on what became of its photo. `lost` says why it goes without the one it should have had."""

    post: Post
    remark: str = ""
    lost: str = ""


def fetcher(room: Room) -> Fetcher:
    """A way to the newsroom's addresses, to be entered in the event loop that uses it."""
    contact = room.config.newsroom.contact
    return Fetcher(user_agent=f"{USER_AGENT} (+{contact})" if contact else USER_AGENT)


def source_near(room: Room, article: Article) -> Source | None:
    """The source that found an article, or, where a person brought it, the configured one of the same site."""
    same = (one for one in room.config.sources.values() if same_site(one.url, article.url))
    return room.source(article.source) or next(same, None)


async def picture(room: Room, article: Article, way: Fetcher, accounts: Iterable[Account] | None = None) -> Picture:
    """The article's photos, until each account (None: all of the room) has one it may use; `chosen` picks among them.

    Each is fetched at most once, at most MOST of them, and not where no account that still needs one may use it. Never
    raises for what the other side does.
    """
    near = source_near(room, article)
    private = near.allow_private if near else False
    needing = [account.policy for account in (room.accounts.values() if accounts is None else accounts)] or [Policy()]
    seen = list[Picture]()
    for photo in article.photos[:MOST]:
        refusals = [_refused_unseen(photo, policy) for policy in needing]
        if all(refusals):
            seen.append(Picture(photo, why_not=refusals[0]))
            continue
        one = await _fetched(photo, way, allow_private=private)
        seen.append(one)
        needing = [policy for policy in needing if one.photo is None or one.why_not or photo_refused(one.photo, policy)]
        if not needing:
            break
    return replace(seen[0], more=tuple(seen[1:])) if seen else Picture()


def _refused_unseen(photo: Photo, policy: Policy) -> str:
    """As `photo_refused`, before the photo's own bytes were read: they may still bring a credit."""
    return photo_refused(photo, policy) if photo.credit.strip() or ban(photo.terms) else ""


async def _fetched(photo: Photo, way: Fetcher, *, allow_private: bool) -> Picture:
    try:
        data = await photos.get(photo, way, allow_private=allow_private)
        return Picture(await asyncio.to_thread(_described, photo, data), data)
    except PhotoError as error:
        return Picture(photo, why_not=str(error))


def _described(photo: Photo, data: bytes) -> Photo:
    """The photo with what its own bytes say where the newsroom said nothing. Raises PhotoError when it is none."""
    photos.verify(data)
    told = photos.told(data)
    words = (photo.alt, photo.caption, told.alt, told.caption)
    return replace(
        photo,
        alt=next((text for text in words if describes(text, photo.url)), ""),
        caption=photo.caption or told.caption,
        credit=photo.credit or told.credit,
        # What forbids a photo's use holds wherever it stands.
        terms="; ".join(dict.fromkeys(filter(None, (photo.terms, told.terms)))),
        focus=photo.focus or told.focus,
    )


def chosen(offered: Picture, account: Account) -> Picture:
    """The first of the photos that this account may use, or the reasons why there is none."""
    passed = list[str]()
    for one in (offered, *offered.more):
        why = (photo_refused(one.photo, account.policy) if one.photo else "") or one.why_not
        if one.photo and not why:
            return replace(one, more=(), passed=tuple(dict.fromkeys(passed)))
        passed += [why] if why else []
    return Picture(why_not="; ".join(dict.fromkeys(passed)))


def compose(
    room: Room,
    article: Article,
    account: Account,
    offered: Picture,
    *,
    occasion: str = "publication",
    correction: str = "",
    keep: dict[str, str] | None = None,
) -> Composed:
    """What the account will say, with the first photo it may use. Fitted bytes are put into the photo store.

    Raises RenderError.
    """
    features = room.features(account)
    mine = chosen(offered, account)
    media, thumb, remark, lost = _fitted(room, account, features, mine)
    if account.policy.sensitive == "send":
        article = replace(article, sensitive=False)  # the newsroom's rule: send without a warning
    post = room.renderer.render(
        article,
        account,
        features,
        photo=mine.photo if media else None,
        media=media,
        thumb=thumb,
        occasion=occasion,
        correction=correction,
        keep=keep or {},
    )
    return Composed(post, remark, lost)


def _fitted(
    room: Room, account: Account, features: Features, mine: Picture
) -> tuple[tuple[Media, ...], Media | None, str, str]:
    """The photo as media, or as the card's picture where the account leads with the card; a remark; why not."""
    if mine.photo is None:
        return (), None, f"without photo: {mine.why_not}" if mine.why_not else "", mine.why_not
    leads_with_card = account.lead == "card"
    if leads_with_card and features.links != "card":
        return (), None, "", ""  # the platform draws the card from the page
    try:
        fitted = _fit(features, mine.data, mine.photo.focus, card=leads_with_card)
        media = _media(room, fitted, mine.photo)
    except PhotoError as error:
        return (), None, f"without photo: {error}", str(error)
    said = [f"a photo was passed over: {why}" for why in mine.passed]
    said += [f"photo cropped to {fitted.cropped} around its focus"] if fitted.cropped else []
    remark = "; ".join(said)
    return ((), media, remark, "") if leads_with_card else ((media,), None, remark, "")


def _fit(features: Features, data: bytes, focus: tuple[float, ...], *, card: bool) -> Fitted:
    if not card:
        return photos.fit(data, features, focus)
    limit = features.thumb_bytes or features.image_bytes
    return photos.thumbnail(data, max_bytes=limit, ratio=features.preview.card_ratio, focus=focus)


def _media(room: Room, fitted: Fitted, photo: Photo) -> Media:
    name = room.photos.put(fitted.data)
    return Media(name, fitted.mime, fitted.width, fitted.height, photo.alt, photo.credit, photo.url)
