"""Posts on purpose, from the desk: an article by its address, or a person's own words; tried before they are stored."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from weakref import WeakKeyDictionary

from syndicator import editorial, sources
from syndicator.compose import Picture, compose, fetcher, picture, source_near
from syndicator.desk import words
from syndicator.desk.i18n import N_, _
from syndicator.editorial.adding import typed_words
from syndicator.errors import FetchError, RenderError, SyndicatorError
from syndicator.models import Account, Article, Delivery, Features, Person, Post, Role, Source, Status
from syndicator.room import Room
from syndicator.sources import identity
from syndicator.text import Count, measure, normalise

BY_HAND = "desk"
"""The source of articles that a person brought by their address."""

FRESH = timedelta(minutes=1)
"""How long a page that was read for a preview is good for the next one."""

_KEPT = 8  # pages
NO_PICTURE = Picture()

NEEDS_SUBJECT = N_("Enter the address of an article, or a text of your own.")
NO_ADDRESS = N_("This is not the address of an article. It begins with https:// and names a page of its own.")
NO_HEADLINE = N_("The page has no headline, so there is nothing to post. Write a text of your own.")


class Refused(SyndicatorError):
    """What was asked for cannot be done; nothing was stored. `errors` are pairs of a form's field and a sentence."""

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__(" ".join(sentence for _field, sentence in errors))
        self.errors = list(errors)


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall be posted: an article (`url`), or a person's own `text` with `url` as its link, and where."""

    url: str = ""
    text: str = ""
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a wish is about. `article` has id 0 while it is not stored; `known` is the ledger's at that address."""

    article: Article
    picture: Picture = NO_PICTURE
    known: Article | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What one account would say; `post` is None, and `trouble` a sentence, where it cannot be said."""

    account: Account
    features: Features
    post: Post | None
    count: Count | None
    trouble: str = ""
    remark: str = ""


# ---------------------------------------------------------------------------------------------- what it is about


def known(room: Room, url: str) -> Article | None:
    """The ledger's article at an address, None where it has none. Reads the ledger only."""
    keys = identity.keys(url.strip())
    return room.ledger.articles.by_keys([key.key for key in keys]) if keys else None


def subject(room: Room, wish: Wish) -> Subject:
    """What the wish is about; the page of an article nobody has found yet is read. Raises Refused.

    Must not be called inside an event loop.
    """
    url, text = wish.url.strip(), normalise(wish.text)
    if not (url or text):
        raise Refused(("url", _(NEEDS_SUBJECT)))
    if url and not identity.keys(url):
        raise Refused(("url", _(NO_ADDRESS)))
    story = known(room, url) if url else None
    if text:
        return Subject(Article(identity.clean(url) if url else "", text), known=story)
    return _lately_read(room, url, story)


_lately: WeakKeyDictionary[Room, OrderedDict[str, tuple[datetime, Subject]]] = WeakKeyDictionary()


def _lately_read(room: Room, url: str, story: Article | None) -> Subject:
    """Page and photo, fetched once for several looks at the form."""
    kept, now = _lately.setdefault(room, OrderedDict()), room.clock()
    at, found = kept.get(url, (None, None))
    if at is None or found is None or now - at > FRESH or found.known != story:
        found = asyncio.run(_read(room, url, story))
        kept[url] = now, found
        while len(kept) > _KEPT:
            kept.popitem(last=False)
    return found


async def _read(room: Room, url: str, story: Article | None) -> Subject:
    async with fetcher(room) as way:
        if story is None:
            near = source_near(room, Article(url, ""))
            stub = Source(BY_HAND, url, allow_private=near.allow_private if near else False)
            empty = Article(identity.clean(url), "", source=near.name if near else BY_HAND, keys=identity.keys(url))
            try:
                article = await sources.read_page(empty, stub, way, zone=room.zone)
            except FetchError as error:
                raise Refused(("url", _("The page could not be read: {why}").format(why=error))) from error
            if not article.title:
                raise Refused(("url", _(NO_HEADLINE)))
            story = room.ledger.articles.by_keys([key.key for key in article.keys])  # by its canonical address
            article = story or sources.spoken(replace(article, page_read=True), room.config.newsroom.language)
        else:
            article = story = await editorial.headlined(room, story, way)
        return Subject(article, await picture(room, article, way), story)


# ---------------------------------------------------------------------------------------------- trying


def trials(room: Room, about: Subject, accounts: Sequence[Account]) -> list[Trial]:
    """What each account would say. Fitted photos are kept by their content; nothing else is stored."""
    return [_trial(room, about, account) for account in accounts]


def _trial(room: Room, about: Subject, account: Account) -> Trial:
    features = room.features(account)
    try:
        typed = typed_words(room, about.article, account)
        count = measure(typed["text"], features) if "text" in typed else None
        if count and not count.fits:
            over = max(-count.left, count.bytes - count.byte_limit if count.byte_limit else 0)
            return Trial(account, features, Post(typed["text"]), count, words.too_long(over, features.label))
        made = compose(room, about.article, account, about.picture, keep=typed)
    except RenderError as error:
        return Trial(account, features, None, None, words.sentence(f"{account.name}: {error}"))
    count = measure(made.post.text, features, made.post.warning)
    return Trial(account, features, made.post, count, remark=made.remark)


# ---------------------------------------------------------------------------------------------- posts it has already


def earlier(room: Room, story: Article | None) -> list[Delivery]:
    """The posts a known story has on accounts that are configured."""
    rows = room.ledger.deliveries.of_article(story.id) if story and story.id else []
    return [row for row in rows if room.account(row.account)]


def has_post(rows: Sequence[Delivery], account: Account) -> bool:
    """Whether an account has its post of the story, in whatever state."""
    return any(row.account == account.uid and row.occasion == "publication" for row in rows)


# ---------------------------------------------------------------------------------------------- doing


def carry_out(
    room: Room, person: Person, about: Subject, due: dict[str, datetime], *, urgent: bool, again: str
) -> list[Delivery]:
    """Store the subject if need be and queue it on the accounts that `due` names, each at its time (aware).

    `again` is the reason for a further post; without one an account that has its post keeps it, and gets none.
    `urgent`: before all others. What the person may not approve is held. Returns the rows that were made. Raises
    RenderError, ConfigError.
    """
    article = _stored(room, about)
    judged = not person.role.at_least(Role.CHIEF)
    made: list[Delivery] = []
    for moment in sorted(set(due.values())):
        names = [name for name, at in due.items() if at == moment]
        made += asyncio.run(
            editorial.add(room, article, person.actor, accounts=names, due=moment, again=again, judged=judged)
        )
    if not urgent:
        return made
    return [_urgent(room, row, person) if row.status is Status.QUEUED else row for row in made]


def _urgent(room: Room, row: Delivery, person: Person) -> Delivery:
    return editorial.send(room, row.id, person.actor, version=row.version, due=row.due)


def _stored(room: Room, about: Subject) -> Article:
    """The article as the desk's own, so that no feed's wording changes it and no rule adds accounts."""
    article = about.article
    if article.id:
        return article
    if not article.keys:
        return editorial.by_hand(room, article.title, article.url)
    uid = sha256(article.keys[0].key.encode()).hexdigest()
    there = room.ledger.articles.by_keys([key.key for key in article.keys])
    return there or room.ledger.articles.add_by_hand(replace(article, uid=uid, source=BY_HAND), room.clock())
