"""The calendar: days of 23, 24 and 25 hours, quiet hours, tiles, and another time for posts."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from syndicator import editorial
from syndicator.desk import tiles
from syndicator.models import Delivery, QuietHours, Status
from tests.desk.newsroom import Newsroom, token

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 13, 31, tzinfo=UTC)
NIGHT = QuietHours(22 * 60 + 30, 6 * 60)


def row(number: int, due: datetime, **fields: object) -> Delivery:
    """A queued post."""
    return Delivery(number, "", 1, "x", "publication", Status.QUEUED, due=due, version=1, **fields)  # type: ignore[arg-type]


def local(day: date, clock: str) -> datetime:
    """A time by Berlin's clock."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "labels"),
    [
        (date(2026, 11, 23), ["00:00", "01:00", "02:00", "03:00"]),
        (date(2027, 3, 28), ["00:00", "01:00", "03:00", "04:00"]),
        (date(2026, 10, 25), ["00:00", "01:00", "02:00 (+02:00)", "02:00 (+01:00)", "03:00"]),
    ],
)
def test_a_day_has_the_hours_its_clock_shows(day: date, labels: list[str]) -> None:
    """A missing hour is not there, a doubled one stands twice with its offsets, and no moment is in two stretches."""
    found = tiles.day(day, BERLIN, [], [], NOW, hourly=True)
    assert [one.label for one in found][: len(labels)] == labels
    assert len(found) == {date(2027, 3, 28): 23, date(2026, 10, 25): 25}.get(day, 24)
    assert all(one.end == other.begin for one, other in pairwise(found))


@pytest.mark.parametrize("hourly", [True, False])
def test_quiet_hours_are_stretches_of_their_own(hourly: bool) -> None:
    """Shading begins and ends at the minute, over midnight, too."""
    found = tiles.day(date(2026, 11, 23), BERLIN, [NIGHT], [], NOW, hourly=hourly)
    edges = [one.label for other, one in pairwise(found) if one.quiet != other.quiet]
    assert (found[0].quiet, edges, found[-1].quiet) == (True, ["06:00", "22:30"], True)
    assert len(found) == (25 if hourly else 3)


def test_every_post_stands_in_one_tile_at_its_time() -> None:
    """Posts of one story, minute and state share a tile; a sent one stands where it was sent."""
    day = date(2026, 10, 25)
    twice = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    rows = [
        row(1, local(day, "14:35:10")),
        row(2, local(day, "14:35:40")),
        row(3, twice),
        row(4, twice + timedelta(hours=1)),
        row(5, local(day, "09:00"), sent_at=local(day, "23:59:59")),
    ]
    shown = tiles.tiles([(one, "Ferry") for one in rows])
    found = tiles.day(day, BERLIN, [], shown, NOW, hourly=True)
    placed = {(one.label, tile.rows[0].id): len(tile.rows) for one in found for tile in one.tiles}
    assert placed == {("14:00", 1): 2, ("02:00 (+02:00)", 3): 1, ("02:00 (+01:00)", 4): 1, ("23:00", 5): 1}


# ---------------------------------------------------------------------------------------------- the pages


@pytest.fixture
def newsroom(tmp_path: Path, hashed_password: str) -> Iterator[Newsroom]:
    """The newsroom on a Monday at 14:31, with quiet hours."""
    made = Newsroom(tmp_path, hashed_password, policy='quiet_hours = "22:30-06:00"', clock=lambda: NOW)
    made.serve()
    yield made
    made.close()


def plain(page: httpx.Response) -> str:
    """The words of a page's middle."""
    middle = page.text.partition('<main id="main"')[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", middle)))


def test_the_calendar_leads_to_this_week(anna: httpx.Client) -> None:
    """The address has today's date, so that it can be kept and sent."""
    assert anna.get("/calendar").headers["location"] == "/calendar/week/2026-11-23"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/calendar/week/2026-11-25", ["23 to 29 Nov", "Mon 23 Nov 4", "14:41", "Ferry pier returns", "4 posts"]),
        ("/calendar/day/2026-11-23", ["Mon 23 November 2026", "14:41", "quiet hours, 22:30 to 06:00", "Move…"]),
        ("/calendar/day/2027-03-28", ["The clocks change: this day has 23 hours.", "0 posts"]),
        ("/calendar/day/2026-11-23?account=x-main", ["1 post"]),
    ],
)
def test_day_and_week_show_what_is_planned(newsroom: Newsroom, anna: httpx.Client, path: str, words: list[str]) -> None:
    """A tile has its time, its accounts and its story; the legend names the quiet hours."""
    newsroom.publish("pier")
    page = anna.get(path)
    assert page.status_code == 200
    assert [one for one in words if one not in plain(page)] == []
    assert "style=" not in page.text


@pytest.mark.parametrize("path", ["/calendar/day/2026-02-31", "/calendar/week/tomorrow", "/calendar/day/0001-01-01"])
def test_a_day_there_is_not(anna: httpx.Client, path: str) -> None:
    """An address without a day is not found, in words."""
    page = anna.get(path)
    assert (page.status_code, "such as 2026-11-24" in page.text) == (404, True)


def test_a_viewer_sees_and_moves_nothing(newsroom: Newsroom, ben: httpx.Client) -> None:
    """Who may not move posts is offered no such link, and is refused."""
    rows = newsroom.publish("pier")
    assert "Move…" not in plain(ben.get("/calendar/day/2026-11-23"))
    assert ben.get(f"/calendar/move?id={rows[0].id}:1").status_code == 403


def move(client: httpx.Client, rows: list[Delivery], **fields: str) -> httpx.Response:
    """The form of another time, as it is sent without script."""
    ids = [f"{one.id}:{one.version}" for one in rows]
    asked = client.get("/calendar/move", params={"id": ids})
    assert asked.status_code == 200, asked.text
    sent = {"csrf": token(asked), "key": "k1", "id": ids, "offset": "", "back": "/calendar/week/2026-11-23"}
    return client.post("/calendar/move", data=sent | fields)


@pytest.mark.parametrize(
    ("day", "clock", "offset", "due"),
    [
        ("2026-11-25", "14:41", "", datetime(2026, 11, 25, 13, 41, tzinfo=UTC)),
        ("2027-10-31", "02:30", "+02:00", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        ("2027-10-31", "02:30", "+01:00", datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
    ],
)
def test_posts_move_to_another_time(
    newsroom: Newsroom, anna: httpx.Client, day: str, clock: str, offset: str, due: datetime
) -> None:
    """Every post of the tile has the new time, and the whole is one action that can be undone."""
    rows = newsroom.publish("pier")
    answer = move(anna, rows, day=day, clock=clock, offset=offset)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/calendar/week/2026-11-23?did=act-")
    assert {newsroom.row(one.id).due for one in rows} == {due}
    assert "Moved 4 posts." in anna.get(answer.headers["location"]).text


def test_another_day_keeps_the_hour(newsroom: Newsroom, anna: httpx.Client) -> None:
    """The form holds the hour the posts have, over a change of the clocks, too."""
    rows = newsroom.publish("pier")
    late = datetime(2027, 3, 27, 22, 59, tzinfo=UTC)
    for one in rows:
        editorial.move(newsroom.room, one.id, "person:anna", late)
    asked = anna.get("/calendar/move", params={"id": [f"{one.id}:1" for one in rows]})
    clock = re.search(r'name="clock" type="text" value="([^"]+)"', asked.text)
    assert clock is not None
    move(anna, rows, day="2027-03-29", clock=clock[1])
    assert {newsroom.row(one.id).due for one in rows} == {datetime(2027, 3, 29, 21, 59, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("day", "clock", "words"),
    [
        ("2027-03-28", "02:30", "On 28 March 2027 clocks jump from 02:00 to 03:00."),
        ("2027-10-31", "02:30", "comes twice: choose 02:30 (+02:00) or 02:30 (+01:00)"),
        ("2026-02-31", "14:00", "The day must be a date"),
        ("2026-11-24", "25:00", "The time must be hours and minutes"),
    ],
)
def test_a_time_there_is_not_is_refused_in_words(
    newsroom: Newsroom, anna: httpx.Client, day: str, clock: str, words: str
) -> None:
    """What was written stays in the form, nothing is moved, and the title says that there is an error."""
    rows = newsroom.publish("pier")
    answer = move(anna, rows, day=day, clock=clock)
    assert answer.status_code == 422
    assert words in plain(answer)
    assert "<title>Error: Move 4 posts" in answer.text
    assert f'value="{clock}"' in answer.text
    assert {newsroom.row(one.id).due for one in rows} == {one.due for one in rows}


def test_a_form_that_comes_too_late(newsroom: Newsroom, anna: httpx.Client) -> None:
    """A post that was sent meanwhile keeps its time, and who asked is told."""
    rows = newsroom.publish("pier")[:1]
    asked = anna.get("/calendar/move", params={"id": [f"{rows[0].id}:1"]})
    newsroom.sent(rows[0])
    sent = {
        "csrf": token(asked),
        "key": "k",
        "id": f"{rows[0].id}:1",
        "day": "2026-11-25",
        "clock": "14:00",
        "back": "",
    }
    answer = anna.post("/calendar/move", data=sent)
    assert "was sent at" in plain_flash(anna.get(answer.headers["location"]))
    assert anna.get("/calendar/move", params={"id": [f"{rows[0].id}:1"]}).status_code == 409


def plain_flash(page: httpx.Response) -> str:
    """The bar at the foot of a page."""
    return page.text.partition('id="flash"')[2].partition('id="said"')[0]


@pytest.mark.parametrize(
    ("back", "leads"),
    [
        ("/calendar/day/2026-11-23?account=x-main", "/calendar/day/2026-11-23?did={id}&account=x-main"),
        ("https://evil.example/", "/calendar/week/2026-11-25?did={id}"),
        ("//evil.example/calendar/day/2026-11-23", "/calendar/week/2026-11-25?did={id}"),
        ("/calendar/day/../../logout", "/calendar/week/2026-11-25?did={id}"),
    ],
)
def test_the_way_back_is_a_page_of_the_calendar(newsroom: Newsroom, anna: httpx.Client, back: str, leads: str) -> None:
    """A form leads back to where it was asked for, its account kept, and never out of the calendar."""
    answer = move(anna, newsroom.publish("pier"), day="2026-11-25", clock="14:41", back=back)
    action = re.search(r"act-\w+", answer.headers["location"])
    assert action is not None
    assert answer.headers["location"] == leads.replace("{id}", action[0])
