"""The first page: what needs somebody, then the stories in the order in which they leave."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from syndicator.delivery import needs_person
from syndicator.desk import buttons, times, words
from syndicator.desk.context import Desk, desk_of
from syndicator.desk.posts import WAITING, Drawing, photo_address, time_of
from syndicator.ledger import Filter
from syndicator.ledger.board import Stories, Story, Wanted
from syndicator.models import Account, Delivery, Person, Role, Status

router = APIRouter()

FIRST = 5  # posts of the strip that are shown at once
VERBS = ("approve", "hold", "suppress", "send", "move")
STATES = (Status.HELD, Status.QUEUED, Status.UNCONFIRMED, Status.FAILED, Status.SENDING, Status.RETRACTING)
# A need leads to the posts it counts: by what the address asks for, and the shape it is drawn with.
_LEADS = {
    "unknown": ("/queue?state=unconfirmed", "unconfirmed"),
    "failed": ("/queue?state=failed", "failed"),
    "approval": ("/queue?state=held", "held"),
    "held": ("/queue?state=held", "held"),
    "paused": ("/accounts", "paused"),
    "source": ("/sources", "paused"),
    "changed": ("/changes", "look"),
}


@router.get("/")
def first(request: Request) -> Response:
    """The desk begins with its queue."""
    desk = desk_of(request)
    desk.person(request)
    return desk.go("/queue")


@router.get("/queue")
def show(
    request: Request, account: str = "", section: str = "", state: str = "", q: str = "", after: str = ""
) -> Response:
    """The queue, filtered."""
    desk = desk_of(request)
    person = desk.person(request)
    wanted = _wanted(account, section, state, q)
    page = desk.room.ledger.board.stories(wanted, desk.now, after=after[:80])
    rows = [row for story in page.stories for row in story.rows]
    needs = Needs(desk, person)
    drawing = Drawing(desk, person, [*rows, *needs.shown])
    filtered = any((account, section, state, q))
    asked = {"account": account, "section": section, "state": state, "q": q}
    posts = page.total_posts
    values = {
        **needs.values(drawing),
        "asked": asked,
        "filtered": filtered,
        "accounts": [("", "All"), *((one.name, name_of(desk, one)) for one in desk.room.accounts.values())],
        "sections": [("", "All"), *((one, one) for one in desk.room.ledger.board.sections(desk.now))],
        "states": [("", "All"), *((status.value, words.word(status)) for status in STATES)],
        "chosen": sum(map(bool, asked.values())),
        "totals": f"{_number(page.total_stories, 'story', 'stories')}, {_number(posts, 'post', 'posts')}",
        "verbs": buttons.named(VERBS) if person.role.at_least(Role.EDITOR) else [],
        "every": _every(asked, page) if page.after else None,
        "stories": [story_view(desk, drawing, story) for story in page.stories],
        "more": desk.url("/queue", **asked, after=page.after) if page.after else "",
        "missing": [] if page.stories or filtered else _missing(desk),
        "nothing": "" if page.stories else _nothing(desk),
    }
    return desk.page(request, "queue.html", **values)


@router.get("/parts/row/{article}")
def row_part(request: Request, article: int) -> Response:
    """One story's row, for a page that is open while its posts move."""
    desk = desk_of(request)
    person = desk.person(request)
    return desk.page(request, "part_rows.html", stories=_rows(desk, person, [article]), needy=[], chooses=True)


@router.get("/parts/needs")
def needs_part(request: Request) -> Response:
    """The strip's line."""
    desk = desk_of(request)
    needs = Needs(desk, desk.person(request))
    return desk.page(request, "part_needs.html", strip=needs.strip, count=needs.count)


@router.get("/parts/stop")
def stop_part(request: Request) -> Response:
    """The red bar, or an empty one."""
    desk = desk_of(request)
    desk.person(request)
    return desk.page(request, "part_stop.html")


def changed(request: Request, person: Person, numbers: Sequence[int]) -> list[str]:
    """The parts of open pages that a verb on these posts has changed: rows, columns, the strip."""
    desk = desk_of(request)
    rows = [row for row in (_row(desk, number) for number in numbers) if row]
    articles = list(dict.fromkeys(row.article for row in rows))
    needs = Needs(desk, person)
    parts = [desk.draw(request, "part_needs.html", strip=needs.strip, count=needs.count)]
    parts.append(desk.draw(request, "part_rows.html", stories=_rows(desk, person, articles), needy=[], chooses=True))
    if len(articles) == 1:
        from syndicator.desk.pages import article

        drawing = Drawing(desk, person, rows)
        story = desk.room.ledger.articles.get(articles[0])
        for row in rows:
            item = article.column(desk, drawing, row, story)
            parts.append(desk.draw(request, "part_column.html", item=item, story={"id": story.id}))
    return parts


def _row(desk: Desk, number: int) -> Delivery | None:
    try:
        return desk.room.ledger.deliveries.get(number)
    except LookupError:
        return None


def _rows(desk: Desk, person: Person, articles: Iterable[int]) -> list[dict[str, Any]]:
    stories = [story for story in (desk.room.ledger.board.story(number) for number in articles) if story]
    drawing = Drawing(desk, person, [row for story in stories for row in story.rows])
    return [story_view(desk, drawing, story) for story in stories]


# ---------------------------------------------------------------------------------------------- what needs somebody


class Needs:
    """The strip: what waits for a person, the worst first."""

    def __init__(self, desk: Desk, person: Person) -> None:
        self._desk, self._person = desk, person
        room = desk.room
        found = room.ledger.board.needs(desk.now)
        unknown = [need for need in found.unknown.needs if self._waits(need.row)]
        paused = [one for one in room.ledger.accounts.states() if one.configured and one.paused is not None]
        sources = [
            one for one in room.ledger.sources.states(room.config.sources.values()).values() if one.failures >= 3
        ]
        counts = {
            "unknown": len(unknown),
            "failed": found.failed.count,
            "approval": found.approval.count,
            "held": found.held.count,
            "paused": len(paused),
            "source": len(sources),
            "changed": len(room.ledger.revisions.open()),
        }
        self.strip = [
            {"status": _LEADS[need.kind][1], "count": need.number, "href": _LEADS[need.kind][0],
             "word": need.words.partition(" ")[2]}
            for need in words.strip(counts)
        ]  # fmt: skip
        self.count = sum(counts.values())
        self._needs = [*unknown, *found.failed.needs][:FIRST]
        self.shown = [need.row for need in self._needs]

    def _waits(self, row: Delivery) -> bool:
        account = self._desk.room.account(row.account)
        return account is None or needs_person(row, account.delivery)

    def values(self, drawing: Drawing) -> dict[str, Any]:
        """For the page."""
        needy = []
        for need in self._needs:
            row = need.row
            post = drawing.post(row, named=True)
            needy.append({
                "status": row.status.value, "word": words.word(row.status), "post": post, "line": post["line"],
                "title": need.title, "href": f"/deliveries/{row.id}",
                "buttons": [one for one in buttons.of(post["can"], row, self._desk.now) if one["verb"] != "edit"],
            })  # fmt: skip
        return {"strip": self.strip, "count": self.count, "needy": needy}


# ---------------------------------------------------------------------------------------------- views


def story_view(desk: Desk, drawing: Drawing, story: Story) -> dict[str, Any]:
    """A story as the macro `story_row` takes it."""
    article, now, zone = story.article, desk.now, desk.room.zone
    waiting = [row for row in story.rows if row.status in WAITING]
    leaves = min((moment for row in waiting if (moment := drawing.leaves(row))), default=None)
    meta = list(article.sections[:1])
    if article.published:
        meta.append(f"published {times.published(article.published, now, zone)}")
    if article.sensitive:
        meta.append("graphic")
    if article.embargo and article.embargo > now:
        meta.append(f"embargo until {times.until(article.embargo, now, zone, seconds=True)}")
    photo = {"src": photo_address(desk, story.photo, "row"), "graphic": article.sensitive} if story.photo else None
    return {
        "id": article.id, "title": article.title or "(no headline)", "href": f"/articles/{article.id}",
        "url": article.url, "ids": [f"{row.id}:{row.version}" for row in story.rows], "meta": meta, "photo": photo,
        "time": time_of(desk, drawing.person, leaves), "language": article.language,
        "groups": drawing.groups(story.rows, embargo=article.embargo, beside=leaves),
        "left": all(row.status in {Status.SENT, Status.RETRACTED} for row in story.rows),
    }  # fmt: skip


def name_of(desk: Desk, account: Account) -> str:
    """An account's name as people read it."""
    return words.account_name(account.name, desk.room.features(account).label)


def _every(asked: dict[str, str], page: Stories) -> tuple[str, str]:
    """The box that takes what the page does not show as well."""
    return urlencode(asked), f"Select all {page.total_stories} stories, also those not shown"


def all_of(desk: Desk, query: str) -> list[tuple[int, int | None]]:
    """Every waiting post that a filter of the page finds. More than one action takes is the action's to refuse."""
    asked = dict(parse_qsl(query))
    wanted = _wanted(*(asked.get(name, "") for name in ("account", "section", "state", "q")))
    found = desk.room.ledger.board.stories(wanted, desk.now, limit=10_000)
    return [(row.id, row.version) for story in found.stories for row in story.rows]


def _wanted(account: str, section: str, state: str, q: str) -> Wanted:
    known = {status.value: status for status in Status}
    return Wanted(account, section, (known[state],) if state in known else (), q.strip()[:200])


def _number(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _nothing(desk: Desk) -> str:
    last = desk.room.ledger.history.last_sent()
    if last is None:
        return words.nothing_waits(None, "", 0, desk.now, desk.room.zone)
    sent = list(desk.room.ledger.history.entries(Filter(statuses=(Status.SENT,), limit=20)))
    newest = max(sent, key=lambda entry: entry["sent_at"] or entry["changed_at"])
    on = sum(entry["article_id"] == newest["article_id"] for entry in sent)
    return words.nothing_waits(last, newest["title"], on, desk.now, desk.room.zone)


def _missing(desk: Desk) -> list[str]:
    """What a first start still wants, each with what mends it."""
    file, people = desk.room.config.file.name, desk.people.list()
    found = []
    if not desk.room.config.sources:
        found.append(f"A source: add a table [sources.NAME] with its url to {file}.")
    if not desk.room.accounts:
        found.append(f"An account: add a table [accounts.NAME] with its platform to {file}, and its secrets.")
    if not any(one.role is Role.EDITOR for one in people):
        found.append("An editor: syndicator user add NAME --role editor, or on the page People.")
    return [words.missing([one.partition(":")[0].lower() for one in found]), *found] if len(found) > 1 else []
