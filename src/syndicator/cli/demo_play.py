"""The demo from curtain to curtain."""

import os
import shutil
import sys
from pathlib import Path
from threading import Event

from syndicator import adapters, config, log, pipeline
from syndicator.cli import demo_acts as acts
from syndicator.cli import demo_stage as stages
from syndicator.cli.demo_count import counts, everywhere, total, troubles
from syndicator.cli.demo_stage import Stage
from syndicator.cli.demo_voice import Voice, quoted
from syndicator.room import Room, open_room, utc_now
from syndicator.sandbox import NETWORKS, Sandbox


def play(folder: Path, *, keep: bool = False) -> int:
    """The whole demo in a folder. Returns the exit code: 1 when a number is wrong. Raises SyndicatorError."""
    stage = stages.set_up(folder, utc_now())
    voice = Voice()
    _prologue(stage, voice)
    box = stages.raise_curtain(stage)
    try:
        code = _perform(stage, box, voice)
        if keep:
            _stay(voice)
    finally:
        box.stop()
    return code


def _perform(stage: Stage, box: Sandbox, voice: Voice) -> int:
    stories = stages.close_newsroom(box, stage)
    stages.write_files(box, stage)
    room = _open(stage)
    try:
        room.ledger.store.lock()
        room.ledger.accounts.started(room.process, room.clock())
        pipeline.recover(room, starting=True)
        before = total(room, box)
        _first_look(room, voice)
        stages.publish_stories(box, stage, stories)
        _main_part(room, len(stories), stage.fresh, voice)
        new = total(room, box) - before
        _show(room, box, voice)
        wrong = _again(room, box, new, voice)
        room.ledger.accounts.beat(room.clock(), ended=True)
    finally:
        room.close()
    return _epilogue(stage, wrong, voice)


def _open(stage: Stage) -> Room:
    # The environment is left out: no real secret and no real ledger may find its way onto this stage.
    file = stage.config.resolve()
    loaded = config.load(file, environ={}, cwd=file.parent, platforms=adapters.PLATFORMS)
    log.configure("console", loaded.all_secrets(), level="critical")
    return open_room(loaded, migrate=True)


# ---------------------------------------------------------------------------------------------- the parts


def _prologue(stage: Stage, voice: Voice) -> None:
    folder = quoted(stage.folder)
    voice.chapter(
        "syndicator demo",
        "A small newsroom and four social networks on this machine alone. Nothing leaves it, no account is needed.",
    )
    if stage.fresh:
        voice.say(f"Everything it makes is in {folder}: configuration, secrets, the ledger, what the networks hold.")
    else:
        voice.say(f"{folder} is from an earlier run: the same ledger, the same networks, the same stories.")


def _first_look(room: Room, voice: Voice) -> None:
    voice.step("Accounts", "The client libraries of the networks sign in, as they would on the real ones.")
    acts.sign_in(room, voice)
    states = room.ledger.sources.states(room.config.sources.values())
    if all(state.seeded for state in states.values()):
        return
    voice.step(
        "First look at the newsroom",
        "The first look at a feed posts nothing: what was out before syndicator came is not news any more.",
    )
    acts.read_feed(room, voice)
    voice.done("noted as seen; posts planned: 0")


def _main_part(room: Room, stories: int, fresh: bool, voice: Voice) -> None:
    voice.step(
        f"The newsroom publishes {stories} stories" if fresh else f"The newsroom has the same {stories} stories out",
        "One is under embargo, one is graphic, one has no photo, one is dated by its day alone. syndicator looks.",
    )
    acts.read_feed(room, voice)
    voice.step("Sending", "Each account sends for itself; some networks are given a pause between two posts.")
    acts.send(room, voice)


def _show(room: Room, box: Sandbox, voice: Voice) -> None:
    voice.step(
        "What readers see", "Read from the networks themselves. They are on this machine: no such posts are outside."
    )
    acts.show_networks(room, box, voice)
    voice.step("Counted on the networks")
    acts.show_counts(counts(room, box), voice)
    on_all = acts.plural(everywhere(room), "story is", "stories are")
    voice.say(f"{on_all} public on all {len(room.accounts)} accounts.")
    voice.step("The history, as the ledger keeps it", "What became of each story, with the number of each post.")
    acts.show_history(room, voice)


def _again(room: Room, box: Sandbox, new: int, voice: Voice) -> list[str]:
    """Poll twice more, the second time as if nothing had been read before, and count."""
    before = total(room, box)
    voice.step("Once more", "Nothing new was published, so nothing may be posted.")
    acts.read_feed(room, voice)
    acts.send(room, voice)
    voice.say("Now syndicator forgets what it knows of the feed's state and reads everything anew:")
    room.ledger.sources.forget_validators()
    acts.read_feed(room, voice)
    acts.send(room, voice)
    extra = total(room, box) - before
    voice.say(f"new posts on the networks by looking again: {extra}")
    voice.say(f"new posts on the networks: {new + extra}", style="bold")
    wrong = troubles(room, counts(room, box))
    return wrong + ([f"looking again posted {extra} more"] if extra else [])


def _epilogue(stage: Stage, wrong: list[str], voice: Voice) -> int:
    voice.chapter("Result")
    for sentence in wrong:
        voice.wrong(sentence)
    if not wrong:
        voice.done("every story that was due is once on every account, none lost, none doubled, every photo described")
    _commands(stage, voice)
    return 1 if wrong else 0


def _commands(stage: Stage, voice: Voice) -> None:
    voice.chapter("Look further")
    program = _program()
    start = f"{program} --config {quoted(stage.config)}"
    story = f"http://127.0.0.1:{stage.ports['newsroom']}/articles/explosion-at-grain-depot"
    lines = (
        ("history", "every post: when, where, what became of it"),
        ("queue list", "what waits, and for what"),
        ("queue show 1", "one post's whole story"),
        (f"why {story}", "one story, by which rules"),
        ("status", "is anything in need of a person"),
    )
    for line, what in lines:
        voice.command(f"{start} {line}", what)
    networks = f"--folder {quoted(stage.folder / 'networks')} --port-base {stage.ports[NETWORKS[0]]}"
    voice.command(f"{program} sandbox {networks}", "the networks up again")
    voice.command(f"{program} demo --folder {quoted(stage.folder)}", "once more: nothing is posted twice")


def _program() -> str:
    """What to type for this program here: its name, or its path where the shell would not find it by name."""
    called = Path(sys.argv[0])
    if shutil.which("syndicator") or called.name != "syndicator":
        return "syndicator"
    try:
        return str(called.relative_to(Path.cwd()))
    except ValueError:
        return str(called)


def _stay(voice: Voice) -> None:
    voice.chapter("The networks stay up until Ctrl-C", f"This is process {os.getpid()}.")
    try:
        Event().wait()
    except KeyboardInterrupt:
        voice.say("closed")
