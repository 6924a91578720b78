"""Photos on disk, named by the SHA-256 of their bytes: ab/abcdef…"""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from syndicator.errors import PhotoError

_NAME = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = ".part"


class PhotoStore:
    """Fitted photos by their content. Each call raises PhotoError, and nothing else, when the disk says no.

    Nothing is written until the first `put`. Safe for several threads and processes on one folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes) -> str:
        """Keeps the bytes and returns their SHA-256 as 64 hex digits, once they are safely on disk.

        Bytes that are already there are not written again, only their age starts anew; a damaged copy is replaced.
        """
        name = sha256(data).hexdigest()
        path = self._path(name)
        try:
            if not _renewed(path, data):
                _write(path, data)
        except OSError as error:
            raise PhotoError(f"the photo could not be kept in {self.folder}: {error.strerror or error}") from error
        return name

    def get(self, name: str) -> bytes:
        """The bytes whose SHA-256 this is. Raises PhotoError when they are lost or no longer the same."""
        path = self._path(name)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise PhotoError(f"the photo {name[:12]} is no longer in {self.folder}") from error
        except OSError as error:
            raise PhotoError(f"the photo {path} could not be read: {error.strerror or error}") from error
        if sha256(data).hexdigest() != name:
            raise PhotoError(f"the photo {path} is damaged on disk: delete it and plan the post again")
        return data

    def has(self, name: str) -> bool:
        """Whether a file of that name is there; its content is proved by `get`."""
        path = self._path(name)
        try:
            return path.is_file()
        except OSError as error:
            raise PhotoError(f"the photo {path} could not be looked up: {error.strerror or error}") from error

    def delete(self, name: str) -> None:
        """Forgets the photo; one that is not there is fine."""
        path = self._path(name)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise PhotoError(f"the photo {path} could not be deleted: {error.strerror or error}") from error

    def names(self) -> Iterator[tuple[str, datetime]]:
        """Every photo's name and when it was last put (aware UTC), in no order, for sweeping."""
        for path, modified in self._files():
            if _NAME.fullmatch(path.name):
                yield path.name, modified

    def tidy(self, before: datetime) -> int:
        """Removes what writers killed before that moment left unfinished; how many files that was."""
        left = [path for path, modified in self._files() if path.name.endswith(_UNFINISHED) and modified < before]
        for path in left:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise PhotoError(f"{path} could not be deleted: {error.strerror or error}") from error
        return len(left)

    def _files(self) -> Iterator[tuple[Path, datetime]]:
        try:
            for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
                try:
                    yield path, datetime.fromtimestamp(path.stat().st_mtime, UTC)
                except FileNotFoundError:  # swept by another meanwhile
                    continue
        except OSError as error:
            raise PhotoError(f"the photos in {self.folder} could not be listed: {error.strerror or error}") from error

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise PhotoError("a stored photo is named by 64 hex digits")
        return self.folder / name[:2] / name


def _renewed(path: Path, data: bytes) -> bool:
    """Whether the very bytes are there already; if so, their age starts anew."""
    try:
        if path.read_bytes() != data:
            return False
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _write(path: Path, data: bytes) -> None:
    """All or nothing: the name appears only with all its bytes on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{token_hex(4)}{_UNFINISHED}")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
