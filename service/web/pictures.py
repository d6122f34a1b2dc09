"""Scans as pictures for people: PNG for X-ray, JPEG for photographs, SVG plots for radiation."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from service.web import radiation_plot
from vision.findings import ContainerFound, Finding, LoadState, Reading
from vision.geometry import Box
from vision.scan import Photo, RadiationScan, Scan, XrayImage
from vision.xray.normalise import transmission_like

MAX_SIDE_PX = 4096
COLOURS = {"container": (46, 160, 255), "good": (60, 190, 110), "doubt": (240, 170, 40)}
Picture = npt.NDArray[np.uint8]


def render(scan: Scan) -> tuple[bytes, str]:
    """(content, media type) of a scan as it is looked at, nothing drawn on it."""
    if isinstance(scan, RadiationScan):
        return radiation_plot.svg(scan, ()).encode(), "image/svg+xml"
    return _encode(_pixels(scan), photo=isinstance(scan, Photo))


def overlay(scan: Scan, findings: Sequence[Finding]) -> tuple[bytes, str]:
    """As `render`, with the findings of this scan drawn on it."""
    own = [f for f in findings if f.evidence.scan_sha256 == scan.sha256]
    if isinstance(scan, RadiationScan):
        return radiation_plot.svg(scan, own).encode(), "image/svg+xml"
    pixels = _pixels(scan)
    thickness = max(2, round(max(pixels.shape[:2]) / 700))
    for box, text, colour in labels(own):
        corners = (round(box.x1), round(box.y1)), (round(box.x2), round(box.y2))
        cv2.rectangle(pixels, *corners, COLOURS[colour], thickness)
        at = (round(box.x1) + 4, max(16 * thickness // 2, round(box.y1) - 6))
        cv2.putText(
            pixels, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.35 * thickness, COLOURS[colour], thickness
        )
    return _encode(pixels, photo=isinstance(scan, Photo))


def labels(findings: Sequence[Finding]) -> list[tuple[Box, str, str]]:
    """(box, text, colour name) of each finding that has a place in a picture."""
    drawn = []
    loads = {f.evidence.box: f for f in findings if isinstance(f, LoadState)}
    for finding in findings:
        box = finding.evidence.box
        if box is None:
            continue
        if isinstance(finding, ContainerFound):
            load = loads.get(box)
            words = f"{load.load.value.replace('_', ' ')}" if load else "container"
            drawn.append((box, f"{words} {finding.score:.2f}", "container"))
        elif isinstance(finding, Reading):
            mark = "" if finding.accepted else " ?"
            colour = "good" if finding.accepted else "doubt"
            drawn.append((box, f"{finding.text}{mark}", colour))
    return drawn


def _pixels(scan: XrayImage | Photo) -> Picture:
    if isinstance(scan, Photo):
        return np.array(scan.pixels)
    grey = np.rint(transmission_like(scan) * 255).astype(np.uint8)
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
