"""The verbs of the queue, one after the other as an editor would use them."""

import json
from pathlib import Path

import pytest

from syndicator.adapters import memory
from syndicator.errors import OutcomeUnknown
from tests.cli.desk import Desk, account


def _state(desk: Desk, number: int) -> str:
    return str(_entry(desk, number)["status"])


def _entry(desk: Desk, number: int) -> dict[str, object]:
    found: dict[str, object] = json.loads(desk.ok("queue", "show", number, "--format", "json"))
    return found


def test_words_of_ones_own_are_queued_and_sent(desk: Desk) -> None:
    """A typed post is queued on the accounts named, told to wait for a daemon, and sent by `run --once`."""
    done = desk.call("queue", "add", "--text", "Good evening", "--account", "two")
    assert (done.code, "post 1 on two: queued" in done.out, "no daemon is running" in done.err) == (0, True, True)
    assert desk.call("run", "--once").code == 0
    assert [post.text for post in memory.Network((desk.folder / "two.jsonl").as_uri()).posts] == ["Good evening"]
    assert _state(desk, 1) == "sent"


def test_what_is_too_long_is_refused_before_it_is_stored(desk: Desk) -> None:
    """A post that no account can take leaves nothing behind."""
    before = [line for line in desk.rows() if '"accounts"' not in line]
    desk.template("memory", "{{ article.title }}")
    done = desk.call("queue", "add", "--text", "x" * 501)
    assert (done.code, "501 of 500" in done.err) == (1, True)
    assert [line for line in desk.rows() if '"accounts"' not in line] == before


def test_a_verb_goes_through_all_ids(desk: Desk) -> None:
    """Ids that refuse are told, the others are done, and the exit code is 1."""
    desk.ok("queue", "add", "--text", "Good evening")
    desk.ok("queue", "hold", 1, 2, "--reason", "let us wait")
    done = desk.call("queue", "approve", 1, 99, 2)
    assert (done.code, "no post 99" in done.err) == (1, True)
    assert [_state(desk, 1), _state(desk, 2)] == ["queued", "queued"]


def test_who_decided_is_kept(desk: Desk) -> None:
    """The actor of a decision is the user of the command line and the host."""
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one")
    desk.ok("queue", "suppress", 1, "--reason", "not ours")
    found = _entry(desk, 1)
    assert str(found["actor"]).startswith("cli:")
    assert "@" in str(found["actor"])
    assert (found["status"], found["detail"]) == ("suppressed", "not ours")


def test_a_suppressed_post_can_be_released(desk: Desk) -> None:
    """Release and retry bring a stopped post back to the queue."""
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one")
    for verb in ("release", "retry"):
        desk.ok("queue", "suppress", 1)
        desk.ok("queue", verb, 1)
        assert _state(desk, 1) == "queued"


def test_an_edit_names_the_version_it_saw(desk: Desk) -> None:
    """The second of two editors is told that the words have changed."""
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one")
    assert "version 2" in desk.ok("queue", "edit", 1, "--text", "Good morning", "--version", 1)
    done = desk.call("queue", "edit", 1, "--text", "Good night", "--version", 1)
    assert (done.code, "version 2 by now" in done.err) == (1, True)
    assert _entry(desk, 1)["text"] == "Good morning"


def test_approval_names_the_version_it_saw(desk: Desk) -> None:
    """Nobody approves words that were changed after he read them."""
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one")
    desk.ok("queue", "hold", 1)
    desk.ok("queue", "edit", 1, "--text", "Good morning")
    assert desk.call("queue", "approve", 1, "--version", 1).code == 1
    assert desk.call("queue", "send", 1, "--version", 1).code == 1
    assert desk.call("queue", "send", 1, "--version", 2).code == 0


def _editor(desk: Desk, script: str) -> str:
    path = desk.folder / "editor with a space.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return f"'{path}'"


def test_an_edit_opens_the_editor(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a field the text opens in the person's editor, and what is saved becomes the next version."""
    monkeypatch.delenv("VISUAL", raising=False)
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one")
    monkeypatch.setenv("EDITOR", _editor(desk, 'sed -i s/evening/morning/ "$1"'))
    assert "version 2" in desk.ok("queue", "edit", 1)
    assert desk.ok("queue", "edit", 1) == "nothing was changed\n"
    assert _entry(desk, 1)["text"] == "Good morning"


def test_a_refused_edit_keeps_the_text(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that were too long are not lost: the file they are in is named."""
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("TMPDIR", str(desk.folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one")
    monkeypatch.setenv("EDITOR", _editor(desk, 'head -c 600 /dev/zero | tr "\\0" x > "$1"'))
    done = desk.call("queue", "edit", 1)
    kept = Path(done.err.partition("kept in ")[2].partition("\n")[0])
    assert (done.code, kept.read_text()) == (1, "x" * 600)


def test_a_post_moves_to_another_time(desk: Desk) -> None:
    """A moved post leaves at its new time by the newsroom's clock, and the list says so."""
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one")
    assert "due 2126-11-24 08:30" in desk.ok("queue", "move", 1, "2126-11-24 08:30")
    assert _entry(desk, 1)["due"] == "2126-11-24T07:30:00.000Z"
    assert "waits until 2126-11-24 08:30" in desk.ok("queue", "list")


def test_a_post_is_queued_for_later(desk: Desk) -> None:
    """With --at a post is not due before that time."""
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one", "--at", "2126-11-24T07:30Z")
    assert _entry(desk, 1)["due"] == "2126-11-24T07:30:00.000Z"


def test_the_list_says_why_a_post_waits(desk: Desk) -> None:
    """A paused account, the stop switch and an editor's hold are all given as reasons."""
    desk.ok("queue", "add", "--text", "Good evening")
    desk.ok("accounts", "pause", "one", "--reason", "audit")
    desk.ok("queue", "hold", 2, "--reason", "ask the lawyer")
    lines = desk.ok("queue", "list").splitlines()
    assert lines[0].split("\t") == ["id", "due", "account", "state", "title", "why"]
    assert [line.split("\t")[-1] for line in lines[1:]] == ["the account is paused: audit", "ask the lawyer"]
    desk.ok("stop", "the", "house", "burns")
    assert "all sending is stopped: the house burns" in desk.ok("queue", "list")


def test_quiet_hours_are_forecast(desk: Desk) -> None:
    """A post due within quiet hours is said to wait for their end."""
    desk.configure(account("one", desk.folder, 'quiet_hours = "22:00-06:30"'))
    desk.ok("queue", "add", "--text", "Good night", "--at", "2126-11-24 23:00")
    assert "quiet hours until 2126-11-25 06:30" in desk.ok("queue", "list")


def test_the_list_is_json_for_machines(desk: Desk) -> None:
    """As JSON the list has the keys of the history and why."""
    assert json.loads(desk.ok("queue", "list", "--format", "json")) == []
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one")
    found = json.loads(desk.ok("queue", "list", "--format", "json"))
    assert [(one["id"], one["status"], one["why"]) for one in found] == [(1, "queued", "leaves next")]


def test_show_tells_the_whole_story(desk: Desk) -> None:
    """A post's text, count, versions, events in order and tries are all shown."""
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one")
    desk.ok("queue", "edit", 1, "--text", "Good morning")
    desk.call("run", "--once")
    shown = desk.ok("queue", "show", 1)
    places = [shown.index(words) for words in ("Good morning", "12 of 500", "versions:", "events:", "edit", "tries:")]
    assert places == sorted(places)
    assert "https://memory.example/posts/" in shown


def test_a_public_post_is_retracted(desk: Desk) -> None:
    """Retract asks for removal, and the next run takes the post down."""
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one")
    desk.ok("run", "--once")
    desk.ok("queue", "retract", 1, "--reason", "wrong name")
    desk.ok("run", "--once")
    assert _state(desk, 1) == "retracted"
    assert memory.Network((desk.folder / "one.jsonl").as_uri()).posts == []


def _lose(desk: Desk) -> None:
    """Leave post 1 UNCONFIRMED."""
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one")
    memory.network((desk.folder / "one").as_uri() + ".jsonl").say(OutcomeUnknown("lost"), at="request")
    assert desk.call("run", "--once").code == 0
    assert _state(desk, 1) == "unconfirmed"


SETTLED = (
    (("--at", "https://memory.example/posts/abc"), "sent"),
    (("--absent",), "queued"),
    (("--leave",), "unconfirmed"),
)


@pytest.mark.parametrize(("answer", "status"), SETTLED, ids=[case[0][0] for case in SETTLED])
def test_a_person_settles_what_is_not_known(answer: tuple[str, ...], status: str, desk: Desk) -> None:
    """A person may say where the post is, that it is not there, or that nobody needs to know."""
    _lose(desk)
    desk.ok("queue", "settle", 1, *answer)
    assert _state(desk, 1) == status


def test_a_permalink_of_elsewhere_is_refused(desk: Desk) -> None:
    """An address of another network settles nothing."""
    _lose(desk)
    done = desk.call("queue", "settle", 1, "--at", "https://elsewhere.example/1")
    assert (done.code, _state(desk, 1)) == (2, "unconfirmed")


def test_control_characters_do_not_reach_the_terminal(desk: Desk) -> None:
    """What others wrote cannot steer a terminal or break a line of the list."""
    desk.ok("queue", "add", "--text", "Good evening", "--account", "one")
    desk.ok("queue", "hold", 1, "--reason", "red\x1b[31m\ttab")
    assert "red [31m tab" in desk.ok("queue", "list")
    assert "\x1b" not in desk.ok("queue", "show", 1)


def test_a_forgotten_account_is_shown_not_sent(desk: Desk) -> None:
    """Posts of an account that the configuration no longer has stay visible, with the reason."""
    desk.ok("queue", "add", "--text", "Good evening")
    desk.configure(account("two", desk.folder))
    assert "its account is no longer configured" in desk.ok("queue", "list")
    assert "text:" in desk.ok("queue", "show", 1)
    assert desk.call("queue", "release", 1).code == 1
