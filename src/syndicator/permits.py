"""Who may do what. Pure: a role, a verb and a row are arguments, a sentence is the answer.

`NEEDS` is the least role for each verb. What a policy holds back needs a chief, by whichever verb it would leave.
"""

from collections.abc import Mapping, Sequence

from syndicator.models import Account, Delivery, Features, Role, Status

VIEWER, EDITOR, CHIEF, ADMINISTRATOR = Role.VIEWER, Role.EDITOR, Role.CHIEF, Role.ADMINISTRATOR

NEEDS: Mapping[str, Role] = {
    "see": VIEWER,
    # a post
    "approve": EDITOR,
    "hold": EDITOR,
    "edit": EDITOR,
    "move": EDITOR,
    "suppress": EDITOR,
    "release": EDITOR,
    "retry": EDITOR,
    "send": EDITOR,
    "deliver": EDITOR,
    "clear": EDITOR,
    "leave": EDITOR,
    "retract": CHIEF,
    # the newsroom
    "queue": EDITOR,
    "compose": EDITOR,
    "pause": EDITOR,
    "test": EDITOR,
    "read": EDITOR,
    "stop": EDITOR,
    "resume": CHIEF,
    "restart": CHIEF,
    "people": ADMINISTRATOR,
}

LETS_GO = frozenset({"approve", "send", "release", "retry"})
"""Verbs after which a post leaves by itself: where a policy wants approval they are one."""

_STATES: Mapping[Status, tuple[str, ...]] = {
    Status.HELD: ("approve", "edit", "move", "suppress"),
    Status.QUEUED: ("hold", "edit", "send", "move", "suppress"),
    Status.SENDING: (),
    Status.UNCONFIRMED: ("deliver", "clear", "leave"),
    Status.SENT: ("retract",),
    Status.FAILED: ("edit", "retry", "suppress"),
    Status.SUPPRESSED: ("release",),
    Status.EXPIRED: ("retry",),
    Status.RETRACTING: (),
    Status.RETRACTED: (),
}

_PLURAL: Mapping[Role, str] = {
    VIEWER: "Viewers",
    EDITOR: "Editors",
    CHIEF: "Chiefs",
    ADMINISTRATOR: "Administrators",
}
_DO: Mapping[str, str] = {
    "move": "give posts another time",
    "send": "send posts now",
    "deliver": "say where a post is",
    "clear": "say that a post is not there",
    "leave": "leave a post as it is",
    "retract": "take posts down",
    "retry": "try posts again",
    "pause": "pause accounts",
    "resume": "resume accounts",
    "test": "test accounts",
    "read": "read sources now",
    "stop": "stop all sending",
    "restart": "resume sending",
    "people": "manage people",
    "queue": "change the queue",
}


def policy_holds(row: Delivery, account: Account | None) -> bool:
    """Whether the row's words wait for a yes that a policy asks for: approval of this version, or a rule's hold."""
    by_rule = row.status is Status.HELD and row.code.startswith("rule:")
    unapproved = row.approved != row.version or row.version == 0
    # A post that is queued has had its yes, or was queued by hand.
    return by_rule or bool(account and account.policy.approval and unapproved and row.status is not Status.QUEUED)


def least(verb: str, row: Delivery | None = None, account: Account | None = None) -> Role:
    """The role a verb needs at least, on this row if one is given. Raises KeyError for a verb there is not."""
    if row is not None and verb in LETS_GO and policy_holds(row, account):
        return CHIEF
    return NEEDS[verb]


def may(
    role: str, verb: str, row: Delivery | None = None, account: Account | None = None, *, names: Sequence[str] = ()
) -> str:
    """ "" when the role may, else the sentence that says who can; `names` are those who could be asked."""
    needed = least(verb, row, account)
    if Role(role).at_least(needed):
        return ""
    what = _DO.get(verb, verb)
    if needed is not NEEDS[verb]:
        what = "approve what a rule holds"
    asked = f": {', '.join(names)}" if names else ""
    return f"Your role is {role}. {_PLURAL[needed]} can {what}{asked}."


def verbs(row: Delivery, account: Account | None, role: str, *, features: Features | None = None) -> tuple[str, ...]:
    """What somebody of this role may do with a post in its state now, in the order of the buttons."""
    return tuple(
        verb
        for verb in _STATES[row.status]
        if _makes_sense(verb, row, account, features) and not may(role, verb, row, account)
    )


def _makes_sense(verb: str, row: Delivery, account: Account | None, features: Features | None) -> bool:
    if verb == "edit":
        return not row.frozen and row.version > 0 and account is not None
    if verb == "leave":
        return not row.closed
    if verb == "retract":
        return features is None or features.retract
    return account is not None or verb not in {"retry", "release", "deliver"}
