"""The house rules, read from the source: who may import whom, which library lives where, and how long a file may be."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.adapters import PLATFORMS

PACKAGE = Path(__file__).parents[1] / "src" / "syndicator"
FILES = sorted(PACKAGE.rglob("*.py"))

# A module imports only from rows above its own; modules of one row do not know each other.
ROWS = (
    {"models", "errors", "share", "turns"},
    {"text", "delivery", "policy", "permits", "config", "fetch", "log"},
    {"sources", "photos", "render", "ledger", "adapters"},
    {"room"},
    {"compose"},
    {"pipeline", "editorial", "alerts", "forecast"},
    {"daemon", "cluster", "desk", "sandbox"},
    {"cli"},
    {"__main__"},
)
ROW = {module: number for number, row in enumerate(ROWS) for module in row}

# Each outside library has one home; a second is a decision. What is not listed here may not be imported.
EVERYWHERE = {"structlog"}
HOMES = {
    "aiohttp": {"fetch", "sandbox"},
    "alembic": {"ledger"},
    "apscheduler": {"daemon"},
    "argon2": {"desk"},
    "atproto_client": {"adapters/bluesky.py", "adapters/bluesky_record.py", "adapters/xrpc.py"},
    "babel": {"render"},
    "facebook": {"adapters/facebook_page.py"},
    "fastapi": {"desk"},
    "feedparser": {"sources"},
    "jinja2": {"render", "desk"},
    "lxml": {"sources"},
    "mastodon": {"adapters/mastodon.py"},
    "multidict": {"fetch", "sandbox"},
    "PIL": {"photos", "sandbox"},
    "procrastinate": {"cluster"},
    "prometheus_client": {"daemon", "desk"},
    "psycopg": {"ledger"},
    "pydantic": {"config", "desk"},
    "pydantic_core": {"config"},
    "python_multipart": {"desk"},
    "regex": {"text", "render"},
    "requests": {"adapters", "alerts"},
    "rich": {"cli"},
    "selectolax": {"sources"},
    "sqlalchemy": {"ledger"},
    "starlette": {"desk"},
    "tweepy": {"adapters/x.py"},
    "twitter_text": {"text"},
    "typer": {"cli"},
    "urllib3": {"adapters"},
    "uvloop": {"daemon"},
    "uvicorn": {"desk"},
    "yarl": {"fetch", "sources"},
}
HEAVY = (
    "tweepy", "facebook", "mastodon", "atproto_client", "alembic", "apscheduler", "fastapi", "starlette", "uvicorn",
    "argon2",
)  # fmt: skip

LONGEST = 350
LONGER: set[str] = set()

NAMES_PLATFORMS = {"adapters", "sandbox"}
PLATFORM = re.compile("facebook|mastodon|bluesky|twitter", re.IGNORECASE)
# Words of the web and of a library, used for every platform alike: page metadata, a tracking parameter, a counter.
VOCABULARY = re.compile(r"twitter:[a-z:]+|__twitter_impression|_?twitter_text")


def label(path: Path) -> str:
    """A file's path below the package, as a name for its test."""
    return path.relative_to(PACKAGE).as_posix()


def home(path: Path) -> str:
    """The module of the house a file belongs to; "" for the package itself."""
    name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if name == "__init__" else name


def imported(path: Path) -> Iterator[str]:
    """Every absolute name a file imports, at its top or within a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = path.relative_to(PACKAGE.parent).parts
            base = ".".join(parts[: len(parts) - node.level]) + "." if node.level else ""
            yield from (f"{base}{node.module or ''}.{alias.name}".replace("..", ".") for alias in node.names)


def words(path: Path) -> Iterator[str]:
    """The names and texts of a file's code: no comments, no docstrings, nothing that is imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    libraries = {name.partition(".")[0] for name in imported(path)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value
        for field in ("id", "attr", "arg", "name"):
            word = getattr(node, field, None)
            if isinstance(word, str) and word not in libraries and not isinstance(node, ast.alias):
                yield word


@pytest.mark.parametrize("path", FILES, ids=label)
def test_a_module_imports_only_from_rows_above(path: Path) -> None:
    """A module of the house knows only modules of the rows above its own, and has a row."""
    own = home(path)
    if own:
        assert own in ROW, f"{label(path)}: give it a row"
    known = {name.split(".")[1] for name in imported(path) if name.startswith("syndicator.")} & (set(ROW) - {own})
    wrong = {name for name in known if not own or ROW[name] >= ROW[own]}
    assert not wrong, f"{label(path)} may not import {', '.join(sorted(wrong))}"


@pytest.mark.parametrize("path", FILES, ids=label)
def test_an_outside_library_has_one_home(path: Path) -> None:
    """A library is imported only where it lives, so that it can be replaced there."""
    outside = (
        {name.partition(".")[0] for name in imported(path)} - sys.stdlib_module_names - {"syndicator"} - EVERYWHERE
    )
    wrong = {name for name in outside if not HOMES.get(name, set()) & {home(path), label(path)}}
    assert not wrong, f"{label(path)} may not import {', '.join(sorted(wrong))}"


def test_adapters_do_not_know_each_other() -> None:
    """No platform's adapter imports another platform's."""
    wrong = [
        (label(path), name)
        for path in FILES
        for name in imported(path)
        for platform in PLATFORMS
        if f"{name}.".startswith(f"syndicator.adapters.{platform}.")
        and path.stem.partition("_")[0] != platform.partition("_")[0]
        if home(path) == "adapters"
    ]
    assert not wrong


@pytest.mark.parametrize("path", [path for path in FILES if home(path) not in NAMES_PLATFORMS], ids=label)
def test_the_core_names_no_platform(path: Path) -> None:
    """Outside the adapters and the sandbox no code names a platform: it reads its features."""
    wrong = [word for word in words(path) if PLATFORM.search(word) and not VOCABULARY.fullmatch(word)]
    assert not wrong


@pytest.mark.parametrize("path", FILES, ids=label)
def test_a_file_holds_one_idea(path: Path) -> None:
    """No file is longer than can be read at a sitting."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST or label(path) in LONGER


def test_heavy_libraries_wait_until_they_are_needed() -> None:
    """Importing the modules that every command needs loads no SDK, no migrations and no web framework."""
    modules = "config, text, delivery, policy, fetch, render, ledger, adapters, sources, photos"
    code = f"from syndicator import {modules}; import sys; print(*sorted({{*{HEAVY}}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PACKAGE.parent)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr
