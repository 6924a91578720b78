"""Editing one post: what the form holds, what it says when somebody else was faster, and how it is saved."""

import difflib
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request

from syndicator import editorial
from syndicator.desk import times, wallclock, words
from syndicator.desk.context import Desk
from syndicator.desk.posts import count_of, features_of
from syndicator.errors import IllegalMove, PhotoError, RenderError, Stale
from syndicator.models import Delivery, Person, Post, Role, Status

_WORD = re.compile(r"\s+|\S+")
OPEN = frozenset({Status.HELD, Status.QUEUED, Status.FAILED})


@dataclass
class Editing:
    """The open form. `errors` by field; `theirs` is what somebody else has saved meanwhile."""

    delivery: int
    account: str
    version: int
    text: str
    alt: str
    warning: str
    day: str
    time: str
    photo: str
    photos: list[tuple[str, str]]
    has_photo: bool
    warns: bool
    count: dict[str, Any]
    held: str = ""
    offset: str = ""  # which of two, in an hour that a night has twice
    offsets: list[tuple[str, str]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, Any] | None = None

    @property
    def summary(self) -> list[tuple[str, str]]:
        """The errors for the box above: the field to go to, and the sentence."""
        return [(f"{name if name != 'due' else 'day'}-{self.delivery}", said) for name, said in self.errors.items()]


def opened(request: Request, desk: Desk, person: Person, article: int, account: str) -> Editing | None:
    """The form of an account's post; None where there is nothing to edit. Holds what would leave meanwhile."""
    desk.person(request, Role.EDITOR)
    uid = next((one.uid for one in desk.room.accounts.values() if one.name == account), "")
    row = next((one for one in desk.room.ledger.deliveries.of_article(article) if one.account == uid), None)
    if row is None or row.status not in OPEN:
        return None
    if request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}:
        row = editorial.begin_edit(desk.room, row.id, person.actor)
    return form(desk, row, account)


def form(desk: Desk, row: Delivery, account: str) -> Editing | None:
    """The form with what is stored now."""
    room = desk.room
    version = room.ledger.deliveries.version(row.id, row.version)
    if version is None:
        return None
    post, features = version.post, features_of(room, room.account(row.account), "")
    day, hands, _offset = wallclock.fields(row.due, room.zone) if row.due else ("", "", "")
    photos = [(str(n), one.caption[:80] or one.alt[:80] or f"Photo {n + 1}")
              for n, one in enumerate(room.ledger.articles.get(row.article).photos)]  # fmt: skip
    chosen = post.media[0].source_url if post.media else ""
    urls = [one.url for one in room.ledger.articles.get(row.article).photos]
    held = row.status is Status.HELD and row.code == editorial.EDITING
    return Editing(
        row.id, account, row.version, post.text, post.media[0].alt if post.media else "", post.warning, day, hands[:5],
        str(urls.index(chosen)) if chosen in urls else editorial.NO_PHOTO,
        [*photos, (editorial.NO_PHOTO, "No photo")] if photos else [], bool(post.media), features.warnings,
        count_of(post, features), "Held while you edit. Saving gives it its time back." if held else "",
    )  # fmt: skip


def save(desk: Desk, person: Person, typed: Editing, *, approves: bool) -> Editing | None:
    """Store what was typed; None when it is done, else the form again with what is wrong. Raises IllegalMove."""
    room, now = desk.room, desk.now
    row = room.ledger.deliveries.get(typed.delivery)
    stored = form(desk, row, typed.account)
    if stored is None:
        raise IllegalMove(f"post {row.id} has no words yet; release it first")
    due = _due(desk, row, typed)
    given = {
        name: getattr(typed, name)
        for name in ("text", "alt", "warning", "photo")
        if getattr(typed, name) != getattr(stored, name) and _asked(name, stored)
    }
    if typed.errors:
        return _again(typed, stored)
    try:
        if given or due is not None:
            verb = editorial.mend if row.status is Status.FAILED else editorial.edit
            more: dict[str, Any] = {} if verb is editorial.mend else {"approves": approves}
            verb(room, row.id, person.actor, version=typed.version, due=due, **given, **more)
        editorial.end_edit(
            room, row.id, person.actor, due=now + room.config.desk.undo_send, approves=approves, changed=bool(given)
        )
    except Stale:
        return _overtaken(desk, typed)
    except RenderError:
        over = _over(desk, row, typed)
        typed.errors["text"] = words.too_long(over, features_of(room, room.account(row.account), "").label)
        return _again(typed, stored)
    except PhotoError as error:
        typed.errors["photo"] = f"The photo cannot be used: {error}."
        return _again(typed, stored)
    return None


def _asked(name: str, stored: Editing) -> bool:
    """Whether the form showed the field at all."""
    shown = {"alt": stored.has_photo, "warning": stored.warns, "photo": bool(stored.photos)}
    return shown.get(name, True)


def _due(desk: Desk, row: Delivery, typed: Editing) -> datetime | None:
    """Another time than the stored one, None for the same. A time that does not exist is an error of the form."""
    if not typed.day or not typed.time:
        return None
    if row.due and wallclock.fields(row.due, desk.room.zone)[:2] in {
        (typed.day, typed.time), (typed.day, f"{typed.time}:{row.due.astimezone(desk.room.zone):%S}")
    }:  # fmt: skip
        return None
    try:
        return wallclock.parse(typed.day, typed.time, desk.room.zone, typed.offset)
    except wallclock.NoSuchTime as error:
        typed.errors["due"] = str(error)
        typed.offsets = offsets(error, desk.room.zone)
        return None


def offsets(error: wallclock.NoSuchTime, zone: ZoneInfo) -> list[tuple[str, str]]:
    """The moments that a doubled hour could mean, for a choice."""
    return [(times.offset(one, zone), times.clock(one, zone)) for one in error.choices]


def _again(typed: Editing, stored: Editing) -> Editing:
    typed.photos, typed.has_photo, typed.warns = stored.photos, stored.has_photo, stored.warns
    typed.held = stored.held
    return typed


def _over(desk: Desk, row: Delivery, typed: Editing) -> int:
    features = features_of(desk.room, desk.room.account(row.account), "")
    return -int(count_of(Post(typed.text, "", warning=typed.warning), features)["left"])


def _overtaken(desk: Desk, typed: Editing) -> Editing:
    """Somebody else saved first: both texts are shown, and nothing is overwritten."""
    room = desk.room
    row = room.ledger.deliveries.get(typed.delivery)
    stored = form(desk, row, typed.account)
    if stored is None or row.status not in OPEN:
        raise IllegalMove(f"post {row.id} has moved on meanwhile: it is {row.status.value}")
    version = room.ledger.deliveries.version(row.id, row.version)
    by, at = (version.by, version.at) if version else (row.actor, desk.now)
    who = desk.display(by)
    typed.version = row.version  # "Use mine" is said of what is there now
    typed.theirs = {
        "words": words.other_text(who, at, desk.now, room.zone),
        "keep": f"Keep {who}’s",
        "parts": differences(stored.text, typed.text),
    }
    typed.errors["text"] = f"{who} saved another text at {times.at(at, desk.now, room.zone)}."
    return _again(typed, stored)


def differences(theirs: str, mine: str) -> list[tuple[str, str]]:
    """Two texts word by word: what both have ("same"), what only they ("theirs") or only I ("mine") have."""
    one, other = _WORD.findall(theirs), _WORD.findall(mine)
    found: list[tuple[str, str]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", "".join(one[a:b])))
            continue
        found += [(side, text) for side, text in (("theirs", "".join(one[a:b])), ("mine", "".join(other[c:d]))) if text]
    return found
