"""An X-ray scan with all that was measured in it, as one picture for people."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from service.web.overlay import Picture, draw, labels
from vision.findings import Finding
from vision.scan import XrayImage
from vision.xray.normalise import transmission_like

MOST_WIDTH_PX = 2400


def png(image: XrayImage, findings: Sequence[Finding]) -> bytes:
    """PNG: the view with outlines, and below it what each analysis measured."""
    grey = np.rint(transmission_like(image) * 255).astype(np.uint8)
    view: Picture = np.repeat(grey[:, :, None], 3, axis=2)
    drawn = draw(view, labels(findings, scan_sha256=image.sha256))
    return _encode(_fitting(drawn))


def _fitting(pixels: Picture) -> Picture:
    scale = MOST_WIDTH_PX / pixels.shape[1]
    if scale >= 1:
        return pixels
    size = (MOST_WIDTH_PX, max(1, round(pixels.shape[0] * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _encode(pixels: Picture) -> bytes:
    done, data = cv2.imencode(".png", np.ascontiguousarray(pixels[:, :, ::-1]))
    if not done:
        raise RuntimeError("the picture could not be encoded")
    return data.tobytes()
