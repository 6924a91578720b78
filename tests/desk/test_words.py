"""What the desk says: the line beside a state, the marks of a story, the story so far, the strip and its like."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment

from syndicator.delivery import MOVES
from syndicator.desk import i18n, words
from syndicator.forecast import Forecast
from syndicator.models import (
    Account,
    Article,
    Attempt,
    Delivery,
    DeliveryRules,
    Event,
    Features,
    Media,
    Policy,
    Post,
    Status,
    Version,
    Wanted,
)
from tests.newsroom import FEATURES

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 13, 31, tzinfo=UTC)  # Monday, 14:31 in Berlin
MINUTE = timedelta(minutes=1)
NAMES = {"anna": "Anna", "ben": "Ben"}
X = FEATURES["x"]
FACEBOOK = FEATURES["facebook_page"]
BLUESKY = replace(FEATURES["bluesky"], absence="certain")
ACCOUNT = Account("x-main", "x", "uid")
S = Status


def row(status: Status, **fields: Any) -> Delivery:
    """A post of the table below."""
    return replace(Delivery(1, "0" * 64, 1, "uid", "publication", status, version=1), **fields)


def berlin(clock: str, day: int = 23) -> datetime:
    """A moment of November 2026 by Berlin's clock."""
    return datetime.fromisoformat(f"2026-11-{day}T{clock}").replace(tzinfo=BERLIN).astimezone(UTC)


def gate(code: str, leaves: datetime | None = None, why: str = "why") -> dict[str, Any]:
    """What is forecast."""
    return {"forecast": Forecast(leaves, code, why)}


IN_4 = NOW + 4 * MINUTE
DUE_4 = {"due": IN_4}
ANNA, BEN, DAEMON = {"actor": "person:anna"}, {"actor": "person:ben"}, {"actor": "daemon:host/1"}
OUT = {"claimed_at": berlin("14:02:30"), "next_look": NOW + MINUTE, "code": "unknown"}
UNCLEAR = "Sent 14:02, no clear answer. It may be public."

HELD: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("for approval", {"code": "rule:approval", "detail": "waits for approval"}, {}),
    ("for approval · without photo: gone", {"code": "rule:approval", "detail": "waits; without photo: gone"}, {}),
    ("no alt text", {"code": "rule:require_alt"}, {}),
    ("marked graphic", {"code": "rule:sensitive"}, {}),
    ("article changed since a person saw it", {"code": "changed", **DAEMON}, {}),
    ("by Anna: checking the name", {"code": "person", "detail": "checking the name", **ANNA}, {}),
    ("by Anna: edit not finished", {"code": "editing", "detail": "edit not finished", **ANNA}, {}),
    ("by Anna", {"code": "person", "detail": "held by a person", **ANNA}, {}),
    ("by Anna: why", {"code": "person", "detail": "why", **BEN}, {"by": "person:anna"}),
    ("by eva (command line): why", {"code": "person", "detail": "why", "actor": "cli:eva@host"}, {}),
    ("by cms: why", {"code": "person", "detail": "why", "actor": "token:cms"}, {}),
    ("by zoe: why", {"code": "person", "detail": "why", "actor": "person:zoe"}, {}),
    ("why", {"code": "person", "detail": "why", **DAEMON}, {}),
    ("by a person", {}, {}),
    ("the page cannot be read", {"code": "page", "detail": "the page cannot be read", **BEN}, {}),
    ("for approval · expires 18:00", {"code": "rule:approval", "expires": berlin("18:00")}, {}),
    ("for approval", {"code": "rule:approval", "expires": berlin("18:00", 24)}, {}),
)
QUEUED: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("in 4 min", DUE_4, gate("", IN_4)),
    ("in 4 min", DUE_4, {}),
    ("leaves next", {"due": NOW}, gate("", NOW)),
    ("in 5 s", {"due": NOW + MINUTE / 12, "urgent": True}, gate("", NOW + MINUTE / 12)),
    ("Tue 24 Nov 06:00", {"due": berlin("06:00", 24)}, gate("", berlin("06:00", 24))),
    ("waits: X main is paused", DUE_4, gate("paused")),
    ("waits: X main is switched off", DUE_4, gate("disabled")),
    ("waits: sending is stopped", DUE_4, gate("stopped")),
    ("waits: two posts in a row are not known", DUE_4, gate("unknowns")),
    ("waits: compared with X first", DUE_4, gate("comparing")),
    ("waits: its account is no longer configured", DUE_4, {"account": None}),
    ("quiet hours until 20:00", DUE_4, gate("quiet_hours", berlin("20:00"))),
    ("quiet hours until 06:00", DUE_4, {**gate("quiet_hours", berlin("06:00", 24)), "now": berlin("23:00")}),
    (
        "quiet hours until 20:00 · expires 19:00", {**DUE_4, "expires": berlin("19:00")},
        gate("quiet_hours", berlin("20:00")),
    ),
    ("trying again in 2 min (try 3 of 8)", {"code": "unavailable", "tries": 2}, gate("", NOW + 2 * MINUTE)),
    ("trying again in 2 min (try 3 of 8)", {"code": "unavailable", "tries": 2}, gate("waiting", NOW + 2 * MINUTE)),
    ("trying again now (try 3 of 8)", {"code": "unavailable", "tries": 2}, gate("", NOW)),
    ("quiet hours until 20:00", {"code": "unavailable", "tries": 2}, gate("quiet_hours", berlin("20:00"))),
    ("X asked for patience, again in 9 min", {"code": "rate_limited"}, gate("waiting", NOW + 9 * MINUTE)),
    ("waits: X asks for patience or cannot be reached, again in 9 min", DUE_4, gate("waiting", NOW + 9 * MINUTE)),
    ("in 9 min, after its distance to the last post", DUE_4, gate("spacing", NOW + 9 * MINUTE)),
    ("in 9 min, the limit of X is nearly used up", DUE_4, gate("budget", NOW + 9 * MINUTE)),
    ("in 9 min, enough posts for an hour", DUE_4, gate("burst", NOW + 9 * MINUTE)),
    ("in 9 min, moon is full", DUE_4, gate("moon", NOW + 9 * MINUTE, "moon is full")),
    ("embargo until 15:00:00", {"due": berlin("15:00")}, {**gate("", berlin("15:00")), "embargo": berlin("15:00")}),
    ("in 4 min", DUE_4, {**gate("", IN_4), "embargo": berlin("15:00")}),
    ("in 4 min · without photo", {**DUE_4, "code": "photo_refused", "detail": "too big"}, gate("", IN_4)),
    ("in 4 min · goes without photo", {**DUE_4, "detail": "goes without photo"}, gate("", IN_4)),
)  # fmt: skip
OTHERS: tuple[tuple[Status, str, dict[str, Any], dict[str, Any]], ...] = (
    (S.SENDING, "since 14:30:02", {"claimed_at": berlin("14:30:02")}, {}),
    (
        S.SENDING, "since 14:30:02 · taken down as soon as it is out",
        {"claimed_at": berlin("14:30:02"), "wanted": Wanted.GONE}, {},
    ),
    (S.UNCONFIRMED, f"{UNCLEAR} Looking (2 of 3).", {**OUT, "looks": 1}, {}),
    (S.UNCONFIRMED, f"{UNCLEAR} Looking (1 of 1).", OUT, {"features": BLUESKY}),
    (S.UNCONFIRMED, f"{UNCLEAR} Looked 5 times.", {**OUT, "looks": 5}, {}),
    (S.UNCONFIRMED, f"{UNCLEAR} Could not find out. Please look.", {**OUT, "next_look": None}, {}),
    (S.UNCONFIRMED, f"{UNCLEAR} Could not find out. Please look.", {**OUT, "code": "duplicate"}, {}),
    (
        S.UNCONFIRMED, f"{UNCLEAR} Could not find out. Please look.", OUT,
        {"account": replace(ACCOUNT, delivery=DeliveryRules(on_unknown="ask"))},
    ),
    (S.UNCONFIRMED, f"{UNCLEAR} Is /1 ours?", {**OUT, "code": "probable", "detail": "is /1 ours?"}, {}),
    (S.UNCONFIRMED, f"{UNCLEAR} Left as it is.", {**OUT, "closed": True}, {}),
    (
        S.UNCONFIRMED, f"{UNCLEAR} Looking (1 of 3). Taken down as soon as it is found.",
        {**OUT, "wanted": Wanted.GONE}, {"account": None},
    ),
    (S.SENT, "14:02", {"sent_at": berlin("14:02:40")}, {}),
    (S.SENT, "yesterday 14:02", {"sent_at": berlin("14:02", 22)}, {}),
    (S.SENT, "14:02 · article changed since", {"sent_at": berlin("14:02")}, {"changed": True}),
    (S.SENT, "14:02 · public twice", {"sent_at": berlin("14:02"), "second_remote_id": "2"}, {}),
    (
        S.SENT, "14:02 · could not be taken down: no right to",
        {"sent_at": berlin("14:02"), "code": "not_removed", "detail": "no right to"}, {},
    ),
    (
        S.FAILED, "Facebook refused it: the link could not be read.",
        {"code": "rejected:invalid", "detail": "Facebook answered 400, code 100: the link could not be read"},
        {"features": FACEBOOK},
    ),
    (S.FAILED, "X refused it: no reason given.", {"code": "rejected:invalid", "detail": "X answered 400: "}, {}),
    (S.FAILED, "Too long for X by 14.", {"code": "rejected:too_long", "detail": "X answered 400"}, {"over": 14}),
    (S.FAILED, "Too long for X.", {"code": "rejected:too_long", "detail": "X answered 400"}, {}),
    (
        S.FAILED, "Gave up after 8 tries: no connection.",
        {"code": "out_of_tries", "tries": 8, "detail": "no connection (8 tries)"}, {},
    ),
    (S.FAILED, "Could not be written: 9 over.", {"code": "render", "detail": "9 over."}, {}),
    (S.SUPPRESSED, "by Ben: duplicate", {"code": "person", "detail": "Duplicate", **BEN}, {}),
    (S.SUPPRESSED, "by Ben: Dublin, not Cork", {"code": "person", "detail": "Dublin, not Cork", **BEN}, {}),
    (S.SUPPRESSED, "duplicate", {"code": "person", "detail": "Duplicate", **DAEMON}, {}),
    (S.SUPPRESSED, "by Ben: duplicate", {"code": "person", "detail": "Duplicate", **DAEMON}, {"by": "person:ben"}),
    (S.SUPPRESSED, "by rule: section Sport", {"code": "rule:exclude", "detail": "section Sport", **DAEMON}, {}),
    (
        S.EXPIRED, "still held when it was 24 h old", {"actor": "rule:max_age"},
        {"account": replace(ACCOUNT, policy=Policy(approval=True))},
    ),
    (S.EXPIRED, "still waiting when it was 24 h old", {"actor": "rule:max_age"}, {}),
    (S.EXPIRED, "waited until it was no longer news", {"actor": "rule:max_age"}, {"account": None}),
    (S.RETRACTING, "X asked at 14:10", {"changed_at": berlin("14:10")}, {}),
    (
        S.RETRACTING, "X asked at 14:10 · not removed yet, again in 4 min",
        {"changed_at": berlin("14:10"), "looks": 1, "next_look": IN_4}, {},
    ),
    (
        S.RETRACTED, "14:10 by Anna: wrong name",
        {"changed_at": berlin("14:10"), "code": "person", "detail": "wrong name", **DAEMON}, {"by": "person:anna"},
    ),
    (S.RETRACTED, "14:10: wrong", {"changed_at": berlin("14:10"), "code": "person", "detail": "wrong", **DAEMON}, {}),
    (S.RETRACTED, "14:10", {"changed_at": berlin("14:10"), **DAEMON}, {}),
)  # fmt: skip
LINES = [(S.HELD, *case) for case in HELD] + [(S.QUEUED, *case) for case in QUEUED] + list(OTHERS)


@pytest.mark.parametrize(("status", "said", "fields", "more"), LINES, ids=[f"{c[0]}-{c[1]}" for c in LINES])
def test_the_line_beside_a_state(status: Status, said: str, fields: dict[str, Any], more: dict[str, Any]) -> None:
    """Each state says why the post is there, since or until when, and by whom."""
    given = {"account": ACCOUNT, "features": X, "forecast": None, "now": NOW, **more}
    more = {name: value for name, value in given.items() if name in {"by", "embargo", "over", "changed"}}
    found = words.line(
        row(status, **fields), given["account"], given["features"], given["forecast"], given["now"], BERLIN,
        names=NAMES, **more,
    )  # fmt: skip
    assert found == said


def test_every_state_has_its_word_and_a_shape_of_its_own() -> None:
    """Ten states, ten words, ten shapes, and an order in which what nobody knows is the worst."""
    assert {status: words.word(status) for status in Status} == {
        S.HELD: "Held", S.QUEUED: "Queued", S.SENDING: "Sending", S.UNCONFIRMED: "Not known", S.SENT: "Sent",
        S.FAILED: "Failed", S.SUPPRESSED: "Suppressed", S.EXPIRED: "Expired", S.RETRACTING: "Taking down",
        S.RETRACTED: "Taken down",
    }  # fmt: skip
    assert len({words.shape(status) for status in Status}) == len(Status)
    assert sorted(Status, key=words.severity)[:3] == [S.UNCONFIRMED, S.FAILED, S.HELD]
    assert max(Status, key=words.severity) is S.SENT


ACTORS = (
    ("person:anna", "Anna"),
    ("person:zoe", "zoe"),
    ("token:cms", "cms"),
    ("cli:eva@desk.example", "eva (command line)"),
    ("daemon:host/12", "syndicator"),
    ("rule:max_age", "rule"),
    ("", ""),
)


@pytest.mark.parametrize(("actor", "name"), ACTORS)
def test_whoever_did_it_has_a_name(actor: str, name: str) -> None:
    """People have their display names, machines short ones."""
    assert words.actor_name(actor, NAMES) == name
    assert words.by_people(actor) == actor.startswith(("person:", "token:", "cli:"))


ACCOUNTS = (
    ("x-main", "X", "X main"),
    ("mastodon", "Mastodon", "Mastodon"),
    ("facebook-page", "Facebook", "Facebook page"),
    ("ma-main", "Mastodon", "Ma main"),
    ("xylophone", "X", "Xylophone"),
)


@pytest.mark.parametrize(("name", "label", "read"), ACCOUNTS)
def test_an_accounts_name_is_read_as_words(name: str, label: str, read: str) -> None:
    """Dashes are blanks, and a network's word is spelled as the network spells it."""
    assert words.account_name(name, label) == read


REMEDIES = (
    ("rejected:too_long", "Shorten it, then retry."),
    ("rejected:media", "Choose another photo or none, then retry."),
    ("rejected:invalid", "Edit it, then retry, or suppress it."),
    ("out_of_tries", "Retry when the network answers again."),
    ("render", "Mend the template, then retry."),
)


@pytest.mark.parametrize(("code", "said"), REMEDIES)
def test_a_failure_says_what_to_do(code: str, said: str) -> None:
    """Whoever reads of a failure is told the next step."""
    assert words.remedy(row(S.FAILED, code=code), X) == said


def test_only_what_needs_somebody_has_a_next_step() -> None:
    """An unknown post is looked for; one that was left, or waits, asks for nothing."""
    assert words.remedy(row(S.UNCONFIRMED), X) == "Look at the account on X: is it there?"
    assert words.remedy(row(S.UNCONFIRMED, closed=True), X) == words.remedy(row(S.QUEUED), X) == ""


# ---------------------------------------------------------------------------------------------- marks


def _shown(posts: list[tuple[Delivery, str, Features]]) -> list[tuple[str, int, bool, list[str]]]:
    groups = words.group_marks(posts, BERLIN, NOW)
    return [(one.word, one.count, one.folded, [f"{m.shown} {m.time}".strip() for m in one.marks]) for one in groups]


def test_accounts_stand_by_state_the_worst_first() -> None:
    """Two accounts of one network show their names, a mark its own time where it is not the story's."""
    posts = [
        (row(S.QUEUED, due=IN_4), "x-main", X),
        (row(S.QUEUED, due=berlin("14:50")), "facebook", FACEBOOK),
        (row(S.HELD, due=IN_4), "x-sport", X),
        (row(S.SENT, sent_at=NOW), "mastodon", FEATURES["mastodon"]),
        (row(S.UNCONFIRMED), "bluesky", BLUESKY),
    ]
    assert _shown(posts) == [
        ("Not known", 1, False, ["b"]),
        ("Held", 1, False, ["X sport"]),
        ("Queued", 2, False, ["X main", "f 14:50"]),
        ("Sent", 1, False, ["m"]),
    ]


def test_a_second_post_on_one_account_is_no_second_account() -> None:
    """A story posted again on purpose shows its monogram twice."""
    posts = [(row(S.SENT), "x-main", X), (row(S.QUEUED, due=NOW, occasion="repost-1"), "x-main", X)]
    assert [marks for *_, marks in _shown(posts)] == [["X"], ["X"]]


@pytest.mark.parametrize(("number", "folded"), [(6, False), (7, True)])
def test_a_group_over_six_folds(number: int, folded: bool) -> None:
    """Seven accounts in one state are shown as a number first."""
    posts = [(row(S.QUEUED, due=NOW), f"x-{n}", X) for n in range(number)]
    assert [(count, fold) for _, count, fold, _ in _shown(posts)] == [(number, folded)]


def test_a_story_without_posts_has_no_marks() -> None:
    """Nothing in, nothing out."""
    assert words.group_marks([], BERLIN, NOW) == []


# ---------------------------------------------------------------------------------------------- the story so far


def _event(number: int, at: str, actor: str, verb: str, after: Status, detail: str = "", **more: Any) -> Event:
    return Event(number, more.pop("delivery", 1), berlin(at), actor, verb, more.pop("before", None), after,
                 more.pop("version", 1), more.pop("code", ""), detail)  # fmt: skip


def _version(number: int, **fields: Any) -> Version:
    return Version(1, number, "person:anna", NOW, Post(**{"text": "Night bus stays", **fields}))


DAEMON_1 = "daemon:host/1"


def test_the_story_so_far_is_told_in_order() -> None:
    """What happened to a post, oldest first, with seconds and names, people's own entries told from the others."""
    events = [
        _event(1, "14:00:10", DAEMON_1, "plan", S.HELD, "waits for approval", code="rule:approval"),
        _event(2, "14:01:00", "person:anna", "edit", S.HELD, "waits for approval", version=2),
        _event(3, "14:01:30", "person:ben", "approve", S.QUEUED, version=2),
        _event(4, "14:01:40", "person:ben", "hold", S.HELD, "checking the name", version=2),
        _event(5, "14:01:50", "token:cms", "move", S.HELD, "checking the name", version=2),
        _event(6, "14:02:00", "cli:eva@host", "send", S.QUEUED, version=2),
        _event(7, "14:02:01", DAEMON_1, "claim", S.SENDING, version=2),
        _event(8, "14:02:03", DAEMON_1, "lose", S.UNCONFIRMED, "no answer in 30 s", version=2),
        _event(9, "14:05:00", DAEMON_1, "deliver", S.SENT, "found on the platform", version=2),
        _event(10, "14:10:00", "person:anna", "retract", S.RETRACTING, "wrong name", version=2),
        _event(11, "14:10:01", DAEMON_1, "retracted", S.RETRACTED, "wrong name", version=2),
    ]
    tries = [Attempt(1, 1, 2, "host/1", berlin("14:02:01"), NOW, request_out=berlin("14:02:02"))]
    versions = [_version(1), _version(2, text="Night buses stay", link="https://news.example/bus")]
    article = Article("https://news.example/bus", "Night bus stays", source="world", found_at=berlin("14:00:00"))
    told = words.story_so_far(events, tries, versions, now=NOW, zone=BERLIN, names=NAMES, article=article)
    assert [(one.time, one.who, one.what) for one in told] == [
        ("14:00:00", "syndicator", "found by source world"),
        ("14:00:10", "syndicator", "planned, held: waits for approval"),
        ("14:01:00", "Anna", "changed the text, link"),
        ("14:01:30", "Ben", "approved"),
        ("14:01:40", "Ben", "held: checking the name"),
        ("14:01:50", "cms", "gave it another time"),
        ("14:02:00", "eva (command line)", "said: send now"),
        ("14:02:01", "syndicator", "sending begins"),
        ("14:02:02", "syndicator", "the request went out"),
        ("14:02:03", "syndicator", "no clear answer, it may be public: no answer in 30 s"),
        ("14:05:00", "syndicator", "sent: found on the platform"),
        ("14:10:00", "Anna", "take it down: wrong name"),
        ("14:10:01", "syndicator", "taken down: wrong name"),
    ]
    assert [one.who for one in told if one.people] == ["Anna", "Ben", "Ben", "cms", "eva (command line)", "Anna"]
    assert words.decided_by(events) == "person:anna"
    assert words.decided_by(events[:1]) == ""


SAID = (
    ("plan", S.QUEUED, DAEMON_1, "", "", "planned"),
    ("plan", S.SUPPRESSED, DAEMON_1, "", "takes only the sections Sport", "not wanted: takes only the sections Sport"),
    ("plan", S.FAILED, DAEMON_1, "render", "too long", "could not be written: too long"),
    ("hold", S.HELD, "person:anna", "", "held by a person", "held"),
    ("suppress", S.SUPPRESSED, "person:ben", "", "Duplicate", "suppressed: duplicate"),
    ("revise", S.HELD, DAEMON_1, "changed", "article changed: article changed", "held again: article changed"),
    ("release", S.HELD, "person:ben", "", "waits for approval", "released, waits for a person: waits for approval"),
    (
        "recover",
        S.QUEUED,
        DAEMON_1,
        "",
        "the account was paused: derby",
        "did not leave: the account was paused: derby",
    ),
    ("defer", S.SUPPRESSED, DAEMON_1, "", "wrong", "did not leave, suppressed as asked: wrong"),
    ("deliver", S.SENT, "person:ben", "", "found by a person", "said where it is: sent"),
    ("deliver", S.SENT, DAEMON_1, "twice", "also at /2", "public twice: also at /2"),
    ("clear", S.QUEUED, "person:ben", "", "a person looked: not there", "not there, so it goes back to the queue"),
    ("leave", S.UNCONFIRMED, "person:ben", "", "left as it is by a person", "left it as it is"),
    ("edit", S.QUEUED, DAEMON_1, "", "article changed", "written anew"),
    ("edit", S.QUEUED, DAEMON_1, "photo_refused", "without photo: too big", "written anew: without photo: too big"),
    ("edit", S.QUEUED, "person:ben", "", "", "edited"),
    ("unheard-of", S.QUEUED, DAEMON_1, "", "news", "unheard-of: news"),
)


@pytest.mark.parametrize(("verb", "after", "actor", "code", "detail", "said"), SAID)
def test_a_move_in_words(verb: str, after: Status, actor: str, code: str, detail: str, said: str) -> None:
    """Each verb has a sentence, with the reason where it adds something."""
    event = _event(1, "14:00:10", actor, verb, after, detail, code=code)
    told = words.story_so_far([event], [], [], now=NOW, zone=BERLIN)
    assert [one.what for one in told] == [said]


@pytest.mark.parametrize("verb", MOVES)
def test_every_verb_of_the_machine_has_words(verb: str) -> None:
    """No verb is shown to people by its bare name."""
    event = _event(1, "14:00:10", DAEMON_1, verb, S.QUEUED)
    told = words.story_so_far([event], [], [], now=NOW, zone=BERLIN)
    assert [one.what for one in told] != [verb]


def test_what_befell_several_accounts_at_once_is_told_once() -> None:
    """One act on all accounts of a story is one entry that names them."""
    events = [
        _event(1, "14:00:10", DAEMON_1, "plan", S.QUEUED),
        _event(2, "14:00:10", DAEMON_1, "plan", S.QUEUED, delivery=2),
        _event(3, "14:00:10", DAEMON_1, "plan", S.HELD, "no", delivery=3),
        _event(4, "14:00:20", "person:anna", "hold", S.HELD, delivery=1),
        _event(5, "14:00:20", "person:anna", "hold", S.HELD, delivery=2),
    ]
    names = {1: "X main", 2: "Facebook", 3: "Bluesky"}
    told = words.story_so_far(events, [], [], now=NOW, zone=BERLIN, names=NAMES, accounts=names)
    assert [(one.what, one.accounts) for one in told] == [
        ("planned", ("X main", "Facebook")),
        ("planned, held: no", ("Bluesky",)),
        ("held", ("X main", "Facebook")),
    ]


PARTS = (
    ({"text": "Other"}, "text"),
    ({"warning": "Graphic"}, "warning"),
    ({"media": (Media("0" * 64, "image/jpeg", 1, 1, alt="A bus"),)}, "alt text"),
    ({"media": ()}, "photo"),
    ({"media": (Media("1" * 64, "image/jpeg", 1, 1, alt=""),)}, "photo"),
)


@pytest.mark.parametrize(("fields", "part"), PARTS, ids=[str(case[1]) for case in PARTS])
def test_an_edit_names_what_it_changed(fields: dict[str, Any], part: str) -> None:
    """Versions are compared part by part."""
    media = (Media("0" * 64, "image/jpeg", 1, 1),)
    versions = [_version(1, media=media), _version(2, **{"media": media, **fields})]
    event = _event(1, "14:00:10", "person:anna", "edit", S.HELD, version=2)
    told = words.story_so_far([event], [], versions, now=NOW, zone=BERLIN)
    assert [one.what for one in told] == [f"changed the {part}"]


# ---------------------------------------------------------------------------------------------- the desk itself


def test_the_strip_counts_what_needs_somebody() -> None:
    """The worst first; nothing that is nought."""
    found = words.strip({"paused": 1, "approval": 3, "failed": 2, "unknown": 1, "held": 0, "changed": 1, "source": 2})
    assert [one.words for one in found] == [
        "1 not known", "2 failed", "3 held for approval", "1 account paused", "2 sources failing",
        "1 changed since sent",
    ]  # fmt: skip
    assert words.strip({"failed": 0}) == []
    assert words.NOTHING_NEEDED == "Nothing needs you."


SAYINGS = (
    (
        words.nothing_waits(berlin("14:02"), "Night bus stays", 4, NOW, BERLIN),
        "Nothing is waiting. Last post: 14:02, Night bus stays, on 4 accounts. New articles appear here by themselves.",
    ),
    (words.nothing_waits(None, "", 0, NOW, BERLIN), "Nothing is waiting. New articles appear here by themselves."),
    (
        words.nothing_waits(berlin("14:02"), "{odd} {0}", 1, NOW, BERLIN),
        "Nothing is waiting. Last post: 14:02, {odd} {0}, on 1 account. New articles appear here by themselves.",
    ),
    (
        words.missing(["a source", "an account", "an editor"]),
        "Three things are missing: a source, an account, an editor.",
    ),
    (words.missing(["an editor"]), "One thing is missing: an editor."),
    (words.missing(list("abcdefg")), "7 things are missing: a, b, c, d, e, f, g."),
    (words.missing([]), ""),
    (
        words.nothing_found("allotment", date(2026, 11, 16), date(2026, 11, 22), date(2026, 11, 23)),
        'Nothing was sent, held or suppressed under "allotment" from 16 to 22 Nov.',
    ),
    (words.nothing_found("", None, None, date(2026, 11, 23)), "Nothing was sent, held or suppressed."),
    (
        words.nothing_found("a {b}", None, date(2026, 11, 22), date(2026, 11, 23)),
        'Nothing was sent, held or suppressed under "a {b}" until 22 Nov.',
    ),
    (
        words.stopped(berlin("14:31"), "person:anna", "checking a wrong name", 37, NOW, BERLIN, NAMES),
        "Sending is stopped since 14:31 by Anna: checking a wrong name. 37 posts wait.",
    ),
    (
        words.stopped(berlin("14:31", 22), "cli:eva@host", "", 1, NOW, BERLIN, NAMES),
        "Sending is stopped since Sun 22 Nov 14:31 by eva (command line). 1 post waits.",
    ),
    (
        words.sending_again(37, berlin("15:10"), NOW, BERLIN),
        "Sending again. 37 posts leave one after another until about 15:10.",
    ),
    (words.sending_again(1, berlin("15:10"), NOW, BERLIN), "Sending again. 1 post leaves by about 15:10."),
    (words.sending_again(2, None, NOW, BERLIN), "Sending again. 2 posts leave one after another."),
    (words.sending_again(0, None, NOW, BERLIN), "Sending again."),
    (
        words.other_text("Ben", berlin("14:32"), NOW, BERLIN),
        "Ben saved another text at 14:32 while you were writing. Yours is kept below.",
    ),
    (
        words.logged_out(berlin("14:30"), NOW, BERLIN),
        "You were logged out at 14:30. Log in here; your text is kept.",
    ),
    (words.too_long(14, "X"), "The text is 14 characters too long for X."),
    (words.too_long(1, "X"), "The text is 1 character too long for X."),
    (words.too_many(900, 500), "900 posts are selected; 500 can be changed at once."),
)


@pytest.mark.parametrize(("found", "said"), SAYINGS, ids=[case[1] for case in SAYINGS])
def test_what_the_desk_says_of_itself(found: str, said: str) -> None:
    """Empty pages, the stop bar and refusals say what is so, and what comes next; what others wrote stays as it is."""
    assert found == said


def test_a_catalogue_changes_the_words(tmp_path: Path) -> None:
    """A language with a catalogue is spoken; one without is English; templates speak it too."""
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "desk.mo").write_bytes(_catalogue({"": "Content-Type: text/plain; charset=UTF-8\n", "Held": "Gehalten"}))
    env = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    try:
        i18n.install(env, "de-AT", tmp_path)
        assert words.word(S.HELD) == "Gehalten"
        assert words.word(S.SENT) == "Sent"
        assert env.from_string("{{ _('Held') }} {{ _('62 % left') }}").render() == "Gehalten 62 % left"
    finally:
        i18n.speak("")
    assert words.word(S.HELD) == "Held"


def _catalogue(messages: dict[str, str]) -> bytes:
    """A compiled catalogue, as msgfmt makes it."""
    pairs = [(key.encode(), value.encode()) for key, value in sorted(messages.items())]
    place, data = 28 + 16 * len(pairs), b""
    tables: list[bytes] = []
    for side in (0, 1):
        for pair in pairs:
            tables.append(len(pair[side]).to_bytes(4, "little") + (place + len(data)).to_bytes(4, "little"))
            data += pair[side] + b"\0"
    head = [0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0]
    return b"".join(one.to_bytes(4, "little") for one in head) + b"".join(tables) + data
