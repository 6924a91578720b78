"""The accounts: how each is, what waits, what is left of its limit; paused, resumed and tested here."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from syndicator import pipeline
from syndicator.desk import acts, forms, health, sorting, states
from syndicator.desk.context import Desk, desk_of
from syndicator.desk.i18n import N_, _, several
from syndicator.desk.outcomes import DONE, REFUSED
from syndicator.desk.pages.account import page_of
from syndicator.desk.posts import features_of, time_of
from syndicator.desk.rights import who_can
from syndicator.errors import SyndicatorError
from syndicator.forecast import forecasts, recent
from syndicator.models import Account, AccountState, Delivery, Person, Role, Status

router = APIRouter()

REASON = 300  # characters
COLUMNS = (
    sorting.Column("account", N_("Account")),
    sorting.Column("state", N_("State")),
    sorting.Column("sent", N_("Last sent"), wide=True, down=True),
    sorting.Column("next", N_("Next"), wide=True),
    sorting.Column("waiting", N_("Waiting"), num=True, wide=True, down=True),
    sorting.Column("", N_("Limit left"), wide=True),
    sorting.Column("", N_("Verbs"), hidden=True),
)


@router.get("/accounts")
def show(request: Request, sort: str = "", tested: str = "") -> Response:
    """Every account, in the order asked for."""
    desk = desk_of(request)
    person = desk.person(request)
    rows = rows_of(desk, person, desk.room.ledger.accounts.states())
    values: dict[str, Any] = {
        "rows": sorting.ordered(rows, COLUMNS, sort),
        "cols": sorting.heads(COLUMNS, "/accounts", sort),
        "sort": sort,
        "counted": health.counted([row["health"] for row in rows]),
        "may_test": person.role.at_least(Role.EDITOR) and bool(desk.room.accounts),
        "cannot_resume": who_can(desk, person, "resume") if any(row["paused"] for row in rows) else "",
        "tested": results_of(desk, tested),
    }
    return desk.page(request, "accounts.html", **values)


@router.post("/accounts/test")
def test_all(request: Request) -> Response:
    """Ask every network that is switched on, one after another, and show what they said."""
    desk = desk_of(request)
    person = desk.person(request, Role.EDITOR)
    return _tested(desk, person, [one for one in desk.room.accounts.values() if one.enabled], "/accounts")


@router.get("/accounts/{name}")
def show_one(request: Request, name: str, tested: str = "") -> Response:
    """One account: its state, limits, token, and its last tries."""
    desk = desk_of(request)
    person = desk.person(request)
    state = desk.room.ledger.accounts.get(name)
    row = rows_of(desk, person, [state])[0]
    values = page_of(desk, person, state) | {"cannot_resume": who_can(desk, person, "resume")}
    return desk.page(request, "account.html", row=row, tested=results_of(desk, tested), **values)


@router.post("/accounts/{name}/pause")
def pause(request: Request, name: str) -> Response:
    """Let nothing leave from an account, at once."""
    desk = desk_of(request)
    person = desk.person(request, Role.EDITOR)
    reason = forms.field(request, "reason", REASON).strip()
    made = acts.pause(desk.room, desk.room.ledger.people, person, name, reason)
    return desk.go("/accounts" if not forms.checked(request, "stay") else f"/accounts/{name}", did=made.id)


@router.post("/accounts/{name}/resume")
def resume(request: Request, name: str) -> Response:
    """Let an account send again."""
    desk = desk_of(request)
    person = desk.person(request, Role.CHIEF)
    made = acts.resume(desk.room, desk.room.ledger.people, person, name)
    return desk.go("/accounts" if not forms.checked(request, "stay") else f"/accounts/{name}", did=made.id)


@router.post("/accounts/{name}/test")
def test(request: Request, name: str) -> Response:
    """Ask one network, and show what it said."""
    desk = desk_of(request)
    person = desk.person(request, Role.EDITOR)
    account = desk.room.named(name)
    return _tested(desk, person, [account], f"/accounts/{name}" if forms.checked(request, "stay") else "/accounts")


# ---------------------------------------------------------------------------------------------- tests


def _tested(desk: Desk, person: Person, accounts: Iterable[Account], back: str) -> Response:
    """What the networks said is kept as an action, so that the page that shows it can be loaded again."""
    results = [_result(desk, one) for one in accounts]
    number = f"act-{secrets.token_hex(8)}"
    desk.room.ledger.people.add_action(number, desk.now, person.actor, "test", "", results)
    return desk.go(back, tested=number)


def _result(desk: Desk, account: Account) -> dict[str, Any]:
    try:
        trouble = pipeline.verify(desk.room, account).trouble
    except SyndicatorError as error:
        trouble = str(error)
    shown = states.account_name(account.name, desk.room.features(account).label)
    kind = REFUSED if trouble else DONE
    return {"delivery": None, "account": account.name, "title": shown, "kind": kind, "problem": trouble}


def results_of(desk: Desk, number: str) -> list[dict[str, Any]]:
    """What a test has brought, an account each; nothing for an action that was none."""
    action = acts.last(desk.room.ledger.people, number) if number else None
    if action is None or action.verb != "test":
        return []
    return [{"name": one["title"], "trouble": one["problem"], "good": not one["problem"]} for one in action.results]


# ---------------------------------------------------------------------------------------------- rows


def rows_of(desk: Desk, person: Person, known: Iterable[AccountState]) -> list[dict[str, Any]]:
    """Accounts as the table draws them, with what each column sorts by."""
    waiting = desk.room.ledger.history.unfinished(Status.HELD, Status.QUEUED)
    leaves = forecasts(desk.room, waiting)
    names = {one.name: one.display for one in desk.room.ledger.people.list()}
    by_uid: dict[str, list[Delivery]] = {}
    for row in waiting:
        by_uid.setdefault(row.account, []).append(row)
    return [_row(desk, person, one, by_uid.get(one.uid, []), leaves, names) for one in known]


def _row(
    desk: Desk, person: Person, state: AccountState, waiting: list[Delivery], leaves: Mapping[int, Any],
    names: Mapping[str, str],
) -> dict[str, Any]:  # fmt: skip
    room, now = desk.room, desk.now
    account = room.accounts.get(state.name)
    features = features_of(room, account, state.platform)
    unknown = recent(room, account).unknown_in_row if account else 0
    found = health.of_account(health.Seen(state, account, features.label, unknown, now, room.zone, names))
    times = [leaves[row.id].leaves for row in waiting if row.id in leaves]
    following = min((one for one in times if one), default=None) if not found.paused else None
    shown = states.account_name(state.name, features.label)
    return {
        "name": state.name, "shown": shown, "monogram": features.monogram, "label": features.label,
        "handle": state.handle, "health": found, "paused": state.paused is not None,
        "sent": time_of(desk, person, state.last_sent), "next": time_of(desk, person, following),
        "waiting": len(waiting), "waits": several("{n} post waits.", "{n} posts wait.", len(waiting)),
        "limit": limit_left(desk, state), "known": account is not None,
        "may": _may(person, state, account), "secrets": room.config.secrets_file.name,
        "sort": {
            "account": shown.casefold(), "state": (found.order, shown.casefold()), "sent": state.last_sent,
            "next": following, "waiting": len(waiting),
        },
    }  # fmt: skip


def _may(person: Person, state: AccountState, account: Account | None) -> frozenset[str]:
    """The verbs that this person has on this account."""
    if account is None:
        return frozenset()
    editor, chief = person.role.at_least(Role.EDITOR), person.role.at_least(Role.CHIEF)
    able = {"test": editor, "pause": editor and state.paused is None, "resume": chief and state.paused is not None}
    return frozenset(verb for verb, may in able.items() if may)


def limit_left(desk: Desk, state: AccountState) -> dict[str, Any] | None:
    """What the network's last answers said of its limit; None where they said nothing that still holds."""
    limit, left, resets = state.budget_limit, state.budget_left, state.budget_resets
    if limit is None or left is None or resets is None or resets <= desk.now:
        return None
    return {"left": left, "limit": limit, "words": _("{left} of {limit}").format(left=f"{left:,}", limit=f"{limit:,}")}
