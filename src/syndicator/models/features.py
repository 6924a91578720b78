"""What a platform can do and how it counts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Preview:
    """How people's screens draw a post: for the desk. Ratios are width / height; lines before it is cut."""

    photo_ratio: tuple[float, float] = (0.5, 2.0)
    card_ratio: float = 1.91
    card_title_lines: int = 2
    card_text_lines: int = 2
    domain: Literal["above", "below", "none"] = "above"
    card_by: Literal["platform", "us"] = "platform"


@dataclass(frozen=True, slots=True)
class Price:
    """Micro-USD per call, 0 where the platform is free."""

    post: int = 0
    post_with_link: int = 0
    alt: int = 0
    look: int = 0  # per post read back


@dataclass(frozen=True, slots=True)
class Features:
    """What a platform can do and how it counts: data, read by the core. Every number has a source in its adapter.

    `count` names the rule in `text.py`; `links` says how a link travels: "text" (printed; the platform draws
    any card), "attached" (a field of its own; the platform draws the card) or "card" (we supply title, text, thumb).
    `absence`: whether "not found" by `find` is certain, or evidence only. Images are limited in bytes, in pixels
    (width x height) and per side; 0 means no limit known.
    """

    platform: str
    label: str
    monogram: str
    count: Literal["weighted", "graphemes", "utf16", "codepoints"]
    text_limit: int
    byte_limit: int = 0
    link_cost: int = 0  # 0: a link counts as written
    warnings: bool = False  # has a content warning line
    sensitive_media: bool = False  # can cover a photo
    images: int = 1
    image_types: tuple[str, ...] = ("image/jpeg", "image/png")
    image_bytes: int = 0
    image_pixels: int = 0
    image_side: int = 0
    thumb_bytes: int = 0
    alt_limit: int = 0  # in code points, 0: no limit known
    links: Literal["text", "attached", "card"] = "text"
    idempotency: Literal["key", "record", "none"] = "none"
    findable: bool = True
    absence: Literal["certain", "evidence"] = "evidence"
    settle: timedelta = timedelta(minutes=5)
    min_gap: timedelta = timedelta(0)
    price: Price = Price()
    preview: Preview = Preview()
    retract: bool = True
    edit: bool = False

    def limited(self, limits: Mapping[str, int]) -> "Features":
        """These features with the server's own numbers in place of the defaults; unknown names are ignored."""
        known: dict[str, Any] = {name: value for name, value in limits.items() if name in self.__slots__ and value > 0}
        return replace(self, **known) if known else self
