"""Files into scans: limits before decoding, content decides the format."""

from __future__ import annotations

import hashlib

from vision.errors import ScanTooLarge, UnreadableScan, UnsupportedFormat
from vision.formats import (
    count_table,
    dicom,
    picture,
    raw_scan,
    rpm_daily,
    spectrum_file,
    spectrum_table,
)
from vision.formats.limits import Limits
from vision.scan import RawScan, Scan, ScanKind

__all__ = ["Limits", "media_type", "read_scan"]

_MEDIA_TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "tiff": "image/tiff",
    "webp": "image/webp",
    "dicom": "application/dicom",
    "dicos": "application/dicom",
    "raw": "application/zip",
    "n42": "application/xml",
    "csv": "text/csv",
    "spectrum-csv": "text/csv",
    "spectrum-json": "application/json",
    "rpm": "text/plain",
}


def read_scan(raw: RawScan, *, limits: Limits | None = None) -> Scan:
    """Read a file completely; its content decides the format, `raw.kind` the use.

    Without a kind, a grey picture is an X-ray view and a coloured one a photograph.

    Raises:
        UnsupportedFormat: nothing recognises the content, or it does not fit `raw.kind`.
        ScanTooLarge: beyond a limit; decoding was not begun.
        UnreadableScan: recognised, but damaged or of a variety that is not read.
    """
    limits = limits or Limits()
    data = raw.data
    if not data:
        raise UnreadableScan("unknown", "the file is empty")
    if len(data) > limits.max_bytes:
        raise ScanTooLarge("unknown", f"{len(data)} bytes, at most {limits.max_bytes} are read")
    sha256 = hashlib.sha256(data).hexdigest()
    if picture.looks_like(data):
        if raw.kind is ScanKind.RADIATION:
            raise UnsupportedFormat("picture", "a picture was sent as a radiation measurement")
        return picture.read(data, sha256=sha256, kind=raw.kind, limits=limits)
    if dicom.looks_like(data) or raw_scan.looks_like(data):
        if raw.kind not in (None, ScanKind.XRAY):
            raise UnsupportedFormat("scan", f"an X-ray scan was sent as {raw.kind.value}")
        read = dicom.read if dicom.looks_like(data) else raw_scan.read
        return read(data, sha256=sha256, limits=limits)
    if raw.kind in (ScanKind.XRAY, ScanKind.PHOTO):
        known = "PNG, JPEG, TIFF or WebP"
        if raw.kind is ScanKind.XRAY:
            known = "PNG, JPEG, TIFF, WebP, DICOM or a ZIP of raw pixels with a sidecar"
        raise UnsupportedFormat("unknown", f"expected {known}; the content is none")
    if count_table.looks_like(data):
        return count_table.read(data, sha256=sha256, limits=limits)
    if spectrum_table.looks_like(data):
        return spectrum_table.read(data, sha256=sha256, limits=limits)
    if rpm_daily.looks_like(data):
        return rpm_daily.read(data, sha256=sha256, limits=limits)
    return spectrum_file.read(data, sha256=sha256, name=raw.name, limits=limits)


def media_type(scan: Scan) -> str:
    """The media type to serve the original file under."""
    return _MEDIA_TYPES.get(scan.scan_format, "application/octet-stream")
