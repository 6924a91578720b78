"""The tokens of a Bluesky session: JSON web tokens, so that clients can read when they end.

Source: docs.bsky.app/docs/api/com-atproto-server-create-session, read 2026-11.
"""

import base64
import hmac
import json
from datetime import UTC, datetime
from typing import Any

ACCESS, REFRESH = "com.atproto.access", "com.atproto.refresh"
ACCESS_LIFE, REFRESH_LIFE = 7200, 7_776_000  # seconds: two hours, ninety days
SIGNING_KEY = b"sandbox-bluesky-signing-key"
HEADER = b'{"typ":"JWT","alg":"HS256"}'


def issue(subject: str, scope: str, life: int, number: str) -> str:
    """A signed token that ends `life` seconds from now."""
    # Clients compare the end with their own clock, so it cannot follow the sandbox's.
    now = int(datetime.now(UTC).timestamp())
    claims = {"scope": scope, "sub": subject, "iat": now, "exp": now + life, "jti": number}
    head = f"{_b64(HEADER)}.{_b64(json.dumps(claims).encode())}"
    return f"{head}.{_signature(head)}"


def claims_of(token: str) -> dict[str, Any] | None:
    """What a token says; None when it is not one of ours."""
    head, _, signature = token.rpartition(".")
    if not head or not hmac.compare_digest(signature.encode(), _signature(head).encode()):
        return None
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(head.partition(".")[2] + "=="))
    return claims


def ended(claims: dict[str, Any]) -> bool:
    """Whether the token's time is over."""
    return bool(claims["exp"] < datetime.now(UTC).timestamp())


def _signature(head: str) -> str:
    return _b64(hmac.digest(SIGNING_KEY, head.encode(), "sha256"))


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
