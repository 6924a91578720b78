"""What the headers of an answer say of the limit on posts. Nothing here raises: what cannot be read says nothing."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from syndicator.adapters.times import moment
from syndicator.models import Budget

Headers = Mapping[str, str]
Reader = Callable[[Headers], Budget | None]

LONGEST = timedelta(days=2)  # no platform's limit is longer than a day: later resets are misread or made up
USAGE = ("x-app-usage", "x-business-use-case-usage")
# Percentages of their limits: docs/graph-api/overview/rate-limiting of developers.facebook.com, read 2026-11.
SHARES = ("call_count", "total_time", "total_cputime")
REGAINED = timedelta(hours=1)  # the window those percentages roll over


def window(headers: Headers, name: str, cost: int = 1, now: datetime | None = None) -> Budget | None:
    """From `name`-limit, -remaining and -reset, where one post costs `cost` of what they count."""
    now = now or datetime.now(UTC)
    limit, left = (_number(headers.get(f"{name}-{part}")) for part in ("limit", "remaining"))
    resets = moment(str(headers.get(f"{name}-reset") or "").strip(), now)
    if limit is None or left is None or resets is None or limit < cost or resets - now > LONGEST:
        return None
    return Budget(limit // cost, min(left, limit) // cost, resets)


def scarcest(found: Iterable[Budget | None]) -> Budget | None:
    """The one with the smallest share left; of equal ones the one that lasts longest."""
    return min(filter(None, found), key=lambda one: (one.left / one.limit, -one.resets.timestamp()), default=None)


def usage(headers: Headers, now: datetime | None = None) -> Budget | None:
    """From a Graph API's usage headers: of a hundred, what the largest share leaves, until access is regained."""
    told = [one for name in USAGE for one in _objects(_parsed(headers.get(name)))]
    shares = [share for one in told for name in SHARES if (share := _count(one.get(name))) is not None]
    if not shares:
        return None
    minutes = max((_count(one.get("estimated_time_to_regain_access")) or 0 for one in told), default=0)
    wait = min(timedelta(minutes=minutes), LONGEST) or REGAINED
    return Budget(100, max(0, 100 - max(shares)), (now or datetime.now(UTC)) + wait)


def _number(value: object) -> int | None:
    return int(str(value)) if re.fullmatch(r"[0-9]{1,9}", str(value).strip()) else None


def _count(value: object) -> int | None:
    """A share in whole percent, or minutes; None for what is no sensible number."""
    return int(value) if isinstance(value, int | float) and 0 <= value < 1_000_000 else None


def _parsed(header: str | None) -> Any:
    try:
        return json.loads(header or "")
    except (ValueError, RecursionError):
        return None


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """The object itself, and those it keeps by the names of businesses."""
    if not isinstance(value, dict):
        return
    yield value
    for kept in value.values():
        yield from (one for one in (kept if isinstance(kept, list) else ()) if isinstance(one, dict))
