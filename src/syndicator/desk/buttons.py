"""The verbs as buttons: their words, their keys, and which of them ask first."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from syndicator.desk.i18n import N_, _
from syndicator.models import Delivery, Status

ASK = frozenset({"suppress", "move", "deliver", "retract"})
"""Verbs after which a question follows."""

_WORDS = {
    "approve": (N_("Approve"), "a", "primary"),
    "hold": (N_("Hold"), "h", ""),
    "edit": (N_("Edit"), "e", ""),
    "send": (N_("Send now"), "b", ""),
    "move": (N_("Move…"), "m", ""),
    "suppress": (N_("Suppress…"), "s", ""),
    "release": (N_("Release"), "", ""),
    "retry": (N_("Retry"), "r", ""),
    "deliver": (N_("It is there…"), "", ""),
    "clear": (N_("It is not there: send it"), "", ""),
    "leave": (N_("Leave it"), "", "quiet"),
    "retract": (N_("Take down…"), "", "danger"),
}
_NOW = {
    "approve": N_("Approve (leaves now)"),
    "release": N_("Release (leaves now)"),
    "retry": N_("Retry (leaves now)"),
}


def named(verbs: Iterable[str]) -> list[dict[str, Any]]:
    """Buttons for several posts at once."""
    return [_button(verb, _(_WORDS[verb][0])) for verb in verbs if verb in _WORDS]


def of(verbs: Iterable[str], row: Delivery, now: datetime) -> list[dict[str, Any]]:
    """Buttons for one post. Where its time has passed, a button says that the post leaves."""
    passed = row.due is not None and row.due <= now
    leaves = {"approve"} if row.status is Status.HELD and passed else {"release", "retry"}
    return [
        _button(verb, _(_NOW[verb]) if verb in _NOW and verb in leaves else _(_WORDS[verb][0]))
        for verb in verbs
        if verb in _WORDS
    ]


def _button(verb: str, label: str) -> dict[str, Any]:
    _word, key, kind = _WORDS[verb]
    return {"verb": verb, "label": label, "key": key, "kind": kind, "asks": verb in ASK}
