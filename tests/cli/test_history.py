"""The history for people, machines and spreadsheets."""

import csv
import io
import json
import re
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from syndicator.cli.listing import FORMULA, harmless
from syndicator.ledger.history import FIELDS
from tests.cli.desk import Desk

TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


def test_json_has_exactly_the_documented_keys(desk: Desk) -> None:
    """Every entry has all keys in their order, times in UTC with milliseconds, and null for what is unknown."""
    assert json.loads(desk.ok("history", "--format", "json")) == []
    desk.ok("queue", "add", "--text", "Good evening")
    desk.call("run", "--once")
    entries = json.loads(desk.ok("history", "--format", "json"))
    assert [tuple(entry) for entry in entries] == [FIELDS, FIELDS]
    times = [entry[name] for entry in entries for name in ("published", "found_at", "due", "sent_at", "changed_at")]
    assert [time for time in times if not TIME.fullmatch(time)] == []
    assert [(entry["article_url"], entry["expires"]) for entry in entries] == [(None, None)] * 2


def test_a_day_without_an_hour_stays_a_day(desk: Desk) -> None:
    """An article published on a day is not given an hour."""
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one")
    desk.sql("UPDATE articles SET published = NULL, published_day = '2026-11-23'")
    assert json.loads(desk.ok("history", "--format", "json"))[0]["published"] == "2026-11-23"


def test_json_comes_one_entry_a_line(desk: Desk) -> None:
    """The array is written as it is read, an entry on each line."""
    desk.ok("queue", "add", "--text", "Good evening")
    lines = desk.ok("history", "--format", "json").splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("[", "]", 4)


def test_filters_narrow_the_list(desk: Desk) -> None:
    """Account, state, words, time and limit each leave out what does not match."""
    desk.ok("queue", "add", "--text", "Harbour ferry returns")
    desk.ok("queue", "add", "--text", "Council votes", "--account", "one")
    desk.ok("queue", "hold", 3)
    cases = {
        ("--account", "two"): [2],
        ("--status", "held"): [3],
        ("--status", "HELD", "--status", "queued"): [3, 2, 1],
        ("--search", "ferr"): [2, 1],
        ("--since", "2126-01-01"): [],
        ("--until", "2h"): [],
        ("--since", "1d", "--limit", 1): [3],
    }
    found = {
        given: [entry["id"] for entry in json.loads(desk.ok("history", "--format", "json", *given))] for given in cases
    }
    assert found == cases


def test_a_piped_table_is_tab_separated(desk: Desk) -> None:
    """Without a terminal the table is plain lines, a cell between tabs."""
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one")
    heads, line = desk.ok("history").splitlines()
    assert heads.split("\t")[1:5] == ["id", "account", "state", "title"]
    assert line.split("\t")[1:5] == ["1", "one", "queued", "Good evening"]


def test_csv_starts_no_formula(desk: Desk) -> None:
    """A headline that a spreadsheet would calculate comes with an apostrophe before it."""
    desk.ok("queue", "add", "--text", "=HYPERLINK(1)", "--account", "one")
    entry = next(csv.DictReader(io.StringIO(desk.ok("history", "--format", "csv"))))
    assert tuple(entry) == FIELDS
    assert (entry["title"], entry["text"], entry["id"]) == ("'=HYPERLINK(1)", "'=HYPERLINK(1)", "1")


@given(st.one_of(st.text(), st.none(), st.integers(), st.lists(st.text()), st.datetimes()))
def test_no_cell_is_a_formula(value: object) -> None:
    """Whatever a cell holds, its text does not begin as a formula does; what was harmless stays as it was."""
    cell = harmless(value)
    assert not (isinstance(cell, str) and cell.startswith(FORMULA))
    if isinstance(value, str) and not value.startswith(FORMULA):
        assert cell == value


def test_a_reader_who_leaves_early_is_no_error(desk: Desk) -> None:
    """When the other end of the pipe closes, nothing is said about it."""
    desk.ok("queue", "add", "--text", "x" * 400)
    command = f"{sys.executable} -m syndicator --config {desk.file} history --format json | true"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
