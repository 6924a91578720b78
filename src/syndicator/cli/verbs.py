"""The verbs of the queue, carried out on one post or several."""

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import typer

from syndicator import editorial
from syndicator.cli import when
from syndicator.cli.failures import FAILED, complain, remark
from syndicator.cli.options import Options
from syndicator.cli.rooms import actor, changing, remark_if_alone
from syndicator.cli.show import local, plain
from syndicator.errors import ConfigError, StoreError, SyndicatorError
from syndicator.models import Delivery, Status
from syndicator.room import Room

Act = Callable[[Room, int, str], Delivery]


def each(options: Options, numbers: Sequence[int], act: Act) -> None:
    """Carry a verb out on every post; those that refuse are told, and the command exits 1 after the others."""
    failed = False
    with changing(options) as room:
        by = actor()
        for number in dict.fromkeys(numbers):
            try:
                row = act(room, number, by)
            except StoreError:
                raise
            except (SyndicatorError, LookupError) as error:
                complain(error)
                failed = True
            else:
                print(_state(room, row))
        remark_if_alone(room)
    if failed:
        raise typer.Exit(FAILED)


def decide(options: Options, act: Callable[[Room, str], Delivery]) -> None:
    """Carry a verb out on one post; its error ends the command."""
    with changing(options) as room:
        row = act(room, actor())
        print(_state(room, row))
        if row.status is not Status.SENT:
            remark_if_alone(room)


def part(options: Options, article: int) -> None:
    """Make an article that was joined with another a story of its own."""
    with changing(options) as room:
        found, rows = editorial.split(room, article, actor())
        print(f"article {found.id} “{plain(found.title)}” is a story of its own")
        for row in rows:
            print(_state(room, row))
        remark_if_alone(room)


def one_for_version(numbers: Sequence[int], version: int | None) -> None:
    """A version is that of one post."""
    if version is not None and len(numbers) > 1:
        raise ConfigError("--version names what you have read of one post; give one ID with it")


def move_post(options: Options, number: int, text: str) -> None:
    """Give a waiting post another time, by the newsroom's clock."""

    def act(room: Room, by: str) -> Delivery:
        return editorial.move(room, number, by, when.moment(text, room.clock(), room.zone))

    decide(options, act)


def _state(room: Room, row: Delivery) -> str:
    """One line on what a post is now."""
    account = room.account(row.account)
    words = f"post {row.id} on {account.name if account else 'a forgotten account'}: {row.status.value}"
    if row.status is Status.QUEUED and row.due:
        words += f", due {local(row.due, room.zone)}"
    if row.status is Status.SENT and row.permalink:
        words += f", {row.permalink}"
    return plain(f"{words} ({row.detail})" if row.detail else words)


# ---------------------------------------------------------------------------------------------- editing


def edit_post(options: Options, number: int, given: Mapping[str, str | None], version: int | None) -> None:
    """Store a person's wording as a new version; without any field the text is changed in an editor."""
    with changing(options) as room:
        row = room.ledger.deliveries.get(number)
        seen = version or row.version
        if any(value is not None for value in given.values()):
            row = _edit(room, number, seen, given)
        else:
            found = _edit_in_editor(room, row, seen)
            if found is None:
                print("nothing was changed")
                return
            row = found
        print(f"{_state(room, row)}; version {row.version}")


def _edit(room: Room, number: int, seen: int, given: Mapping[str, str | None]) -> Delivery:
    text, alt, warning = (given.get(name) for name in ("text", "alt", "warning"))
    return editorial.edit(room, number, actor(), version=seen, text=text, alt=alt, warning=warning)


def _edit_in_editor(room: Room, row: Delivery, seen: int) -> Delivery | None:
    current = room.ledger.deliveries.version(row.id, seen)
    if current is None:
        raise SyndicatorError(
            f"post {row.id} has no version {seen or 1} to edit; `syndicator queue show {row.id}` lists them"
        )
    path = _in_editor(current.post.text, row.id)
    text = path.read_text("utf-8").strip()
    if text == current.post.text.strip():
        path.unlink()
        return None
    try:
        done = _edit(room, row.id, seen, {"text": text})
    except (SyndicatorError, LookupError):
        remark(f"your text is kept in {path}")
        raise
    path.unlink()
    return done


def _in_editor(text: str, number: int) -> Path:
    """The file a person's editor has left."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not command and not sys.stdin.isatty():
        raise ConfigError("nothing to change: give --text, --alt or --warning, or name an editor in $EDITOR")
    handle, name = tempfile.mkstemp(prefix=f"post-{number}-", suffix=".txt")
    path = Path(name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    try:
        # The editor is the person's own choice, and the text goes in by a file, never by the command line.
        subprocess.run([*shlex.split(command or "vi"), name], check=True)  # noqa: S603
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        path.unlink()
        raise ConfigError(f"$EDITOR: {command or 'vi'} did not work: {error}") from error
    return path
