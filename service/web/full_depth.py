"""X-ray views at the depth that the scanner recorded, for windows that 8 bits would not bear."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from vision.scan import XrayImage
from vision.xray.normalise import transmission_like

FULL = 65_535
BYTE_TO_FULL = 257

Counts: TypeAlias = npt.NDArray[np.uint16]
"""(H, W) uint16 in [0, 65535], air bright. The scanner's own values, turned round where its air
is dark; 8 bits are spread over the range, so that one window fits both.
"""


def counts_of(image: XrayImage) -> Counts:
    """The (low) energy channel."""
    raw = image.pixels[:, :, 0]
    wide = np.asarray(
        raw.astype(np.uint16) * BYTE_TO_FULL if raw.dtype == np.uint8 else raw, dtype=np.uint16
    )
    return FULL - wide if _air_is_dark(raw, transmission_like(image)) else wide


def _air_is_dark(raw: npt.NDArray[np.generic], view: npt.NDArray[np.float32]) -> bool:
    brightest = view.flat[int(raw.argmax())]
    return bool(brightest < view.flat[int(raw.argmin())])


def windowed(counts: Counts, *, low: int, high: int) -> npt.NDArray[np.uint8]:
    """(H, W) uint8: `low` and less is black, `high` and more is white."""
    scaled = (counts.astype(np.float32) - low) * (255.0 / max(1, high - low))
    return np.asarray(np.rint(scaled.clip(0, 255)), dtype=np.uint8)


def packed(counts: Counts) -> npt.NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB: red is the high byte, green the low one, blue nothing.

    A browser cannot draw 16 bits, but it can read these two bytes back exactly.
    """
    return np.dstack([counts >> 8, counts & 0xFF, np.zeros_like(counts)]).astype(np.uint8)


def shrunk(counts: Counts, *, max_side_px: int) -> Counts:
    """At most `max_side_px` a side, by averaging."""
    side = max(counts.shape)
    if side <= max_side_px:
        return counts
    size = (
        max(1, round(counts.shape[1] * max_side_px / side)),
        max(1, round(counts.shape[0] * max_side_px / side)),
    )
    return np.asarray(cv2.resize(counts, size, interpolation=cv2.INTER_AREA), dtype=np.uint16)
