"""One line of text out of a picture: rectified, columns turned, brought to one height."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from vision.geometry import Quad

HEIGHT_PX = 48
# As high as wide or higher: characters stacked in a column. RapidOCR turns at the same ratio.
COLUMN_RATIO = 1.5


def cut_line(pixels: npt.NDArray[np.uint8], quad: Quad) -> npt.NDArray[np.uint8]:
    """The quadrilateral as an upright rectangle; a column comes turned by 90 degrees to the left.

    Args:
        pixels: (H, W, C).
        quad: corners in pixels, clockwise from the upper left of the text.
    """
    corners = np.array(quad.corners, np.float32)
    width = max(1, round(max(_length(corners, 0, 1), _length(corners, 3, 2))))
    height = max(1, round(max(_length(corners, 0, 3), _length(corners, 1, 2))))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(corners, target)
    cut = cv2.warpPerspective(
        pixels, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    if height >= COLUMN_RATIO * width:
        cut = np.rot90(cut)
    return np.ascontiguousarray(cut, dtype=np.uint8)


def fit_height(grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(H, W) brought to `HEIGHT_PX`, its proportions kept, bicubic as EasyOCR does it."""
    height, width = grey.shape
    fitted = max(1, -(-HEIGHT_PX * width // height))
    return np.array(Image.fromarray(grey).resize((fitted, HEIGHT_PX), Image.Resampling.BICUBIC))


def _length(corners: npt.NDArray[np.float32], a: int, b: int) -> float:
    return float(np.linalg.norm(corners[a] - corners[b]))
