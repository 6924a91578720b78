"""Photos: fetched, proved to be images, fitted to a platform, kept by their content.

Every failure is a PhotoError with one sentence for a person: a photo that cannot be had never stops a post. Pillow is
imported when the first photo is looked at.
"""

from typing import Protocol

from syndicator.errors import FetchError, PhotoError
from syndicator.models import Photo
from syndicator.photos.fitting import Fitted, fit, thumbnail
from syndicator.photos.original import MAX_BYTES, MAX_PIXELS, Original, verify
from syndicator.photos.store import PhotoStore
from syndicator.photos.told import Told, told

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "Fetcher",
    "Fitted",
    "Original",
    "PhotoStore",
    "Reply",
    "Told",
    "fit",
    "get",
    "thumbnail",
    "told",
    "verify",
]


class Reply(Protocol):
    """What is read of an answer."""

    @property
    def status(self) -> int: ...

    @property
    def body(self) -> bytes: ...


class Fetcher(Protocol):
    """What is asked of `syndicator.fetch.Fetcher`."""

    async def get(self, url: str, *, max_bytes: int, allow_private: bool, accept: str) -> Reply: ...


async def get(photo: Photo, fetcher: Fetcher, *, allow_private: bool) -> bytes:
    """The photo's bytes as the newsroom serves them, at most MAX_BYTES, not yet looked at.

    Raises PhotoError for an address that is refused or unreachable, any status but 200, and an empty answer.
    """
    try:
        reply = await fetcher.get(photo.url, max_bytes=MAX_BYTES, allow_private=allow_private, accept="image/*")
    except FetchError as error:
        raise PhotoError(f"the photo could not be fetched: {error}") from error
    if reply.status != 200:
        raise PhotoError(f"the photo could not be fetched: the server answered {reply.status}")
    if not reply.body:
        raise PhotoError("the photo could not be fetched: the server sent nothing")
    return reply.body
