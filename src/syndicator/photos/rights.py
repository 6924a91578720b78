"""Who made a photo and whose it is: the one thing its metadata tells that travels with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syndicator.photos.original import exif_of

if TYPE_CHECKING:
    from PIL.Image import Image

_ARTIST, _COPYRIGHT = 0x013B, 0x8298
_IPTC = {_ARTIST: ((2, 80), (2, 110)), _COPYRIGHT: ((2, 116),)}  # by-line, else credit; copyright notice
_LIMIT = 500  # bytes of each


def rights(image: Image) -> bytes:
    """EXIF holding artist and copyright alone, from the image's EXIF or else its IPTC; empty when it names neither.

    Bytes begin with the "Exif" header; the texts are UTF-8 or whatever the photo had.
    """
    from PIL import Image as Pillow

    exif, records = exif_of(image), iptc(image)
    kept = Pillow.Exif()
    for tag, datasets in _IPTC.items():
        value = _text(exif.get(tag)) or next((records[one] for one in datasets if records.get(one)), b"")
        if value:
            kept[tag] = value[:_LIMIT]
    return kept.tobytes() if len(kept) else b""


def _text(value: object) -> bytes:
    """Pillow reads EXIF text as Latin-1, whatever it is; this is what stood there."""
    return value.encode("latin-1", "replace").strip(b"\x00 ") if isinstance(value, str) else b""


def iptc(image: Image) -> dict[tuple[int, int], bytes]:
    """The IIM datasets of an opened image by their numbers, repeated ones joined by commas; none when unreadable."""
    from PIL import IptcImagePlugin

    try:
        found = IptcImagePlugin.getiptcinfo(image) or {}  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - as in exif_of
        return {}
    return {
        number: b", ".join(filter(None, value if isinstance(value, list) else [value]))
        for number, value in found.items()
    }
