"""Who sent a push: HMAC-SHA256 over its moment and its body, with a secret that the CMS and we share. Pure.

Ours: `X-Syndicator-Signature: t=SECONDS,v1=HEX`, HEX of `SECONDS.` and the body. Ghost's own from 5.87.1 on:
`X-Ghost-Signature: sha256=HEX, t=MILLISECONDS`, HEX of the body and `MILLISECONDS` (github.com/TryGhost/Ghost,
WebhookTrigger.js and pull request 20500 of July 2024, read 2026-11). Older ones sign no moment, and are refused.
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

WINDOW = timedelta(minutes=5)
"""How far the moment of a signature may be from now, either way."""

HEADERS = {"json": "X-Syndicator-Signature", "wordpress": "X-Syndicator-Signature", "ghost": "X-Ghost-Signature"}
"""The header that has the signature, by form."""


class Forged(Exception):
    """The push does not prove that it comes from the CMS; the message says what to do."""


def sign(form: str, secret: str, body: bytes, at: datetime) -> str:
    """The value of the header for a body that is sent at a moment."""
    if form == "ghost":
        stamp = str(int(at.timestamp() * 1000))
        return f"sha256={_mac(secret, body + stamp.encode())}, t={stamp}"
    stamp = str(int(at.timestamp()))
    return f"t={stamp},v1={_mac(secret, stamp.encode() + b'.' + body)}"


def proof(form: str, given: str, secret: str, body: bytes, now: datetime) -> str:
    """What tells this push from every other one: 64 hexadecimal digits. Raises Forged."""
    name = HEADERS[form]
    if not given:
        raise Forged(f"The header {name} is missing.")
    parts = [(key.strip(), value.strip()) for key, _, value in (part.partition("=") for part in given.split(","))]
    stamp = next((value for key, value in parts if key == "t"), "")
    ghost = form == "ghost"
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= (14 if ghost else 11)):
        raise Forged(f"The header {name} has no moment (t=).")
    right = _mac(secret, body + stamp.encode() if ghost else stamp.encode() + b"." + body)
    offered = [value for key, value in parts if key == ("sha256" if ghost else "v1")]
    if not any(hmac.compare_digest(right.encode(), one.lower().encode()) for one in offered[:5]):
        raise Forged("The signature is wrong: is it made of the exact body, with the secret of this source?")
    off = datetime.fromtimestamp(int(stamp) / (1000 if ghost else 1), UTC) - now
    if abs(off) > WINDOW:
        raise Forged("The signature is too old or too new: sign when you send, and set the clocks.")
    return hashlib.sha256(f"{form}:{right}".encode()).hexdigest()


def _mac(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
