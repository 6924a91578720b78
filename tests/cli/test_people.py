"""People and tokens from the command line."""

import io
import json
import os
import pty
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime

import pytest

from syndicator.cli.people import RoleName, ScopeName
from syndicator.desk import passwords
from syndicator.ledger import Ledger
from syndicator.models import Role
from syndicator.models.people import SCOPES
from tests.cli.desk import SRC, Desk, Done

GOOD = "correct horse 9"


def piped(desk: Desk, monkeypatch: pytest.MonkeyPatch, line: str, *arguments: str) -> Done:
    """A command with a password on standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(line))
    return desk.call("user", *arguments, "--password-stdin")


@pytest.fixture
def staffed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with an administrator, anna."""
    done = piped(desk, monkeypatch, GOOD + "\n", "add", "anna", "--role", "administrator", "--display", "Anna Ehr")
    assert done == Done(0, "anna may use the desk as administrator\n", "")
    return desk


def people(desk: Desk) -> dict[str, dict[str, object]]:
    """The people by name, as machines see them."""
    return {one["name"]: one for one in json.loads(desk.ok("user", "list", "--format", "json"))}


def kept(desk: Desk, name: str = "anna") -> str:
    """The hash of a password."""
    with closing(Ledger(f"sqlite:///{desk.ledger}")) as ledger:
        return ledger.people.password_of(name) or ""


def test_a_person_is_added_and_listed(staffed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was given is listed, the password fits, and stands nowhere as it was typed."""
    assert piped(staffed, monkeypatch, GOOD, "add", "ben").code == 0
    found = people(staffed)
    assert [(one["name"], one["display"], one["role"]) for one in found.values()] == [
        ("anna", "Anna Ehr", "administrator"), ("ben", "ben", "editor")
    ]  # fmt: skip
    assert all(key in found["ben"] for key in ("created_at", "disabled_at", "password_at", "last_seen"))
    assert passwords.verify(kept(staffed), GOOD)
    assert not any(GOOD in row for row in staffed.rows())
    assert "Anna Ehr\tadministrator\tactive\tnever" in staffed.ok("user", "list")


def test_nobody_administrator_is_remarked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever adds a first person as editor is told how somebody becomes administrator."""
    assert "syndicator user role ben administrator" in piped(desk, monkeypatch, GOOD, "add", "ben").err


BAD = [
    ("", "no password came"),
    ("\n", "too short"),
    ("nine char\n", "too short"),
    ("benjamin-long\n", "must not be the name"),
    ("Benjamin-Long\n", "must not be the name"),
    ("x" * 1001, "too long"),
]


@pytest.mark.parametrize(("line", "why"), BAD)
def test_a_bad_password_is_refused(staffed: Desk, monkeypatch: pytest.MonkeyPatch, line: str, why: str) -> None:
    """Too short, too long, the name, or none: one line says so without repeating it, and nothing changes."""
    before = staffed.rows()
    done = piped(staffed, monkeypatch, line, "add", "benjamin-long")
    assert (done.code, why in done.err, done.err.count("\n"), done.out) == (2, True, 1, "")
    assert not line.strip() or line.strip() not in done.err.replace("benjamin-long", "")
    assert staffed.rows() == before


CALLS = [
    (("add", "anna"), 2, "there is a person 'anna' already"),
    (("add", "Ben"), 2, "is no name"),
    (("add", "ben", "--role", "boss"), 2, "boss"),
    (("password", "ben"), 1, "there is no person 'ben'"),
]


@pytest.mark.parametrize(("arguments", "code", "why"), CALLS)
def test_a_wrong_call_is_told(
    staffed: Desk, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int, why: str
) -> None:
    """A name that is taken, cannot be one, or is nobody's, and a role there is not."""
    before = staffed.rows()
    done = piped(staffed, monkeypatch, GOOD, *arguments)
    assert (done.code, why in done.err) == (code, True), done
    assert staffed.rows() == before


@pytest.mark.parametrize("arguments", [("role", "anna", "editor"), ("disable", "anna")])
def test_the_only_administrator_stays(staffed: Desk, arguments: tuple[str, ...]) -> None:
    """Nobody can shut everybody out."""
    done = staffed.call("user", *arguments)
    assert (done.code, "anna is the only administrator" in done.err) == (2, True)
    assert people(staffed)["anna"]["role"] == "administrator"


def test_roles_and_states_change(staffed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A role is given, a person disabled and enabled; each is listed."""
    piped(staffed, monkeypatch, GOOD, "add", "ben")
    assert staffed.ok("user", "role", "ben", "chief") == "ben is chief now\n"
    staffed.ok("user", "disable", "ben")
    assert people(staffed)["ben"]["disabled_at"] is not None
    assert "\tchief\tdisabled since " in staffed.ok("user", "list")
    staffed.ok("user", "enable", "ben")
    assert people(staffed)["ben"]["disabled_at"] is None
    assert staffed.call("user", "disable", "cleo").err == "syndicator: there is no person 'cleo'\n"


@pytest.mark.parametrize("arguments", [("password", "anna", "--password-stdin"), ("disable", "anna")])
def test_sessions_end(staffed: Desk, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    """A new password, and being disabled, log a person out at once."""
    piped(staffed, monkeypatch, GOOD, "add", "ben", "--role", "administrator")
    now = datetime.now(UTC)
    with closing(Ledger(f"sqlite:///{staffed.ledger}")) as ledger:
        ledger.people.start_session("anna", "t", "csrf", now)
        monkeypatch.setattr(sys, "stdin", io.StringIO("another horse\n"))
        staffed.ok("user", *arguments)
        assert ledger.people.session("t", now) is None
    assert not passwords.verify(kept(staffed), GOOD)


def typed(desk: Desk, *lines: str) -> tuple[int, str]:
    """`user add cleo` on a terminal: its exit code, and all that the terminal showed."""
    mine, theirs = pty.openpty()
    command = [sys.executable, "-m", "syndicator", "--config", str(desk.file), "user", "add", "cleo"]
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SRC), "HOME": str(desk.folder)}
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ, start_new_session=True
    ) as running:
        os.close(theirs)
        shown = b""
        for line in lines:
            while not shown.endswith(b": "):
                shown += os.read(mine, 1000)
            os.write(mine, line.encode() + b"\n")
            shown += b"\n"
        try:
            while more := os.read(mine, 1000):
                shown += more
        except OSError:
            pass  # the other end was closed
    os.close(mine)
    return running.returncode, shown.decode()


@pytest.mark.parametrize(
    ("again", "code", "told"), [(GOOD, 0, "cleo may use the desk as editor"), ("other words", 2, "differ")]
)
def test_a_terminal_asks_twice(staffed: Desk, again: str, code: int, told: str) -> None:
    """On a terminal the password is typed twice, is not shown, and must be the same."""
    ended, shown = typed(staffed, GOOD, again)
    assert (ended, told in shown, GOOD in shown) == (code, True, False), shown
    assert passwords.verify(kept(staffed, "cleo"), GOOD) is (code == 0)


def test_a_pipe_must_say_so(staffed: Desk) -> None:
    """Without a terminal and without --password-stdin nothing is read."""
    done = staffed.process("user", "add", "cleo", input=GOOD)
    assert (done.code, "--password-stdin" in done.err) == (2, True)


# ---------------------------------------------------------------------------------------------- tokens


def test_a_token_is_shown_once(staffed: Desk) -> None:
    """It is alone on standard output; lists and ledger do not have it, but what comes with it is known by it."""
    done = staffed.call("user", "token", "add", "cms", "--scope", "read", "--scope", "compose")
    secret = done.out.strip()
    assert (done.code, len(secret) >= 40, "read, compose" in done.err, secret in done.err) == (0, True, True, False)
    with closing(Ledger(f"sqlite:///{staffed.ledger}")) as ledger:
        token = ledger.people.find_token(passwords.digest(secret), datetime.now(UTC))
    assert token
    assert (token.name, token.scopes, token.person) == ("cms", ("read", "compose"), None)
    assert not any(secret in row for row in staffed.rows())
    assert secret not in staffed.ok("user", "token", "list")


def test_tokens_are_listed_and_revoked(staffed: Desk) -> None:
    """A machine's and a person's token of one name are two; a revoked one is gone from the list."""
    staffed.ok("user", "token", "add", "cms")
    staffed.ok("user", "token", "add", "cms", "--user", "anna", "--scope", "act")
    listed = json.loads(staffed.ok("user", "token", "list", "--format", "json"))
    assert [(one["name"], one["user"], one["scopes"]) for one in listed] == [
        ("cms", None, ["read"]), ("cms", "anna", ["act"])
    ]  # fmt: skip
    staffed.ok("user", "token", "revoke", "cms")
    assert staffed.ok("user", "token", "list").splitlines()[1].startswith("cms\tanna\tact\t")
    again = staffed.call("user", "token", "revoke", "cms")
    assert (again.code, again.err) == (1, "syndicator: there is no token 'cms'\n")
    assert staffed.call("user", "token", "add", "cms", "--user", "ben").code == 1


def test_the_choices_are_those_of_the_house() -> None:
    """Roles and scopes offered on the command line are the ones there are."""
    assert [one.value for one in RoleName] == [role.value for role in Role]
    assert tuple(ScopeName) == SCOPES


# ---------------------------------------------------------------------------------------------- passwords


def test_hashes_of_passwords() -> None:
    """An accent fits however it was typed; another password, no hash and a broken one fit nothing."""
    made = passwords.hashed("café de nuit")
    assert made.startswith("$argon2id$")
    assert passwords.verify(made, "cafe\u0301 de nuit")
    assert passwords.hashed("\udcff broken terminal") != made
    for known, tried in ((made, "cafe de nuit"), (None, GOOD), ("", GOOD), ("no hash", GOOD), (made, "x" * 2000)):
        assert not passwords.verify(known, tried)
    assert not passwords.is_old(made)
    assert passwords.is_old(made.replace("t=2", "t=1"))
    assert not passwords.is_old(passwords.NOBODY)


def test_secrets_are_random_and_kept_as_hashes() -> None:
    """Two are never the same, and what is kept of one is not the secret."""
    one, other = passwords.new_secret(), passwords.new_secret()
    assert one != other
    assert len(passwords.digest(one)) == 64
    assert passwords.digest(one) != passwords.digest(other)
