"""Drawings that stand for a newsroom's photos: the same bytes for the same name, another picture for another."""

from functools import lru_cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

SIZE = (1200, 675)
SKIES = (
    ((250, 214, 165), (74, 111, 165)),
    ((255, 183, 140), (94, 60, 108)),
    ((214, 234, 248), (52, 120, 180)),
    ((240, 240, 230), (120, 140, 130)),
    ((44, 62, 100), (10, 14, 35)),
    ((255, 228, 196), (180, 70, 60)),
)


@lru_cache(maxsize=256)
def draw(name: str, size: tuple[int, int] = SIZE) -> bytes:
    """A JPEG landscape or skyline for this name, `size` pixels wide and high."""
    chance = Random(name)  # noqa: S311 - a drawing must repeat, not be secret
    low, high = chance.choice(SKIES)
    image = _sky(size, low, high)
    pen = ImageDraw.Draw(image)
    _sun(pen, size, chance)
    scene = chance.choice((_hills, _city, _sea))
    scene(pen, size, chance)
    out = BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()


def _sky(size: tuple[int, int], low: tuple[int, int, int], high: tuple[int, int, int]) -> Image.Image:
    column = Image.new("RGB", (1, 2))
    column.putpixel((0, 0), high)
    column.putpixel((0, 1), low)
    return column.resize(size, Image.Resampling.BILINEAR)


def _sun(pen: ImageDraw.ImageDraw, size: tuple[int, int], chance: Random) -> None:
    width, height = size
    radius = height // chance.randint(8, 14)
    x, y = chance.randint(radius, width - radius), chance.randint(radius, height // 2)
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 244, chance.randint(190, 240)))


def _hills(pen: ImageDraw.ImageDraw, size: tuple[int, int], chance: Random) -> None:
    width, height = size
    tint = [chance.randint(40, 110) for _ in range(3)]
    for layer in range(4):
        base = height * (45 + 14 * layer) // 100
        ridge = [
            (x, base - chance.randint(0, height // 7)) for x in range(0, width + 1, width // chance.randint(5, 11))
        ]
        shade = tuple(max(channel - 16 * layer, 8) for channel in tint)
        pen.polygon([(0, height), *ridge, (width, base), (width, height)], fill=shade)


def _city(pen: ImageDraw.ImageDraw, size: tuple[int, int], chance: Random) -> None:
    width, height = size
    x = 0
    while x < width:
        wide, top = chance.randint(width // 24, width // 10), height - chance.randint(height // 5, height * 3 // 4)
        shade = chance.randint(25, 80)
        pen.rectangle((x, top, x + wide, height), fill=(shade, shade, shade + 15))
        _windows(pen, (x, top, x + wide, height), chance)
        x += wide + chance.randint(0, width // 60)


def _windows(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], chance: Random) -> None:
    left, top, right, bottom = box
    for y in range(top + 14, bottom - 14, 30):
        for x in range(left + 10, right - 16, 24):
            if chance.random() < 0.45:
                pen.rectangle((x, y, x + 9, y + 14), fill=(250, 222, 140))


def _sea(pen: ImageDraw.ImageDraw, size: tuple[int, int], chance: Random) -> None:
    width, height = size
    shore = height * chance.randint(50, 62) // 100
    pen.rectangle((0, shore, width, height), fill=(30, 70 + chance.randint(0, 50), 120))
    for _ in range(90):
        x, y = chance.randint(0, width), chance.randint(shore, height)
        pen.line((x, y, x + chance.randint(20, 110), y), fill=(150, 190, 215), width=2)
    for _ in range(chance.randint(1, 4)):
        x, y = chance.randint(60, width - 60), chance.randint(shore, shore + height // 4)
        pen.polygon([(x - 50, y), (x + 50, y), (x + 32, y + 22), (x - 32, y + 22)], fill=(70, 45, 40))
        pen.polygon([(x, y - 4), (x, y - 92), (x + 42, y - 4)], fill=(245, 240, 230))
