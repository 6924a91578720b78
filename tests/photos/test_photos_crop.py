"""Photos cut to the shape a feed shows, around what must stay in sight."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from syndicator.models.features import Preview
from syndicator.photos import fit, thumbnail
from syndicator.photos.crop import Frame, named
from tests.photos.make_photos import WIDE, corners, exif, near, opened, pixel, saved

SPOT = (255, 0, 255)
FEED = replace(WIDE, preview=Preview(photo_ratio=(0.75, 1.78)))


def spotted(width: int, height: int, x: float, y: float) -> Image.Image:
    """A drawing with a spot that must stay in sight."""
    image = corners(width, height)
    side = 16
    image.paste(SPOT, (int(width * x) - side, int(height * y) - side, int(width * x) + side, int(height * y) + side))
    return image


CUTS = [
    ((3000, 1000), (0.5, 0.5), "16:9", (610, 0, 2390, 1000)),
    ((3000, 1000), (0.0, 0.5), "16:9", (0, 0, 1780, 1000)),
    ((3000, 1000), (0.9, 0.5), "16:9", (1220, 0, 3000, 1000)),
    ((1000, 3000), (0.5, 0.1), "3:4", (0, 0, 1000, 1333)),
    ((1000, 3000), (0.5, 0.5), "3:4", (0, 834, 1000, 2167)),
    ((1600, 900), (0.1, 0.1), "", None),
    ((1200, 1600), (0.1, 0.1), "", None),
    ((1810, 1000), (0.1, 0.1), "", None),  # two in a hundred more than shown: nobody sees it
    ((3000, 1000), (), "", None),
    ((3000, 1000), (0.5,), "", None),
    ((3000, 1000), (1.5, 0.5), "", None),
    ((3000, 1000), (float("nan"), 0.5), "", None),
]


@pytest.mark.parametrize(("size", "focus", "name", "box"), CUTS)
def test_the_part_that_is_shown(
    size: tuple[int, int], focus: tuple[float, ...], name: str, box: tuple[int, int, int, int] | None
) -> None:
    """The largest part of a shape that is shown, its middle as near the focus as the edges let it; else the whole."""
    frame = Frame(0.75, 1.78, focus)
    assert frame.cut(*size) == name
    assert box is None or frame.box(*size) == box


@given(
    width=st.integers(1, 5000), height=st.integers(1, 5000), x=st.floats(0, 1), y=st.floats(0, 1),
    low=st.floats(0.3, 1), high=st.floats(1, 3),
)  # fmt: skip
def test_the_focus_is_always_in_sight(width: int, height: int, x: float, y: float, low: float, high: float) -> None:
    """Whatever the sizes, the part lies within the photo, has pixels, and holds the focus."""
    left, top, right, bottom = Frame(low, high, (x, y)).box(width, height)
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert left - 1 <= x * width <= right + 1
    assert top - 1 <= y * height <= bottom + 1


@pytest.mark.parametrize(("ratio", "name"), [(1.78, "16:9"), (0.67, "2:3"), (1.91, "1.91:1"), (2, "2:1"), (3, "3:1")])
def test_shapes_have_names(ratio: float, name: str) -> None:
    """As editors call them."""
    assert named(ratio) == name


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("x", [0.05, 0.5, 0.95])
def test_a_panorama_keeps_its_focus(kind: str, x: float) -> None:
    """The spot is there after the cut, in a photo of the feed's shape; the same bytes come out each time."""
    data = saved(spotted(2400, 600, x, 0.5), kind)
    fitted = fit(data, FEED, (x, 0.5))
    image = opened(fitted.data).convert("RGB")
    assert (fitted.cropped, image.size) == ("16:9", (1068, 600))
    pixels = image.resize((image.width // 8, image.height // 8), Image.Resampling.BOX)
    spots = [near(colour, SPOT, 60) for _, colour in pixels.getcolors(100_000) or []]  # type: ignore[arg-type]
    assert any(spots)
    assert fit(data, FEED, (x, 0.5)) == fitted


def test_without_a_focus_nothing_is_cut() -> None:
    """Only an editor knows what may be left out: the photo goes whole, byte for byte."""
    data = saved(spotted(2400, 600, 0.5, 0.5))
    fitted = fit(data, FEED)
    assert (fitted.data, fitted.cropped) == (data, "")


def test_a_turned_photo_is_cut_as_it_is_seen() -> None:
    """The focus belongs to the photo as people see it, not to its stored pixels."""
    upright = spotted(600, 2400, 0.5, 0.9)
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    fitted = fit(saved(stored, exif=exif(orientation=6), quality=95), FEED, (0.5, 0.9))
    assert (fitted.width, fitted.height, fitted.cropped) == (600, 800, "3:4")
    assert near(pixel(opened(fitted.data), 0.5, (0.9 * 2400 - 1600) / 800), SPOT, 40)


@pytest.mark.parametrize("limits", [{"image_side": 500}, {"image_pixels": 90_000}, {"image_bytes": 9_000}])
def test_limits_hold_for_the_part(limits: dict[str, int]) -> None:
    """What is cut is not shrunk more than its own size asks for, and stays within every limit."""
    fitted = fit(saved(spotted(2400, 600, 0.5, 0.5)), replace(FEED, **limits), (0.5, 0.5))
    assert fitted.cropped == "16:9"
    assert not limits.get("image_side") or 495 <= max(fitted.width, fitted.height) <= 500
    assert not limits.get("image_pixels") or 85_000 <= fitted.width * fitted.height <= 90_000
    assert not limits.get("image_bytes") or len(fitted.data) <= 9_000


@pytest.mark.parametrize(("focus", "size"), [((0.5, 0.1), (1000, 523)), ((), (666, 1000))])
def test_a_cards_picture(focus: tuple[float, ...], size: tuple[int, int]) -> None:
    """A card's picture has the card's shape around the focus; without one it stays whole."""
    fitted = thumbnail(saved(spotted(1200, 1800, 0.5, 0.1)), max_bytes=0, ratio=1.91, focus=focus)
    assert (fitted.width, fitted.height) == size
