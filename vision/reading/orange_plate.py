"""Orange plates in a photograph: found by colour and frame, seen from the front, two lines cut.

ADR 5.3.2.2.1: orange, 40 x 30 cm or, where there is no room, 30 x 12, a black frame of 15 mm (10
on the small one), with numbers a black line of 15 mm across the middle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.geometry import Quad
from vision.reading.sign_shape import Corners, Picture, as_quad, fitted, reduced, seen_from_front

Mask = npt.NDArray[np.uint8]
FLAT_PX = 160
# Part of the square that the orange field takes; around it the frame is seen.
FIELD = 0.84
LEAST_SIDE_PX = 9
LEAST_FILL = 0.8
LEAST_HULL = 0.55
LARGE_RATIO = (0.62, 2.05)
SMALL_RATIO = (2.05, 4.2)
MOST_SHARE = 0.45
DARKER = 0.55
_CLOSINGS = (1, 3, 9)
_MOST_OUTLINES = 48
_NEAR = 0.03
_LIGHTER = 1.25
# Less frame and less line than this is no plate, whatever it says.
_LEAST_FRAMED, _LEAST_LINE = 0.3, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Orange:
    """What counts as orange; hue in [0, 180), saturation and value in [0, 255], as in OpenCV."""

    hue_low: float
    hue_high: float
    least_saturation: float
    least_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OrangePlate:
    """A framed orange field.

    `framed` is the share of the frame that is darker than the field, `thin` the share behind which
    it is lighter again, `line` how much darker
    the middle is than the field, both in [0, 1]; `even` the share of the field that is plain,
    `hue` its median hue in [0, 180).
    `rows` are the two lines, (H, W) grey.
    """

    quad: Quad
    framed: float
    thin: float
    line: float
    even: float
    hue: float
    rows: tuple[Mask, Mask]


def find(pixels: Picture, *, orange: Orange) -> tuple[OrangePlate, ...]:
    """All that has the colour and shape of an orange plate; (H, W, 3) RGB."""
    small, scale = reduced(pixels)
    mask = orange_mask(small, orange)
    if int(cv2.countNonZero(mask)) < LEAST_SIDE_PX**2:
        return ()
    found: list[OrangePlate] = []
    tried: list[Corners] = []
    for corners in _fields(mask):
        near = _NEAR * float(np.linalg.norm(corners[0] - corners[2]))
        if any(float(np.abs(corners - other).max()) < near for other in tried):
            continue
        tried.append(corners)
        plate = _plate(pixels, (corners + 0.5) / scale - 0.5)
        if plate is not None and not any(_same(plate, other) for other in found):
            found.append(plate)
    return tuple(found)


def orange_mask(pixels: Picture, orange: Orange) -> Mask:
    """Where a picture is orange, (H, W), 255 or 0."""
    hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
    low = (orange.hue_low, orange.least_saturation, orange.least_value)
    high = (orange.hue_high, 255.0, 255.0)
    return np.asarray(cv2.inRange(hsv, low, high), np.uint8)


def _fields(mask: Mask) -> Iterator[Corners]:
    """Corners of what fills a rectangle; two cells with a line between them are one."""
    for size in _CLOSINGS:
        closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
        hulls = _hulls(np.asarray(closed, np.uint8))
        for hull in [*_stacked(hulls), *hulls]:
            corners = _rectangle(hull[:, 0], mask.shape)
            if corners is not None:
                yield corners


def _hulls(mask: Mask) -> list[npt.NDArray[np.int32]]:
    """Around the largest connected parts; one inside the hole of another counts too."""
    outlines, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for outline, (_, _, _, parent) in zip(outlines, tree[0] if outlines else (), strict=True):
        if parent >= 0 or min(cv2.boundingRect(outline)[2:]) < LEAST_SIDE_PX // 2:
            continue
        hull = cv2.convexHull(outline)
        area = cv2.contourArea(hull)
        if cv2.contourArea(outline) > LEAST_HULL * area:
            found.append((area, np.asarray(hull, np.int32)))
    found.sort(key=lambda item: -item[0])
    return [hull for _, hull in found[:_MOST_OUTLINES]]


def _stacked(hulls: list[npt.NDArray[np.int32]]) -> Iterator[npt.NDArray[np.int32]]:
    boxes = [cv2.boundingRect(hull) for hull in hulls]
    for i, (x, y, w, h) in enumerate(boxes):
        for j, (p, q, v, g) in enumerate(boxes):
            gap = q - (y + h)
            common = min(x + w, p + v) - max(x, p)
            alike = 0.7 < w / v < 1.43 and 0.6 < h / g < 1.67
            if i != j and alike and common > 0.75 * max(w, v) and -0.3 * h < gap < 0.45 * h:
                yield np.asarray(cv2.convexHull(np.concatenate([hulls[i], hulls[j]])), np.int32)


def _rectangle(hull: npt.NDArray[np.int32], shape: tuple[int, ...]) -> Corners | None:
    (_, _), (w, h), _ = cv2.minAreaRect(hull)
    if min(w, h) < LEAST_SIDE_PX or w * h > MOST_SHARE * shape[0] * shape[1]:
        return None
    if cv2.contourArea(hull) < LEAST_FILL * w * h:
        return None
    sums, differences = hull.sum(axis=1), hull[:, 0] - hull[:, 1]
    order = [sums.argmin(), differences.argmax(), sums.argmax(), differences.argmin()]
    rough = hull[order].astype(np.float32)
    corners = fitted(hull, rough)
    corners = rough if corners is None else corners
    sides = [float(np.linalg.norm(corners[n] - corners[(n + 1) % 4])) for n in range(4)]
    ratio = (sides[0] + sides[2]) / max(1.0, sides[1] + sides[3])
    lean = abs(corners[1] - corners[0])[1] / max(1.0, sides[0])
    fits = LARGE_RATIO[0] <= ratio <= SMALL_RATIO[1] and lean < 0.45 and min(sides) >= 6
    return corners if fits else None


def _plate(pixels: Picture, corners: Corners) -> OrangePlate | None:
    edge = (1 - FIELD) / 2 * FLAT_PX
    low, high = edge, FLAT_PX - edge
    target = np.array([[low, low], [high, low], [high, high], [low, high]], np.float32)
    if corners.min() < -4 or (corners.max(axis=0) > np.array(pixels.shape[1::-1]) + 4).any():
        return None
    flat = seen_from_front(pixels, corners, target, FLAT_PX)
    grey = np.asarray(cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY), np.uint8)
    first, last = round(low), round(high)
    field = grey[first:last, first:last]
    paint = float(np.percentile(field, 75))
    framed = _framed(grey, paint, first, last)
    line = _middle_line(field, paint)
    if framed < _LEAST_FRAMED and line < _LEAST_LINE:
        return None
    paper = flat[first:last, first:last]
    wide = _wide(pixels, corners)
    return OrangePlate(
        quad=as_quad(_grown(corners)),
        framed=framed,
        thin=_thin(grey, first, last),
        line=line,
        even=float((np.abs(field[6:-6, 6:-6] - float(np.median(field))) < 0.22 * paint).mean()),
        hue=float(np.median(cv2.cvtColor(paper, cv2.COLOR_RGB2HSV)[:, :, 0])),
        rows=_rows(wide),
    )


def _framed(grey: Mask, paint: float, first: int, last: int) -> float:
    """Share of the four sides where the first few pixels outside the field are darker."""
    depth = max(3, first // 2)
    sides = (
        grey[first - depth : first - 1, first:last].min(axis=0),
        grey[last + 1 : last + depth, first:last].min(axis=0),
        grey[first:last, first - depth : first - 1].min(axis=1),
        grey[first:last, last + 1 : last + depth].min(axis=1),
    )
    return float(np.mean([(side < DARKER * paint).mean() for side in sides]))


def _thin(grey: Mask, first: int, last: int) -> float:
    """Share of the frame that ends before the square does: a stripe or a shadow goes on."""
    reach = slice(0, first - 1)
    sides = (
        grey[:first, first:last],
        grey[last:, first:last][::-1],
        grey[first:last, :first].T,
        grey[first:last, last:].T[::-1],
    )
    shares = [
        (side[:2].mean(axis=0) > _LIGHTER * side[reach].min(axis=0) + 6).mean() for side in sides
    ]
    return float(np.mean(shares))


def _middle_line(field: Mask, paint: float) -> float:
    """How dark the darkest row about the middle is, along all of its length."""
    height = field.shape[0]
    rows = field[round(0.42 * height) : round(0.58 * height)]
    darkest = float(np.percentile(rows, 80, axis=1).min())
    return float(np.clip(1 - darkest / max(1.0, paint), 0, 1))


def _wide(pixels: Picture, corners: Corners) -> Mask:
    """The field at its own proportions, (H, W) grey, fit for reading."""
    sides = [float(np.linalg.norm(corners[n] - corners[(n + 1) % 4])) for n in range(4)]
    large = (sides[0] + sides[2]) / (sides[1] + sides[3]) < LARGE_RATIO[1]
    width, height = (280, 204) if large else (280, 100)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    flat = cv2.warpPerspective(
        pixels, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY), np.uint8)


def _rows(wide: Mask) -> tuple[Mask, Mask]:
    height, width = wide.shape
    side = round(0.015 * width)
    upper = wide[: round(0.47 * height), side : width - side]
    lower = wide[round(0.53 * height) :, side : width - side]
    return np.ascontiguousarray(upper), np.ascontiguousarray(lower)


def _grown(corners: Corners) -> Corners:
    """The plate's own corners: the frame is 15 mm of 400 wide around the field."""
    centre = corners.mean(axis=0)
    return np.asarray(centre + (corners - centre) * 1.08, np.float32)


def _same(one: OrangePlate, other: OrangePlate) -> bool:
    a, b = one.quad.bounds(), other.quad.bounds()
    return a.intersection_px(b) > 0.4 * min(a.area_px, b.area_px)
