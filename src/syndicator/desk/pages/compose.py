"""Compose: an article by its address, or a text of one's own, on chosen accounts, seen before it is queued."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from syndicator.desk import acts, composing, forms, times, wallclock
from syndicator.desk.composing import Subject, Trial
from syndicator.desk.context import Desk, desk_of
from syndicator.desk.i18n import _, several
from syndicator.desk.ordering import (
    LIMITS,
    WHEN,
    Form,
    Trouble,
    digest,
    form_of,
    keep,
    kept,
    name_of,
    queue,
    subject_of,
)
from syndicator.desk.posts import Drawing, count_of, preview_of
from syndicator.errors import Stale
from syndicator.models import Account, Article, Role, Status

router = APIRouter()

WAITING = frozenset({Status.HELD, Status.QUEUED})


# ---------------------------------------------------------------------------------------------- the page


@router.get("/compose")
def show(request: Request, url: str = "", draft: str = "") -> Response:
    """The form; `url` fills in an address, `draft` is a form that was sent to be previewed."""
    desk = desk_of(request)
    person = desk.person(request, Role.EDITOR)
    before = kept(desk, person.actor, draft) if draft else None
    if before:
        return _page(request, before, previews=True)
    day, clock, _offset = wallclock.fields(desk.now, desk.room.zone)
    chosen = tuple(name for name, account in desk.room.accounts.items() if account.enabled)
    return _page(request, Form(url[: LIMITS["url"]], accounts=chosen, day=day, clock=clock[:5]))


@router.post("/compose")
def compose(request: Request) -> Response:
    """Queue it, or show what it would look like. The same form sent twice makes one post."""
    desk = desk_of(request)
    person = desk.person(request, Role.EDITOR)
    form = form_of(request)
    if forms.field(request, "do", 20) == "preview":
        return desk.go("/compose", draft=keep(desk, person.actor, form))
    key = f"compose:{forms.field(request, 'key', 64)}:{digest(form)[:16]}"
    there = desk.people.begin_answer(key, person.actor, digest(form), desk.now)
    if there:
        if there.status is None:
            raise Stale(_("The same press is still at work."))
        return desk.go("/compose/sent", id=there.answer)
    try:
        made, trouble = queue(desk, person, form)
    except BaseException:
        desk.people.drop_answer(key, person.actor)
        raise
    if trouble.errors:
        desk.people.drop_answer(key, person.actor)
        return _page(request, form, trouble, previews=True)
    numbers = [row.id for row in made]
    desk.people.finish_answer(key, person.actor, 303, numbers)
    return desk.go("/compose/sent", id=numbers)


@router.post("/compose/preview")
def preview(request: Request) -> Response:
    """The previews alone, for a page that asks while somebody writes."""
    desk = desk_of(request)
    desk.person(request, Role.EDITOR)
    form = form_of(request)
    trouble = Trouble()
    about = subject_of(desk, form, trouble) if form.url.strip() or form.text.strip() else None
    return desk.page(request, "compose_previews.html", **_previewed(desk, form, about, trouble))


@router.get("/compose/sent")
def sent(request: Request) -> Response:
    """What was made, as it stands now."""
    desk = desk_of(request)
    person = desk.person(request)
    numbers = [number for number, _version in map(_target, request.query_params.getlist("id")[: acts.MOST])]
    rows = [desk.room.ledger.deliveries.get(number) for number in numbers]
    if not rows:
        raise LookupError(_("There is no such post."))
    drawing = Drawing(desk, person, rows)
    waiting = [row for row in rows if row.status in WAITING]
    article = desk.room.ledger.articles.get(rows[0].article)
    posts = [drawing.post(row) | {"leaves": drawing.time(drawing.leaves(row))} for row in rows]
    words = several("{n} post was made.", "{n} posts were made.", len(rows))
    ids = [f"{row.id}:{row.version}" for row in waiting]
    return desk.page(request, "compose_sent.html", words=words, posts=posts, article=article, ids=ids)


def _target(text: str) -> tuple[int, str]:
    number, _colon, version = text.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise LookupError(_("There is no such post."))
    return int(number), version


# ---------------------------------------------------------------------------------------------- drawing


def _page(request: Request, form: Form, trouble: Trouble | None = None, *, previews: bool = False) -> Response:
    desk = desk_of(request)
    trouble = trouble or Trouble()
    seen = Trouble()
    about = subject_of(desk, form, seen) if previews else None
    if not trouble.errors:
        trouble.errors = seen.errors
    zone = desk.room.zone
    values = {
        "form": form,
        "errors": trouble.errors,
        "choices": [(times.offset(one, zone), times.clock(one, zone)) for one in trouble.choices],
        "accounts": [_choice(desk, one) for one in desk.room.accounts.values()],
        "when": [(key, _(word)) for key, word in WHEN],
        "town": times.place(zone),
        **_previewed(desk, form, about, seen),
    }
    return desk.page(request, "compose.html", 422 if trouble.errors else 200, **values)


def _previewed(desk: Desk, form: Form, about: Subject | None, trouble: Trouble) -> dict[str, Any]:
    """What the previews' part of the page shows."""
    story = about.known if about else composing.known(desk.room, form.url) if form.url.strip() else None
    chosen = [desk.room.accounts[name] for name in form.accounts if name in desk.room.accounts]
    trials = composing.trials(desk.room, about, chosen) if about else []
    return {
        "columns": [_column(desk, one, _headline(about)) for one in trials],
        "trouble": [words for _field, words in trouble.errors],
        "photo": about.picture.why_not if about else "",
        "title": about.article.title if about and not form.text.strip() else "",
        "earlier": _earlier(desk, story),
    }


def _headline(about: Subject | None) -> str:
    """The headline that networks will find on the page, "" where nobody has read it."""
    story = about.known or about.article if about else None
    return story.title if story and (story.id or story.keys) else ""


def _column(desk: Desk, trial: Trial, headline: str) -> dict[str, Any]:
    post, name = trial.post, name_of(desk, trial.account)
    shown = preview_of(desk, post, trial.features, name) if post else None
    if shown and shown["card"] and not shown["card"]["title"]:
        shown["card"] = {**shown["card"], "title": headline} if headline else None
    return {
        "account": trial.account.name,
        "name": name,
        "monogram": trial.features.monogram,
        "features": trial.features,
        "post": shown,
        "count": count_of(post, trial.features) if post else None,
        "trouble": trial.trouble,
        "remark": trial.remark,
    }


def _choice(desk: Desk, account: Account) -> dict[str, str]:
    """An account to choose, and why nothing would leave it."""
    state = desk.room.ledger.accounts.get(account.name)
    note = "" if state.paused is None else _("paused: {why}").format(why=state.paused)
    return {
        "name": account.name,
        "word": name_of(desk, account),
        "monogram": desk.room.features(account).monogram,
        "note": note if account.enabled else _("switched off"),
    }


def _earlier(desk: Desk, story: Article | None) -> dict[str, Any] | None:
    """What the desk knows of an article: "Already sent on 22 Nov"."""
    rows = composing.earlier(desk.room, story)
    if story is None or not rows:
        return None
    zone, today = desk.room.zone, desk.now.astimezone(desk.room.zone).date()
    sent_at = max((row.sent_at for row in rows if row.sent_at and row.status is Status.SENT), default=None)
    if sent_at:
        day = sent_at.astimezone(zone).date()
        words = _("Already sent on {day}").format(day=times.period(day, day, today))
    elif any(row.status in WAITING for row in rows):
        words = _("Already waiting to be sent")
    else:
        words = _("Already in the history")
    return {"words": words, "href": f"/articles/{story.id}", "title": story.title}
