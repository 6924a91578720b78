"""Verbs carried out for somebody: on one post or many, once per form key, each post by itself, kept for undo.

Forms and API come here; nothing else at the desk changes a post.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from syndicator import editorial, permits
from syndicator.desk.doers import Doer, Who, keep, must_be_able, names_for, who
from syndicator.desk.i18n import _
from syndicator.desk.outcomes import (
    MISSING,
    NOT_ALLOWED,
    REFUSED,
    STALE,
    UNDOABLE,
    UNDOABLE_PLACES,
    Done,
    Result,
    as_results,
    done,
)
from syndicator.desk.places import pause, restart, resume, stop, undo_place
from syndicator.desk.states import REASONS
from syndicator.desk.verbs import CALLS, Wish, allowed_from, moved_on, shown_name
from syndicator.errors import IllegalMove, Stale, StoreError, SyndicatorError
from syndicator.ledger.people import People
from syndicator.models import Action, Delivery
from syndicator.room import Room

__all__ = [
    "MOST",
    "REASONS",
    "Doer",
    "Done",
    "KeyBusy",
    "Result",
    "Who",
    "act",
    "done",
    "last",
    "names_for",
    "pause",
    "restart",
    "resume",
    "stop",
    "undo",
    "who",
]

MOST = 500
"""Posts of one action."""

Targets = Sequence[tuple[int, int | None]]
"""Numbers of posts, each with the version that was read, or None."""


class KeyBusy(Stale):
    """The same form is still at work."""


# ---------------------------------------------------------------------------------------------- posts


def act(
    room: Room,
    people: People,
    person: Doer,
    verb: str,
    targets: Targets,
    *,
    reason: str = "",
    due: datetime | None = None,
    undo_for: timedelta | None = None,
    permalink: str = "",
    key: str = "",
) -> Done:
    """Carry a verb out on each post; one that refuses does not stop the others. The same `key` acts once.

    What would leave at once leaves `undo_for` later (None: as configured). `due` is the time of "move", `permalink`
    the place of "deliver". Raises NotAllowed where the role has no such verb at all, ValueError for a verb there is
    not, too many posts or a missing time or place, KeyBusy, StoreError.
    """
    asked = _asked(verb, targets, due, permalink)
    must_be_able(people, person, verb)
    wait = room.config.desk.undo_send if undo_for is None else undo_for
    wish = Wish(room.clock() + wait, reason=reason.strip()[:300], due=due, permalink=permalink.strip())
    return _once(room, people, person, verb, asked, wish, key)


def _asked(verb: str, targets: Targets, due: datetime | None, permalink: str) -> dict[int, int | None]:
    """The posts, each once. Raises ValueError."""
    if verb not in CALLS:
        raise ValueError(_("There is no verb “{verb}”.").format(verb=verb[:40]))
    asked = dict(targets)
    if len(asked) > MOST:
        raise ValueError(
            _("{n} posts at once are too many: at most {most}. Nothing was changed.").format(n=len(asked), most=MOST)
        )
    if not asked:
        raise ValueError(_("No post was chosen."))
    if verb == "move" and due is None:
        raise ValueError(_("Say when the post is to leave."))
    if verb == "deliver" and (not permalink.strip() or len(asked) > 1):
        raise ValueError(_("Say where the post is: one post, one address."))
    return asked


def _once(
    room: Room, people: People, person: Doer, verb: str, asked: dict[int, int | None], wish: Wish, key: str
) -> Done:
    if not key:
        return _carry_out(room, people, person, verb, asked, wish)
    body = [verb, sorted(asked.items()), wish.reason, str(wish.due), wish.permalink]
    digest = hashlib.sha256(json.dumps(body).encode()).hexdigest()
    there = people.begin_answer(key, person.actor, digest, room.clock())
    if there is not None:
        if there.body_hash != digest:
            raise ValueError(_("This form was sent before with other words. Nothing was changed. Reload the page."))
        if there.status is None:
            raise KeyBusy(_("The same press is still at work."))
        return done(people.action(there.answer["action"]))
    try:
        made = _carry_out(room, people, person, verb, asked, wish)
    except BaseException:
        people.drop_answer(key, person.actor)
        raise
    people.finish_answer(key, person.actor, 200, {"action": made.id})
    return made


def _carry_out(room: Room, people: People, person: Doer, verb: str, asked: dict[int, int | None], wish: Wish) -> Done:
    results = [
        _one(room, people, person, verb, number, replace(wish, version=version)) for number, version in asked.items()
    ]
    return keep(room, people, person, verb, wish.reason, as_results(results))


def _one(room: Room, people: People, person: Doer, verb: str, number: int, wish: Wish) -> Result:
    """One post. Its row is read before, so that a refusal by its state comes first, then one by the role."""
    try:
        before = room.ledger.deliveries.get(number)
    except LookupError:
        return Result(number, MISSING, _("There is no such post."))
    if not allowed_from(verb, before):
        return _late(room, before, verb)
    account = room.account(before.account)
    if permits.may(person.role, verb, before, account):
        names = names_for(people, permits.least(verb, before, account))
        return _failed(room, before, NOT_ALLOWED, permits.may(person.role, verb, before, account, names=names))
    try:
        after = CALLS[verb](room, number, person.actor, _with_sight(before, verb, wish))
    except StoreError:
        raise
    except (SyndicatorError, LookupError, ValueError) as error:
        return _explained(room, before, verb, error)
    return _result(room, before, after)


def _with_sight(before: Delivery, verb: str, wish: Wish) -> Wish:
    """The words that were permitted are the words that leave, even where nobody named a version."""
    return wish if verb not in permits.LETS_GO or wish.version is not None else replace(wish, version=before.version)


def _explained(room: Room, before: Delivery, verb: str, error: Exception) -> Result:
    """Why a post refused, as its row is now."""
    row = room.ledger.deliveries.get(before.id)
    if isinstance(error, IllegalMove | Stale) and not allowed_from(verb, row):
        return _late(room, row, verb)
    if isinstance(error, Stale):
        words = _("{name} was changed meanwhile. Read it again.").format(name=shown_name(room, row))
        return _failed(room, row, STALE, words)
    return _failed(room, row, REFUSED, str(error))


def _late(room: Room, row: Delivery, verb: str) -> Result:
    return _failed(room, row, *moved_on(room, row, verb))


def _failed(room: Room, row: Delivery, kind: str, problem: str) -> Result:
    title = room.ledger.articles.get(row.article).title[:120]
    now = editorial.snapshot(row)
    return Result(row.id, kind, problem, shown_name(room, row), title, now, now)


def _result(room: Room, before: Delivery, after: Delivery) -> Result:
    was, now = editorial.snapshot(before), editorial.snapshot(after)
    return Result(after.id, account=shown_name(room, after), was=was, now=now)


# ---------------------------------------------------------------------------------------------- undo


def undo(room: Room, people: People, person: Doer, number: str) -> Done:
    """Take an action back, also a pause or a stop: each post that nothing has happened to since is what it was before.

    Returns the undoing, an action of its own. Raises LookupError for an action there is not, NotAllowed, IllegalMove
    where its verb cannot be undone, Stale when it was undone already.
    """
    action = people.action(number)
    if action.verb in UNDOABLE_PLACES:
        return undo_place(room, people, person, action)
    if action.verb not in UNDOABLE:
        raise IllegalMove(_("This cannot be undone."))
    must_be_able(people, person, action.verb)
    if not people.mark_undone(number, person.actor, room.clock()):
        raise Stale(_("This was undone already."))
    results = [_back(room, person, one) for one in reversed(done(action).results) if one.done]
    return keep(room, people, person, "undo", action.verb, as_results(results))


def _back(room: Room, person: Doer, result: Result) -> Result:
    change = editorial.Change(result.delivery, result.was or {}, result.now or {})
    try:
        before = room.ledger.deliveries.get(result.delivery)
        after = editorial.undo(room, change, person.actor)
    except StoreError:
        raise
    except LookupError:
        return Result(result.delivery, MISSING, _("There is no such post."))
    except (IllegalMove, Stale):
        return _not_back(room, room.ledger.deliveries.get(result.delivery))
    return _result(room, before, after)


def _not_back(room: Room, row: Delivery) -> Result:
    if not allowed_from("undo", row):
        return _late(room, row, "undo")
    words = _("{name} was changed meanwhile, so it was left as it is.").format(name=shown_name(room, row))
    return _failed(room, row, STALE, words)


def last(people: People, number: str) -> Action | None:
    """An action of the ledger, None where there is none: for a page that names it in its address."""
    try:
        return people.action(number)
    except LookupError:
        return None
