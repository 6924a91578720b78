"""Which bytes are taken as a photo, and what is said about the others."""

import subprocess
import sys
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from syndicator.errors import PhotoError
from syndicator.models import Features
from syndicator.photos import MAX_BYTES, Fitted, Original, fit, verify
from tests.photos.make_photos import (
    P3,
    corners,
    exif,
    gif_claiming,
    many_scans,
    noisy,
    png_chunk,
    png_of,
    rgb_profile,
    saved,
)

BOMB = zlib.compress(bytes(64_000_000))
SOUND = saved(noisy(320, 200))
SAMPLES = {
    kind: saved(corners(48, 32), kind, exif=exif(gps=True, artist="Zoë", orientation=6), icc_profile=rgb_profile(P3))
    for kind in ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
}
FEATURES = Features(
    platform="plain", label="Plain", monogram="P", count="codepoints", text_limit=500, image_bytes=5_000_000
)


def animation(kind: str) -> bytes:
    """Two frames."""
    out = BytesIO()
    corners(60, 40).save(out, kind, save_all=True, append_images=[noisy(60, 40)], duration=100)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "mime"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/webp"),
        ("AVIF", "image/avif"),
        ("GIF", "image/gif"),
    ],
)
def test_each_format_is_known_by_its_bytes(kind: str, mime: str) -> None:
    """Type and size are read from the bytes, whatever the file was called."""
    data = saved(corners(64, 40), kind)
    assert verify(data) == Original(mime, 64, 40, False, data)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_an_animation_is_told(kind: str) -> None:
    """More than one frame makes an animation."""
    assert verify(animation(kind)).animated


def test_a_telephone_jpeg_with_a_second_picture_is_a_still() -> None:
    """Multi-picture JPEGs count as JPEG, not as an animation."""
    data = saved(corners(64, 40), "MPO", save_all=True, append_images=[corners(64, 40)])
    photo = verify(data)
    assert (photo.mime, photo.animated) == ("image/jpeg", False)


@pytest.mark.parametrize(("orientation", "size"), [(1, (64, 40)), (3, (64, 40)), (6, (40, 64)), (8, (40, 64))])
def test_sizes_are_as_shown(orientation: int, size: tuple[int, int]) -> None:
    """Width and height are those after the EXIF orientation."""
    photo = verify(saved(corners(64, 40), exif=exif(orientation=orientation)))
    assert (photo.width, photo.height) == size


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"hello, this is a text named photo.jpg", "not an image (text)"),
        (b"\n<!DOCTYPE html><html><body>login</body></html>", "not an image (text/html)"),
        (b"<html><svg></svg></html>", "not an image (text/html)"),
        (b"<rss/>", "not an image (text/xml)"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- drawn --><svg/>", "SVG"),
        (b"%PDF-1.7", "application/pdf"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "image/heic"),
        (b"\x00\x00\x00\x18ftypisom" + bytes(40), "video/mp4"),
        (b"\x00\x00\x00\x18ftypavif" + bytes(40), "unknown type"),
        (saved(corners(16, 16), "TIFF"), "image/tiff"),
        (saved(corners(16, 16), "BMP"), "image/bmp"),
        (bytes(MAX_BYTES + 1), "larger than 50 MB"),
        (b"\x89PNG\r\n\x1a\n", "not an image"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_photo_is_named(data: bytes, words: str) -> None:
    """What is not one of the five formats is refused in one sentence that names it."""
    with pytest.raises(PhotoError) as caught:
        verify(data)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_photo_cut_off_is_refused(kind: str, share: float) -> None:
    """A download that broke off is not taken for a photo."""
    data = saved(noisy(320, 200), kind)
    with pytest.raises(PhotoError):
        verify(data[: int(len(data) * share)])


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (png_of(10_001, 10_000), "100 million pixels"),
        (png_of(60_000, 60_000), "100 million pixels"),
        (gif_claiming(60_000, 60_000), "100 million pixels"),
        (gif_claiming(12_000, 12_000), "100 million pixels"),
        (png_of(8, 8, png_chunk(b"zTXt", b"note\x00\x00" + BOMB)), "bomb"),
        (png_of(8, 8, png_chunk(b"iCCP", b"icc\x00\x00" + BOMB)), "bomb"),
        (png_of(8, 8, png_chunk(b"iTXt", b"note\x00\x01\x00\x00\x00" + BOMB)), "bomb"),
        (many_scans(200), "scans"),
    ],
    ids=["too large", "far too large", "GIF frame", "GIF frame, smaller", "zTXt", "iCCP", "iTXt", "scans"],
)
def test_bombs_are_refused_before_they_go_off(data: bytes, words: str) -> None:
    """Small files that would unfold into large memory or long work are refused from their headers."""
    assert len(data) < 100_000
    with pytest.raises(PhotoError, match=words):
        verify(data)


def test_a_bomb_is_a_refusal_under_strict_warnings() -> None:
    """The limit holds whether or not the library's own warnings are errors."""
    code = "from syndicator.photos import verify; verify(sys.stdin.buffer.read())"
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import sys; sys.path = {sys.path!r}; {code}"],
        input=png_of(10_001, 10_000),
        capture_output=True,
        timeout=30,
    )
    assert b"PhotoError: the photo has more than 100 million pixels" in run.stderr


def test_many_but_honest_scans_are_taken() -> None:
    """A progressive JPEG is no bomb."""
    assert verify(many_scans(3)).mime == "image/jpeg"


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize(
    "rubbish", [b"MM\x00*\xff\xff\xff\xff" + bytes(40), b"rubbish", b"MM\x00*\x00\x00\x00\x08\x00\xff"]
)
def test_metadata_in_disorder_is_no_reason_to_refuse(rubbish: bytes) -> None:
    """A photo whose EXIF is rubbish is still a photo, and goes without it."""
    data = saved(corners(48, 32), exif=b"Exif\x00\x00" + rubbish)
    assert verify(data).width == 48
    assert fit(data, FEATURES).data == saved(corners(48, 32))


@pytest.mark.filterwarnings("ignore:::PIL")
@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(sorted(SAMPLES)), at=st.floats(0, 1), rubbish=st.binary(min_size=1, max_size=8))
def test_damage_anywhere_is_a_photo_or_a_photo_error(kind: str, at: float, rubbish: bytes) -> None:
    """Whatever happened to the bytes on their way, the answer is a photo or a PhotoError."""
    data = bytearray(SAMPLES[kind])
    start = int(at * (len(data) - 1))
    data[start : start + len(rubbish)] = rubbish
    try:
        outcome: Fitted | PhotoError = fit(bytes(data), FEATURES)
    except PhotoError as error:
        outcome = error
    assert isinstance(outcome, PhotoError) or outcome.mime in FEATURES.image_types


def test_the_package_loads_no_image_library() -> None:
    """Importing the photos costs no image library until the first photo."""
    code = f"import sys; sys.path = {sys.path!r}; import syndicator.photos; print('PIL' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert run.stdout.strip() == "False"


def test_the_size_limit_itself_is_allowed() -> None:
    """Zeroes behind a photo up to the limit do not matter."""
    data = SOUND + bytes(MAX_BYTES - len(SOUND))
    assert verify(data).width == 320
    assert Image.open(BytesIO(data)).size == (320, 200)
