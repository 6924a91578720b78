"""The story so far: what happened to a post, or to all posts of an article, in sentences. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from syndicator.desk import changes, times
from syndicator.desk.i18n import N_, _
from syndicator.desk.states import actor_name, by_people, reason_words
from syndicator.models import Article, Attempt, Event, Post, Revision, Status, Version

_DEFAULTS = frozenset({"", "held by a person", "found by a person", "a person looked: not there",
                       "left as it is by a person"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: when (aware UTC; `time` by the newsroom's clock, with seconds), who, on which accounts, what.

    `people` tells what somebody decided from what syndicator did by itself.
    """

    at: datetime
    time: str
    who: str
    what: str
    people: bool
    accounts: tuple[str, ...] = ()


def story_so_far(
    events: Iterable[Event],
    attempts: Iterable[Attempt],
    versions: Iterable[Version],
    *,
    now: datetime,
    zone: ZoneInfo,
    names: Mapping[str, str] | None = None,
    accounts: Mapping[int, str] | None = None,
    article: Article | None = None,
    revisions: Sequence[Revision] = (),
) -> list[Entry]:
    """What happened, oldest first: of one post, or of several where `accounts` names each by its delivery's number.

    What one actor did to several accounts in one second is one entry. `names` are display names of people; `article`
    adds where the story was found, `revisions` what the newsroom changed about it.
    """
    known, accounts = names or {}, accounts or {}
    by_number = {(one.delivery, one.version): one for one in versions}
    found = [(event.at, event.id, event.actor, event.delivery, _words(event, by_number)) for event in events]
    found += [
        (one.request_out, 0, f"daemon:{one.process}", one.delivery, _("the request went out"))
        for one in attempts
        if one.request_out
    ]
    found.sort(key=lambda one: (one[0], one[1]))
    told = [_found(article, now, zone)] if article and article.found_at else []
    for at, _id, actor, delivery, what in found:
        time = times.at(at, now, zone, seconds=True)
        account = accounts.get(delivery, "")
        entry = Entry(at, time, actor_name(actor, known), what, by_people(actor), (account,) if account else ())
        _tell(told, entry)
    told += _revised(revisions, now, zone, known)
    return sorted(told, key=lambda one: one.at) if revisions else told


def decided_by(events: Sequence[Event]) -> str:
    """The person (as an actor) behind a post's state: who held it, said no, or wanted it taken down; "" for none."""
    telling = {"hold", "suppress", "unwant", "retract", "leave"}
    return next((one.actor for one in reversed(events) if one.verb in telling and by_people(one.actor)), "")


def _revised(revisions: Sequence[Revision], now: datetime, zone: ZoneInfo, names: Mapping[str, str]) -> list[Entry]:
    """What the newsroom changed, and who has dealt with it."""
    made = [(one.at, changes.by_whom(one), changes.sentence(one, zone), False) for one in revisions]
    said = _("has dealt with the change")
    made += [(at, actor_name(by, names), said, True) for at, by in changes.dealt_with(revisions)]
    return [Entry(at, times.at(at, now, zone, seconds=True), who, what, people) for at, who, what, people in made]


def _tell(told: list[Entry], entry: Entry) -> None:
    """Add an entry, or its account to the same one of the same second."""
    for number in range(len(told) - 1, -1, -1):
        before = told[number]
        if before.time != entry.time:
            break
        if (before.who, before.what) == (entry.who, entry.what) and not set(before.accounts) & set(entry.accounts):
            told[number] = replace(before, accounts=before.accounts + entry.accounts)
            return
    told.append(entry)


def _found(article: Article, now: datetime, zone: ZoneInfo) -> Entry:
    at = article.found_at or now
    what = _("found by source {name}").format(name=article.source) if article.source else _("typed at the desk")
    return Entry(at, times.at(at, now, zone, seconds=True), "syndicator", what, False)


# ---------------------------------------------------------------------------------------------- sentences

_SAID = {
    "approve": N_("approved"),
    "move": N_("gave it another time"),
    "send": N_("said: send now"),
    "release": N_("released"),
    "retry": N_("said: try again"),
    "claim": N_("sending begins"),
    "look": N_("looked on the network"),
    "clear": N_("not there, so it goes back to the queue"),
    "retracted": N_("taken down"),
    "expire": N_("expired"),
    "leave": N_("left it as it is"),
    "hold": N_("held"),
    "suppress": N_("suppressed"),
    "revise": N_("held again"),
    "recover": N_("did not leave"),
    "defer": N_("did not leave"),
    "reject": N_("refused"),
    "lose": N_("no clear answer, it may be public"),
    "unwant": N_("said no while it may be out"),
    "retract": N_("take it down"),
    "keep": N_("not taken down"),
    "undo": N_("undone"),
}
_SILENT = frozenset({"claim", "move", "send", "approve", "undo"})  # verbs whose event repeats an older reason
_PLANNED = {
    Status.HELD: N_("planned, held"),
    Status.QUEUED: N_("planned"),
    Status.SUPPRESSED: N_("not wanted"),
    Status.FAILED: N_("could not be written"),
}
_FIELDS: tuple[tuple[str, Callable[[Post], object]], ...] = (
    (N_("text"), lambda post: post.text),
    (N_("warning"), lambda post: post.warning),
    (N_("photo"), lambda post: [media.sha256 for media in post.media]),
    (N_("alt text"), lambda post: [media.alt for media in post.media]),
    (N_("link"), lambda post: post.link),
    (N_("card"), lambda post: post.card),
)


def _words(event: Event, versions: Mapping[tuple[int, int], Version]) -> str:
    if event.verb == "plan":
        said = _(_PLANNED.get(event.after, N_("planned")))
        return f"{said}: {event.detail}" if event.detail else said
    if event.verb == "edit":
        return _edited(event, versions)
    if event.verb == "deliver":
        return _delivered(event)
    said = _(_SAID.get(event.verb, event.verb))
    if event.verb in {"recover", "defer", "clear", "release", "retry"}:
        said += _NEXT.get(event.after, "") and f", {_(_NEXT[event.after])}"
    return _joined(said, "" if event.verb in _SILENT else event.detail)


_NEXT = {Status.SUPPRESSED: N_("suppressed as asked"), Status.HELD: N_("waits for a person")}


def _joined(said: str, detail: str) -> str:
    first, _colon, rest = detail.partition(": ")
    detail = first if first == rest else detail
    return said if detail in _DEFAULTS else f"{said}: {reason_words(detail)}"


def _delivered(event: Event) -> str:
    if event.code == "twice":
        return _joined(_("public twice"), event.detail)
    found = N_("said where it is: sent") if by_people(event.actor) else N_("sent")
    return _joined(_(found), event.detail)


def _edited(event: Event, versions: Mapping[tuple[int, int], Version]) -> str:
    """Which parts a new version changed, as far as both versions are known."""
    old, new = versions.get((event.delivery, event.version - 1)), versions.get((event.delivery, event.version))
    parts = _changed(old.post, new.post) if old and new else ""
    if by_people(event.actor):
        return _("changed the {parts}").format(parts=parts) if parts else _("edited")
    said = _("written anew")
    if parts:
        said = _("written anew, other {parts}").format(parts=parts)
    return _joined(said, event.detail) if event.code == "photo_refused" else said


def _changed(old: Post, new: Post) -> str:
    if not old.media or not new.media:
        # Without a photo there is no alt text to compare: it came or went with the photo.
        fields = [(name, read) for name, read in _FIELDS if name != "alt text"]
    else:
        fields = list(_FIELDS)
    return ", ".join(_(name) for name, read in fields if read(old) != read(new))
