"""What the page of one account says beyond its row: identity, token, limits, rules, the last tries."""

from datetime import timedelta
from typing import Any

from syndicator.desk import health, times
from syndicator.desk.context import Desk
from syndicator.desk.i18n import _
from syndicator.desk.posts import features_of, time_of
from syndicator.ledger import tries
from syndicator.models import Account, AccountState, Features, Person, Policy, QuietHours

TRIES = 20
Fact = tuple[str, str]


def page_of(desk: Desk, person: Person, state: AccountState) -> dict[str, Any]:
    """Facts and tries, as the template takes them."""
    room = desk.room
    account = room.accounts.get(state.name)
    features = features_of(room, account, state.platform)
    found = tries.of_account(room.ledger.store, state.uid, TRIES)
    return {
        "token": _token(desk, state, features),
        "limits": _limits(features),
        "rules": _rules(account) if account else [],
        "takes": _takes(account) if account else [],
        "tries": [_try(desk, person, one) for one in found],
        "last_post": next((one.permalink for one in found if one.permalink), ""),
    }


def _token(desk: Desk, state: AccountState, features: Features) -> list[Fact]:
    now, zone = desk.now, desk.room.zone
    ends = times.relative(state.expires, now, zone) if state.expires else _("no known end")
    return [
        (_("Network"), features.label),
        (_("Handle"), state.handle or _("not known yet")),
        (_("Network's id"), state.identity or _("not known yet")),
        (_("Last tested"), times.at(state.verified_at, now, zone) if state.verified_at else _("never")),
        (_("Token ends"), ends),
        (_("Known since"), times.at(state.since, now, zone)),
    ]


def _limits(features: Features) -> list[Fact]:
    facts = [(_("Text"), _("{n} characters").format(n=f"{features.text_limit:,}"))]
    facts += [(_("A link counts"), _("{n} characters").format(n=features.link_cost))] if features.link_cost else []
    facts += [(_("Photos"), str(features.images))]
    if features.image_bytes:
        facts.append((_("A photo"), _("{n} MB").format(n=f"{features.image_bytes / 1e6:.3g}")))
    if features.alt_limit:
        facts.append((_("Alt text"), _("{n} characters").format(n=f"{features.alt_limit:,}")))
    return facts


def _rules(account: Account) -> list[Fact]:
    """How the newsroom's own rules keep its posts."""
    policy = account.policy
    return [
        (_("Waits after it was found"), _span(policy.hold_for)),
        (_("Between two posts"), _span(policy.spacing)),
        (_("Posts in an hour"), str(policy.burst) if policy.burst else _("no limit")),
        (_("Quiet hours"), _quiet(policy.quiet_hours)),
        (_("No longer news after"), times.span(policy.max_age)),
        (_("Graphic articles"), _SENSITIVE[policy.sensitive]()),
        (_("Approval by a chief"), _asked(policy)),
    ]


_SENSITIVE = {"warn": lambda: _("with a warning"), "hold": lambda: _("held"), "send": lambda: _("as all others")}


def _asked(policy: Policy) -> str:
    if policy.approval:
        return _("for every post")
    return _("for photos without alt text") if policy.require_alt else _("not asked for")


def _span(length: timedelta) -> str:
    return times.span(length) if length else _("none")


def _quiet(quiet: QuietHours | None) -> str:
    if quiet is None:
        return _("none")
    first, last = (f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in (quiet.start, quiet.end))
    return _("{first} to {last}").format(first=first, last=last)


def _takes(account: Account) -> list[Fact]:
    """Which articles it gets, where that is not all of them."""
    told = (
        (_("Sources"), account.sources),
        (_("Sections"), account.sections),
        (_("Only what mentions"), account.include),
        (_("Nothing that mentions"), account.exclude),
    )
    return [(word, ", ".join(values)) for word, values in told if values]


def _try(desk: Desk, person: Person, one: tries.Try) -> dict[str, Any]:
    tried = one.attempt
    kind, words = health.of_try(tried.outcome)
    return {
        "time": time_of(desk, person, tried.started), "kind": kind, "words": words, "said": tried.words,
        "title": one.title, "delivery": tried.delivery, "public": one.permalink if kind == "sent" else "",
    }  # fmt: skip
