"""The colours of every mode and profile, as they arrive on a platform.

Expected values are worked out from the primaries' D65 matrices and the sRGB curve (IEC 61966-2-1), not by the library.
"""

from dataclasses import replace

import pytest
from PIL import Image

from syndicator.photos import fit
from tests.photos.make_photos import (
    ADOBE,
    GAMMA,
    P3,
    SRGB,
    WIDE,
    Pixel,
    cmyk_profile,
    near,
    opened,
    pixel,
    rgb_profile,
    saved,
)


@pytest.mark.parametrize(
    ("primaries", "gamma", "stored", "shown"),
    [
        (ADOBE, GAMMA, (100, 150, 200), (66, 151, 203)),
        (ADOBE, GAMMA, (180, 120, 90), (199, 121, 88)),
        (ADOBE, GAMMA, (128, 128, 128), (129, 129, 129)),
        (P3, 2.2, (100, 150, 200), (83, 153, 206)),
        (P3, 2.2, (180, 120, 90), (192, 117, 83)),
        (SRGB, 2.2, (100, 150, 200), (100, 150, 200)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_wide_colours_become_the_same_colours_in_srgb(
    kind: str, primaries: tuple[tuple[float, float, float], ...], gamma: float, stored: Pixel, shown: Pixel
) -> None:
    """Adobe RGB and Display P3 look on the platform as they looked in the newsroom, and no profile is left."""
    data = saved(Image.new("RGB", (64, 64), stored), kind, icc_profile=rgb_profile(primaries, gamma))
    image = opened(fit(data, WIDE).data)
    assert near(pixel(image, 0.5, 0.5), shown, 4)
    assert primaries is SRGB or "icc_profile" not in image.info


def test_a_profile_is_judged_by_its_numbers() -> None:
    """A wide profile that calls itself sRGB is still converted."""
    data = saved(Image.new("RGB", (64, 64), (100, 150, 200)), icc_profile=rgb_profile(ADOBE, name="sRGB IEC61966-2.1"))
    assert near(pixel(opened(fit(data, WIDE).data), 0.5, 0.5), (66, 151, 203), 5)


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (saved(Image.new("CMYK", (64, 64), (255, 0, 0, 0)), icc_profile=cmyk_profile((0, 150, 210))), (0, 150, 210)),
        (saved(Image.new("CMYK", (64, 64), (0, 0, 0, 0)), icc_profile=cmyk_profile((0, 150, 210))), (255, 255, 255)),
        (saved(Image.new("CMYK", (64, 64), (0, 255, 255, 0))), (255, 0, 0)),
        (saved(Image.new("I;16", (64, 64), 32896), "PNG"), (128, 128, 128)),
        (saved(Image.new("I;16", (64, 64), 65535), "PNG"), (255, 255, 255)),
        (saved(Image.new("1", (64, 64), 1), "PNG"), (255, 255, 255)),
        (saved(Image.new("LA", (64, 64), (90, 255)), "PNG"), (90, 90, 90)),
        (saved(Image.new("RGB", (64, 64), (200, 40, 40)).quantize(8), "PNG"), (200, 40, 40)),
        (saved(Image.new("RGB", (64, 64), (200, 40, 40)), icc_profile=b"no profile at all"), (200, 40, 40)),
        (saved(Image.new("RGB", (64, 64), (200, 40, 40)), icc_profile=cmyk_profile((0, 1, 2))), (200, 40, 40)),
        (saved(Image.new("L", (64, 64), 128), icc_profile=rgb_profile(ADOBE)), (129, 129, 129)),
    ],
    ids=["press", "paper", "no press", "16 bit", "16 bit white", "1 bit", "grey alpha", "palette", "rubbish profile",
         "profile of another space", "grey in a wide profile"],
)  # fmt: skip
def test_every_mode_becomes_rgb_of_the_right_colour(data: bytes, shown: Pixel) -> None:
    """CMYK, sixteen bits, palettes and greys come out in the colour they stand for."""
    image = opened(fit(data, replace(WIDE, image_side=32)).data)
    assert image.mode == "RGB"
    assert near(pixel(image, 0.5, 0.5), shown, 6)
