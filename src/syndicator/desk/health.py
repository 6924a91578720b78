"""How accounts and sources are, in words: what keeps one from working, the worst first. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from syndicator.alerts import UNREACHED
from syndicator.desk import times
from syndicator.desk.i18n import N_, _, several
from syndicator.desk.states import actor_name, by_people
from syndicator.models import Account, AccountState, Outcome, Source, SourceState, Subscription
from syndicator.pipeline import hubs
from syndicator.sources import polled

TOKEN_SOON = timedelta(days=14)
"""From here on a token's end is worth a word; the same as for `syndicator check`."""

_MENDED_BY = " – mend "  # what follows in a refusal's reason is a command line's advice
_NO_REASON = frozenset({"", "paused by a person"})


@dataclass(frozen=True, slots=True)
class Health:
    """A state: the class and shape it is drawn with, its words, and its place among others (0 is the worst).

    `paused` whether only "Resume" helps; `refused` whether the network refused the token.
    """

    kind: str
    shape: str
    words: str
    order: int
    paused: bool = False
    refused: bool = False

    @property
    def works(self) -> bool:
        """Whether posts leave."""
        return self.kind in {"working", "look"}


@dataclass(frozen=True, slots=True)
class Seen:
    """An account and what its state depends on. `account` is None when the configuration no longer has it."""

    state: AccountState
    account: Account | None
    label: str
    unknown_in_row: int
    now: datetime
    zone: ZoneInfo
    names: Mapping[str, str]


def of_account(seen: Seen) -> Health:
    """How an account is: the worst of what is true."""
    return min(_account(seen), key=lambda one: one.order)


def _account(seen: Seen) -> Iterator[Health]:
    state, account = seen.state, seen.account
    if account is None:
        yield Health("none", "none", _("No longer configured"), 0)
    elif not account.enabled:
        yield Health("suppressed", "suppressed", _("Switched off in the configuration"), 1)
    if state.paused is not None:
        yield _paused(seen)
    if seen.unknown_in_row >= 2:
        yield Health("unconfirmed", "unconfirmed", _("Two posts in a row are not known: nothing new until one is"), 3)
    yield from _network(seen)
    yield from _token(seen)
    if state.verified_at:
        tested = times.at(state.verified_at, seen.now, seen.zone)
        yield Health("working", "sent", _("Working, tested {time}").format(time=tested), 9)
    else:
        yield Health("look", "look", _("Not tested yet"), 8)


def _paused(seen: Seen) -> Health:
    state, why = seen.state, seen.state.paused or ""
    at = times.at(state.paused_at, seen.now, seen.zone) if state.paused_at else ""
    if not by_people(state.paused_by):
        why = why.partition(_MENDED_BY)[0]
        said = _("Paused: {why} ({time})").format(why=why, time=at)
        return Health("paused", "paused", said, 2, paused=True, refused=True)
    who = actor_name(state.paused_by, seen.names)
    words = N_("Paused by {who} at {time}: {why}") if why not in _NO_REASON else N_("Paused by {who} at {time}")
    return Health("held", "held", _(words).format(who=who, time=at, why=why), 2, paused=True)


def _network(seen: Seen) -> Iterator[Health]:
    state, now = seen.state, seen.now
    again = times.relative(state.wait_until, now, seen.zone) if state.wait_until and state.wait_until > now else ""
    if state.compare_until is not None:
        said = _("An older ledger was restored: compared with {label} first").format(label=seen.label)
        yield Health("look", "look", said, 6)
    if state.failures >= UNREACHED:
        said = _("{label} cannot be reached, {n} tries").format(label=seen.label, n=state.failures)
        said += _(", again {away}").format(away=again) if again else ""
        yield Health("failed", "failed", said, 4)
    elif again:
        said = _("Waits: {label} asked for patience or was not reached, again {away}")
        yield Health("look", "look", said.format(label=seen.label, away=again), 5)


def _token(seen: Seen) -> Iterator[Health]:
    ends = seen.state.expires
    if ends is None or ends - seen.now >= TOKEN_SOON:
        return
    on = times.short_day(ends.astimezone(seen.zone).date(), seen.now.astimezone(seen.zone).date())
    if ends <= seen.now:
        yield Health("failed", "failed", _("Token has ended ({day})").format(day=on), 4)
        return
    days = (ends - seen.now).days
    words = several("Token ends in {n} day ({{day}})", "Token ends in {n} days ({{day}})", days)
    words = words if days else _("Token ends within a day ({day})")
    yield Health("look", "look", words.format(day=on), 7)


def counted(found: list[Health]) -> str:
    """Over the list: "3 working, 2 paused, 1 not working"; what is no longer configured does not count."""
    there = [one for one in found if one.kind != "none"]
    working, paused = sum(one.works for one in there), sum(one.paused for one in there)
    rest = len(there) - working - paused
    parts = [several("{n} working", "{n} working", working)]
    parts += [several("{n} paused", "{n} paused", paused)] if paused else []
    parts += [several("{n} not working", "{n} not working", rest)] if rest else []
    return ", ".join(parts)


# ---------------------------------------------------------------------------------------------- sources


def of_source(source: Source, state: SourceState, now: datetime, zone: ZoneInfo) -> Health:
    """How a source is: "Read 40 s ago", or why it could not be read."""
    read = times.relative(state.last_success, now, zone) if state.last_success else ""
    if not polled([source]):
        told = _("Told us {ago}").format(ago=read) if read else _("Has told us nothing yet")
        return Health("working", "sent", told, 3) if read else Health("look", "look", told, 1)
    if state.gone:
        said = _("Gone: its server says so (410). It is read no more until its address is changed")
        return Health("failed", "failed", said, 0)
    if state.failures:
        said = several("Could not be read: {{why}}", "Could not be read {n} times: {{why}}", state.failures)
        said = said.format(why=state.error.rstrip("."))
        return Health("failed" if state.failures >= UNREACHED else "look", _source_shape(state), said, 0)
    if not state.last_poll:
        return Health("look", "look", _("Not read yet"), 1)
    pace = max(source.every, timedelta(seconds=state.pace))
    if now - state.last_poll > max(pace * 3, timedelta(minutes=5)):
        return Health("look", "look", _("Not read since {time}").format(time=times.at(state.last_poll, now, zone)), 2)
    return Health("working", "sent", _("Read {ago}").format(ago=read), 3)


def _source_shape(state: SourceState) -> str:
    return "failed" if state.failures >= UNREACHED else "look"


def of_hub(one: Subscription, now: datetime, zone: ZoneInfo) -> str:
    """How a source's subscription is: "Told by its hub hub.example, until 14:05"."""
    until = times.until(one.lease_until, now, zone) if one.lease_until else ""
    said = _(_hub(one, now)).format(hub=hubs.host(one), until=until, why=one.error.rstrip("."))
    if hubs.is_active(one, now) and one.error:
        said += _("; it could not be asked for longer: {why}").format(why=one.error.rstrip("."))
    return said


def _hub(one: Subscription, now: datetime) -> str:
    if hubs.is_active(one, now):
        silent = N_("Its hub {hub} has agreed to tell, until {until}; it has told nothing yet")
        return N_("Told by its hub {hub}, until {until}") if one.heard_at else silent
    if one.error == hubs.NOT_SECURE:
        return N_("Not told by its hub {hub}: {why}")
    if one.state == "refused":
        return N_("The hub {hub} refused: {why}")
    if one.error:
        return N_("Not told by its hub {hub} yet: {why}")
    return N_("Its hub {hub} was asked and will come to verify") if one.asked_at else N_("Its hub {hub} will be asked")


# ---------------------------------------------------------------------------------------------- tries

_OUTCOMES = {
    Outcome.SENT: ("sent", N_("Sent")),
    Outcome.REJECTED: ("failed", N_("Refused")),
    Outcome.MEDIA_REFUSED: ("failed", N_("Photo refused")),
    Outcome.ACCOUNT_REFUSED: ("failed", N_("Account refused")),
    Outcome.RATE_LIMITED: ("held", N_("Asked for patience")),
    Outcome.UNAVAILABLE: ("held", N_("Not reached")),
    Outcome.UNKNOWN: ("unconfirmed", N_("No clear answer")),
    Outcome.WITHHELD: ("suppressed", N_("Withheld")),
    Outcome.CRASHED: ("unconfirmed", N_("Broken off")),
}


def of_try(outcome: Outcome | None) -> tuple[str, str]:
    """How a try ended: the state it is drawn as, and its words. None while it runs."""
    if outcome is None:
        return "sending", _("Sending")
    kind, words = _OUTCOMES[outcome]
    return kind, _(words)
