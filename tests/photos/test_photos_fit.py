"""Photos as each platform takes them."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from syndicator.errors import PhotoError
from syndicator.models import Features
from syndicator.photos import fit, thumbnail
from tests.photos.make_photos import (
    CORNERS,
    PLAIN,
    WIDE,
    WITH_WEBP,
    Pixel,
    corners,
    exif,
    iptc,
    near,
    noisy,
    opened,
    pixel,
    saved,
    srgb_profile,
    with_segment,
)

PLATFORMS = {
    "5 MB": WIDE,
    "33 million pixels": replace(PLAIN, image_bytes=16_777_216, image_pixels=33_177_600, image_types=WITH_WEBP),
    "1 MB, 2000 a side": replace(PLAIN, image_bytes=1_000_000, image_side=2000),
    "JPEG only, small": replace(PLAIN, image_bytes=60_000, image_side=800, image_types=("image/jpeg",)),
    "few pixels": replace(PLAIN, image_pixels=90_000),
}


def secret_text() -> PngInfo:
    """Text chunks as programs write them."""
    chunks = PngInfo()
    chunks.add_text("note", "SECRET place")
    chunks.add_itxt("XML:com.adobe.xmp", "SECRET name")
    return chunks


def corner_colours(data: bytes) -> tuple[Pixel, ...]:
    """The middles of the four fields."""
    image = opened(data)
    return tuple(pixel(image, x, y) for y in (0.25, 0.75) for x in (0.25, 0.75))


@cache
def large(make: Callable[[int, int], Image.Image], kind: str) -> bytes:
    """A picture larger than some limits, made once."""
    return saved(make(1200, 700), kind)


@pytest.mark.parametrize("features", PLATFORMS.values(), ids=PLATFORMS)
@pytest.mark.parametrize("make", [corners, noisy], ids=["drawing", "photo"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_every_limit_is_kept(kind: str, make: Callable[[int, int], Image.Image], features: Features) -> None:
    """Whatever comes in, what goes out is within bytes, pixels, side and types, and is a whole image in RGB."""
    fitted = fit(large(make, kind), features)
    image = opened(fitted.data)
    assert fitted.mime in features.image_types
    assert image.get_format_mimetype() == fitted.mime
    assert (image.width, image.height, image.mode) == (fitted.width, fitted.height, "RGB")
    assert not features.image_bytes or len(fitted.data) <= features.image_bytes
    assert not features.image_pixels or fitted.width * fitted.height <= features.image_pixels
    assert not features.image_side or max(image.size) <= features.image_side
    assert abs(fitted.width / fitted.height - 1200 / 700) < 0.02


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    width=st.integers(1, 400),
    height=st.integers(1, 400),
    side=st.integers(0, 300),
    pixels=st.integers(0, 40_000),
    octets=st.one_of(st.just(0), st.integers(3_000, 30_000)),
)
def test_limits_hold_for_any_size(width: int, height: int, side: int, pixels: int, octets: int) -> None:
    """Any size fits into any limits, is never enlarged, and fitting what was fitted changes nothing."""
    features = replace(PLAIN, image_side=side, image_pixels=pixels, image_bytes=octets, image_types=("image/jpeg",))
    fitted = fit(saved(noisy(width + 1, height + 1), quality=95), features)
    assert 1 <= fitted.width <= width + 1
    assert 1 <= fitted.height <= height + 1
    assert not side or max(fitted.width, fitted.height) <= side
    assert not pixels or fitted.width * fitted.height <= pixels
    assert not octets or len(fitted.data) <= octets
    assert fit(fitted.data, features) == fitted


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize(
    ("orientation", "order"),
    [
        (1, (0, 1, 2, 3)),
        (2, (1, 0, 3, 2)),
        (3, (3, 2, 1, 0)),
        (4, (2, 3, 0, 1)),
        (5, (0, 2, 1, 3)),
        (6, (2, 0, 3, 1)),
        (7, (3, 1, 2, 0)),
        (8, (1, 3, 0, 2)),
    ],
)
def test_the_orientation_is_applied(kind: str, orientation: int, order: tuple[int, ...]) -> None:
    """The photo stands upright by its pixels, and no orientation is left to apply."""
    fitted = fit(saved(corners(), kind, exif=exif(orientation=orientation)), WIDE)
    assert (fitted.width > fitted.height) == (orientation < 5)
    assert all(near(found, CORNERS[index], 14) for found, index in zip(corner_colours(fitted.data), order, strict=True))
    assert opened(fitted.data).getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize("features", [WIDE, PLATFORMS["few pixels"]], ids=["as it is", "encoded anew"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_nothing_private_is_left(kind: str, features: Features) -> None:
    """Place, serial number and device are gone; artist and copyright stay."""
    data = saved(corners(), kind, exif=exif(gps=True, artist="Zoë Müller"))
    assert b"SERIAL-4711" in data
    fitted = fit(data, features)
    tags = opened(fitted.data).getexif()
    assert set(tags) == {0x013B, 0x8298}
    assert not tags.get_ifd(0x8825)
    assert b"SERIAL" not in fitted.data
    assert "© Zoë Müller".encode() in fitted.data


@pytest.mark.parametrize(
    "data",
    [
        saved(corners(), comment=b"SECRET place", xmp=b"<x:xmpmeta>SECRET name</x:xmpmeta>"),
        saved(corners(), "PNG", pnginfo=secret_text(), dpi=(300, 300)),
        saved(corners(), "WEBP", xmp=b"<x:xmpmeta>SECRET name</x:xmpmeta>"),
        saved(corners(), "AVIF", xmp=b"<x:xmpmeta>SECRET name</x:xmpmeta>"),
        saved(corners(), "GIF", comment=b"SECRET place"),
    ],
    ids=["JPEG", "PNG", "WEBP", "AVIF", "GIF"],
)
@pytest.mark.parametrize("types", WITH_WEBP)
def test_no_words_are_left_in_any_format(data: bytes, types: str) -> None:
    """Comments, XMP and text chunks do not travel into the new file."""
    assert b"SECRET" in data
    fitted = fit(data, replace(WIDE, image_side=200, image_types=(types,)))
    assert b"SECRET" not in fitted.data
    assert not {"comment", "xmp", "exif", "note", "XML:com.adobe.xmp"} & set(opened(fitted.data).info)


def test_the_credit_of_an_agency_moves_to_where_it_can_stay() -> None:
    """By-line and copyright notice of IPTC become artist and copyright; the rest of IPTC goes."""
    data = with_segment(saved(corners()), iptc("Ana Ñ".encode(), b"Example Agency"))
    fitted = fit(data, WIDE)
    tags = opened(fitted.data).getexif()
    assert tags[0x8298] == "Example Agency"
    assert tags[0x013B].encode("latin-1") == "Ana Ñ".encode()
    assert b"Photoshop" not in fitted.data


@pytest.mark.parametrize(
    "data",
    [
        saved(corners()),
        saved(corners(), quality=97, progressive=True, subsampling=0),
        saved(corners(mode="L")),
        saved(corners(), icc_profile=srgb_profile()),
        saved(corners(), exif=exif(artist="Zoë")),
    ],
    ids=["baseline", "progressive", "grey", "with sRGB profile", "with artist"],
)
def test_a_jpeg_that_fits_passes_byte_for_byte(data: bytes) -> None:
    """A JPEG with nothing to change goes out as it came in."""
    assert fit(data, WIDE).data == data


@pytest.mark.parametrize(
    "data",
    [
        saved(corners(), comment=b"made at home"),
        saved(corners(), exif=exif(gps=True)),
        with_segment(saved(corners()), b"\xff\xe1\x00\x20http://ns.adobe.com/xap/1.0/\x00x"),
        saved(corners()) + b"a film from the telephone",
        with_segment(saved(corners()), b"\xff\xff\xff"),
        saved(corners(), "MPO", save_all=True, append_images=[corners(64, 40)]),
    ],
    ids=["comment", "EXIF", "XMP", "trailing film", "filling", "second picture"],
)
def test_private_parts_are_cut_out_without_touching_the_pixels(data: bytes) -> None:
    """A JPEG that fits loses what is private and not one pixel's value."""
    fitted = fit(data, WIDE)
    assert len(fitted.data) < len(data)
    assert fitted.data == fit(saved(corners()), WIDE).data
    assert opened(fitted.data).tobytes() == opened(data).tobytes()


HALF_CLEAR = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
HALF_CLEAR.paste((200, 40, 40, 255), (0, 0, 200, 300))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "GIF"])
def test_what_shows_through_stays_so_where_png_is_taken(kind: str) -> None:
    """A cut-out stays a cut-out on platforms that take PNG."""
    fitted = fit(saved(HALF_CLEAR, kind), replace(WIDE, image_side=200))
    image = opened(fitted.data)
    assert (fitted.mime, image.mode) == ("image/png", "RGBA")
    assert image.getchannel("A").getextrema() == (0, 255)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "GIF"])
def test_what_shows_through_is_laid_on_white_elsewhere(kind: str) -> None:
    """A cut-out gets white paper, never black, where only JPEG is taken, and no dark fringe."""
    image = opened(fit(saved(HALF_CLEAR, kind), replace(WIDE, image_types=("image/jpeg",))).data)
    assert near(pixel(image, 0.9, 0.5), (255, 255, 255), 6)
    assert near(pixel(image, 0.2, 0.5), (200, 40, 40), 10)


@pytest.mark.parametrize(
    ("image", "kind", "features", "mime"),
    [
        (corners(), "PNG", WIDE, "image/png"),
        (corners(), "GIF", WIDE, "image/png"),
        (noisy(640, 400), "PNG", WIDE, "image/jpeg"),
        (noisy(640, 400).convert("RGBA"), "PNG", WIDE, "image/jpeg"),
        (Image.effect_noise((64, 400), 90), "PNG", WIDE, "image/jpeg"),
        (Image.effect_noise((64, 400), 90).convert("RGB"), "PNG", WIDE, "image/jpeg"),
        (Image.effect_noise((64, 400), 90).convert("RGB"), "WEBP", WIDE, "image/jpeg"),
        (corners(mode="L"), "PNG", WIDE, "image/png"),
        (corners(), "PNG", replace(WIDE, image_types=("image/jpeg", "image/webp")), "image/jpeg"),
        (corners(), "PNG", replace(WIDE, image_types=("image/webp",)), "image/webp"),
        (noisy(64, 40), "JPEG", replace(WIDE, image_types=("image/png",)), "image/png"),
        (noisy(640, 400).quantize(200), "PNG", replace(WIDE, image_bytes=90_000), "image/jpeg"),
    ],
)
def test_the_format_suits_the_picture(image: Image.Image, kind: str, features: Features, mime: str) -> None:
    """Drawings stay PNG while they fit, photos become JPEG, and only a platform without JPEG gets another."""
    assert fit(saved(image, kind), features).mime == mime


def test_an_animation_goes_as_its_first_frame() -> None:
    """Of a GIF the first frame goes, as a still of another type."""
    data = saved(corners(), "GIF", save_all=True, append_images=[noisy(640, 400)], duration=100)
    fitted = fit(data, WIDE)
    assert fitted.mime == "image/png"
    assert all(near(found, wanted, 6) for found, wanted in zip(corner_colours(fitted.data), CORNERS, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_the_same_bytes_give_the_same_bytes(kind: str) -> None:
    """Fitting twice gives one file, so that a version is changed only by a changed photo."""
    data = saved(noisy(900, 600), kind)
    assert fit(data, PLATFORMS["few pixels"]) == fit(data, PLATFORMS["few pixels"])


def test_a_photo_cut_off_does_not_pass_untouched() -> None:
    """A JPEG that would pass as it is has to be whole."""
    data = saved(noisy(640, 400))
    with pytest.raises(PhotoError, match="cut off or damaged"):
        fit(data[: len(data) // 2], WIDE)
    with pytest.raises(PhotoError, match="cut off or damaged"):
        fit(data[: len(data) // 2] + b"\xff\xd9"[:1], replace(WIDE, image_side=100))


@pytest.mark.parametrize(
    ("features", "words"),
    [
        (replace(WIDE, image_bytes=100), "cannot be made smaller than 100 bytes"),
        (replace(WIDE, image_types=("image/heic",)), "no image format in common"),
    ],
)
def test_what_cannot_be_fitted_is_said(features: Features, words: str) -> None:
    """Limits no photo can meet are an error in words, not a loop."""
    with pytest.raises(PhotoError, match=words):
        fit(saved(noisy(64, 40)), features)


@pytest.mark.parametrize(("max_bytes", "max_side"), [(0, 1000), (60_000, 1000), (8_000, 1000), (20_000, 120)])
def test_a_thumbnail_is_a_small_jpeg(max_bytes: int, max_side: int) -> None:
    """A thumbnail is a JPEG within its bytes and side."""
    small = thumbnail(saved(noisy(1600, 900), "PNG"), max_bytes=max_bytes, max_side=max_side)
    assert small.mime == opened(small.data).get_format_mimetype() == "image/jpeg"
    assert max(small.width, small.height) <= max_side
    assert not max_bytes or len(small.data) <= max_bytes


def test_a_long_strip_keeps_a_pixel() -> None:
    """A very long picture shrinks to a line, not to nothing."""
    fitted = fit(saved(Image.new("RGB", (6000, 2), CORNERS[0])), replace(PLAIN, image_side=100))
    assert (fitted.width, fitted.height) == (100, 1)
