"""Why a button is not there: who can do it instead."""

from syndicator import permits
from syndicator.desk.context import Desk
from syndicator.desk.doers import names_for
from syndicator.models import Person


def who_can(desk: Desk, person: Person, verb: str) -> str:
    """ "Your role is editor. Chiefs can resume accounts: Cleo."; "" where the person can do it."""
    names = names_for(desk.room.ledger.people, permits.least(verb))
    return permits.may(person.role, verb, names=names)
