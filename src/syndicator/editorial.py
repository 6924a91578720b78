"""What a person may do with a post. Every verb names who does it and, where words are approved, which version was read.

Command line and desk call these same functions. None of them publishes: they set what the daemon will find.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from syndicator.compose import Picture, compose, fetcher, picture
from syndicator.delivery import HELD, MAX_CLEARS, QUEUED, STOPPED, UNFINISHED, Move, back
from syndicator.errors import ConfigError, IllegalMove, RenderError
from syndicator.ledger import Draft
from syndicator.models import Account, Article, Delivery, Post, Status, Wanted
from syndicator.policy import hold_reason
from syndicator.room import Room
from syndicator.text import measure


def approve(room: Room, number: int, actor: str, *, version: int | None = None) -> Delivery:
    """HELD → QUEUED, for the version that was read. A person's yes does not expire."""

    def decide(row: Delivery) -> Move:
        _must_be(row, {HELD}, "approve")
        return Move("approve", QUEUED, "", "", {"approved": row.version, "expires": None})

    return room.ledger.deliveries.move(number, decide, actor, room.clock(), seen=version)


def hold(room: Room, number: int, actor: str, reason: str = "") -> Delivery:
    """QUEUED → HELD."""

    def decide(row: Delivery) -> Move:
        _must_be(row, {QUEUED}, "hold")
        return Move("hold", HELD, "person", reason or "held by a person")

    return room.ledger.deliveries.move(number, decide, actor, room.clock())


def send(room: Room, number: int, actor: str, *, version: int | None = None) -> Delivery:
    """Approve and due now, before all others: skips hold, quiet hours and spacing, never stop, pause or rate limits."""
    now = room.clock()

    def decide(row: Delivery) -> Move:
        _must_be(row, {HELD, QUEUED}, "send")
        return Move("send", QUEUED, "", "", {"approved": row.version, "due": now, "expires": None, "urgent": True})

    return room.ledger.deliveries.move(number, decide, actor, now, seen=version)


def move(room: Room, number: int, actor: str, due: datetime) -> Delivery:
    """Give a waiting post another time (aware)."""

    def decide(row: Delivery) -> Move:
        _must_be(row, {HELD, QUEUED}, "move")
        return Move("move", row.status, row.code, row.detail, {"due": due, "expires": None})

    return room.ledger.deliveries.move(number, decide, actor, room.clock())


def suppress(room: Room, number: int, actor: str, reason: str) -> Delivery:
    """Say no. A post that may be out is remembered as unwanted: withheld if it still can be, else taken down."""
    row = room.ledger.deliveries.get(number)
    if row.status in {Status.SENDING, Status.UNCONFIRMED}:
        return room.ledger.deliveries.want_gone(number, actor, room.clock(), reason)

    def decide(row: Delivery) -> Move:
        if row.status is Status.SENT:
            raise IllegalMove(f"post {number} is public; `syndicator queue retract {number}` takes it down")
        return Move("suppress", Status.SUPPRESSED, "person", reason)

    return room.ledger.deliveries.move(number, decide, actor, room.clock())


def retract(room: Room, number: int, actor: str, reason: str) -> Delivery:
    """Take a public post down; the daemon asks the platform until it says gone."""
    row = room.ledger.deliveries.get(number)
    now = room.clock()
    if row.status in {Status.SENDING, Status.UNCONFIRMED}:
        return room.ledger.deliveries.want_gone(number, actor, now, reason)
    account = room.account(row.account)
    if account and not room.features(account).retract:
        raise IllegalMove(
            f"{room.features(account).label} cannot take posts down; remove it by hand at {row.permalink}"
        )

    def decide(row: Delivery) -> Move:
        _must_be(row, {Status.SENT}, "retract")
        return Move(
            "retract", Status.RETRACTING, "person", reason, {"next_look": now, "looks": 0, "wanted": Wanted.GONE.value}
        )

    return room.ledger.deliveries.move(number, decide, actor, now)


def release(room: Room, number: int, actor: str, *, verb: str = "release") -> Delivery:
    """SUPPRESSED, FAILED or EXPIRED → QUEUED, or HELD where approval is needed.

    Rendered first where there is no post, and anew where the platform refused one that no person has worded.
    Must not be called inside an event loop: rendering may fetch the photo.
    """
    row = room.ledger.deliveries.get(number)
    _must_be(row, STOPPED, verb)
    account = _account(room, row)
    now = room.clock()
    post = asyncio.run(_words(room, row, account)) if _rendered_anew(room, row) else None

    def decide(row: Delivery) -> Move:
        _must_be(row, STOPPED, verb)
        unapproved = account.policy.approval and (row.approved != row.version or row.version == 0)
        after = HELD if unapproved else QUEUED
        changes = {"due": now, "expires": None, "tries": 0, "wanted": Wanted.PUBLIC.value}
        return Move(
            verb, after, "rule:approval" if unapproved else "", "waits for approval" if unapproved else "", changes
        )

    return room.ledger.deliveries.move(number, decide, actor, now, post=post)


def retry(room: Room, number: int, actor: str) -> Delivery:
    """Try a failed post again."""
    return release(room, number, actor, verb="retry")


def edit(
    room: Room,
    number: int,
    actor: str,
    *,
    version: int,
    text: str | None = None,
    alt: str | None = None,
    warning: str | None = None,
) -> Delivery:
    """A person's wording as a new version; None leaves a field.

    Raises RenderError when it does not fit, Stale, IllegalMove.
    """
    row = room.ledger.deliveries.get(number)
    current = room.ledger.deliveries.version(number, row.version)
    if current is None:
        raise IllegalMove(f"post {number} has no words yet; release it first")
    account = _account(room, row)
    given = {name: value for name, value in (("text", text), ("alt", alt), ("warning", warning)) if value is not None}
    post = _edited(current.post, given)
    count = measure(post.text, room.features(account), post.warning)
    if not count.fits:
        raise RenderError(f"the text is {-count.left} over the limit of {count.limit}; nothing was changed")
    approved = {"approved": row.version + 1} if row.approved == row.version and row.approved else {}
    return room.ledger.deliveries.edit(number, version, post, given, actor, room.clock(), **approved)


def _edited(post: Post, given: dict[str, str]) -> Post:
    if "text" in given:
        post = replace(post, text=given["text"].replace("\r\n", "\n").strip())
    if "warning" in given:
        post = replace(post, warning=given["warning"].strip())
    if "alt" in given:
        if not post.media:
            raise IllegalMove("this post has no photo, so there is nothing to describe")
        post = replace(post, media=(replace(post.media[0], alt=given["alt"].strip()), *post.media[1:]))
    return post


# ---------------------------------------------------------------------------------------------- not known


def settle_at(room: Room, number: int, actor: str, permalink: str) -> Delivery:
    """A person found it: SENT with that permalink. Raises ConfigError for an address that is not the account's."""
    row = room.ledger.deliveries.get(number)
    if row.status is Status.SENDING:
        raise IllegalMove(f"post {number} is being sent right now; wait for its end")
    account = _account(room, row)
    try:
        receipt = room.adapter(account).locate(permalink)
    except ValueError as error:
        raise ConfigError(f"{permalink}: {error}") from error
    return room.ledger.attempts.receive(
        number, receipt, "person", actor=actor, now=room.clock(), detail="found by a person"
    )


def settle_absent(room: Room, number: int, actor: str) -> Delivery:
    """A person says it is not there: sent again. If it is there after all, it will be public twice."""
    now = room.clock()

    def decide(row: Delivery) -> Move:
        _must_be(row, {Status.UNCONFIRMED}, "clear")
        # A person's word opens the way again for the platform's own proofs.
        changes = {"looks": 0, "next_look": None, "clears": min(row.clears, MAX_CLEARS - 1), "frozen": False}
        return back(row, "clear", "person", "a person looked: not there", due=now, **changes)

    return room.ledger.deliveries.move(number, decide, actor, now)


def leave(room: Room, number: int, actor: str) -> Delivery:
    """Not known, and nobody needs to know: no more looks, off the list of what needs attention."""

    def decide(row: Delivery) -> Move:
        _must_be(row, {Status.UNCONFIRMED}, "leave")
        return Move("leave", Status.UNCONFIRMED, row.code, "left as it is by a person", {"closed": True})

    return room.ledger.deliveries.move(number, decide, actor, room.clock())


# ---------------------------------------------------------------------------------------------- adding


async def add(
    room: Room,
    article: Article,
    actor: str,
    *,
    accounts: Sequence[str] = (),
    due: datetime | None = None,
    again: str = "",
) -> list[Delivery]:
    """Queue a stored article on the named accounts (none: all) on purpose. `again` is the reason for a further post.

    Accounts that have a row for the occasion keep it; their rows are not returned. Raises ConfigError, RenderError.
    """
    chosen_accounts = [room.named(name) for name in accounts] or list(room.accounts.values())
    async with fetcher() as way:
        chosen = await picture(room, article, way)
    occasion = _occasion(room, article) if again else "publication"
    now = room.clock()
    drafts = [_draft(room, article, account, chosen, occasion, due or now, again) for account in chosen_accounts]
    return room.ledger.deliveries.plan(article, drafts, now, actor, now)


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
    room: Room, article: Article, account: Account, chosen: Picture, occasion: str, due: datetime, again: str
) -> Draft:
    try:
        made = compose(room, article, account, chosen, occasion=occasion, keep=_typed(room, article, account))
    except RenderError as error:
        raise RenderError(f"account {account.name}: {error}; nothing was queued") from error
    alt = made.post.media[0].alt if made.post.media else None
    held = hold_reason(article, account, room.features(account), alt, by_hand=True)
    code, why = held or ("", again)
    detail = "; ".join(part for part in (why, made.remark) if part)
    changes = {"due": due, "expires": None, "breaking": False}
    return Draft(account.uid, Move("plan", HELD if held else QUEUED, code, detail, changes), made.post, occasion)


def _typed(room: Room, article: Article, account: Account) -> dict[str, str]:
    """The words of a post typed by hand, as they were typed; its link is printed where no card carries it."""
    if article.source or article.keys or room.ledger.articles.sources_of(article.id):
        return {}
    prints = room.features(account).links == "text" and article.url and article.url not in article.title
    return {"text": f"{article.title}\n\n{room.renderer.link(article, account)}" if prints else article.title}


# ---------------------------------------------------------------------------------------------- parts


def _must_be(row: Delivery, states: set[Status] | frozenset[Status], verb: str) -> None:
    if row.status not in states:
        hint = " (it is not finished)" if row.status in UNFINISHED and states == STOPPED else ""
        raise IllegalMove(f"cannot {verb} post {row.id}: it is {row.status.value}{hint}")


def _account(room: Room, row: Delivery) -> Account:
    account = room.account(row.account)
    if account is None:
        raise ConfigError(f"post {row.id} belongs to an account that is no longer in {room.config.file}")
    return account


def _rendered_anew(room: Room, row: Delivery) -> bool:
    """Whether a template that was mended meanwhile may help."""
    if row.version == 0:
        return True
    version = room.ledger.deliveries.version(row.id, row.version)
    return row.status is Status.FAILED and not row.frozen and version is not None and not version.fields


async def _words(room: Room, row: Delivery, account: Account) -> Post:
    """The post of a row that was planned without one, rendered now."""
    article = room.ledger.articles.get(row.article)
    async with fetcher() as way:
        chosen = await picture(room, article, way)
    return compose(room, article, account, chosen, occasion=row.occasion).post


GRACE = timedelta(seconds=30)
"""How old a daemon's heartbeat may be before people are told that none is running."""


def daemon_alive(room: Room) -> bool:
    """Whether a daemon will find what was queued."""
    beat = room.ledger.accounts.heartbeat()
    return beat is not None and beat.ended is None and room.clock() - beat.beat < GRACE
