"""The part of a photo that a feed shows, around what must stay in sight. Pure."""

from dataclasses import dataclass
from math import isfinite

_SLACK = 1.02  # a shape that close to what is shown is left: nobody sees the difference
_NAMES = (
    (16 / 9, "16:9"),
    (2.0, "2:1"),
    (3 / 2, "3:2"),
    (4 / 3, "4:3"),
    (1.0, "1:1"),
    (4 / 5, "4:5"),
    (3 / 4, "3:4"),
    (2 / 3, "2:3"),
    (9 / 16, "9:16"),
    (1 / 2, "1:2"),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """Shapes (width / height) that are shown whole, and the point that must stay in sight, as in Photo.focus."""

    low: float
    high: float
    focus: tuple[float, ...]

    def cut(self, width: int, height: int) -> str:
        """The name of the shape a photo is cut to ("16:9"); "" when it stays whole: shown so, or no focus is known."""
        ratio = width / height
        if not self._knows() or self.low / _SLACK <= ratio <= self.high * _SLACK:
            return ""
        return named(self.high if ratio > self.high else self.low)

    def size(self, width: int, height: int) -> tuple[float, float]:
        """Width and height of the largest part with a shape that is shown."""
        return min(width, height * self.high), min(height, width / self.low)

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of that part in pixels: the focus in its middle, as far as the edges allow."""
        wide, high = (max(1, int(side)) for side in self.size(width, height))
        left = min(max(round(width * self.focus[0] - wide / 2), 0), width - wide)
        top = min(max(round(height * self.focus[1] - high / 2), 0), height - high)
        return left, top, left + wide, top + high

    def _knows(self) -> bool:
        return len(self.focus) == 2 and all(isfinite(part) and 0 <= part <= 1 for part in self.focus)


def named(ratio: float) -> str:
    """A shape as editors call it: "16:9", "1.91:1"."""
    near = min(_NAMES, key=lambda one: abs(one[0] - ratio))
    return near[1] if abs(near[0] - ratio) < 0.01 else f"{ratio:.2f}".rstrip("0").rstrip(".") + ":1"
