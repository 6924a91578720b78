"""Who wants an article, and when it may leave. Pure: every time and count is an argument.

`verdict` judges once, when a post is planned. `gate` judges each time a post could be claimed, and the same function
gives people their forecast.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from syndicator.models import Account, Article, Budget, Delivery, Features, Photo, Policy, QuietHours, Status

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a post starts: HELD, QUEUED or SUPPRESSED, why, and its times (aware UTC)."""

    status: Status
    due: datetime
    expires: datetime
    code: str = ""
    detail: str = ""
    breaking: bool = False


@dataclass(frozen=True, slots=True)
class Recent:
    """What an account has done lately. `hour` are the claim times, oldest first, of posts of the last hour that are or
    may be public; `unknown_in_row` the unsettled unknowns since the last receipt; `paused` and `stopped` the reasons of
    a pause and of the stop switch, None while they are off; `wait_until` is when the network may be asked again."""

    hour: tuple[datetime, ...] = ()
    last: datetime | None = None
    unknown_in_row: int = 0
    paused: str | None = None
    stopped: str | None = None
    wait_until: datetime | None = None
    budget: Budget | None = None
    compare_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """A closed gate: a machine code, a sentence, and when it opens by itself (None: a person opens it)."""

    code: str
    why: str
    until: datetime | None = None


# ---------------------------------------------------------------------------------------------- routing


def in_sections(wanted: Iterable[str], sections: Iterable[str]) -> bool:
    """Whether one of `wanted` is a whole path or any part of one of the sections, case-folded."""
    have: set[str] = set()
    for path in sections:
        parts = [part.strip().casefold() for part in path.split(">")]
        have |= {*parts, " > ".join(parts)}
    return any(" > ".join(part.strip() for part in want.casefold().split(">")) in have for want in wanted)


def mentions(words: Iterable[str], article: Article) -> str:
    """The first of the words or phrases standing whole in title, summary, tags or labels, or ""."""
    return _first_in(words, " \n ".join((article.title, article.summary, *article.tags, *article.labels)))


def _first_in(words: Iterable[str], text: str) -> str:
    folded = text.casefold()
    return next((w for w in words if w and re.search(rf"(?<!\w){re.escape(w.casefold())}(?!\w)", folded)), "")


def not_routed(article: Article, account: Account, sources: Iterable[str]) -> str:
    """Why an account does not want an article, in words; "" when it wants it."""
    if account.sources and not set(account.sources) & set(sources):
        return f"takes only the sources {', '.join(account.sources)}"
    if account.sections and not in_sections(account.sections, article.sections):
        return f"takes only the sections {', '.join(account.sections)}"
    if account.include and not mentions(account.include, article):
        return f"takes only articles that mention {', '.join(account.include)}"
    return ""


# ---------------------------------------------------------------------------------------------- photos

# What follows "do not use" or "no internet" and makes a condition of it, which a newsroom has met or does not touch.
_CONDITION = (
    r"(?!\s+(?:without|unless|except|other\s+than|(?:re)?sales?|archiv\w*|advert\w*|commercial\w*"
    r"|(?:for|in)\s+(?:advert\w*|commercial\w*|promo\w*|marketing|merchandis\w*|(?:re)?sales?|archiv\w*)))\b"
)
_BANS = re.compile(
    rf"""\b(?:do\s+not|don['’]t|(?:may|must)\s+not\s+be|not\s+to\s+be)\s+
      (?:used?|publish(?:ed)?|distributed?|post(?:ed)?)\b{_CONDITION}
    | \bno(?:\s+further)?\s+(?:use|publication|distribution)\b{_CONDITION}
    | \bnot\s+for\s+(?:use|publication|distribution|release)\b{_CONDITION}
    | \b(?:no|not\s+for)\s+(?:any\s+)?(?:social(?:\s+media|\s+networks?)?+|internet|online|web|digital)
      (?:\s+(?:use|usage|publication))?+\b{_CONDITION}
    | \b(?:mandatory|photo|picture|image|caption)\s+kill\b | \bkill\s+(?:notice|photo|picture|image)\b
    | (?<!\bno\ )\bembargo(?:ed)?\b(?!\s+(?:lifted|over|expired|has|was))
    | \bwithdrawn\b""",
    re.IGNORECASE | re.VERBOSE,
)
_KILL = re.compile(r"^\W*KILL\b|\bKILL\W*$")  # a wire's word in capitals, not a film's


def ban(words: str) -> str:
    """The words by which a photo's terms, instructions or credit forbid its use, as they stand there, or ""."""
    found = _BANS.search(words) or _KILL.search(words)
    return " ".join(found[0].split()) if found else ""


def photo_refused(photo: Photo, policy: Policy) -> str:
    """Why a photo may not be used, in words that follow "without photo:", or ""."""
    forbidden = ban(photo.terms) or ban(photo.credit)
    if forbidden:
        return f"its terms say “{forbidden}”"
    credit = photo.credit.strip()
    if not credit:
        asking = "require_credit" if policy.require_credit else "allow_credits" if policy.allow_credits else ""
        return f"it has no credit, which {asking} asks for" if asking else ""
    if _first_in(policy.deny_credits, credit):
        return f"its credit “{credit}” is in deny_credits"
    if policy.allow_credits and not _first_in(policy.allow_credits, credit):
        return f"its credit “{credit}” is not in allow_credits"
    return ""


# ---------------------------------------------------------------------------------------------- planning


def moment(value: datetime | date, zone: ZoneInfo) -> datetime:
    """A moment as it is; a day as its beginning in the newsroom's zone, in UTC."""
    return value if isinstance(value, datetime) else datetime.combine(value, time(), zone).astimezone(UTC)


def day_end(value: date, zone: ZoneInfo) -> datetime:
    """The end of a day in the newsroom's zone, in UTC; days of 23 and 25 hours included."""
    # In UTC, because adding to a time of a zone moves the clock's hands, not the time that passes.
    return datetime.combine(value + timedelta(days=1), time(), zone).astimezone(UTC)


def expiry(article: Article, policy: Policy, found_at: datetime, zone: ZoneInfo) -> datetime:
    """When an article is no longer news: max(published, embargo) + max_age, a day counted from its end."""
    start = found_at
    if isinstance(article.published, datetime):
        start = article.published
    elif article.published is not None:
        start = day_end(article.published, zone)
    return max(start, article.embargo or start) + policy.max_age


def is_breaking(article: Article, policy: Policy) -> bool:
    """Whether a label, tag or section of the article is among the policy's breaking words."""
    words = {word.casefold() for word in policy.breaking}
    return bool(words & {w.casefold() for w in (*article.labels, *article.tags)}) or in_sections(
        words, article.sections
    )


def hold_reason(
    article: Article, account: Account, features: Features, photo_alt: str | None, by_hand: bool
) -> tuple[str, str] | None:
    """Why a post must wait for a person, as (code, sentence). `photo_alt` is None for a post without a photo."""
    policy = account.policy
    if article.page_error:
        return "page", article.page_error
    if article.provisional:
        return "page", "the headline is a stand-in: the article's own page has not been read"
    if article.sensitive and not by_hand:
        can_warn = features.warnings or features.sensitive_media
        if policy.sensitive == "hold":
            return "rule:sensitive", "the article is marked graphic or sensitive"
        if policy.sensitive == "warn" and not can_warn:
            return "rule:sensitive", f"the article is marked graphic, and {features.label} has no warning for it"
    if policy.require_alt and photo_alt == "":
        return "rule:require_alt", "the photo has no alt text"
    if policy.approval and not by_hand:
        return "rule:approval", "waits for approval"
    return None


def verdict(
    article: Article,
    account: Account,
    features: Features,
    *,
    photo_alt: str | None,
    now: datetime,
    zone: ZoneInfo,
) -> Verdict:
    """How the post of a routed article starts on one account."""
    policy, found_at = account.policy, article.found_at or now
    breaking = is_breaking(article, policy)
    due = max(found_at + (timedelta(0) if breaking else policy.hold_for), article.embargo or found_at)
    expires = expiry(article, policy, found_at, zone)
    if article.withdrawn:
        detail = f"the article was taken back: {article.withdrawn}"
        return Verdict(Status.SUPPRESSED, due, expires, "rule:withdrawn", detail, breaking)
    excluded = mentions(account.exclude, article)
    if excluded:
        detail = f"the article mentions “{excluded}”"
        return Verdict(Status.SUPPRESSED, due, expires, "rule:exclude", detail, breaking)
    if expires <= now and not article.backfill:
        return Verdict(Status.SUPPRESSED, due, expires, "rule:max_age", "too old when it was found", breaking)
    if article.backfill:
        expires = max(expires, now + policy.max_age)
    held = hold_reason(article, account, features, photo_alt, by_hand=False)
    if held:
        return Verdict(Status.HELD, due, expires, *held, breaking)
    return Verdict(Status.QUEUED, due, expires, breaking=breaking)


# ---------------------------------------------------------------------------------------------- gates


def quiet_until(quiet: QuietHours, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When quiet hours that hold now will end, by the newsroom's clock; None outside them."""
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    over_midnight = quiet.start > quiet.end
    inside = (minute >= quiet.start or minute < quiet.end) if over_midnight else quiet.start <= minute < quiet.end
    if not inside:
        return None
    day = local.date() + timedelta(days=1 if over_midnight and minute >= quiet.start else 0)
    # The fold tells the two passes of the hour apart that an autumn night has twice.
    end = datetime.combine(day, time(quiet.end // 60, quiet.end % 60, fold=local.fold), zone)
    return end.astimezone(now.tzinfo)


def account_gate(account: Account, recent: Recent) -> Gate | None:
    """What closes a whole account, whatever the post: stop switch, pause, trial, two unknowns in a row."""
    if recent.stopped is not None:
        return Gate("stopped", f"all sending is stopped: {recent.stopped}")
    if recent.paused is not None:
        return Gate("paused", f"the account is paused: {recent.paused}")
    if not account.enabled:
        return Gate("disabled", "the account is switched off (enabled = false)")
    if recent.unknown_in_row >= 2:
        return Gate("unknowns", "two posts in a row have no clear answer; nothing new until one is settled")
    return None


SCARCE = 0.2  # the share of a platform's limit below which posts are spread over the time that is left


def budget_gap(budget: Budget | None, now: datetime) -> timedelta:
    """How far apart posts must be so that what is left of a platform's limit lasts until it is renewed."""
    if budget is None or budget.resets <= now or budget.left > budget.limit * SCARCE:
        return timedelta(0)
    return (budget.resets - now) / (budget.left + 1)


def _network_gate(row: Delivery, recent: Recent, now: datetime) -> Gate | None:
    """What the network asks for, or must be asked first."""
    if recent.wait_until and recent.wait_until > now:
        return Gate("waiting", "the network asked for patience, or could not be reached", recent.wait_until)
    if recent.compare_until and not row.compared and (row.newest is None or row.newest <= recent.compare_until):
        return Gate("comparing", "an older ledger was restored: it is compared with what the network shows first")
    return None


def _pace_gate(row: Delivery, policy: Policy, features: Features, recent: Recent, now: datetime) -> Gate | None:
    """What keeps posts apart and bounds a flood."""
    gap = features.min_gap if row.urgent or row.breaking else max(features.min_gap, policy.spacing)
    if recent.last and now - recent.last < gap:
        return Gate("spacing", "keeps its distance to the last post", recent.last + gap)
    spread = budget_gap(recent.budget, now)
    if spread and (recent.last is None or now - recent.last < spread):
        return Gate("budget", "the platform's limit is nearly used up", (recent.last or now) + spread)
    if policy.burst and len(recent.hour) >= policy.burst:
        return Gate("burst", f"{policy.burst} posts in an hour are enough", recent.hour[-policy.burst] + HOUR)
    return None


def gate(
    row: Delivery, account: Account, features: Features, recent: Recent, now: datetime, zone: ZoneInfo
) -> Gate | None:
    """What closes the way for one post at `now`. Due times and expiry are not gates: they are in the row."""
    closed = account_gate(account, recent) or _network_gate(row, recent, now)
    quiet = account.policy.quiet_hours
    if closed is None and quiet and not (row.urgent or row.breaking):
        until = quiet_until(quiet, now, zone)
        closed = Gate("quiet_hours", "quiet hours", until) if until else None
    return closed or _pace_gate(row, account.policy, features, recent, now)
