"""Who may do what: every role with every verb, and every verb in every state."""

from dataclasses import replace

import pytest

from syndicator import permits
from syndicator.adapters import memory
from syndicator.delivery import MOVES
from syndicator.models import Account, Delivery, Policy, Role, Status

OPEN = Account("x-main", "memory", uid="u")
STRICT = replace(OPEN, policy=Policy(approval=True))
ROW = Delivery(7, "k", 1, "u", "publication", Status.QUEUED, version=2)

EDITORS = (
    "approve", "hold", "edit", "move", "suppress", "release", "retry", "send", "deliver", "clear", "leave", "queue",
    "compose", "pause", "test", "read", "stop",
)  # fmt: skip
LEAST = {
    "see": "viewer",
    **dict.fromkeys(EDITORS, "editor"),
    **dict.fromkeys(("retract", "resume", "restart"), "chief"),
    "people": "administrator",
}
RANK = ("viewer", "editor", "chief", "administrator")

# What each role sees as buttons; a role that is not there sees those of the role before it.
BUTTONS = {
    "held": {"editor": "approve edit move suppress"},
    "queued": {"editor": "hold edit send move suppress"},
    "sending": {},
    "unconfirmed": {"editor": "deliver clear leave"},
    "sent": {"chief": "retract"},
    "failed": {"editor": "edit retry suppress"},
    "suppressed": {"editor": "release"},
    "expired": {"editor": "retry"},
    "retracting": {},
    "retracted": {},
}


def row(status: str, **values: object) -> Delivery:
    """A post in a state."""
    return replace(ROW, status=Status(status), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", RANK)
@pytest.mark.parametrize("verb", LEAST)
def test_every_role_with_every_verb(role: str, verb: str) -> None:
    """A role may do what it needs at most itself, and is told who can do the rest."""
    able = RANK.index(role) >= RANK.index(LEAST[verb])
    said = permits.may(role, verb)
    assert (said == "") is able
    if not able:
        plural = {"editor": "Editors", "chief": "Chiefs", "administrator": "Administrators"}[LEAST[verb]]
        assert said.startswith(f"Your role is {role}. {plural} can ")


def test_the_table_is_whole() -> None:
    """Every verb has a least role, and every verb of a button is one of the machine."""
    assert set(permits.NEEDS) == set(LEAST)
    assert {verb for of in BUTTONS.values() for verbs in of.values() for verb in verbs.split()} <= set(MOVES)
    with pytest.raises(KeyError):
        permits.may("administrator", "fly")


@pytest.mark.parametrize(
    ("verb", "names", "said"),
    [
        ("suppress", (), "Your role is viewer. Editors can suppress."),
        ("suppress", ("Anna", "Ben"), "Your role is viewer. Editors can suppress: Anna, Ben."),
        ("retract", ("Cleo",), "Your role is viewer. Chiefs can take posts down: Cleo."),
    ],
)
def test_the_sentence_says_whom_to_ask(verb: str, names: tuple[str, ...], said: str) -> None:
    """Who may not is told who can, by name where names are known."""
    assert permits.may("viewer", verb, names=names) == said


@pytest.mark.parametrize("role", RANK)
@pytest.mark.parametrize("status", [str(status) for status in Status])
def test_every_role_in_every_state(role: str, status: str) -> None:
    """The buttons of a post are those of its state that the role may press, in their order."""
    rights = [BUTTONS[status].get(one) for one in RANK[: RANK.index(role) + 1]]
    wanted = next((words for words in reversed(rights) if words is not None), "")
    assert permits.verbs(row(status), OPEN, role) == tuple(wanted.split())


@pytest.mark.parametrize(
    ("verb", "account", "values", "least"),
    [
        ("approve", OPEN, {"status": "held", "code": "person"}, "editor"),
        ("approve", OPEN, {"status": "held", "code": "rule:sensitive"}, "chief"),
        ("send", OPEN, {"status": "held", "code": "rule:sensitive"}, "chief"),
        ("move", OPEN, {"status": "held", "code": "rule:sensitive"}, "editor"),
        ("edit", STRICT, {"status": "held", "code": "rule:approval"}, "editor"),
        ("suppress", STRICT, {"status": "held", "code": "rule:approval"}, "editor"),
        ("approve", STRICT, {"status": "held", "code": "rule:approval"}, "chief"),
        ("approve", STRICT, {"status": "held", "code": "person"}, "chief"),
        ("approve", STRICT, {"status": "held", "code": "person", "approved": 1}, "chief"),
        ("approve", STRICT, {"status": "held", "code": "person", "approved": 2}, "editor"),
        ("send", STRICT, {"status": "queued"}, "editor"),
        ("hold", STRICT, {"status": "queued"}, "editor"),
        ("release", STRICT, {"status": "suppressed"}, "chief"),
        ("release", STRICT, {"status": "suppressed", "approved": 2}, "editor"),
        ("release", OPEN, {"status": "suppressed", "code": "rule:exclude", "version": 0}, "editor"),
        ("release", STRICT, {"status": "suppressed", "version": 0}, "chief"),
        ("retry", STRICT, {"status": "failed"}, "chief"),
        ("retry", OPEN, {"status": "expired"}, "editor"),
        ("approve", None, {"status": "held", "code": "person"}, "editor"),
    ],
)
def test_what_a_policy_holds_needs_a_chief(
    verb: str, account: Account | None, values: dict[str, object], least: str
) -> None:
    """By whichever verb a post would leave, words a policy holds wait for somebody who may approve them."""
    case = row(**values)  # type: ignore[arg-type]
    assert permits.least(verb, case, account) == Role(least)
    assert permits.may(least, verb, case, account) == ""
    below = RANK[RANK.index(least) - 1]
    said = permits.may(below, verb, case, account)
    assert said.startswith(
        f"Your role is {below}. {'Chiefs can approve what a rule holds' if least == 'chief' else ''}"
    )


@pytest.mark.parametrize(
    ("status", "values", "account", "features", "missing"),
    [
        ("queued", {"frozen": True}, OPEN, None, "edit"),
        ("failed", {"version": 0}, OPEN, None, "edit"),
        ("unconfirmed", {"closed": True}, OPEN, None, "leave"),
        ("unconfirmed", {}, None, None, "deliver"),
        ("suppressed", {}, None, None, "release"),
        ("sent", {}, OPEN, replace(memory.FEATURES, retract=False), "retract"),
    ],
)
def test_no_button_that_could_only_fail(
    status: str, values: dict[str, object], account: Account | None, features: object, missing: str
) -> None:
    """What a row's state allows and its circumstances do not is no button."""
    case = row(status, **values)
    assert missing in permits.verbs(row(status), OPEN, "chief")
    assert missing not in permits.verbs(case, account, "chief", features=features)  # type: ignore[arg-type]
