"""What the desk calls things: states with their shapes and order, accounts, and whoever did something."""

from collections.abc import Mapping
from dataclasses import dataclass

from syndicator.desk.i18n import N_, _
from syndicator.models import Status


@dataclass(frozen=True, slots=True)
class State:
    """A state's word (to be translated), the name of its shape, and its place among others: 0 is the worst."""

    word: str
    shape: str
    severity: int


_ORDER = (
    (Status.UNCONFIRMED, N_("Not known"), "diamond"),
    (Status.FAILED, N_("Failed"), "cross"),
    (Status.HELD, N_("Held"), "bars"),
    (Status.EXPIRED, N_("Expired"), "ring-dashed"),
    (Status.RETRACTING, N_("Taking down"), "arrow-back"),
    (Status.SENDING, N_("Sending"), "half-disc"),
    (Status.QUEUED, N_("Queued"), "ring"),
    (Status.SUPPRESSED, N_("Suppressed"), "ring-bar"),
    (Status.RETRACTED, N_("Taken down"), "ring-minus"),
    (Status.SENT, N_("Sent"), "disc-tick"),
)
STATES: Mapping[Status, State] = {
    status: State(word, shape, severity) for severity, (status, word, shape) in enumerate(_ORDER)
}
NO_POST = N_("No post")
"""The word in place of a state for a story that got no post."""

REASONS = (
    N_("Not for social"),
    N_("Duplicate"),
    N_("Being corrected"),
    N_("Sensitive"),
    N_("Legal"),
    N_("Other"),
)
"""Why a post is suppressed; the first is chosen beforehand."""


def word(status: Status) -> str:
    """The state's word in the desk's language."""
    return _(STATES[status].word)


def shape(status: Status) -> str:
    """The name of the state's shape."""
    return STATES[status].shape


def severity(status: Status) -> int:
    """For sorting, worst first."""
    return STATES[status].severity


def account_name(name: str, label: str) -> str:
    """An account's name as people read it: "x-main" is "X main"; the network's own spelling where it is that word."""
    words = name.replace("-", " ")
    return label + words[len(label) :] if _begins(words, label) else words[:1].upper() + words[1:]


def _begins(words: str, label: str) -> bool:
    return words.casefold() == label.casefold() or words.casefold().startswith(label.casefold() + " ")


# ---------------------------------------------------------------------------------------------- whoever did it


def actor_name(actor: str, names: Mapping[str, str]) -> str:
    """Who did something, for people. `names` gives display names of the desk's people by their name.

    "person:anna" → "Anna", "token:cms" → "cms", "cli:eva@host" → "eva (command line)", "daemon:…" → "syndicator".
    """
    kind, _colon, rest = actor.partition(":")
    if kind == "person":
        return names.get(rest) or rest
    if kind == "token":
        return rest
    if kind == "cli":
        return _("{user} (command line)").format(user=rest.rpartition("@")[0] or rest)
    return {"daemon": "syndicator", "rule": _("rule")}.get(kind, actor)


def by_people(actor: str) -> bool:
    """Whether somebody decided it, at the desk, with a tool of theirs or on the command line."""
    return actor.partition(":")[0] in {"person", "token", "cli"}


def reason_words(reason: str) -> str:
    """A reason as it stands after a colon: those that are chosen from the list begin small."""
    said = _(reason) if reason in REASONS else reason
    return said[:1].lower() + said[1:] if reason in REASONS else said
