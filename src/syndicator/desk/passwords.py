"""Passwords by argon2id, and the random secrets of cookies and tokens. Only hashes are kept."""

import hashlib
import secrets
import threading
import unicodedata
from base64 import b64encode

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from syndicator.errors import ConfigError

SHORTEST, LONGEST = 10, 1000
"""Characters of a password."""

_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)
_TURNS = threading.BoundedSemaphore(2)  # each takes 46 MiB, and log-ins must not crowd out the sending of posts


def check(name: str, password: str) -> None:
    """Raises ConfigError for a password that is too short, too long, or the person's name. Never repeats it."""
    if len(_normal(password)) < SHORTEST:
        raise ConfigError(f"the password is too short: at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise ConfigError(f"the password is too long: at most {LONGEST} characters")
    if _normal(password).strip().casefold() == name.strip().casefold():
        raise ConfigError("the password must not be the name")


def hashed(password: str) -> str:
    """The hash to keep, with its salt and parameters."""
    with _TURNS:
        return _HASHER.hash(_bytes(password))


def verify(kept: str | None, password: str) -> bool:
    """Whether this is the password. Takes as long where nothing is kept, so that names cannot be found out."""
    if len(password) > LONGEST:
        return False
    with _TURNS:
        try:
            _HASHER.verify(kept or NOBODY, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
    return bool(kept)


def is_old(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's, and should be made anew at the next log-in."""
    return _HASHER.check_needs_rehash(kept)


def new_secret() -> str:
    """A random secret for a cookie, a form or a token: 256 bits, as letters, digits, dash and underscore."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What of such a secret is kept. It is random and long, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _normal(password: str) -> str:
    # The same keys on another system may send an accent apart from its letter.
    return unicodedata.normalize("NFC", password)


def _bytes(password: str) -> bytes:
    return _normal(password).encode("utf-8", "surrogatepass")  # a terminal may send what is no character


def _random(size: int) -> str:
    return b64encode(secrets.token_bytes(size)).decode().rstrip("=")


NOBODY = (
    f"$argon2id$v=19$m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    f"${_random(_HASHER.salt_len)}${_random(_HASHER.hash_len)}"
)
"""A hash that no password has, tried where there is no person, in the same time."""
