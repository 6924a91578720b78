"""A figure, its aim, and the table they make."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

HEADS = ("figure", "measured", "aim", "", "from")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `aim` is a bound in the figure's own unit, None where there is none; `raw` says where
    the figure comes from. `at_least` turns the aim round.
    """

    name: str
    value: float
    unit: str = "×"
    aim: float | None = None
    raw: str = ""
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """ "ok", "short", or nothing where there is no aim."""
        if self.aim is None:
            return ""
        good = self.value >= self.aim if self.at_least else self.value <= self.aim
        return "ok" if good else "short"

    def cells(self) -> tuple[str, ...]:
        """The line as text."""
        sign = "≥" if self.at_least else "≤"
        aim = "" if self.aim is None else f"{sign} {self.aim:g} {self.unit}"
        shown = f"{self.value:,.0f}" if self.value >= 100 else f"{self.value:.3g}"
        return self.name, f"{shown} {self.unit}", aim, self.verdict, self.raw


def middle(values: Iterable[float]) -> float:
    """The median, as a float."""
    return float(median(values))


def plain_table(figures: Sequence[Figure]) -> str:
    """Aligned columns for a terminal."""
    rows = [HEADS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def markdown_table(figures: Sequence[Figure]) -> str:
    """The same for the documentation."""
    rows = [HEADS, ("---",) * len(HEADS), *(figure.cells() for figure in figures)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
