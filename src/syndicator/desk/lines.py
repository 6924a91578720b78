"""The line beside a state: why a post is where it is, since or until when, and what to do. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from syndicator.delivery import ABSENT_LOOKS, needs_person
from syndicator.desk import times
from syndicator.desk.failures import failure, sentence
from syndicator.desk.i18n import N_, _, several
from syndicator.desk.states import account_name, actor_name, by_people, reason_words
from syndicator.forecast import Forecast
from syndicator.models import Account, Delivery, DeliveryRules, Features, Status, Wanted

DOT = " · "
EXPIRES_SOON = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A row and all that its line may need."""

    row: Delivery
    account: Account | None
    features: Features
    forecast: Forecast | None
    now: datetime
    zone: ZoneInfo
    names: Mapping[str, str]
    by: str
    embargo: datetime | None
    over: int
    changed: bool

    @property
    def label(self) -> str:
        """The network's."""
        return self.features.label

    @property
    def name(self) -> str:
        """The account's."""
        return account_name(self.account.name, self.label) if self.account else self.label

    def at(self, moment: datetime | None, *, seconds: bool = False) -> str:
        """A moment of the past."""
        return times.at(moment, self.now, self.zone, seconds=seconds) if moment else ""

    def until(self, moment: datetime | None, *, seconds: bool = False) -> str:
        """A moment that ends something, or one to stand after a preposition."""
        return times.until(moment, self.now, self.zone, seconds=seconds) if moment else ""

    def away(self, moment: datetime | None) -> str:
        """How far away a moment is."""
        return times.relative(moment, self.now, self.zone) if moment else ""


def line(
    row: Delivery,
    account: Account | None,
    features: Features,
    forecast: Forecast | None,
    now: datetime,
    zone: ZoneInfo,
    *,
    names: Mapping[str, str] | None = None,
    by: str = "",
    embargo: datetime | None = None,
    over: int = 0,
    changed: bool = False,
) -> str:
    """The sentence beside a post's state; "" where there is nothing to say.

    `account` is None when the configuration no longer has it; `forecast` is for queued rows. `names` are display names
    of people. `by` is whoever brought the row here, where that is not its last actor (`story.decided_by`). `embargo` is
    the article's; `over` how much too long a refused text is; `changed` whether the article changed since it was sent.
    """
    seen = _Seen(row, account, features, forecast, now, zone, names or {}, by, embargo, over, changed)
    return LINES[row.status](seen)


# ---------------------------------------------------------------------------------------------- waiting

_HELD = {
    "rule:approval": N_("for approval"),
    "rule:require_alt": N_("no alt text"),
    "rule:sensitive": N_("marked graphic"),
    "changed": N_("article changed since a person saw it"),
}
_WAITS = {
    "stopped": N_("waits: sending is stopped"),
    "paused": N_("waits: {name} is paused"),
    "disabled": N_("waits: {name} is switched off"),
    "unknowns": N_("waits: two posts in a row are not known"),
    "comparing": N_("waits: compared with {label} first"),
}
_LATER = {
    "quiet_hours": N_("quiet hours until {until}"),
    "waiting": N_("waits: {label} asks for patience or cannot be reached, again {away}"),
    "spacing": N_("{away}, after its distance to the last post"),
    "budget": N_("{away}, the limit of {label} is nearly used up"),
    "burst": N_("{away}, enough posts for an hour"),
}
_DECISIONS = frozenset({"", "person", "editing"})  # codes of rows that somebody decided about
_NO_REASON = frozenset({"", "held by a person", "waits for approval"})


def _held(seen: _Seen) -> str:
    row = seen.row
    said = _(_HELD[row.code]) if row.code in _HELD else _decided(seen)
    remark = row.detail.partition("; ")[2] if row.code.startswith("rule:") else ""
    said += DOT + remark if remark else ""
    if row.expires and row.expires - seen.now < EXPIRES_SOON:
        said += (DOT if said else "") + _("expires {time}").format(time=seen.until(row.expires))
    return said


def _decided(seen: _Seen) -> str:
    """ "by Anna: checking the name"; the reason alone where nobody knows whose it is."""
    row = seen.row
    actor = seen.by or (row.actor if by_people(row.actor) else "")
    who = actor_name(actor, seen.names) if by_people(actor) and row.code in _DECISIONS else ""
    why = "" if row.detail in _NO_REASON else reason_words(row.detail)
    if who:
        return (_("by {who}: {reason}") if why else _("by {who}")).format(who=who, reason=why)
    return why or _("by a person")


def _queued(seen: _Seen) -> str:
    if seen.account is None:
        return _("waits: its account is no longer configured")
    said = _departure(seen, seen.forecast or Forecast(seen.row.due))
    leaves = seen.forecast.leaves if seen.forecast else seen.row.due
    if seen.row.expires and leaves and leaves >= seen.row.expires:
        said += DOT + _("expires {time}").format(time=seen.until(seen.row.expires))
    remark = _("without photo") if seen.row.code == "photo_refused" else "" if seen.row.code else seen.row.detail
    return said + (DOT + remark if remark else "")


def _departure(seen: _Seen, forecast: Forecast) -> str:
    if forecast.code in _WAITS:
        return _(_WAITS[forecast.code]).format(name=seen.name, label=seen.label)
    leaves = forecast.leaves
    if leaves is None:
        return forecast.why or _("leaves next")
    again = _again(seen, leaves) if forecast.code in {"", "waiting"} else ""
    if again:
        return again
    if forecast.code:
        words = _LATER.get(forecast.code, N_("{away}, {why}"))
        why = {"label": seen.label, "why": forecast.why}
        return _(words).format(until=seen.until(leaves), away=seen.away(leaves), **why)
    if leaves <= seen.now:
        return _("leaves next")
    if leaves == seen.embargo:
        return _("embargo until {time}").format(time=seen.until(leaves, seconds=True))
    return seen.away(leaves)


def _again(seen: _Seen, leaves: datetime) -> str:
    row = seen.row
    if row.code == "rate_limited" and leaves > seen.now:
        return _("{label} asked for patience, again {away}").format(label=seen.label, away=seen.away(leaves))
    if row.code != "unavailable" or seen.account is None:
        return ""
    said = _("trying again {away} (try {n} of {all})")
    return said.format(away=seen.away(max(leaves, seen.now)), n=row.tries + 1, all=seen.account.delivery.tries)


# ---------------------------------------------------------------------------------------------- out


def _sending(seen: _Seen) -> str:
    said = _("since {time}").format(time=seen.until(seen.row.claimed_at, seconds=True))
    return said + (DOT + _("taken down as soon as it is out") if seen.row.wanted is Wanted.GONE else "")


def _unconfirmed(seen: _Seen) -> str:
    row = seen.row
    parts = [_("Sent {time}, no clear answer. It may be public.").format(time=seen.at(row.claimed_at)), _looks(seen)]
    if row.wanted is Wanted.GONE:
        parts.append(_("Taken down as soon as it is found."))
    return " ".join(parts)


def _looks(seen: _Seen) -> str:
    row, rules = seen.row, seen.account.delivery if seen.account else DeliveryRules()
    if row.closed:
        return _("Left as it is.")
    if row.code == "probable":
        return sentence(row.detail)
    total = 1 if seen.features.absence == "certain" else ABSENT_LOOKS
    if needs_person(row, rules):
        return _("Could not find out. Please look.")
    if row.looks >= total:
        return several("Looked once.", "Looked {n} times.", row.looks)
    return _("Looking ({n} of {all}).").format(n=row.looks + 1, all=total)


def _sent(seen: _Seen) -> str:
    row = seen.row
    remarks = (
        (bool(row.second_remote_id), _("public twice")),
        (row.code == "not_removed", _("could not be taken down: {why}").format(why=row.detail)),
        (seen.changed, _("article changed since")),
    )
    return DOT.join([seen.at(row.sent_at), *(words for true, words in remarks if true)])


def _retracting(seen: _Seen) -> str:
    row = seen.row
    said = _("{label} asked at {time}").format(label=seen.label, time=seen.until(row.changed_at))
    if not row.looks:
        return said
    return said + DOT + _("not removed yet, again {away}").format(away=seen.away(row.next_look))


def _retracted(seen: _Seen) -> str:
    said = _decided(seen)
    joined = f"{seen.at(seen.row.changed_at)} {said}" if seen.by else f"{seen.at(seen.row.changed_at)}: {said}"
    return joined if seen.by or seen.row.detail else seen.at(seen.row.changed_at)


# ---------------------------------------------------------------------------------------------- stopped


def _failed(seen: _Seen) -> str:
    return failure(seen.row, seen.label, seen.over)


def _suppressed(seen: _Seen) -> str:
    row = seen.row
    if row.code.startswith("rule:"):
        return _("by rule: {why}").format(why=row.detail)
    return _decided(seen)


def _expired(seen: _Seen) -> str:
    if seen.account is None:
        return _("waited until it was no longer news")
    old = times.span(seen.account.policy.max_age)
    held = seen.account.policy.approval and seen.row.approved != seen.row.version
    return (_("still held when it was {age} old") if held else _("still waiting when it was {age} old")).format(age=old)


LINES: Mapping[Status, Callable[[_Seen], str]] = {
    Status.HELD: _held,
    Status.QUEUED: _queued,
    Status.SENDING: _sending,
    Status.UNCONFIRMED: _unconfirmed,
    Status.SENT: _sent,
    Status.FAILED: _failed,
    Status.SUPPRESSED: _suppressed,
    Status.EXPIRED: _expired,
    Status.RETRACTING: _retracting,
    Status.RETRACTED: _retracted,
}
