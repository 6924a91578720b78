"""Times as platforms write them in headers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def moment(value: str, now: datetime) -> datetime | None:
    """Seconds from `now`, epoch seconds, ISO 8601 or an HTTP date as an aware UTC time; None for anything else."""
    readings: tuple[Callable[[], datetime], ...] = (
        lambda: _from_number(float(value), now),
        lambda: datetime.fromisoformat(value),
        lambda: parsedate_to_datetime(value),
    )
    for reading in readings:
        try:
            found = reading()
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError, OSError, IndexError, TypeError):
            continue
    return None


def _from_number(number: float, now: datetime) -> datetime:
    epoch_from = 1_000_000_000  # no platform asks for thirty years of patience
    return datetime.fromtimestamp(number, UTC) if number >= epoch_from else now + timedelta(seconds=number)
