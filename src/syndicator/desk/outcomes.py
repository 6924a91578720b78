"""What became of an action, post by post, and how the desk says it in one sentence. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndicator.desk.i18n import N_, _, several
from syndicator.models import Action, Status

DONE, LEFT, ALREADY, STALE = "done", "left", "already", "stale"
NOT_ALLOWED, MISSING, REFUSED = "not-allowed", "missing", "refused"

SHOWN = 5  # stories named in a sentence; the rest are counted

# A verb's own words: for one post, for several, and in a sentence that goes on.
_DID: Mapping[str, tuple[str, str, str]] = {
    "approve": (N_("Approved {n} post."), N_("Approved {n} posts."), N_("{n} approved")),
    "hold": (N_("Held {n} post."), N_("Held {n} posts."), N_("{n} held")),
    "send": (N_("Sending {n} post."), N_("Sending {n} posts."), N_("{n} leaving now")),
    "move": (N_("Moved {n} post."), N_("Moved {n} posts."), N_("{n} moved")),
    "suppress": (N_("Suppressed {n} post."), N_("Suppressed {n} posts."), N_("{n} suppressed")),
    "release": (N_("Released {n} post."), N_("Released {n} posts."), N_("{n} released")),
    "retry": (N_("Trying {n} post again."), N_("Trying {n} posts again."), N_("{n} tried again")),
    "retract": (N_("Taking down {n} post."), N_("Taking down {n} posts."), N_("{n} being taken down")),
    "deliver": (N_("{n} post is known to be sent."), N_("{n} posts are known to be sent."), N_("{n} known to be sent")),
    "clear": (N_("Sending {n} post again."), N_("Sending {n} posts again."), N_("{n} being sent again")),
    "leave": (N_("Left {n} post as it is."), N_("Left {n} posts as they are."), N_("{n} left as they are")),
    "undo": (N_("{n} post is as it was before."), N_("{n} posts are as they were before."), N_("{n} undone")),
}
_NOT: Mapping[str, tuple[str, str]] = {
    LEFT: (N_("{n} had already left"), N_("{n} had already left")),
    ALREADY: (N_("{n} was so already"), N_("{n} were so already")),
    STALE: (N_("{n} was changed meanwhile"), N_("{n} were changed meanwhile")),
    NOT_ALLOWED: (N_("{n} is not yours to decide"), N_("{n} are not yours to decide")),
    MISSING: (N_("{n} is not there"), N_("{n} are not there")),
    REFUSED: (N_("{n} could not be changed"), N_("{n} could not be changed")),
}
_PLACES: Mapping[str, str] = {
    "pause": N_("{name} is paused."),
    "resume": N_("{name} sends again."),
    "stop": N_("All sending is stopped."),
    "restart": N_("Sending again."),
}


@dataclass(frozen=True, slots=True)
class Result:
    """What one verb did to one post. `problem` is "" or the sentence that says why nothing was done.

    `kind` is DONE, or which sort of problem it is. `was` and `now` are the row's snapshots, None where it is not there.
    """

    delivery: int
    kind: str = DONE
    problem: str = ""
    account: str = ""  # as people read it
    title: str = ""  # of the article; only where there is a problem
    was: Mapping[str, Any] | None = None
    now: Mapping[str, Any] | None = None

    @property
    def done(self) -> bool:
        """Whether the verb was carried out."""
        return self.kind == DONE

    @property
    def before(self) -> Status | None:
        """The state it was in."""
        return Status(self.was["status"]) if self.was else None

    @property
    def after(self) -> Status | None:
        """The state it is in, the same as before where nothing was done."""
        return Status(self.now["status"]) if self.now else None

    @property
    def version(self) -> int:
        """The number of its words, 0 without any."""
        return int(self.now["version"]) if self.now else 0


@dataclass(frozen=True, slots=True)
class Done:
    """An action as it was carried out. `words` is the sentence to show; `undo` whether it can be taken back.

    `place` is the account of a pause, "" for posts and for the stop switch.
    """

    id: str
    at: datetime
    actor: str
    verb: str
    reason: str
    results: tuple[Result, ...]
    words: str
    undo: bool
    place: str = ""


UNDOABLE = frozenset({"approve", "hold", "send", "move", "suppress", "release", "retry", "clear", "leave"})
UNDOABLE_PLACES = frozenset({"pause", "stop"})


def as_results(results: Sequence[Result]) -> list[dict[str, Any]]:
    """What the ledger keeps of an action."""
    return [
        {
            "delivery": one.delivery,
            "kind": one.kind,
            "problem": one.problem,
            "account": one.account,
            "title": one.title,
            "before": one.was,
            "after": one.now,
            "after_status": one.after.value if one.after else None,
            "after_version": one.version,
        }
        for one in results
    ]


def done(action: Action) -> Done:
    """An action of the ledger as it was carried out, whoever asks and however often."""
    if action.verb in _PLACES:
        return _place(action)
    results = tuple(
        Result(
            delivery=one["delivery"],
            kind=one["kind"],
            problem=one["problem"],
            account=one["account"],
            title=one["title"],
            was=one["before"],
            now=one["after"],
        )
        for one in action.results
    )
    undo = action.verb in UNDOABLE and action.undone_at is None and any(one.done for one in results)
    words = summary(action.verb, results)
    return Done(action.id, action.at, action.actor, action.verb, action.reason, results, words, undo)


def _place(action: Action) -> Done:
    kept = action.results[0]
    changed = kept["kind"] == DONE
    name = str(kept["account"])
    words = _(_PLACES[action.verb]).format(name=kept["title"]) if changed else str(kept["problem"])
    undo = changed and action.verb in UNDOABLE_PLACES and action.undone_at is None
    return Done(action.id, action.at, action.actor, action.verb, action.reason, (), words, undo, name)


# ---------------------------------------------------------------------------------------------- in words


def summary(verb: str, results: Sequence[Result]) -> str:
    """ "Held 4 posts." "148 held, 2 had already left: Night bus stays (X main, Bluesky)." """
    count = sum(one.done for one in results)
    one, many, short = _DID[verb]
    if count == len(results):
        return several(one, many, count) if results else _("No post was chosen.")
    if len(results) == 1:
        return results[0].problem
    failed = {kind: [one for one in results if one.kind == kind] for kind in _NOT}
    parts = [_missed(kind, posts) for kind, posts in failed.items() if posts]
    begin = [_(short).format(n=count)] if count else []
    # Names stand after a colon with commas between them: further parts need a stronger sign.
    return (", " if len(parts) == 1 else "; ").join((*begin, *parts)) + "."


def _missed(kind: str, posts: Sequence[Result]) -> str:
    """ "2 had already left: Night bus stays (X main, Bluesky)"."""
    stories: dict[str, list[str]] = {}
    for post in posts:
        stories.setdefault(post.title, []).append(post.account)
    named = [f"{title} ({', '.join(names)})" for title, names in stories.items() if title]
    more = len(named) - SHOWN
    listed = ", ".join(named[:SHOWN]) + (" " + several("and {n} more", "and {n} more", more) if more > 0 else "")
    said = several(*_NOT[kind], len(posts))
    return f"{said}: {listed}" if listed else said
