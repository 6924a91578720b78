"""The history: its question, its rows and facets, its files, and its charts."""

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from starlette.datastructures import QueryParams

from syndicator import editorial
from syndicator.desk import asked, charts, exports
from syndicator.desk.wallclock import NoSuchTime
from syndicator.ledger.history import FIELDS
from syndicator.models import ArticleState
from tests.desk.newsroom import Newsroom

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 13, 31, tzinfo=UTC)
TODAY = date(2026, 11, 23)

# ---------------------------------------------------------------------------------------------- the question


def midnight(day: int, hour: int = 23, month: int = 11) -> datetime:
    """The end of a day of that autumn in Berlin: 23:00 in UTC, 22:00 before the clocks go back."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "since", "until", "words"),
    [
        ("", None, None, "all dates"),
        ("from=-7d", datetime(2026, 11, 15, 23, tzinfo=UTC), None, "since 16 Nov"),
        ("from=-12h", NOW - timedelta(hours=12), None, "since 23 Nov"),
        ("from=today&to=today", midnight(22), midnight(23), "23 Nov"),
        ("from=Yesterday&to=-1d", midnight(21), midnight(22), "22 Nov"),
        ("from=2026-10-25&to=2026-10-25", midnight(24, 22, 10), midnight(25, 23, 10), "25 Oct"),
        ("to=2026-11-22", None, datetime(2026, 11, 22, 23, tzinfo=UTC), "until 22 Nov"),
        ("from=-99999d", datetime(1970, 1, 1, 23, tzinfo=UTC), None, "since 2 Jan 1970"),
    ],
)  # fmt: skip
def test_bounds_are_days_of_the_newsroom(
    query: str, since: datetime | None, until: datetime | None, words: str
) -> None:
    """Relative or not, a day counts whole by the newsroom's clock, on days of 23 and 25 hours, too."""
    found = asked.read(QueryParams(query), NOW, BERLIN)
    assert (found.since, found.until, asked.told(found, TODAY)) == (since, until, words)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-02-30", "from"),
        ("to=soon", "to"),
        ("from=-7w", "from"),
        ("to=0001-01-01", "to"),
        ("from=-٧d", "from"),
    ],
)
def test_a_bound_that_is_none(query: str, field: str) -> None:
    """It is refused, and the field that has it is named."""
    with pytest.raises(NoSuchTime) as caught:
        asked.read(QueryParams(query), NOW, BERLIN)
    assert caught.value.field == field


def test_a_question_and_its_addresses() -> None:
    """Filters are added and taken away one by one, the page is forgotten, and a lasting link has dates."""
    question = asked.read(QueryParams("q= night\0bus &state=sent&state=failed&from=-7d&after=x"), NOW, BERLIN)
    assert (question.words, question.narrowed, question.after) == ("night bus", 2, "x")
    assert asked.toggled(question, "state", "sent")["state"] == ["failed"]
    assert asked.toggled(question, "account", "x-main")["account"] == ["x-main"]
    assert "after" not in asked.written(question)
    assert asked.fixed(question)["from"] == "2026-11-16"
    assert [chosen for _word, _query, chosen in asked.periods(question)] == [False, False, True, False]


# ---------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        (" \n=1", "' \n=1"),
        ("Night bus", "Night bus"),
        ("", ""),
        (None, ""),
        (-12, -12),
        (NOW, "2026-11-23T13:31:00Z"),
        (date(2022, 1, 6), "2022-01-06"),
        (["world", "=x"], '["world", "=x"]'),
    ],
)
def test_no_cell_is_a_formula(cell: object, shown: object) -> None:
    """Texts from outside are shown by a spreadsheet, never calculated; numbers stay numbers."""
    assert exports.harmless(cell) == shown


@pytest.mark.parametrize("count", [0, 1, 200, 401])
def test_files_hold_every_row(count: int) -> None:
    """Both files can be read back whole, however many rows there are."""
    rows = [{"id": n, "title": f'Zeile "{n}"\näöü'} for n in range(count)]
    table = b"".join(exports.as_csv(rows, ("id", "title")))
    assert table.startswith(b"\xef\xbb\xbfid,title\r\n")
    read = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    assert [(row["id"], row["title"]) for row in read] == [(str(row["id"]), row["title"]) for row in rows]
    assert json.loads(b"".join(exports.as_json(rows, ("id", "title")))) == rows


# ---------------------------------------------------------------------------------------------- figures


def test_the_largest_accounts_are_drawn_and_the_rest_added_up() -> None:
    """Six layers and the others; nothing is lost, and the finding names the day with the most."""
    days = charts.days_of(date(2026, 11, 16), date(2026, 11, 17))
    counts = [(day, f"account {n}", n) for n in range(1, 10) for day in days] + [(days[1], "account 1", 5)]
    found = charts.sent(counts, days, TODAY)
    assert [one.name for one in found.series] == [f"account {n}" for n in range(9, 3, -1)] + ["Others"]
    assert sum(sum(value or 0 for value in one.values) for one in found.series) == 2 * 45 + 4
    assert found.finding == "94 posts sent, 47 a day; most on Tue 17 Nov: 49."


@pytest.mark.parametrize(
    ("figures", "finding"),
    [
        ([], ""),
        ([(date(2026, 11, 16), 3.0, 9.0)], "Median day 3 min; slowest day Mon 16 Nov: 9 min."),
        (
            [(date(2026, 11, 16), 2.5, 9.0), (date(2026, 11, 17), 12.4, 1041.2)],
            "Median day 7.5 min; slowest day Tue 17 Nov: 1,041 min.",
        ),
    ],
)
def test_the_minutes_in_words(figures: list[tuple[date, float, float]], finding: str) -> None:
    """The finding has the median and the slowest day; days without a post have no value."""
    days = charts.days_of(date(2026, 11, 15), date(2026, 11, 17))
    found = charts.waits(figures, days, TODAY)
    assert found.finding == finding
    assert all(one.values[0] is None for one in found.series)


def test_every_bar_is_whole_and_unknown_is_a_part_of_its_own() -> None:
    """The parts of a bar have all its posts and all its width; what is not known is never counted as failed."""
    bars, finding = charts.outcomes({"X": {"sent": 2, "unconfirmed": 1}, "Y": {"failed": 7}, "Z": {}})
    assert [(bar.name, bar.total) for bar in bars] == [("Y", 7), ("X", 3)]
    assert all(round(sum(part.width for part in bar.parts), 1) == 100 for bar in bars)
    assert [(part.word, part.number) for part in bars[1].parts] == [("Sent", 2), ("Not known", 1)]
    assert finding == "10 posts: 20 % sent, 1 not known, 7 failed."
    assert charts.percent(999, 1000) == "99 %"


# ---------------------------------------------------------------------------------------------- the pages


@pytest.fixture
def newsroom(tmp_path: Path, hashed_password: str) -> Iterator[Newsroom]:
    """Three stories: one sent and failed, one suppressed and held, one without a post."""
    made = Newsroom(tmp_path, hashed_password, clock=lambda: NOW)
    sent = made.publish("bus", "Night bus stays", sections=("Local",))
    for row in sent[:2]:
        made.sent(row)
    made.unknown(sent[2])
    made.failed(sent[3])
    waiting = made.publish("harbour", "=HARBOUR() stays shut", sections=("Local > Port",))
    editorial.suppress(made.room, waiting[0].id, "person:ben", "Duplicate")
    editorial.hold(made.room, waiting[1].id, "person:anna", "checking the name")
    made.publish("prize", "Allotment prize awarded")
    made.serve()
    yield made
    made.close()


def plain(page: httpx.Response) -> str:
    """The words of a page's middle."""
    middle = page.text.partition('<main id="main"')[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", middle)))


def rows(page: httpx.Response) -> int:
    """How many rows a page lists."""
    return page.text.partition("<tbody>")[2].partition("</tbody>")[0].count("<tr>")


@pytest.mark.parametrize(
    ("query", "count", "words"),
    [
        ("", 12, ["12 posts in 3 stories", "CSV (12 rows)", "Not known 1", "by Ben: duplicate", "template"]),
        ("q=night", 4, ["4 posts in 1 story", "CSV (4 rows)"]),
        ("state=sent&state=unconfirmed", 3, ["3 posts in 1 story", "Not known"]),
        ("person=ben", 1, ["by Ben: duplicate", "1 post in 1 story"]),
        ("person=person:anna", 5, ["by Anna: checking the name"]),
        ("account=x-main&section=Local", 1, ["X main", "Open post Copy link"]),
        ("source=world&from=today&to=today", 12, ["12 posts in 3 stories 23 Nov"]),
        ("from=2026-11-16&to=2026-11-22&q=allotment", 0, [
            'Nothing was sent, held or suppressed under "allotment" from 16 to 22 Nov.', "Search all dates",
            "Add the article by its address",
        ]),
        ("state=nonsense", 0, ["Clear filters"]),
        ("after=nonsense", 12, ["12 posts in 3 stories"]),
        ("q=%22%00%29+OR+*" + "x" * 3000, 0, ["Nothing was sent"]),
    ],
)  # fmt: skip
def test_what_answers_to_an_address(anna: httpx.Client, query: str, count: int, words: list[str]) -> None:
    """The filters of the address, together, with exact counts; hostile words are data."""
    page = anna.get(f"/history?{query}")
    assert (page.status_code, rows(page)) == (200, count)
    assert [one for one in words if one not in plain(page)] == []
    assert "style=" not in page.text


def test_a_date_there_is_not(anna: httpx.Client) -> None:
    """The field is named, and the rest of the question still holds."""
    page = anna.get("/history?from=2026-02-31&q=night")
    assert (page.status_code, rows(page)) == (422, 4)
    assert "<title>Error: History: night" in page.text
    assert '<a href="#from">The day must be a date' in page.text


def test_a_story_that_got_no_post(newsroom: Newsroom, ben: httpx.Client) -> None:
    """It is listed with the reason, counted as a story, and in the file, too."""
    room = newsroom.room
    unwanted = [editorial.by_hand(room, title).id for title in ("Nobody wants this", "Neither this")]
    room.ledger.articles.finish(unwanted[0], ArticleState.REFUSED, "its page says that it is gone")
    page = ben.get("/history?state=none")
    assert [
        one
        for one in ("its page says that it is gone", "No post", "taken by no account", "rule")
        if one not in plain(page)
    ] == []
    assert f'href="/articles/{unwanted[0]}"' in page.text
    told = json.loads(ben.get("/history.json?state=none").content)
    assert [(row["status"], row["id"]) for row in told] == [("none", None)] * 2
    assert "CSV (14 rows)" in plain(ben.get("/history"))


def test_pages_follow_one_another(newsroom: Newsroom, anna: httpx.Client) -> None:
    """Every row is on one page, fifty on each; the way back to the newest is there."""
    newsroom.many(20)
    seen: list[str] = []
    path = "/history"
    while path:
        page = anna.get(path)
        seen += re.findall(r'class="headline" href="([^"]+)"', page.text)
        older = re.search(r'href="([^"]+)" rel="next"', page.text)
        path = html.unescape(older[1]) if older else ""
    assert (len(seen), len(set(seen))) == (92, 92)
    assert 'rel="prev"' in page.text


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_files_are_what_was_found(anna: httpx.Client, kind: str) -> None:
    """Every row that answers, with the columns of the API, as a download."""
    answer = anna.get(f"/history.{kind}?from=-7d&state=suppressed&state=sent")
    assert answer.headers["content-disposition"] == f'attachment; filename="history-2026-11-23.{kind}"'
    if kind == "json":
        read = json.loads(answer.content)
    else:
        assert answer.content.startswith(b"\xef\xbb\xbf")
        read = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert tuple(read[0]) == FIELDS
    assert sorted(row["status"] for row in read) == ["sent", "sent", "suppressed"]
    titles = {row["title"] for row in read}
    assert titles == {"Night bus stays", "=HARBOUR() stays shut" if kind == "json" else "'=HARBOUR() stays shut"}


@pytest.mark.parametrize(("path", "status"), [("/history.xml", 404), ("/history.csv?from=soon", 422)])
def test_files_there_are_not(anna: httpx.Client, path: str, status: int) -> None:
    """Another kind is not found; a date that is none makes no file."""
    assert anna.get(path).status_code == status


@pytest.mark.parametrize(
    "path", ["/history", "/history.csv", "/history.json", "/history/charts", "/compose", "/calendar"]
)
def test_nobody_reads_without_logging_in(newsroom: Newsroom, path: str) -> None:
    """Every page leads to the log-in first, and back."""
    answer = httpx.get(newsroom.url + path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", ["25 Oct to 23 Nov (Berlin)", "2 posts sent", "12 posts: 17 % sent, 1 not known, 1 failed."]),
        ("from=-6d", ["17 to 23 Nov (Berlin)"]),
        ("account=bluesky", ["3 posts: 0 % sent, 1 failed.", "Nothing in this period."]),
        ("from=2020-01-01", ["At most a year is drawn"]),
        ("from=2026-11-20&to=2026-11-10", ["10 Nov (Berlin)", "Nothing in this period."]),
        ("q=night", ["The charts count all posts of the period"]),
    ],
)
def test_charts_are_whole_without_script(anna: httpx.Client, query: str, words: list[str]) -> None:
    """Each has its period, its finding in words and its table, which stands open."""
    page = anna.get(f"/history/charts?{query}")
    assert page.status_code == 200
    assert [one for one in words if one not in plain(page)] == []
    assert page.text.count('<figure class="chart"') == 3
    assert page.text.count("<details open>") == page.text.count("<summary>Table</summary>")
    assert "style=" not in page.text


def test_only_the_charts_load_the_library(anna: httpx.Client) -> None:
    """The library and its style sheet are the desk's own files, and no other page asks for them."""
    links = re.findall(r'(?:src|href)="(/static/(?:uplot|charts)[^"]+)"', anna.get("/history/charts").text)
    assert [anna.get(link).status_code for link in links] == [200, 200, 200]
    assert "uplot" not in anna.get("/history").text
