"""Shrinking a photo to what a platform takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from math import sqrt
from typing import TYPE_CHECKING

from syndicator.errors import PhotoError
from syndicator.models import Features
from syndicator.photos import colour, jpeg
from syndicator.photos.crop import Frame
from syndicator.photos.original import MIMES, TURNED, guarded, opened, orientation, prove
from syndicator.photos.rights import rights

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
_QUALITIES = {JPEG: (88, 80, 72, 66, 60), WEBP: (88, 80, 72, 66, 60), PNG: (0,)}
_FEED_SIDE = 4096  # no feed shows more; a photo that is encoded anew gets no larger
_FEW_COLOURS = 1024  # drawings with smoothed edges stay below, photos far above
_FEW_GREYS = 64  # a grey photo never has more than 256
_NEARLY_GREY = 4  # of 255: what a lossy format makes of grey
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Fitted:
    """A still image a platform takes, in sRGB, upright, without private metadata. Sizes in pixels.

    `cropped` names the shape it was cut to around its focus ("16:9"), "" for a whole photo.
    """

    data: bytes = field(repr=False)
    mime: str
    width: int
    height: int
    cropped: str = ""


@dataclass(frozen=True, slots=True)
class _Limits:
    """0 means no limit."""

    types: tuple[str, ...]
    octets: int
    pixels: int
    side: int

    def scale(self, width: float, height: float) -> float:
        """By how much a size has to shrink, 1.0 when it is within the limits."""
        by_side = self.side / max(width, height) if self.side else 1.0
        by_pixels = sqrt(self.pixels / (width * height)) if self.pixels else 1.0
        return min(1.0, by_side, by_pixels)

    def holds(self, data: bytes) -> bool:
        return not self.octets or len(data) <= self.octets


def fit(data: bytes, features: Features, focus: tuple[float, ...] = ()) -> Fitted:
    """The photo as the platform takes it: within its bytes, pixels, side and types, sRGB, upright.

    A JPEG within the limits keeps its coded pixels: the file stays byte for byte the same when it holds nothing
    private, otherwise that is cut out. Graphics and what shows through become PNG where that is taken and fits,
    everything else JPEG, on white. Of an animation the first frame goes, as a still. Of the metadata artist and
    copyright stay. The same bytes in give the same bytes out.

    With a `focus` (as in Photo) a photo of a shape that the platform's feed would cut is cut here, so that the focus
    stays in sight. Without one it stays whole: nobody but an editor knows what may be left out.

    Raises PhotoError for what `verify` refuses, and when the photo cannot be made small enough.
    """
    limits = _Limits(features.image_types, features.image_bytes, features.image_pixels, features.image_side)
    return _fit(data, limits, Frame(*features.preview.photo_ratio, focus))


def thumbnail(
    data: bytes, *, max_bytes: int, max_side: int = 1000, ratio: float = 0, focus: tuple[float, ...] = ()
) -> Fitted:
    """A JPEG for a link card or the desk, at most `max_bytes` (0: any) large and `max_side` pixels wide and high.

    With a `ratio` (width / height) and a focus it is cut to that shape. Otherwise as `fit`. Raises PhotoError.
    """
    return _fit(data, _Limits((JPEG,), max_bytes, 0, max_side), Frame(ratio, ratio, focus if ratio else ()))


def _fit(data: bytes, limits: _Limits, frame: Frame) -> Fitted:
    image = opened(data)
    with guarded():
        cropped = frame.cut(*_shown(image))
        if cropped:
            return replace(_encoded_anew(image, limits, frame), cropped=cropped)
        return _as_it_is(image, data, limits) or _encoded_anew(image, limits)


def _shown(image: Image) -> tuple[int, int]:
    """Width and height as a viewer shows it."""
    return (image.height, image.width) if orientation(image) in TURNED else (image.width, image.height)


def _as_it_is(image: ImageFile, data: bytes, limits: _Limits) -> Fitted | None:
    """The JPEG with its own coded pixels, or None when it has to be encoded anew."""
    width, height = image.size
    if MIMES[str(image.format)] != JPEG or JPEG not in limits.types or limits.scale(width, height) < 1:
        return None
    icc = image.info.get("icc_profile")
    if image.mode not in ("L", "RGB") or orientation(image) != 1 or (icc and not colour.is_srgb(icc)):
        return None
    kept = jpeg.stripped(data, rights(image))
    if kept is None or not limits.holds(kept):
        return None
    prove(image)
    return Fitted(kept, JPEG, width, height)


def _encoded_anew(image: ImageFile, limits: _Limits, frame: Frame | None = None) -> Fitted:
    lossy = MIMES[str(image.format)] == JPEG
    bounds = _Limits(limits.types, limits.octets, limits.pixels, min(limits.side or _FEED_SIDE, _FEED_SIDE))
    part = frame.size(*_shown(image)) if frame else image.size
    size = _smaller(image.size, bounds.scale(*part))
    image.draft(None, size)
    image.load()
    exif, turn, icc = rights(image), orientation(image), image.info.get("icc_profile")
    pixels = colour.plain(image)
    keep_png = not lossy and PNG in limits.types and _graphic(pixels)
    pixels = _upright(colour.to_srgb(_resized(pixels, size), icc), turn)
    if frame:
        pixels = pixels.crop(frame.box(*pixels.size))
    pixels.info.clear()  # Pillow would write the original's comment and transparent colour from there
    if keep_png and bounds.holds(coded := _encode(pixels, PNG, 0, exif)):
        return Fitted(coded, PNG, *pixels.size)
    mime = next((mime for mime in (JPEG, WEBP, PNG) if mime in limits.types), "")
    if not mime:
        raise PhotoError(f"no image format in common: the platform takes {', '.join(limits.types) or 'none'}")
    return _within(colour.on_white(pixels) if mime == JPEG else pixels, mime, bounds, exif)


def _within(pixels: Image, mime: str, limits: _Limits, exif: bytes) -> Fitted:
    """The best quality that holds the limit in bytes, then a smaller size."""
    for smaller, coded in _tries(pixels, mime, limits.octets, exif):
        if limits.holds(coded):
            return Fitted(coded, mime, *smaller.size)
    raise PhotoError(f"the photo cannot be made smaller than {limits.octets} bytes")


def _tries(pixels: Image, mime: str, octets: int, exif: bytes) -> Iterator[tuple[Image, bytes]]:
    for _ in range(_ROUNDS):
        coded = b""
        for quality in _QUALITIES[mime]:
            coded = _encode(pixels, mime, quality, exif)
            yield pixels, coded
        pixels = _resized(pixels, _smaller(pixels.size, min(0.9, sqrt(octets / len(coded)))))


def _encode(pixels: Image, mime: str, quality: int, exif: bytes) -> bytes:
    out = BytesIO()
    options = {
        JPEG: {"quality": quality, "optimize": True},
        WEBP: {"quality": quality, "method": 4},
        PNG: {"compress_level": 6},
    }
    pixels.save(out, mime.removeprefix("image/"), exif=exif, **options[mime])
    return out.getvalue()


def _graphic(pixels: Image) -> bool:
    """Whether a plain image shows something through or has so few colours that it must be drawn."""
    if colour.see_through(pixels):
        return True
    found = pixels.getcolors(_FEW_COLOURS)
    if found is None:
        return False
    grey = all(_spread(value) <= _NEARLY_GREY for _, value in found)
    return not grey or len(found) <= _FEW_GREYS


def _spread(value: float | tuple[float, ...]) -> float:
    """How far a colour's channels, alpha left out, lie apart."""
    return max(value[:3]) - min(value[:3]) if isinstance(value, tuple) and len(value) > 2 else 0


def _smaller(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return (max(1, int(size[0] * scale)), max(1, int(size[1] * scale))) if scale < 1 else size


def _resized(pixels: Image, size: tuple[int, int]) -> Image:
    from PIL.Image import Resampling

    return pixels if pixels.size == size else pixels.resize(size, Resampling.LANCZOS, reducing_gap=3.0)


def _upright(pixels: Image, turn: int) -> Image:
    """The pixels after an EXIF orientation (CIPA DC-008, tag 274)."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return pixels.transpose(turns[turn]) if turn in turns else pixels
