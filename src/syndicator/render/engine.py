"""Jinja2 with bounds: a sandbox without endless loops or huge values, and errors that name file and line."""

import traceback
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from syndicator.errors import RenderError
from syndicator.render import filters
from syndicator.render.names import MEMBERS, Names

OVERRIDES = ("warning", "alt", "card_title", "card_text")
BOUND = 100_000  # characters a template may print or make, and steps its ranges may take


class Environment(ImmutableSandboxedEnvironment):
    """The sandbox for posts, reading templates from `paths` in this order."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__(loader=FileSystemLoader([str(path) for path in paths]), undefined=StrictUndefined)
        self.filters.update(filters.FILTERS)
        self.globals["range"] = _range
        del self.globals["lipsum"]

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        """Products within bounds; powers have no use in a post."""
        sizes = [len(side) if isinstance(side, Sequence) else abs(side) for side in (left, right)]
        if operator == "**" or sizes[0] * sizes[1] > BOUND:
            raise SecurityError(f"{operator} makes something larger than {BOUND}")
        return left * right


def _range(*bounds: int) -> range:
    steps, run = range(*bounds), filters.current.get()
    run.steps -= len(steps)
    if run.steps < 0:
        raise SecurityError(f"the loops take more than {BOUND} steps")
    return steps


def find(environment: Environment, names: Sequence[str]) -> Template:
    """The first of these templates there is. Raises RenderError for none, or one that cannot be compiled."""
    try:
        return environment.select_template(list(names))
    except TemplateSyntaxError as error:
        raise _at(error.filename or names[0], error.lineno, error) from error
    except (TemplateError, ValueError, OSError) as error:
        raise RenderError(f"template {names[0]} cannot be read: {error}") from error


def expand(template: Template, names: Names, run: filters.Run) -> tuple[filters.Printed, dict[str, str]]:
    """What the template prints, and the post's fields it sets at top level. Raises RenderError with file and line."""
    token = filters.current.set(run)
    try:
        context = template.new_context({item.name: getattr(names, item.name) for item in fields(names)})
        printed = filters.split(_bounded(template.root_render_func(context)), run.marks)
        exported = context.get_exported()
        given = {name: "" if exported[name] is None else str(exported[name]) for name in OVERRIDES if name in exported}
        values = {name: filters.split(value, run.marks).full() for name, value in given.items()}
    except Exception as error:
        raise _explain(template, error) from error
    finally:
        filters.current.reset(token)
    return printed, values


def _bounded(pieces: Iterable[str]) -> str:
    printed, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > BOUND:
            raise SecurityError(f"the template prints more than {BOUND} characters")
        printed.append(piece)
    return "".join(printed)


def _explain(template: Template, error: Exception) -> RenderError:
    if isinstance(error, TemplateSyntaxError):
        return _at(error.filename or str(template.filename), error.lineno, error)
    # Jinja2 raises the same error again, its traceback rewritten to the template's own lines.
    try:
        template.environment.handle_exception()
    except Exception as rewritten:  # noqa: BLE001
        frames = traceback.extract_tb(rewritten.__traceback__)
    lines = [frame for frame in frames if not frame.filename.endswith(".py")]
    return _at(lines[-1].filename, lines[-1].lineno, error) if lines else _at(str(template.filename), 1, error)


def _at(path: str, line: int | None, error: Exception) -> RenderError:
    message = error.message if isinstance(error, TemplateError) else str(error)
    return RenderError(f"{path}:{line or 1}: {message or type(error).__name__}")


def lint(environment: Environment, template: Template) -> None:
    """Raises RenderError for a name, member or filter that does not exist, even where no article has led yet."""
    path = Path(str(template.filename))
    tree = environment.parse(path.read_text(encoding="utf-8"), template.name, str(path))
    known = {item.name for item in fields(Names)} | set(environment.globals)
    for name in sorted(meta.find_undeclared_variables(tree) - known):
        line = next(node.lineno for node in tree.find_all(nodes.Name) if node.name == name)
        raise RenderError(f"{path}:{line}: no name {name!r}")
    for node in tree.find_all(nodes.Filter):
        if node.name not in environment.filters:
            raise RenderError(f"{path}:{node.lineno}: no filter {node.name!r}")
    for member in tree.find_all(nodes.Getattr):
        owner = member.node.name if isinstance(member.node, nodes.Name) else ""
        if owner in MEMBERS and member.attr not in {item.name for item in fields(MEMBERS[owner])}:
            raise RenderError(f"{path}:{member.lineno}: {owner} has no {member.attr!r}")
