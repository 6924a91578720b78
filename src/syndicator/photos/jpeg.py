"""The segments of a JPEG file: what a photo needs to be seen, and what it tells about its maker.

Markers after ITU-T T.81, table B.1; EXIF in APP1 after CIPA DC-008.
"""

import re

APP0, APP1, APP2, APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_EOI, _SOS = 0xD9, 0xDA
_CODING = frozenset((0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD, _SOS, _EOI))  # baseline to progressive, tables, restarts
_RARE = frozenset((0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCC, 0xCD, 0xCE, 0xCF, 0xDC))  # lossless, arithmetic …
_APPLICATION = {APP2: b"ICC_PROFILE\x00", APP14: b"Adobe"}
_STANDALONE = frozenset((0x01, *range(0xD0, 0xD9)))
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_JFIF_BYTES = 18  # marker, length and header of an APP0 without a thumbnail

Segment = tuple[int, bytes]


def segments(data: bytes) -> list[Segment] | None:
    """Marker and bytes (marker included) of each segment up to the end of the picture; a scan goes with its coded
    pixels. None when the file is not in order.
    """
    found: list[Segment] = []
    at = 2
    while data[at : at + 1] == b"\xff" and at + 1 < len(data):
        marker = data[at + 1]
        if marker == _EOI:
            return [*found, (marker, data[at : at + 2])]
        if marker == 0xFF:  # filling
            at += 1
            continue
        end = _end(data, at, marker)
        if end is None:
            return None
        found.append((marker, data[at:end]))
        at = end
    return None


def _end(data: bytes, at: int, marker: int) -> int | None:
    if marker in _STANDALONE:
        return None
    length = int.from_bytes(data[at + 2 : at + 4], "big")
    if length < 2:
        return None
    if marker != _SOS:
        return at + 2 + length
    following = _NEXT_MARKER.search(data, at + 2 + length)
    return following.start() if following else None


def scans(data: bytes) -> int:
    """How many passes over the pixels the file asks for; 0 when it is not in order."""
    return sum(1 for marker, _ in segments(data) or () if marker == _SOS)


def stripped(data: bytes, exif: bytes) -> bytes | None:
    """The same coded pixels without comments, thumbnails, XMP, IPTC and trailing data, and with `exif` (with its
    "Exif" header, may be empty) in place of the EXIF.

    Equal to `data` when there was nothing to drop. None when the file is not in order or coded in a way that not
    every viewer reads.
    """
    found = segments(data)
    if found is None or any(marker in _RARE for marker, _ in found):
        return None
    kept = [segment for marker, segment in found if _needed(marker, segment)]
    if exif:
        after_jfif = 1 if kept[0][1] == APP0 else 0
        kept.insert(after_jfif, bytes((0xFF, APP1)) + (len(exif) + 2).to_bytes(2, "big") + exif)
    return b"".join((data[:2], *kept))


def _needed(marker: int, segment: bytes) -> bool:
    if marker == APP0:
        return segment.startswith(b"JFIF\x00", 4) and len(segment) == _JFIF_BYTES
    name = _APPLICATION.get(marker)
    return marker in _CODING or (name is not None and segment.startswith(name, 4))
