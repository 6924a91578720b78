"""Accounts, sources and the stop switch."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from syndicator import pipeline
from syndicator.desk import acts
from syndicator.desk.api import facts, once, problems, shapes
from syndicator.desk.api.actions import said
from syndicator.desk.api.kinds import Asked, Line, Named
from syndicator.desk.api.once import Made
from syndicator.desk.api.route import route
from syndicator.desk.bearer import asker_of
from syndicator.desk.context import Desk, desk_of
from syndicator.desk.doers import must_be_able
from syndicator.models import AccountState, SourceState
from syndicator.sources import polled

router = APIRouter()


class AccountAct(Asked):
    """A verb on an account. "test" asks its platform whose the token is; "verify" is another word for it."""

    verb: Literal["pause", "resume", "test", "verify"]
    reason: Line = Field("", description="Why, for pause.")


class SourceAct(Asked):
    """A verb on a source: "read" makes its next poll due now."""

    verb: Literal["read"]


class Why(Asked):
    """Why everything is stopped."""

    reason: Line = ""


@router.get("/accounts", response_model=shapes.Accounts, tags=["accounts"], **route("read"))
def accounts(request: Request) -> shapes.Accounts:
    """Every account the configuration or the ledger knows, by name."""
    desk = desk_of(request)
    states = desk.room.ledger.accounts.states()
    return shapes.Accounts(items=[_account(request, state) for state in states])


@router.get("/accounts/{name}", response_model=shapes.Account, tags=["accounts"], **route("read", 404))
def account(request: Request, name: Named) -> shapes.Account:
    """One account."""
    return _account(request, desk_of(request).room.ledger.accounts.get(name))


@router.post("/accounts/{name}/actions", response_model=shapes.AccountDone, tags=["accounts"], **route("act", 404, 409))
def act_on_account(request: Request, name: Named, body: AccountAct, key: once.Key = None) -> Response:
    """Pause, resume or test an account. A pause in force keeps its reason."""

    def work() -> Made:
        room, asker = desk_of(request).room, asker_of(request)
        room.ledger.accounts.get(name)
        if body.verb in {"test", "verify"}:
            return Made(_tested(request, name))
        done = (
            acts.pause(room, room.ledger.people, asker, name, body.reason)
            if body.verb == "pause"
            else acts.resume(room, room.ledger.people, asker, name)
        )
        state = _account(request, room.ledger.accounts.get(name))
        return Made(shapes.AccountDone(account=state, action=said(request, done), trouble=None))

    return once.once(request, key, body, work)


def _tested(request: Request, name: str) -> shapes.AccountDone:
    room = desk_of(request).room
    must_be_able(room.ledger.people, asker_of(request), "test")
    found = pipeline.verify(room, room.named(name))
    return shapes.AccountDone(account=_account(request, found.state), action=None, trouble=found.trouble or None)


def _account(request: Request, state: AccountState) -> shapes.Account:
    desk = desk_of(request)
    counts = desk.room.ledger.history.counts().get(state.name, {})
    return facts.account(desk, asker_of(request), state, counts)


# ---------------------------------------------------------------------------------------------- sources


@router.get("/sources", response_model=shapes.Sources, tags=["sources"], **route("read"))
def sources(request: Request) -> shapes.Sources:
    """The configured sources."""
    desk, asker = desk_of(request), asker_of(request)
    states = desk.room.ledger.sources.states(desk.room.config.sources.values())
    return shapes.Sources(items=[facts.source(desk, asker, state) for state in states.values()])


@router.get("/sources/{name}", response_model=shapes.Source, tags=["sources"], **route("read", 404))
def source(request: Request, name: Named) -> shapes.Source:
    """One source."""
    desk = desk_of(request)
    return facts.source(desk, asker_of(request), _source(desk, name))


@router.post("/sources/{name}/actions", response_model=shapes.Source, tags=["sources"], **route("act", 404, 409))
def act_on_source(request: Request, name: Named, body: SourceAct, key: once.Key = None) -> Response:
    """Make the source's next poll due, so that the daemon reads it at once."""

    def work() -> Made:
        desk, asker = desk_of(request), asker_of(request)
        _source(desk, name)
        must_be_able(desk.room.ledger.people, asker, "read")
        if not polled([desk.room.config.sources[name]]):
            raise problems.invalid("verb", f"{name} is not read: its CMS tells us. Nothing was changed.")
        desk.room.ledger.sources.read_now(name, desk.now)
        return Made(facts.source(desk, asker, _source(desk, name)))

    return once.once(request, key, body, work)


def _source(desk: Desk, name: str) -> SourceState:
    configured = desk.room.source(name)
    if configured is None:
        raise LookupError(f"there is no source {name[:60]!r}")
    return desk.room.ledger.sources.states([configured])[name]


# ---------------------------------------------------------------------------------------------- the stop switch


@router.get("/stop", response_model=shapes.Stop, tags=["stop"], **route("read"))
def stopped(request: Request) -> shapes.Stop:
    """Whether all sending is stopped, and why."""
    return facts.stop(desk_of(request))


@router.put("/stop", response_model=shapes.Stop, tags=["stop"], **route("act"))
def stop(request: Request, body: Why | None = None) -> shapes.Stop:
    """Nothing leaves any account from the next request on. A stop in force keeps its reason."""
    desk = desk_of(request)
    acts.stop(desk.room, desk.room.ledger.people, asker_of(request), body.reason if body else "")
    return facts.stop(desk)


@router.delete("/stop", response_model=shapes.Stop, tags=["stop"], **route("act"))
def restart(request: Request) -> shapes.Stop:
    """Let posts leave again, a burst at a time."""
    desk = desk_of(request)
    acts.restart(desk.room, desk.room.ledger.people, asker_of(request))
    return facts.stop(desk)
