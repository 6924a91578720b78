"""Who works at the desk, how they are known there, and what they did. Nothing here holds a password or a token."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)
"""What a person, or a token, may be called; `fullmatch` it."""

SCOPES = ("read", "act", "compose", "admin")
"""What a token may be for."""


class Role(StrEnum):
    """What a person may do; each may do what the ones above it here may. Compare by `at_least`, never by `<`."""

    VIEWER = "viewer"
    EDITOR = "editor"
    CHIEF = "chief"
    ADMINISTRATOR = "administrator"

    def at_least(self, least: "Role") -> bool:
        """Whether this role may do what `least` may."""
        return _RANKS[self] >= _RANKS[least]


_RANKS: Mapping[Role, int] = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account of the desk. `zone` "" takes the browser's; `keys`: whether single keys act."""

    name: str
    display: str
    role: Role
    created_at: datetime
    password_at: datetime
    disabled_at: datetime | None = None
    keys: bool = True
    zone: str = ""
    last_seen: datetime | None = None

    @property
    def actor(self) -> str:
        """How events name them."""
        return f"person:{self.name}"


@dataclass(frozen=True, slots=True)
class Session:
    """A log-in. `id` is the hash of the cookie's token; `csrf` is what its forms must carry."""

    id: str
    person: Person
    created_at: datetime
    seen_at: datetime
    expires: datetime
    csrf: str
    ip: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A key to the API, a machine's (`person` None) or a person's: then it may do no more than they may."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    person: Person | None = None
    last_used: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def actor(self) -> str:
        """How events name it."""
        return f"token:{self.name}"


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody did in one go, on one post or many. `results` is one mapping a post, with what it was before."""

    id: str
    at: datetime
    actor: str
    verb: str
    reason: str
    results: Sequence[Mapping[str, Any]]
    undone_at: datetime | None = None
    undone_by: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a request that named itself by a key. `status` None: it is still being worked on."""

    key: str
    actor: str
    body_hash: str
    at: datetime
    status: int | None = None
    answer: Any = None


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What somebody is writing on a post, from the `version` they began with. `due` is text, as typed."""

    user: str
    delivery: int
    version: int
    at: datetime
    text: str = ""
    alt: str = ""
    warning: str = ""
    due: str = ""
