"""The one target of all verbs: a form is carried out post by post, told in one sentence, and can be undone."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse, Response

from syndicator import editorial, permits
from syndicator.desk import acts, buttons, forms, outcomes, verbs, wallclock, words
from syndicator.desk.context import Desk, desk_of
from syndicator.desk.editor import Editing, form, offsets, save
from syndicator.desk.posts import count_of, features_of
from syndicator.errors import IllegalMove
from syndicator.models import Delivery, Person, Post, Role

router = APIRouter()

REASON, ADDRESS = 300, 2_000


@router.post("/actions")
def act(request: Request) -> Response:
    """Carry a verb out on every post named, each on its own; 303 back, or the changed parts for a script."""
    desk = desk_of(request)
    person = desk.person(request, Role.EDITOR)
    verb = forms.field(request, "verb", 20)
    reason = (forms.field(request, "words", REASON) or forms.field(request, "reason", REASON)).strip()
    if verb == "pause":
        account = forms.field(request, "account", 100)
        return _told(request, desk, person, acts.pause(desk.room, desk.people, person, account, reason))
    try:
        due = _due(request, desk) if verb == "move" else None
    except wallclock.NoSuchTime as error:
        return _asked_again(request, desk, error)
    done = acts.act(
        desk.room, desk.people, person, verb, _asked(request, desk, person, verb), reason=reason,
        due=due,
        permalink=forms.field(request, "permalink", ADDRESS).strip(), key=forms.field(request, "key", 80),
    )  # fmt: skip
    return _told(request, desk, person, done)


@router.post("/undo")
def undo(request: Request) -> Response:
    """Take a whole action back, as far as its posts have not moved on."""
    desk = desk_of(request)
    person = desk.person(request, Role.EDITOR)
    done = acts.undo(desk.room, desk.people, person, forms.field(request, "action", 80))
    return _told(request, desk, person, done)


def targets(given: list[str]) -> list[tuple[int, int | None]]:
    """Posts with the versions that were read: "8123:7", several in one value for a story. Raises HTTPException."""
    found = []
    for one in " ".join(given).split():
        number, _colon, version = one.partition(":")
        if not (number.isascii() and number.isdigit() and len(number) < 16 and version.isascii()):
            raise HTTPException(422, "A post is named by its number. Nothing was changed.")
        found.append((int(number), int(version) if version.isdigit() and len(version) < 10 else None))
    return found


def _asked(request: Request, desk: Desk, person: Person, verb: str) -> list[tuple[int, int | None]]:
    """The posts of a form; with its box ticked also those of the filter that the page does not show."""
    named = targets(forms.fields(request, "id"))
    query = forms.field(request, "all", 1_000)
    if not query:
        return named
    from syndicator.desk.pages import queue

    rows = [desk.room.ledger.deliveries.get(number) for number, _version in queue.all_of(desk, query)]
    able = [row for row in rows if verb in permits.verbs(row, desk.room.account(row.account), person.role)]
    return [(row.id, row.version) for row in able]


@router.get("/ask")
def ask(request: Request, verb: str = "") -> Response:
    """The question before a verb: why, when, where."""
    return _ask(request, verb, targets(request.query_params.getlist("id")))


@router.post("/ask")
def ask_many(request: Request) -> Response:
    """The same for more posts than an address holds. Changes nothing."""
    return _ask(request, forms.field(request, "verb", 20), targets(forms.fields(request, "id")))


def _ask(request: Request, verb: str, named: list[tuple[int, int | None]]) -> Response:
    desk = desk_of(request)
    person = desk.person(request, Role.EDITOR)
    named = named[: acts.MOST]
    if verb not in buttons.ASK or not named:
        raise HTTPException(404, "There is no such question.")
    rows = [desk.room.ledger.deliveries.get(number) for number, _version in named]
    refused = [permits.may(person.role, verb, row, desk.room.account(row.account)) for row in rows]
    if all(refused):
        raise HTTPException(403, refused[0])
    asked = _question(desk, verb, rows, [f"{number}:{version or ''}" for number, version in named])
    return desk.page(request, "ask.html", asked=asked, errors=[])


@router.post("/edit")
def edit(request: Request) -> Response:
    """Save, reset or leave the editor of one post."""
    from syndicator.desk.pages import article

    desk = desk_of(request)
    person = desk.person(request, Role.EDITOR)
    number, seen = next(iter(targets([forms.field(request, "id", 40)])), (0, None))
    version = seen or 0
    row, account = desk.room.ledger.deliveries.get(number), forms.field(request, "account", 100)
    back = desk.go(f"/articles/{row.article}")
    back.headers["location"] += f"#{account}" if account.replace("-", "").isalnum() else ""
    answer = forms.field(request, "answer", 10)
    if answer == "cancel":
        editorial.end_edit(desk.room, number, person.actor, due=desk.soon, changed=False)
        return back
    approves = not permits.may(person.role, "approve", row, desk.room.account(row.account))
    if answer == "reset":
        editorial.reset(desk.room, number, person.actor, version=version, approves=approves)
        editorial.end_edit(desk.room, number, person.actor, due=desk.soon, approves=approves)
        return back
    typed = _typed(request, desk, row, account, version)
    wrong = save(desk, person, typed, approves=approves)
    return article.draw(request, row.article, editing=wrong, status=422) if wrong else back


@router.post("/parts/measure")
def measure(request: Request) -> Response:
    """How long a text is on one network, counted by its own rule."""
    desk = desk_of(request)
    desk.person(request)
    account = desk.room.named(forms.field(request, "account", 100))
    post = Post(forms.field(request, "text", 1_000_000), "", warning=forms.field(request, "warning", 10_000))
    count = count_of(post, features_of(desk.room, account, account.platform))
    return desk.page(request, "part_counter.html", count=count, element=forms.field(request, "element", 60))


# ---------------------------------------------------------------------------------------------- parts


def _told(request: Request, desk: Desk, person: Person, done: outcomes.Done) -> Response:
    if not (request.headers.get("hx-request") or request.headers.get("x-desk")):
        return desk.go(_back(forms.field(request, "back", 2_000)), did=done.id)
    from syndicator.desk.pages import queue

    flash = flash_of(done)
    parts = [desk.draw(request, "part_flash.html", flash=flash)]
    parts += queue.changed(request, person, [result.delivery for result in done.results])
    return HTMLResponse("\n".join(parts), 200 if done.place or any(result.done for result in done.results) else 409)


def flash_of(done: outcomes.Done) -> dict[str, Any]:
    """The bar after a verb."""
    whole = all(result.done for result in done.results)
    return {"words": done.words, "kind": "" if whole else "failed", "undo": done.id if done.undo else ""}


def _back(path: str) -> str:
    """Where the form was; only a page of the desk, without what the last action said."""
    if not forms.inside(path):
        return "/queue"
    place, _mark, query = path.partition("#")[0].partition("?")
    query = "&".join(part for part in query.split("&") if part and not part.startswith("did="))
    return place + (f"?{query}" if query else "")


def _due(request: Request, desk: Desk) -> Any:
    day, clock = forms.field(request, "day", 20), forms.field(request, "time", 20)
    return wallclock.parse(day, clock, desk.room.zone, forms.field(request, "offset", 10))


def _typed(request: Request, desk: Desk, row: Delivery, account: str, version: int) -> Editing:
    stored = form(desk, row, account)
    if stored is None:
        raise IllegalMove(f"post {row.id} has no words yet; release it first")
    given = {name: forms.field(request, name) if name in forms.form_of(request) else getattr(stored, name)
             for name in ("text", "alt", "warning", "photo", "day", "time")}  # fmt: skip
    count = count_of(
        Post(given["text"], "", warning=given["warning"]), features_of(desk.room, desk.room.account(row.account), "")
    )
    return Editing(
        row.id, account, version, given["text"], given["alt"], given["warning"], given["day"], given["time"],
        given["photo"], stored.photos, stored.has_photo, stored.warns, count, stored.held,
        forms.field(request, "offset", 10),
    )  # fmt: skip


_TITLES = {
    "suppress": ("Suppress {posts}?", "Suppress", ""),
    "move": ("Move {posts} to another time", "Move", "primary"),
    "deliver": ("Where is it?", "It is there", "primary"),
    "retract": ("Take {posts} down?", "Take down", "danger"),
}


def _question(desk: Desk, verb: str, rows: list[Delivery], ids: list[str]) -> dict[str, Any]:
    title, button, kind = _TITLES[verb]
    first = rows[0]
    name = _name(desk, first)
    posts = name if len(rows) == 1 else f"{len(rows)} posts"
    day, clock, _offset = wallclock.fields(first.due or desk.now, desk.room.zone)
    return {
        "verb": verb, "ids": ids, "title": title.format(posts=posts), "button": button, "kind": kind, "wrong": "",
        "out": f"/articles/{first.article}", "words": "", "reasons": [(one, one) for one in words.REASONS], "day": day,
        "time": clock[:5], "zone": f"By the newsroom’s clock ({desk.room.zone.key}).", "offsets": [], "permalink": "",
        "public": "",
    }  # fmt: skip


def _asked_again(request: Request, desk: Desk, error: wallclock.NoSuchTime) -> Response:
    """The question of a move once more, with what is wrong about its time."""
    named = targets(forms.fields(request, "id"))[: acts.MOST]
    rows = [desk.room.ledger.deliveries.get(number) for number, _version in named]
    asked = _question(desk, "move", rows, [f"{number}:{version or ''}" for number, version in named])
    asked |= {"day": forms.field(request, "day", 20), "time": forms.field(request, "time", 20), "wrong": str(error)}
    asked["offsets"] = offsets(error, desk.room.zone)
    return desk.page(request, "ask.html", 422, asked=asked, errors=[("day", str(error))])


def _name(desk: Desk, row: Delivery) -> str:
    return verbs.shown_name(desk.room, row)
