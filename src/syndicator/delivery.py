"""The state machine of a delivery and its verdicts. Pure: no clock, database or network.

`MOVES` is the whole machine. A verdict is a `Move`, decided here and carried out by the ledger in one transaction.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syndicator.errors import (
    AccountRefused,
    DeliveryError,
    IllegalMove,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from syndicator.models import Delivery, DeliveryRules, Features, Outcome, Receipt, Status, Wanted

HELD, QUEUED, SENDING, UNCONFIRMED = Status.HELD, Status.QUEUED, Status.SENDING, Status.UNCONFIRMED
SENT, FAILED, SUPPRESSED, EXPIRED = Status.SENT, Status.FAILED, Status.SUPPRESSED, Status.EXPIRED
RETRACTING, RETRACTED = Status.RETRACTING, Status.RETRACTED

ANY = frozenset(Status)
STOPPED = frozenset({SUPPRESSED, FAILED, EXPIRED})
WAITING = frozenset({HELD, QUEUED})
UNFINISHED = frozenset({HELD, QUEUED, SENDING, UNCONFIRMED, RETRACTING})

MOVES: Mapping[str, tuple[frozenset[Status | None], frozenset[Status]]] = {
    "plan": (frozenset({None}), frozenset({HELD, QUEUED, SUPPRESSED, FAILED})),
    "approve": (frozenset({HELD}), frozenset({QUEUED})),
    "hold": (frozenset({QUEUED}), frozenset({HELD})),
    "revise": (frozenset({QUEUED}), frozenset({HELD})),
    "edit": (WAITING, WAITING),
    "move": (WAITING, WAITING),
    "send": (WAITING, frozenset({QUEUED})),
    "suppress": (frozenset({HELD, QUEUED, FAILED, EXPIRED}), frozenset({SUPPRESSED})),
    "release": (STOPPED, WAITING),
    "retry": (STOPPED, WAITING),
    "claim": (frozenset({QUEUED}), frozenset({SENDING})),
    "recover": (frozenset({SENDING}), frozenset({QUEUED, SUPPRESSED})),
    "defer": (frozenset({SENDING}), frozenset({QUEUED, SUPPRESSED})),
    "reject": (frozenset({SENDING}), frozenset({FAILED})),
    "lose": (frozenset({SENDING}), frozenset({UNCONFIRMED})),
    "look": (frozenset({UNCONFIRMED}), frozenset({UNCONFIRMED})),
    "deliver": (ANY, frozenset({SENT})),
    "clear": (frozenset({UNCONFIRMED}), frozenset({QUEUED, SUPPRESSED})),
    "leave": (frozenset({UNCONFIRMED}), frozenset({UNCONFIRMED})),
    "unwant": (frozenset({SENDING, UNCONFIRMED}), frozenset({SENDING, UNCONFIRMED})),
    "expire": (WAITING, frozenset({EXPIRED})),
    "retract": (frozenset({SENT}), frozenset({RETRACTING})),
    "retracted": (frozenset({RETRACTING}), frozenset({RETRACTED})),
    "keep": (frozenset({RETRACTING}), frozenset({SENT, RETRACTING})),
    # What no other verb leads back to; the ledger is asked whether nothing has happened since.
    "undo": (frozenset({HELD, QUEUED, SUPPRESSED, UNCONFIRMED}), frozenset({FAILED, EXPIRED, UNCONFIRMED})),
}

IN_PLACE = frozenset({"edit", "move", "unwant"})  # verbs that change a row and leave its state

MAX_CLEARS = 2  # automatic clears per row; after that a person decides
ABSENT_LOOKS = 3  # looks that must find nothing where absence is only evidence
FOR_PERSON = frozenset({"duplicate", "probable"})  # reasons of an unknown that only a person can settle
LOOKS_END = timedelta(hours=24)
LOOK_CAP = timedelta(hours=1)
LOOK_FIRST = timedelta(seconds=30)

_BASE32 = "234567abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Move:
    """A verdict: the verb, the state it leads to, why, and the columns that change with it."""

    verb: str
    after: Status
    code: str = ""
    detail: str = ""
    changes: Mapping[str, object] = field(default_factory=dict)


def check(verb: str, before: Status | None, after: Status) -> None:
    """Raise IllegalMove unless `MOVES` allows it."""
    starts, ends = MOVES[verb]
    left = verb in IN_PLACE and before is not after
    if before not in starts or after not in ends or left:
        was = before.value if before else "nothing"
        raise IllegalMove(f"cannot {verb} a post that is {was}" + ("" if after in ends else f" to {after.value}"))


def delivery_key(article_uid: str, account_uid: str, occasion: str) -> str:
    """The idempotency key of one article on one account for one occasion: 64 hex digits."""
    return hashlib.sha256(f"{article_uid}\n{account_uid}\n{occasion}".encode()).hexdigest()


def record_key(key: str, now: datetime) -> str:
    """A TID (atproto.com/specs/tid, read 2026-11): 53 bits of microseconds and 10 bits taken from the key."""
    number = (int(now.timestamp() * 1_000_000) << 10) | (int(key[:8], 16) & 0x3FF)
    return "".join(_BASE32[(number >> shift) & 31] for shift in range(60, -1, -5))


def backoff(tries: int, rules: DeliveryRules, key: str) -> timedelta:
    """How long to wait after the n-th failed try: doubling, capped, spread by up to a quarter by the row's key."""
    base: timedelta = min(rules.retry_first * (1 << min(max(tries - 1, 0), 20)), rules.retry_cap)
    spread = int(key[8:12] or "0", 16) / 0xFFFF
    return base * (1 + spread / 4)


# ---------------------------------------------------------------------------------------------- verdicts


def delivered(receipt: Receipt, by: str, now: datetime, detail: str = "") -> Move:
    """A receipt in hand is never thrown away. `by` is "receipt", "proof" or "person"."""
    changes = {
        "remote_id": receipt.remote_id,
        "permalink": receipt.permalink,
        "sent_at": now,
        "sent_by": by,
        "next_look": None,
        "closed": False,
        "frozen": False,
    }
    return Move("deliver", SENT, "", detail, changes)


def back(row: Delivery, verb: str, code: str, detail: str, **changes: object) -> Move:
    """Back to the queue with proof that nothing is public; to SUPPRESSED when somebody wants it gone meanwhile."""
    changes = {"frozen": _still_frozen(row), **changes}
    if row.wanted is Wanted.GONE:
        return Move(verb, SUPPRESSED, "person", row.detail or detail, changes)
    return Move(verb, QUEUED, code, detail, changes)


def _still_frozen(row: Delivery) -> bool:
    """Proof about this try is none about an earlier one that was cleared by evidence."""
    return row.frozen and row.clears > 0


def refused(row: Delivery, error: DeliveryError, now: datetime, rules: DeliveryRules, settle: timedelta) -> Move:
    """What a publish without a receipt leads to, by the leaf of the error."""
    words = str(error)
    if isinstance(error, Rejected):
        return Move("reject", FAILED, f"rejected:{error.code}", words, {"frozen": _still_frozen(row)})
    if isinstance(error, MediaRefused):
        return back(row, "defer", "photo_refused", words, due=now)
    if isinstance(error, AccountRefused):
        return back(row, "defer", f"account:{error.code}", words)
    if isinstance(error, RateLimited):
        return back(row, "defer", "rate_limited", words, due=max(error.until, now))
    if isinstance(error, Unavailable):
        return _unavailable(row, words, now, rules)
    return lost(row, now, rules, settle, code=error.code or "unknown", detail=words)


def _unavailable(row: Delivery, words: str, now: datetime, rules: DeliveryRules) -> Move:
    tries = row.tries + 1
    if tries >= rules.tries and row.wanted is not Wanted.GONE:
        changes = {"tries": tries, "frozen": _still_frozen(row)}
        return Move("reject", FAILED, "out_of_tries", f"{words} ({tries} tries)", changes)
    wait = backoff(tries, rules, row.key)
    return back(row, "defer", "unavailable", words, due=now + wait, tries=tries)


def withheld(row: Delivery, why: str) -> Move:
    """`go` said no, or the process died before the request went out."""
    return back(row, "recover", row.code, why)


def lost(row: Delivery, now: datetime, rules: DeliveryRules, settle: timedelta, *, code: str, detail: str = "") -> Move:
    """It may be public. The first look waits for the request's time-out and for the platform's settling."""
    start = now + max(rules.timeout, settle)
    changes = {"next_look": start, "looks": 0, "tries": row.tries + 1, "closed": False}
    gone = row.wanted is Wanted.GONE  # the person's reason stays
    return Move("lose", UNCONFIRMED, code, row.detail if gone else detail, changes)


def absent(row: Delivery, since: datetime, now: datetime, features: Features, rules: DeliveryRules) -> Move:
    """`find` read the whole window and the post is not there. Clears the row once that is enough, or asks a person.

    `since` is when the request went out. Certain absence clears at once; evidence needs three looks over `settle`.
    """
    looks = row.looks + 1
    settle = rules.settle if rules.settle is not None else features.settle
    certain = features.absence == "certain"
    enough = certain or looks >= ABSENT_LOOKS
    automatic = row.wanted is Wanted.GONE or (row.clears < MAX_CLEARS and rules.on_unknown == "prove")
    if enough and automatic and row.code not in FOR_PERSON:
        detail = "not there" if certain else f"looked {looks} times and it was not there"
        # Evidence is no proof: the post stays frozen, so that the resend is byte-identical.
        return back(
            row, "clear", "absent", detail, due=now, looks=0, clears=row.clears + 1, next_look=None, frozen=not certain
        )
    longer = min(max(settle, timedelta(minutes=1)) * 2 ** min(looks, 10), LOOK_CAP)
    gap = longer if enough else settle / (ABSENT_LOOKS - 1)
    return look_again(row, looks, since, now, gap, f"looked {looks} times: not there")


def look_failed(row: Delivery, since: datetime, now: datetime, until: datetime | None, why: str) -> Move:
    """`find` could not read: nothing is known, and the look does not count. Gaps grow with the time that has passed."""
    gap = max(until - now, timedelta(seconds=1)) if until else min(max(LOOK_FIRST, (now - since) / 4), LOOK_CAP)
    return look_again(row, row.looks, since, now, gap, f"could not look: {why}")


def look_again(row: Delivery, looks: int, since: datetime, now: datetime, gap: timedelta, detail: str) -> Move:
    """Stay UNCONFIRMED; the next look, or none once they have ended."""
    due = now + gap
    ended = due - since > LOOKS_END
    changes = {"looks": looks, "next_look": None if ended else due}
    if row.wanted is Wanted.GONE:
        detail = row.detail  # the person's reason
    return Move("look", UNCONFIRMED, row.code, f"{detail}; looks have ended, please look" if ended else detail, changes)


def probable(row: Delivery, receipt: Receipt, since: datetime, now: datetime) -> Move:
    """Only the link matched: a person must say whether it is ours."""
    detail = f"a post with this link but other words is at {receipt.permalink}: is it ours?"
    move = look_again(row, row.looks + 1, since, now, LOOK_CAP, detail)
    return Move("look", UNCONFIRMED, "probable", detail, move.changes)


def needs_person(row: Delivery, rules: DeliveryRules) -> bool:
    """Whether a row waits for somebody to act: the strip on the desk, exit code 1 of `status`."""
    if row.status in {FAILED, HELD}:
        return row.wanted is Wanted.PUBLIC
    if row.status is not UNCONFIRMED or row.closed:
        return False
    return row.next_look is None or row.code in FOR_PERSON or row.clears >= MAX_CLEARS or rules.on_unknown == "ask"


OUTCOMES: Mapping[type[DeliveryError], Outcome] = {
    Rejected: Outcome.REJECTED,
    MediaRefused: Outcome.MEDIA_REFUSED,
    AccountRefused: Outcome.ACCOUNT_REFUSED,
    RateLimited: Outcome.RATE_LIMITED,
    Unavailable: Outcome.UNAVAILABLE,
    OutcomeUnknown: Outcome.UNKNOWN,
}
