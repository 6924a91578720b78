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

    exif, iptc = exif_of(image), _iptc(image)
    kept = Pillow.Exif()
    for tag, records in _IPTC.items():
        value = _text(exif.get(tag)) or next((iptc[record] for record in records if iptc.get(record)), b"")
        if value:
            kept[tag] = value[:_LIMIT]
    return kept.tobytes() if len(kept) else b""


def _text(value: object) -> bytes:
    """Pillow reads EXIF text as Latin-1, whatever it is; this is what stood there."""
    return value.encode("latin-1", "replace").strip(b"\x00 ") if isinstance(value, str) else b""


def _iptc(image: Image) -> dict[tuple[int, int], bytes]:
    from PIL import IptcImagePlugin

    try:
        found = IptcImagePlugin.getiptcinfo(image) or {}  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - as in exif_of
        return {}
    return {record: value[0] if isinstance(value, list) else value for record, value in found.items()}
