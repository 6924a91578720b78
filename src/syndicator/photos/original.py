"""Opening foreign bytes as one of five image formats, or saying in a sentence why not."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from syndicator.errors import PhotoError
from syndicator.photos import jpeg

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

MAX_BYTES = 50_000_000
MAX_PIXELS = 100_000_000
MAX_SCANS = 100  # encoders in use write about ten; each one more costs a pass over all pixels

MIMES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # a JPEG with further pictures behind it, as telephones and cameras write
    "PNG": "image/png",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
    "GIF": "image/gif",
}
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
ACCEPTED = "JPEG, PNG, WebP, AVIF and GIF are taken"
_TOO_MANY = f"the photo has more than {MAX_PIXELS // 1_000_000} million pixels"

ORIENTATION = 0x0112
TURNED = (5, 6, 7, 8)  # EXIF orientations that swap width and height

_OTHERS = (  # offset, first bytes, what they are
    (0, b"%PDF", "application/pdf"),
    (0, b"\x1f\x8b", "compressed data"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"8BPS", "image/vnd.adobe.photoshop"),
    (0, b"\xff\x0a", "image/jxl"),
    (4, b"JXL ", "image/jxl"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftyphevc", "image/heic"),
    (4, b"ftyp", "video/mp4"),
)
_AVIF_BRANDS = (b"avif", b"avis", b"mif1", b"msf1")


@dataclass(frozen=True, slots=True)
class Original:
    """A photo proved to be one. Width and height in pixels are as a viewer shows it, after its EXIF orientation."""

    mime: str
    width: int
    height: int
    animated: bool
    data: bytes = field(repr=False)


def verify(data: bytes) -> Original:
    """The photo behind the bytes, decoded once to prove that it is whole.

    Raises PhotoError: empty, over MAX_BYTES, SVG, another type, over MAX_PIXELS (judged from the header, before
    anything is decoded), cut off, damaged, or a decompression bomb.
    """
    image = opened(data)
    width, height = image.size
    animated = image.format != "MPO" and bool(getattr(image, "is_animated", False))
    mime = MIMES[str(image.format)]
    prove(image)
    if orientation(image) in TURNED:
        width, height = height, width
    return Original(mime, width, height, animated, data)


def opened(data: bytes) -> ImageFile:
    """The image with its header read and judged, its pixels not yet decoded. Raises PhotoError."""
    _refuse_others(data)
    _prepare()
    from PIL import Image, UnidentifiedImageError

    with guarded():
        try:
            image = Image.open(BytesIO(data), formats=FORMATS)
        except UnidentifiedImageError as error:
            raise PhotoError(f"the photo is not an image ({_kind(data)}); {ACCEPTED}") from error
    if image.width * image.height > MAX_PIXELS:
        raise PhotoError(_TOO_MANY)
    if MIMES[str(image.format)] == "image/jpeg" and jpeg.scans(data) > MAX_SCANS:
        raise PhotoError(f"the photo is a decompression bomb: a JPEG of more than {MAX_SCANS} scans")
    return image


def prove(image: ImageFile) -> None:
    """Decodes the whole image, a JPEG at an eighth of its size. Raises PhotoError when it is cut off or damaged."""
    with guarded():
        image.draft(None, (1, 1))
        image.load()


def orientation(image: Image) -> int:
    """The EXIF orientation to apply, 1 to 8; 1 when there is none or it makes no sense.

    XMP is left out on purpose: browsers do not turn a photo by it.
    """
    value = exif_of(image).get(ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def exif_of(image: Image) -> dict[int, object]:
    """The main EXIF tags of an opened image; none when they cannot be read. A PNG's may come behind its pixels."""
    from PIL import Image as Pillow

    exif = Pillow.Exif()
    try:
        exif.load(image.info.get("exif", b""))
        return dict(exif)
    except Exception:  # noqa: BLE001 - metadata in disorder is no reason to refuse a photo that can be seen
        return {}


@contextmanager
def guarded() -> Iterator[None]:
    """Turns whatever a decoder raises over foreign bytes into a PhotoError."""
    from PIL import Image

    try:
        yield
    except PhotoError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoError(_TOO_MANY) from error
    except MemoryError as error:
        raise PhotoError("the photo needs more memory than there is") from error
    except ValueError as error:
        raise PhotoError(f"the photo is damaged or a decompression bomb: {error}") from error
    except Exception as error:  # no decoder promises which errors it raises
        raise PhotoError(f"the photo is cut off or damaged: {error}") from error


@cache
def _prepare() -> None:
    """Lets Pillow take as many pixels as we do, and say nothing on its own: what counts becomes a PhotoError."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.filterwarnings("ignore", module="PIL")


def _refuse_others(data: bytes) -> None:
    if not data:
        raise PhotoError("the photo is empty")
    if len(data) > MAX_BYTES:
        raise PhotoError(f"the photo is larger than {MAX_BYTES // 1_000_000} MB")
    if _kind(data) == "image/svg+xml":
        raise PhotoError(f"the photo is an SVG drawing, which no platform takes; {ACCEPTED}")


def _kind(data: bytes) -> str:
    """What bytes that are none of our formats seem to be."""
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"<"):
        return _markup(start)
    for offset, magic, name in _OTHERS:
        if data.startswith(magic, offset) and data[8:12] not in _AVIF_BRANDS:
            return name
    return "text" if start and start.isascii() and b"\x00" not in start else "unknown type"


def _markup(start: bytes) -> str:
    svg, html = start.find(b"<svg"), start.find(b"<html")
    if start.startswith(b"<!doctype html") or 0 <= html < svg:
        return "text/html"
    if svg >= 0 or b"<!doctype svg" in start:
        return "image/svg+xml"
    return "text/html" if html >= 0 else "text/xml"
