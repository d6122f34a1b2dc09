"""Threat image projection: a simulated object put into a real scan, multiplied in transmission.

A scan in counts is transmission times a constant. Grey levels that a scanner windowed for eyes are
not, so their curve is estimated first: white is air, and the thinnest part of a container is two
corrugated walls, whose transmission is known (`WALL_DEPTH`). What the goods would have made room
for is unknown; objects are only added. Each projection is checked against the scan's own noise,
after Mery and Katsaggelos, "A logarithmic X-ray imaging model for baggage inspection", CVPRW 2017.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from vision.geometry import Box
from vision.scan import XrayImage
from vision.synthesis.xray_geometry import Canvas, View
from vision.synthesis.xray_physics import Areal, linac_beam, transmission
from vision.synthesis.xray_shape import Shape, Solids, extent, moved
from vision.synthesis.xray_truck import FLOOR_M, HALF_WIDTH_M, INNER_HALF_M, LENGTHS_M
from vision.xray.normalise import transmission_like

Picture = npt.NDArray[np.float32]
# Two sheets of 1.6 to 2 mm with their slopes, 6 MV: mean free paths. Higher where roof adds.
WALL_DEPTH = 0.19
WALL_QUANTILE = 97.0
# Beyond, the load left no wall to see, and the curve is taken as straight.
GAMMA_RANGE = (0.4, 1.6)
# Usual geometry of a side view; only its perspective matters here.
SOURCE_M, SOURCE_HEIGHT_M, DECK_M, TALL_M = 7.0, 0.4, 1.3, 2.75
BLUR_PX = 0.8
LEVELS = 16
DARKEST = 2.0 / 255
# Checks: share of the object's pixels that were black before, mean darkening, and how its noise may
# compare with the scan's noise at the same grey.
MOST_BLACK, LEAST_DARKENING = 0.6, 0.012
NOISE_RATIO = (0.4, 3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One realism check: `value` must lie in [low, high]."""

    name: str
    value: float
    low: float
    high: float

    @property
    def passed(self) -> bool:
        return self.low <= self.value <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A scan with an object in it. `image` keeps format, unit and depth of the original."""

    image: XrayImage
    label: str
    shape: str
    box: Box
    size_m: tuple[float, float, float]
    cover: float
    contrast: float
    checks: tuple[Check, ...]

    @property
    def realistic(self) -> bool:
        return all(check.passed for check in self.checks)


def display_gamma(view: Picture, container: Box) -> float:
    """Exponent of the display curve: grey = transmission ** gamma, from the container's walls.

    Args:
        view: (H, W) in [0, 1], air bright.
        container: its outline.
    """
    inside = _inside(view, container)
    wall = float(np.percentile(inside, WALL_QUANTILE))
    air = float(np.percentile(view[:: max(1, view.shape[0] // 300)], 98))
    if not 0.02 < wall < air:
        return 1.0
    gamma = float(np.log(wall / air) / -WALL_DEPTH)
    return gamma if GAMMA_RANGE[0] <= gamma <= GAMMA_RANGE[1] else 1.0


def project(
    image: XrayImage,
    container: Box,
    shape: Shape,
    rng: np.random.Generator,
    *,
    megavolt: float = 6.0,
) -> Projection | None:
    """Put one object of that shape into the container; None if none of its sizes fits.

    Raises:
        ValueError: the image has two energies; project into each is not supported.
    """
    if image.pixels.shape[2] != 1:
        raise ValueError("a projection needs a scan of one energy")
    view = transmission_like(image)
    placed = _placed(view, container, shape, rng)
    if placed is None:
        return None
    geometry, solids = placed
    canvas = Canvas(view=geometry)
    for solid in solids:
        canvas.add(solid)
    areal: Areal = np.maximum(canvas.areal, 0)
    through = cv2.GaussianBlur(transmission(areal, linac_beam(megavolt)), (0, 0), BLUR_PX)
    rows, columns = (np.flatnonzero((through < 0.985).any(axis=axis)) for axis in (1, 0))
    if rows.size < 3 or columns.size < 3:
        return None
    box = Box(x1=float(columns[0]), y1=float(rows[0]), x2=columns[-1] + 1.0, y2=rows[-1] + 1.0)
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    gamma = 1.0 if image.pixels.dtype == np.uint16 else display_gamma(view, container)
    before = view[part]
    after = before * np.asarray(through[part] ** gamma, dtype=np.float32)
    noise = _noise_curve(view)
    after = after + _missing_noise(before, after, noise, rng)
    x1, x2, y1, y2, z1, z2 = extent(solids)
    return Projection(
        image=_stored(image, view, part, np.clip(after, 0, 1)),
        label=shape.label,
        shape=shape.name,
        box=box,
        size_m=(x2 - x1, y2 - y1, z2 - z1),
        cover=float(-np.log(np.maximum(before, DARKEST)).mean() / gamma),
        contrast=float(np.abs(before - after).mean()),
        checks=_checks(before, np.clip(after, 0, 1), through[part] < 0.985, noise),
    )


def _inside(view: Picture, container: Box) -> Picture:
    x1, y1 = container.x1 + 0.05 * container.width_px, container.y1 + 0.1 * container.height_px
    x2, y2 = container.x2 - 0.05 * container.width_px, container.y2 - 0.2 * container.height_px
    return view[int(y1) : int(y2) + 1, int(x1) : int(x2) + 1]


def _geometry(view: Picture, container: Box) -> tuple[View, float]:
    """The view in metres, with the front of the container at x = 0, and its length in m."""
    near = SOURCE_M / (SOURCE_M - HALF_WIDTH_M)
    far = SOURCE_M / (SOURCE_M + HALF_WIDTH_M)
    top = SOURCE_HEIGHT_M + (DECK_M + TALL_M - SOURCE_HEIGHT_M) * near
    bottom = SOURCE_HEIGHT_M + (DECK_M - SOURCE_HEIGHT_M) * far
    pitch_z = (top - bottom) / container.height_px
    pitches = {length: length / container.width_px for length in LENGTHS_M.values()}
    # Whichever usual length makes pixels most nearly square.
    length = min(pitches, key=lambda metres: abs(np.log(pitches[metres] / pitch_z)))
    return (
        View(
            left_m=-container.x1 * pitches[length],
            top_m=top + container.y1 * pitch_z,
            columns=view.shape[1],
            rows=view.shape[0],
            pitch_x_m=pitches[length],
            pitch_z_m=pitch_z,
            source_m=SOURCE_M,
            source_height_m=SOURCE_HEIGHT_M,
        ),
        length,
    )


def _placed(
    view: Picture, container: Box, shape: Shape, rng: np.random.Generator, *, tries: int = 8
) -> tuple[View, Solids] | None:
    geometry, length = _geometry(view, container)
    for _ in range(tries):
        solids = shape.build(rng)
        x1, x2, y1, y2, z1, z2 = extent(solids)
        room = length - 0.3 - (x2 - x1)
        if room <= 0 or y2 - y1 > 2 * INNER_HALF_M or z2 - z1 > TALL_M - 0.3:
            continue
        # Bags lie at an end, whichever has the doors; the rest anywhere.
        x = rng.choice([0.15, 0.15 + room]) if shape.label == "bag" else 0.15 + rng.random() * room
        y = rng.uniform(-INNER_HALF_M, INNER_HALF_M - (y2 - y1))
        lift = 0.0 if shape.label == "vehicle" else rng.random() * (TALL_M - 0.4 - (z2 - z1)) * 0.5
        return geometry, moved(solids, x - x1, y - y1, DECK_M + FLOOR_M + lift - z1)
    return None


def _residual(view: Picture) -> Picture:
    """What neighbours do not share: noise, and little else."""
    return np.asarray(view - cv2.medianBlur(view, 3), dtype=np.float32)


def _noise_curve(view: Picture) -> Picture:
    """(LEVELS,) standard deviation at each grey level, filled up from the levels around."""
    thin = view[:: max(1, view.shape[0] // 400)].copy()
    residual = np.abs(_residual(thin))
    level = np.minimum((thin * LEVELS).astype(np.intp), LEVELS - 1)
    curve = np.full(LEVELS, np.nan)
    for index in range(LEVELS):
        here = residual[level == index]
        if here.size > 200:
            curve[index] = float(here.mean()) * 1.6
    known = np.flatnonzero(np.isfinite(curve))
    if not known.size:
        return np.full(LEVELS, 1 / 255, dtype=np.float32)
    return np.asarray(np.interp(np.arange(LEVELS), known, curve[known]), dtype=np.float32)


def _at(curve: Picture, view: Picture) -> Picture:
    level = np.clip(view * LEVELS, 0, LEVELS - 1).astype(np.intp)
    return np.asarray(curve[level], dtype=np.float32)


def _missing_noise(
    before: Picture, after: Picture, curve: Picture, rng: np.random.Generator
) -> Picture:
    """Multiplying shrinks noise; this adds what the scan has at that grey and we lack."""
    carried = _at(curve, before) * after / np.maximum(before, DARKEST)
    missing = np.sqrt(np.maximum(_at(curve, after) ** 2 - carried**2, 0))
    return np.asarray(rng.standard_normal(after.shape, dtype=np.float32) * missing)


def _checks(
    before: Picture, after: Picture, touched: npt.NDArray[np.bool_], curve: Picture
) -> tuple[Check, ...]:
    black = float((before[touched] <= DARKEST).mean())
    darker = float((before - after)[touched].mean())
    visible = touched & (after > DARKEST)
    ratio = 0.0
    if visible.any():
        residual = np.abs(_residual(np.ascontiguousarray(after)))[visible]
        ratio = float(residual.mean()) * 1.6 / max(float(_at(curve, after)[visible].mean()), 1e-6)
    return (
        Check(name="hidden by black", value=black, low=0.0, high=MOST_BLACK),
        Check(name="darkening", value=darker, low=LEAST_DARKENING, high=1.0),
        Check(
            name="noise against the scan's", value=ratio, low=NOISE_RATIO[0], high=NOISE_RATIO[1]
        ),
    )


def _stored(
    image: XrayImage, view: Picture, part: tuple[slice, slice], after: Picture
) -> XrayImage:
    """The image with that part replaced, in its own polarity and depth."""
    pixels = image.pixels.copy()
    old = pixels[:, :, 0][part].astype(np.float32)
    # The view is a straight line in the pixel values: find it from two levels.
    flat, values = view.ravel()[::97], image.pixels[:, :, 0].ravel()[::97].astype(np.float32)
    slope, offset = np.polyfit(flat, values, 1)
    most = np.iinfo(pixels.dtype).max
    new = np.rint(np.clip(slope * after + offset, 0, most))
    kept = np.abs(view[part] - after) < 0.5 / max(abs(float(slope)), 1.0)
    pixels[:, :, 0][part] = np.where(kept, old, new).astype(pixels.dtype)
    return replace(image, pixels=pixels)
