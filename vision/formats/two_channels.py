"""TIFF with two channels of 16 bits: dual energy in one page, which Pillow does not open."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import tifffile

from vision.errors import ScanTooLarge, UnreadableScan
from vision.formats.limits import Limits
from vision.scan import PixelUnit, XrayImage

_DAMAGED = (
    tifffile.TiffFileError, OSError, EOFError, ValueError, KeyError, IndexError, TypeError,
    AttributeError, NotImplementedError, RuntimeError, ArithmeticError, struct.error, zlib.error,
)  # fmt: skip
CHANNELS, BITS = 2, 16


def looks_like(data: bytes) -> bool:
    """Whether the first page announces two channels of 16 bits."""
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            page = file.pages.first
            return bool(page.samplesperpixel == CHANNELS and page.bitspersample == BITS)
    except _DAMAGED:
        return False


def read(data: bytes, *, sha256: str, limits: Limits) -> XrayImage:
    """Decode its only page.

    Raises:
        ScanTooLarge: the page announces more pixels than `limits` allows.
        UnreadableScan: damaged, or more pages.
    """
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            width, height = _size(file, limits)
            pixels = file.pages.first.asarray()
    except _DAMAGED as problem:
        reason = f"damaged or cut short: {str(problem)[:120]}"
        raise UnreadableScan("tiff", reason) from problem
    except MemoryError as problem:
        raise ScanTooLarge("tiff", "does not fit into memory") from problem
    if pixels.shape == (CHANNELS, height, width):
        pixels = np.moveaxis(pixels, 0, 2)
    if pixels.shape != (height, width, CHANNELS) or pixels.dtype != np.uint16:
        raise UnreadableScan("tiff", f"expected 16 bits in two channels, got {pixels.shape}")
    return XrayImage(
        sha256=sha256,
        scan_format="tiff",
        pixels=np.ascontiguousarray(pixels),
        unit=PixelUnit.COUNTS,
    )


def _size(file: tifffile.TiffFile, limits: Limits) -> tuple[int, int]:
    page = file.pages.first
    width, height = int(page.imagewidth), int(page.imagelength)
    if max(width, height) > limits.max_side_px or width * height > limits.max_pixels:
        raise ScanTooLarge(
            "tiff",
            f"{width} x {height} pixels; at most {limits.max_side_px} a side and "
            f"{limits.max_pixels} in all are read",
        )
    if len(file.pages) != 1:
        raise UnreadableScan("tiff", "expected one page of two energies")
    return width, height
