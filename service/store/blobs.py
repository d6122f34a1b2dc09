"""Files on the local disk, named by their sha256."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from service.errors import NotFound, StorageUnavailable

_SHA256 = re.compile(r"[0-9a-f]{64}")


class LocalBlobs:
    """Below `folder`, two levels deep. A file appears whole or not at all, also after a crash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, data: bytes) -> str:
        """A file that is there but damaged is replaced: sending it again mends it."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        try:
            if not path.exists() or path.read_bytes() != data:
                path.parent.mkdir(parents=True, exist_ok=True)
                _write_whole(path, data)
        except OSError as problem:
            raise StorageUnavailable(f"file {sha256}: {problem.strerror}") from problem
        return sha256

    def get(self, sha256: str) -> bytes:
        if not _SHA256.fullmatch(sha256):
            raise NotFound(f"{sha256[:70]!r} is no sha256")
        try:
            data = self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"no file {sha256}") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise NotFound(f"file {sha256} is damaged on disk")
        return data

    def has(self, sha256: str) -> bool:
        return _SHA256.fullmatch(sha256) is not None and self._path(sha256).exists()

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256[2:4] / sha256


def _write_whole(path: Path, data: bytes) -> None:
    """Write beside it, then rename; both are on the disk when this returns."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
