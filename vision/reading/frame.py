"""The check digit's frame painted over, so that the digit in it reads like its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
# A frame is higher than the characters before it, and fills the rectangle around it.
HIGHER = 1.07
LEAST_FILL = 0.84
LEAST_RATIO, MOST_RATIO = 0.5, 2.4
_HEIGHT_PX = 64
_LEAST_PX, _MOST_PX = 12, 60
_REACH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Blob:
    x: int
    height: int
    contour: npt.NDArray[np.int32]


def without_frame(line: Grey) -> Grey | None:
    """A line, (H, W), its frame painted over and what follows it cut off; None if it shows none."""
    width = max(_HEIGHT_PX, round(line.shape[1] * _HEIGHT_PX / line.shape[0]))
    big = np.asarray(cv2.resize(line, (width, _HEIGHT_PX), interpolation=cv2.INTER_CUBIC), np.uint8)
    start = max(0, width - _REACH * _HEIGHT_PX)
    for source in (big, 255 - big):
        frame = _frame(source[:, start:])
        if frame is not None:
            corners = np.asarray(cv2.boxPoints(cv2.minAreaRect(frame)), np.float32)
            return _painted_over(big, corners + np.array([start, 0], np.float32))
    return None


def _painted_over(big: Grey, corners: npt.NDArray[np.float32]) -> Grey:
    side = float(np.linalg.norm(corners[0] - corners[1]))
    thickness = max(3, round(0.2 * min(side, float(np.linalg.norm(corners[1] - corners[2])))))
    mask = np.zeros(big.shape, np.uint8)
    cv2.polylines(mask, [corners.astype(np.int32)], isClosed=True, color=1, thickness=thickness)
    cleaned = np.asarray(cv2.inpaint(big, mask, 3, cv2.INPAINT_TELEA), np.uint8)
    end = min(big.shape[1], round(float(corners[:, 0].max())) + thickness)
    return np.ascontiguousarray(cleaned[:, :end])


def _frame(part: Grey) -> npt.NDArray[np.int32] | None:
    """Outline of the last frame of bright ink."""
    block = 2 * (_HEIGHT_PX // 3) + 1
    ink = cv2.adaptiveThreshold(
        cv2.GaussianBlur(part, (3, 3), 0),
        255,
        cv2.ADAPTIVE_THRESH_MEAN_C,
        cv2.THRESH_BINARY,
        block,
        -8,
    )
    # A frame of worn paint has gaps.
    ink = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    blobs = [_blob(np.asarray(contour, np.int32)) for contour in contours]
    blobs = [blob for blob in blobs if _LEAST_PX <= blob.height <= _MOST_PX]
    blobs.sort(key=lambda blob: blob.x)
    for number in range(len(blobs) - 1, 1, -1):
        before = [blob.height for blob in blobs[max(0, number - 5) : number]]
        high = blobs[number].height >= HIGHER * float(np.median(before))
        if high and _is_rectangle(blobs[number].contour):
            return blobs[number].contour
    return None


def _blob(contour: npt.NDArray[np.int32]) -> _Blob:
    x, _, _, height = cv2.boundingRect(contour)
    return _Blob(x=int(x), height=int(height), contour=contour)


def _is_rectangle(contour: npt.NDArray[np.int32]) -> bool:
    _, (w, h), _ = cv2.minAreaRect(contour)
    if min(w, h) < _LEAST_PX or not LEAST_RATIO <= w / h <= MOST_RATIO:
        return False
    return float(cv2.contourArea(contour)) >= LEAST_FILL * w * h
