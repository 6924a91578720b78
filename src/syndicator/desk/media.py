"""Photos of posts, from our own store, in fixed sizes; and the desk's own files."""

import re
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from syndicator import photos
from syndicator.desk.context import desk_of
from syndicator.errors import PhotoError

router = APIRouter()

SIZES = {"row": 192, "preview": 800}  # pixels of the longer side; twice what is drawn, for dense screens
STATIC = Path(__file__).parent / "static"
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_FOREVER = {"cache-control": "private, max-age=31536000, immutable"}
_FILE = re.compile(r"[a-z0-9][a-z0-9._-]*\.(?:css|js|svg|txt)")


@router.get("/photos/{name}/{size}")
def photo(request: Request, name: str, size: str) -> Response:
    """A photo of the store, made smaller. 404 when it is not there (any more)."""
    desk = desk_of(request)
    desk.person(request)
    if size not in SIZES:
        raise HTTPException(404, "There is no such size.")
    try:
        data = _smaller(str(desk.room.photos.folder), name, SIZES[size])
    except PhotoError as error:
        raise HTTPException(404, "The photo is no longer kept.") from error
    return Response(data, media_type="image/jpeg", headers=_FOREVER)


@lru_cache(maxsize=256)
def _smaller(folder: str, name: str, side: int) -> bytes:
    data = photos.PhotoStore(Path(folder)).get(name)
    return photos.thumbnail(data, max_bytes=0, max_side=side).data


@router.get("/static/{name}")
def static(name: str, v: str = "") -> Response:
    """A file of the desk. The version in the address lets browsers keep it for ever."""
    path = STATIC / name
    if not _FILE.fullmatch(name) or not path.is_file():
        raise HTTPException(404, "There is no such file.")
    headers = {"cache-control": "public, max-age=31536000, immutable"} if v == static_version() else {}
    return Response(path.read_bytes(), media_type=KINDS[path.suffix], headers=headers)


@lru_cache(maxsize=1)
def static_version() -> str:
    """A short name of what the files hold now."""
    from hashlib import sha256

    digest = sha256()
    for path in sorted(STATIC.glob("*.*")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]
