"""Scans as pictures for people: PNG for X-ray, JPEG for photographs, SVG plots for radiation."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from service.web import full_depth, radiation_plot
from service.web.overlay import Picture, draw, labels
from vision.findings import Finding
from vision.scan import Photo, RadiationScan, Scan, XrayImage
from vision.xray.normalise import transmission_like

MAX_SIDE_PX = 4096


def render(scan: Scan, *, window: tuple[int, int] | None = None) -> tuple[bytes, str]:
    """(content, media type) of a scan as it is looked at, nothing drawn on it.

    `window` is (black, white) of an X-ray view on the scale of `full_depth.counts_of`.
    """
    if isinstance(scan, RadiationScan):
        return radiation_plot.svg(scan, ()).encode(), "image/svg+xml"
    if window is not None and isinstance(scan, XrayImage):
        counts = full_depth.shrunk(full_depth.counts_of(scan), max_side_px=MAX_SIDE_PX)
        grey = full_depth.windowed(counts, low=window[0], high=window[1])
        return _encode(_grey_to_rgb(grey), photo=False)
    return _encode(_pixels(scan), photo=isinstance(scan, Photo))


def full_range(scan: XrayImage) -> bytes:
    """PNG of an X-ray view at full depth, packed into red and green; see `full_depth.packed`."""
    counts = full_depth.shrunk(full_depth.counts_of(scan), max_side_px=MAX_SIDE_PX)
    return _encode(full_depth.packed(counts), photo=False)[0]


def overlay(scan: Scan, findings: Sequence[Finding]) -> tuple[bytes, str]:
    """As `render`, with the findings of this scan drawn on it."""
    if isinstance(scan, RadiationScan):
        own = [f for f in findings if f.evidence.scan_sha256 == scan.sha256]
        return radiation_plot.svg(scan, own).encode(), "image/svg+xml"
    drawn = draw(_pixels(scan), labels(findings, scan_sha256=scan.sha256))
    return _encode(drawn, photo=isinstance(scan, Photo))


def _pixels(scan: XrayImage | Photo) -> Picture:
    if isinstance(scan, Photo):
        return scan.pixels
    return _grey_to_rgb(np.rint(transmission_like(scan) * 255).astype(np.uint8))


def _grey_to_rgb(grey: Picture) -> Picture:
    return np.repeat(grey[:, :, None], 3, axis=2)


def _encode(pixels: Picture, *, photo: bool) -> tuple[bytes, str]:
    side = max(pixels.shape[:2])
    if side > MAX_SIDE_PX:
        scale = MAX_SIDE_PX / side
        size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    ending = ".jpg" if photo else ".png"
    done, data = cv2.imencode(ending, np.ascontiguousarray(pixels[:, :, ::-1]))
    if not done:
        raise RuntimeError("the picture could not be encoded")
    return data.tobytes(), "image/jpeg" if photo else "image/png"
