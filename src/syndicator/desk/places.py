"""Pauses of accounts and the stop switch, carried out for somebody and kept for undo."""

from datetime import datetime, timedelta
from typing import Any

from syndicator import editorial
from syndicator.desk import times
from syndicator.desk.doers import Doer, keep, must_be_able
from syndicator.desk.i18n import _
from syndicator.desk.outcomes import ALREADY, DONE, Done
from syndicator.desk.states import account_name
from syndicator.errors import Stale
from syndicator.ledger.people import People
from syndicator.models import AccountState, Action
from syndicator.room import Room

SLIP = timedelta(minutes=1)
"""How long whoever paused or stopped may take it back by themselves; after that only who may resume."""

_BACK = {"pause": "resume", "stop": "restart"}


def pause(room: Room, people: People, person: Doer, name: str, reason: str = "") -> Done:
    """Nothing leaves this account from now on. Raises NotAllowed, LookupError."""
    must_be_able(people, person, "pause")
    before = room.ledger.accounts.get(name)
    reason = reason.strip()[:300] or _("paused by a person")
    if before.paused is not None:
        at = times.at(before.paused_at or room.clock(), room.clock(), room.zone)
        said = _("{name} is paused already, since {time}: {reason}.")
        problem = said.format(name=_shown(room, before), time=at, reason=before.paused)
        return _kept(room, people, person, "pause", reason, before, problem)
    state = editorial.pause(room, name, person.actor, reason)
    return _kept(room, people, person, "pause", reason, state, since=state.paused_at)


def resume(room: Room, people: People, person: Doer, name: str) -> Done:
    """Let the account send again, at once. Raises NotAllowed, LookupError."""
    must_be_able(people, person, "resume")
    before = room.ledger.accounts.get(name)
    problem = "" if before.paused is not None else _("{name} is not paused.").format(name=_shown(room, before))
    return _kept(room, people, person, "resume", "", editorial.resume(room, name, person.actor), problem)


def stop(room: Room, people: People, person: Doer, reason: str = "") -> Done:
    """Nothing leaves any account from now on. A stop in force keeps its reason. Raises NotAllowed."""
    must_be_able(people, person, "stop")
    reason = reason.strip()[:300] or _("stopped by a person")
    before = room.ledger.accounts.stopped()
    since = editorial.stop(room, person.actor, reason).at
    problem = _("Sending is stopped already: {reason}.").format(reason=before.reason) if before else ""
    return _kept(room, people, person, "stop", reason, None, problem, since=since)


def restart(room: Room, people: People, person: Doer) -> Done:
    """Turn the stop switch off. Raises NotAllowed."""
    must_be_able(people, person, "restart")
    problem = "" if editorial.restart(room, person.actor) else _("Sending was not stopped.")
    return _kept(room, people, person, "restart", "", None, problem)


def undo_place(room: Room, people: People, person: Doer, action: Action) -> Done:
    """Take a pause or a stop back while it is still that one: whoever slipped may at once, later who may resume.

    Returns the resuming, an action of its own. Raises NotAllowed, Stale when it is over or another one.
    """
    back, slip = _BACK[action.verb], action.actor == person.actor and room.clock() - action.at <= SLIP
    must_be_able(people, person, action.verb if slip else back)
    name, since = str(action.results[0]["account"]), datetime.fromisoformat(action.results[0]["since"])
    own = (action.actor, since)
    same = editorial.same_pause(room, name, *own) if action.verb == "pause" else editorial.same_stop(room, *own)
    if not same or not people.mark_undone(action.id, person.actor, room.clock()):
        raise Stale(_("This is over already."))
    if action.verb == "stop":
        editorial.restart(room, person.actor)
        return _kept(room, people, person, back, "", None)
    return _kept(room, people, person, back, "", editorial.resume(room, name, person.actor))


def _kept(
    room: Room,
    people: People,
    person: Doer,
    verb: str,
    reason: str,
    state: AccountState | None,
    problem: str = "",
    *,
    since: datetime | None = None,
) -> Done:
    result: dict[str, Any] = {
        "delivery": None,
        "account": state.name if state else "",
        "title": _shown(room, state) if state else "",
        "kind": ALREADY if problem else DONE,
        "problem": problem,
        "since": since.isoformat() if since else None,
    }
    return keep(room, people, person, verb, reason, [result])


def _shown(room: Room, state: AccountState) -> str:
    account = room.account(state.uid)
    return account_name(state.name, room.features(account).label if account else "")
