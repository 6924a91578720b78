"""The token in every form. Masked anew for each page, so that compressed answers do not give it away bit by bit."""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error


def masked(secret: str) -> str:
    """The secret under a random mask."""
    plain = secret.encode()
    mask = secrets.token_bytes(len(plain))
    return urlsafe_b64encode(mask + _xor(plain, mask)).decode()


def matches(token: str, secret: str) -> bool:
    """Whether a form's token is that secret's."""
    try:
        data = urlsafe_b64decode(token.encode())
    except (Error, ValueError):
        return False
    half = len(data) // 2
    if len(data) % 2 or not secret:
        return False
    return hmac.compare_digest(_xor(data[half:], data[:half]), secret.encode())


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
