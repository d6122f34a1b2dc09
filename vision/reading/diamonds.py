"""Squares standing on a point in a photograph: danger placards, and other signs of that shape."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from vision.reading.sign_shape import Corners, Picture, fitted, reduced, seen_from_front

Mask = npt.NDArray[np.uint8]
LEAST_SIDE_PX = 15
MOST_SHARE = 0.3
# An edge counts as slanting if its gradient leans at least this much to both axes.
SLANT = 0.3
LEAST_EDGE = 44
LEAST_HULL, MOST_HULL = 0.42, 0.68
MOST_SHAPES = 24


def find(pixels: Picture) -> tuple[Corners, ...]:
    """Points of each diamond, from the top, clockwise, in pixels of the picture."""
    small, scale = reduced(pixels)
    found: list[Corners] = []
    for corners in _shapes(small):
        own = (corners + 0.5) / scale - 0.5
        if not any(_same(own, other) for other in found):
            found.append(own.astype(np.float32))
        if len(found) >= MOST_SHAPES:
            break
    return tuple(found)


def seen(pixels: Picture, corners: Corners, *, size_px: int) -> Picture:
    """The diamond from the front in a square, its points in the middle of the sides, RGB."""
    half = size_px / 2
    target = np.array([[half, 0], [size_px, half], [half, size_px], [0, half]], np.float32)
    return seen_from_front(pixels, corners, target, size_px)


def _shapes(small: Picture) -> Iterator[Corners]:
    """Outlines of slanting edges that hang together and have a diamond's outline; large first."""
    edges = _slanting(small)
    wide = np.asarray(cv2.dilate(edges, np.ones((3, 3), np.uint8)), np.uint8)
    hulls = [*_hulls(wide, band_px=2.2), *_hulls(edges, band_px=1.2)]
    for hull, band_px in sorted(hulls, key=lambda h: -cv2.contourArea(h[0])):
        corners = _diamond(hull[:, 0], small.shape)
        if corners is not None:
            yield _moved(corners, inwards_px=band_px)


def _moved(corners: Corners, *, inwards_px: float) -> Corners:
    """Every side moved in, to the middle of the band of edges whose outline it was."""
    centre = corners.mean(axis=0)
    half = np.linalg.norm(corners - centre, axis=1, keepdims=True)
    return np.asarray(centre + (corners - centre) * (1 - inwards_px * 1.41 / half), np.float32)


def _slanting(small: Picture) -> Mask:
    """Where brightness or colour changes along a slant, (H, W), 255 or 0.

    Ribs, doors and frames run upright or level: what is left is little, and a placard's sides.
    """
    strongest = np.zeros(small.shape[:2], np.uint8)
    for channel in cv2.split(cv2.GaussianBlur(small, (3, 3), 0)):
        across = cv2.convertScaleAbs(cv2.Sobel(channel, cv2.CV_16S, 1, 0))
        down = cv2.convertScaleAbs(cv2.Sobel(channel, cv2.CV_16S, 0, 1))
        less = cv2.min(across, down)
        more = cv2.max(across, down)
        slanting = cv2.compare(less, cv2.convertScaleAbs(more, alpha=SLANT), cv2.CMP_GE)
        strongest = np.maximum(strongest, cv2.bitwise_and(more, slanting))
    _, mask = cv2.threshold(strongest, LEAST_EDGE, 255, cv2.THRESH_BINARY)
    return np.asarray(mask, np.uint8)


def _hulls(mask: Mask, *, band_px: float) -> Iterator[tuple[npt.NDArray[np.int32], float]]:
    """Of parts and of holes in them, with how far the edge's middle lies within the outline."""
    outlines, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    for outline, (_, _, _, parent) in zip(outlines, tree[0] if outlines else (), strict=True):
        if len(outline) < 8:
            continue
        _, _, w, h = cv2.boundingRect(outline)
        if min(w, h) < LEAST_SIDE_PX or not 0.5 < w / h < 1.6:
            continue
        hull = np.asarray(cv2.convexHull(outline), np.int32)
        yield hull, band_px if parent < 0 else -band_px


def _diamond(hull: npt.NDArray[np.int32], shape: tuple[int, ...]) -> Corners | None:
    _, _, w, h = cv2.boundingRect(hull)
    share = cv2.contourArea(hull) / (w * h)
    if not LEAST_HULL < share < MOST_HULL or w * h > MOST_SHARE * shape[0] * shape[1]:
        return None
    ends = [hull[:, 1].argmin(), hull[:, 0].argmax(), hull[:, 1].argmax(), hull[:, 0].argmin()]
    rough = hull[ends].astype(np.float32)
    if not _upright(rough, slack=1.4):
        return None
    corners = fitted(hull, rough)
    return corners if corners is not None and _upright(corners, slack=1.0) else None


def _upright(corners: Corners, *, slack: float) -> bool:
    """Whether the points stand as a square's on its point do, seen from not too far aside."""
    centre = (corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2
    aside = float(np.abs(centre[0] - centre[1]).max())
    tall = float(np.linalg.norm(corners[0] - corners[2]))
    wide = float(np.linalg.norm(corners[1] - corners[3]))
    lean = abs(float(corners[0][0] - corners[2][0])) / tall
    slope = abs(float(corners[1][1] - corners[3][1])) / wide
    straight = lean < 0.25 * slack and slope < 0.4 * slack and slack * wide / tall > 0.5
    return straight and aside < 0.12 * slack * min(tall, wide) and wide / tall < 1.5 * slack


def _same(one: Corners, other: Corners) -> bool:
    size = float(np.linalg.norm(one[0] - one[2]))
    return float(np.abs(one - other).max()) < 0.09 * size
