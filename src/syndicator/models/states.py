"""States, outcomes, and what people want: the words of the state machine."""

from enum import StrEnum


class Status(StrEnum):
    """The state of a delivery. The moves between them are in `delivery.py`."""

    HELD = "held"  # waits for a person
    QUEUED = "queued"  # waits for its time
    SENDING = "sending"  # claimed; the request may be out
    UNCONFIRMED = "unconfirmed"  # may be public; needs proof
    SENT = "sent"  # public, receipt kept
    FAILED = "failed"  # refused, or out of tries; nothing is public
    SUPPRESSED = "suppressed"  # a person or a rule said no
    EXPIRED = "expired"  # too old to be news
    RETRACTING = "retracting"  # asking the platform to remove it
    RETRACTED = "retracted"  # no longer public


class Wanted(StrEnum):
    """What people want of a delivery, whatever its state."""

    PUBLIC = "public"
    GONE = "gone"


class Outcome(StrEnum):
    """How an attempt ended. One value per leaf of DeliveryError, and three of our own."""

    SENT = "sent"
    REJECTED = "rejected"
    MEDIA_REFUSED = "media_refused"
    ACCOUNT_REFUSED = "account_refused"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"
    WITHHELD = "withheld"  # go() said no
    CRASHED = "crashed"  # the process died, or the deadline passed, before anyone recorded an end


class ArticleState(StrEnum):
    """Where an article stands on its way to being planned."""

    NEW = "new"  # work to do
    PLANNED = "planned"
    SEEN = "seen"  # there before its source was first polled: never posted by itself
    REFUSED = "refused"  # see the article's reason
