"""The form of Compose: read, kept for a preview, judged whole, carried out."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from fastapi import Request

from syndicator.desk import composing, forms, states, times, wallclock
from syndicator.desk.composing import Refused, Subject, Trial, Wish
from syndicator.desk.context import Desk
from syndicator.desk.i18n import N_, _
from syndicator.errors import RenderError
from syndicator.models import Account, Delivery, Person

WHEN = (("now", N_("Now")), ("at", N_("At")), ("usual", N_("After the usual wait")))
LIMITS = {"url": 2_000, "text": 100_000, "when": 10, "day": 40, "clock": 40, "offset": 10, "again": 300}


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody has filled in."""

    url: str = ""
    text: str = ""
    accounts: tuple[str, ...] = ()
    when: str = "usual"
    day: str = ""
    clock: str = ""
    offset: str = ""
    again: str = ""

    @property
    def wish(self) -> Wish:
        """What it is about, and where."""
        return Wish(self.url, self.text, self.accounts)


@dataclass(eq=False)
class Trouble:
    """What is wrong with a form, and the moments of a time that its day has twice."""

    errors: list[tuple[str, str]] = field(default_factory=list)
    choices: tuple[datetime, ...] = ()


# ---------------------------------------------------------------------------------------------- forms


def form_of(request: Request) -> Form:
    """What a request's form says."""
    given: dict[str, Any] = forms.values(request, LIMITS)
    return Form(**given, accounts=tuple(dict.fromkeys(forms.fields(request, "account"))))


def digest(form: Form) -> str:
    """The same for the same form."""
    return sha256(json.dumps(asdict(form)).encode()).hexdigest()


def keep(desk: Desk, actor: str, form: Form) -> str:
    """A form that is to be shown again after a redirect, kept for a day under what it says."""
    number = digest(form)[:24]
    if desk.people.begin_answer(f"draft:{number}", actor, number, desk.now) is None:
        desk.people.finish_answer(f"draft:{number}", actor, 200, asdict(form))
    return number


def kept(desk: Desk, actor: str, number: str) -> Form | None:
    """A form that was kept, None when it is no more."""
    there = desk.people.begin_answer(f"draft:{number[:24]}", actor, number[:24], desk.now)
    if there is None:
        desk.people.drop_answer(f"draft:{number[:24]}", actor)
        return None
    if there.status is None:
        return None
    return Form(**{**there.answer, "accounts": tuple(there.answer["accounts"])})


# ---------------------------------------------------------------------------------------------- doing


def queue(desk: Desk, person: Person, form: Form) -> tuple[list[Delivery], Trouble]:
    """The posts that were made; or what is wrong, and nothing was."""
    room, trouble = desk.room, Trouble()
    accounts = _accounts(desk, form, trouble)
    due = _due(desk, form, accounts, trouble)
    about = subject_of(desk, form, trouble)
    if about and not trouble.errors:
        trouble.errors += _refused(composing.trials(room, about, accounts), form)
        trouble.errors += _repeated(desk, form, about, accounts)
        due = _after_embargo(desk, form, about, due, trouble)
    if about is None or trouble.errors:
        return [], trouble
    try:
        made = composing.carry_out(room, person, about, due, urgent=form.when == "now", again=form.again.strip())
    except RenderError as error:
        trouble.errors.append((_field(form), str(error)))
        return [], trouble
    if not made:
        trouble.errors.append(("again", _("Every chosen account has its post meanwhile. Say why it is posted again.")))
    return made, trouble


def _field(form: Form) -> str:
    return "text" if form.text.strip() else "url"


def _accounts(desk: Desk, form: Form, trouble: Trouble) -> list[Account]:
    chosen = [desk.room.accounts[name] for name in form.accounts if name in desk.room.accounts]
    if not chosen:
        trouble.errors.append(("account", _("Choose at least one account.")))
    return chosen


def subject_of(desk: Desk, form: Form, trouble: Trouble) -> Subject | None:
    """What the form is about; None where that is not to be had, and why is added to `trouble`."""
    try:
        return composing.subject(desk.room, form.wish)
    except Refused as error:
        trouble.errors += error.errors
        return None


def _refused(trials: Sequence[Trial], form: Form) -> list[tuple[str, str]]:
    """One sentence for each thing that is wrong, however many accounts say it."""
    return [(_field(form), words) for words in dict.fromkeys(one.trouble for one in trials if one.trouble)]


def _repeated(desk: Desk, form: Form, about: Subject, accounts: Sequence[Account]) -> list[tuple[str, str]]:
    """Posting once more is on purpose, with a reason."""
    if form.again.strip():
        return []
    rows = composing.earlier(desk.room, about.known)
    having = [one for one in accounts if composing.has_post(rows, one)]
    if not having or (len(having) < len(accounts) and not form.text.strip()):
        return []  # the others get theirs, and these keep what they have
    names = ", ".join(name_of(desk, one) for one in having)
    said = _("{names}: this article has its post there. Say why it is posted again.")
    return [("again", said.format(names=names))]


def _due(desk: Desk, form: Form, accounts: Sequence[Account], trouble: Trouble) -> dict[str, datetime]:
    """When each account's post leaves at the earliest."""
    if form.when == "usual":
        return {one.name: desk.now + one.policy.hold_for for one in accounts}
    if form.when == "now":
        return {one.name: desk.soon for one in accounts}
    try:
        moment = wallclock.parse(form.day, form.clock, desk.room.zone, form.offset)
    except wallclock.NoSuchTime as error:
        trouble.errors.append((error.field, str(error)))
        trouble.choices = error.choices
        return {}
    if moment < desk.now:
        passed = times.at(moment, desk.now, desk.room.zone)
        trouble.errors.append(("clock", _("{time} has passed. Choose a later time, or Now.").format(time=passed)))
    return {one.name: moment for one in accounts}


def _after_embargo(
    desk: Desk, form: Form, about: Subject, due: dict[str, datetime], trouble: Trouble
) -> dict[str, datetime]:
    """The times, none before the embargo of the article: the usual wait lasts until then, another time is refused."""
    embargo = (about.known or about.article).embargo
    if embargo is None or all(moment >= embargo for moment in due.values()):
        return due
    if form.when != "usual":
        until = times.until(embargo, desk.now, desk.room.zone, seconds=True)
        field = "clock" if form.when == "at" else "when"
        trouble.errors.append((field, _("The article is under embargo until {time}.").format(time=until)))
    return {name: max(moment, embargo) for name, moment in due.items()}


def name_of(desk: Desk, account: Account) -> str:
    """An account as people read it."""
    return states.account_name(account.name, desk.room.features(account).label)
