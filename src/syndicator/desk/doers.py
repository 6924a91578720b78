"""Who acts at the desk, what they may, and how what they did is kept."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from syndicator import permits
from syndicator.desk.context import NotAllowed
from syndicator.desk.outcomes import Done, done
from syndicator.ledger.people import People
from syndicator.models import Person, Role, Token
from syndicator.room import Room

ASKED = 6  # people named when somebody else must be asked


class Doer(Protocol):
    """Who acts. A `Person` is one; `who` makes one of a token."""

    @property
    def actor(self) -> str: ...

    @property
    def role(self) -> Role: ...


@dataclass(frozen=True, slots=True)
class Who:
    """An actor ("token:cms") and what it may do."""

    actor: str
    role: Role


def who(one: Person | Token) -> Who:
    """A person as they are; a token as its scopes say, and never more than its person may."""
    if isinstance(one, Person):
        return Who(one.actor, one.role)
    most = one.person.role if one.person else Role.ADMINISTRATOR
    scoped = Role.ADMINISTRATOR if "admin" in one.scopes else Role.EDITOR
    if one.person and "act" in one.scopes:
        scoped = most
    able = {"act", "compose", "admin"} & set(one.scopes)
    role = scoped if able else Role.VIEWER
    return Who(one.actor, role if most.at_least(role) else most)


def must_be_able(people: People, person: Doer, verb: str) -> None:
    """Raise NotAllowed, with whom to ask, where the role has no such verb."""
    if permits.may(person.role, verb):
        raise NotAllowed(permits.may(person.role, verb, names=names_for(people, permits.least(verb))))


def names_for(people: People, least: Role) -> tuple[str, ...]:
    """Whom to ask: the display names of those who may log in and have at least this role."""
    return tuple(one.display for one in people.list() if one.role.at_least(least) and one.disabled_at is None)[:ASKED]


def keep(room: Room, people: People, person: Doer, verb: str, reason: str, results: Sequence[dict[str, Any]]) -> Done:
    """Store what was done under a new name, and give it back as everybody will see it."""
    number = f"act-{secrets.token_hex(8)}"
    return done(people.add_action(number, room.clock(), person.actor, verb, reason, results))
