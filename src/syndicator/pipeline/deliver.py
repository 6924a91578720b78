"""Deliver: claim one post, publish it, record how it ended. The intent is on disk before the request goes out."""

from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from syndicator import delivery as machine
from syndicator.adapters import Adapter
from syndicator.compose import Picture, compose
from syndicator.errors import (
    AccountRefused,
    ConfigError,
    DeliveryError,
    MediaRefused,
    OutcomeUnknown,
    PhotoError,
    RateLimited,
    Rejected,
    Stale,
    StoreError,
    Unavailable,
    Withheld,
)
from syndicator.ledger import Claim, Ending
from syndicator.models import Account, Budget, Card, Delivery, Features, Media, Outcome, Post, Receipt, Status
from syndicator.pipeline.plan import kept
from syndicator.pipeline.verify import refuse
from syndicator.policy import Gate, Recent, account_gate, gate
from syndicator.room import Room

log = structlog.get_logger("syndicator.deliver")


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A receipt the ledger could not take (disk full): kept in memory and in the log, and handed in again."""

    claim: Claim
    receipt: Receipt
    ending: Ending


def deliver_next(room: Room, account: Account) -> Delivery | Gate | None:
    """Send the account's first due post. None when nothing is due, the Gate when one is closed, else the row after."""
    features = room.features(account)
    if not account.enabled:
        return account_gate(account, Recent())
    try:
        adapter = room.adapter(account)
    except ConfigError as error:
        refuse(room, account, error)
        return None
    now = room.clock()

    def judge(row: Delivery, recent: Recent) -> Gate | None:
        return gate(row, account, features, recent, now, room.zone)

    claim = room.ledger.attempts.claim(
        account.uid, judge, process=room.process, actor=room.actor, timeout=account.delivery.timeout, now=now,
        latest=account.policy.burst,
    )  # fmt: skip
    if claim is None or isinstance(claim, Gate):
        return claim
    return _send(room, account, features, adapter, claim)


def _send(room: Room, account: Account, features: Features, adapter: Adapter, claim: Claim) -> Delivery:
    out: list[datetime] = []

    def go() -> None:
        room.ledger.attempts.let_out(claim, room.clock())
        out.append(room.clock())

    try:
        receipt = adapter.publish(_with_photos(room, claim.post), go)
    except (Withheld, StoreError) as error:
        # A StoreError comes from go(): the intent could not be written, so the request was never made.
        return _withheld(room, account, claim, error)
    except DeliveryError as error:
        return _refused(room, account, features, claim, error)
    except Exception as error:
        log.exception("adapter broke its contract", post=claim.row.id, account=account.name)
        words = f"{type(error).__name__} in the adapter of {features.label}; see the log"
        broken = OutcomeUnknown(words, code="broken") if out else Unavailable(words, code="broken")
        return _refused(room, account, features, claim, broken)
    cost = _cost(features, claim.post)
    ending = Ending(Outcome.SENT, http_status=receipt.http_status, request_id=receipt.request_id, cost=cost)
    return _received(room, account, claim, receipt, ending, adapter.budget)


def _received(
    room: Room, account: Account, claim: Claim, receipt: Receipt, ending: Ending, budget: Budget | None
) -> Delivery:
    number, now = claim.row.id, room.clock()
    try:
        row = room.ledger.attempts.receive(
            number, receipt, "receipt", actor=room.actor, now=now, claim=claim, ending=ending, budget=budget
        )
    except StoreError as error:
        room.unrecorded.append(Unrecorded(claim, receipt, ending))
        log.critical("receipt not recorded yet", post=number, account=account.name, remote_id=receipt.remote_id,
                     permalink=receipt.permalink, error=str(error))  # fmt: skip
        return claim.row
    except Stale as error:
        unknown = OutcomeUnknown(str(error), code="id_taken")
        return _refused(room, account, room.features(account), claim, unknown)
    took = (room.clock() - (claim.row.claimed_at or room.clock())).total_seconds()
    log.info("sent", post=number, account=account.name, permalink=receipt.permalink, seconds=round(took, 3))
    return row


def hand_back(room: Room) -> int:
    """Hand in receipts the ledger could not take before. Returns how many are still in hand."""
    for held in list(room.unrecorded):
        try:
            room.ledger.attempts.receive(
                held.claim.row.id,
                held.receipt,
                "receipt",
                actor=room.actor,
                now=room.clock(),
                claim=held.claim,
                ending=held.ending,
            )
        except StoreError:
            continue
        except Stale as error:
            log.error("receipt belongs to another post", post=held.claim.row.id, error=str(error))
        room.unrecorded.remove(held)
    return len(room.unrecorded)


def _withheld(room: Room, account: Account, claim: Claim, error: Exception) -> Delivery:
    log.info("withheld", post=claim.row.id, account=account.name, reason=str(error))
    current = room.ledger.deliveries.get(claim.row.id)
    move = machine.withheld(current, str(error))
    ending = Ending(Outcome.WITHHELD, words=str(error))
    return room.ledger.attempts.record(claim, move, ending, actor=room.actor, now=room.clock())


def _refused(room: Room, account: Account, features: Features, claim: Claim, error: DeliveryError) -> Delivery:
    now, rules = room.clock(), account.delivery
    if isinstance(error, MediaRefused) and (claim.row.frozen or not _has_photo(claim.post)):
        # A frozen post may be public with its photo: it leaves as it was, or not at all.
        error = Rejected(str(error), code=error.code or "photo")
    settle = rules.settle if rules.settle is not None else features.settle
    current = room.ledger.deliveries.get(claim.row.id)
    move = machine.refused(current, error, now, rules, settle)
    ending = Ending(machine.OUTCOMES[type(error)], error.code, str(error), error.http_status, error.request_id)
    if isinstance(error, AccountRefused):
        refuse(room, account, error)
    row = room.ledger.attempts.record(claim, move, ending, actor=room.actor, now=now)
    if isinstance(error, (RateLimited, Unavailable)):
        # What stopped this post would stop the next one too: one is tried, the others wait.
        room.ledger.accounts.wait(account.uid, row.due, unreachable=isinstance(error, Unavailable))
    said = "no clear answer" if row.status is Status.UNCONFIRMED else "not sent"
    log.warning(said, post=row.id, account=account.name, outcome=ending.outcome.value, status=row.status.value,
                reason=str(error), due=row.due)  # fmt: skip
    if isinstance(error, MediaRefused) and row.status is Status.QUEUED:
        return _without_photo(room, account, row, str(error))
    return row


def _without_photo(room: Room, account: Account, row: Delivery, why: str) -> Delivery:
    """Render the post anew without its photo; what a person has set stays."""
    version = room.ledger.deliveries.version(row.id, row.version)
    article = room.ledger.articles.get(row.article)
    if version is None:
        return row
    keep = {name: value for name, value in kept(version).items() if name != "alt"}
    post = compose(room, article, account, Picture(why_not=why), occasion=row.occasion, keep=keep).post
    detail = f"without photo: {why}"
    after = room.ledger.deliveries.drop_photo(
        row.id, row.version, post, version.fields, room.clock(), room.actor, detail
    )
    return after or row


# ---------------------------------------------------------------------------------------------- photos and prices


def _has_photo(post: Post) -> bool:
    return bool(post.media or (post.card and post.card.thumb))


def _with_photos(room: Room, post: Post) -> Post:
    """The post with its photos' bytes. A lost or corrupt one is MediaRefused: the post goes without it."""
    if not _has_photo(post):
        return post
    try:
        media = tuple(_filled(room, one) for one in post.media)
        card = post.card
        if card and card.thumb:
            card = Card(card.url, card.title, card.text, _filled(room, card.thumb))
        return replace(post, media=media, card=card)
    except PhotoError as error:
        raise MediaRefused(str(error), code="photo_lost") from error


def _filled(room: Room, media: Media) -> Media:
    return replace(media, data=room.photos.get(media.sha256))


def _cost(features: Features, post: Post) -> int:
    """Micro-USD of a successful publish by the platform's list price."""
    price = features.price
    alts = sum(1 for media in post.media if media.alt)
    return (price.post_with_link if post.link else price.post) + alts * price.alt
