"""How the demo speaks: colours and a spinner for people at a terminal, plain lines when piped."""

import shlex
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from pathlib import Path
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

TITLE = 44  # cells a headline may take in a line


class Voice:
    """Prints to standard output. No text from outside is read as markup."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)
        self._numbers = count(1)

    def step(self, title: str, why: str = "") -> None:
        """A chapter with the next number."""
        self.chapter(f"{next(self._numbers)}  {title}", why)

    def chapter(self, title: str, why: str = "") -> None:
        """A heading, and a sentence about what happens next."""
        self.console.print()
        self.console.print(Text(title, style="bold cyan"))
        if why:
            self.say(why, style="dim")

    def say(self, words: str, *, mark: str = " ", style: str = "", mark_style: str = "") -> None:
        """One line after a mark."""
        self.console.print(Text.assemble("  ", (mark, mark_style), " ", (words, style)))

    def done(self, words: str) -> None:
        """A line about something that went well."""
        self.say(words, mark="✓", mark_style="bold green")

    def waits(self, words: str) -> None:
        """A line about something that waits, for a person or its hour."""
        self.say(words, mark="…", mark_style="bold yellow")

    def wrong(self, words: str) -> None:
        """A line about something that must not be."""
        self.say(words, mark="✗", mark_style="bold red", style="red")

    def quote(self, words: str, style: str = "") -> None:
        """Words of a post, set in."""
        if self.console.is_terminal:
            self.console.print(Padding(Text(words, style=style), (0, 2, 0, 6)), soft_wrap=False)
            return
        for line in words.splitlines():
            self.console.print(Text(f"      {line}".rstrip()))

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Columns aligned by what the eye sees, numbers to the right."""
        lines = [list(heads), *(list(row) for row in rows)]
        widths = [max(cell_len(line[place]) for line in lines) for place in range(len(heads))]
        for number, line in enumerate(lines):
            cells = [_cell(text, width) for text, width in zip(line, widths, strict=True)]
            self.console.print(Text("    " + "   ".join(cells).rstrip(), style="" if number else "bold"))

    def busy(self, words: str) -> AbstractContextManager[Any]:
        """Something turns while this lasts, where a person watches."""
        return self.console.status(f"  {words}") if self.console.is_terminal else nullcontext()

    def command(self, line: str, what: str) -> None:
        """A command to try, and what it shows."""
        self.console.print(Text.assemble("    ", (line, "bold"), ("  # " + what, "dim")))


def short(title: str, cells: int = TITLE) -> str:
    """A headline for one line, with an ellipsis when it is longer."""
    return title if cell_len(title) <= cells else set_cell_size(title, cells - 1).rstrip() + "…"


def quoted(path: Path) -> str:
    """A path as it is typed in a shell."""
    return shlex.quote(str(path))


def _cell(text: str, width: int) -> str:
    gap = " " * (width - cell_len(text))
    return gap + text if text.isdigit() else text + gap
