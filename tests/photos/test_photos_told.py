"""What a photo's own bytes say: IPTC as agencies write it, XMP as programs write it, and what is in disorder."""

import pytest
from PIL.PngImagePlugin import PngInfo

from syndicator.photos import Told, told, xmp
from tests.photos.make_photos import alternatives, corners, exif, iim, region, regions, saved, with_segment
from tests.photos.make_photos import xmp as packet

SMALL = corners(64, 48)


def with_iim(*datasets: tuple[int, int, bytes], inside: str = "") -> bytes:
    """A JPEG as a wire sends it."""
    return with_segment(saved(SMALL, xmp=packet(inside)) if inside else saved(SMALL), iim(*datasets))


def with_xmp(inside: str = "", attributes: str = "", **options: object) -> bytes:
    """A JPEG with that description."""
    return saved(SMALL, xmp=packet(inside, attributes), **options)


CREATORS = "<dc:creator><rdf:Seq><rdf:li>Ann Example</rdf:li><rdf:li>Bo</rdf:li></rdf:Seq></dc:creator>"
ALT = alternatives("Iptc4xmpCore:AltTextAccessibility", de="Zwei Boote", default="Two boats")
CAPTION = alternatives("dc:description", default="Boats at sea.")

FILES = [
    ("nothing", saved(SMALL), Told()),
    (
        "a wire's photo",
        with_iim(
            (2, 40, b"NO SALES"), (2, 80, b"Ann Example"), (2, 110, b"Example Agency"),
            (2, 116, b"(c) Example"), (2, 120, b"Boats at  sea.\r\nMonday."),
        ),
        Told("", "Boats at sea. Monday.", "Ann Example/Example Agency", "NO SALES"),
    ),
    ("two by-lines", with_iim((2, 80, b"Ann"), (2, 80, b"Bo")), Told(credit="Ann, Bo")),
    ("one name twice", with_iim((2, 80, b"Agency"), (2, 110, b"Agency")), Told(credit="Agency")),
    ("the notice alone", with_iim((2, 116, "© Example".encode())), Told(credit="© Example")),
    ("UTF-8 that says so", with_iim((1, 90, b"\x1b%G"), (2, 120, "Köln".encode())), Told(caption="Köln")),
    ("UTF-8 that does not", with_iim((2, 120, "Köln".encode())), Told(caption="Köln")),
    ("the old way", with_iim((2, 120, "Köln – see".encode("cp1252"))), Told(caption="Köln – see")),
    ("an empty dataset", with_iim((2, 120, b""), (2, 80, b"Ann")), Told(credit="Ann")),
    (
        "XMP in elements",
        with_xmp(
            ALT + CAPTION + CREATORS + "<photoshop:Credit>Example Agency</photoshop:Credit>"
            + alternatives("xmpRights:UsageTerms", default="Editorial use only")
        ),
        Told("Two boats", "Boats at sea.", "Ann Example, Bo/Example Agency", "Editorial use only"),
    ),
    (
        "XMP in attributes",
        with_xmp(attributes='photoshop:Credit="A &amp; B" photoshop:Instructions="DO NOT USE"'),
        Told(credit="A & B", terms="DO NOT USE"),
    ),
    ("the long description", with_xmp(alternatives("Iptc4xmpCore:ExtDescrAccessibility", en="Boats")), Told("Boats")),
    ("no default language", with_xmp(alternatives("dc:description", fr="Bateaux", de="Boote")), Told("", "Bateaux")),
    ("XMP before IPTC", with_iim((2, 120, b"Old words"), inside=CAPTION), Told(caption="Boats at sea.")),
    ("IPTC where XMP is silent", with_iim((2, 80, b"Ann"), inside=CAPTION), Told("", "Boats at sea.", "Ann")),
    ("a focus", with_xmp(regions(region("Focus", 0.2, 0.4), region("Face", 0.8, 0.4))), Told(focus=(0.2, 0.4))),
    ("two faces", with_xmp(regions(region("Face", 0.2, 0.3), region("Face", 0.6, 0.5))), Told(focus=(0.4, 0.4))),
    ("a bar code", with_xmp(regions(region("BarCode", 0.2, 0.3))), Told()),
    ("in pixels", with_xmp(regions(region("Face", 300, 200, 50, "pixel"))), Told()),
    ("not a number", with_xmp(regions(region("Face", 0.5, 0.5).replace("0.5", "half"))), Told()),
    ("a turned photo", with_xmp(regions(region("Face", 0.2, 0.3)), exif=exif(orientation=6)), Told()),
]  # fmt: skip


@pytest.mark.parametrize(("data", "said"), [file[1:] for file in FILES], ids=[file[0] for file in FILES])
def test_a_photo_tells(data: bytes, said: Told) -> None:
    """Caption, credit, terms and alternative text are found wherever the standards put them, XMP first."""
    assert told(data) == said


def png(text: bytes) -> bytes:
    """A PNG with an XMP chunk."""
    chunks = PngInfo()
    chunks.add_itxt("XML:com.adobe.xmp", text.decode())
    return saved(SMALL, "PNG", pnginfo=chunks)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_other_formats_tell_too(kind: str) -> None:
    """XMP is read from PNG, WebP and AVIF as from JPEG."""
    data = png(packet(CAPTION)) if kind == "PNG" else saved(SMALL, kind, xmp=packet(CAPTION))
    assert told(data).caption == "Boats at sea."


BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY a{n} '{'&a' + str(n - 1) + ';' if n else '&a;'}'>" for n in range(9)
)
DISORDER = [
    b"",
    b"\x00\x00",
    b"<x",
    b"not XML at all",
    packet(CAPTION)[:-40],
    packet(CAPTION.replace("Boats", "&a8;"), before=BOMB + "]>"),
    packet(CAPTION.replace("Boats", "&file;"), before="<!DOCTYPE x [<!ENTITY file SYSTEM 'file:///etc/passwd'>]>"),
    packet("<dc:x>" * 60 + "</dc:x>" * 60 + CAPTION),
    packet("<dc:x/>" * 30_000 + CAPTION),
    packet(CAPTION + " " * xmp.LIMIT),
    b"\xff\xfe<\x00",
]


@pytest.mark.parametrize("bytes_", DISORDER, ids=range(len(DISORDER)))
def test_disorder_tells_nothing(bytes_: bytes) -> None:
    """A document type, entities, what is too long, too deep, cut off or no XML: as if there were no XMP."""
    assert xmp.read(bytes_) is None


def test_text_from_a_photo_is_bounded() -> None:
    """A caption of a book's length is cut to what the standard allows."""
    assert len(told(with_xmp(alternatives("dc:description", default="word " * 9000))).caption) == 2000
