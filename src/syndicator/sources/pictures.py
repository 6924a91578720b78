"""Which pictures go with an article: each once, its largest useful rendition, the right shape first. Pure."""

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from syndicator.models import Photo
from syndicator.text import describes

SMALL = 300  # pixels wide: below that it is an icon or a portrait of an author, as long as there is anything else
LARGE = 4096  # pixels wide: no network's feed shows more
USABLE = (0.75, 2.0)  # width / height, from 3:4 to 2:1: what feeds show whole; beyond are banners and strips
MOST = 20

_IMAGE_END = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)$", re.IGNORECASE)
_RESIZED = re.compile(
    r"(?:-\d{2,4}x\d{2,4}|-scaled|@[23]x|[-_](?:1x1|2x1|3x2|3x4|4x3|4x5|16x9|16x10|21x9|square))+(?=\.\w+$)"
)
_NAMED_SIZE = re.compile(r"-(\d{2,4})x(\d{2,4})(?=\.\w+$)")
_ASKED_WIDTH = re.compile(r"(?:^|&)(?:w|width)=(\d{2,4})(?:&|$)")
_LEAST = 50  # in a file's name: 16x10 is a shape, 150x100 a size
# What counts as the width of a picture of which nobody tells one: just less than the large cards of networks ask for.
_UNKNOWN = 1199


def is_image_path(path: str) -> bool:
    """Whether a path ends as a picture's does."""
    return _IMAGE_END.search(path) is not None


def path_of(url: str) -> str:
    """The path of an address, "" for what is none."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def same_picture(one: str, other: str) -> bool:
    """Whether two addresses show one picture: the same path, or the same file resized or cut to a shape."""
    a, b = _RESIZED.sub("", path_of(one)), _RESIZED.sub("", path_of(other))
    return bool(one) and (one == other or (a == b and len(a) > 1 and is_image_path(a)))


def size(url: str, width: int = 0, height: int = 0) -> tuple[int, int]:
    """Width and height in pixels: as told, else as the file's name or the query says, 0 where nobody does."""
    if width:
        return width, height
    try:
        parts = urlsplit(url)
    except ValueError:
        return 0, 0
    named = _NAMED_SIZE.search(parts.path)
    if named and int(named[1]) >= _LEAST:
        return int(named[1]), int(named[2])
    asked = _ASKED_WIDTH.search(parts.query)
    return (int(asked[1]) if asked else 0), 0


def is_small(url: str, width: int, height: int) -> bool:
    """Whether it is known to be too small for a photo."""
    return 0 < size(url, width, height)[0] < SMALL


def misshapen(url: str, width: int, height: int) -> bool:
    """Whether it is known to be a banner, a strip or a tower."""
    wide, high = size(url, width, height)
    return bool(high) and not USABLE[0] <= wide / high <= USABLE[1]


def rendition(url: str, width: int, height: int) -> tuple[bool, bool, int, int]:
    """A key by which the best of one picture's renditions comes first: large enough, well shaped, wide, not immense."""
    wide = size(url, width, height)[0] or _UNKNOWN
    return is_small(url, width, height), misshapen(url, width, height), -min(wide, LARGE), wide


def best(photos: Iterable[Photo]) -> tuple[Photo, ...]:
    """Each picture once, those of a usable shape first, otherwise in their order. Small ones only if all are small."""
    chosen = [_one(group) for group in _grouped(photos)]
    large = [photo for photo in chosen if not is_small(photo.url, photo.width, photo.height)]
    kept = sorted(large or chosen, key=lambda photo: misshapen(photo.url, photo.width, photo.height))
    return tuple(kept[:MOST])


def joined(ours: tuple[Photo, ...], theirs: tuple[Photo, ...], seen: tuple[Photo, ...]) -> tuple[Photo, ...]:
    """The source's photos with texts, and larger renditions, of the same pictures on the article's page.

    The page's own (`theirs`) stand in where the source has none, or small ones only; `seen` are others on the page,
    which only add to what they show too.
    """
    if all(is_small(photo.url, photo.width, photo.height) for photo in ours):
        ours = theirs or ours
    known = _grouped([*ours, *theirs, *seen])
    mine = [group for group in known if group[0] in ours]
    return best(_one(group) for group in mine)


def _grouped(photos: Iterable[Photo]) -> list[list[Photo]]:
    groups = list[list[Photo]]()
    for photo in photos:
        home = next((group for group in groups if any(same_picture(photo.url, one.url) for one in group)), None)
        if home is None:
            groups.append([photo])
        else:
            home.append(photo)
    return groups


def _one(group: list[Photo]) -> Photo:
    """The best rendition with all that is said of any; a focus belongs to the rendition it was set on."""
    photo = min(group, key=lambda one: rendition(one.url, one.width, one.height))
    alt = next((one.alt for one in group if describes(one.alt, one.url)), "")
    texts = ((one.caption, one.credit, one.terms) for one in group)
    caption, credit, terms = (next(filter(None, said), "") for said in zip(*texts, strict=True))
    return replace(photo, alt=alt, caption=caption, credit=credit, terms=terms)
