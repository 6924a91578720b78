"""Charts and the calendar: posts per day, what became of them, how long they took, and what is planned when."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from syndicator.ledger import rows
from syndicator.ledger.catalogue import BLOCK, NEVER, Layer, every
from syndicator.ledger.filling import Shelf
from syndicator.ledger.schema import articles, deliveries
from syndicator.ledger.search import account_names
from syndicator.ledger.sieve import milliseconds
from syndicator.ledger.store import Store
from syndicator.models import Delivery, Status

LONGEST = 366
"""Days of the longest period."""

_PLANNED = (Status.HELD, Status.QUEUED)
_OUT = (Status.SENDING, Status.UNCONFIRMED)
_SENT = (Status.SENT, Status.RETRACTING, Status.RETRACTED)


@dataclass(frozen=True, slots=True)
class Charts:
    """Figures of a period; what has none is left out.

    `sent`: day by the newsroom's clock, account's name, posts sent. `waits`: day, median and 95th percentile of the
    minutes from publication to the network; without a time of publication, or before it, from when the article was
    found, and from the end of its embargo. `outcomes`: posts by name and state, of those whose time (when they
    were sent, else last changed) is in the period.
    """

    sent: tuple[tuple[date, str, int], ...]
    waits: tuple[tuple[date, float, float], ...]
    outcomes: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Planned:
    """Posts of a period with their stories' headlines, in the order of time, and how many there are in all."""

    posts: tuple[tuple[Delivery, str], ...]
    total: int


class Figures:
    """Counts of many days from the catalogue."""

    def __init__(self, store: Store, shelf: Shelf | None = None) -> None:
        self._shelf = shelf or Shelf.of(store)

    def charts(self, first: date, last: date, zone: ZoneInfo) -> Charts:
        """The figures of the days from first to last, both counted.

        Raises ValueError for an empty period or one of more than LONGEST days.
        """
        if not 1 <= (last - first).days + 1 <= LONGEST:
            raise ValueError(f"a period has 1 to {LONGEST} days")
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        edges = [milliseconds(midnight(day, zone)) for day in (*days, last + timedelta(days=1))]
        sent: list[Counter[str]] = [Counter() for _ in days]
        lags: list[list[int]] = [[] for _ in days]
        outcomes: dict[str, Counter[str]] = {}
        with self._shelf.open() as (connection, catalogue):
            names = {uid: name for uid, (name, _) in account_names(connection).items()}
            for layer in catalogue.layers.values():
                name = names.get(layer.account)
                if name is not None:
                    _count_days(name, layer, edges, sent, lags)
                    there = layer.within(edges[0], edges[-1])
                    counted = {status: (found & there).bit_count() for status, found in layer.status.items()}
                    outcomes.setdefault(name, Counter()).update({s: n for s, n in counted.items() if n})
        return Charts(
            tuple((days[at], name, count) for at, counts in enumerate(sent) for name, count in sorted(counts.items())),
            tuple((days[at], *_minutes(of_day)) for at, of_day in enumerate(lags) if of_day),
            {name: dict(counted) for name, counted in sorted(outcomes.items()) if counted},
        )

    def calendar(self, begin: datetime, end: datetime, *, account: str = "", limit: int = 1000) -> Planned:
        """What was sent, may have been, or is planned at begin ≤ time < end (aware), of one account (name) or all."""
        row = deliveries.c
        waiting = or_(
            and_(row.status.in_([s.value for s in _PLANNED]), row.due >= begin, row.due < end),
            and_(row.status.in_([s.value for s in _OUT]), row.claimed_at >= begin, row.claimed_at < end),
        )
        with self._shelf.open() as (connection, catalogue):
            uids = {uid for uid, (name, _) in account_names(connection).items() if account in {"", name}}
            waiting = and_(waiting, row.account.in_(uids))
            within = milliseconds(begin), milliseconds(end)
            layers = [layer for layer in catalogue.layers.values() if layer.account in uids]
            found = [(layer, _sent(layer, layer.within(*within))) for layer in layers]
            total = sum(theirs.bit_count() for _, theirs in found) + rows.count(connection, waiting)
            numbers = [number for _, number in every(found)[::-1][:limit]]
            posts = [*_posts(connection, waiting, limit), *_posts(connection, row.id.in_(numbers), limit)]
        posts.sort(key=lambda post: (post[0], post[1].id))
        return Planned(tuple((one, title) for _, one, title in posts[:limit]), total)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day by the clock of a zone."""
    return datetime.combine(day, time(), zone)


def _count_days(
    name: str, layer: Layer, edges: Sequence[int], sent: Sequence[Counter[str]], lags: Sequence[list[int]]
) -> None:
    """Add a layer's posts to the days between the edges."""
    day, low, high = 0, 0, 0
    counts = [0] * len(sent)
    for at, lag in _times(layer, edges[0], edges[-1]):
        if not low <= at < high:  # most posts are of the same day as the one before
            day = bisect_right(edges, at) - 1
            low, high = edges[day], edges[day + 1]
        counts[day] += 1
        lags[day].append(lag)
    for place, count in enumerate(counts):
        if count:
            sent[place][name] += count


def _times(layer: Layer, since: int, until: int) -> Iterator[tuple[int, int]]:
    """When posts were sent, and how many seconds that was after publication."""
    for block, (low, high) in enumerate(zip(layer.low, layer.high, strict=True)):
        if high < since or low >= until:
            continue
        place = slice(block * BLOCK, (block + 1) * BLOCK)
        for at, lag in zip(layer.at[place], layer.lag[place], strict=True):
            if lag != NEVER and since <= at < until:
                yield at, max(lag, 0)  # published, as it says, only after that


def _minutes(lags: list[int]) -> tuple[float, float]:
    """Median and 95th percentile of some seconds, in minutes."""
    lags.sort()
    last = len(lags) - 1
    return (lags[last // 2] + lags[-(-last // 2)]) / 120, lags[min(last, len(lags) * 95 // 100)] / 60


def _sent(layer: Layer, there: int) -> int:
    """Those of some articles whose post is or was public: their time is when it was sent."""
    found = 0
    for status in _SENT:
        found |= layer.status.get(status.value, 0)
    return found & there


def _posts(connection: Connection, where: ColumnElement[bool], limit: int) -> list[tuple[datetime, Delivery, str]]:
    """The first of some posts, each with its time and headline."""
    row = deliveries.c
    claimed = case((row.status.in_([s.value for s in _OUT]), row.claimed_at), else_=None)
    at = func.coalesce(row.sent_at, claimed, row.due).label("at")
    query = select(deliveries, articles.c.title, at).join_from(deliveries, articles, articles.c.id == row.article)
    found = connection.execute(query.where(where).order_by(at, row.id).limit(limit)).mappings()
    return [(one["at"], rows.delivery(one), one["title"]) for one in found]
