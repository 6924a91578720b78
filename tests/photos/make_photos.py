"""Photos made on the spot: four coloured corners, colour profiles from their published numbers, bombs."""

import struct
import zlib
from dataclasses import replace
from io import BytesIO

from PIL import Image, ImageCms
from PIL.ImageFile import ImageFile

from syndicator.models import Features

RED, GREEN, BLUE, YELLOW = (200, 40, 40), (40, 160, 60), (40, 60, 190), (220, 200, 50)
CORNERS = (RED, GREEN, BLUE, YELLOW)  # top left, top right, bottom left, bottom right

Pixel = tuple[int, int, int]
Matrix = tuple[tuple[float, float, float], ...]

# Columns of red, green and blue in the D50 connection space, and the gamma: Adobe RGB (1998) specification, annex C;
# Display P3 as in the profile Apple publishes, here with a plain gamma.
ADOBE: Matrix = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
P3: Matrix = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
SRGB: Matrix = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
GAMMA = 563 / 256

PLAIN = Features(platform="plain", label="Plain", monogram="P", count="codepoints", text_limit=500)
WITH_WEBP = ("image/jpeg", "image/png", "image/webp")
WIDE = replace(PLAIN, image_bytes=5_000_000, image_types=WITH_WEBP)


def corners(width: int = 640, height: int = 400, mode: str = "RGB") -> Image.Image:
    """Four fields of colour."""
    image = Image.new("RGB", (width, height))
    w, h = width // 2, height // 2
    for colour, box in zip(
        CORNERS, ((0, 0, w, h), (w, 0, width, h), (0, h, w, height), (w, h, width, height)), strict=True
    ):
        image.paste(colour, box)
    return image if mode == "RGB" else image.convert(mode)


def noisy(width: int, height: int) -> Image.Image:
    """Something as hard to compress as a photo can be."""
    field = Image.effect_noise((width // 2, height // 2), 90).resize((width, height))
    return Image.merge("RGB", (field, field.transpose(Image.Transpose.ROTATE_180), field))


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """The image as a file of that format."""
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> ImageFile:
    """What a platform would see."""
    image = Image.open(BytesIO(data))
    image.load()
    return image


def pixel(image: Image.Image, x: float, y: float) -> Pixel:
    """The colour at a share of width and height."""
    found = image.convert("RGB").getpixel((int(image.width * x), int(image.height * y)))
    assert isinstance(found, tuple)
    return found[0], found[1], found[2]


def near(found: Pixel, wanted: Pixel, tolerance: int = 10) -> bool:
    """Whether two colours look the same."""
    return max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= tolerance


def exif(*, orientation: int = 1, gps: bool = False, artist: str = "") -> bytes:
    """EXIF as a camera writes it."""
    made = Image.Exif()
    if orientation != 1:
        made[0x0112] = orientation
    if artist:
        made[0x013B] = artist.encode()
        made[0x8298] = f"© {artist}".encode()
    if gps:
        made[0x010F] = "Maker of cameras"
        made.get_ifd(0x8769)[0xA431] = "SERIAL-4711"
        made.get_ifd(0x8825)[1] = "N"
        made.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return made.tobytes()


def iptc(byline: bytes, notice: bytes) -> bytes:
    """An APP13 segment with by-line and copyright notice, as agencies send it."""
    return iim((2, 80, byline), (2, 116, notice))


def iim(*datasets: tuple[int, int, bytes]) -> bytes:
    """An APP13 segment with these datasets: record, number, content."""
    records = b"".join(
        struct.pack(">BBBH", 0x1C, record, number, len(text)) + text for record, number, text in datasets
    )
    records += b"\x00" * (len(records) % 2)
    block = b"Photoshop 3.0\x00" + b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(records)) + records
    return b"\xff\xed" + struct.pack(">H", len(block) + 2) + block


SPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "stArea": "http://ns.adobe.com/xmp/sType/Area#",
}


def xmp(inside: str = "", attributes: str = "", before: str = "") -> bytes:
    """An XMP packet with one description."""
    spaces = " ".join(f'xmlns:{name}="{address}"' for name, address in SPACES.items())
    body = f"<rdf:Description rdf:about='' {attributes}>{inside}</rdf:Description>"
    return (
        f'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>{before}<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF {spaces}>{body}</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def alternatives(name: str, **texts: str) -> str:
    """A property with a text for each language; `default` is x-default."""
    listed = "".join(
        f'<rdf:li xml:lang="{"x-default" if lang == "default" else lang}">{text}</rdf:li>'
        for lang, text in texts.items()
    )
    return f"<{name}><rdf:Alt>{listed}</rdf:Alt></{name}>"


def region(kind: str, x: float, y: float, side: float = 0.1, unit: str = "normalized") -> str:
    """A region of the Metadata Working Group's, its middle at x and y."""
    area = f'<mwg-rs:Area stArea:x="{x}" stArea:y="{y}" stArea:w="{side}" stArea:h="{side}" stArea:unit="{unit}"/>'
    return f'<rdf:li><rdf:Description mwg-rs:Name="Someone" mwg-rs:Type="{kind}">{area}</rdf:Description></rdf:li>'


def regions(*listed: str) -> str:
    """The property that holds regions."""
    bag = f"<mwg-rs:RegionList><rdf:Bag>{''.join(listed)}</rdf:Bag></mwg-rs:RegionList>"
    return f'<mwg-rs:Regions rdf:parseType="Resource">{bag}</mwg-rs:Regions>'


def with_segment(data: bytes, segment: bytes) -> bytes:
    """A JPEG with one more segment at its start."""
    return data[:2] + segment + data[2:]


def _profile(space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        padded = content + b"\x00" * (-len(content) % 4)
        table += struct.pack(">4sII", name, at + len(body), len(content))
        body += padded
    size = at + len(body)
    kind = b"prtr" if space == b"CMYK" else b"mntr"
    head = struct.pack(
        ">I4sI4s4s4s12s4s", size, b"\x00" * 4, 0x02400000, kind, space, connection, b"\x00" * 12, b"acsp"
    )
    white = struct.pack(">iii", 63190, 65536, 54061)  # D50
    head = head.ljust(68, b"\x00") + white
    return head.ljust(128, b"\x00") + struct.pack(">I", len(tags)) + table + body


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \x00\x00\x00\x00" + struct.pack(">iii", *(round(value * 65536) for value in values))


def _common(name: str) -> dict[bytes, bytes]:
    text = name.encode() + b"\x00"
    return {
        b"desc": b"desc\x00\x00\x00\x00" + struct.pack(">I", len(text)) + text + b"\x00" * 78,
        b"cprt": b"text\x00\x00\x00\x00none\x00",
        b"wtpt": _xyz((0.9642, 1.0, 0.8249)),
    }


def rgb_profile(primaries: Matrix, gamma: float = GAMMA, name: str = "made for a test") -> bytes:
    """An ICC profile of three primaries and a gamma."""
    curve = b"curv\x00\x00\x00\x00" + struct.pack(">IH", 1, round(gamma * 256))
    tags = _common(name)
    for letter, column in zip((b"r", b"g", b"b"), primaries, strict=True):
        tags[letter + b"XYZ"] = _xyz(column)
        tags[letter + b"TRC"] = curve
    return _profile(b"RGB ", b"XYZ ", tags)


def srgb_profile() -> bytes:
    """sRGB as Little CMS writes it."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def cmyk_profile(cyan: tuple[int, int, int]) -> bytes:
    """An ICC profile of a press whose full cyan looks like that sRGB colour, and whose bare paper is white."""
    lab = ImageCms.createProfile("LAB")
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), lab, "RGB", "LAB")
    ink = ImageCms.applyTransform(Image.new("RGB", (1, 1), cyan), to_lab)
    assert ink is not None
    light, a, b = ink.tobytes()
    nodes = b""
    for node in range(16):
        c, others = node >> 3, node & 7
        nodes += bytes((light, a ^ 0x80, b ^ 0x80) if c and not others else (0 if others else 255, 128, 128))
    ramp = bytes(range(256))
    lut = b"mft1\x00\x00\x00\x00" + bytes((4, 3, 2, 0))
    lut += struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536) + ramp * 4 + nodes + ramp * 3
    return _profile(b"CMYK", b"Lab ", {**_common("press"), b"A2B0": lut, b"A2B1": lut})


def png_chunk(name: bytes, body: bytes) -> bytes:
    """One chunk with its checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(width: int, height: int, *chunks: bytes) -> bytes:
    """A grey PNG that claims a size and holds no pixels worth mentioning."""
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(b"\x00" * 64))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + pixels + png_chunk(b"IEND", b"")


def gif_claiming(width: int, height: int, *, screen: tuple[int, int] = (1, 1)) -> bytes:
    """A GIF whose first frame is larger than its screen."""
    head = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + b"\x00\x00\x00\xff\xff\xff"
    return head + b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\x00;"


def many_scans(count: int) -> bytes:
    """A progressive JPEG that repeats its last scan."""
    data = saved(corners(64, 64), progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + b"\xff\xd9"
