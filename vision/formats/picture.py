"""PNG, JPEG, TIFF and WebP, 8 and 16 bits, as X-ray view or photograph."""

from __future__ import annotations

import io
import struct
import threading
import warnings

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from vision.errors import ScanTooLarge, UnreadableScan, UnsupportedFormat
from vision.formats import two_channels
from vision.formats.limits import Limits
from vision.scan import Photo, PixelUnit, ScanKind, XrayImage

_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
}
_GREY_16 = frozenset({"I;16", "I;16B", "I;16L"})
_COLOUR = frozenset({"RGB", "RGBA", "P", "LA", "PA"})
_DAMAGED = (OSError, ValueError, SyntaxError, KeyError, IndexError, TypeError, struct.error)
_GREY_TOLERANCE = 3.0
_open_lock = threading.Lock()


def looks_like(data: bytes) -> bool:
    """Whether the content begins as one of the formats does."""
    return _format_of(data) is not None


def _format_of(data: bytes) -> str | None:
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    return next((name for start, name in _SIGNATURES.items() if data.startswith(start)), None)


def read(data: bytes, *, sha256: str, kind: ScanKind | None, limits: Limits) -> XrayImage | Photo:
    """Decode a picture.

    A TIFF with two grey pages of one size, or with two channels of 16 bits, is a dual-energy view,
    low energy first.

    Raises:
        UnreadableScan: damaged, animated, CMYK or another mode that is not read.
        ScanTooLarge: its header announces more pixels than `limits` allows.
    """
    scan_format = _format_of(data) or "unknown"
    if scan_format == "tiff" and kind is not ScanKind.PHOTO and two_channels.looks_like(data):
        return two_channels.read(data, sha256=sha256, limits=limits)
    pages = _decode(data, scan_format=scan_format, limits=limits)
    first = pages[0]
    if kind is None:
        kind = ScanKind.XRAY if len(pages) == 2 or _grey(first) is not None else ScanKind.PHOTO
    if kind is ScanKind.PHOTO:
        if len(pages) == 2 or first.dtype != np.uint8:
            raise UnsupportedFormat(scan_format, "expected an 8-bit photograph on one page")
        rgb = first if first.ndim == 3 else np.repeat(first[:, :, None], 3, axis=2)
        return Photo(sha256=sha256, scan_format=scan_format, pixels=np.ascontiguousarray(rgb))
    greys = [_luminance(page) for page in pages]
    if len({(grey.shape, grey.dtype) for grey in greys}) != 1:
        raise UnreadableScan(scan_format, "the two pages differ in size or depth")
    return XrayImage(
        sha256=sha256,
        scan_format=scan_format,
        pixels=np.stack(greys, axis=2),
        unit=PixelUnit.DISPLAY if first.dtype == np.uint8 else PixelUnit.COUNTS,
    )


def _decode(
    data: bytes, *, scan_format: str, limits: Limits
) -> list[npt.NDArray[np.uint8] | npt.NDArray[np.uint16]]:
    try:
        # Pillow warns of tags that it skips; what harms the pixels it raises.
        with warnings.catch_warnings(action="ignore", category=UserWarning), _open(data) as image:
            _check_header(image, scan_format=scan_format, limits=limits)
            frames = getattr(image, "n_frames", 1)
            if frames > 2 or (frames == 2 and scan_format != "tiff"):
                raise UnreadableScan(scan_format, f"expected a still picture, got {frames} frames")
            pages = []
            for number in range(frames):
                image.seek(number)
                _check_header(image, scan_format=scan_format, limits=limits)
                pages.append(_pixels(image, scan_format=scan_format))
            return pages
    except UnidentifiedImageError as problem:
        raise UnreadableScan(scan_format, "its header cannot be read") from problem
    except _DAMAGED as problem:
        reason = f"damaged or cut short: {str(problem)[:120]}"
        raise UnreadableScan(scan_format, reason) from problem
    except MemoryError as problem:
        raise ScanTooLarge(scan_format, "does not fit into memory") from problem


def _open(data: bytes) -> Image.Image:
    # Pillow's own bomb check only warns below 2 x its limit; ours is exact, so its is put aside.
    with _open_lock:
        before = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = None
        try:
            return Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF", "WEBP"))
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _check_header(image: Image.Image, *, scan_format: str, limits: Limits) -> None:
    width, height = image.size
    if max(width, height) > limits.max_side_px or width * height > limits.max_pixels:
        raise ScanTooLarge(
            scan_format,
            f"{width} x {height} pixels; at most {limits.max_side_px} a side and "
            f"{limits.max_pixels} in all are read",
        )
    if image.mode not in _GREY_16 | _COLOUR | {"L", "1", "I"}:
        raise UnreadableScan(scan_format, f"expected grey or RGB, got mode {image.mode}")


def _pixels(
    image: Image.Image, *, scan_format: str
) -> npt.NDArray[np.uint8] | npt.NDArray[np.uint16]:
    image.load()
    if image.mode in _GREY_16:
        return np.asarray(image).astype(np.uint16)
    if image.mode == "I":
        wide = np.asarray(image)
        if wide.min() < 0 or wide.max() > np.iinfo(np.uint16).max:
            raise UnreadableScan(scan_format, "32-bit pixels beyond 16 bits are not read")
        return wide.astype(np.uint16)
    upright = ImageOps.exif_transpose(image)
    target = "L" if upright.mode in {"L", "1"} else "RGB"
    return np.array(upright.convert(target), dtype=np.uint8)


def _grey(page: npt.NDArray[np.generic]) -> npt.NDArray[np.generic] | None:
    """The single channel of a picture that has no colour, else None."""
    if page.ndim == 2:
        return page
    thin = page[:: max(1, page.shape[0] // 256), :: max(1, page.shape[1] // 256)].astype(np.int16)
    spread = (thin.max(axis=2) - thin.min(axis=2)).mean()
    return page[:, :, 1] if spread <= _GREY_TOLERANCE else None


def _luminance(page: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    grey = _grey(page)
    if grey is not None:
        return grey
    return np.asarray(Image.fromarray(page).convert("L"))
