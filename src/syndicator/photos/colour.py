"""Any mode and colour profile to sRGB."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageCms import ImageCmsProfile, ImageCmsTransform

_SIXTEEN_BIT = 1 / 257  # 65535 becomes 255
_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # a profile's colour space and the mode it speaks of
_STEPS = (0, 64, 128, 192, 255)
_SAME = 2  # of 255: what rounding in another maker's sRGB profile can differ


def plain(image: Image) -> Image:
    """The image in L, LA, RGB, RGBA or CMYK with eight bits a channel; palettes and single transparent colours
    resolved. Colours are still those of its profile.
    """
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK") and "transparency" not in image.info:
        return image
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * _SIXTEEN_BIT + 0.5).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "L" if image.mode == "1" else "RGB")


def to_srgb(image: Image, icc: bytes | None) -> Image:
    """A plain image in sRGB: RGB, or RGBA where something shows through. A profile that cannot be read is left out,
    as browsers do.
    """
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    base = image.convert(image.mode.removesuffix("A")) if alpha is not None else image
    colours = _transformed(base, icc) if icc else base.convert("RGB")
    if alpha is not None and see_through(image):
        colours.putalpha(alpha)
    return colours


def see_through(image: Image) -> bool:
    """Whether any pixel of a plain image is not opaque."""
    if image.mode not in ("LA", "RGBA"):
        return False
    least, _ = image.getchannel("A").getextrema()
    return isinstance(least, int | float) and least < 255


def on_white(image: Image) -> Image:
    """The image as it looks on white paper, in RGB."""
    from PIL import Image as Pillow

    if image.mode != "RGBA":
        return image.convert("RGB")
    paper = Pillow.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def is_srgb(icc: bytes) -> bool:
    """Whether the profile leaves colours as sRGB has them, judged by its numbers and not by its name."""
    from PIL import Image, ImageChops

    samples = [(red, green, blue) for red in _STEPS for green in _STEPS for blue in _STEPS]
    image = Image.new("RGB", (len(samples), 1))
    image.putdata(samples)
    built = _transform("RGB", icc)
    if built is None or built[0] != "RGB":
        return False
    difference = ImageChops.difference(image, _apply(image, built[1])).convert("L").getextrema()
    return all(isinstance(value, int | float) and value <= _SAME for value in difference)


def _transformed(base: Image, icc: bytes) -> Image:
    built = _transform(base.mode, icc)
    if built is None:
        return base.convert("RGB")
    mode, transform = built
    return _apply(base.convert(mode), transform)


def _apply(image: Image, transform: ImageCmsTransform) -> Image:
    from PIL import ImageCms

    changed = ImageCms.applyTransform(image, transform)
    return image if changed is None else changed


def _transform(mode: str, icc: bytes) -> tuple[str, ImageCmsTransform] | None:
    """The mode the profile speaks of and the way from it to sRGB; None when it does not suit the pixels."""
    from PIL import ImageCms

    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(icc))
        source = _MODES.get(profile.profile.xcolor_space, "")
        if source != mode and (source, mode) != ("RGB", "L"):
            return None
        return source, ImageCms.buildTransform(
            profile,
            _srgb(),
            source,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (OSError, ValueError, ImageCms.PyCMSError):
        return None


def _srgb() -> ImageCmsProfile:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
