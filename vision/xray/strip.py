"""What an object detector sees of a container: a strip of fixed height, three encoded channels.

Scanners differ in pixel pitch; containers do not in height. So each container becomes a strip in
which it is `CONTAINER_PX` high, walls to walls, and the same cut and encoding serve training,
evaluation and inspection.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.geometry import Box

STRIP_PX = 160
CONTAINER_PX = 140
CODE_PX = 96
CODE_SCALE = CODE_PX / STRIP_PX
"""What the network sees is this much smaller than the strip: contrast is judged in detail first."""
END_SHARE = 0.06
"""Margin at both ends, as a share of the container's height."""
OPAQUE = 1 / 400
"""Darker than this nothing is told apart: ln 400 is about 6 mean free paths, 20 cm of steel."""
CONTRAST_PX = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A container cut out. `transmission` is (STRIP_PX, W) in [0, 1].

    `scale` is strip pixels per scan pixel, the same along and across; a place in the scan is
    (left, top) + place in the strip / scale.
    """

    transmission: npt.NDArray[np.float32]
    scale: float
    left_px: float
    top_px: float

    def to_scan(self, box: Box) -> Box:
        """A box of the strip in the scan's pixels."""
        return Box(
            x1=self.left_px + box.x1 / self.scale,
            y1=self.top_px + box.y1 / self.scale,
            x2=self.left_px + box.x2 / self.scale,
            y2=self.top_px + box.y2 / self.scale,
        )

    def from_scan(self, box: Box) -> Box:
        """A box of the scan in the strip's pixels; it may reach beyond the strip."""
        return Box(
            x1=(box.x1 - self.left_px) * self.scale,
            y1=(box.y1 - self.top_px) * self.scale,
            x2=(box.x2 - self.left_px) * self.scale,
            y2=(box.y2 - self.top_px) * self.scale,
        )


def cut(view: npt.NDArray[np.float32], container: Box) -> Strip:
    """Cut a container out of a view; what lies beyond the picture is air.

    Args:
        view: (H, W) in [0, 1], air bright.
        container: its outline in the view.
    """
    scale = CONTAINER_PX / container.height_px
    margin = (STRIP_PX - CONTAINER_PX) / 2 / scale
    end = END_SHARE * container.height_px
    x1, y1 = round(container.x1 - end), round(container.y1 - margin)
    x2 = round(container.x2 + end)
    y2 = y1 + max(2, round(STRIP_PX / scale))
    inside = view[max(0, y1) : max(0, y2), max(0, x1) : max(0, x2)]
    above, below = max(0, -y1), max(0, y2 - view.shape[0])
    before, after = max(0, -x1), max(0, x2 - view.shape[1])
    padded = cv2.copyMakeBorder(inside, above, below, before, after, cv2.BORDER_CONSTANT, value=1.0)
    width = max(32, round((x2 - x1) * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(padded, (width, STRIP_PX), interpolation=method)
    return Strip(
        transmission=np.asarray(np.clip(small, 0, 1), dtype=np.float32),
        scale=scale,
        left_px=float(x1),
        top_px=float(y1),
    )


def attenuation(transmission: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """-ln(T) as a share of what counts as opaque, in [0, 1]."""
    depth = -np.log(np.maximum(transmission, np.float32(OPAQUE))) / -np.log(OPAQUE)
    return np.asarray(depth, dtype=np.float32)


def encode_finely(transmission: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """(H, W, 3): attenuation, transmission, and attenuation against its surroundings."""
    depth = attenuation(transmission)
    around = cv2.GaussianBlur(depth, (0, 0), CONTRAST_PX)
    contrast = np.clip(0.5 + 2.0 * (depth - around), 0, 1)
    stacked = np.stack([depth, transmission, contrast], axis=2)
    return np.asarray(np.rint(255 * stacked), dtype=np.uint8)


def shrink(code: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A fine code, (H, W, 3), in the size that the network sees."""
    size = (max(1, round(code.shape[1] * CODE_SCALE)), round(code.shape[0] * CODE_SCALE))
    return np.asarray(cv2.resize(code, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def encode(transmission: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """(CODE_PX, W, 3) of a strip, as the network sees it."""
    return shrink(encode_finely(transmission))
