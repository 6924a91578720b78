"""Places in a list, as opaque text."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Sequence
from typing import Any

from syndicator.desk.api import problems


def made(parts: Sequence[Any]) -> str:
    """A cursor of a few numbers and texts."""
    return urlsafe_b64encode(json.dumps(list(parts), separators=(",", ":")).encode()).decode().rstrip("=")


def number(cursor: str) -> int:
    """The number of a cursor that holds one, 0 for none. Raises Problem for what is not a cursor of this list."""
    if not cursor:
        return 0
    try:
        parts = json.loads(urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        (found,) = parts
        if isinstance(found, int) and 0 <= found < 2**62:
            return found
    except (ValueError, TypeError, Error):
        pass
    raise problems.invalid("after", "This is not the `next` of a page of this list.")
