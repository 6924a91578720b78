"""The accounts at work: listed, verified, paused, resumed."""

from collections.abc import Sequence
from typing import Any

import typer

from syndicator import pipeline
from syndicator.cli import show
from syndicator.cli.failures import FAILED, complain, remark
from syndicator.cli.options import Listing, Options
from syndicator.cli.rooms import actor, changing, reading
from syndicator.cli.show import local
from syndicator.errors import ConfigError
from syndicator.models import AccountState
from syndicator.room import Room

HEADS = ("account", "platform", "handle", "identity", "state", "waiting", "last sent", "verified", "token expires")
WAITING = ("held", "queued", "sending", "unconfirmed")


def list_accounts(options: Options, form: Listing) -> None:
    """Print every account the configuration or the ledger knows."""
    with reading(options) as room:
        counts = room.ledger.history.counts()
        known = {state.name: state for state in room.ledger.accounts.states()}
        fresh = room.ledger.accounts.register(room.config.accounts.values(), room.clock())
        facts = [_facts(room, state, counts.get(name, {})) for name, state in sorted((fresh | known).items())]
    if form is Listing.JSON:
        show.stream_json(facts)
    else:
        show.table(HEADS, (_line(room, one) for one in facts), empty="no accounts")


def _facts(room: Room, state: AccountState, counts: dict[str, int]) -> dict[str, Any]:
    account = room.config.accounts.get(state.name)
    return {
        "name": state.name, "platform": state.platform, "handle": state.handle or None,
        "identity": state.identity or None, "configured": account is not None,
        "enabled": account.enabled if account else False, "paused": state.paused, "paused_by": state.paused_by or None,
        "since": state.since, "verified_at": state.verified_at, "expires": state.expires,
        "last_sent": state.last_sent, "counts": counts,
    }  # fmt: skip


def _line(room: Room, one: dict[str, Any]) -> tuple[object, ...]:
    waiting = sum(one["counts"].get(name, 0) for name in WAITING)
    times = (local(one[name], room.zone) for name in ("last_sent", "verified_at", "expires"))
    return one["name"], one["platform"], one["handle"], one["identity"], _state(one), waiting, *times


def _state(one: dict[str, Any]) -> str:
    if not one["configured"]:
        return "no longer configured"
    if one["paused"] is not None:
        return f"paused: {one['paused']}"
    return "ready" if one["enabled"] else "switched off"


def verify_accounts(options: Options, names: Sequence[str], form: Listing) -> None:
    """Ask the platforms, and keep what they say. Exit 1 when one refuses or cannot be asked."""
    with changing(options) as room:
        chosen = [room.named(name) for name in names] or [one for one in room.accounts.values() if one.enabled]
        found = [pipeline.verify(room, account) for account in chosen]
    rows: list[dict[str, Any]] = [
        {"name": one.state.name, "handle": one.state.handle or None, "identity": one.state.identity or None,
         "expires": one.state.expires, "trouble": one.trouble or None, "paused": one.state.paused}
        for one in found
    ]  # fmt: skip
    if form is Listing.JSON:
        show.stream_json(rows)
    else:
        heads = ("account", "handle", "identity", "token expires", "result")
        lines = (
            (one["name"], one["handle"], one["identity"], local(one["expires"], room.zone), one["trouble"] or "ok")
            for one in rows
        )
        show.table(heads, lines, empty="no account is switched on")
    for one in found:
        if one.trouble:
            complain(f"account {one.state.name}: {one.trouble}")
    if any(one.trouble for one in found):
        raise typer.Exit(FAILED)


def pause_account(options: Options, name: str, reason: str) -> None:
    """Pause one account; a pause in force keeps its reason. ConfigError for an account there is not."""
    with changing(options) as room:
        before = _known(room, name)
        state = room.ledger.accounts.pause(name, reason, actor(), room.clock())
        if before.paused is not None:
            remark(f"{name} was paused already, by {before.paused_by}")
        print(show.plain(f"account {name} is paused: {state.paused}"))


def resume_account(options: Options, name: str) -> None:
    """Let one account send again. ConfigError for an account there is not."""
    with changing(options) as room:
        before = _known(room, name)
        room.ledger.accounts.resume(name)
        print(f"account {name} sends again" if before.paused is not None else f"account {name} was not paused")
        stopped = room.ledger.accounts.stopped()
        if stopped:
            remark(f"all sending is stopped by {stopped.by}: {stopped.reason}; `syndicator resume` ends that")


def _known(room: Room, name: str) -> AccountState:
    states = {state.name: state for state in room.ledger.accounts.states()}
    if name not in states:
        raise ConfigError(f"there is no account {name!r}; there are: {', '.join(states) or 'none'}")
    return states[name]
