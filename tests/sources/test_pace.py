"""How often a source is asked: its own rhythm, what it asks for, errors, and the spread of many."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syndicator.models import Poll, Source, SourceState
from syndicator.sources import after, next_poll
from syndicator.sources.pace import address, pace
from syndicator.sources.patience import Patience, of_headers
from tests.sources.documents import NOW, atom, item, read, rss

S, M, H, D = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WORLD = Source("world", "https://news.example/feed")
SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


def quiet(since: timedelta, source: Source = WORLD) -> SourceState:
    """A source that changed so long ago."""
    return SourceState(source.name, source.url, seeded=True, last_change=NOW - since)


def same(**more: object) -> Poll:
    """A poll that brought nothing new."""
    return Poll("world", WORLD.url, NOW, changed=False, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("since", "wait"),
    [(0 * S, M), (H, M), (8 * H, M), (12 * H, 90 * S), (D, 3 * M), (3 * D, 9 * M), (5 * D, 15 * M), (90 * D, 15 * M)],
)
def test_what_is_quiet_is_asked_slower(since: timedelta, wait: timedelta) -> None:
    """With the defaults: every minute up to eight hours after a change, then gently slower, up to slowest."""
    assert pace(WORLD, quiet(since), same()) == wait


def test_a_change_brings_the_pace_back() -> None:
    """The poll that finds something new is followed by polls at full pace, for hours."""
    state = after(quiet(30 * D), WORLD, same())
    assert state.pace == 900
    state = after(state, WORLD, Poll("world", WORLD.url, NOW, digest="new", pace=H))
    assert (state.pace, state.last_change) == (60, NOW)
    later = Poll("world", WORLD.url, NOW + 7 * H, changed=False, pace=H)
    assert after(state, WORLD, later).pace == 60


@pytest.mark.parametrize(
    ("since", "asked", "wait"),
    [(H, H, M), (9 * H, 10 * M, 10 * M), (9 * H, H, 15 * M), (9 * H, S, 67500 * S / 1000), (3 * D, 2 * M, 9 * M)],
)
def test_what_a_quiet_source_asks_for_is_heard(since: timedelta, asked: timedelta, wait: timedelta) -> None:
    """Never slower than slowest, never faster than its own rhythm, and not while it is lively."""
    assert pace(WORLD, quiet(since), same(pace=asked)) == wait


def test_a_source_whose_hub_tells_is_asked_at_slowest() -> None:
    """Also right after a change; without the hub it is asked at full pace."""
    fresh = Poll("world", WORLD.url, NOW)
    assert after(quiet(H), WORLD, fresh, told=True).pace == 900
    assert after(quiet(H), WORLD, fresh).pace == 60


@pytest.mark.parametrize(
    ("every", "slowest"), [(S, 15 * M), (M, 15 * M), (M, M), (M, 65 * S), (15 * M, M), (14 * M, 15 * M), (H, D)]
)
@pytest.mark.parametrize("since", [0 * S, 9 * H, 2 * D, 900 * D])
def test_waits_stay_between_every_and_slowest(every: timedelta, slowest: timedelta, since: timedelta) -> None:
    """Whatever the spread adds: never faster than every, nor slower than slowest, or every and its tenth."""
    source = replace(WORLD, every=every, slowest=slowest)
    waits = {next_poll(replace(source, name=f"s{n}"), quiet(since), same()) - NOW for n in range(200)}
    assert min(waits) >= every
    assert max(waits) <= max(slowest, every * 1.1)


@pytest.mark.parametrize("since", [0 * S, 90 * D])
def test_many_sources_do_not_stay_together(since: timedelta) -> None:
    """What fell due at one moment is spread at once, and the same each time it is asked."""
    sources = [replace(WORLD, name=f"s{n}") for n in range(1000)]
    due = [next_poll(source, quiet(since), same()) for source in sources]
    assert due == [next_poll(source, quiet(since), same()) for source in sources]
    span = max(due) - min(due)
    assert span > (5 * S if since < H else M)
    parts = [sum(min(due) + span * n / 4 <= one < min(due) + span * (n + 1) / 4 for one in due) for n in range(4)]
    assert min(parts) > 200
    again = [next_poll(source, quiet(since), replace(same(), at=NOW + M)) - M for source in sources]
    assert sum(one == other for one, other in zip(due, again, strict=True)) < 10


# ---------------------------------------------------------------------------------------------- what they ask for


@pytest.mark.parametrize(
    ("head", "wait"),
    [
        ("<ttl>60</ttl>", H),
        ("<ttl> 5 </ttl>", 5 * M),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>99999999999999</ttl>", 366 * D),
        (f"<sy:updatePeriod {SY}>hourly</sy:updatePeriod>", H),
        (f"<sy:updatePeriod {SY}>hourly</sy:updatePeriod><sy:updateFrequency {SY}>4</sy:updateFrequency>", 15 * M),
        (f"<sy:updateFrequency {SY}>2</sy:updateFrequency>", 12 * H),
        (f"<x:updatePeriod {SY.replace(':sy', ':x')}>weekly</x:updatePeriod>", 7 * D),
        (f"<sy:updatePeriod {SY}>often</sy:updatePeriod><sy:updateFrequency {SY}>0</sy:updateFrequency>", None),
        (f"<ttl>90</ttl><sy:updatePeriod {SY}>hourly</sy:updatePeriod>", 90 * M),
        ("<skipHours><hour>14</hour><hour>15</hour></skipHours>", 115 * M),
        ("<skipHours><hour>13</hour><hour>x</hour></skipHours>", None),
        ("<skipDays><day>Monday</day></skipDays>", 9 * H + 55 * M),
        ("<skipDays><day>Monday</day></skipDays><skipHours><hour>0</hour></skipHours>", 10 * H + 55 * M),
        ("<skipDays><day>Sunday</day></skipDays>", None),
        ("".join(("<skipHours>", *(f"<hour>{n}</hour>" for n in range(24)), "</skipHours>")), None),
        ("", None),
    ],
)
def test_a_document_says_how_long_it_lasts(head: str, wait: timedelta | None) -> None:
    """ttl, the module Syndication, and the hours and days without reading; it is Monday, 14:05 UTC."""
    assert read(rss(item(1), head=head)).pace == wait


def test_an_items_own_words_are_not_the_feeds() -> None:
    """Only the head of the document speaks for it; Atom may carry the module, too."""
    assert read(rss(item(1, "<ttl>60</ttl>"))).pace is None
    entry = "<title>A</title><link href='https://news.example/a'/>"
    assert (
        read(atom(entry).replace(b"<entry>", f"<sy:updatePeriod {SY}>daily</sy:updatePeriod><entry>".encode())).pace
        == D
    )


def test_resting_hours_end_on_the_hour() -> None:
    """From any minute of the last one, in UTC."""
    rests = Patience(hours=frozenset({23, 0}))
    assert rests.at(datetime(2026, 11, 23, 23, 59, 30, tzinfo=UTC)) == H + 30 * S
    assert rests.at(datetime(2026, 11, 23, 1, 0, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Cache-Control": "max-age=300"}, 5 * M),
        ({"Cache-Control": "public, MAX-AGE = 300, s-maxage=9"}, 5 * M),
        ({"Cache-Control": "s-maxage=300"}, None),
        ({"Cache-Control": "max-age=300", "Age": "240"}, M),
        ({"Cache-Control": "max-age=300", "Age": "301"}, None),
        ({"Cache-Control": "max-age=300", "Age": "x", "Expires": "Mon, 23 Nov 2026 15:05:00 GMT"}, 5 * M),
        ({"Cache-Control": "no-cache", "Expires": "Mon, 23 Nov 2026 15:05:00 GMT"}, None),
        ({"Expires": "Mon, 23 Nov 2026 14:06:00 GMT"}, M),
        ({"Expires": "Mon, 23 Nov 2026 14:06:00 GMT", "Date": "Mon, 23 Nov 2026 14:00:00 GMT"}, 6 * M),
        ({"Expires": "0"}, None),
        ({"Expires": "Mon, 01 Jan 2018 00:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_headers_say_how_long_an_answer_lasts(headers: dict[str, str], wait: timedelta | None) -> None:
    """max-age less the time in caches before us, else Expires."""
    assert of_headers(headers, NOW) == wait


# ---------------------------------------------------------------------------------------------- moved and gone


def test_a_moved_source_that_fails_is_asked_where_it_was() -> None:
    """In turns, so that neither address is forgotten while both fail."""
    moved = replace(quiet(H), moved="https://new.example/feed")
    failures = [address(WORLD, replace(moved, failures=n)) for n in range(4)]
    assert failures == ["https://new.example/feed", WORLD.url] * 2
    assert address(WORLD, quiet(H)) == WORLD.url
