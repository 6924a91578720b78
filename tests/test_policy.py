"""Who wants an article, and when its post may leave."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from syndicator import policy
from syndicator.models import Account, Article, Features, Photo, Policy, Status
from syndicator.policy import HOUR, Verdict

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 14, 5, 9, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
X = Features("x", "X", "X", "weighted", 280)
MASTODON = replace(X, warnings=True)
COVERS = replace(X, sensitive_media=True)
STORY = Article(
    "https://www.example.com/bridge",
    "Straße über die Brücke gesperrt",
    "The C++ war, Part 2",
    sections=("News > World", "Politics"),
    tags=("Town council", "Traffic"),
    labels=("Live",),
    published=NOW - MINUTE,
    found_at=NOW,
)


def utc(text: str) -> datetime:
    """The UTC time "2026-10-25 01:30"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def account(policy: Policy | None = None, **values: Any) -> Account:
    """An account that wants everything unless told otherwise."""
    return Account("x-main", "x", policy=policy or Policy(), **values)


# ---------------------------------------------------------------------------------------------- routing


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        ("World", True),
        ("wORLD", True),
        ("news", True),
        ("News > World", True),
        ("news>world", True),
        ("Politics", True),
        ("World > News", False),
        ("Worl", False),
        ("World > Europe", False),
        ("News > Politics", False),
    ],
)
def test_sections(wanted: str, matches: bool) -> None:
    """A section matches a whole path or any of its parts, whatever the case, and nothing less."""
    assert policy.in_sections(("Sport", wanted), STORY.sections) is matches
    assert not policy.in_sections((), STORY.sections)
    assert not policy.in_sections((wanted,), ())


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("brücke", True),
        ("STRASSE", True),
        ("c++", True),
        ("council", True),
        ("town council", True),
        ("LIVE", True),
        ("war", True),
        ("Part 2", True),
        ("Part", True),
        ("wa", False),
        ("rücke", False),
        ("Coun", False),
        ("Council Traffic", False),
        ("gesperrt The", False),
        ("C.. war", False),
        ("World", False),
        ("", False),
    ],
)
def test_whole_words(word: str, found: bool) -> None:
    """A word or phrase counts only where it stands whole in title, summary, one tag or label; sections do not."""
    assert policy.mentions(("nowhere", word, "later"), STORY) == (word if found else "")


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({}, ""),
        ({"sources": ("world", "sport")}, ""),
        ({"sources": ("sport", "arts")}, "takes only the sources sport, arts"),
        ({"sections": ("world",)}, ""),
        ({"sections": ("Sport", "Arts")}, "takes only the sections Sport, Arts"),
        ({"include": ("council",)}, ""),
        ({"include": ("tram", "bus")}, "takes only articles that mention tram, bus"),
        ({"exclude": ("council",)}, ""),
        ({"sources": ("world",), "include": ("tram",)}, "takes only articles that mention tram"),
    ],
)
def test_routing(values: dict[str, Any], why: str) -> None:
    """An account takes an article that passes all its lists; an excluded one is routed, to be refused by a rule."""
    assert policy.not_routed(STORY, account(**values), ["front", "world"]) == why


# ---------------------------------------------------------------------------------------------- photos


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("DO NOT USE", "DO NOT USE"),
        ("Please  don’t publish before Monday", "don’t publish"),
        ("May not be used.", "May not be used"),
        ("Must not be published", "Must not be published"),
        ("NO USE GERMANY", "NO USE"),
        ("not for publication", "not for publication"),
        ("Not for use after 30 days", "Not for use"),
        ("MANDATORY KILL", "MANDATORY KILL"),
        ("Picture kill: wrong person", "Picture kill"),
        ("KILL", "KILL"),
        ("KILL: faces visible", "KILL"),
        ("NO TV; NO INTERNET; NO SALES", "NO INTERNET"),
        ("Print only, no social media use", "no social media use"),
        ("Not for online use", "Not for online use"),
        ("EMBARGOED UNTIL 20:00 GMT", "EMBARGOED"),
        ("under embargo", "embargo"),
        ("WITHDRAWN by the agency", "WITHDRAWN"),
        ("", ""),
        ("Editorial use only. NO SALES, NO ARCHIVES.", ""),
        ("EDITORS: no sales", ""),
        ("No commercial use; no advertising", ""),
        ("Do not use without permission", ""),
        ("Do not use for advertising", ""),
        ("NO USE WITHOUT CREDIT", ""),
        ("no internet sales", ""),
        ("No social media advertising", ""),
        ("no embargo", ""),
        ("Embargo lifted", ""),
        ("Premiere of Kill the Clock, for editorial use", ""),
        ("Internet: Example Agency", ""),
        ("Free to use with credit", ""),
    ],
)
def test_words_that_forbid_a_photo(words: str, found: str) -> None:
    """A ban counts in plain words; a condition, or a ban on sales and advertising, is none."""
    assert policy.ban(words) == found


BANNED = "its terms say “do not use”"
NO_CREDIT = "it has no credit, which {} asks for"


@pytest.mark.parametrize(
    ("values", "rules", "why"),
    [
        ({}, Policy(), ""),
        ({"credit": "Ann/Agence Exemple"}, Policy(), ""),
        ({"terms": "Until Monday: do not use"}, Policy(allow_credits=("Ann",)), BANNED),
        ({"credit": "do not use"}, Policy(), BANNED),
        (
            {"credit": "Ann/Agence Exemple"},
            Policy(deny_credits=("agence exemple",)),
            "its credit “{}” is in deny_credits",
        ),
        ({"credit": "Ann/Agence Exemple"}, Policy(deny_credits=("Exempl", "gence")), ""),
        ({"credit": "Ann/Agence Exemple"}, Policy(allow_credits=("ANN",)), ""),
        (
            {"credit": "Ann/Agence Exemple"},
            Policy(allow_credits=("Bo", "An")),
            "its credit “{}” is not in allow_credits",
        ),
        (
            {"credit": "Ann/Agence Exemple"},
            Policy(allow_credits=("Ann",), deny_credits=("Agence Exemple",)),
            "its credit “{}” is in deny_credits",
        ),
        ({}, Policy(deny_credits=("Ann",)), ""),
        ({}, Policy(allow_credits=("Ann",)), NO_CREDIT.format("allow_credits")),
        ({"credit": "  "}, Policy(require_credit=True), NO_CREDIT.format("require_credit")),
        ({"credit": "Ann"}, Policy(require_credit=True), ""),
    ],
)
def test_which_photos_may_be_used(values: dict[str, str], rules: Policy, why: str) -> None:
    """A photo's own terms go before all rules, a denied credit before an allowed one, by whole words of any case."""
    photo = Photo("https://www.example.com/a.jpg", **values)
    assert policy.photo_refused(photo, rules) == why.format(photo.credit)


# ---------------------------------------------------------------------------------------------- times of an article


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-23", 24)])
def test_days_have_their_own_length(day: str, hours: int) -> None:
    """A day lasts from midnight to midnight by the newsroom's clock: 23 or 25 hours when the clock is changed."""
    start = policy.moment(date.fromisoformat(day), BERLIN).astimezone(UTC)
    assert policy.day_end(date.fromisoformat(day), BERLIN).astimezone(UTC) - start == timedelta(hours=hours)
    assert policy.moment(start, BERLIN) is start
    assert start.astimezone(BERLIN).isoformat().startswith(f"{day}T00:00:00")


@pytest.mark.parametrize(
    ("published", "embargo", "expires"),
    [
        (utc("2026-11-23 10:00"), None, "2026-11-24 10:00"),
        (utc("2026-11-23 10:00"), utc("2026-11-25 06:00"), "2026-11-26 06:00"),
        (utc("2026-11-23 10:00"), utc("2026-11-23 06:00"), "2026-11-24 10:00"),
        (None, None, "2026-11-24 14:00"),
        (date(2026, 11, 22), None, "2026-11-23 23:00"),
        (date(2026, 11, 22), utc("2026-11-22 22:00"), "2026-11-23 23:00"),
        (date(2026, 3, 28), None, "2026-03-29 23:00"),
        (date(2026, 3, 29), None, "2026-03-30 22:00"),
        (date(2026, 10, 24), None, "2026-10-25 22:00"),
        (date(2026, 10, 25), None, "2026-10-26 23:00"),
    ],
)
def test_expiry(published: datetime | date | None, embargo: datetime | None, expires: str) -> None:
    """News ends max_age of real time, in UTC, after publication, embargo, finding, or the end of a published day."""
    article = replace(STORY, published=published, embargo=embargo)
    end = policy.expiry(article, Policy(), utc("2026-11-23 14:00"), BERLIN)
    assert (end, end.utcoffset()) == (utc(expires), timedelta(0))


# ---------------------------------------------------------------------------------------------- planning


@pytest.mark.parametrize(
    ("words", "breaking"),
    [((), False), (("LIVE",), True), (("traffic",), True), (("news > world",), True), (("Liv", "bridge"), False)],
)
def test_breaking(words: tuple[str, ...], breaking: bool) -> None:
    """A label, tag or section among the policy's words makes an article breaking; then hold_for does not apply."""
    rules = Policy(breaking=words)
    due = NOW if breaking else NOW + 10 * MINUTE
    judged = policy.verdict(STORY, account(rules), X, photo_alt=None, now=NOW, zone=BERLIN)
    assert policy.is_breaking(STORY, rules) is breaking
    assert judged == Verdict(Status.QUEUED, due, NOW - MINUTE + DAY, breaking=breaking)


GRAPHIC = "the article is marked graphic or sensitive"
APPROVAL = ("rule:approval", "waits for approval")
NO_WARNING = "the article is marked graphic, and X has no warning for it"
HOLDS: list[tuple[dict[str, Any], Policy, Features, str | None, bool, tuple[str, str] | None]] = [
    ({}, Policy(), X, None, False, None),
    ({"page_error": "page: 500"}, Policy(approval=True), X, "", False, ("page", "page: 500")),
    ({"page_error": "page: 500"}, Policy(), X, "", True, ("page", "page: 500")),
    ({"sensitive": True}, Policy(sensitive="hold"), MASTODON, None, False, ("rule:sensitive", GRAPHIC)),
    ({"sensitive": True}, Policy(sensitive="hold"), MASTODON, None, True, None),
    ({"sensitive": True}, Policy(sensitive="warn"), X, None, False, ("rule:sensitive", NO_WARNING)),
    ({"sensitive": True}, Policy(sensitive="warn"), MASTODON, None, False, None),
    ({"sensitive": True}, Policy(sensitive="warn"), COVERS, None, False, None),
    ({"sensitive": True}, Policy(sensitive="send"), X, None, False, None),
    ({"sensitive": True}, Policy(sensitive="send", approval=True), X, None, False, APPROVAL),
    ({}, Policy(sensitive="hold"), X, None, False, None),
    ({}, Policy(require_alt=True), X, "", True, ("rule:require_alt", "the photo has no alt text")),
    ({}, Policy(require_alt=True), X, "A bridge", False, None),
    ({}, Policy(require_alt=True), X, None, False, None),
    ({}, Policy(), X, "", False, None),
    ({}, Policy(approval=True), X, None, False, APPROVAL),
    ({}, Policy(approval=True), X, None, True, None),
]


@pytest.mark.parametrize(("values", "rules", "features", "alt", "by_hand", "held"), HOLDS)
def test_what_waits_for_a_person(
    values: dict[str, Any],
    rules: Policy,
    features: Features,
    alt: str | None,
    by_hand: bool,
    held: tuple[str, str] | None,
) -> None:
    """A post waits for its page, a warning, an alt text or approval; a person's own needs no approval."""
    article, place = replace(STORY, **values), account(rules)
    assert policy.hold_reason(article, place, features, alt, by_hand) == held
    judged = policy.verdict(article, place, features, photo_alt=alt, now=NOW, zone=BERLIN)
    found = policy.hold_reason(article, place, features, alt, by_hand=False)
    expected = (Status.HELD, *found) if found else (Status.QUEUED, "", "")
    assert (judged.status, judged.code, judged.detail) == expected


OLD = {"published": NOW - DAY}
EXCLUDED = (Status.SUPPRESSED, "rule:exclude", "the article mentions “council”")
TOO_OLD = (Status.SUPPRESSED, "rule:max_age", "too old when it was found")


@pytest.mark.parametrize(
    ("values", "exclude", "expected", "due", "expires"),
    [
        ({}, ("council",), EXCLUDED, NOW + 10 * MINUTE, NOW + DAY - MINUTE),
        (OLD, ("council",), EXCLUDED, NOW + 10 * MINUTE, NOW),
        (OLD, ("tram",), TOO_OLD, NOW + 10 * MINUTE, NOW),
        ({"published": NOW - DAY + MINUTE}, (), (Status.QUEUED, "", ""), NOW + 10 * MINUTE, NOW + MINUTE),
        (OLD | {"backfill": True}, (), (Status.QUEUED, "", ""), NOW + 10 * MINUTE, NOW + DAY),
        ({"backfill": True, "embargo": NOW + DAY}, (), (Status.QUEUED, "", ""), NOW + DAY, NOW + 2 * DAY),
        ({"embargo": NOW + MINUTE}, (), (Status.QUEUED, "", ""), NOW + 10 * MINUTE, NOW + MINUTE + DAY),
        (OLD | {"embargo": NOW + HOUR}, (), (Status.QUEUED, "", ""), NOW + HOUR, NOW + HOUR + DAY),
        ({"found_at": None, "published": None}, (), (Status.QUEUED, "", ""), NOW + 10 * MINUTE, NOW + DAY),
        ({"found_at": NOW - HOUR}, (), (Status.QUEUED, "", ""), NOW - 50 * MINUTE, NOW + DAY - MINUTE),
    ],
)
def test_verdict(
    values: dict[str, Any],
    exclude: tuple[str, ...],
    expected: tuple[Status, str, str],
    due: datetime,
    expires: datetime,
) -> None:
    """A rule's refusal keeps its reason; else a post is due after hold_for and embargo, and ends max_age later."""
    place = account(exclude=exclude)
    judged = policy.verdict(replace(STORY, **values), place, X, photo_alt=None, now=NOW, zone=BERLIN)
    assert (judged.status, judged.code, judged.detail) == expected
    assert (judged.due, judged.expires, judged.breaking) == (due, expires, False)
