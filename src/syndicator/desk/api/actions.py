"""Verbs: on one post, on many at once, and taken back."""

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from syndicator import permits
from syndicator.delivery import MOVES
from syndicator.desk import acts, outcomes
from syndicator.desk.api import once, problems, shapes
from syndicator.desk.api.kinds import HIGHEST, Address, Asked, Given, Line, Named, Number
from syndicator.desk.api.once import Made
from syndicator.desk.api.route import route
from syndicator.desk.bearer import asker_of
from syndicator.desk.context import desk_of
from syndicator.desk.outcomes import Done, Result
from syndicator.desk.posts import features_of
from syndicator.editorial.undoing import BACK
from syndicator.errors import IllegalMove

router = APIRouter(tags=["actions"])

Verb = Literal[
    "approve", "hold", "send", "move", "suppress", "release", "retry", "retract", "deliver", "clear", "leave"
]
STATUS: Mapping[str, tuple[int, str]] = {
    outcomes.LEFT: (409, "wrong-state"),
    outcomes.ALREADY: (409, "wrong-state"),
    outcomes.STALE: (412, "changed"),
    outcomes.NOT_ALLOWED: (403, "not-allowed"),
    outcomes.MISSING: (404, "not-there"),
    outcomes.REFUSED: (422, "invalid"),
}
_PLACES: Mapping[str, str] = {"pause": "resume", "stop": "restart"}


class Act(Asked):
    """A verb, and what it needs."""

    verb: Verb
    reason: Line = Field("", description="Why, for suppress, hold and retract.")
    due: Given | None = Field(None, description="The new time, for move.")
    permalink: Address = Field("", description="Where it is, for deliver.")


class Target(Asked):
    """A post, and the version of its words that was read."""

    id: Annotated[int, Field(ge=1, le=HIGHEST)]
    version: Annotated[int, Field(ge=0, le=HIGHEST)] | None = None


class Acts(Act):
    """A verb for many posts."""

    deliveries: Annotated[list[Target], Field(min_length=1, max_length=acts.MOST)]


@router.post("/deliveries/{number}/actions", response_model=shapes.Action, **route("act", 404, 409, 412))
def act(request: Request, number: Number, body: Act, key: once.Key = None, match: once.Match = None) -> Response:
    """Carry a verb out on one post. What would leave at once leaves a few seconds later, with time to undo."""

    def work() -> Made:
        row = desk_of(request).room.ledger.deliveries.get(number)
        version = row.version if once.matched(match, row) else None
        done = _carry_out(request, body, [Target(id=number, version=version)])
        refused = next((one for one in done.results if not one.done), None)
        if refused:
            raise _refusal(request, done.verb, refused)
        return Made(said(request, done))

    return once.once(request, key, body, work)


@router.post("/actions", response_model=shapes.Action, **route("act", 409))
def bulk(request: Request, body: Acts, key: once.Key = None) -> Response:
    """Carry a verb out on many posts, each by itself: one that refuses has a `problem`, and stops no other."""
    return once.once(request, key, body, lambda: Made(said(request, _carry_out(request, body, body.deliveries))))


@router.get("/actions/{name}", response_model=shapes.Action, **route("read", 404))
def show(request: Request, name: Named) -> Response:
    """What was done in one go."""
    action = desk_of(request).room.ledger.people.action(name)
    seen = said(request, outcomes.done(action))
    return once.fresh(Made(seen.model_copy(update={"undone_at": action.undone_at})))


@router.post("/actions/{name}/undo", response_model=shapes.Action, **route("act", 404, 409))
def undo(request: Request, name: Named, key: once.Key = None) -> Response:
    """Take an action back: each post that nothing has happened to since is what it was before. Once only."""

    def work() -> Made:
        room = desk_of(request).room
        try:
            done = acts.undo(room, room.ledger.people, asker_of(request), name)
        except IllegalMove as error:
            raise problems.Problem(409, str(error), verb="undo") from error
        return Made(said(request, done))

    return once.once(request, key, None, work)


# ---------------------------------------------------------------------------------------------- how it is done


def _carry_out(request: Request, body: Act, targets: list[Target]) -> Done:
    room, asker = desk_of(request).room, asker_of(request)
    if body.verb == "move" and body.due is None:
        raise problems.invalid("due", "Say when the post is to leave.")
    if body.verb == "deliver" and not body.permalink.strip():
        raise problems.invalid("permalink", "Say where the post is.")
    asked = [(one.id, one.version) for one in targets]
    return acts.act(
        room, room.ledger.people, asker, body.verb, asked, reason=body.reason, due=body.due, permalink=body.permalink
    )


def said(request: Request, done: Done) -> shapes.Action:
    """An action for whoever asks, with how to take it back."""
    href = desk_of(request).url(f"/api/v1/actions/{done.id}/undo")
    return shapes.Action(
        id=done.id,
        verb=done.verb,
        reason=done.reason,
        actor=done.actor,
        at=done.at,
        detail=done.words,
        account=done.place or None,
        undo=shapes.Undo(verb=_back(done), href=href) if done.undo else None,
        results=[_result(request, done.verb, one) for one in done.results],
    )


def _back(done: Done) -> str:
    """The verb that taking it back is."""
    if done.verb in _PLACES:
        return _PLACES[done.verb]
    pairs = {(one.after, one.before) for one in done.results if one.done and one.after and one.before}
    ways = {BACK.get((after, before), "undo") for after, before in pairs if after and before}
    return ways.pop() if len(ways) == 1 else "undo"


def _result(request: Request, verb: str, result: Result) -> shapes.Result:
    if result.done:
        before, after, version = result.before, result.after, result.version
        return shapes.Result(delivery=result.delivery, before=before, after=after, version=version, problem=None)
    problem = problems.body_of(request, _refusal(request, verb, result))[1]
    return shapes.Result(delivery=result.delivery, before=None, after=None, version=None, problem=problem)


def _refusal(request: Request, verb: str, result: Result) -> problems.Problem:
    """Why a verb was not carried out on a post, and what could be done with it."""
    status, kind = STATUS[result.kind]
    instance = desk_of(request).url(f"/api/v1/deliveries/{result.delivery}")
    if result.kind == outcomes.REFUSED and result.after and result.after not in MOVES[verb][0]:
        status = 409  # by the state, not by what was given
    if status != 409 or result.after is None:
        return problems.Problem(status, result.problem, kind, instance=instance)
    return problems.wrong_state(result.problem, verb, result.after.value, allowed(request, result.delivery), instance)


def allowed(request: Request, number: int) -> list[str]:
    """What whoever asks may do with a post as it is now."""
    room = desk_of(request).room
    row = room.ledger.deliveries.get(number)
    account = room.account(row.account)
    features = features_of(room, account, "") if account else None
    return list(permits.verbs(row, account, asker_of(request).role, features=features))
