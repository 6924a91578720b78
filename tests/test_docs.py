"""The documentation says what the program does: its commands, states, codes and links are compared with it."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from syndicator import delivery
from syndicator.cli import app
from syndicator.ledger.history import FIELDS
from syndicator.models import ArticleState, Status
from tests.test_layers import ROWS

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "syndicator"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
PROSE = [page for page in PAGES if page.name != "commands.md"]  # its synopses are grammar, not calls

Command = Any  # typer brings its own copy of click, which has no public name


def read(name: str) -> str:
    """The text of a page."""
    return (ROOT / name).read_text(encoding="utf-8")


def commands(group: Command, path: str = "") -> Iterator[tuple[str, Command]]:
    """Every command that does something, by its whole name."""
    for name, command in group.commands.items():
        whole = f"{path} {name}".strip()
        if hasattr(command, "commands"):
            yield from commands(command, whole)
        else:
            yield whole, command


ROOT_COMMAND: Command = typer.main.get_command(app)
COMMANDS = dict(commands(ROOT_COMMAND))


def options(command: Command) -> set[str]:
    """The names of a command's options."""
    return {name for one in command.params if one.param_type_name == "option" for name in one.opts}


# ---------------------------------------------------------------------------------------------- commands


def part(page: str, heading: str) -> str:
    """What stands below a heading, up to the next one of its level or above."""
    level = heading.partition(" ")[0]
    found = re.split(rf"^{re.escape(heading)}$", page, flags=re.MULTILINE)
    assert len(found) == 2, f"{heading}: found {len(found) - 1} times"
    return re.split(rf"^#{{1,{len(level)}}} ", found[1], flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of the rows of a part's tables, without heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    rules = [number for number, row in enumerate(cells) if all(set(cell) <= {"-"} for cell in row)]
    heads = {number - 1 for number in rules} | set(rules)
    return [row for number, row in enumerate(cells) if number not in heads]


def told(text: str) -> set[str]:
    """The options that the tables of a part describe."""
    return {name for row in rows(text) for name in re.findall(r"--?[a-z][a-z-]*", row[0])}


def test_the_reference_has_every_command_and_no_other() -> None:
    """Each command has one section, and there is no section of a command that does not exist."""
    sections = re.findall(r"^### syndicator (.+)$", read("docs/commands.md"), re.MULTILINE)
    assert sorted(sections) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_reference_has_every_option_and_no_other(name: str) -> None:
    """A command's section describes each of its options, in its synopsis and in its table, and nothing else."""
    section = part(read("docs/commands.md"), f"### syndicator {name}")
    synopsis = next(line.strip() for line in section.splitlines() if line.startswith("    "))
    assert synopsis.split()[: len(name.split()) + 1] == ["syndicator", *name.split()]
    wanted = options(COMMANDS[name])
    assert set(re.findall(r"--[a-z-]+", synopsis)) == wanted
    assert told(section) == wanted


def test_the_reference_has_every_global_option() -> None:
    """The options of all commands are described together."""
    wanted = options(ROOT_COMMAND) | set(ROOT_COMMAND.context_settings["help_option_names"])
    assert told(part(read("docs/commands.md"), "## All commands")) == wanted


def test_the_reference_has_every_key_of_the_history() -> None:
    """The keys of the history's JSON are described, all and in their order."""
    section = part(read("docs/commands.md"), "### syndicator history")
    keys = [name for row in rows(section) for name in re.findall(r"`([a-z_]+)`", row[0])]
    assert {name for name in keys if name in FIELDS} == set(FIELDS)


def calls(page: Path) -> Iterator[str]:
    """The `syndicator …` commands that a page tells people to type: lines of code, and code within a sentence."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = re.findall(r"^(?: {4,}|```\w*\n)(?:\$ )?(?:[A-Z_]+=\S+ )*(syndicator .+)$", text, re.MULTILINE)
    for line in [*lines, *re.findall(r"`(syndicator [a-z][^`]*)`", text)]:
        yield re.split(r" {2,}|\s#", line)[0].strip()


CALLS = [pytest.param(call, id=f"{page.stem}: {call}") for page in PROSE for call in dict.fromkeys(calls(page))]
STANDS_FOR = {"ID": "1", "N": "1", "[DIR]": "dir"}  # names of things in place of things


def arguments(call: str) -> list[str]:
    """A line as a shell would split it."""
    return [STANDS_FOR.get(word, word) for word in shlex.split(call, comments=True)[1:]]


def parse(words: list[str]) -> Command:
    """The command that these words call, its arguments parsed and nothing carried out. Raises for a wrong call."""
    command, context = ROOT_COMMAND, ROOT_COMMAND.make_context("syndicator", words, resilient_parsing=False)
    while hasattr(command, "commands"):
        rest = [*context._protected_args, *context.args]
        name, command, rest = command.resolve_command(context, rest)
        if rest == [] and hasattr(command, "commands"):
            return command  # a group that is only named
        context = command.make_context(name, rest, parent=context)
    return command


@pytest.mark.parametrize("call", CALLS)
def test_every_command_in_the_pages_can_be_typed(call: str) -> None:
    """What the pages tell people to type is understood by the program."""
    assert parse(arguments(call)) is not None


def test_wrong_commands_would_be_noticed() -> None:
    """A call that the program does not understand fails the test above."""
    for words in (["queue", "aprove", "1"], ["history", "--sinse", "2h"], ["queue", "settle"]):
        with pytest.raises(Exception, match=r"(?i)no such|missing"):
            parse(words)


def test_the_pages_have_commands() -> None:
    """The search for commands finds them in every page made for people at a keyboard."""
    assert {"README", "tutorial", "going-live", "operations"} <= {str(one.id).partition(":")[0] for one in CALLS}


# ---------------------------------------------------------------------------------------------- states and codes


def names(cell: str) -> frozenset[Status | None]:
    """A cell of the table of moves as states."""
    if cell == "any":
        return frozenset(Status)
    return frozenset(None if word == "–" else Status(word) for word in cell.split(", "))


def test_the_table_of_moves_is_the_machine() -> None:
    """The design's table has every verb with exactly its states."""
    table = rows(part(read("docs/design.md"), "## States and moves"))
    assert {row[0].strip("`"): (names(row[1]), names(row[2])) for row in table} == dict(delivery.MOVES)


def test_the_table_of_rows_is_the_house() -> None:
    """The design's table has the rows that the house rules are proved with."""
    table = rows(part(read("docs/design.md"), "## The house"))
    assert [set(re.findall(r"`([a-z_]+)`", row[1])) for row in table] == list(ROWS)


def test_operations_has_every_state() -> None:
    """Each state says what it means and what to do, once; so are the states of articles."""
    section = part(read("docs/operations.md"), "## States")
    assert [row[0].strip("`") for row in rows(section)] == [str(state) for state in Status]
    assert all(f"`{state}`" in section for state in ArticleState)


def sources(*patterns: str) -> str:
    """The code of some modules, as one text."""
    return "\n".join(path.read_text(encoding="utf-8") for one in patterns for path in sorted(SOURCE.glob(one)))


CODE = sources("delivery.py", "policy.py", "editorial/*.py", "compose.py", "pipeline/*.py", "ledger/*.py")
MADE = {
    *re.findall(r'"(rule:[a-z_]+)"', CODE),
    *re.findall(r'Move\("[a-z]+", [\w.]+, "([a-z_]+)"', CODE),
    *re.findall(r'back\(row, "[a-z]+", "([a-z_]+)"', CODE),
    *re.findall(r'code="([a-z_]+)"', CODE),
    *(f"{kind}:…" for kind in re.findall(r'f"([a-z]+):\{error\.code\}"', CODE)),
    "changed",
    "page",
} - {"photo_lost"}  # known to the attempt alone; the row says photo_refused


def test_operations_has_every_code() -> None:
    """Each code that the program gives a post is explained."""
    section = part(read("docs/operations.md"), "## Codes")
    explained = {name for row in rows(section) for name in re.findall(r"`([^`]+)`", row[0])}
    assert explained >= MADE, sorted(MADE - explained)


def test_operations_has_every_gate() -> None:
    """Each gate that keeps a post back is explained."""
    gates = set(re.findall(r'Gate\("([a-z_]+)"', CODE))
    section = part(read("docs/operations.md"), "## Codes")
    assert gates <= {name for row in rows(section) for name in re.findall(r"`([a-z_]+)`", row[0])}


def test_operations_has_every_alert() -> None:
    """Each kind of alert is explained, and no other."""
    kinds = set(re.findall(r'Incident\(\s*"([a-z ]+)"', sources("alerts.py")))
    assert {row[0].strip("`") for row in rows(part(read("docs/operations.md"), "## Alerts"))} == kinds


def test_operations_names_real_log_events() -> None:
    """Each line of the log that the page explains is one the program writes."""
    section = part(read("docs/operations.md"), "## Logs")
    events = {name for row in rows(section) for name in re.findall(r"`([^`]+)`", row[0])}
    code = sources("daemon/*.py", "alerts.py", "pipeline/*.py")
    assert not {event for event in events if f'"{event}"' not in code}


# ---------------------------------------------------------------------------------------------- pages and links


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made of their words."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


LINKS = [
    pytest.param(page, target, id=f"{page.name} → {target}")
    for page in PAGES
    for target in dict.fromkeys(re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")))
    if "://" not in target
]


@pytest.mark.parametrize(("page", "target"), LINKS)
def test_every_link_leads_somewhere(page: Path, target: str) -> None:
    """A link to a file of ours, or to a heading, finds it."""
    path, _, anchor = target.partition("#")
    found = (page.parent / path).resolve() if path else page
    assert found.exists()
    assert not anchor or anchor in anchors(found)


def test_the_readme_leads_to_every_page() -> None:
    """Nobody has to guess that a page exists."""
    linked = set(re.findall(r"\]\((docs/[a-z-]+\.md)\)", read("README.md")))
    assert linked == {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}


def test_the_readme_is_short_and_begins_with_two_commands() -> None:
    """A newcomer reads it at a sitting, and finds what to type."""
    readme = read("README.md")
    assert len(readme.splitlines()) <= 150
    assert "    make demo " in readme
    assert "    make test " in readme
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    assert set(re.findall(r"^ {4}make ([a-z-]+)", readme, re.MULTILINE)) <= targets


# ---------------------------------------------------------------------------------------------- the unit


def test_the_unit_agrees_with_the_daemon() -> None:
    """The service manager is told what the daemon does: it notifies, and ends before it would be killed."""
    from syndicator.daemon.clock import GOODBYE

    unit = dict(re.findall(r"^([A-Z]\w+)=(.*)$", read("config/syndicator.service"), re.MULTILINE))
    assert unit["Type"] == "notify"
    assert int(unit["TimeoutStopSec"]) == 15 > GOODBYE + 2
    assert int(unit["WatchdogSec"]) > 5
    assert unit["RestartPreventExitStatus"] == "2"
    assert parse(unit["ExecStart"].split()[1:]) is not None
