"""Why a post failed, and what a person can do about it. Pure."""

import re

from syndicator.desk.i18n import N_, _, several
from syndicator.models import Delivery, Features, Status

_PHOTO = N_("Choose another photo or none, then retry.")
_REMEDIES = {
    "too_long": N_("Shorten it, then retry."),
    "render": N_("Mend the template, then retry."),
    "out_of_tries": N_("Retry when the network answers again."),
    "photo": _PHOTO,
    "media": _PHOTO,
    "photo_lost": _PHOTO,
}


def failure(row: Delivery, label: str, over: int = 0) -> str:
    """Who refused a failed post and why, as a sentence. `over` is how much too long it is, where somebody counted."""
    code, words = _code(row), said_by(row.detail, label)
    if code == "too_long":
        said = _("Too long for {label} by {n}.") if over > 0 else _("Too long for {label}.")
        return said.format(label=label, n=over)
    if code == "out_of_tries":
        why = re.sub(r" \(\d+ tries\)$", "", words)
        gave_up = several("Gave up after one try", "Gave up after {n} tries", row.tries)
        return sentence(f"{gave_up}: {why}" if why else gave_up)
    if code == "render":
        return sentence(_("Could not be written: {why}").format(why=words))
    return sentence(_("{label} refused it: {why}").format(label=label, why=words or _("no reason given")))


def remedy(row: Delivery, features: Features) -> str:
    """What a person can do about a failed or unknown post, in a sentence; "" for other states."""
    if row.status is Status.UNCONFIRMED and not row.closed:
        return _("Look at the account on {label}: is it there?").format(label=features.label)
    if row.status is not Status.FAILED:
        return ""
    return _(_REMEDIES.get(_code(row), N_("Edit it, then retry, or suppress it.")))


def said_by(words: str, label: str) -> str:
    """What a network gave as its reason, without the numbers of its answer."""
    return re.sub(rf"^{re.escape(label)} answered \d+(?:, code \d+)?: ", "", words)


def sentence(words: str) -> str:
    """With a capital at its beginning and a stop at its end."""
    words = words.strip()
    ended = words if words.endswith((".", "!", "?", "…")) else f"{words}."
    return ended[:1].upper() + ended[1:]


def _code(row: Delivery) -> str:
    return row.code.removeprefix("rejected:")
