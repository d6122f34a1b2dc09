"""Parts of an address, checked before anything is looked up under them."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Path

from service.errors import NotFound

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def inspection_id(inspection_id: Annotated[str, Path(description="UUID")]) -> str:
    """Raises: NotFound: it cannot be one of ours."""
    if not _UUID.fullmatch(inspection_id):
        raise NotFound(f"no inspection {inspection_id[:40]!r}")
    return inspection_id


def file_sha256(sha256: Annotated[str, Path(description="sha256 of the file, hexadecimal")]) -> str:
    """Raises: NotFound: it is no sha256."""
    if not _SHA256.fullmatch(sha256):
        raise NotFound(f"{sha256[:70]!r} is no sha256")
    return sha256


InspectionId = Annotated[str, Depends(inspection_id)]
FileSha256 = Annotated[str, Depends(file_sha256)]
