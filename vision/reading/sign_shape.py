"""Straight-sided signs in perspective: sides fitted to an outline, the sign seen from the front."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from vision.geometry import Quad

Picture = npt.NDArray[np.uint8]
Corners = npt.NDArray[np.float32]
"""(4, 2) x and y in pixels, clockwise."""

LOOKED_AT_PX = 800
_ENDS = 0.14
_SAMPLES = 24
_REACH = 0.12


def reduced(pixels: Picture) -> tuple[Picture, float]:
    """The picture, its long side at most `LOOKED_AT_PX`, and its scale, at most 1."""
    height, width = pixels.shape[:2]
    scale = min(1.0, LOOKED_AT_PX / max(height, width))
    if scale == 1.0:
        return pixels, scale
    size = (round(width * scale), round(height * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def fitted(outline: npt.NDArray[np.int32], rough: Corners) -> Corners | None:
    """Corners where straight lines through the sides' middle parts meet.

    Corners of a blurred or worn sign are round, its sides are not.

    Args:
        outline: (N, 2) of a convex outline, in order.
        rough: first guess of the corners.
    """
    closed = np.concatenate([outline, outline[:1]]).astype(np.float32)
    steps = np.linalg.norm(np.diff(closed, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps)])
    at = np.linspace(0, along[-1], 8 * _SAMPLES, endpoint=False)
    points = np.stack([np.interp(at, along, closed[:, k]) for k in (0, 1)], axis=1)
    lines = []
    for number in range(4):
        a, b = rough[number], rough[(number + 1) % 4]
        side = b - a
        length = float(np.linalg.norm(side))
        if length < 6:
            return None
        share = (points - a) @ side / length**2
        away = np.abs((points - a) @ np.array([-side[1], side[0]])) / length**2
        own = points[(share > _ENDS) & (share < 1 - _ENDS) & (away < _REACH)]
        if len(own) < 3:
            return None
        line = cv2.fitLine(own.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        lines.append(line)
    corners = [_meeting(lines[number - 1], lines[number]) for number in range(4)]
    if any(corner is None for corner in corners):
        return None
    found = np.array(corners, np.float32)
    reach = 0.25 * float(np.linalg.norm(rough[0] - rough[2]))
    return found if float(np.abs(found - rough).max()) < reach else None


def _meeting(
    one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]
) -> tuple[float, float] | None:
    vx, vy, x, y = (float(v) for v in one)
    wx, wy, p, q = (float(v) for v in other)
    across = vx * wy - vy * wx
    if abs(across) < 0.2:
        return None
    t = ((p - x) * wy - (q - y) * wx) / across
    return x + t * vx, y + t * vy


def seen_from_front(pixels: Picture, corners: Corners, target: Corners, size_px: int) -> Picture:
    """The sign's plane so that `corners` come to `target`, in a square; samples as a lens would.

    Args:
        pixels: (H, W, C).
        corners: in the picture.
        target: in the square, the same order.
        size_px: side of the square.
    """
    low = np.floor(corners.min(axis=0)).astype(int)
    high = np.ceil(corners.max(axis=0)).astype(int)
    pad = int(0.3 * (high - low).max()) + 4
    x1, y1 = np.maximum(low - pad, 0)
    x2, y2 = np.minimum(high + pad, [pixels.shape[1], pixels.shape[0]])
    part = pixels[y1:y2, x1:x2]
    moved = corners - np.array([x1, y1], np.float32)
    shrink = 2 * size_px / float(max(high - low))
    if shrink < 1:
        less = cv2.resize(part, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        part = np.asarray(less, np.uint8)
        moved = moved * shrink
    warp = cv2.getPerspectiveTransform(moved.astype(np.float32), target)
    flat = cv2.warpPerspective(
        part, warp, (size_px, size_px), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(flat, np.uint8)


def as_quad(corners: Corners) -> Quad:
    """As a finding keeps it."""
    a, b, c, d = ((float(x), float(y)) for x, y in corners)
    return Quad(corners=(a, b, c, d))
