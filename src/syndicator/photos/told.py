"""What a photo's own bytes say of it: caption, alternative text, credit, usage terms, and where its subject is.

Fields after the IPTC Photo Metadata Standard 2025.1 (2025-11-03) in XMP, and after the IPTC-NAA Information Interchange
Model 4.2 (2014-07) as record 2 datasets. Where a photo has both, XMP goes first, as that standard recommends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndicator.photos import xmp
from syndicator.photos.original import opened, orientation
from syndicator.photos.rights import iptc
from syndicator.text import oneline

if TYPE_CHECKING:
    from PIL.Image import Image

_DC = "http://purl.org/dc/elements/1.1/ "
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/ "
_IPTC_CORE = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/ "
_XMP_RIGHTS = "http://ns.adobe.com/xap/1.0/rights/ "
# Metadata Working Group, Guidelines for Handling Image Metadata 2.0 (2010-11), 5.9: image regions.
_REGIONS = "http://www.metadataworkinggroup.com/schemas/regions/ "
_AREA = "http://ns.adobe.com/xmp/sType/Area# "

# Property of XMP, dataset of IIM (None: it has none).
ALT = (_IPTC_CORE + "AltTextAccessibility", None)
LONG_ALT = (_IPTC_CORE + "ExtDescrAccessibility", None)
CAPTION = (_DC + "description", (2, 120))
CREATOR = (_DC + "creator", (2, 80))
CREDIT = (_PHOTOSHOP + "Credit", (2, 110))
NOTICE = (_DC + "rights", (2, 116))
USAGE = (_XMP_RIGHTS + "UsageTerms", None)
INSTRUCTIONS = (_PHOTOSHOP + "Instructions", (2, 40))

_LONGEST = 2000  # code points: as long as IIM 4.2 lets a caption be
_UTF8 = b"\x1b%G"  # dataset 1:90 of IIM: the escape sequence of ISO 2022 for UTF-8


@dataclass(frozen=True, slots=True)
class Told:
    """What the bytes say; each may be missing. Texts are plain, one line; `focus` as in Photo."""

    alt: str = ""
    caption: str = ""
    credit: str = ""
    terms: str = ""
    focus: tuple[float, ...] = ()


def told(data: bytes) -> Told:
    """What the photo's IPTC and XMP say; nothing where it has none, or they are in disorder.

    Raises PhotoError for bytes that are no photo; those that `verify` took are one.
    """
    image = opened(data)
    root = xmp.read(_packet(image))
    records = iptc(image)
    utf8 = records.get((1, 90), b"") == _UTF8

    def said(field: tuple[str, tuple[int, int] | None]) -> str:
        name, dataset = field
        values = xmp.texts(root, name) or [_decoded(records.get(dataset, b"") if dataset else b"", utf8=utf8)]
        return oneline(", ".join(values))[:_LONGEST]

    by = (said(CREATOR), said(CREDIT))
    terms = dict.fromkeys(filter(None, (said(USAGE), said(INSTRUCTIONS))))
    return Told(
        alt=said(ALT) or said(LONG_ALT),
        caption=said(CAPTION),
        credit="/".join(dict.fromkeys(filter(None, by))) or said(NOTICE),
        terms="; ".join(terms),
        focus=_focus(root) if orientation(image) == 1 else (),  # regions are those of the stored pixels
    )


def _packet(image: Image) -> bytes:
    found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    return found.encode("utf-8", "replace") if isinstance(found, str) else bytes(found)


def _decoded(text: bytes, *, utf8: bool) -> str:
    """IIM text: UTF-8 where it says so or is; else as the West's agencies write it."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("utf-8" if utf8 else "cp1252", "replace")


def _focus(root: xmp.Node | None) -> tuple[float, ...]:
    """The middle of the region a photographer focused on, else of the box around all faces."""
    regions = [(xmp.value(one, _REGIONS + "Type"), _area(one)) for one in xmp.items(root, _REGIONS + "RegionList")]
    for kind in ("Focus", "Face"):
        boxes = [box for found, box in regions if found == kind and box]
        if boxes:
            left, top = (min(box[side] for box in boxes) for side in (0, 1))
            right, bottom = (max(box[side] for box in boxes) for side in (2, 3))
            return round((left + right) / 2, 4), round((top + bottom) / 2, 4)
    return ()


def _area(region: xmp.Node) -> tuple[float, float, float, float] | None:
    """Left, top, right, bottom from 0.0 to 1.0; None when it is given in pixels or makes no sense."""
    try:
        x, y, wide, high = (float(xmp.value(region, _AREA + name) or 0) for name in ("x", "y", "w", "h"))
    except ValueError:
        return None
    if xmp.value(region, _AREA + "unit") != "normalized" or not (0 < x < 1 and 0 < y < 1):
        return None
    box = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
    return box if all(-0.01 <= side <= 1.01 for side in box) else None
