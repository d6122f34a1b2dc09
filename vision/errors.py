"""Everything that `vision` raises on purpose.

VisionError
├── UnreadableScan          the upload is not a scan that we can read: data, not an incident
│   ├── UnsupportedFormat   no reader recognises the content
│   └── ScanTooLarge        beyond a stated limit; found before decoding
├── ShapeMismatch           arrays that do not belong together: a bug of the caller
└── ModelUnavailable        a model cannot be opened; coverage says so, nothing is "clear"
└── TamperedWeights     the bytes are not the ones that the manifest names
"""

from __future__ import annotations


class VisionError(Exception):
    """Root of the tree above."""


class UnreadableScan(VisionError):
    """The bytes claim to be a scan but cannot be read as one.

    Args:
        scan_format: what the content looked like, for example "png"; "unknown" if nothing.
        reason: what was expected and what came, in one sentence for a person.
        offset: byte offset where reading stopped, if known.
    """

    def __init__(self, scan_format: str, reason: str, *, offset: int | None = None) -> None:
        where = "" if offset is None else f" (at byte {offset})"
        super().__init__(f"{scan_format}: {reason}{where}")
        self.scan_format = scan_format
        self.reason = reason
        self.offset = offset


class UnsupportedFormat(UnreadableScan):
    """No reader recognises the content."""


class ScanTooLarge(UnreadableScan):
    """A dimension, pixel count or record count is beyond the stated limit."""


class ShapeMismatch(VisionError):
    """Arrays that are to be used together have different extents."""


class ModelUnavailable(VisionError):
    """A model that the line-up names cannot be opened."""


class TamperedWeights(ModelUnavailable):
    """The weight file's sha256 differs from the one in its manifest."""
